// What the parts of a result are made with: a figure of each replication becomes an interval.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "simulate/results.h"
#include "simulate/statistics.h"

namespace scantling::sim {

// f(replication) of each, as an interval.
template <class F>
Interval over(const Runs& runs, F&& f) {
  std::vector<double> values;
  for (const Replication& r : runs.replications)
    values.push_back(f(r));
  return interval(values, runs.confidence);
}

inline double seconds_of(const Replication& r) {
  return std::max(1e-9, static_cast<double>(r.end.at - r.start.at) * 1e-9);
}

template <class Get>  // Get(replication) -> Histogram
LatencyResult latency_of(const Runs& runs, Get&& get) {
  std::vector<Histogram> merged;
  for (const Replication& r : runs.replications)
    merged.push_back(get(r));
  // A replication without a single answer says nothing about how long one takes.
  std::erase_if(merged, [](const Histogram& h) { return h.count() == 0; });
  const auto of = [&](auto&& f) {
    std::vector<double> values;
    for (const Histogram& h : merged)
      values.push_back(f(h) * 1e-9);
    return interval(values, runs.confidence);
  };
  LatencyResult out;
  out.mean = of([](const Histogram& h) { return h.mean(); });
  out.p50 = of([](const Histogram& h) { return h.quantile(.5); });
  out.p90 = of([](const Histogram& h) { return h.quantile(.9); });
  out.p95 = of([](const Histogram& h) { return h.quantile(.95); });
  out.p99 = of([](const Histogram& h) { return h.quantile(.99); });
  out.p999 = of([](const Histogram& h) { return h.quantile(.999); });
  for (const Histogram& h : merged)
    out.max = std::max(out.max, static_cast<double>(h.largest()) * 1e-9);
  return out;
}

// results_copies.cpp
ReadsResult reads_result(const Runs& runs, std::uint32_t operation);
std::vector<ShedResult> shed_results(const Runs& runs, std::uint32_t service);
CopiesResult copies_result(const Architecture& model, const Runs& runs, std::uint32_t replication);

}  // namespace scantling::sim
