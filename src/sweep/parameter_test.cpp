#include "sweep/parameter.h"

#include <gtest/gtest.h>

namespace scantling::sweep {
namespace {

using Texts = std::vector<std::string>;

Texts values(std::string_view text) {
  const auto parsed = parse_parameter(text);
  EXPECT_TRUE(parsed.has_value()) << (parsed ? "" : parsed.error().message);
  return parsed ? parsed->values : Texts{};
}

std::string problem(std::string_view text) {
  const auto parsed = parse_parameter(text);
  return parsed ? "" : parsed.error().message;
}

TEST(Parameter, AListIsItsItems) {
  EXPECT_EQ(values("a.b=100ms, 200ms"), (Texts{"100ms", "200ms"}));
  EXPECT_EQ(values("a={ mean: 3ms, p99: 9ms },[x, y]"),
            (Texts{"{ mean: 3ms, p99: 9ms }", "[x, y]"}));
  EXPECT_EQ(parse_parameter(" a.b = 1 ")->path, "a.b");
}

TEST(Parameter, ARangeHasBothEnds) {
  EXPECT_EQ(values("a=2..5"), (Texts{"2", "3", "4", "5"}));
  EXPECT_EQ(values("a=1..10 by 4"), (Texts{"1", "5", "9"}));
  EXPECT_EQ(values("a=1..64 by x4"), (Texts{"1", "4", "16", "64"}));
  EXPECT_EQ(values("a=100ms..500ms in 3"), (Texts{"100ms", "300ms", "500ms"}));
  EXPECT_EQ(values("a=0..0.3 by 0.1"), (Texts{"0", "0.1", "0.2", "0.3"}));
  EXPECT_EQ(values("a=10%..30% by 10"), (Texts{"10%", "20%", "30%"}));
  EXPECT_EQ(values("a=3..3"), (Texts{"3"}));
}

TEST(Parameter, FactorsAreStepped) {
  EXPECT_EQ(values("load=x1..x2 by 0.5"), (Texts{"x1", "x1.5", "x2"}));
  EXPECT_EQ(values("load=x1..x2 by x0.5"), (Texts{"x1", "x1.5", "x2"}));
}

TEST(Parameter, QuotesKeepAValueAsItIs) {
  EXPECT_EQ(values("a=\"2..8\",'4, 5'"), (Texts{"2..8", "4, 5"}));
}

TEST(Parameter, SeveralRangesMakeOneList) {
  EXPECT_EQ(values("a=1..3,8,16"), (Texts{"1", "2", "3", "8", "16"}));
}

TEST(Parameter, MistakesAreNamed) {
  EXPECT_NE(problem("a").find("is not a parameter"), std::string::npos);
  EXPECT_NE(problem("=3").find("is not a parameter"), std::string::npos);
  EXPECT_NE(problem("a=").find("is not a parameter"), std::string::npos);
  EXPECT_NE(problem("a=1,,2").find("between two commas"), std::string::npos);
  EXPECT_NE(problem("a=5..2").find("write 2..5"), std::string::npos);
  EXPECT_NE(problem("a=1ms..2s by 1ms").find("different units"), std::string::npos);
  EXPECT_NE(problem("a=1ms..9ms").find("needs a step"), std::string::npos);
  EXPECT_NE(problem("a=1..9 by 0").find("never ends"), std::string::npos);
  EXPECT_NE(problem("a=0..9 by x2").find("never ends"), std::string::npos);
  EXPECT_NE(problem("a=1..9 by x1").find("never ends"), std::string::npos);
  EXPECT_NE(problem("a=1..1000000").find("more than 1000 values"), std::string::npos);
  EXPECT_NE(problem("a=1..9 in 1").find("from 2 to 1000"), std::string::npos);
  EXPECT_NE(problem("a=1,2,1").find("twice"), std::string::npos);
  EXPECT_NE(problem("a=\"x").find("quote is not closed"), std::string::npos);
  EXPECT_NE(problem("a={x").find("bracket is not closed"), std::string::npos);
  EXPECT_NE(problem("a=1\n").find("one line"), std::string::npos);
}

TEST(Parameter, AQuantityIsWrittenAsItWasRead) {
  for (const std::string text : {"250ms", "x1.5", "12", "-3.5%", "2.5k/s", "3 KiB"}) {
    Quantity q;
    ASSERT_TRUE(parse_quantity(text, q)) << text;
    EXPECT_EQ(to_text(q), text);
  }
  Quantity q;
  for (const std::string text : {"", "x", "ms", "x1ms", "1e5", "nan", "x-1", "1.2.3"})
    EXPECT_FALSE(parse_quantity(text, q)) << text;
}

}  // namespace
}  // namespace scantling::sweep
