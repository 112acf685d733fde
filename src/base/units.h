// Quantities of the language, each a distinct type: a duration can't be passed for a rate. Text
// forms are those of the reference page "Quantities"; parse_* and to_text round-trip exactly.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace scantling {

// Time in whole nanoseconds: about 292 years each way. "250us", "3ms", "2s", "5min", "2h", "7d",
// "4w", "7y" (365 days). Also fractions: "1.5s".
struct Duration {
  std::int64_t nanoseconds = 0;

  static Duration from_seconds(double seconds);
  double seconds() const { return static_cast<double>(nanoseconds) * 1e-9; }
  double milliseconds() const { return static_cast<double>(nanoseconds) * 1e-6; }
  friend auto operator<=>(Duration, Duration) = default;
  friend Duration operator+(Duration a, Duration b) { return {a.nanoseconds + b.nanoseconds}; }
  friend Duration operator-(Duration a, Duration b) { return {a.nanoseconds - b.nanoseconds}; }
};

// Events per second: "240/s", "3/min", "2.5k/s", "10/h", "1/d".
struct Rate {
  double per_second = 0;
  friend auto operator<=>(Rate, Rate) = default;
};

// Octets: "512 B", "3 KiB", "2 GiB" (powers of 1024) and "5 kB", "1 GB" (powers of 1000).
struct Bytes {
  std::int64_t count = 0;
  friend auto operator<=>(Bytes, Bytes) = default;
};

// A part of one, written in percent: "99.95%" is .9995.
struct Share {
  double value = 0;
  friend auto operator<=>(Share, Share) = default;
};

// A multiple: "x3", "x0.2".
struct Factor {
  double value = 1;
  friend auto operator<=>(Factor, Factor) = default;
};

// A whole number of things: "40M", "2k", "6". Suffixes k, M, G, T are powers of 1000.
struct Count {
  std::int64_t value = 0;
  friend auto operator<=>(Count, Count) = default;
};

// "6..24" or "6" (low = high). Both ends belong to it.
struct CountRange {
  std::int64_t low = 0;
  std::int64_t high = 0;
  friend bool operator==(CountRange, CountRange) = default;
};

// "30000 USD/month": a currency of three letters; periods month, year, day, hour are kept as month
// (1 month = 730 hours).
struct MoneyPerMonth {
  double amount = 0;
  std::string currency = "USD";
  friend bool operator==(const MoneyPerMonth&, const MoneyPerMonth&) = default;
};

// Processor cores: "2", "0.5", "500m" (thousandths, as Kubernetes writes them).
struct Cores {
  double value = 0;
  friend auto operator<=>(Cores, Cores) = default;
};

// Each returns nothing when the text is not of the form; the caller says which forms are.
std::optional<Duration> parse_duration(std::string_view text);
std::optional<Rate> parse_rate(std::string_view text);
std::optional<Bytes> parse_bytes(std::string_view text);
std::optional<Share> parse_share(std::string_view text);
std::optional<Factor> parse_factor(std::string_view text);
std::optional<Count> parse_count(std::string_view text);
std::optional<CountRange> parse_count_range(std::string_view text);
std::optional<MoneyPerMonth> parse_money_per_month(std::string_view text);
std::optional<Cores> parse_cores(std::string_view text);

// "2027-01-31": a day of the calendar, years 1 to 9999. Such texts are in the order of the days.
bool is_date(std::string_view text);

// The shortest exact text in the language: parse(to_text(x)) == x.
std::string to_text(Duration value);
std::string to_text(Rate value);
std::string to_text(Bytes value);
std::string to_text(Share value);
std::string to_text(Factor value);
std::string to_text(Count value);
std::string to_text(CountRange value);
std::string to_text(const MoneyPerMonth& value);
std::string to_text(Cores value);

// For reading, not for parsing back: three significant digits in the unit that fits, and every one
// before the point: "1.24 s", "38.2 ms", "12.4k/s", "99.95%", "3.1 GiB", "1014 B".
std::string readable(Duration value);
std::string readable_seconds(double seconds);
std::string readable(Rate value);
std::string readable(Bytes value);
std::string readable(Share value);
std::string readable(const MoneyPerMonth& value);
// A measurement in the unit that it is kept in: "s", "%" (0 to 100), "x", or a noun ("messages";
// may be empty).
std::string readable_measure(double value, std::string_view unit);

// Locale-free number to text: shortest that reads back the same (std::to_chars).
std::string number_text(double value);
// A number with the given count of significant digits, no exponent below 1e15, no trailing zeros.
std::string number_text(double value, int significant_digits);

}  // namespace scantling
