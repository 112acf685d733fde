#include "base/camel.h"

#include <gtest/gtest.h>

namespace scantling {
namespace {

TEST(Camel, HumpsWhereTheSeparatorsWere) {
  EXPECT_EQ(camel_case("place-order", '-', true), "PlaceOrder");
  EXPECT_EQ(camel_case("place_order_2x", '_', false), "placeOrder2x");
  EXPECT_EQ(camel_case("_a__b", '_', false), "AB");
  EXPECT_EQ(camel_case("place-order", '_', false), "place-order");
  EXPECT_EQ(camel_case("", '-', true), "");
}

}  // namespace
}  // namespace scantling
