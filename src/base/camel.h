// Words with a separator as one word with humps.
#pragma once

#include <string>
#include <string_view>

namespace scantling {

// "place-order" -> "placeOrder", or "PlaceOrder" with `upper_first`. ASCII letters alone change.
std::string camel_case(std::string_view words, char separator, bool upper_first);

}  // namespace scantling
