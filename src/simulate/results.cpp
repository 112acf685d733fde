#include "simulate/results.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "simulate/fault_windows.h"
#include "simulate/result_support.h"

namespace scantling::sim {
namespace {

ErrorsByCause errors_of(const Runs& runs, auto&& counts) {
  std::array<double, cause_count> sum{};
  for (const Replication& r : runs.replications)
    for (std::size_t c = 0; c < cause_count; ++c)
      sum[c] += counts(r, c) / seconds_of(r) / static_cast<double>(runs.replications.size());
  ErrorsByCause out;
  out.timeout = sum[static_cast<std::size_t>(Cause::Timeout)];
  out.rejected = sum[static_cast<std::size_t>(Cause::Rejected)];
  out.failed = sum[static_cast<std::size_t>(Cause::Failed)];
  out.breaker_open = sum[static_cast<std::size_t>(Cause::BreakerOpen)];
  out.lost = sum[static_cast<std::size_t>(Cause::Lost)];
  out.throttled = sum[static_cast<std::size_t>(Cause::Throttled)];
  return out;
}

Histogram operation_histogram(const Runs& runs, const Replication& r, std::uint32_t operation,
                              std::size_t first, std::size_t end) {
  const std::size_t phases = runs.program.phase_ends.size() + 1;
  Histogram h;
  for (std::size_t k = first; k < end; ++k)
    h.merge(r.operation_latency[operation * phases + k]);
  return h;
}

const Snapshot& phase_start(const Replication& r, std::size_t phase) {
  return phase == 0 ? r.start : r.phases[std::min(phase, r.phases.size()) - 1];
}
const Snapshot& phase_end(const Replication& r, std::size_t end) {
  return r.phases[std::min(end, r.phases.size()) - 1];
}

template <class Get>  // Get(replication, bucket) -> double
Series series_of(const Runs& runs, std::string name, std::string unit, std::size_t buckets,
                 Get&& get) {
  Series out;
  out.name = std::move(name);
  out.unit = std::move(unit);
  out.bucket_seconds = static_cast<double>(runs.program.bucket) * 1e-9;
  out.values.assign(buckets, 0);
  for (const Replication& r : runs.replications)
    for (std::size_t b = 0; b < buckets; ++b)
      out.values[b] += get(r, b) / static_cast<double>(runs.replications.size());
  return out;
}

std::size_t bucket_count(const Runs& runs) {
  std::size_t n = SIZE_MAX;
  for (const Replication& r : runs.replications)
    for (const auto& s : r.service_series)
      n = std::min(n, s.size());
  return n == SIZE_MAX ? 0 : n;
}

OperationResult operation_result(const Runs& runs, std::uint32_t i) {
  const Program& p = runs.program;
  OperationResult out;
  out.operation = OperationId(static_cast<std::size_t>(p.operations[i].model_id));
  const std::size_t phases = p.phase_ends.size();
  out.offered = over(runs, [&](const Replication& r) {
    return static_cast<double>(r.end.operations[i].offered - r.start.operations[i].offered) /
           seconds_of(r);
  });
  out.goodput = goodput_of(runs, i, 0, phases);
  out.availability = availability_of(runs, i, 0, phases);
  out.latency = latency_of(
      runs, [&](const Replication& r) { return operation_histogram(runs, r, i, 0, phases); });
  out.errors = errors_of(runs, [&](const Replication& r, std::size_t c) {
    return static_cast<double>(r.end.operations[i].errors[c] - r.start.operations[i].errors[c]);
  });
  const std::size_t n = bucket_count(runs);
  const double width = static_cast<double>(p.bucket) * 1e-9;
  const auto at = [i](const Replication& r, std::size_t b) -> const OperationBucket& {
    return r.operation_series[i][b];
  };
  out.reads = reads_result(runs, i);
  out.series.push_back(
      series_of(runs, "offered", "/s", n,
                [&](const Replication& r, std::size_t b) { return at(r, b).offered / width; }));
  out.series.push_back(
      series_of(runs, "goodput", "/s", n,
                [&](const Replication& r, std::size_t b) { return at(r, b).good / width; }));
  out.series.push_back(series_of(runs, "errors", "/s", n, [&](const Replication& r, std::size_t b) {
    return at(r, b).bad / width;
  }));
  out.series.push_back(series_of(
      runs, "p50", "s", n, [&](const Replication& r, std::size_t b) { return at(r, b).p50; }));
  out.series.push_back(series_of(
      runs, "p99", "s", n, [&](const Replication& r, std::size_t b) { return at(r, b).p99; }));
  return out;
}

EndpointResult endpoint_result(const Runs& runs, std::uint32_t i) {
  const EndpointInfo& endpoint = runs.program.endpoints[i];
  EndpointResult out;
  out.endpoint.service =
      ServiceId(static_cast<std::size_t>(runs.program.services[endpoint.service].model_id));
  out.endpoint.index = static_cast<std::int32_t>(endpoint.model_index);
  out.rate = over(runs, [&](const Replication& r) {
    return static_cast<double>(r.end.endpoints[i].arrived - r.start.endpoints[i].arrived) /
           seconds_of(r);
  });
  out.goodput = over(runs, [&](const Replication& r) {
    return static_cast<double>(r.end.endpoints[i].good - r.start.endpoints[i].good) / seconds_of(r);
  });
  out.latency = latency_of(runs, [&](const Replication& r) { return r.endpoint_latency[i]; });
  return out;
}

std::string_view kind_name(ServiceKind kind) {
  switch (kind) {
    case ServiceKind::Store: return "store";
    case ServiceKind::External: return "external";
    case ServiceKind::Channel: return "channel";
    default: return "service";
  }
}

StationResult station_result(const Runs& runs, std::uint32_t k) {
  const ServiceInfo& info = runs.program.services[k];
  StationResult out;
  out.kind = kind_name(info.kind);
  out.name = info.name;
  const auto running = [&](const Replication& r) {
    return std::max(1e-9, (r.end.running[k] - r.start.running[k]) * 1e-9 / seconds_of(r));
  };
  const auto area = [&](const Replication& r, Time StationCounters::* which) {
    return static_cast<double>(r.end.services[k].*which - r.start.services[k].*which) * 1e-9 /
           seconds_of(r);
  };
  out.utilisation = over(runs, [&](const Replication& r) {
    const double cpu = area(r, &StationCounters::busy_area) / (running(r) * info.servers);
    if (info.slots == unlimited) return cpu;
    return std::max(cpu, area(r, &StationCounters::slot_area) / (running(r) * info.slots));
  });
  out.in_progress =
      over(runs, [&](const Replication& r) { return area(r, &StationCounters::inside_area); });
  // In whole request-nanoseconds: differences of large areas would leave a rest where nobody
  // waited.
  out.queue = over(runs, [&](const Replication& r) {
    const auto waited = [k](const Snapshot& s) {
      const StationCounters& c = s.services[k];
      return c.inside_area - c.bypass_area - c.slot_area + c.run_area;
    };
    return static_cast<double>(waited(r.end) - waited(r.start)) * 1e-9 / seconds_of(r);
  });
  out.rate = over(runs, [&](const Replication& r) {
    return static_cast<double>(r.end.services[k].arrived - r.start.services[k].arrived) /
           seconds_of(r);
  });
  const auto n = static_cast<double>(runs.replications.size());
  for (const Replication& r : runs.replications) {
    out.rejected += static_cast<double>(r.end.services[k].rejected - r.start.services[k].rejected) /
                    seconds_of(r) / n;
    out.instances += running(r) / n;
  }
  if (info.shed != unlimited) out.shed = shed_results(runs, k);
  const std::size_t buckets = bucket_count(runs);
  const auto at = [k](const Replication& r, std::size_t b) -> const ServiceBucket& {
    return r.service_series[k][b];
  };
  out.series.push_back(
      series_of(runs, "utilisation", "", buckets,
                [&](const Replication& r, std::size_t b) { return at(r, b).utilisation; }));
  out.series.push_back(
      series_of(runs, "queue", "", buckets,
                [&](const Replication& r, std::size_t b) { return at(r, b).queue; }));
  out.series.push_back(
      series_of(runs, "instances", "", buckets,
                [&](const Replication& r, std::size_t b) { return at(r, b).instances; }));
  return out;
}

EdgeResult edge_result(const Runs& runs, std::uint32_t i) {
  const EdgeInfo& edge = runs.program.edges[i];
  EdgeResult out;
  out.from = edge.from;
  out.to = edge.to;
  out.first_attempts = over(runs, [&](const Replication& r) {
    return static_cast<double>(r.end.edges[i].first - r.start.edges[i].first) / seconds_of(r);
  });
  out.attempts = over(runs, [&](const Replication& r) {
    return static_cast<double>(r.end.edges[i].attempts - r.start.edges[i].attempts) / seconds_of(r);
  });
  if (out.first_attempts.mean > 0) out.amplification = out.attempts.mean / out.first_attempts.mean;
  out.errors = errors_of(runs, [&](const Replication& r, std::size_t c) {
    return static_cast<double>(r.end.edges[i].errors[c] - r.start.edges[i].errors[c]);
  });
  if (edge.breaker != none) {
    const auto callers =
        static_cast<double>(std::max(1U, runs.program.breakers[edge.breaker].callers));
    for (const Replication& r : runs.replications)
      out.breaker_open_share +=
          (r.end.breaker_open[edge.breaker] - r.start.breaker_open[edge.breaker]) / seconds_of(r) /
          callers / static_cast<double>(runs.replications.size());
  }
  return out;
}

ChannelResult channel_result(const Runs& runs, std::uint32_t i) {
  ChannelResult out;
  out.channel = ChannelId(static_cast<std::size_t>(runs.program.channels[i].model_id));
  const auto rate = [&](std::uint64_t ChannelCounters::* which) {
    return over(runs, [&, which](const Replication& r) {
      return static_cast<double>(r.end.channels[i].*which - r.start.channels[i].*which) /
             seconds_of(r);
    });
  };
  out.published = rate(&ChannelCounters::published);
  out.consumed = rate(&ChannelCounters::handled);
  out.lag = over(runs, [&](const Replication& r) {
    return static_cast<double>(r.end.channels[i].behind_area - r.start.channels[i].behind_area) *
           1e-9 / seconds_of(r);
  });
  for (const Replication& r : runs.replications) {
    out.lag_max = std::max(out.lag_max, static_cast<double>(r.end.channels[i].behind_max));
    out.dead_lettered += static_cast<double>(r.end.channels[i].dead - r.start.channels[i].dead) /
                         seconds_of(r) / static_cast<double>(runs.replications.size());
  }
  out.delay = latency_of(runs, [&](const Replication& r) { return r.channel_delay[i]; });
  return out;
}

// Where the time goes: the mean over the traced answers, and over their slowest hundredth.
void critical_paths(const Runs& runs, ExperimentResult& result) {
  const Program& p = runs.program;
  std::vector<std::vector<const TracedRequest*>> traced(p.operations.size());
  for (const Replication& r : runs.replications)
    for (const TracedRequest& t : r.traced)
      traced[t.operation].push_back(&t);
  for (std::size_t o = 0; o < traced.size(); ++o) {
    auto& requests = traced[o];
    if (requests.empty() || p.operations[o].model_id == none) continue;
    std::stable_sort(requests.begin(), requests.end(),
                     [](const auto* a, const auto* b) { return a->total > b->total; });
    const std::size_t slow = std::max<std::size_t>(1, requests.size() / 100);
    const std::size_t tenth = std::max<std::size_t>(1, requests.size() / 10);
    const std::size_t middle = (requests.size() - tenth) / 2;
    std::vector<HopShare> hops(p.hops.size());
    for (std::size_t i = 0; i < requests.size(); ++i)
      for (const Segment& s : requests[i]->segments) {
        const double t = static_cast<double>(s.time) * 1e-9;
        hops[s.hop].mean_seconds += t / static_cast<double>(requests.size());
        if (i >= middle && i < middle + tenth)
          hops[s.hop].p50_seconds += t / static_cast<double>(tenth);
        if (i < slow) hops[s.hop].p99_seconds += t / static_cast<double>(slow);
      }
    std::vector<HopShare> out;
    for (std::size_t h = 0; h < hops.size(); ++h) {
      if (hops[h].mean_seconds <= 0 && hops[h].p99_seconds <= 0) continue;
      hops[h].name = p.hops[h];
      out.push_back(hops[h]);
    }
    std::stable_sort(out.begin(), out.end(), [](const HopShare& a, const HopShare& b) {
      return a.p99_seconds > b.p99_seconds;
    });
    result.critical_path.emplace_back(
        OperationId(static_cast<std::size_t>(p.operations[o].model_id)), std::move(out));
  }
}

}  // namespace

Interval latency_quantile(const Runs& runs, std::uint32_t operation, std::size_t first,
                          std::size_t end, double q) {
  std::vector<double> values;
  for (const Replication& r : runs.replications) {
    const Histogram h = operation_histogram(runs, r, operation, first, end);
    if (h.count() > 0) values.push_back(h.quantile(q) * 1e-9);
  }
  return interval(values, runs.confidence);
}

Interval latency_mean(const Runs& runs, std::uint32_t operation, std::size_t first,
                      std::size_t end) {
  std::vector<double> values;
  for (const Replication& r : runs.replications) {
    const Histogram h = operation_histogram(runs, r, operation, first, end);
    if (h.count() > 0) values.push_back(h.mean() * 1e-9);
  }
  return interval(values, runs.confidence);
}

// Of a window that ends with the run: requests that pile up. More of them are under way at its end
// than at its beginning, by more than chance (a Poisson count's four deviations) and by more than
// 2% of what came: a line that grows without end answers few, however late it means to.
double piled_up(const OperationCounters& a, const OperationCounters& b) {
  const auto came = static_cast<double>(b.offered - a.offered);
  const double more =
      came - static_cast<double>(b.good - a.good) - static_cast<double>(b.bad() - a.bad());
  return more > .02 * came + 4 * std::sqrt(came) ? more : 0;
}

// Good answers over all that came to an end, well or not, and what has not come to one in time.
Interval availability_of(const Runs& runs, std::uint32_t operation, std::size_t first,
                         std::size_t end) {
  std::vector<double> values;
  for (const Replication& r : runs.replications) {
    const OperationCounters& a = phase_start(r, first).operations[operation];
    const OperationCounters& b = phase_end(r, end).operations[operation];
    const auto good = static_cast<double>(b.good - a.good);
    double bad = static_cast<double>(b.bad() - a.bad());
    if (end >= r.phases.size())
      bad += std::max(static_cast<double>(r.overdue[operation]), piled_up(a, b));
    if (good + bad > 0) values.push_back(good / (good + bad));
  }
  Interval out = interval(values, runs.confidence);
  return out;
}

Interval goodput_of(const Runs& runs, std::uint32_t operation, std::size_t first, std::size_t end) {
  return over(runs, [&](const Replication& r) {
    const Snapshot& a = phase_start(r, first);
    const Snapshot& b = phase_end(r, end);
    return static_cast<double>(b.operations[operation].good - a.operations[operation].good) /
           std::max(1e-9, static_cast<double>(b.at - a.at) * 1e-9);
  });
}

ExperimentResult combine(const Architecture& model, const Runs& runs) {
  const Program& p = runs.program;
  ExperimentResult out;
  out.replications = static_cast<int>(runs.replications.size());
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const Replication& r : runs.replications) {
    out.events += r.events;
    out.incomplete = out.incomplete || r.incomplete;
    hash = (hash ^ r.hash ^ r.events) * 0x100000001b3ULL;
    for (const std::string& line : r.log)
      if (std::find(out.notes.begin(), out.notes.end(), line) == out.notes.end())
        out.notes.push_back(line);
  }
  out.fingerprint = hex16(hash);
  out.measured_seconds = static_cast<double>(p.measured) * 1e-9;
  for (std::uint32_t i = 0; i < p.operations.size(); ++i) {
    if (p.operations[i].model_id == none) continue;
    OperationResult operation = operation_result(runs, i);
    if (operation.offered.mean > 0 || p.operations[i].nominal_rate > 0)
      out.operations.push_back(std::move(operation));
  }
  for (std::uint32_t i = 0; i < p.endpoints.size(); ++i)
    if (p.endpoints[i].model_index != none) out.endpoints.push_back(endpoint_result(runs, i));
  for (std::uint32_t k = 1; k < p.services.size(); ++k)
    out.stations.push_back(station_result(runs, k));
  for (std::uint32_t i = 0; i < p.edges.size(); ++i)
    out.edges.push_back(edge_result(runs, i));
  for (std::uint32_t i = 0; i < p.channels.size(); ++i)
    out.channels.push_back(channel_result(runs, i));
  for (std::uint32_t i = 0; i < p.replications.size(); ++i)
    out.copies.push_back(copies_result(model, runs, i));
  critical_paths(runs, out);
  for (const FaultInfo& fault : p.faults) {
    const Time until =
        fault.kind == FaultKind::Flush ? fault.at : std::min(fault.until, p.measured);
    out.fault_bands.emplace_back(static_cast<double>(fault.at) * 1e-9,
                                 static_cast<double>(until) * 1e-9);
  }
  out.fault_windows = fault_windows(runs, out);
  out.notes.insert(out.notes.begin(), p.notes.begin(), p.notes.end());
  return out;
}

}  // namespace scantling::sim
