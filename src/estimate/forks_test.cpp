// Branches side by side, whose queues get the same requests.
#include <gtest/gtest.h>

#include "estimate/estimate.h"
#include "estimate/test_model.h"

namespace scantling {
namespace {

using namespace test;

// A request to `count` services at once, each with work of 10 ms on one processor, and `other`
// requests a second of its own.
struct Fork {
  ModelBuilder b;
  OperationId operation;

  Fork(int count, const TimeLaw& law, double rate, double other = 0, std::int64_t instances = 1) {
    Step together;
    together.kind = StepKind::Together;
    for (int i = 0; i < count; ++i) {
      const std::string name = "leaf-" + std::to_string(i);
      const ServiceId leaf = b.service(name, {instances, instances});
      together.steps.push_back(call(b.endpoint(leaf, "get", {work(law)})));
      if (other > 0) b.operation(name, b.endpoint(leaf, "own", {work(law)}), other, other);
    }
    operation = b.operation("ask", b.endpoint(b.service("root"), "ask", {together}), rate, rate);
  }
  double mean() const { return estimate(b.model).of(operation)->mean_seconds; }
};

TEST(Forks, TwoQueuesAreThoseOfFlattoAndHahn) {
  for (const double rho : {.3, .5, .7, .8, .9})
    EXPECT_NEAR(Fork(2, exponential(10), 100 * rho).mean() / (.01 / (1 - rho)), (12 - rho) / 8,
                .006 * 1.5)
        << rho;
}

TEST(Forks, MoreQueuesAreThoseOfNelsonAndTantawi) {
  for (const auto& [count, harmonic] : {std::pair{4, 25. / 12}, {8, 761. / 280}})
    for (const double rho : {.3, .6, .9}) {
      const double scaled = harmonic / 1.5 + (1 - harmonic / 1.5) * 4 * rho / 11;
      const double expected = scaled * (12 - rho) / 8;
      EXPECT_NEAR(Fork(count, exponential(10), 100 * rho).mean() / (.01 / (1 - rho)) / expected, 1,
                  .015)
          << count << " at " << rho;
    }
}

TEST(Forks, FixedWorkWaitsAlike) {
  // Both queues are the same at any time: M/D/1, whose mean wait is rho / (2 (1 - rho)) works.
  EXPECT_NEAR(Fork(2, fixed(10), 80).mean(), .01 + .02, 1e-4);
  EXPECT_NEAR(Fork(8, fixed(10), 80).mean(), .01 + .02, 1e-4);
}

TEST(Forks, OtherRequestsMakeThemIndependent) {
  // All of 80 a second are common, half of them, one in a hundred: from 1.4 to 1.5 queues' times.
  const double one = .01 / .2;
  const double all = Fork(2, exponential(10), 80).mean() / one;
  const double half = Fork(2, exponential(10), 40, 40).mean() / one;
  const double few = Fork(2, exponential(10), .8, 79.2).mean() / one;
  EXPECT_NEAR(all, 1.4, .01);
  EXPECT_NEAR(half, 1.5 - .1 / 4, .01);  // r is half as large
  EXPECT_NEAR(few, 1.5, .01);
}

TEST(Forks, InstancesShareWhatIsCommon) {
  // At random over four instances each, two instances have a quarter of r in common.
  const double one = .01 / .2;
  EXPECT_NEAR(Fork(2, exponential(10), 320, 0, 4).mean() / one, 1.5 - .1 / 16, .01);
}

}  // namespace
}  // namespace scantling
