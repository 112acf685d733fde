// Arrivals: open by default (Poisson, whose rate may follow ramps, spikes, steps, and bursts at
// random); schedules; recorded times that are replayed; closed loads of users who think.
//
// With bursts the process is a Markov-modulated Poisson process of two states (Fischer,
// Meier-Hellstern 1993, "The Markov-modulated Poisson process (MMPP) cookbook"), the same state for
// all operations.
#include <algorithm>

#include "simulate/engine.h"
#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_arrivals = {
    "arrivals",
    "Poisson, with ramps, spikes, steps and random bursts; schedules; recorded times; "
    "closed loads",
    "Lewis, Shedler 1979 (thinning); Fischer, Meier-Hellstern 1993 (bursts)"};

// The moments at which bursts begin and end, drawn for the whole run.
void Engine::plan_bursts() {
  const BurstInfo& info = p_.bursts;
  if (info.off <= 0) return;
  RandomStream& random = stream(info.stream);
  constexpr std::size_t most = 10'000'000;
  // Begun in the long run's proportion of the two states.
  const double share =
      static_cast<double>(info.on) / (static_cast<double>(info.on) + static_cast<double>(info.off));
  bool on = random.uniform() < share;
  if (on) burst_changes_.push_back(0);
  for (Time at = 0; at < end_ && burst_changes_.size() < most; on = !on) {
    const double mean = static_cast<double>(on ? info.on : info.off);
    at += std::max<Time>(1, static_cast<Time>(random.exponential() * mean));
    burst_changes_.push_back(at);
  }
}

// The load's factor at a moment, and until when it stays so.
double Engine::factor_at(const SourceInfo& source, Time at, Time& next_change) const {
  next_change = never;
  double factor = 1;
  for (const RatePoint& point : source.profile) {
    const Time when = measure_from_ + point.at;
    if (when > at && point.at > 0) {
      next_change = when;
      break;
    }
    factor = point.factor;
  }
  if (burst_changes_.empty()) return factor;
  const auto next = std::upper_bound(burst_changes_.begin(), burst_changes_.end(), at);
  if (next != burst_changes_.end()) next_change = std::min(next_change, *next);
  // Changes begin and end bursts in turn; the first begins one.
  return (next - burst_changes_.begin()) % 2 == 1 ? factor * p_.bursts.factor : factor;
}

// At a change of the rate the gap is drawn anew from there: the exponential law has no memory.
void Engine::schedule_source(std::uint32_t s) {
  const SourceInfo& info = p_.sources[s];
  RandomStream& random = stream(info.stream);
  if (info.profile.empty() && burst_changes_.empty()) {
    schedule_steady(info, s);
    return;
  }
  Time from = now_;
  for (;;) {
    Time change = never;
    const double rate = info.rate * factor_at(info, from, change);
    const double gap = rate > 0 ? random.exponential() * 1e9 / rate : 1e18;
    if (change == never && rate <= 0) return;
    if (gap < 9e17 && (change == never || from + static_cast<Time>(gap) < change)) {
      heap_.push(from + static_cast<Time>(gap + .5), EventKind::Source, s);
      return;
    }
    from = change;
  }
}

// The next recorded arrival.
void Engine::schedule_replay(std::uint32_t s) {
  const SourceInfo& info = p_.sources[s];
  const std::uint64_t next = replayed_[s];
  if (next < info.times.size()) heap_.push(measure_from_ + info.times[next], EventKind::Source, s);
}

}  // namespace scantling::sim
