#include "base/text.h"

#include <gtest/gtest.h>

namespace scantling {
namespace {

TEST(Text, TrimsAndSplits) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim("   "), "");
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
  EXPECT_EQ(split_words("  read Product  x20 "),
            (std::vector<std::string_view>{"read", "Product", "x20"}));
  EXPECT_TRUE(split_words("  ").empty());
}

TEST(Text, JoinsAndReplaces) {
  const std::vector<std::string> parts = {"a", "b", "c"};
  EXPECT_EQ(join(parts, ", "), "a, b, c");
  EXPECT_EQ(enumerate(parts), "a, b and c");
  EXPECT_EQ(enumerate(parts, "or"), "a, b or c");
  EXPECT_EQ(enumerate(std::vector<std::string>{"a", "b"}), "a and b");
  EXPECT_EQ(enumerate(std::vector<std::string>{}), "");
  EXPECT_EQ(replace_all("aaa", "a", "aa"), "aaaaaa");
  EXPECT_EQ(replace_all("abc", "", "x"), "abc");
}

TEST(Text, KebabCase) {
  EXPECT_EQ(kebab_case("PlaceOrder"), "place-order");
  EXPECT_EQ(kebab_case("place_order"), "place-order");
  EXPECT_EQ(kebab_case("placeOrder"), "place-order");
  EXPECT_EQ(kebab_case("HTTPServer"), "http-server");
  EXPECT_EQ(kebab_case("Order2Cash"), "order2-cash");
  EXPECT_EQ(kebab_case("_x__y_"), "x-y");
  EXPECT_EQ(kebab_case("already-kebab"), "already-kebab");
}

TEST(Text, EditDistanceCountsSwapsAsOne) {
  EXPECT_EQ(edit_distance("timeout", "timeout", 9), 0U);
  EXPECT_EQ(edit_distance("timeuot", "timeout", 9), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting", 9), 3U);
  EXPECT_EQ(edit_distance("ca", "abc", 9), 3U);  // optimal string alignment, not full Damerau (2)
  EXPECT_EQ(edit_distance("", "abc", 9), 3U);
  EXPECT_EQ(edit_distance("abcdef", "uvwxyz", 2), 2U);
  EXPECT_EQ(edit_distance("a", "abcdef", 3), 3U);
}

TEST(Text, NearestExplainsATypoOrNothing) {
  const std::vector<std::string> keys = {"timeout", "retry", "breaker", "on"};
  EXPECT_EQ(nearest("timout", keys), "timeout");
  EXPECT_EQ(nearest("Retry", keys), "retry");
  EXPECT_EQ(nearest("no", keys), "on");
  EXPECT_EQ(nearest("latency", keys), std::nullopt);
  EXPECT_EQ(nearest("x", std::vector<std::string>{"a"}), std::nullopt);
  EXPECT_EQ(nearest("bat", std::vector<std::string>{"cat", "hat"}), "cat");
}

TEST(Text, HashesAsPublished) {
  EXPECT_EQ(fnv1a(""), 0xcbf29ce484222325ULL);
  EXPECT_EQ(fnv1a("a"), 0xaf63dc4c8601ec8cULL);       // the authors' test vector
  EXPECT_EQ(fnv1a("foobar"), 0x85944171f73967e8ULL);  // likewise
  EXPECT_EQ(hex16(0x85944171f73967e8ULL), "85944171f73967e8");
  EXPECT_EQ(hex16(1), "0000000000000001");
}

TEST(Text, Plurals) {
  EXPECT_EQ(plural(1, "call"), "1 call");
  EXPECT_EQ(plural(2, "call"), "2 calls");
  EXPECT_EQ(plural(0, "retry"), "0 retries");
  EXPECT_EQ(plural(3, "key"), "3 keys");
  EXPECT_EQ(plural(2, "process"), "2 processes");
  EXPECT_EQ(plural(2, "batch"), "2 batches");
}

TEST(Text, DisplayWidthCountsColumns) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("h\xc3\xa9llo"), 5U);
  EXPECT_EQ(display_width("e\xcc\x81"), 1U);                 // combining accent
  EXPECT_EQ(display_width("\xe6\x97\xa5\xe6\x9c\xac"), 4U);  // two wide characters
  EXPECT_EQ(display_width("\xff"), 1U);
}

TEST(Text, ValidUtf8) {
  std::size_t bad = 99;
  EXPECT_TRUE(valid_utf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"));
  EXPECT_FALSE(valid_utf8("ab\xff", &bad));
  EXPECT_EQ(bad, 2U);
  EXPECT_FALSE(valid_utf8("\xc0\x80"));          // overlong
  EXPECT_FALSE(valid_utf8("\xed\xa0\x80"));      // surrogate
  EXPECT_FALSE(valid_utf8("\xf4\x90\x80\x80"));  // over U+10FFFF
  EXPECT_FALSE(valid_utf8("abc\xe2\x82", &bad));
  EXPECT_EQ(bad, 3U);
}

}  // namespace
}  // namespace scantling
