// Requests a second on the fork-join graph, ours over other simulators'. Before a peer's speed
// counts it must be right: M/M/1 and M/M/8 against their closed forms, of the fork-join graph every
// station that has one (Burke: gateway, A, and B and C each by itself), and the whole against ours.
// The peers are our programs over their interfaces, in peers/.
#include <fmt/core.h>

#include <time.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "base/units.h"
#include "harness.h"
#include "simulate/compile.h"
#include "simulate/engine.h"
#include "simulate/simulate.h"
#include "simulate/test_systems.h"
#include "support/process.h"

namespace scantling::bench {
namespace {

using namespace scantling::sim;

constexpr double kForkJoinRate = 10'000;
constexpr double kForkJoinWork = .7 * 8 / kForkJoinRate;

System fork_join() {
  System s;
  for (const char* name : {"gateway", "a", "b", "c", "d"})
    s.service(name, 8);
  const auto step = [] { return work(exponential_time(kForkJoinWork)); };
  const EndpointId d = s.endpoint("d", "get", {step()});
  const EndpointId b = s.endpoint("b", "get", {step()});
  const EndpointId c = s.endpoint("c", "get", {step()});
  const EndpointId a =
      s.endpoint("a", "get", {step(), together({call(b, {}), call(c, {})}), call(d, {})});
  s.operation("ask", s.endpoint("gateway", "ask", {step(), call(a, {})}), kForkJoinRate);
  return s;
}

// Mean time in an M/M/c station, by Erlang's delay formula (Gross et al., "Fundamentals of Queueing
// Theory", 4th edition, 2.3).
double mmc_seconds(int servers, double rate, double work_seconds) {
  const double load = rate * work_seconds;
  double blocking = 1;
  for (int k = 1; k <= servers; ++k)
    blocking = load * blocking / (k + load * blocking);
  const double busy = load / servers;
  const double waits = blocking / (1 - busy * (1 - blocking));
  return work_seconds + waits * work_seconds / (servers * (1 - busy));
}

struct Peer {
  std::vector<std::string> command;
  std::string built_from;  // says what is missing when it isn't there
};

struct PeerRun {
  double requests = 0, seconds = 0;
  std::vector<std::pair<double, double>> means;  // with half widths: the whole, then by station
};

testing::Outcome run_program(std::vector<std::string> argv) {
  testing::Command command;
  command.argv = std::move(argv);
  command.environment = {{"PATH", "/usr/bin:/bin"}};
  command.folder = ".";
  command.limit_seconds = 300;
  return testing::run(command);
}

Expected<PeerRun> run_peer(const Peer& peer, const std::string& system, double seconds) {
  std::vector<std::string> command = peer.command;
  command.insert(command.end(), {system, number_text(seconds), "1"});
  const testing::Outcome result = run_program(command);
  std::istringstream in(result.out);
  PeerRun out;
  if (result.exit != 0 || !(in >> out.requests >> out.seconds))
    return fail(fmt::format("{} failed: {}", command[0], result.err));
  for (double mean = 0, half_width = 0; in >> mean >> half_width;)
    out.means.emplace_back(mean, half_width);
  const std::size_t wanted = system == "forkjoin" ? 6 : 2;
  if (out.means.size() != wanted || out.seconds <= 0)
    return fail(fmt::format("{} printed something else: {}", command[0], result.out));
  return out;
}

Expected<void> agrees(const std::string& what, std::pair<double, double> measured, double wanted,
                      double wanted_half_width = 0) {
  if (std::abs(measured.first - wanted) <= measured.second + wanted_half_width) return {};
  return fail(fmt::format("{}: mean {:.6g} s with interval {:.2g} s, not {:.6g} s", what,
                          measured.first, measured.second, wanted));
}

// Long enough for intervals of about a percent.
Expected<void> is_right(const Peer& peer, double scale, const Interval& whole) {
  const auto one = run_peer(peer, "mm1", 500 * scale);
  if (!one) return std::unexpected(one.error());
  if (auto ok = agrees("M/M/1", one->means[0], mmc_seconds(1, 800, .001)); !ok) return ok;
  const double station = mmc_seconds(8, kForkJoinRate, kForkJoinWork);
  const auto eight = run_peer(peer, "mmc", 40 * scale);
  if (!eight) return std::unexpected(eight.error());
  if (auto ok = agrees("M/M/8", eight->means[0], station); !ok) return ok;
  const auto graph = run_peer(peer, "forkjoin", 20 * scale);
  if (!graph) return std::unexpected(graph.error());
  const char* names[] = {"gateway", "A", "B", "C"};
  for (std::size_t i = 0; i < 4; ++i)
    if (auto ok = agrees(names[i], graph->means[i + 1], station); !ok) return ok;
  return agrees("the fork-join graph", graph->means[0], whole.mean, whole.half_width);
}

Expected<Interval> our_mean() {
  SimulateOptions options;
  options.measured = in_seconds(20);
  options.confidence = .999;
  const System system = fork_join();
  const auto result = simulate(system.model, plain_experiment(), options);
  if (!result) return std::unexpected(result.error());
  return result->operations[0].latency.mean;
}

double processor_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

// Requests a second of processor time.
Expected<double> our_speed() {
  SimulateOptions options;
  options.measured = in_seconds(50);
  const System system = fork_join();
  auto program = compile(system.model, plain_experiment(), options);
  if (!program) return std::unexpected(program.error());
  RunOptions run;
  run.replication = 1;
  run.warm_up = 1'000'000'000;
  const double began = processor_seconds();
  const Replication r = Engine(*program, run).run();
  const double seconds = processor_seconds() - began;
  if (!r.ok) return fail(r.error);
  return static_cast<double>(r.end.operations[0].good) / seconds;
}

Expected<Figure> compare(const Peer& peer, double scale) {
  if (peer.command.empty() || !std::filesystem::exists(peer.command.back()))
    return fail(fmt::format("it is not built: needs {}", peer.built_from));
  const auto whole = our_mean();
  if (!whole) return std::unexpected(whole.error());
  if (auto ok = is_right(peer, scale, *whole); !ok) return std::unexpected(ok.error());
  // In turns, so that whatever else the machine does meets both; the best of each.
  double ours = 0;
  double theirs = 0;
  for (int round = 0; round < 3; ++round) {
    const auto speed = our_speed();
    if (!speed) return std::unexpected(speed.error());
    ours = std::max(ours, *speed);
    const auto run = run_peer(peer, "forkjoin", 40 * scale);
    if (!run) return std::unexpected(run.error());
    theirs = std::max(theirs, run->requests / run->seconds);
  }
  return Figure{ours / theirs, "x",
                fmt::format("{:.3g} M against {:.3g} M requests/s on the fork-join graph, one "
                            "core, processor time, best of 3 in turns; its means are the closed "
                            "forms'",
                            ours / 1e6, theirs / 1e6)};
}

Expected<Figure> ns3() {
  return compare({{SCANTLING_PEERS "/ns3_peer"}, "libns3-dev"}, 1);
}
Expected<Figure> simgrid_timers() {
  return compare({{SCANTLING_PEERS "/simgrid_timers_peer"}, "libsimgrid-dev"}, 1);
}
Expected<Figure> simgrid_actors() {
  return compare({{SCANTLING_PEERS "/simgrid_actors_peer"}, "libsimgrid-dev"}, .5);
}
Expected<Figure> simpy() {
  if (run_program({"/usr/bin/python3", "-c", "import SimPy.Simulation"}).exit != 0)
    return fail("it is not here: needs python3-simpy (SimPy 2)");
  return compare(
      {{"/usr/bin/python3", SCANTLING_SOURCE_DIR "/bench/peers/simpy_peer.py"}, "python3-simpy"},
      .1);
}

}  // namespace
}  // namespace scantling::bench

int main(int argc, char** argv) {
  using namespace scantling::bench;
  static const Benchmark table[] = {
      {"sim.vs_simgrid_actors", "requests/s over SimGrid's, servers as actors", simgrid_actors},
      {"sim.vs_simgrid_timers", "requests/s over SimGrid's bare timers", simgrid_timers},
      {"sim.vs_ns3", "requests/s over ns-3's", ns3},
      {"sim.vs_simpy", "requests/s over SimPy's", simpy},
  };
  return bench_main(argc, argv, table);
}
