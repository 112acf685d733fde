#include "base/units.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>
#include <span>

#include "base/assert.h"

namespace scantling {

namespace {

__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;

constexpr std::int64_t kMicrosecond = 1'000;
constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

// A unit with a whole number of the smallest one in it.
struct WholeUnit {
  std::string_view name;
  std::int64_t size;
  bool written = true;  // to_text uses it
};

// Smallest first. Weeks are read but not written: 7d is what people write.
constexpr std::array<WholeUnit, 9> kDurationUnits = {{{"ns", 1},
                                                      {"us", kMicrosecond},
                                                      {"ms", kMillisecond},
                                                      {"s", kSecond},
                                                      {"min", kMinute},
                                                      {"h", kHour},
                                                      {"d", kDay},
                                                      {"w", 7 * kDay, false},
                                                      {"y", 365 * kDay}}};

constexpr std::array<WholeUnit, 11> kByteUnits = {{{"B", 1},
                                                   {"kB", 1'000},
                                                   {"KiB", 1LL << 10},
                                                   {"MB", 1'000'000},
                                                   {"MiB", 1LL << 20},
                                                   {"GB", 1'000'000'000},
                                                   {"GiB", 1LL << 30},
                                                   {"TB", 1'000'000'000'000},
                                                   {"TiB", 1LL << 40},
                                                   {"PB", 1'000'000'000'000'000},
                                                   {"PiB", 1LL << 50}}};

constexpr std::array<WholeUnit, 5> kCountUnits = {
    {{"", 1}, {"k", 1'000}, {"M", 1'000'000}, {"G", 1'000'000'000}, {"T", 1'000'000'000'000}}};

struct RateUnit {
  std::string_view name;
  double seconds;
};
constexpr std::array<RateUnit, 4> kRateUnits = {
    {{"s", 1}, {"min", 60}, {"h", 3'600}, {"d", 86'400}}};

constexpr double kHoursPerMonth = 730;  // 365 days of 24 hours over 12

// "digits" or "digits.digits" at the front of a text, and what follows it.
struct Decimal {
  std::string_view digits;    // before the point
  std::string_view fraction;  // after it
  std::string_view rest;
};

std::size_t digit_run(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && text[n] >= '0' && text[n] <= '9')
    ++n;
  return n;
}

std::optional<Decimal> take_decimal(std::string_view text) {
  Decimal out;
  const std::size_t whole = digit_run(text);
  if (whole == 0) return std::nullopt;
  out.digits = text.substr(0, whole);
  text.remove_prefix(whole);
  if (text.starts_with('.') && text.size() > 1 && digit_run(text.substr(1)) > 0) {
    const std::size_t part = digit_run(text.substr(1));
    out.fraction = text.substr(1, part);
    text.remove_prefix(1 + part);
  }
  out.rest = text;
  return out;
}

std::string_view without_one_blank(std::string_view text) {
  return text.starts_with(' ') ? text.substr(1) : text;
}

// number * size, when that is a whole number that fits 64 bits.
std::optional<std::int64_t> whole_product(const Decimal& number, std::int64_t size) {
  constexpr Int128 kMost = std::numeric_limits<std::int64_t>::max();
  Int128 total = 0;
  for (const char c : number.digits) {
    total = total * 10 + (c - '0');
    if (total > kMost) return std::nullopt;
  }
  // The fraction from its last digit on: what has been summed must divide by ten at each place,
  // else the product isn't whole. It stays below 2 * size.
  Int128 part = 0;
  for (std::size_t i = number.fraction.size(); i-- > 0;) {
    part += Int128{number.fraction[i] - '0'} * size;
    if (part % 10 != 0) return std::nullopt;
    part /= 10;
  }
  total = total * size + part;
  if (total > kMost) return std::nullopt;
  return static_cast<std::int64_t>(total);
}

std::optional<std::int64_t> parse_whole(std::string_view text, std::span<const WholeUnit> units,
                                        bool blank_allowed) {
  const std::optional<Decimal> number = take_decimal(text);
  if (!number) return std::nullopt;
  const std::string_view name = blank_allowed ? without_one_blank(number->rest) : number->rest;
  for (const WholeUnit& unit : units) {
    if (unit.name == name) return whole_product(*number, unit.size);
  }
  return std::nullopt;
}

// value / size in decimal digits; nothing when it has more than nine places.
std::optional<std::string> exact_quotient(std::uint64_t value, std::int64_t size) {
  const auto divisor = static_cast<std::uint64_t>(size);
  std::string out = std::to_string(value / divisor);
  auto rest = static_cast<Uint128>(value % divisor);
  if (rest != 0) out += '.';
  for (int place = 0; rest != 0; ++place) {
    if (place == 9) return std::nullopt;
    rest *= 10;
    out += static_cast<char>('0' + static_cast<int>(rest / divisor));
    rest %= divisor;
  }
  return out;
}

// How much there is to read: characters, and two more for a number below one ("100ms", not "0.1s").
std::size_t reading_cost(std::string_view number) {
  return number.size() + (number.starts_with("0.") ? 2 : 0);
}

// The unit with the shortest number; the largest unit when several are as short. With
// `count_suffix` the unit's name counts too, and a whole number wins ("1500" over "1.5k").
std::string write_whole(std::int64_t value, std::span<const WholeUnit> units,
                        std::string_view separator, bool count_suffix) {
  const bool negative = value < 0;
  const std::uint64_t magnitude = negative ? std::uint64_t{0} - static_cast<std::uint64_t>(value)
                                           : static_cast<std::uint64_t>(value);
  std::string best;
  std::size_t best_cost = std::numeric_limits<std::size_t>::max();
  for (const WholeUnit& unit : units) {
    const std::optional<std::string> number =
        unit.written ? exact_quotient(magnitude, unit.size) : std::nullopt;
    if (!number) continue;
    const std::size_t cost = 2 * (reading_cost(*number) + (count_suffix ? unit.name.size() : 0)) +
                             (count_suffix && number->find('.') != std::string::npos ? 1 : 0);
    if (cost <= best_cost) {
      best_cost = cost;
      best = *number;
      best += separator;
      best += unit.name;
    }
  }
  return negative ? "-" + best : best;
}

std::optional<double> read_double(std::string_view text) {
  double value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The number times 10^exponent, rounded once: "99.95" and -2 is exactly the double .9995.
std::optional<double> scaled(const Decimal& number, int exponent) {
  std::string text(number.digits);
  if (!number.fraction.empty()) text.append(".").append(number.fraction);
  text += 'e';
  text += std::to_string(exponent);
  return read_double(text);
}

// 3, 6, 9 for a suffix k, M, G at the front, which is removed.
int take_power_suffix(std::string_view& text) {
  constexpr std::string_view kSuffixes = "kMG";
  if (text.empty() || kSuffixes.find(text.front()) == std::string_view::npos) return 0;
  const int power = 3 * (1 + static_cast<int>(kSuffixes.find(text.front())));
  text.remove_prefix(1);
  return power;
}

// Significant digits and the power of ten of the first: 1234.5 is "12345" and 3.
struct Digits {
  std::string digits;
  int exponent = 0;
};

// Shortest when `significant` is 0. The value is finite and not negative.
Digits decimal_digits(double value, int significant) {
  std::array<char, 64> buffer;
  const auto written =
      significant == 0
          ? std::to_chars(buffer.begin(), buffer.end(), value, std::chars_format::scientific)
          : std::to_chars(buffer.begin(), buffer.end(), value, std::chars_format::scientific,
                          significant - 1);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data()));
  const std::size_t e = text.find('e');
  Digits out;
  for (const char c : text.substr(0, e)) {
    if (c != '.') out.digits += c;
  }
  std::string_view exponent = text.substr(e + 1);
  if (exponent.starts_with('+')) exponent.remove_prefix(1);
  std::from_chars(exponent.data(), exponent.data() + exponent.size(), out.exponent);
  while (out.digits.size() > 1 && out.digits.back() == '0')
    out.digits.pop_back();
  return out;
}

std::string plain(const Digits& number) {
  if (number.digits == "0") return "0";
  const auto size = static_cast<int>(number.digits.size());
  if (number.exponent < 0)
    return "0." + std::string(static_cast<std::size_t>(-number.exponent - 1), '0') + number.digits;
  if (number.exponent >= size - 1)
    return number.digits + std::string(static_cast<std::size_t>(number.exponent - size + 1), '0');
  const auto point = static_cast<std::size_t>(number.exponent + 1);
  return number.digits.substr(0, point) + "." + number.digits.substr(point);
}

std::string scientific(const Digits& number) {
  std::string out = number.digits.substr(0, 1);
  if (number.digits.size() > 1) out.append(".").append(number.digits.substr(1));
  out += 'e';
  out += std::to_string(number.exponent);
  return out;
}

// The shortest digits of value * 10^shift, never with an exponent: the text forms have none.
std::string plain_shifted(double value, int shift) {
  if (!std::isfinite(value)) return number_text(value);
  Digits number = decimal_digits(std::fabs(value), 0);
  if (number.digits != "0") number.exponent += shift;
  return (value < 0 ? "-" : "") + plain(number);
}

std::optional<double> read_plain(std::string_view text, int exponent) {
  const std::optional<Decimal> number = take_decimal(text);
  if (!number || !number->rest.empty()) return std::nullopt;
  return scaled(*number, exponent);
}

}  // namespace

std::string number_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  const Digits number = decimal_digits(std::fabs(value), 0);
  const bool short_enough = number.exponent >= -7 && number.exponent < 15;
  return (std::signbit(value) ? "-" : "") + (short_enough ? plain(number) : scientific(number));
}

std::string number_text(double value, int significant_digits) {
  if (!std::isfinite(value)) return number_text(value);
  const Digits number =
      decimal_digits(std::fabs(value), std::min(std::max(significant_digits, 1), 40));
  const bool negative = value < 0 && number.digits != "0";
  return (negative ? "-" : "") + (number.exponent < 15 ? plain(number) : scientific(number));
}

Duration Duration::from_seconds(double seconds) {
  constexpr double kMost = 9.223372036854774e18;  // the largest double below 2^63
  const double nanoseconds = std::nearbyint(seconds * 1e9);
  if (std::isnan(nanoseconds)) return {0};
  if (nanoseconds > kMost) return {std::numeric_limits<std::int64_t>::max()};
  if (nanoseconds < -kMost) return {std::numeric_limits<std::int64_t>::min()};
  return {static_cast<std::int64_t>(nanoseconds)};
}

std::optional<Duration> parse_duration(std::string_view text) {
  const auto value = parse_whole(text, kDurationUnits, true);
  return value ? std::optional(Duration{*value}) : std::nullopt;
}

std::optional<Bytes> parse_bytes(std::string_view text) {
  const auto value = parse_whole(text, kByteUnits, true);
  return value ? std::optional(Bytes{*value}) : std::nullopt;
}

std::optional<Count> parse_count(std::string_view text) {
  const auto value = parse_whole(text, kCountUnits, false);
  return value ? std::optional(Count{*value}) : std::nullopt;
}

std::optional<CountRange> parse_count_range(std::string_view text) {
  const std::size_t dots = text.find("..");
  const std::optional<Count> low = parse_count(text.substr(0, dots));
  const std::optional<Count> high =
      dots == std::string_view::npos ? low : parse_count(text.substr(dots + 2));
  if (!low || !high || low->value > high->value) return std::nullopt;
  return CountRange{low->value, high->value};
}

std::optional<Rate> parse_rate(std::string_view text) {
  const std::optional<Decimal> number = take_decimal(text);
  if (!number) return std::nullopt;
  std::string_view rest = number->rest;
  const std::optional<double> events = scaled(*number, take_power_suffix(rest));
  if (!events || !rest.starts_with('/')) return std::nullopt;
  for (const RateUnit& unit : kRateUnits) {
    if (unit.name == rest.substr(1)) return Rate{*events / unit.seconds};
  }
  return std::nullopt;
}

std::optional<Share> parse_share(std::string_view text) {
  if (!text.ends_with('%')) return std::nullopt;
  text.remove_suffix(1);
  if (text.ends_with(' ')) text.remove_suffix(1);
  const std::optional<double> value = read_plain(text, -2);
  if (!value || *value > 1) return std::nullopt;
  return Share{*value};
}

std::optional<Factor> parse_factor(std::string_view text) {
  if (!text.starts_with('x')) return std::nullopt;
  const std::optional<double> value = read_plain(text.substr(1), 0);
  return value ? std::optional(Factor{*value}) : std::nullopt;
}

std::optional<Cores> parse_cores(std::string_view text) {
  const bool thousandths = text.ends_with('m');
  if (thousandths) text.remove_suffix(1);
  const std::optional<double> value = read_plain(text, thousandths ? -3 : 0);
  return value ? std::optional(Cores{*value}) : std::nullopt;
}

std::optional<MoneyPerMonth> parse_money_per_month(std::string_view text) {
  const std::optional<Decimal> number = take_decimal(text);
  if (!number) return std::nullopt;
  std::string_view rest = number->rest;
  const std::optional<double> amount = scaled(*number, take_power_suffix(rest));
  rest = without_one_blank(rest);
  if (!amount || rest.size() < 4 || rest[3] != '/') return std::nullopt;
  MoneyPerMonth money{*amount, std::string(rest.substr(0, 3))};
  for (const char c : money.currency) {
    if (c < 'A' || c > 'Z') return std::nullopt;
  }
  const std::string_view period = rest.substr(4);
  if (period == "year")
    money.amount /= 12;
  else if (period == "day")
    money.amount *= kHoursPerMonth / 24;
  else if (period == "hour")
    money.amount *= kHoursPerMonth;
  else if (period != "month")
    return std::nullopt;
  return std::isfinite(money.amount) ? std::optional(money) : std::nullopt;
}

std::string to_text(Duration value) {
  if (value.nanoseconds == 0) return "0s";
  return write_whole(value.nanoseconds, kDurationUnits, "", false);
}

std::string to_text(Bytes value) {
  return value.count == 0 ? "0 B" : write_whole(value.count, kByteUnits, " ", false);
}

std::string to_text(Count value) {
  return value.value == 0 ? "0" : write_whole(value.value, kCountUnits, "", true);
}

std::string to_text(CountRange value) {
  const std::string low = to_text(Count{value.low});
  return value.low == value.high ? low : low + ".." + to_text(Count{value.high});
}

std::string to_text(Rate value) {
  if (value.per_second == 0 || !std::isfinite(value.per_second))
    return number_text(value.per_second) + "/s";
  std::string best;
  std::size_t best_cost = std::numeric_limits<std::size_t>::max();
  const auto consider = [&](const Digits& digits, int power, std::size_t unit) {
    Digits shifted = digits;
    shifted.exponent -= power;
    const std::string number = plain(shifted);
    // In half characters. A longer unit must save one character for each step, and two more if the
    // number has a suffix ("12.5M/s", not "45G/h"); a point counts half a character.
    const bool suffixed = power > 0;
    const std::size_t cost = 2 * (reading_cost(number) + kRateUnits[unit].name.size() + unit) +
                             (suffixed ? 2 + (unit > 0 ? 4U : 0U) : 0U) +
                             (number.find('.') != std::string::npos ? 1 : 0);
    if (cost >= best_cost) return;
    constexpr std::array<std::string_view, 4> kSuffixes = {"", "k", "M", "G"};
    const std::string text = number + std::string(kSuffixes[static_cast<std::size_t>(power / 3)]) +
                             "/" + std::string(kRateUnits[unit].name);
    if (const std::optional<Rate> back = parse_rate(text); back && *back == value) {
      best_cost = cost;
      best = text;
    }
  };
  for (std::size_t unit = 0; unit < kRateUnits.size(); ++unit) {
    const double product = value.per_second * kRateUnits[unit].seconds;
    if (!std::isfinite(product)) continue;
    // The product is rounded, so its shortest digits may read back as a neighbour of the value:
    // fewer digits first.
    for (const int significant : {15, 16, 17, 0}) {
      const Digits digits = decimal_digits(product, significant);
      for (const int power : {0, 3, 6, 9})
        consider(digits, power, unit);
    }
  }
  SCANTLING_ASSERT(!best.empty());  // the shortest digits per second always read back
  return best;
}

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto number = [&](std::size_t at, std::size_t digits) {
    unsigned value = 0;
    for (const char c : text.substr(at, digits)) {
      if (c < '0' || c > '9') return 0U;
      value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value;
  };
  return number(0, 4) > 0 && std::chrono::year_month_day(
                                 std::chrono::year(static_cast<int>(number(0, 4))),
                                 std::chrono::month(number(5, 2)), std::chrono::day(number(8, 2)))
                                 .ok();
}

std::string to_text(Share value) {
  return plain_shifted(value.value, 2) + "%";
}
std::string to_text(Factor value) {
  return "x" + plain_shifted(value.value, 0);
}
std::string to_text(Cores value) {
  return plain_shifted(value.value, 0);
}
std::string to_text(const MoneyPerMonth& value) {
  return plain_shifted(value.amount, 0) + " " + value.currency + "/month";
}

}  // namespace scantling
