#include "base/units.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace scantling {
namespace {

TEST(Duration, ReadsEveryUnit) {
  EXPECT_EQ(parse_duration("7ns")->nanoseconds, 7);
  EXPECT_EQ(parse_duration("250us")->nanoseconds, 250'000);
  EXPECT_EQ(parse_duration("3ms")->nanoseconds, 3'000'000);
  EXPECT_EQ(parse_duration("2s")->nanoseconds, 2'000'000'000);
  EXPECT_EQ(parse_duration("1.5s")->nanoseconds, 1'500'000'000);
  EXPECT_EQ(parse_duration("5min")->nanoseconds, 300'000'000'000);
  EXPECT_EQ(parse_duration("2h")->nanoseconds, 7'200'000'000'000);
  EXPECT_EQ(parse_duration("7d")->nanoseconds, 604'800'000'000'000);
  EXPECT_EQ(parse_duration("4w")->nanoseconds, 4 * 604'800'000'000'000);
  EXPECT_EQ(parse_duration("7y")->nanoseconds, 7 * 365 * 86'400'000'000'000);
  EXPECT_EQ(parse_duration("3 ms")->nanoseconds, 3'000'000);
  EXPECT_EQ(parse_duration("0s")->nanoseconds, 0);
  EXPECT_EQ(parse_duration("0.0000000010s")->nanoseconds, 1);
  EXPECT_EQ(parse_duration("0.25y")->nanoseconds, 7'884'000'000'000'000);
}

TEST(Duration, RefusesWhatIsNotOne) {
  for (const char* text : {"",
                           "3",
                           "ms",
                           "-3ms",
                           "+3ms",
                           "3m",
                           "3 sec",
                           "3  ms",
                           "3ms ",
                           " 3ms",
                           ".5s",
                           "5.s",
                           "1e3s",
                           "3MS",
                           "1,5s",
                           "0.5ns",
                           "1.0000000001s",
                           "293y",
                           "9223372036854775808ns",
                           "99999999999999999999999999999999999999999999y",
                           "3ms4",
                           "0x3ms",
                           "\xc2\xb5s"})
    EXPECT_FALSE(parse_duration(text)) << text;
  EXPECT_EQ(parse_duration("9223372036854775807ns")->nanoseconds,
            std::numeric_limits<std::int64_t>::max());
}

TEST(Duration, WritesTheShortestForm) {
  for (const char* text : {"3ms", "1.5s", "5min", "7d", "7y", "250us", "100ms", "1min", "90s", "2h",
                           "30d", "0s", "1ns", "2.5ms", "20min", "1.23456789s"})
    EXPECT_EQ(to_text(*parse_duration(text)), text);
  EXPECT_EQ(to_text(*parse_duration("60s")), "1min");
  EXPECT_EQ(to_text(*parse_duration("1500ms")), "1.5s");
  EXPECT_EQ(to_text(*parse_duration("4w")), "28d");
  EXPECT_EQ(to_text(Duration{-3'000'000}), "-3ms");
  EXPECT_EQ(to_text(Duration{std::numeric_limits<std::int64_t>::min()}), "-9223372036854775808ns");
}

TEST(Duration, FromSecondsRoundsAndSaturates) {
  EXPECT_EQ(Duration::from_seconds(0.0015).nanoseconds, 1'500'000);
  EXPECT_EQ(Duration::from_seconds(1e-10).nanoseconds, 0);
  EXPECT_EQ(Duration::from_seconds(1e30).nanoseconds, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(Duration::from_seconds(-1e30).nanoseconds, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(Duration::from_seconds(std::nan("")).nanoseconds, 0);
}

TEST(Rate, ReadsAndWrites) {
  EXPECT_EQ(parse_rate("240/s")->per_second, 240);
  EXPECT_EQ(parse_rate("2.5k/s")->per_second, 2500);
  EXPECT_EQ(parse_rate("3/min")->per_second, 0.05);
  EXPECT_EQ(parse_rate("1/d")->per_second, 1.0 / 86'400);
  EXPECT_EQ(parse_rate("1.2M/h")->per_second, 1.2e6 / 3600);
  for (const char* text : {"240/s", "1/min", "10/min", "3/min", "10/h", "1/h", "1/d", "7/d",
                           "100/s", "2500/s", "12.5M/s", "1M/s", "0/s", "1.5/s", "900/s", "6/min"})
    EXPECT_EQ(to_text(*parse_rate(text)), text);
  EXPECT_EQ(to_text(*parse_rate("6000/s")), "6k/s");
  EXPECT_EQ(to_text(*parse_rate("60/min")), "1/s");
  for (const char* text : {"240", "240/", "/s", "-1/s", "1 /s", "1/ s", "1/sec", "1m/s", "1/s/s",
                           "1kk/s", "1e3/s", "1/ms"})
    EXPECT_FALSE(parse_rate(text)) << text;
  EXPECT_FALSE(parse_rate(std::string(400, '9') + "/s"));
}

TEST(Bytes, ReadsAndWrites) {
  EXPECT_EQ(parse_bytes("512 B")->count, 512);
  EXPECT_EQ(parse_bytes("512B")->count, 512);
  EXPECT_EQ(parse_bytes("3 KiB")->count, 3072);
  EXPECT_EQ(parse_bytes("1.5 GiB")->count, 1'610'612'736);
  EXPECT_EQ(parse_bytes("5 kB")->count, 5000);
  EXPECT_EQ(parse_bytes("1 PiB")->count, 1LL << 50);
  for (const char* text : {"512 B", "3 KiB", "1.5 GiB", "5 kB", "0 B", "1 GB", "2 GiB", "1023 B"})
    EXPECT_EQ(to_text(*parse_bytes(text)), text);
  for (const char* text :
       {"512", "1 KB", "1 K", "0.5 B", "-1 B", "1 kib", "8192 PiB", "1.0001 KiB"})
    EXPECT_FALSE(parse_bytes(text)) << text;
  // 2^-50 PiB is one byte, in fifty decimal places.
  EXPECT_EQ(parse_bytes("0.00000000000000088817841970012523233890533447265625 PiB")->count, 1);
}

TEST(Share, ReadsAndWritesExactly) {
  EXPECT_EQ(parse_share("99.95%")->value, 0.9995);
  EXPECT_EQ(parse_share("0.1%")->value, 0.001);
  EXPECT_EQ(parse_share("100%")->value, 1);
  EXPECT_EQ(parse_share("0%")->value, 0);
  for (const char* text : {"99.95%", "0.1%", "100%", "0%", "20%", "99.999%", "33.3%", "0.0001%"})
    EXPECT_EQ(to_text(*parse_share(text)), text);
  for (const char* text : {"99.95", "100.1%", "%", "-1%", "1%%", "1 p%", "1e1%"})
    EXPECT_FALSE(parse_share(text)) << text;
}

TEST(Factor, ReadsAndWrites) {
  EXPECT_EQ(parse_factor("x3")->value, 3);
  EXPECT_EQ(parse_factor("x0.2")->value, 0.2);
  for (const char* text : {"x3", "x0.2", "x1.5", "x1000", "x0"})
    EXPECT_EQ(to_text(*parse_factor(text)), text);
  for (const char* text : {"3", "3x", "x", "x-1", "x 3", "x1e3", "X3"})
    EXPECT_FALSE(parse_factor(text)) << text;
}

TEST(Date, IsADayOfTheCalendar) {
  for (const char* text : {"2027-01-31", "2028-02-29", "0001-01-01", "9999-12-31"})
    EXPECT_TRUE(is_date(text)) << text;
  for (const char* text : {"", "2027-02-29", "2027-13-01", "2027-00-01", "2027-01-32", "31.01.2027",
                           "2027-1-31", "0000-01-01", "2027-01-3x", "2027-01-31 "})
    EXPECT_FALSE(is_date(text)) << text;
}

TEST(Count, ReadsAndWrites) {
  EXPECT_EQ(parse_count("40M")->value, 40'000'000);
  EXPECT_EQ(parse_count("1.2M")->value, 1'200'000);
  EXPECT_EQ(parse_count("6")->value, 6);
  EXPECT_EQ(parse_count("012")->value, 12);
  for (const char* text : {"40M", "2k", "6", "0", "1.2M", "1500", "3T", "1234567", "60M", "400k"})
    EXPECT_EQ(to_text(*parse_count(text)), text);
  for (const char* text :
       {"1.5", "1.2345k", "-1", "", "k", "2K", "2 k", "9999999999999999999", "10000000T", "1P"})
    EXPECT_FALSE(parse_count(text)) << text;
}

TEST(CountRange, ReadsAndWrites) {
  EXPECT_EQ(*parse_count_range("6..24"), (CountRange{6, 24}));
  EXPECT_EQ(*parse_count_range("6"), (CountRange{6, 6}));
  EXPECT_EQ(to_text(CountRange{6, 24}), "6..24");
  EXPECT_EQ(to_text(CountRange{6, 6}), "6");
  for (const char* text : {"24..6", "6..", "..6", "6...24", "6.24", "1..2..3", ""})
    EXPECT_FALSE(parse_count_range(text)) << text;
}

TEST(Money, KeepsMonths) {
  EXPECT_EQ(*parse_money_per_month("30000 USD/month"), (MoneyPerMonth{30'000, "USD"}));
  EXPECT_EQ(parse_money_per_month("12k EUR/year")->amount, 1000);
  EXPECT_EQ(parse_money_per_month("2 USD/hour")->amount, 1460);
  EXPECT_EQ(parse_money_per_month("24 USD/day")->amount, 730);
  EXPECT_EQ(to_text(MoneyPerMonth{30'000, "USD"}), "30000 USD/month");
  EXPECT_EQ(to_text(MoneyPerMonth{0.07, "EUR"}), "0.07 EUR/month");
  for (const char* text :
       {"30000", "30000 USD", "30000 usd/month", "-1 USD/month", "1 DOLLAR/month", "1 USD/week"})
    EXPECT_FALSE(parse_money_per_month(text)) << text;
}

TEST(Cores, ReadsThousandths) {
  EXPECT_EQ(parse_cores("500m")->value, 0.5);
  EXPECT_EQ(parse_cores("2")->value, 2);
  EXPECT_EQ(parse_cores("0.5")->value, 0.5);
  EXPECT_EQ(to_text(Cores{0.5}), "0.5");
  EXPECT_EQ(to_text(Cores{2}), "2");
  for (const char* text : {"", "m", "2 cores", "-1", "1k"})
    EXPECT_FALSE(parse_cores(text)) << text;
}

// Random magnitudes over the whole range, with round numbers among them.
class Random {
 public:
  double real() {
    const double exponent = std::uniform_real_distribution<double>(-12, 12)(engine_);
    const double value = std::pow(10.0, exponent);
    return engine_() % 3 == 0 ? std::round(value * 1000) / 1000 : value;
  }
  std::int64_t whole() {
    const auto shift = static_cast<unsigned>(engine_() % 63);
    auto value = static_cast<std::int64_t>(engine_() >> (1 + shift));
    for (std::uint64_t zeros = engine_() % 12; zeros > 0 && value < (1LL << 58); --zeros)
      value *= 10;
    return value;
  }
  double share() { return std::uniform_real_distribution<double>(0, 1)(engine_); }

 private:
  std::mt19937_64 engine_{20240601};
};

TEST(Quantities, RoundTripForRandomValues) {
  Random random;
  for (int i = 0; i < 20'000; ++i) {
    const Duration duration{random.whole()};
    ASSERT_EQ(parse_duration(to_text(duration)), duration) << to_text(duration);
    const Bytes bytes{random.whole()};
    ASSERT_EQ(parse_bytes(to_text(bytes)), bytes) << to_text(bytes);
    const Count count{random.whole()};
    ASSERT_EQ(parse_count(to_text(count)), count) << to_text(count);
    const Rate rate{random.real()};
    ASSERT_EQ(parse_rate(to_text(rate)), rate) << to_text(rate);
    const Share share{random.share()};
    ASSERT_EQ(parse_share(to_text(share)), share) << to_text(share);
    const Factor factor{random.real()};
    ASSERT_EQ(parse_factor(to_text(factor)), factor) << to_text(factor);
    const Cores cores{random.real()};
    ASSERT_EQ(parse_cores(to_text(cores)), cores) << to_text(cores);
    const MoneyPerMonth money{random.real(), "EUR"};
    ASSERT_EQ(parse_money_per_month(to_text(money)), money) << to_text(money);
  }
}

TEST(Quantities, RatesComeBackInTheirUnit) {
  for (int n = 1; n <= 200; ++n) {
    for (const char* unit : {"/s", "/min", "/h", "/d"}) {
      const Rate rate = *parse_rate(std::to_string(n) + unit);
      const std::string text = to_text(rate);
      EXPECT_EQ(parse_rate(text), rate);
      EXPECT_LE(text.size(), std::to_string(n).size() + std::string(unit).size() + 1)
          << text;  // "60/h" becomes "1/min"
    }
  }
}

TEST(NumberText, IsShortAndReadsBack) {
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(1e6), "1000000");
  EXPECT_EQ(number_text(-2.5), "-2.5");
  EXPECT_EQ(number_text(0.0), "0");
  EXPECT_EQ(number_text(1e-7), "0.0000001");
  EXPECT_EQ(number_text(1.5e-8), "1.5e-8");
  EXPECT_EQ(number_text(1e15), "1e15");
  EXPECT_EQ(number_text(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(number_text(std::numeric_limits<double>::infinity()), "inf");
  EXPECT_EQ(number_text(std::nan("")), "nan");
}

TEST(NumberText, RoundsToSignificantDigits) {
  EXPECT_EQ(number_text(1234.567, 3), "1230");
  EXPECT_EQ(number_text(0.00123456, 3), "0.00123");
  EXPECT_EQ(number_text(2.0, 3), "2");
  EXPECT_EQ(number_text(999.9, 3), "1000");
  EXPECT_EQ(number_text(-0.0001, 1), "-0.0001");
  EXPECT_EQ(number_text(1.5e15, 2), "1.5e15");
  EXPECT_EQ(number_text(0.0, 3), "0");
}

TEST(Readable, ThreeDigitsInTheUnitThatFits) {
  EXPECT_EQ(readable_seconds(1.2391), "1.24 s");
  EXPECT_EQ(readable_seconds(0.03821), "38.2 ms");
  EXPECT_EQ(readable_seconds(0.99996), "1 s");
  EXPECT_EQ(readable_seconds(0.0009996), "1 ms");
  EXPECT_EQ(readable_seconds(90), "90 s");
  EXPECT_EQ(readable_seconds(300), "5 min");
  EXPECT_EQ(readable_seconds(7200), "2 h");
  EXPECT_EQ(readable_seconds(2.5e-7), "250 ns");
  EXPECT_EQ(readable_seconds(0), "0 s");
  EXPECT_EQ(readable_seconds(-0.03821), "-38.2 ms");
  EXPECT_EQ(readable(Duration{604'800'000'000'000}), "7 d");
  EXPECT_EQ(readable(Duration{365 * 86'400'000'000'000 * 7}), "7 y");
  EXPECT_EQ(readable(Rate{12'400}), "12.4k/s");
  EXPECT_EQ(readable(Rate{240}), "240/s");
  EXPECT_EQ(readable(Rate{999.96}), "1k/s");
  EXPECT_EQ(readable(Rate{1.0 / 60}), "1/min");
  EXPECT_EQ(readable(Rate{2.0 / 86'400}), "2/d");
  EXPECT_EQ(readable(Bytes{3'328'599'654}), "3.1 GiB");
  EXPECT_EQ(readable(Bytes{512}), "512 B");
  EXPECT_EQ(readable(Bytes{1014}), "1014 B");
  EXPECT_EQ(readable(Bytes{1024}), "1 KiB");
  EXPECT_EQ(readable(Bytes{1023 * 1024}), "1023 KiB");
  EXPECT_EQ(readable(Bytes{1024 * 1024 - 1}), "1 MiB");
  EXPECT_EQ(readable(Share{0.9995}), "99.95%");
  EXPECT_EQ(readable(Share{0.99995}), "99.995%");
  EXPECT_EQ(readable(Share{0.9}), "90%");
  EXPECT_EQ(readable(Share{0.123456}), "12.3%");
  EXPECT_EQ(readable(Share{1}), "100%");
  EXPECT_EQ(readable(Share{0}), "0%");
  EXPECT_EQ(readable(MoneyPerMonth{28'412.7, "USD"}), "28.4k USD/month");
  EXPECT_EQ(readable(MoneyPerMonth{1240, "EUR"}), "1240 EUR/month");
  EXPECT_EQ(readable_measure(0.0127, "s"), "12.7 ms");
  EXPECT_EQ(readable_measure(99.95, "%"), "99.95%");
  EXPECT_EQ(readable_measure(38.9229, "%"), "38.9%");
  EXPECT_EQ(readable_measure(1.5, "x"), "x1.5");
  EXPECT_EQ(readable_measure(12, "messages"), "12 messages");
  EXPECT_EQ(readable_measure(12, ""), "12");
}

}  // namespace
}  // namespace scantling
