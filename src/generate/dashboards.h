// Grafana dashboards (schema 41) as values: rows of panels with PromQL, 24 columns wide.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "generate/value.h"

namespace scantling::generate {

struct Query {
  std::string expression;
  std::string legend;
};

struct Panel {
  std::string title;
  std::string unit;  // Grafana's id: "s", "reqps", "percentunit", "short", "bytes"
  std::vector<Query> queries = {};
  double threshold = 0;  // drawn as a line; 0: none
  std::string kind = "timeseries";
  std::string description = {};
};

class Dashboard {
 public:
  // `uid` at most 40 characters.
  Dashboard(std::string uid, std::string title, std::string_view system);
  void row(std::string_view title);
  void add(const Panel& panel, int width = 8);
  Value take() { return std::move(value_); }

 private:
  Value value_;
  int id_ = 0, x_ = 0, y_ = 0;
};

}  // namespace scantling::generate
