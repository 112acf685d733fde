// The words of `--set PATH=VALUES`: which values a parameter takes in a campaign.
//
//   services.cart.instances=2..8              2, 3, ... 8
//   services.cart.instances=1..64 by x2       1, 2, 4, ... 64
//   policies.quick.timeout=100ms..500ms by 100ms
//   policies.quick.timeout=100ms..500ms in 3  100ms, 300ms, 500ms
//   stores.orders-db.engine=postgresql,mysql
//   services.cart.instances="2..8","4..16"    in quotes: as it stands, here ranges to scale in
//   operations.browse.load.peak=x1..x2 by 0.5 the model's value times 1, 1.5 and 2
//   load=x1,x1.5,x2                           the load of all operations
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace scantling::sweep {

inline constexpr std::size_t kMostValues = 1000;  // of one parameter

struct ParameterText {
  std::string path;                 // as written
  std::vector<std::string> values;  // in the order in which they are written; no two are the same
};

// The error says what is wrong with which part, and shows a valid parameter.
Expected<ParameterText> parse_parameter(std::string_view text);

// "250ms" as 250 and "ms"; "x1.5" as 1.5 with `factor` and no unit. Nothing for any other text.
struct Quantity {
  bool factor = false;
  double number = 0;
  std::string_view unit;
};
bool parse_quantity(std::string_view text, Quantity& out);
std::string to_text(const Quantity& quantity);  // at most 12 significant digits

}  // namespace scantling::sweep
