// The alerts of a run. When they fire is a row of test_rows_policies.cpp.
#include "simulate/burn_rate.h"

#include "simulate/test_results.h"

namespace scantling::sim {
namespace {

TEST(BurnRate, NothingFiresWithoutErrors) {
  System s;
  s.service("web", 8);
  s.operation("ask", s.endpoint("web", "ask", {work(fixed_time(.001))}), 50);
  const ExperimentResult r = run(s, quick(60, 2));
  for (const BurnAlert& alert : kBurnAlerts)
    EXPECT_FALSE(fires_after(r.operations[0], .999, alert).has_value());
}

}  // namespace
}  // namespace scantling::sim
