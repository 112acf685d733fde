#include "check/rule_support.h"

namespace scantling {
namespace {

struct Demand {
  double rate = 0;          // first attempts at peak, per second
  double with_retries = 0;  // every one tried as often as allowed
  std::vector<std::string> sources;
};

void add(Demand& demand, double rate, double attempts, const std::string& source) {
  if (rate <= 0) return;
  demand.rate += rate;
  demand.with_retries += rate * attempts;
  demand.sources.push_back(source + " " + rate_text(rate));
}

// From endpoints where there are any, else from what the operations ask for.
Demand demand_of(const CheckContext& c, ExternalId external) {
  Demand out;
  for (const CallEdge& edge : c.calls.edges())
    if (edge.external == external)
      add(out, peak_rate(c, edge.caller) * edge.place.mean_times,
          static_cast<double>(attempts_of(edge.step->policy)), endpoint_name(c.model, edge.caller));
  if (has_solution(c.model)) return out;
  for (const Operation& operation : c.model.operations) {
    if (!operation.load || !operation.load->peak) continue;
    for (const ProblemStep& step : operation.steps.value)
      if (step.calls && step.calls->id == external)
        add(out, operation.load->peak->per_second * step.times.value, 1, operation.name);
  }
  return out;
}

void run(const CheckContext& c) {
  for (const ExternalId id : c.model.externals.ids()) {
    const External& external = c.model.externals[id];
    if (!external.limit) continue;
    const double limit = external.limit->per_second;
    const Demand demand = demand_of(c, id);
    const bool over = demand.rate > limit;
    if (!over && demand.with_retries <= limit) continue;
    Diagnostic& d = report(c, rule_external_limit, place_of(external.limit.from, external.from),
                           over ? external.name + " gets " + rate_text(demand.rate) +
                                      " at peak and takes " + rate_text(limit)
                                : "retries to " + external.name + " may exceed its limit",
                           path_of(external));
    if (!over) d.severity = Severity::Warning;
    std::string sum;
    for (const std::string& source : demand.sources)
      sum += (sum.empty() ? "" : " + ") + source;
    const std::string total =
        demand.sources.size() > 1 ? " = " + rate_text(demand.rate) : std::string();
    d.because = sum + (over ? total + " > " + rate_text(limit)
                            : "; with every attempt " + rate_text(demand.with_retries) + " > " +
                                  rate_text(limit));
    d.effect = over ? percent_text(1 - limit / demand.rate) + " of the calls are refused at peak"
                    : "when it is slow, refusals add to its failures";
    d.fixes.push_back(manual_fix(over ? "a queue before it that sends at most " + rate_text(limit) +
                                            ", or a higher limit by contract"
                                      : std::string("a retry budget on the calls")));
  }
}

}  // namespace

const Rule rule_external_limit = {
    {"external-limit", Severity::Error, "availability",
     "more calls go to an external than it accepts"},
    {R"(The calls to an external at peak, over all callers and with their repetitions, are more than its `limit`; a warning when only the retries would bring them there.)",
     R"(Limits of others are enforced by refusal, and often by a refusal of everything for a while. The day of the peak is the wrong day to find the number in their documentation.)",
     R"(externals:
  psp: { latency: 240ms, limit: 100/s, idempotent: by key }
aggregates:
  Payment: { size: 1 KiB, data: internal }
operations:
  pay: { actor: customer, steps: [{ do: create Payment, calls: psp }], load: { mean: 30/s, peak: 240/s } }
)",
     R"(externals:
  psp: { latency: 240ms, limit: 500/s, idempotent: by key }
aggregates:
  Payment: { size: 1 KiB, data: internal }
operations:
  pay: { actor: customer, steps: [{ do: create Payment, calls: psp }], load: { mean: 30/s, peak: 240/s } }
)",
     R"(When the provider has agreed to bursts, with the agreement in the reason.)"},
    run};

}  // namespace scantling
