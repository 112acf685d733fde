// The analytic twin: how many designs a search can rank a second.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "estimate/estimate.h"
#include "estimate/incremental.h"
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

// What a design is judged by.
double judged(const EstimateNetwork& network, const NetworkSolution& solution) {
  double sum = 0;
  for (const std::int32_t entry : network.operation_entry) {
    const auto e = static_cast<std::size_t>(entry);
    sum += quantile(solution.endpoints[e].time, Percentile::P99) + solution.availability[e];
  }
  for (const StationState& service : solution.services)
    sum += service.amplified;
  return sum;
}

Figure figure(const EstimateNetwork& network, int designs, double seconds, double rounds,
              const std::string& what) {
  return {designs / seconds, "designs/s",
          fmt::format("{} services, {} endpoints, {} instructions, {} stores, retries, pools, "
                      "fan-outs; {}; times, percentiles, stability and availability in {:.1f} "
                      "rounds; one core, processor time, best of 5 x {}",
                      kServices, network.endpoints.size(), network.code.size(),
                      network.stores.size(), what, rounds / designs, designs)};
}

// The sizes of a design, as the search varies them (src/explore/sizes.cpp): instances one more or
// less or a third, half or twice the cores, two copies more or less.
class Sizes {
 public:
  explicit Sizes(const EstimateNetwork& network) {
    instances_.assign(network.services.size(), 16);
    cores_.assign(network.services.size(), 2);
    for (const NetStore& store : network.stores)
      copies_.push_back(store.copies);
  }
  void move(RandomStream& random) {
    const auto services = static_cast<std::uint32_t>(instances_.size());
    const std::uint32_t i = random.below(2 * services + static_cast<std::uint32_t>(copies_.size()));
    const bool up = random.chance(.5);
    if (i < services) {
      const double step = random.chance(.5) ? 1 : std::floor(instances_[i] / 3);
      instances_[i] = std::clamp(instances_[i] + (up ? step : -step), 8.0, 40.0);
    } else if (i < 2 * services) {
      cores_[i - services] = std::clamp(cores_[i - services] * (up ? 2 : .5), 1.0, 4.0);
    } else {
      double& copies = copies_[i - 2 * services];
      copies = std::clamp(copies + (up ? 2 : -2), 1.0, 7.0);
    }
  }
  void apply(EstimateNetwork& network) const {
    for (std::size_t i = 0; i < instances_.size(); ++i) {
      NetService& service = network.services[i];
      service.instances_low = service.instances_high = instances_[i];
      service.scale_target = 0;
      service.servers = static_cast<int>(cores_[i]);
    }
    for (std::size_t i = 0; i < copies_.size(); ++i)
      network.stores[i].copies = copies_[i];
  }

 private:
  std::vector<double> instances_, cores_, copies_;
};

// Less is better: cores and copies, the slowest p99, failures.
using Goals = std::array<double, 3>;
bool dominates(const Goals& a, const Goals& b) {
  bool none_worse = true;
  for (std::size_t i = 0; i < a.size(); ++i)
    none_worse = none_worse && a[i] <= b[i];
  return none_worse;
}

Goals goals_of(const EstimateNetwork& network, const NetworkSolution& solution) {
  Goals out{};
  for (std::size_t i = 0; i < network.services.size(); ++i)
    out[0] += solution.instances[i] * network.services[i].servers;
  for (const NetStore& store : network.stores)
    out[0] += store.copies;
  for (const std::int32_t entry : network.operation_entry) {
    const EndpointState& endpoint = solution.endpoints[static_cast<std::size_t>(entry)];
    out[1] = std::max(out[1], quantile(endpoint.time, Percentile::P99));
    out[2] += 1 - solution.availability[static_cast<std::size_t>(entry)];
  }
  return out;
}

// As the search asks (`rank` in src/explore/explore.cpp): 53 designs of a structure, each one of
// those that none dominates so far with one to three sizes moved; then anew from the first.
Expected<Figure> designs() {
  const Architecture model = twenty_services();
  EstimateNetwork network = compile_network(model);
  EstimateOptions options;
  options.endpoints = false;
  IncrementalSolver solver(network, options);
  constexpr int kStructures = 75;
  constexpr int kOfEach = 53;
  double sum = 0;
  double rounds = 0;
  struct Known {
    Sizes sizes;
    Goals goals;
  };
  const Sizes first(network);
  const double seconds = cpu_seconds(
      [&] {
        sum = rounds = 0;
        RandomStream random(1, 0, random_purpose("designs"));
        for (int s = 0; s < kStructures; ++s) {
          std::vector<Known> front;
          for (int d = 0; d < kOfEach; ++d) {
            Sizes next = first;
            if (d > 0) {
              next = front[random.below(static_cast<std::uint32_t>(front.size()))].sizes;
              for (std::uint32_t moves = 1 + random.below(3); moves > 0; --moves)
                next.move(random);
            }
            next.apply(network);
            const NetworkSolution& solution = solver.solve();
            const Goals goals = goals_of(network, solution);
            for (const StationState& service : solution.services)
              sum += service.amplified;
            sum += goals[1];
            rounds += solution.rounds;
            if (std::ranges::none_of(front,
                                     [&](const Known& k) { return dominates(k.goals, goals); }))
              front.push_back({std::move(next), goals});
          }
        }
      },
      5);
  keep(sum);
  return figure(network, kStructures * kOfEach, seconds, rounds,
                "as the search moves: 53 of a structure, each one of the best so far with one to "
                "three sizes moved");
}

// Other instances of all services each time, solved from nothing.
Expected<Figure> designs_anew() {
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
          sum += judged(network, solution);
          rounds += solution.rounds;
        }
      },
      5);
  keep(sum);
  return figure(network, kDesigns, seconds, rounds, "random instances of all services each time");
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
      {"estimate.designs", "designs of 20 services evaluated as a search moves, one core", designs},
      {"estimate.designs_anew", "the same, each solved from nothing", designs_anew},
      {"estimate.whole", "a model of 20 services compiled, estimated and priced", whole},
  };
  return bench_main(argc, argv, table);
}
