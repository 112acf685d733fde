// Snapshots, time series, traces, and the laws that every run must obey.
#include <algorithm>
#include <string>

#include "simulate/engine.h"

namespace scantling::sim {

double BucketHistogram::quantile_seconds(double q) const {
  if (count_ == 0) return 0;
  const auto rank = static_cast<std::uint32_t>(q * (count_ - 1)) + 1;
  std::uint32_t seen = 0;
  for (std::size_t i = low_; i <= high_; ++i) {
    seen += counts_[i];
    if (seen < rank) continue;
    const int shift = static_cast<int>(i >> 4);
    return (static_cast<double>(16 + (i & 15)) + .5) * static_cast<double>(1ULL << shift) * 1e-9;
  }
  return 0;
}

void BucketHistogram::clear() {
  for (std::size_t i = low_; i <= high_; ++i)
    counts_[i] = 0;
  count_ = 0;
  low_ = counts_.size() - 1;
  high_ = 0;
}

StationCounters Engine::service_count(std::uint32_t service) {
  const ServiceInfo& info = p_.services[service];
  StationCounters sum;
  for (std::uint32_t i = info.first_instance; i < info.first_instance + info.instances; ++i) {
    touch(stations_[i]);
    const StationCounters& c = stations_[i].count;
    sum.arrived += c.arrived;
    sum.finished += c.finished;
    sum.rejected += c.rejected;
    sum.killed += c.killed;
    sum.busy_area += c.busy_area;
    sum.slot_area += c.slot_area;
    sum.inside_area += c.inside_area;
    sum.run_area += c.run_area;
    sum.bypass_area += c.bypass_area;
    sum.sojourn += c.sojourn;
  }
  return sum;
}

Snapshot Engine::snapshot() {
  Snapshot s;
  s.at = now_;
  s.operations = operation_;
  s.endpoints = endpoint_;
  s.edges = edge_;
  for (std::uint32_t k = 0; k < p_.services.size(); ++k) {
    s.services.push_back(service_count(k));
    s.running.push_back(running_area_[k] + static_cast<double>(now_ - running_changed_[k]) *
                                               static_cast<double>(rotation_[k].all.size()));
  }
  for (ChannelCounters& c : channel_)
    behind(c, 0);
  s.channels = channel_;
  for (const BreakerInfo& info : p_.breakers) {
    double open = 0;
    for (std::uint32_t i = info.first; i < info.first + info.callers; ++i) {
      const Breaker& b = breaker_[i];
      open += static_cast<double>(b.open_time);
      if (b.state == Breaker::State::Open) open += static_cast<double>(now_ - b.opened);
    }
    s.breaker_open.push_back(open * 1e-9);
  }
  return s;
}

// Event 0 begins the measured time; event k ends phase k - 1.
void Engine::phase() {
  if (!measuring_) {
    measuring_ = true;
    phase_ = 0;
    for (Histogram& h : out_.endpoint_latency)
      h.clear();
    for (Histogram& h : out_.channel_delay)
      h.clear();
    for (ChannelCounters& c : channel_)
      c.behind_max = c.behind;
    for (BucketHistogram& h : bucketing_)
      h.clear();
    out_.start = snapshot();
    bucket_last_ = out_.start;
    heap_.push(std::min(now_ + p_.bucket, end_), EventKind::Bucket, 0);
  } else {
    out_.phases.push_back(snapshot());
    ++phase_;
  }
  if (phase_ < p_.phase_ends.size() && !options_.pilot)
    heap_.push(std::min(end_, measure_from_ + p_.phase_ends[phase_]), EventKind::Phase, phase_ + 1);
  else if (options_.pilot && phase_ == 0)
    heap_.push(end_, EventKind::Phase, 1);
  else
    done_ = true;
  // The end of the last bucket is due at the same moment, behind this.
  if (done_ && now_ - bucket_last_.at == p_.bucket) bucket();
}

void Engine::bucket() {
  Snapshot at = snapshot();
  const auto dt = static_cast<double>(at.at - bucket_last_.at);
  if (dt <= 0) return;
  for (std::size_t i = 0; i < operation_.size(); ++i) {
    const OperationCounters& a = bucket_last_.operations[i];
    const OperationCounters& b = at.operations[i];
    OperationBucket bucket;
    bucket.offered = static_cast<std::uint32_t>(b.offered - a.offered);
    bucket.good = static_cast<std::uint32_t>(b.good - a.good);
    bucket.bad = static_cast<std::uint32_t>(b.bad() - a.bad());
    bucket.p50 = bucketing_[i].quantile_seconds(.5);
    bucket.p99 = bucketing_[i].quantile_seconds(.99);
    bucketing_[i].clear();
    out_.operation_series[i].push_back(bucket);
  }
  for (std::size_t k = 0; k < p_.services.size(); ++k) {
    const StationCounters& a = bucket_last_.services[k];
    const StationCounters& b = at.services[k];
    const double running = (at.running[k] - bucket_last_.running[k]) / dt;
    const double servers = running * p_.services[k].servers;
    ServiceBucket bucket;
    if (servers > 0)
      bucket.utilisation =
          static_cast<float>(static_cast<double>(b.busy_area - a.busy_area) / dt / servers);
    const Time waiting = (b.inside_area - a.inside_area) - (b.slot_area - a.slot_area) -
                         (b.bypass_area - a.bypass_area);
    bucket.queue = static_cast<float>(static_cast<double>(waiting + b.run_area - a.run_area) / dt);
    bucket.instances = static_cast<float>(running);
    out_.service_series[k].push_back(bucket);
  }
  bucket_last_ = std::move(at);
  if (now_ + p_.bucket <= end_) heap_.push(now_ + p_.bucket, EventKind::Bucket, 0);
}

void Engine::sample_level() {
  out_.level.push_back(static_cast<double>(frames_alive_));
  if (now_ + level_step_ < end_) heap_.push(now_ + level_step_, EventKind::Level, 0);
}

// A request that is still there after this long, and twice as long as any answered one, has been
// forgotten by somebody: it counts against availability.
void Engine::finish_measures() {
  if (!measuring_) out_.start = snapshot();  // ended before its measured time began
  if (out_.phases.empty()) out_.phases.push_back(snapshot());
  out_.end = out_.phases.back();
  for (std::uint32_t i = 0; i < frames_.size(); ++i) {
    const Frame& f = frames_[i];
    if (f.kind != FrameKind::Entry || f.began < measure_from_) continue;
    const std::uint32_t operation = p_.sources[f.item].operation;
    std::int64_t longest = 1'000'000'000;
    for (std::uint32_t k = 0; k + 1 < phases_; ++k)
      longest = std::max(longest, out_.operation_latency[operation * phases_ + k].largest());
    if (now_ - f.began > 2 * longest) ++out_.overdue[operation];
  }
  out_.events = events_;
  out_.hash = hash_;
  out_.most_frames = frames_most_;
  out_.bytes_in_flight = frames_.size() * sizeof(Frame) + calls_.size() * sizeof(Call) +
                         notes_.size() * sizeof(Note) + heap_.bytes();
  for (const TimeoutRing& ring : rings_)
    out_.bytes_in_flight += ring.entries.bytes();
  check_conservation();
}

// Flow: what came in went out or is there. Little's law in its exact form: the area under the
// number of requests in the instance is the sum of the times that they spent there.
void Engine::check_conservation() {
  std::vector<Time> still(stations_.size(), 0);
  for (std::uint32_t i = 0; i < frames_.size(); ++i) {
    const Frame& f = frames_[i];
    if (f.kind != FrameKind::Free && (f.flags & frame_inside))
      still[f.instance] += now_ - f.entered;
  }
  for (std::size_t i = 0; i < stations_.size(); ++i) {
    Station& s = stations_[i];
    touch(s);
    const StationCounters& c = s.count;
    const std::string& name = p_.services[s.service].name;
    if (c.arrived != c.finished + c.rejected + c.killed + s.inside) {
      out_.ok = false;
      out_.error = name + ": " + std::to_string(c.arrived) + " requests came, " +
                   std::to_string(c.finished + c.rejected + c.killed) + " left, " +
                   std::to_string(s.inside) + " are there";
      return;
    }
    if (c.inside_area != c.sojourn + still[i]) {
      out_.ok = false;
      out_.error = name + ": Little's law is broken by " +
                   std::to_string(c.inside_area - c.sojourn - still[i]) + " request-nanoseconds";
      return;
    }
  }
  check_flow();
}

// What was asked for was answered, well or not, or somebody is still at it; what was published was
// handled, was given up, or is still there.
void Engine::check_flow() {
  std::vector<std::uint64_t> open(operation_.size(), 0);
  std::vector<std::uint64_t> behind(channel_.size(), 0);
  for (std::uint32_t i = 0; i < frames_.size(); ++i)
    if (frames_[i].kind == FrameKind::Entry && !counted_as_lost(frames_[i]))
      ++open[p_.sources[frames_[i].item].operation];
  for (std::uint32_t i = 0; i < messages_.size(); ++i) {
    if (!messages_[i].used) continue;
    const GroupInfo& group = p_.groups[messages_[i].group];
    ++behind[group.channel];
    if (group.operation != none) ++open[group.operation];
  }
  for (std::size_t i = 0; i < operation_.size() && out_.ok; ++i) {
    const OperationCounters& c = operation_[i];
    if (c.offered == c.good + c.bad() + open[i]) continue;
    out_.ok = false;
    out_.error = p_.operations[i].name + ": " + std::to_string(c.offered) + " were asked for, " +
                 std::to_string(c.good + c.bad()) + " ended, " + std::to_string(open[i]) +
                 " are under way";
  }
  for (std::size_t i = 0; i < channel_.size() && out_.ok; ++i) {
    if (channel_[i].behind == behind[i]) continue;
    out_.ok = false;
    out_.error = p_.services[p_.channels[i].service].name + ": " +
                 std::to_string(channel_[i].behind) + " messages were counted as waiting, " +
                 std::to_string(behind[i]) + " are";
  }
}

// --- traces: which hops the answer's time went to ---

std::uint32_t EngineState::new_trace() {
  if (free_traces_.empty()) {
    traces_.emplace_back();
    return static_cast<std::uint32_t>(traces_.size() - 1);
  }
  const std::uint32_t t = free_traces_.back();
  free_traces_.pop_back();
  return t;
}

void EngineState::add_segment(std::uint32_t trace, std::uint32_t hop, Time time) {
  if (time == 0 || hop == none) return;
  for (Segment& segment : traces_[trace])
    if (segment.hop == hop) {
      segment.time += time;
      return;
    }
  traces_[trace].push_back({hop, time});
}

// The frame has waited for a child since `since`: the child's time is its own hops, the rest is
// `hop` (waiting for a connection, attempts that came to nothing, backoff).
void Engine::merge_trace(Frame& frame, std::uint32_t child_trace, std::uint32_t hop) {
  Time explained = 0;
  if (child_trace != none) {
    for (const Segment& segment : traces_[child_trace]) {
      add_segment(frame.trace, segment.hop, segment.time);
      explained += segment.time;
    }
  }
  add_segment(frame.trace, hop, std::max<Time>(0, now_ - frame.since - explained));
  frame.since = now_;
}

}  // namespace scantling::sim
