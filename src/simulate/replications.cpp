#include "simulate/replications.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "base/parallel.h"
#include "simulate/engine.h"
#include "simulate/precision.h"
#include "simulate/results.h"
#include "simulate/statistics.h"

namespace scantling::sim {
namespace {

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

// Runs replications [from, to) of `runs`, which has places for them.
void run_some(const Program& program, const SimulateOptions& options, const Pilot& pilot,
              std::size_t from, std::vector<Replication>& runs) {
  const int n = static_cast<int>(runs.size() - from);
  std::mutex reporting;
  RunProgress progress{static_cast<int>(from), static_cast<int>(runs.size()), 0};
  Precision precision(program, options.confidence);
  if (options.progress)
    for (std::size_t i = 0; i < from; ++i)
      precision.add(runs[i]);
  in_parallel(options.jobs, n, [&](int i) {
    const std::size_t at = from + static_cast<std::size_t>(i);
    RunOptions run;
    run.seed = options.seed;
    run.replication = at + 1;
    run.warm_up = pilot.warm_up;
    run.initial = pilot.initial;
    run.stop = options.stop ? &options.stop : nullptr;
    run.max_events =
        options.max_events / static_cast<std::uint64_t>(std::max(1, options.replications)) + 1;
    runs[at] = Engine(program, run).run();
    if (!options.progress || runs[at].incomplete) return;
    const std::lock_guard lock(reporting);
    ++progress.done;
    precision.add(runs[at]);
    progress.precision = precision.relative();
    options.progress(progress);
  });
}

// How many replications would do: the half width shrinks with their square root. At most twice as
// many as there are, for the first estimate of it is rough.
std::size_t replications_for(std::size_t n, double precision, double wanted, std::size_t most) {
  const double factor = std::isfinite(precision) ? (precision / wanted) * (precision / wanted) : 2;
  const auto more =
      static_cast<std::size_t>(std::ceil(static_cast<double>(n) * std::min(2.0, factor)));
  return std::min(most, std::max(n + 1, more));
}

}  // namespace

double precision_of(const Runs& runs) {
  Precision precision(runs.program, runs.confidence);
  for (const Replication& r : runs.replications)
    precision.add(r);
  return precision.relative();
}

Expected<void> first_run(const Program& program, const SimulateOptions& options, RunOptions& run) {
  const Pilot pilot = pilot_run(program, options);
  if (!pilot.error.empty()) return fail("internal error: " + pilot.error);
  run.seed = options.seed;
  run.replication = 1;
  run.warm_up = pilot.warm_up;
  run.initial = pilot.initial;
  run.stop = options.stop ? &options.stop : nullptr;
  run.max_events = options.max_events;
  return {};
}

Expected<Replications> run_replications(const Program& program, const SimulateOptions& options) {
  const Pilot pilot = pilot_run(program, options);
  if (!pilot.error.empty()) return fail("internal error: " + pilot.error);
  Replications out;
  out.warm_up = pilot.warm_up;
  out.settled = pilot.settled;
  auto& runs = out.replications;
  const auto first = static_cast<std::size_t>(std::max(1, options.replications));
  const auto most =
      std::max(first, static_cast<std::size_t>(std::max(1, options.most_replications)));
  for (std::size_t wanted = first; runs.size() < wanted;) {
    const std::size_t from = runs.size();
    runs.resize(wanted);
    run_some(program, options, pilot, from, runs);
    for (const Replication& r : runs)
      if (!r.ok) return fail("internal error: " + r.error);
    if (std::any_of(runs.begin(), runs.end(), [](const Replication& r) { return r.incomplete; }))
      break;
    std::uint64_t events = 0;
    for (const Replication& r : runs)
      events += r.events;
    if (options.precision <= 0 || events >= options.max_events) break;
    const double precision = precision_of({program, runs, options.confidence});
    if (precision > options.precision)
      wanted = replications_for(runs.size(), precision, options.precision, most);
  }
  // What was cut short says less than what ran to its end.
  const auto whole = [](const Replication& r) { return !r.incomplete; };
  if (std::any_of(runs.begin(), runs.end(), whole)) {
    const std::size_t before = runs.size();
    std::erase_if(runs, [&](const Replication& r) { return !whole(r); });
    out.stopped = runs.size() < before;
  }
  return out;
}

}  // namespace scantling::sim
