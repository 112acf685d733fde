// Every row of test_rows.h at its small size.
#include <gtest/gtest.h>

#include <cmath>
#include <iterator>
#include <ostream>
#include <string>

#include "simulate/test_rows.h"

namespace scantling::sim {

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.id;
}

namespace {

class Rows : public testing::TestWithParam<Row> {};

TEST_P(Rows, AsPublished) {
  RowFigures figures(RowSize::Small);
  GetParam().measure(figures);
  EXPECT_FALSE(figures.values().empty());
  for (const RowValue& v : figures.values())
    EXPECT_TRUE(v.right) << v.what << ": " << v.measured.mean << " +- " << v.measured.half_width
                         << ", expected " << v.expected << " (" << GetParam().source << "), "
                         << v.wanted;
}

INSTANTIATE_TEST_SUITE_P(Simulation, Rows, testing::ValuesIn(simulation_rows()),
                         [](const testing::TestParamInfo<Row>& row) {
                           return std::string(row.param.id);
                         });

TEST(RowFigures, AVagueIntervalIsNotRight) {
  RowFigures f(RowSize::Small);
  f.inside("narrow", {10, .1}, 10.05, .02);
  f.inside("vague", {10, 5}, 10.05, .02);
  f.inside("beside", {10, .1}, 10.2, .02);
  f.inside("unknown", {10, -1}, 10, .02);
  f.near("near", 1, 1.05, .1);
  f.near("far", 1, 1.2, .1);
  f.near("nothing", std::nan(""), 1, .1);
  f.between("above", 1.2, 1, 1.1);
  const bool right[] = {true, false, false, false, true, false, false, false};
  ASSERT_EQ(f.values().size(), std::size(right));
  for (std::size_t i = 0; i < std::size(right); ++i)
    EXPECT_EQ(f.values()[i].right, right[i]) << f.values()[i].what;
}

}  // namespace
}  // namespace scantling::sim
