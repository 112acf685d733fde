// What the simulator is held against: closed forms and published figures, each a row that runs at
// two sizes. The tests run the small one, `make bench ID=rows.<id>` the full one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "simulate/simulate.h"
#include "simulate/test_systems.h"

namespace scantling::sim {

enum class RowSize : std::uint8_t { Small, Full };

// One figure of a row. `what` has its unit when it has one: "mean, s".
struct RowValue {
  std::string what;
  double expected = 0;
  Interval measured;
  std::string wanted;  // "in the 99% interval", "within 10%", "at most"
  bool right = false;
};

// What a row measured. An interval also has to be narrow: one that says nothing contains anything.
class RowFigures {
 public:
  explicit RowFigures(RowSize size) : full_(size == RowSize::Full) {}

  bool full() const { return full_; }
  template <class T>
  T pick(T small, T full) const {
    return full_ ? full : small;
  }
  // Replications of `experiment`; an error is a figure that is not right.
  ExperimentResult run(const System& system, const SimulateOptions& options,
                       const Experiment& experiment = plain_experiment());

  // `expected` lies in the interval, whose half width is at most that share of it.
  void inside(std::string what, const Interval& measured, double expected, double most_width);
  void near(std::string what, double measured, double expected, double tolerance);
  void between(std::string what, double measured, double low, double high);

  const std::vector<RowValue>& values() const { return values_; }

 private:
  bool full_;
  std::vector<RowValue> values_;
};

struct Row {
  std::string_view id;      // "mm1"
  std::string_view what;    // one line
  std::string_view source;  // of what is expected
  void (*measure)(RowFigures&);
};

std::vector<Row> queue_rows();
std::vector<Row> policy_rows();
inline std::vector<Row> simulation_rows() {
  std::vector<Row> all = queue_rows();
  for (const Row& row : policy_rows())
    all.push_back(row);
  return all;
}

}  // namespace scantling::sim
