// What the simulator is held against, at full size: how many figures of each row are right.
#include <fmt/core.h>

#include <string>
#include <vector>

#include "harness.h"
#include "simulate/test_rows.h"

namespace scantling::bench {
namespace {

using sim::Row;

Figure row_figure(const Row& row) {
  sim::RowFigures figures(sim::RowSize::Full);
  row.measure(figures);
  Figure out;
  out.unit = fmt::format("of {}", figures.values().size());
  out.note = row.source;
  for (const sim::RowValue& v : figures.values()) {
    if (v.right) ++out.value;
    out.note +=
        fmt::format("\n    {} {}: {:.5g}", v.right ? "right" : "WRONG", v.what, v.measured.mean);
    if (v.measured.half_width >= 0) out.note += fmt::format(" +- {:.2g}", v.measured.half_width);
    out.note += fmt::format(", expected {:.5g} {}", v.expected, v.wanted);
  }
  return out;
}

}  // namespace
}  // namespace scantling::bench

int main(int argc, char** argv) {
  using namespace scantling::bench;
  static const std::vector<Row> rows = scantling::sim::simulation_rows();
  std::vector<std::string> ids;
  for (const Row& row : rows)
    ids.push_back(fmt::format("rows.{}", row.id));
  std::vector<Benchmark> table;
  for (std::size_t i = 0; i < rows.size(); ++i)
    table.push_back(
        {ids[i], rows[i].what, [i] -> scantling::Expected<Figure> { return row_figure(rows[i]); }});
  return bench_main(argc, argv, table);
}
