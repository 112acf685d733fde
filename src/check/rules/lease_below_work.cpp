#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  for_each_placed_step(c.model, [&](EndpointId id, const PlacedStep& placed) {
    const Step& step = *placed.step;
    if (step.kind != StepKind::Lock || !step.lease) return;
    const auto longest = c.calls.longest_seconds(id);
    if (!longest || *longest <= step.lease->seconds()) return;
    Diagnostic& d = report(
        c, rule_lease_below_work, place_of(step.lease.from, place_of(step)),
        endpoint_name(c.model, id) + " may hold lock " + step.lock + " longer than its lease",
        path_of(c.model, id));
    d.fingerprint_salt = step.lock;
    d.because =
        "it may take " + readable_seconds(*longest) + ", the lease lasts " + readable(*step.lease);
    d.effect = step.fenced.or_else(false)
                   ? "it is refused when it writes, and its work is lost"
                   : "another run gets the lock while this one goes on writing";
    d.fixes.push_back(manual_fix("lease: longer than " + readable_seconds(*longest) +
                                 ", or shorter timeouts under it"));
    touch(c, d, id);
  });
}

}  // namespace

const Rule rule_lease_below_work = {
    {"lease-below-work", Severity::Warning, "data", "a lock's lease is shorter than the work"},
    {R"(The longest that an endpoint may take, by its work, timeouts and attempts, is more than the lease of the lock that it takes.)",
     R"(The lease runs out without any fault, and two runs work under one lock on every busy day. `scantling verify` shows the run, and whether fencing stops the former holder.)",
     R"(stores:
  plans-db: { engine: postgresql, owner: planner }
services:
  planner:
    endpoints:
      apply: { http: POST /plans, steps: [{ lock: plans, lease: 1s }, { write: plans-db, timeout: 5s }] }
)",
     R"(stores:
  plans-db: { engine: postgresql, owner: planner }
services:
  planner:
    endpoints:
      apply: { http: POST /plans, steps: [{ lock: plans, lease: 30s }, { write: plans-db, timeout: 5s }] }
)",
     R"(When the holder renews the lease while it works.)"},
    run};

}  // namespace scantling
