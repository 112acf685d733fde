// The verifier: exact states a second and bytes a state on one thread, SPIN on the same system, and
// what people wait for: sagas under any number of faults, and a model of 30 services.
#include <fmt/core.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "harness.h"
#include "language/language.h"
#include "verify/export.h"
#include "verify/test_systems.h"
#include "verify/verify.h"

namespace scantling::bench {
namespace {

using namespace scantling::verify;
using verify::Fault;  // not the model's

// So many runs of a saga of four steps with so many faults of each kind: bounds by kind in the
// state, no reductions.
struct Bounds {
  int instances, crashes, losses, duplicates, timeouts;
};

System budgeted(const Bounds& of = {2, 1, 0, 0, 1}) {
  SagaShape shape = verify::testing::safe_saga(4);
  shape.instances = of.instances;
  for (SagaStepShape& s : shape.steps) {
    s.attempts = 0;
    s.transport = s.undo_transport = {true, true};
  }
  return with_budgets(saga_system(shape), {{verify::Fault::Crash, of.crashes},
                                           {verify::Fault::Loss, of.losses},
                                           {verify::Fault::Duplicate, of.duplicates},
                                           {verify::Fault::Timeout, of.timeouts}});
}

Limits exact() {
  Limits limits;
  limits.reduce = false;
  limits.memory = std::size_t{3} << 30;
  return limits;
}

Expected<Figure> states() {
  const System system = budgeted();
  Exploration e;
  const double seconds = best_seconds(3, [&] { e = explore(system, exact()); });
  if (!e.any_faults()) return fail("the search did not end");
  return Figure{static_cast<double>(e.states) / seconds, "states/s",
                fmt::format("two runs of a four-step saga, 1 crash, 1 early timeout: {} states, {} "
                            "transitions, with traces, one thread",
                            e.states, e.transitions)};
}

Expected<Figure> bytes() {
  const Exploration e = explore(budgeted(), exact());
  return Figure{
      static_cast<double>(e.bytes) / static_cast<double>(e.states), "B",
      fmt::format("state of {:.0f} bits, its parent and its place in the table; {} states", e.bits,
                  e.states)};
}

struct Spin {
  double search = 0, total = 0;
  std::uint64_t states = 0;
};

double seconds_of(const std::string& command) {
  const auto begin = std::chrono::steady_clock::now();
  const int status = std::system(command.c_str());
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return status == 0 ? took.count() : -1;
}

// The exported twin through spin -a, gcc -O2 and pan, all faults counted exactly as here.
Expected<Spin> run_spin(const System& system, const Exploration& expected) {
  if (std::system("command -v spin >/dev/null 2>&1") != 0)
    return fail("spin is not installed: ./setup.sh ci");
  const auto folder = std::filesystem::temp_directory_path() / "scantling-verify-bench";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "model.pml") << promela_of(system, expected);
  const std::string in = "cd '" + folder.string() + "' && ";
  Spin out;
  const double made = seconds_of(in +
                                 "spin -o1 -o2 -o3 -a model.pml >spin.log && gcc -O2 -w -DSAFETY "
                                 "-DNOREDUCE -DMEMLIM=6000 -o pan pan.c");
  out.search = seconds_of(in + "./pan -E -m10000000 -w26 >pan.log");
  if (made < 0 || out.search < 0) return fail("spin, gcc or pan failed");
  out.total = made + out.search;
  std::ifstream log(folder / "pan.log");
  for (std::string line; std::getline(log, line);)
    if (line.find("states, stored") != std::string::npos) out.states = std::stoull(line);
  std::filesystem::remove_all(folder);
  return out;
}

Expected<Figure> against_spin(bool total) {
  const System system = budgeted();
  Exploration e;
  const double seconds = best_seconds(2, [&] { e = explore(system, exact()); });
  const auto spin = run_spin(system, e);
  if (!spin) return std::unexpected(spin.error());
  if (spin->states != e.states)
    return fail(fmt::format("{} states here, {} by SPIN", e.states, spin->states));
  const double theirs = total ? spin->total : spin->search;
  return Figure{theirs / seconds, "x",
                fmt::format("the same {} states: {:.2f} s here, {:.2f} s by SPIN -O2{}", e.states,
                            seconds, theirs, total ? " with spin -a and gcc" : "")};
}
Expected<Figure> vs_spin() {
  return against_spin(false);
}
Expected<Figure> vs_spin_total() {
  return against_spin(true);
}

// How many of five bounds give the same count as the exported twin in SPIN.
Expected<Figure> counts() {
  constexpr Bounds kBounds[] = {
      {2, 0, 0, 0, 1}, {3, 0, 0, 0, 0}, {2, 1, 0, 0, 0}, {1, 1, 1, 1, 1}, {2, 1, 0, 0, 1}};
  int equal = 0;
  std::string note;
  for (const Bounds& b : kBounds) {
    const System system = budgeted(b);
    const Exploration e = explore(system, exact());
    const auto spin = run_spin(system, e);
    if (!spin) return std::unexpected(spin.error());
    equal += spin->states == e.states ? 1 : 0;
    note += fmt::format("{}{};{},{},{},{}: {}", note.empty() ? "" : ", ", b.instances, b.crashes,
                        b.losses, b.duplicates, b.timeouts, e.states);
    if (spin->states != e.states) note += fmt::format(" (SPIN {})", spin->states);
  }
  return Figure{static_cast<double>(equal), "of 5",
                "instances;crashes,losses,duplicates,early timeouts: " + note};
}

Expected<Figure> unlimited(int steps, int instances) {
  SagaShape shape = verify::testing::safe_saga(steps);
  shape.instances = instances;
  const System system = saga_system(shape);
  Limits limits;
  limits.memory = std::size_t{3} << 30;
  Exploration e;
  const double seconds = best_seconds(instances > 1 ? 1 : 3, [&] { e = explore(system, limits); });
  if (!e.any_faults()) return fail("the search did not end within 3 GiB");
  return Figure{seconds * 1000, "ms",
                fmt::format("{} states, every property, any number of crashes, losses, duplicates "
                            "and early timeouts",
                            e.states)};
}
Expected<Figure> saga4() {
  return unlimited(4, 1);
}
Expected<Figure> saga10() {
  return unlimited(10, 1);
}
Expected<Figure> two_sagas() {
  return unlimited(4, 2);
}

// 30 services in six groups of five: each with a saga of four steps, which is choreographed in two
// groups and holds a lock in one; a channel with a consumer; stores that fail over. What goes wrong
// differs by group: no tombstones, a log that isn't durable, copies that are behind.
std::string six_groups() {
  std::string stores, channels, services, sagas;
  for (int g = 0; g < 6; ++g) {
    for (int i = 0; i < 5; ++i) {
      const std::string name = fmt::format("s{}-{}", g, i);
      stores += fmt::format(
          "  {0}-db: {{ engine: postgresql, owner: {0}, copies: 3, consistency: strong, failover: "
          "30s, fenced: {1}{2} }}\n",
          name, g % 2 == 0, g % 3 == 2 ? ", lag: 1s" : "");
      services += fmt::format(
          "  {0}:\n    endpoints:\n"
          "      act: {{ http: POST /acts, idempotent: by key, steps: [{{ write: {0}-db }}{1}] }}\n"
          "      undo: {{ http: DELETE /acts, idempotent: by key, steps: [{{ write: {0}-db }}] "
          "}}\n",
          name, i == 0 ? fmt::format(", {{ publish: done-{0} Done{0}, via: outbox }}", g) : "");
    }
    services += fmt::format(
        "      on-done: {{ consumes: done-{0}, idempotent: by key, steps: [{{ write: s{0}-4-db }}] "
        "}}\n",
        g);
    channels += fmt::format(
        "  done-{0}: {{ broker: kafka, events: [Done{0}], partitions: 6, key: id, attempts: 5, "
        "dead-letter: done-{0}.dlq }}\n",
        g);
    sagas += fmt::format(
        "  saga-{0}:\n    style: {1}\n    coordinator: s{0}-0\n    durable: {2}\n"
        "    steps:\n",
        g, g % 3 == 1 ? "choreographed" : "orchestrated", g != 3);
    for (int k = 1; k <= 4; ++k)
      sagas += fmt::format("      - {{ do: s{0}-{1}.act{2}{3}{4} }}\n", g, k,
                           k < 4 ? fmt::format(", undo: s{0}-{1}.undo", g, k) : "",
                           k < 4 && g % 2 == 0 ? ", tombstone: true" : "",
                           k == 1 && g == 5 ? ", semantic-lock: true" : "");
  }
  return "scantling: 1\nsystem: six-groups\nstores:\n" + stores + "channels:\n" + channels +
         "services:\n" + services + "sagas:\n" + sagas;
}

std::uint64_t states_of(const Verification& v) {
  std::uint64_t sum = 0;
  for (const ProtocolVerdict& p : v.protocols)
    sum += p.exploration.states;
  return sum;
}

Expected<Figure> sliced() {
  MemoryFiles files;
  files.add("model.yaml", six_groups());
  Sources sources;
  Diagnostics problems;
  const Architecture model = read_model(sources, files, "model.yaml", {}, problems);
  if (problems.has_errors())
    return fail("the sample model has errors: " + problems.all().front().title);
  Verification v;
  const double seconds = best_seconds(3, [&] { v = verify::verify(model, {}); });
  return Figure{seconds * 1000, "ms",
                fmt::format("30 services, 6 sagas, 6 channels, 30 stores: {} protocols, {} states, "
                            "{} properties fail and their repairs are tried",
                            v.protocols.size(), states_of(v), v.count(Outcome::Fails))};
}

}  // namespace
}  // namespace scantling::bench

int main(int argc, char** argv) {
  using namespace scantling::bench;
  static const Benchmark table[] = {
      {"verify.states", "exact states a second, one thread", states},
      {"verify.bytes", "memory of a state", bytes},
      {"verify.vs_spin", "SPIN's search over ours, the same states", vs_spin},
      {"verify.vs_spin_total", "the same from the model to the verdict", vs_spin_total},
      {"verify.counts", "state counts of the saga's twin in SPIN, equal", counts},
      {"verify.saga4_unlimited", "four-step saga, any number of faults", saga4},
      {"verify.saga10_unlimited", "ten-step saga, any number of faults", saga10},
      {"verify.two_sagas_unlimited", "two four-step sagas at once, any number of faults",
       two_sagas},
      {"verify.sliced_30", "30 services, every protocol by itself", sliced},
  };
  return bench_main(argc, argv, table);
}
