// The simulator's engine: events a second on one core, what pending events cost, what a request
// takes in memory, and what a second core brings. The systems are those that the peers of
// performance.md were measured on.
#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <vector>

#include "harness.h"
#include "simulate/compile.h"
#include "simulate/engine.h"
#include "simulate/event_heap.h"
#include "simulate/simulate.h"
#include "simulate/test_systems.h"

namespace scantling::bench {
namespace {

using namespace scantling::sim;

// M/M/1 at 80%.
System single_queue() {
  System s;
  s.service("server");
  s.operation("ask", s.endpoint("server", "ask", {work(exponential_time(.001))}), 800);
  return s;
}

// gateway -> A -> (B, C in parallel) -> D, 8 servers each at 70%, exponential work. `policies` puts
// timeout, retries with jitter, breakers, random-of-two over 4 instances and network delay on all.
System fork_join(bool policies) {
  constexpr double rate = 10'000;
  constexpr double work_seconds = .7 * 8 / rate;
  System s;
  for (const char* name : {"gateway", "a", "b", "c", "d"}) {
    Service& service = policies ? s.service(name, 2, 4) : s.service(name, 8);
    if (policies) service.balance = said(Balance::RandomOfTwo);
  }
  CallPolicy policy;
  if (policies) {
    s.model.placement->same_zone = said(in_seconds(.0005));
    policy = timeout_policy(.25);
    policy.retry = said(retry_policy(3, .01, Jitter::Full));
    BreakerPolicy breaker;
    breaker.failures = said(FailureThreshold{Share{.5}, 0});
    breaker.over = said(Count{100});
    breaker.open = said(in_seconds(1));
    policy.breaker = said(std::move(breaker));
  }
  const auto step = [&] { return work(exponential_time(work_seconds)); };
  const EndpointId d = s.endpoint("d", "get", {step()});
  const EndpointId b = s.endpoint("b", "get", {step()});
  const EndpointId c = s.endpoint("c", "get", {step()});
  const EndpointId a = s.endpoint(
      "a", "get", {step(), together({call(b, policy), call(c, policy)}), call(d, policy)});
  s.operation("ask", s.endpoint("gateway", "ask", {step(), call(a, policy)}), rate);
  return s;
}

struct OneRun {
  Replication result;
  double seconds = 0;
};

Expected<OneRun> run_once(const System& system, double measured_seconds) {
  SimulateOptions options;
  options.measured = in_seconds(measured_seconds);
  auto program = compile(system.model, plain_experiment(), options);
  if (!program) return std::unexpected(program.error());
  OneRun out;
  out.seconds = cpu_seconds([&] {
    RunOptions run;
    run.replication = 1;
    run.warm_up = 1'000'000'000;
    out.result = Engine(*program, run).run();
  });
  if (!out.result.ok) return fail(out.result.error);
  return out;
}

double attempts(const Replication& r) {
  double sum = 0;
  for (std::size_t i = 0; i < r.end.edges.size(); ++i)
    sum += static_cast<double>(r.end.edges[i].attempts);
  return sum;
}

Expected<Figure> mm1() {
  const auto run = run_once(single_queue(), 5000);
  if (!run) return std::unexpected(run.error());
  return Figure{
      static_cast<double>(run->result.events) / run->seconds / 1e6, "M events/s",
      fmt::format(
          "{} events, latency and utilisation recorded, one core, processor time, best of 3",
          run->result.events)};
}

Expected<Figure> forkjoin() {
  const auto run = run_once(fork_join(false), 100);
  if (!run) return std::unexpected(run.error());
  const double requests = static_cast<double>(run->result.end.operations[0].good) / run->seconds;
  return Figure{
      static_cast<double>(run->result.events) / run->seconds / 1e6, "M events/s",
      fmt::format("{:.2f} M requests/s, one core, processor time, best of 3", requests / 1e6)};
}

Expected<Figure> with_policies() {
  const auto run = run_once(fork_join(true), 30);
  if (!run) return std::unexpected(run.error());
  return Figure{
      attempts(run->result) / run->seconds / 1e6, "M calls/s",
      fmt::format("{:.1f} M events/s; network delay, timeouts, retries with full jitter, "
                  "breakers, random-of-two over 4 instances; one core, processor time, best of 3",
                  static_cast<double>(run->result.events) / run->seconds / 1e6)};
}

// Hold model (Jones 1986): take the earliest, schedule one an exponential time later.
double hold_nanoseconds(std::size_t pending) {
  EventHeap heap;
  RandomStream random(1, 0, 0);
  const auto gap = [&] {
    return static_cast<Time>(random.exponential() * 1e6 * static_cast<double>(pending));
  };
  for (std::size_t i = 0; i < pending; ++i)
    heap.push(gap(), EventKind::WorkDone, static_cast<std::uint32_t>(i));
  constexpr int holds = 3'000'000;
  return cpu_seconds([&] {
           for (int i = 0; i < holds; ++i) {
             const Event e = heap.take();
             heap.push(e.time + gap(), EventKind::WorkDone, e.index);
           }
           keep(heap);
         }) /
         holds * 1e9;
}

Expected<Figure> pending() {
  const double few = hold_nanoseconds(10);
  const double thousand = hold_nanoseconds(1000);
  const double many = hold_nanoseconds(100'000);
  const double million = hold_nanoseconds(1'000'000);
  return Figure{many / few, "x",
                fmt::format("hold model, ns an event at 10 / 1e3 / 1e5 / 1e6 pending: {:.0f} / "
                            "{:.0f} / {:.0f} / {:.0f}",
                            few, thousand, many, million)};
}

Expected<Figure> cores() {
  const System system = fork_join(false);
  SimulateOptions options;
  options.measured = in_seconds(20);
  options.replications = 8;
  options.warm_up = in_seconds(1);
  std::string fingerprint[2];
  double seconds[2] = {0, 0};
  for (int jobs = 1; jobs <= 2; ++jobs) {
    options.jobs = jobs;
    seconds[jobs - 1] = best_seconds(3, [&] {
      const auto result = simulate(system.model, plain_experiment(), options);
      if (result) fingerprint[jobs - 1] = result->fingerprint;
    });
  }
  if (fingerprint[0].empty() || fingerprint[0] != fingerprint[1])
    return fail("one and two jobs gave different results");
  return Figure{seconds[0] / seconds[1], "x",
                "8 replications of the fork-join graph, 2 jobs against 1, same fingerprint"};
}

// One million users' requests waiting at once at a station that is far too slow.
Expected<Figure> bytes() {
  System s;
  s.service("server");
  s.operation("ask", s.endpoint("server", "ask", {work(fixed_time(1))}), 1'000'000);
  SimulateOptions options;
  options.measured = in_seconds(1);
  auto program = compile(s.model, plain_experiment(), options);
  if (!program) return std::unexpected(program.error());
  const Replication r = Engine(*program, RunOptions{}).run();
  return Figure{static_cast<double>(r.bytes_in_flight) / static_cast<double>(r.most_frames), "B",
                fmt::format("{} requests in flight", r.most_frames)};
}

}  // namespace
}  // namespace scantling::bench

int main(int argc, char** argv) {
  using namespace scantling::bench;
  static const Benchmark table[] = {
      {"sim.mm1", "M/M/1 at 80%, one core", mm1},
      {"sim.forkjoin", "gateway, A, (B, C), D, one core, policies unused", forkjoin},
      {"sim.policies", "the same graph with every policy in use", with_policies},
      {"sim.pending", "cost of an event with 100,000 pending over 10", pending},
      {"sim.cores", "two cores over one", cores},
      {"sim.bytes_per_request", "memory of a request in flight", bytes},
  };
  return bench_main(argc, argv, table);
}
