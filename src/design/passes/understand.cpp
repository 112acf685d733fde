// Fills in what the problem leaves out, as stated assumptions with a question each, and decides
// which consistency each operation needs.
#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"
#include "design/passes.h"

namespace scantling {
namespace {

// What is taken when a model gives no number. All are shown among the assumptions.
constexpr std::int64_t kAggregateCount = 100'000;
constexpr std::int64_t kAggregateBytes = 1024;
constexpr double kMeanRate = 1, kPeakOverMean = 5;
constexpr double kExternalAvailability = .999;
constexpr double kScanRows = 1000, kScanSeconds = 10;  // a report over many rows may take longer

void understand_aggregates(Workspace& ws) {
  for (Aggregate& aggregate : ws.model.aggregates) {
    const std::string path = "aggregates." + aggregate.name;
    std::vector<std::string> missing;
    if (aggregate.count.assume({kAggregateCount}))
      missing.push_back(fmt::format("count {}", to_text(Count{kAggregateCount})));
    if (aggregate.size.assume({kAggregateBytes}))
      missing.push_back(fmt::format("size {}", to_text(Bytes{kAggregateBytes})));
    if (aggregate.data.assume(DataClass::Internal)) missing.push_back("data class internal");
    if (missing.empty()) continue;
    ws.assume(path, fmt::format("{}: {} taken", aggregate.name, enumerate(missing)),
              fmt::format("how many {} are there, how large is one, and is it personal?",
                          service_name_for(aggregate.name)));
  }
}

void understand_externals(Workspace& ws) {
  for (External& external : ws.model.externals) {
    const std::string path = "externals." + external.name;
    std::vector<std::string> missing;
    if (!external.latency) {
      external.latency.assume(
          *fit_lognormal(Duration::from_seconds(.2), Duration::from_seconds(1)));
      missing.push_back("latency 200 ms (p99 1 s)");
    }
    if (external.availability.assume({kExternalAvailability}))
      missing.push_back("availability 99.9%");
    if (external.idempotent.assume(Idempotency::No))
      missing.push_back("no idempotency, so it is never retried");
    if (missing.empty()) continue;
    ws.assume(
        path, fmt::format("{}: {} taken", external.name, enumerate(missing)),
        fmt::format("what does {} promise: latency, availability, a limit, an idempotency key?",
                    external.name));
  }
}

void understand_load(Workspace& ws, Operation& operation) {
  const std::string path = "operations." + operation.name + ".load";
  const bool started_otherwise = !operation.on->empty() || operation.every;
  if (!operation.load) {
    if (started_otherwise) return;  // follows from its events or its schedule
    operation.load.assume({});
    operation.load->mean.assume({kMeanRate});
    operation.load->peak.assume({kMeanRate * kPeakOverMean});
    ws.assume(path, fmt::format("{}: load 1/s, peak 5/s taken", operation.name),
              fmt::format("how often is {} asked for, on average and at peak?", operation.name));
    return;
  }
  OperationLoad& load = *operation.load;
  if (load.mean && !load.peak) {
    load.peak.assume({load.mean->per_second * kPeakOverMean});
    ws.assume(path + ".peak",
              fmt::format("{}: peak of 5 times the mean ({}) taken", operation.name,
                          readable(*load.peak)),
              fmt::format("what is the peak load of {}?", operation.name));
  } else if (load.peak && !load.mean) {
    load.mean.assume({load.peak->per_second / kPeakOverMean});
    ws.assume(path + ".mean", fmt::format("{}: mean of a fifth of the peak ({}) taken",
                                          operation.name, readable(*load.mean)));
  }
}

// An operation that somebody waits for answers within the profile's time; one that an event starts
// has a minute.
void understand_objective(Workspace& ws, Operation& operation) {
  const bool waited_for = operation.on->empty() && !operation.every;
  const std::string path = "operations." + operation.name + ".objective";
  if (!operation.objective) operation.objective.assume({});
  Objective& objective = *operation.objective;
  std::vector<std::string> taken;
  if (!objective.p50 && !objective.p95 && !objective.p99 && !objective.p999) {
    const bool scans = std::ranges::any_of(
        *operation.steps, [](const ProblemStep& s) { return s.times.value > kScanRows; });
    const Duration p99 = !waited_for ? Duration::from_seconds(60)
                         : scans ? std::max(ws.profile_p99(), Duration::from_seconds(kScanSeconds))
                                 : ws.profile_p99();
    objective.p99.assume(p99);
    taken.push_back("p99 " + to_text(p99));
  }
  if (!objective.availability) {
    const Share availability = waited_for ? ws.profile_availability()
                                          : Share{std::min(ws.profile_availability().value, .999)};
    objective.availability.assume(availability);
    taken.push_back("availability " + to_text(availability));
  }
  if (!taken.empty())
    ws.assume(path, fmt::format("{}: {} taken from the profile", operation.name, enumerate(taken)),
              fmt::format("how fast and how reliable must {} be?", operation.name));
}

void understand_events(Workspace& ws) {
  std::vector<std::string> emitted;
  for (const Operation& operation : ws.model.operations)
    for (const std::string& text : *operation.emits)
      emitted.push_back(parse_emission(text).event);
  for (const Channel& channel : ws.model.channels)
    for (const std::string& event : *channel.events)
      emitted.push_back(event);
  for (const Operation& operation : ws.model.operations)
    for (const std::string& event : *operation.on)
      if (std::ranges::find(emitted, event) == emitted.end())
        ws.assume(
            "operations." + operation.name + ".on",
            fmt::format("{} waits for {}, which nothing in the model announces: it never runs",
                        operation.name, event),
            fmt::format("which operation emits {}?", event));
}

void understand_constraints(Workspace& ws) {
  if (!ws.model.constraints) ws.model.constraints.assume({});
  Constraints& constraints = *ws.model.constraints;
  if (!constraints.regions) {
    constraints.regions.assume({"region-1"});
    ws.assume("constraints.regions", "one region taken", "in which regions does it run?");
  }
  const int zones = ws.zones();
  if (constraints.zones.assume({zones}))
    ws.assume("constraints.zones", fmt::format("{} taken from the profile", plural(zones, "zone")));
  if (constraints.platform.assume("kubernetes"))
    ws.assume("constraints.platform", "platform kubernetes taken");
  if (constraints.provider.assume("generic"))
    ws.assume("constraints.provider", "prices of no particular provider taken",
              "which cloud provider is it priced for?");
  if (!constraints.budget)
    ws.assume("constraints.budget", "no budget given: cost is reported, not bounded",
              "what may it cost a month?");
  if (ws.model.teams.empty())
    ws.assume("teams", "no teams given: one team of 4 is taken for each two services",
              "which teams will own it?");
}

// The consistency that an operation needs follows from what it writes, not from taste.
void decide_consistency(Workspace& ws, const Operation& operation) {
  std::vector<std::string> invariants;
  bool writes = false;
  for (const ProblemStep& step : *operation.steps) {
    if (!is_write(step.verb)) continue;
    writes = true;
    if (step.aggregate.id.valid())
      if (const auto& invariant = ws.model.aggregates[step.aggregate.id].invariant)
        invariants.push_back(fmt::format("{} of {}", *invariant, step.aggregate.name));
  }
  const std::string path = "operations." + operation.name;
  const std::string name = operation.name + ".consistency";
  Draft draft(ws, name, "understand", fmt::format("how consistent must {} be?", operation.name));
  const double stale = operation.staleness ? operation.staleness->seconds() : 0;
  if (writes && (operation.atomic.or_else(false) || !invariants.empty())) {
    draft.choose("strong").reject("eventual", {}, "concurrent runs could break what must hold");
    draft.because(!invariants.empty()
                      ? fmt::format("it must keep {}", enumerate(invariants))
                      : std::string("it is declared atomic: all of it, or none of it"));
    draft.flips(!invariants.empty() ? "flips if what must hold may be broken for a while and mended"
                                    : "flips if it need not be all or nothing");
    draft.traces({path + (invariants.empty() ? ".atomic" : ".steps")});
  } else if (writes) {
    draft.choose("read your writes")
        .reject("strong", {}, "no invariant and nothing atomic asks for it")
        .because("it writes, and no declared invariant spans what it writes")
        .flips("flips if something that it writes must hold an invariant, or it must be atomic")
        .traces({path + ".steps"});
  } else if (stale > 0) {
    draft.choose(fmt::format("bounded staleness of {}", to_text(*operation.staleness)))
        .reject("strong", {},
                fmt::format("an answer {} old is allowed, so copies and caches may serve it",
                            to_text(*operation.staleness)))
        .because(fmt::format("it only reads, and may be {} behind", to_text(*operation.staleness)))
        .flips("flips if staleness is removed")
        .traces({path + ".staleness"});
  } else {
    draft.choose("read committed at the owner")
        .reject("bounded staleness", {}, "no staleness is allowed")
        .because("it only reads, and no staleness is allowed")
        .flips("flips if a staleness is allowed")
        .traces({path + ".steps"});
  }
  draft.reversibility(Reversibility::Costly).keep();
}

}  // namespace

void pass_understand(Workspace& ws) {
  if (ws.model.profiles->empty() && !ws.model.profiles.has()) {
    ws.model.profiles.assume({Profile::Production});
    ws.assume("profile", "profile production taken",
              "is it a production, startup, regulated, ... system?");
  }
  understand_aggregates(ws);
  understand_externals(ws);
  for (Operation& operation : ws.model.operations) {
    understand_load(ws, operation);
    understand_objective(ws, operation);
    if (operation.idempotent.has()) continue;
    const bool reads_only = std::ranges::none_of(
        *operation.steps, [](const ProblemStep& s) { return is_write(s.verb); });
    if (reads_only) operation.idempotent.assume(Idempotency::Yes);
  }
  understand_events(ws);
  understand_constraints(ws);
  for (const Operation& operation : ws.model.operations)
    decide_consistency(ws, operation);
}

}  // namespace scantling
