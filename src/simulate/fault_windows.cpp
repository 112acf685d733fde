#include "simulate/fault_windows.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace scantling::sim {
namespace {

// The phases [first, end) that lie in a part of the measured time.
struct PhaseRange {
  std::size_t first = 0, end = 0;
  double seconds = 0;
};

PhaseRange phases_in(const Program& program, Time from, Time to) {
  PhaseRange out;
  bool any = false;
  Time begins = 0;
  for (std::size_t k = 0; k < program.phase_ends.size(); ++k) {
    const Time ends = program.phase_ends[k];
    if (begins >= from && ends <= to) {
      if (!any) out.first = k;
      any = true;
      out.end = k + 1;
      out.seconds += static_cast<double>(ends - begins) * 1e-9;
    }
    begins = ends;
  }
  return out;
}

PartResult part(const Runs& runs, std::uint32_t operation, const PhaseRange& phases) {
  PartResult out;
  out.seconds = phases.seconds;
  if (phases.seconds <= 0) return out;
  out.goodput = goodput_of(runs, operation, phases.first, phases.end);
  out.availability = availability_of(runs, operation, phases.first, phases.end);
  out.p50 = latency_quantile(runs, operation, phases.first, phases.end, .5);
  out.p99 = latency_quantile(runs, operation, phases.first, phases.end, .99);
  return out;
}

// A second counts as down when its goodput is below 90% of what it was before by more than three
// standard deviations of a Poisson count, so that an operation that is seldom asked for is not
// down whenever nobody asks.
double back_after(const Runs& runs, const OperationResult& operation, double before, double from,
                  double to) {
  for (const Series& s : operation.series) {
    if (s.name != "goodput" || before <= 0) continue;
    const double count = static_cast<double>(runs.replications.size()) * s.bucket_seconds;
    const double least = .9 * before - 3 * std::sqrt(before / count);
    double back = 0;
    double seen = 0;
    for (std::size_t b = 0; b < s.values.size(); ++b) {
      const double begins = static_cast<double>(b) * s.bucket_seconds;
      if (begins < from || begins + s.bucket_seconds > to) continue;
      seen = begins + s.bucket_seconds;
      if (s.values[b] < least) back = seen - from;
    }
    return seen > 0 && from + back < seen ? back : -1;
  }
  return -1;
}

}  // namespace

std::vector<Disturbance> merged(std::vector<Disturbance> all) {
  std::stable_sort(all.begin(), all.end(),
                   [](const Disturbance& a, const Disturbance& b) { return a.at < b.at; });
  std::vector<Disturbance> out;
  std::vector<std::vector<std::string>> names;
  for (const Disturbance& d : all) {
    if (out.empty() || d.at > out.back().until) {
      out.push_back(d);
      names.emplace_back();
    }
    out.back().until = std::max(out.back().until, d.until);
    if (std::find(names.back().begin(), names.back().end(), d.names) == names.back().end())
      names.back().push_back(d.names);
  }
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i].names = enumerate(names[i]);
  return out;
}

std::vector<FaultWindow> fault_windows(const Runs& runs, const ExperimentResult& result) {
  const Program& p = runs.program;
  std::vector<FaultWindow> out;
  const std::vector<Disturbance>& groups = p.disturbances;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const Time until = std::min(groups[g].until, p.measured);
    const Time before = g == 0 ? 0 : std::min(groups[g - 1].until, p.measured);
    const Time after = g + 1 < groups.size() ? groups[g + 1].at : p.measured;
    if (groups[g].at >= p.measured) break;
    FaultWindow window;
    window.faults = groups[g].names;
    window.from_seconds = static_cast<double>(groups[g].at) * 1e-9;
    window.to_seconds = static_cast<double>(until) * 1e-9;
    for (const OperationResult& operation : result.operations) {
      const auto i = static_cast<std::uint32_t>(operation.operation.index);
      FaultEffect effect;
      effect.operation = operation.operation;
      effect.before = part(runs, i, phases_in(p, before, groups[g].at));
      effect.during = part(runs, i, phases_in(p, groups[g].at, until));
      effect.after = part(runs, i, phases_in(p, until, after));
      if (effect.before.seconds > 0 && effect.after.seconds > 0)
        effect.back_after_seconds =
            back_after(runs, operation, effect.before.goodput.mean, window.to_seconds,
                       static_cast<double>(after) * 1e-9);
      window.operations.push_back(std::move(effect));
    }
    out.push_back(std::move(window));
  }
  return out;
}

}  // namespace scantling::sim
