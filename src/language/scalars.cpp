// The language's quantities and small texts, and how each is read, written and described.
#include <charconv>

#include "base/text.h"
#include "language/types.h"

namespace scantling {
namespace {

template <class T, auto Parse>
constexpr ScalarOps ops() {
  return {[](std::string_view text, void* value) {
            auto parsed = Parse(text);
            if (parsed) *static_cast<T*>(value) = std::move(*parsed);
            return parsed.has_value();
          },
          [](const void* value) -> std::string { return to_text(*static_cast<const T*>(value)); },
          [](const void* a, const void* b) {
            return *static_cast<const T*>(a) == *static_cast<const T*>(b);
          }};
}

constexpr Type scalar(std::string_view name, std::string_view forms, std::string_view example,
                      std::string_view pattern, ScalarOps scalar_ops) {
  Type t;
  t.name = name;
  t.forms = forms;
  t.example = example;
  t.pattern = pattern;
  t.scalar = scalar_ops;
  return t;
}

constexpr Type with_bare(Type t, std::string_view first, std::string_view second = {}) {
  t.bare[0] = first;
  t.bare[1] = second;
  return t;
}

constexpr Type with_json(Type t, std::string_view json) {
  t.json = json;
  return t;
}

// --- whole numbers with a word for "no limit" (-1) ---

std::string print_count(const void* value, std::string_view word) {
  const auto count = *static_cast<const Count*>(value);
  return count.value < 0 ? std::string(word) : to_text(count);
}

bool parse_count_or(std::string_view text, std::string_view word, void* value) {
  if (text == word) {
    *static_cast<Count*>(value) = {-1};
    return true;
  }
  const auto parsed = parse_count(text);
  if (parsed) *static_cast<Count*>(value) = *parsed;
  return parsed.has_value();
}

constexpr ScalarOps kUnlimited = {
    [](std::string_view text, void* value) { return parse_count_or(text, "unlimited", value); },
    [](const void* value) { return print_count(value, "unlimited"); },
    ops<Count, parse_count>().equal};
constexpr ScalarOps kUnbounded = {
    [](std::string_view text, void* value) { return parse_count_or(text, "unbounded", value); },
    [](const void* value) { return print_count(value, "unbounded"); },
    ops<Count, parse_count>().equal};

std::optional<Count> parse_calls(std::string_view text) {
  for (const std::string_view word : {" calls", " call"})
    if (text.ends_with(word)) return parse_count(text.substr(0, text.size() - word.size()));
  return parse_count(text);
}
constexpr ScalarOps kCalls = {ops<Count, parse_calls>().parse,
                              [](const void* value) {
                                const auto count = *static_cast<const Count*>(value);
                                return to_text(count) + (count.value == 1 ? " call" : " calls");
                              },
                              ops<Count, parse_count>().equal};

// --- plain numbers ---

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool finite = value - value == 0;
  if (problem != std::errc() || end != text.data() + text.size() || !finite || value < 0)
    return std::nullopt;
  return value;
}
constexpr ScalarOps kNumber = {
    [](std::string_view text, void* value) {
      const auto parsed = parse_number(text);
      if (parsed) *static_cast<double*>(value) = *parsed;
      return parsed.has_value();
    },
    [](const void* value) { return number_text(*static_cast<const double*>(value)); },
    [](const void* a, const void* b) {
      return *static_cast<const double*>(a) == *static_cast<const double*>(b);
    }};

// Growth of 150% a year is one and a half times as much again: a share above one.
std::optional<Share> parse_growth(std::string_view text) {
  if (const auto share = parse_share(text)) return share;
  if (!text.ends_with('%')) return std::nullopt;
  const auto percent = parse_number(trim(text.substr(0, text.size() - 1)));
  return percent ? std::optional(Share{*percent / 100}) : std::nullopt;
}
std::string print_growth(const void* value) {
  const double share = static_cast<const Share*>(value)->value;
  if (share <= 1) return to_text(Share{share});
  // The shortest percentage that reads back as this very share.
  for (int digits = 1; digits < 18; ++digits) {
    const std::string text = number_text(share * 100, digits) + "%";
    if (const auto back = parse_growth(text); back && back->value == share) return text;
  }
  return number_text(share * 100) + "%";
}

// Utilisation as "60%", or a number (of requests, messages, ...).
constexpr ScalarOps kScaleTarget = {
    [](std::string_view text, void* value) {
      const auto share = parse_share(text);
      const auto number = share ? std::optional(share->value) : parse_number(text);
      if (number) *static_cast<double*>(value) = *number;
      return number.has_value();
    },
    [](const void* value) {
      const double target = *static_cast<const double*>(value);
      return target <= 1 ? to_text(Share{target}) : number_text(target);
    },
    kNumber.equal};

// --- small structures in one text ---

std::string print_pool(const void* value) {
  const auto& pool = *static_cast<const Pool*>(value);
  return to_text(Count{pool.size}) + (pool.per_instance ? " per instance" : "");
}
bool parse_pool(std::string_view text, void* value) {
  constexpr std::string_view kPerInstance = " per instance";
  const bool per_instance = text.ends_with(kPerInstance);
  if (per_instance) text.remove_suffix(kPerInstance.size());
  const auto size = parse_count(text);
  if (size) *static_cast<Pool*>(value) = {size->value, per_instance};
  return size.has_value();
}

bool parse_failures(std::string_view text, void* value) {
  auto& out = *static_cast<FailureThreshold*>(value);
  if (const auto share = parse_share(text)) {
    out = {*share, 0};
    return true;
  }
  const auto count = parse_count(text);
  if (!count || count->value < 1) return false;
  out = {{}, count->value};
  return true;
}
std::string print_failures(const void* value) {
  const auto& failures = *static_cast<const FailureThreshold*>(value);
  return failures.consecutive > 0 ? to_text(Count{failures.consecutive}) : to_text(failures.share);
}

bool parse_route(std::string_view text, void* value) {
  const auto words = split_words(text);
  if (words.size() != 2 || !words[1].starts_with('/')) return false;
  for (const char c : words[0])
    if (c < 'A' || c > 'Z') return false;
  *static_cast<HttpRoute*>(value) = {std::string(words[0]), std::string(words[1])};
  return true;
}

bool parse_emission_text(std::string_view text, void* value) {
  const auto words = split_words(text);
  if (words.empty() || words.size() > 2) return false;
  if (words.size() == 2 && !parse_share(words[1])) return false;
  std::string out(words[0]);
  if (words.size() == 2) out.append(" ").append(words[1]);
  *static_cast<std::string*>(value) = std::move(out);
  return true;
}

constexpr ScalarOps kText = {
    [](std::string_view text, void* value) {
      *static_cast<std::string*>(value) = std::string(text);
      return true;
    },
    [](const void* value) { return *static_cast<const std::string*>(value); },
    [](const void* a, const void* b) {
      return *static_cast<const std::string*>(a) == *static_cast<const std::string*>(b);
    }};

constexpr ScalarOps kBool = {[](std::string_view text, void* value) {
                               if (text != "true" && text != "false") return false;
                               *static_cast<bool*>(value) = text == "true";
                               return true;
                             },
                             [](const void* value) -> std::string {
                               return *static_cast<const bool*>(value) ? "true" : "false";
                             },
                             [](const void* a, const void* b) {
                               return *static_cast<const bool*>(a) == *static_cast<const bool*>(b);
                             }};

}  // namespace

#define NUMBER R"([0-9]+(\.[0-9]+)?)"

const Type duration_type =
    with_bare(scalar("duration", "250us, 3ms, 1.5s, 5min, 2h, 7d, 4w, 7y", "300ms",
                     "^" NUMBER " ?(ns|us|ms|s|min|h|d|w|y)$", ops<Duration, parse_duration>()),
              "{}ms", "{}s");
const Type rate_type = with_bare(scalar("rate", "240/s, 3/min, 2.5k/s, 10/h, 1/d", "240/s",
                                        "^" NUMBER "[kMG]?/(s|min|h|d)$", ops<Rate, parse_rate>()),
                                 "{}/s", "{}/min");
const Type bytes_type =
    with_bare(scalar("size", "512 B, 3 KiB, 2 GiB (powers of 1024), 5 kB, 1 GB (powers of 1000)",
                     "2 GiB", "^" NUMBER " ?([kMGTP]?B|[KMGTP]iB)$", ops<Bytes, parse_bytes>()),
              "{} KiB", "{} MiB");
const Type share_type = with_bare(scalar("share", "99.95%, 0.1%: at most 100%", "99.9%",
                                         "^" NUMBER " ?%$", ops<Share, parse_share>()),
                                  "{}%");
const Type growth_type = with_bare(scalar("growth", "40%, 150%", "40%", "^" NUMBER " ?%$",
                                          {[](std::string_view text, void* value) {
                                             const auto parsed = parse_growth(text);
                                             if (parsed) *static_cast<Share*>(value) = *parsed;
                                             return parsed.has_value();
                                           },
                                           print_growth, ops<Share, parse_share>().equal}),
                                   "{}%");
const Type factor_type = with_bare(
    scalar("factor", "x3, x0.2", "x3", "^x" NUMBER "$", ops<Factor, parse_factor>()), "x{}");
const Type count_type = with_json(
    scalar("count", "6, 2k, 40M, 1.2G", "6", "^" NUMBER "[kMGT]?$", ops<Count, parse_count>()),
    "integer");
const Type unlimited_count_type = with_json(
    scalar("limit", "64, 2k, or unlimited", "64", "^(" NUMBER "[kMGT]?|unlimited)$", kUnlimited),
    "integer");
const Type unbounded_count_type = with_json(
    scalar("bound", "128, 2k, or unbounded", "128", "^(" NUMBER "[kMGT]?|unbounded)$", kUnbounded),
    "integer");
const Type calls_count_type = with_json(scalar("number of calls", "20 calls, or 20", "20 calls",
                                               "^" NUMBER "[kMGT]?( calls?)?$", kCalls),
                                        "integer");
const Type count_range_type = with_json(
    scalar("range", "6..24, or 6", "6..24", "^" NUMBER "[kMGT]?(\\.\\." NUMBER "[kMGT]?)?$",
           ops<CountRange, parse_count_range>()),
    "integer");
const Type money_type =
    with_bare(scalar("cost", "30000 USD/month, 300k EUR/year", "30000 USD/month",
                     "^" NUMBER "[kMG]? ?[A-Z]{3}/(month|year|day|hour)$",
                     ops<MoneyPerMonth, parse_money_per_month>()),
              "{} USD/month");
const Type cores_type = with_json(
    scalar("number of cores", "2, 0.5, 500m", "2", "^" NUMBER "m?$", ops<Cores, parse_cores>()),
    "number");
const Type bool_type =
    with_json(scalar("truth value", "true, false", "true", "^(true|false)$", kBool), "boolean");
const Type number_type = with_json(scalar("number", "0.8, 3", "0.8", "", kNumber), "number");
const Type text_type = scalar("text", "", "text", "", kText);
const Type date_type = scalar(
    "date", "2027-01-31", "2027-01-31", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    {[](std::string_view text, void* value) { return is_date(text) && kText.parse(text, value); },
     kText.print, kText.equal});
const Type scale_target_type = with_json(
    scalar("target", "60%, or a number", "60%", "^" NUMBER " ?%?$", kScaleTarget), "number");
const Type emission_type =
    scalar("event", "OrderPlaced, or AlarmRaised 0.2% in a share of the runs", "OrderPlaced",
           "^[^ ]+( " NUMBER "%)?$", {parse_emission_text, kText.print, kText.equal});
const Type http_route_type =
    scalar("route", "POST /orders, GET /orders/{id}", "POST /orders", "^[A-Z]+ /",
           {parse_route,
            [](const void* value) {
              const auto& route = *static_cast<const HttpRoute*>(value);
              return route.method + " " + route.path;
            },
            [](const void* a, const void* b) {
              const auto& left = *static_cast<const HttpRoute*>(a);
              const auto& right = *static_cast<const HttpRoute*>(b);
              return left.method == right.method && left.path == right.path;
            }});
const Type pool_type =
    with_json(scalar("pool", "20 per instance (of the calling service), or 200 (in all)",
                     "20 per instance", "^" NUMBER "[kMGT]?( per instance)?$",
                     {parse_pool, print_pool,
                      [](const void* a, const void* b) {
                        const auto& left = *static_cast<const Pool*>(a);
                        const auto& right = *static_cast<const Pool*>(b);
                        return left.size == right.size && left.per_instance == right.per_instance;
                      }}),
              "integer");
const Type failure_threshold_type =
    with_json(scalar("failure threshold", "50% of the calls in the window, or 5 in a row", "50%",
                     "^(" NUMBER " ?%|[0-9]+)$",
                     {parse_failures, print_failures,
                      [](const void* a, const void* b) {
                        const auto& left = *static_cast<const FailureThreshold*>(a);
                        const auto& right = *static_cast<const FailureThreshold*>(b);
                        return left.share == right.share && left.consecutive == right.consecutive;
                      }}),
              "integer");

#undef NUMBER

}  // namespace scantling
