// The alerts of a run, against the arithmetic of "The Site Reliability Workbook", chapter 5.
#include "simulate/burn_rate.h"

#include "simulate/test_results.h"

namespace scantling::sim {
namespace {

ExperimentResult failing(double share, double seconds) {
  System s;
  s.service("web", 8);
  s.operation("ask", s.endpoint("web", "ask", {work(fixed_time(.001)), fail_step(share)}), 50);
  return run(s, quick(seconds, 2));
}

TEST(BurnRate, FiresWhenSoMuchOfTheBudgetIsGone) {
  // Nothing is answered well, 99.9% asked for: 14.4 x .1% of an hour is 51.84 s of errors, 6 x .1%
  // of six hours 129.6 s, .1% of three days 259.2 s. The load varies by a per cent or two.
  const ExperimentResult r = failing(1, 300);
  const double right[] = {51.84, 129.6, 259.2};
  for (std::size_t i = 0; i < kBurnAlerts.size(); ++i) {
    const auto at = fires_after(r.operations[0], .999, kBurnAlerts[i]);
    ASSERT_TRUE(at.has_value());
    EXPECT_NEAR(*at, right[i], .05 * right[i]);
  }
}

TEST(BurnRate, ASteadyPerCentNeverFiresTheFirst) {
  // Ten times what is allowed, and 14.4 times is asked for. The second fires when 6 x .1% of six
  // hours are errors: after 12,960 s, later than this run.
  const ExperimentResult r = failing(.01, 3000);
  EXPECT_FALSE(fires_after(r.operations[0], .999, kBurnAlerts[0]).has_value());
  EXPECT_FALSE(fires_after(r.operations[0], .999, kBurnAlerts[1]).has_value());
}

TEST(BurnRate, NothingFiresWithoutErrors) {
  const ExperimentResult r = failing(0, 60);
  for (const BurnAlert& alert : kBurnAlerts)
    EXPECT_FALSE(fires_after(r.operations[0], .999, alert).has_value());
}

}  // namespace
}  // namespace scantling::sim
