// The analytic twin: how many designs a search can rank a second.
#include <fmt/core.h>

#include <string>
#include <vector>

#include "estimate/estimate.h"
#include "estimate/network.h"
#include "estimate/test_model.h"
#include "harness.h"

namespace scantling::bench {
namespace {

using namespace scantling::test;

constexpr int kServices = 20;

// Four layers of five services, each with two endpoints and a store with a pool: an endpoint works,
// reads its store behind a cache, calls two services of the layer below (side by side for one of
// its endpoints) with timeout, retries and budget, and writes. Every fifth publishes an event that
// another consumes. Ten operations.
Architecture twenty_services() {
  ModelBuilder b;
  b.model.placement->zones = given(Count{3});
  b.model.placement->same_zone = given(ms(.25));
  b.model.placement->other_zone = given(ms(.5));
  std::vector<EndpointId> below;
  std::vector<EndpointId> layer;
  const ChannelId events = b.channel("events", 24);
  for (int i = 0; i < kServices; ++i) {
    if (i % 5 == 0) below = std::exchange(layer, {});
    const std::string name = fmt::format("service-{}", i);
    const ServiceId service = b.service(name, {4, 40});
    Runtime& runtime = *b.model.services[service].runtime;
    runtime.cpu = given(Cores{2});
    runtime.concurrency = given(Count{64});
    runtime.queue = given(Count{128});
    b.model.services[service].balance =
        given(i % 2 == 0 ? Balance::RandomOfTwo : Balance::RoundRobin);
    const StoreId db = b.store(name + "-db", exponential(1), exponential(3), 32);
    b.model.stores[db].copies = given(Count{3});
    b.model.stores[db].pool = given(Pool{20, true});
    const StoreId cache = b.store(name + "-cache", exponential(.3), exponential(.3), 64);
    for (int e = 0; e < 2; ++e) {
      std::vector<Step> steps = {work(TimeLaw{parse_time_law("2ms").value()})};
      Step read = access(StepKind::Read, cache);
      Miss miss;
      miss.rate = given(Share{.1});
      miss.then = {access(StepKind::Read, db)};
      read.miss = given(miss);
      steps.push_back(read);
      Step together;
      together.kind = StepKind::Together;
      for (std::size_t c = 0; c < 2 && !below.empty(); ++c) {
        Step to = call(below[(static_cast<std::size_t>(i + e) + c * 3) % below.size()]);
        to.policy.timeout = given(ms(250));
        retry(to, 2, 20);
        to.policy.retry->budget = given(Share{.1});
        if (e == 0)
          together.steps.push_back(to);
        else
          steps.push_back(to);
      }
      if (!together.steps.empty()) steps.push_back(together);
      if (e == 1) steps.push_back(access(StepKind::Write, db));
      if (i % 5 == 4 && e == 1) steps.push_back(publish(events, "Changed"));
      layer.push_back(b.endpoint(service, fmt::format("endpoint-{}", e), std::move(steps)));
    }
  }
  const EndpointId consumer =
      b.endpoint(ServiceId(std::size_t{0}), "on-changed", {work(exponential(1))});
  b.model.endpoint(consumer).consumes = given(Ref<ChannelId>("events", events));
  for (std::size_t i = 0; i < 10; ++i)
    b.operation(fmt::format("operation-{}", i), layer[i], 30, 100);
  return b.model;
}

Expected<Figure> designs() {
  const Architecture model = twenty_services();
  EstimateNetwork network = compile_network(model);
  NetworkSolution solution;
  EstimateOptions options;
  options.endpoints = false;
  constexpr int kDesigns = 2000;
  double sum = 0;
  double rounds = 0;
  const double seconds = cpu_seconds(
      [&] {
        sum = rounds = 0;
        std::uint32_t state = 1;
        for (int d = 0; d < kDesigns; ++d) {
          for (NetService& service : network.services) {
            state = state * 1664525U + 1013904223U;
            service.instances_low = service.instances_high = 8 + state % 24U;
            service.scale_target = 0;
          }
          solve(network, options, solution);
          solve_availability(network, options, solution);
          for (const std::int32_t entry : network.operation_entry) {
            const auto e = static_cast<std::size_t>(entry);
            sum += quantile(solution.endpoints[e].time, Percentile::P99) + solution.availability[e];
          }
          rounds += solution.rounds;
        }
      },
      5);
  keep(sum);
  return Figure{kDesigns / seconds, "designs/s",
                fmt::format("{} services, {} endpoints, {} instructions, 40 stores, retries, "
                            "pools, fan-outs; random instances each time, solved for times, "
                            "percentiles, stability and availability in {:.1f} rounds; one core, "
                            "processor time, best of 5 x {}",
                            kServices, network.endpoints.size(), network.code.size(),
                            rounds / kDesigns, kDesigns)};
}

Expected<Figure> whole() {
  const Architecture model = twenty_services();
  constexpr int kTimes = 200;
  const double seconds = best_seconds(5, [&] {
    for (int i = 0; i < kTimes; ++i)
      keep(estimate(model));
  });
  return Figure{seconds / kTimes * 1e6, "us",
                "the same model from its steps to a report with cost, one core, best of 5 x 200"};
}

}  // namespace
}  // namespace scantling::bench

int main(int argc, char** argv) {
  using namespace scantling::bench;
  static const Benchmark table[] = {
      {"estimate.designs", "designs of 20 services evaluated, one core", designs},
      {"estimate.whole", "a model of 20 services compiled, estimated and priced", whole},
  };
  return bench_main(argc, argv, table);
}
