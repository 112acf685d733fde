#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  for_each_placed_step(c.model, [&](EndpointId id, const PlacedStep& placed) {
    const Step& step = *placed.step;
    if (step.kind != StepKind::Write || !step.guard || *step.guard == WriteGuard::CompareAndSet)
      return;
    const bool checked = *step.guard == WriteGuard::CheckFirst;
    Diagnostic& d =
        report(c, rule_stale_writer, place_of(step.guard.from, place_of(step)),
               endpoint_name(c.model, id) + " may overwrite what is newer in " + step.target,
               path_of(c.model, id));
    d.fingerprint_salt = step.target;
    d.because = checked ? "the version is compared before the write, not by it: another run can "
                          "write between the two"
                        : "nothing compares what was read with what is there when it writes";
    d.effect = "the slower of two runs takes away what the faster one wrote";
    d.fixes.push_back(value_fix("guard", "compare-and-set", step.guard.from, FixSafety::Unsafe));
    touch(c, d, id);
  });
}

}  // namespace

const Rule rule_stale_writer = {
    {"stale-writer", Severity::Warning, "data", "a slow writer overwrites what is newer"},
    {R"(A write says `guard: none` or `guard: check-first`: it takes effect whatever has been written since it was decided on.)",
     R"(Of two writers at once the slower one wins, with the older value. On 2025-10-19 a slow enactor of DNS plans in AWS's us-east-1 overwrote a newer plan: it had checked the version when it began, not when it wrote. `scantling verify` shows the run.)",
     R"(stores:
  zone-db: { engine: postgresql, owner: enactor }
services:
  enactor:
    endpoints:
      enact: { http: POST /plans, steps: [{ read: zone-db }, { write: zone-db, guard: check-first }] }
)",
     R"(stores:
  zone-db: { engine: postgresql, owner: enactor }
services:
  enactor:
    endpoints:
      enact: { http: POST /plans, steps: [{ read: zone-db }, { write: zone-db, guard: compare-and-set }] }
)",
     R"(When there is one writer at a time, and something else makes sure of that.)"},
    run};

}  // namespace scantling
