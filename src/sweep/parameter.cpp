#include "sweep/parameter.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/core.h>

#include "base/text.h"
#include "base/units.h"

namespace scantling::sweep {
namespace {

constexpr std::string_view kValid =
    "a parameter is PATH=VALUES, such as 'services.cart.instances=2..8' or "
    "'policies.quick.timeout=100ms,200ms'";
constexpr std::size_t kMostText = 100'000;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Commas inside quotes and brackets belong to the value.
Expected<std::vector<std::string_view>> items_of(std::string_view text) {
  std::vector<std::string_view> out;
  int depth = 0;
  char quote = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (--depth < 0) return fail(fmt::format("'{}' closes what was not opened", text));
    } else if (c == ',' && depth == 0) {
      out.push_back(trim(text.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  if (quote != 0) return fail(fmt::format("a quote is not closed in '{}'", text));
  if (depth != 0) return fail(fmt::format("a bracket is not closed in '{}'", text));
  out.push_back(trim(text.substr(begin)));
  return out;
}

// "A..B by C" and "A..B in N" taken apart.
struct RangeText {
  std::string_view low, high, word, rest;
};
bool split_range(std::string_view item, RangeText& out) {
  const std::size_t dots = item.find("..");
  if (dots == std::string_view::npos || item.front() == '{' || item.front() == '[') return false;
  out.low = trim(item.substr(0, dots));
  std::string_view behind = item.substr(dots + 2);
  for (const std::string_view word : {" by ", " in "}) {
    const std::size_t at = behind.find(word);
    if (at == std::string_view::npos) continue;
    out.word = trim(word);
    out.rest = trim(behind.substr(at + word.size()));
    behind = behind.substr(0, at);
    break;
  }
  out.high = trim(behind);
  return true;
}

bool is_whole(double x) {
  return std::floor(x) == x && std::abs(x) < 1e15;
}

Expected<void> add_evenly(const Quantity& low, const Quantity& high, std::string_view count,
                          std::vector<std::string>& out) {
  std::size_t n = 0;
  const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), n);
  if (error != std::errc() || end != count.data() + count.size() || n < 2 || n > kMostValues)
    return fail(
        fmt::format("'in' takes a number of values from 2 to {}, not '{}'; for example "
                    "100ms..500ms in 3",
                    kMostValues, count));
  for (std::size_t i = 0; i < n; ++i) {
    Quantity q = high;
    const double share = static_cast<double>(i) / static_cast<double>(n - 1);
    q.number = low.number + (high.number - low.number) * share;
    out.push_back(to_text(q));
  }
  return {};
}

Expected<void> add_steps(const Quantity& low, const Quantity& high, const Quantity& step,
                         std::string_view item, std::vector<std::string>& out) {
  const double room = high.number - low.number;
  double most = 0;
  if (step.factor && !high.factor) {
    if (step.number <= 1 || low.number <= 0)
      return fail(
          fmt::format("'{}' never ends: 'by x2' needs a factor above 1 and a first value "
                      "above 0",
                      item));
    most = std::log(high.number / low.number) / std::log(step.number);
  } else {
    if (step.number <= 0)
      return fail(fmt::format("'{}' never ends: its step must be above 0", item));
    most = room / step.number;
  }
  if (most + 1 > static_cast<double>(kMostValues))
    return fail(fmt::format("'{}' has more than {} values; give a larger step", item, kMostValues));
  // A last value that rounding put a hair beyond the end still belongs to the range.
  for (int i = 0; i <= static_cast<int>(std::floor(most + 1e-9)); ++i) {
    Quantity q = high;
    q.number = step.factor && !high.factor ? low.number * std::pow(step.number, i)
                                           : low.number + step.number * i;
    out.push_back(to_text(q));
  }
  return {};
}

Expected<void> add_range(const RangeText& range, std::string_view item,
                         std::vector<std::string>& out) {
  Quantity low, high;
  if (!parse_quantity(range.low, low) || !parse_quantity(range.high, high))
    return fail(
        fmt::format("'{}' is not a range: its ends must be numbers with the same unit, such "
                    "as 2..8 or 100ms..500ms by 100ms; put a value that has two dots in "
                    "quotes",
                    item));
  if (low.unit != high.unit || low.factor != high.factor)
    return fail(
        fmt::format("the ends of '{}' have different units; write for example "
                    "100ms..500ms by 100ms",
                    item));
  if (high.number < low.number)
    return fail(fmt::format("'{}' runs downwards; write {}..{}", item, range.high, range.low));
  if (range.word == "in") return add_evenly(low, high, range.rest, out);
  Quantity step{high.factor, 1, high.unit};
  if (range.word.empty()) {
    if (high.factor || !high.unit.empty() || !is_whole(low.number) || !is_whole(high.number))
      return fail(fmt::format("'{}' needs a step or a number of values: '{} by {}', or '{} in 5'",
                              item, item, to_text(step), item));
    return add_steps(low, high, step, item, out);
  }
  // A step of factors may leave its x out: x1..x2 by 0.5.
  if (!parse_quantity(range.rest, step) || (!step.unit.empty() && step.unit != high.unit))
    return fail(
        fmt::format("the step of '{}' must be a number with the range's unit, or a factor; "
                    "for example 1..64 by x2",
                    item));
  return add_steps(low, high, step, item, out);
}

}  // namespace

bool parse_quantity(std::string_view text, Quantity& out) {
  Quantity q;
  if (text.starts_with('x')) {
    q.factor = true;
    text.remove_prefix(1);
  }
  const std::size_t sign = !q.factor && text.starts_with('-') ? 1 : 0;
  if (text.size() <= sign || !is_digit(text[sign])) return false;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), q.number, std::chars_format::fixed);
  if (error != std::errc() || !std::isfinite(q.number) || std::abs(q.number) > 1e15) return false;
  q.unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (q.factor && !q.unit.empty()) return false;
  const auto in_unit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == '%' || c == ' ';
  };
  if (!std::ranges::all_of(q.unit, in_unit)) return false;
  out = q;
  return true;
}

std::string to_text(const Quantity& quantity) {
  return fmt::format("{}{}{}", quantity.factor ? "x" : "", number_text(quantity.number, 12),
                     quantity.unit);
}

Expected<ParameterText> parse_parameter(std::string_view text) {
  if (text.size() > kMostText)
    return fail(fmt::format("a parameter has at most {} bytes", kMostText));
  if (!valid_utf8(text) || std::ranges::any_of(text, [](char c) { return c >= 0 && c < ' '; }))
    return fail(fmt::format("a parameter is one line of UTF-8 text; {}", kValid));
  const std::size_t equals = text.find('=');
  ParameterText out;
  out.path = std::string(trim(text.substr(0, equals)));
  if (equals == std::string_view::npos || out.path.empty() || trim(text.substr(equals + 1)).empty())
    return fail(fmt::format("'{}' is not a parameter; {}", text, kValid));
  const auto items = items_of(trim(text.substr(equals + 1)));
  if (!items) return fail(fmt::format("{}: {}", out.path, items.error().message));
  for (const std::string_view item : *items) {
    if (item.empty())
      return fail(fmt::format("{}: a value is missing between two commas; {}", out.path, kValid));
    RangeText range;
    const bool in_quotes = item.size() >= 2 && (item.front() == '"' || item.front() == '\'') &&
                           item.back() == item.front();
    if (in_quotes) {
      out.values.emplace_back(item.substr(1, item.size() - 2));
    } else if (split_range(item, range)) {
      if (const auto added = add_range(range, item, out.values); !added)
        return fail(fmt::format("{}: {}", out.path, added.error().message));
    } else {
      out.values.emplace_back(item);
    }
    if (out.values.size() > kMostValues)
      return fail(fmt::format("{} has more than {} values", out.path, kMostValues));
  }
  std::vector<std::string> sorted = out.values;
  std::ranges::sort(sorted);
  if (const auto twice = std::ranges::adjacent_find(sorted); twice != sorted.end())
    return fail(fmt::format("{}: the value '{}' stands there twice", out.path, *twice));
  return out;
}

}  // namespace scantling::sweep
