// Quantities for people to read: three significant digits in the unit that fits.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <span>

#include "base/units.h"

namespace scantling {

namespace {

struct Scale {
  double from;  // the smallest value shown in this unit
  double size;
  std::string_view suffix;
};

// Three significant digits, and every one before the point: what is below 1024 of a unit of bytes
// may have four.
std::string three_digits(double value) {
  return number_text(value, std::fabs(value) >= 1000 ? 4 : 3);
}

// The unit is chosen after rounding, so that 999.9 ms is 1 s and not 1000 ms.
double rounded(double value) {
  const std::string text = three_digits(value);
  double out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

// `scales` are in rising order; the first takes whatever is smaller too.
std::string in_scale(double value, std::span<const Scale> scales) {
  if (!std::isfinite(value)) return number_text(value) + std::string(scales.front().suffix);
  const double magnitude = std::fabs(value);
  std::size_t i = scales.size() - 1;
  while (i > 0 && rounded(magnitude / scales[i - 1].size) * scales[i - 1].size <
                      scales[i].from * (1 - 1e-12))
    --i;
  return three_digits(value / scales[i].size) + std::string(scales[i].suffix);
}

// Minutes start at two, hours at two, days at two: "90 s" reads better than "1.5 min".
constexpr std::array<Scale, 8> kTime = {{{0, 1e-9, " ns"},
                                         {1e-6, 1e-6, " us"},
                                         {1e-3, 1e-3, " ms"},
                                         {1, 1, " s"},
                                         {120, 60, " min"},
                                         {7'200, 3'600, " h"},
                                         {172'800, 86'400, " d"},
                                         {63'072'000, 31'536'000, " y"}}};

constexpr std::array<Scale, 7> kRates = {{{0, 1.0 / 86'400, "/d"},
                                          {1.0 / 3'600, 1.0 / 3'600, "/h"},
                                          {1.0 / 60, 1.0 / 60, "/min"},
                                          {1, 1, "/s"},
                                          {1e3, 1e3, "k/s"},
                                          {1e6, 1e6, "M/s"},
                                          {1e9, 1e9, "G/s"}}};

constexpr std::array<Scale, 6> kBytes = {{{0, 1, " B"},
                                          {0x1p10, 0x1p10, " KiB"},
                                          {0x1p20, 0x1p20, " MiB"},
                                          {0x1p30, 0x1p30, " GiB"},
                                          {0x1p40, 0x1p40, " TiB"},
                                          {0x1p50, 0x1p50, " PiB"}}};

constexpr std::array<Scale, 4> kMoney = {
    {{0, 1, ""}, {1e4, 1e3, "k"}, {1e6, 1e6, "M"}, {1e9, 1e9, "G"}}};

}  // namespace

std::string readable_seconds(double seconds) {
  return seconds == 0 ? "0 s" : in_scale(seconds, kTime);
}

std::string readable(Duration value) {
  return readable_seconds(value.seconds());
}

std::string readable(Rate value) {
  return value.per_second == 0 ? "0/s" : in_scale(value.per_second, kRates);
}

std::string readable(Bytes value) {
  return in_scale(static_cast<double>(value.count), kBytes);
}

// Near one, what matters is what is missing: as many places as show two digits of that, so that
// 99.95% and 99.995% differ.
std::string readable(Share value) {
  const double percent = value.value * 100;
  const double missing = (1 - value.value) * 100;
  if (!(missing > 1e-10 && missing < 10)) return number_text(percent, 3) + "%";
  const int places = std::clamp(1 - static_cast<int>(std::floor(std::log10(missing))), 1, 12);
  return number_text(percent, 2 + places) + "%";
}

std::string readable(const MoneyPerMonth& value) {
  return in_scale(value.amount, kMoney) + " " + value.currency + "/month";
}

std::string readable_measure(double value, std::string_view unit) {
  if (unit == "s") return readable_seconds(value);
  // The end of an interval may lie beyond what a share can be.
  if (unit == "%") return readable(Share{std::clamp(value, 0.0, 100.0) / 100});
  if (unit == "x") return "x" + number_text(value, 3);
  return number_text(value, 4) + (unit.empty() ? "" : " " + std::string(unit));
}

}  // namespace scantling
