// The analytic twin against the simulator: 200 random systems, 40 at each of five loads of their
// busiest station, 120 under closed loads, and 200 forks.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "estimate/closed_load.h"
#include "harness.h"
#include "simulate/simulate.h"
#include "simulate/test_systems.h"

namespace scantling::bench {
namespace {

using namespace scantling::sim;

constexpr int kSystems = 40;  // at each load
constexpr std::array<double, 5> kLoads = {.3, .5, .7, .8, .9};

// Draws from a range on a logarithmic scale.
double between(RandomStream& random, double low, double high) {
  return low * std::pow(high / low, random.uniform());
}

TimeLaw random_law(RandomStream& random, double mean) {
  switch (random.next() % 3) {
    case 0: return exponential_time(mean);
    case 1: return fixed_time(mean);
    default: return lognormal_time(mean, between(random, .3, 2));
  }
}

// Scales all load so that the busiest station is busy for that share of its time.
void load_to(Architecture& model, double utilisation) {
  for (int round = 0; round < 4; ++round) {
    double busiest = 0;
    for (const StationEstimate& s : estimate(model).stations)
      busiest = std::max({busiest, s.utilisation, s.slots_in_use});
    for (Operation& operation : model.operations)
      operation.load->peak->per_second *= utilisation / busiest;
  }
}

// Two to four layers of one to three services, one to eight servers over one to four instances.
// Each endpoint works, reads or writes a store now and then, and calls endpoints of the layer
// below one after the other or side by side, half of them with a timeout, a retry and a budget.
class RandomSystem {
 public:
  explicit RandomSystem(std::uint64_t seed) : random_(seed, 0, random_purpose("systems")) {
    system_.model.placement->same_zone = said(in_seconds(between(random_, .0001, .001)));
    const int layers = 2 + static_cast<int>(random_.next() % 3);
    for (int l = 0; l < layers; ++l) {
      std::vector<EndpointId> layer;
      const int services = 1 + static_cast<int>(random_.next() % 3);
      for (int s = 0; s < services; ++s)
        layer.push_back(endpoint(fmt::format("service-{}-{}", l, s)));
      below_ = std::move(layer);
    }
    for (std::size_t i = 0; i < below_.size(); ++i)
      system_.operation(fmt::format("operation-{}", i), below_[i], between(random_, 1, 4));
  }

  Architecture& model() { return system_.model; }

 private:
  EndpointId endpoint(const std::string& name) {
    Service& service = system_.service(name, static_cast<double>(1 + random_.next() % 4),
                                       static_cast<std::int64_t>(1 + random_.next() % 4));
    service.balance = said(random_.next() % 2 == 0 ? Balance::Random : Balance::RoundRobin);
    std::vector<Step> steps = {work(random_law(random_, between(random_, .001, .02)))};
    if (random_.next() % 2 == 0) {
      const double mean = between(random_, .0005, .005);
      const StoreId store =
          system_.store(name + "-db", random_law(random_, mean), random_law(random_, 2 * mean), 16);
      steps.push_back(access(random_.next() % 3 == 0 ? StepKind::Write : StepKind::Read, store));
    }
    std::vector<Step> calls;
    for (const EndpointId to : below_)
      if (calls.empty() || random_.next() % 2 == 0) calls.push_back(call(to, policy()));
    if (calls.size() > 1 && random_.next() % 2 == 0)
      steps.push_back(together(std::move(calls)));
    else
      steps.insert(steps.end(), calls.begin(), calls.end());
    return system_.endpoint(name, "get", std::move(steps));
  }

  CallPolicy policy() {
    if (random_.next() % 2 == 0) return {};
    CallPolicy p = timeout_policy(between(random_, .5, 3));
    p.retry = said(retry_policy(2, .01, Jitter::Full));
    p.retry->budget = said(Share{.1});
    return p;
  }

  System system_;
  RandomStream random_;
  std::vector<EndpointId> below_;
};

struct Errors {
  double sum = 0, worst = 0;
  int count = 0, below = 0;
  std::uint64_t worst_seed = 0;

  void add(double estimated, double simulated, std::uint64_t seed) {
    const double error = std::abs(estimated / simulated - 1);
    sum += error;
    ++count;
    if (estimated < simulated) ++below;
    if (error <= worst) return;
    worst = error;
    worst_seed = seed;
  }
  double mean() const { return sum / std::max(1, count); }
};

// What the twin says of a model against what comes out: of all operations, or of the first.
struct OpenErrors {
  Errors mean_time, p99;
  double noise = 0;

  std::optional<Error> compare(const Architecture& model, std::uint64_t seed, bool all) {
    const Estimate estimated = estimate(model);
    SimulateOptions options;
    options.seed = seed;
    double rate = 0;
    for (const Operation& operation : model.operations)
      if (all || rate == 0) rate += operation.load->peak->per_second;
    options.measured = in_seconds(20'000 / rate);  // 20,000 requests a replication
    options.replications = 5;
    auto run = simulate(model, plain_experiment(), options);
    if (!run) return run.error();
    for (const OperationResult& o : run->operations) {
      const OperationEstimate* e = estimated.of(o.operation);
      if (e == nullptr) return fail("an operation without an estimate").error();
      mean_time.add(e->mean_seconds, o.latency.mean.mean, seed);
      p99.add(e->p99_seconds, o.latency.p99.mean, seed);
      noise += o.latency.mean.half_width / o.latency.mean.mean;
      if (!all) break;
    }
    return {};
  }
  Figure figure(double load) const {
    return {100 * mean_time.mean(), "%",
            fmt::format("mean time: worst {:.0f}% (seed {}), too low in {} of {}; p99: mean "
                        "{:.1f}%, worst {:.0f}% (seed {}); {} systems, busiest station {:.0f}% "
                        "busy; the simulation's own 99% half width {:.1f}% on average",
                        100 * mean_time.worst, mean_time.worst_seed, mean_time.below,
                        mean_time.count, 100 * p99.mean(), 100 * p99.worst, p99.worst_seed,
                        kSystems, 100 * load, 100 * noise / mean_time.count)};
  }
};

template <std::size_t Load>
Expected<Figure> error_at() {
  OpenErrors errors;
  for (int i = 0; i < kSystems; ++i) {
    const std::uint64_t seed = 1000 * Load + static_cast<std::uint64_t>(i) + 1;
    RandomSystem system(seed);
    load_to(system.model(), kLoads[Load]);
    if (auto wrong = errors.compare(system.model(), seed, true)) return std::unexpected(*wrong);
  }
  return errors.figure(kLoads[Load]);
}

// One request to two to eight services side by side: all alike, or each with its own work, cores,
// instances and balancer, and half of them with other requests too.
System random_fork(std::uint64_t seed) {
  System system;
  RandomStream random(seed, 0, random_purpose("forks"));
  const bool alike = random.next() % 2 == 0;
  const bool alone = random.next() % 2 == 0;
  TimeLaw law;
  double cpu = 1;
  std::int64_t instances = 1;
  Balance balance = Balance::Random;
  std::vector<Step> branches;
  std::vector<EndpointId> others;
  const std::size_t count = 2 + random.next() % 7;
  for (std::size_t i = 0; i < count; ++i) {
    if (i == 0 || !alike) {
      law = random_law(random, between(random, .005, .01));
      cpu = static_cast<double>(1 + random.next() % 2);
      instances = static_cast<std::int64_t>(1 + random.next() % 3);
      balance = random.next() % 2 == 0 ? Balance::Random : Balance::RoundRobin;
    }
    const std::string name = fmt::format("leaf-{}", i);
    system.service(name, cpu, instances).balance = said(balance);
    branches.push_back(call(system.endpoint(name, "get", {work(law)})));
    const EndpointId own = system.endpoint(name, "own", {work(law)});
    if (!alone && random.next() % 2 == 0) others.push_back(own);
  }
  system.service("root", 4, 4, -1);
  system.operation("fork", system.endpoint("root", "get", {together(std::move(branches))}), 1);
  for (std::size_t i = 0; i < others.size(); ++i)
    system.operation(fmt::format("other-{}", i), others[i], between(random, .3, 3));
  return system;
}

template <std::size_t Load>
Expected<Figure> fork_error() {
  OpenErrors errors;
  for (int i = 0; i < kSystems; ++i) {
    const std::uint64_t seed = 5000 + 1000 * Load + static_cast<std::uint64_t>(i);
    System system = random_fork(seed);
    load_to(system.model, kLoads[Load]);
    if (auto wrong = errors.compare(system.model, seed, false)) return std::unexpected(*wrong);
  }
  return errors.figure(kLoads[Load]);
}

// A callee that fails and is slow now and then, behind a breaker of random terms: callers of one to
// three instances, half of them with a timeout and retries. Availability is what comes of the share
// of the calls that it lets through.
Expected<Figure> breaker_error() {
  double error = 0;
  double worst = 0;
  double refused = 0;
  std::uint64_t worst_seed = 0;
  for (int i = 0; i < kSystems; ++i) {
    const std::uint64_t seed = 20'000 + static_cast<std::uint64_t>(i);
    RandomStream random(seed, 0, random_purpose("breakers"));
    System system;
    system.service("callee", 8, 1).balance = said(Balance::Random);
    system.service("caller", 8, 1 + static_cast<std::int64_t>(random.next() % 3));
    const double failing = between(random, .1, .9);
    const EndpointId inside =
        system.endpoint("callee", "get", {work(exponential_time(.005)), fail_step(failing)});
    CallPolicy policy;
    if (random.next() % 2 == 0) {
      policy = timeout_policy(between(random, .01, .1));
      policy.retry = said(retry_policy(2, .01, Jitter::Full));
    }
    BreakerPolicy breaker;
    FailureThreshold threshold{Share{between(random, .2, .8)}, 0};
    if (random.next() % 3 == 0) threshold.consecutive = 2 + random.next() % 6;
    breaker.failures = said(threshold);
    breaker.over = said(Count{static_cast<std::int64_t>(between(random, 5, 50))});
    breaker.open = said(in_seconds(between(random, .1, 2)));
    breaker.probes = said(Count{1 + static_cast<std::int64_t>(random.next() % 3)});
    policy.breaker = said(breaker);
    const double rate = between(random, 20, 200);
    system.operation("ask", system.endpoint("caller", "get", {call(inside, policy)}), rate);
    const Estimate estimated = estimate(system.model);
    SimulateOptions options;
    options.seed = seed;
    options.measured = in_seconds(200);
    options.replications = 5;
    auto run = simulate(system.model, plain_experiment(), options);
    if (!run) return std::unexpected(run.error());
    // As a share of what is answered well without the breaker.
    system.model.services[ServiceId(1)].endpoints[0].steps->front().policy.breaker = {};
    const Estimate without = estimate(system.model);
    const double all = without.operations[0].availability;
    const double simulated = run->operations[0].availability.mean / all;
    const double answered = estimated.operations[0].availability / all;
    error += std::abs(answered - simulated);
    if (std::abs(answered - simulated) > worst) {
      worst = std::abs(answered - simulated);
      worst_seed = seed;
    }
    refused += 1 - simulated;
  }
  return Figure{100 * error / kSystems, "points",
                fmt::format("of 100: mean error of the share of calls that a breaker lets through; "
                            "worst {:.1f} (seed {}); {} systems, {:.0f}% refused on average",
                            100 * worst, worst_seed, kSystems, 100 * refused / kSystems)};
}

// Users that would keep the busiest station this busy if nobody had to wait.
constexpr std::array<double, 3> kAsked = {.5, .9, 1.5};

Experiment closed_load(double users, double think) {
  ClosedLoad load;
  load.users = said(Count{static_cast<std::int64_t>(std::lround(users))});
  load.think = said(exponential_time(think));
  Experiment out = plain_experiment();
  ExperimentLoad all;
  all.closed = said(std::move(load));
  out.load = said(std::move(all));
  return out;
}

template <std::size_t Level>
Expected<Figure> closed_error() {
  Errors throughput, mean_time, p99;
  for (int i = 0; i < kSystems; ++i) {
    const std::uint64_t seed = 9000 + 100 * Level + static_cast<std::uint64_t>(i);
    RandomSystem system(seed);
    load_to(system.model(), kAsked[Level] * .5);  // so that times are those of little waiting
    double rate = 0;
    double alone = 0;
    for (const OperationEstimate& o : estimate(system.model()).operations) {
      rate += 2 * o.rate;
      alone += 2 * o.rate * o.mean_seconds;
    }
    RandomStream random(seed, 1, random_purpose("users"));
    const double think = between(random, .05, 2);
    const Experiment closed = closed_load(std::max(2.0, rate * think + alone), think);
    const Estimate estimated = estimate_closed(system.model(), closed);
    SimulateOptions options;
    options.seed = seed;
    options.measured = in_seconds(20'000 / rate);
    auto run = simulate(system.model(), closed, options);
    if (!run) return std::unexpected(run.error());
    double simulated_rate = 0;
    double estimated_rate = 0;
    for (const OperationResult& o : run->operations) {
      const OperationEstimate* e = estimated.of(o.operation);
      if (e == nullptr) return fail("an operation without an estimate");
      simulated_rate += o.offered.mean;
      estimated_rate += e->rate;
      if (o.availability.mean < .5) continue;  // hardly any times to compare
      mean_time.add(e->mean_seconds, o.latency.mean.mean, seed);
      p99.add(e->p99_seconds, o.latency.p99.mean, seed);
    }
    throughput.add(estimated_rate, simulated_rate, seed);
  }
  return Figure{100 * throughput.mean(), "%",
                fmt::format("throughput: worst {:.1f}% (seed {}); mean time: mean {:.1f}%, worst "
                            "{:.0f}% (seed {}), too low in {} of {}; p99: mean {:.1f}%, worst "
                            "{:.0f}%; {} systems",
                            100 * throughput.worst, throughput.worst_seed, 100 * mean_time.mean(),
                            100 * mean_time.worst, mean_time.worst_seed, mean_time.below,
                            mean_time.count, 100 * p99.mean(), 100 * p99.worst, kSystems)};
}

}  // namespace
}  // namespace scantling::bench

int main(int argc, char** argv) {
  using namespace scantling::bench;
  static const Benchmark table[] = {
      {"estimate.error.30", "the twin's mean times against simulation, load 30%", error_at<0>},
      {"estimate.error.50", "the same at 50%", error_at<1>},
      {"estimate.error.70", "the same at 70%", error_at<2>},
      {"estimate.error.80", "the same at 80%", error_at<3>},
      {"estimate.error.90", "the same at 90%", error_at<4>},
      {"estimate.forks.30", "branches side by side against simulation, load 30%", fork_error<0>},
      {"estimate.forks.50", "the same at 50%", fork_error<1>},
      {"estimate.forks.70", "the same at 70%", fork_error<2>},
      {"estimate.forks.80", "the same at 80%", fork_error<3>},
      {"estimate.forks.90", "the same at 90%", fork_error<4>},
      {"estimate.breakers", "what breakers let through, against simulation", breaker_error},
      {"estimate.closed.50", "closed loads against simulation, users for 50%", closed_error<0>},
      {"estimate.closed.90", "users for 90%", closed_error<1>},
      {"estimate.closed.150", "users for 150%", closed_error<2>},
  };
  return bench_main(argc, argv, table);
}
