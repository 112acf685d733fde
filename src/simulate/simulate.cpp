#include "simulate/simulate.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "simulate/compile.h"
#include "simulate/engine.h"
#include "simulate/results.h"
#include "simulate/statistics.h"

namespace scantling {

std::string_view to_text(Verdict verdict) {
  switch (verdict) {
    case Verdict::Holds: return "holds";
    case Verdict::Fails: return "fails";
    case Verdict::Undecided: return "undecided";
  }
  return "";
}

// The worst: one that fails outweighs any undecided.
Verdict SimulationResult::verdict() const {
  Verdict worst = Verdict::Holds;
  for (const ExperimentResult& e : experiments)
    for (const Judgement& j : e.judgements) {
      if (j.verdict == Verdict::Fails) return Verdict::Fails;
      if (j.verdict == Verdict::Undecided) worst = Verdict::Undecided;
    }
  return worst;
}

namespace sim {
namespace {

int job_count(int wanted, int tasks) {
  int jobs = wanted > 0 ? wanted : static_cast<int>(std::thread::hardware_concurrency());
  return std::clamp(jobs, 1, std::max(1, tasks));
}

// Runs f(0) .. f(n - 1), each once, on so many threads. Who does which has no influence on results.
template <class F>
void in_parallel(int n, int jobs, F&& f) {
  std::atomic<int> next{0};
  const auto work = [&] {
    for (int i = next++; i < n; i = next++)
      f(i);
  };
  std::vector<std::thread> threads;
  for (int j = 1; j < jobs; ++j)
    threads.emplace_back(work);
  work();
  for (std::thread& t : threads)
    t.join();
}

// How many instances autoscaling has come to before the measured time begins.
std::vector<std::uint32_t> settled_instances(const Program& program, const Replication& pilot) {
  std::vector<std::uint32_t> initial(program.services.size(), 0);
  const double span = static_cast<double>(pilot.end.at - pilot.start.at);
  for (std::size_t k = 0; k < program.services.size(); ++k) {
    const ServiceInfo& info = program.services[k];
    if (info.scale_interval == 0 || span <= 0) continue;
    const StationCounters& a = pilot.start.services[k];
    const StationCounters& b = pilot.end.services[k];
    double demand = 0;  // in units of the target
    switch (info.scale_metric) {
      case ScaleMetric::Utilisation:
        demand = static_cast<double>(b.busy_area - a.busy_area) / span / info.servers;
        break;
      case ScaleMetric::Concurrency:
        demand = static_cast<double>(b.inside_area - a.inside_area) / span;
        break;
      case ScaleMetric::RatePerInstance:
        demand = static_cast<double>(b.arrived - a.arrived) / (span * 1e-9);
        break;
      default: break;
    }
    // Within the autoscaler's tolerance: 4.02 instances' worth does not make it five.
    const double wanted = std::ceil(.95 * demand / info.scale_target);
    initial[k] = static_cast<std::uint32_t>(std::clamp(wanted, static_cast<double>(info.scale_low),
                                                       static_cast<double>(info.scale_high)));
  }
  return initial;
}

// The last quarter of the run holds clearly more requests than the second one.
bool still_grows(const std::vector<double>& level) {
  const std::size_t quarter = level.size() / 4;
  if (quarter == 0) return false;
  double second = 0;
  double last = 0;
  for (std::size_t i = 0; i < quarter; ++i) {
    second += level[quarter + i];
    last += level[level.size() - 1 - i];
  }
  return last > 1.3 * second + 5 * static_cast<double>(quarter);
}

struct Pilot {
  Time warm_up = 0;
  bool settled = true;
  std::vector<std::uint32_t> initial;
  std::string error;
};

// A run without faults, apart from the replications: finds where the warm-up ends (MSER-5 on the
// number of requests in the system) and where autoscaling settles.
Pilot pilot_run(const Program& program, const SimulateOptions& options) {
  Pilot out;
  const bool scales = std::any_of(program.services.begin(), program.services.end(),
                                  [](const ServiceInfo& s) { return s.scale_interval > 0; });
  const Time length =
      std::max<Time>(program.measured / 4, std::min<Time>(program.measured, 4'000'000'000));
  RunOptions run;
  run.seed = options.seed;
  run.replication = 0;
  run.pilot = true;
  run.stop = options.stop ? &options.stop : nullptr;
  run.max_events = options.max_events / 10 + 1000;
  if (scales) {  // with all instances, so that the demand is seen
    run.warm_up = length / 2;
    run.measured = length / 2;
    for (const ServiceInfo& s : program.services)
      run.initial.push_back(s.instances);
    const Replication r = Engine(program, run).run();
    if (!r.ok) out.error = r.error;
    out.initial = settled_instances(program, r);
    run.initial = out.initial;
  }
  if (options.warm_up.nanoseconds > 0) {
    out.warm_up = options.warm_up.nanoseconds;
    return out;
  }
  run.warm_up = 0;
  run.measured = length;
  const Replication r = Engine(program, run).run();
  if (!r.ok) out.error = r.error;
  const WarmUp found = mser5(r.level);
  out.settled = found.settled || !still_grows(r.level);
  if (!r.level.empty())
    out.warm_up = length / static_cast<Time>(r.level.size()) * static_cast<Time>(found.samples);
  // Twice what the rule found, and at least a tenth of the pilot: one run's series is noisy.
  out.warm_up = std::max(2 * out.warm_up, length / 10);
  return out;
}

}  // namespace
}  // namespace sim

Expected<ExperimentResult> simulate(const Architecture& model, const Experiment& experiment,
                                    const SimulateOptions& options) {
  auto program = sim::compile(model, experiment, options);
  if (!program) return std::unexpected(program.error());
  const sim::Pilot pilot = sim::pilot_run(*program, options);
  if (!pilot.error.empty()) return fail("internal error: " + pilot.error);

  const int n = std::max(1, options.replications);
  std::vector<sim::Replication> replications(static_cast<std::size_t>(n));
  sim::in_parallel(n, sim::job_count(options.jobs, n), [&](int i) {
    sim::RunOptions run;
    run.seed = options.seed;
    run.replication = static_cast<std::uint64_t>(i) + 1;
    run.warm_up = pilot.warm_up;
    run.initial = pilot.initial;
    run.stop = options.stop ? &options.stop : nullptr;
    run.max_events = options.max_events / static_cast<std::uint64_t>(n) + 1;
    replications[static_cast<std::size_t>(i)] = sim::Engine(*program, run).run();
  });
  for (const sim::Replication& r : replications)
    if (!r.ok) return fail("internal error: " + r.error);

  const sim::Runs runs{*program, replications, options.confidence};
  ExperimentResult result = sim::combine(model, runs);
  result.name = experiment.name;
  result.warm_up_seconds = static_cast<double>(pilot.warm_up) * 1e-9;
  if (!pilot.settled)
    result.notes.push_back(
        "requests in flight were still growing when the measured time began: the load may be "
        "more than the system can take");
  if (result.incomplete) result.notes.push_back("incomplete: the run was ended before its time");
  sim::judge(model, experiment, runs, result);
  return result;
}

Experiment peak_experiment(const Architecture& model) {
  Experiment peak;
  peak.name = "peak";
  const Provenance assumed{Origin::Assumed, {}, {}};
  Expectation expect;
  for (OperationId id : model.operations.ids()) {
    const Operation& operation = model.operations[id];
    if (!operation.objective || !operation.objective->any()) continue;
    OperationExpectation e;
    e.operation = {operation.name, id};
    e.objective = *operation.objective;
    e.span = operation.objective.from.span;
    expect.operations.push_back(std::move(e));
  }
  peak.expect = {std::move(expect), assumed};
  peak.from = assumed;
  return peak;
}

Expected<SimulationResult> simulate_all(const Architecture& model, const SimulateOptions& options) {
  SimulationResult out;
  const auto run = [&](const Experiment& experiment) -> Expected<void> {
    auto result = simulate(model, experiment, options);
    if (!result) return std::unexpected(result.error());
    out.experiments.push_back(std::move(*result));
    return {};
  };
  if (auto ok = run(peak_experiment(model)); !ok) return std::unexpected(ok.error());
  for (const Experiment& experiment : model.experiments)
    if (auto ok = run(experiment); !ok) return std::unexpected(ok.error());
  return out;
}

}  // namespace scantling
