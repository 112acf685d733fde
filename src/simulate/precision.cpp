#include "simulate/precision.h"

#include <algorithm>
#include <limits>

#include "simulate/statistics.h"

namespace scantling::sim {

Precision::Precision(const Program& program, double confidence)
    : program_(program), confidence_(confidence) {
  for (std::uint32_t i = 0; i < program.operations.size(); ++i)
    if (program.operations[i].nominal_rate > 0) measured_.push_back({i, {}, {}, {}});
}

void Precision::add(const Replication& r) {
  const double seconds = std::max(1e-9, static_cast<double>(r.end.at - r.start.at) * 1e-9);
  const std::size_t phases = program_.phase_ends.size() + 1;
  for (Measured& m : measured_) {
    m.goodput.push_back(static_cast<double>(r.end.operations[m.operation].good -
                                            r.start.operations[m.operation].good) /
                        seconds);
    Histogram h;
    for (std::size_t k = 0; k + 1 < phases; ++k)
      h.merge(r.operation_latency[m.operation * phases + k]);
    if (h.count() == 0) continue;
    m.mean.push_back(h.mean());
    m.p99.push_back(h.quantile(.99));
  }
}

double Precision::relative() const {
  double worst = 0;
  const auto look = [&](const std::vector<double>& values) {
    const Interval i = interval(values, confidence_);
    if (i.half_width < 0)
      worst = std::numeric_limits<double>::infinity();
    else if (i.mean > 0)
      worst = std::max(worst, i.half_width / i.mean);
    return i.mean > 0;
  };
  for (const Measured& m : measured_) {
    if (!look(m.goodput)) continue;
    look(m.mean);
    look(m.p99);
  }
  return worst;
}

}  // namespace scantling::sim
