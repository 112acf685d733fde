// Whatever the text: what is read as a quantity is written and read as the same quantity again.
#include <string_view>

#include "base/text.h"
#include "base/time_law.h"
#include "base/units.h"
#include "fuzz.h"

namespace scantling {
namespace {

template <class Parse>
void check(std::string_view text, Parse parse) {
  const auto value = parse(text);
  if (!value) return;
  const auto written = to_text(*value);
  const auto again = parse(written);
  REQUIRE(again.has_value());
  REQUIRE(*again == *value);
}

// The map form is not read from text, a file's samples are not written.
void check_law(std::string_view text) {
  const std::optional<TimeLaw> law = parse_time_law(text);
  if (!law) return;
  const double mean = law->mean_seconds();
  REQUIRE(mean >= 0 && law->squared_variation() >= 0);
  REQUIRE(law->quantile_seconds(0.5) >= 0 &&
          law->quantile_seconds(0.5) <= law->quantile_seconds(0.999));
  const std::optional<TimeLaw> again = parse_time_law(to_text(*law));
  REQUIRE(again.has_value() && *again == *law);
}

}  // namespace
}  // namespace scantling

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace scantling;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(text, parse_duration);
  check(text, parse_rate);
  check(text, parse_bytes);
  check(text, parse_share);
  check(text, parse_factor);
  check(text, parse_count);
  check(text, parse_count_range);
  check(text, parse_money_per_month);
  check(text, parse_cores);
  check_law(text);
  REQUIRE(display_width(text) <= 2 * size);
  (void)kebab_case(text);
  return 0;
}
