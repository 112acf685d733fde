#include "check/rule_support.h"

namespace scantling {
namespace {

constexpr double kMany = 5;

void run(const CheckContext& c) {
  for_each_placed_step(c.model, [&](EndpointId id, const PlacedStep& placed) {
    const Step& step = *placed.step;
    const bool call =
        step.kind == StepKind::Call && (step.endpoint.valid() || step.external.valid());
    const bool read = (step.kind == StepKind::Read || step.kind == StepKind::Write) &&
                      placed.place.repeats >= kMany;  // `times` alone is one access to many records
    const double times = placed.place.times;
    if (times < kMany || !(call || read)) return;
    double each = 0;
    if (step.endpoint.valid()) {
      if (const auto* e = c.estimate.of(step.endpoint)) each = e->mean_seconds;
    } else if (step.external.valid()) {
      each = c.model.externals[step.external].latency.value.mean_seconds();
    } else if (step.store.valid()) {
      const Store& store = c.model.stores[step.store];
      each = (step.kind == StepKind::Read ? store.read : store.write).value.mean_seconds();
    }
    Diagnostic& d = report(c, rule_chatty_call, place_of(step),
                           endpoint_name(c.model, id) + (call ? " calls " : " asks ") +
                               step.target + " " + figure(times) + " times for one request",
                           path_of(c.model, id));
    d.fingerprint_salt = step.target;
    std::string because = figure(times) + (call ? " calls" : " accesses");
    if (each > 0)
      because += " of " + readable_seconds(each) + " one after the other take " +
                 readable_seconds(times * each);
    if (const double rate = peak_rate(c, id); rate > 0)
      because += "; " + rate_text(rate) + " of requests are " +
                 rate_text(rate * placed.place.mean_times) + " at " + step.target;
    d.because = because;
    d.fixes.push_back(
        manual_fix("one request for all items: an endpoint that takes a list, or a "
                   "read model that has them together"));
    touch(c, d, id);
  });
}

}  // namespace

const Rule rule_chatty_call = {
    {"chatty-call", Severity::Warning, "boundaries",
     "one request makes a call for each of many items"},
    {R"(A call, or a store access inside `repeat`, is made 5 times or more for one request, one after the other.)",
     R"(Latencies add, load multiplies, and at the 99th percentile the slowest of N answers counts: with 20 calls, 18% of the requests meet a call from the slowest 1% (1 - .99^20; Dean and Barroso, "The Tail at Scale", CACM 2013). It is also a sign that a boundary runs through what belongs together.)",
     R"(services:
  web:
    endpoints:
      browse:
        http: GET /products
        steps:
          - repeat: x20
            steps:
              - call: prices.get
                timeout: 100ms
  prices:
    endpoints:
      get:
        http: GET /price
        steps:
          - work: 1ms
)",
     R"(services:
  web:
    endpoints:
      browse:
        http: GET /products
        steps:
          - call: prices.list
            timeout: 100ms
  prices:
    endpoints:
      list:
        http: GET /prices
        steps:
          - work: 3ms
)",
     R"(In a job whose time does not matter and whose load the callee can carry.)"},
    run};

}  // namespace scantling
