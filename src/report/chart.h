// Line charts over time, as SVG that needs no script.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace scantling {

struct ChartLine {
  std::string name;
  std::string style;  // class of the line: "offered", "good", "slow", "a" .. "d"
  std::vector<double> values;
  double bucket_seconds = 1;
  bool peaks = false;  // where points are merged, keep the largest instead of the mean
};

struct LineChart {
  std::string title;
  std::string unit;  // "s", "/s", "share"
  std::vector<ChartLine> lines;
  std::optional<double> threshold;
  std::string threshold_label;
  std::vector<std::pair<double, double>> bands;  // seconds: faults
};

// Empty when there is nothing to draw.
std::string chart_svg(const LineChart& chart);

// Round steps 1, 2, 5 x 10^k from 0 to at least `most`: about `wanted` of them.
std::vector<double> nice_ticks(double most, int wanted);
// For a time axis: steps of 1, 2, 5, 10, 15, 30 s, 1, 2, 5, 10, 15, 30 min, ...
std::vector<double> time_ticks(double seconds, int wanted);

struct BarPart {
  std::string name;
  double mean = 0, p99 = 0;  // seconds
};
// Horizontal bars of what each hop adds, mean within p99.
std::string bars_html(const std::vector<BarPart>& parts);

}  // namespace scantling
