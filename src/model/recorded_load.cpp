#include "model/recorded_load.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace scantling {
namespace {

bool plain_number(std::string_view text, double& value) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  return problem == std::errc() && end == text.data() + text.size() && std::isfinite(value);
}

bool offset_of(std::string_view text, Duration& at) {
  double seconds = 0;
  if (plain_number(text, seconds)) {
    if (seconds < 0 || seconds > 1e9) return false;
    at = Duration::from_seconds(seconds);
    return true;
  }
  const auto duration = parse_duration(text);
  if (!duration || duration->nanoseconds < 0) return false;
  at = *duration;
  return true;
}

std::unexpected<Error> bad_line(std::size_t number, std::string_view line) {
  return fail("line " + std::to_string(number) + " of the recorded load, '" +
              std::string(line.substr(0, 60)) +
              "', is neither an offset and an operation (0.25,place-order) nor a rate (120)");
}

// False when the line means nothing; the first that does settles which kind the file is of.
bool read_line(std::string_view line, RecordedLoad& out) {
  const std::size_t comma = line.find(',');
  if (comma == std::string_view::npos) {
    double rate = 0;
    if (!out.arrivals.empty() || !plain_number(trim(line), rate) || rate < 0 || rate > 1e9)
      return false;
    out.rates.push_back(rate);
    return true;
  }
  const std::string_view operation = trim(line.substr(comma + 1));
  Duration at;
  if (!out.rates.empty() || operation.empty() || !offset_of(trim(line.substr(0, comma)), at))
    return false;
  out.arrivals.push_back({at, std::string(operation)});
  return true;
}

}  // namespace

Expected<RecordedLoad> parse_recorded(std::string_view text) {
  RecordedLoad out;
  std::size_t number = 0;
  bool first = true;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    if (line.empty() || line.front() == '#') continue;
    const bool header = first && line.find_first_of("0123456789") == std::string_view::npos;
    first = false;
    if (header) continue;
    if (!read_line(line, out)) return bad_line(number, line);
    if (out.arrivals.size() > most_recorded || out.rates.size() > most_recorded)
      return fail("the recorded load has more than " + std::to_string(most_recorded) + " lines");
  }
  if (out.arrivals.empty() && out.rates.empty()) return fail("the recorded load is empty");
  std::stable_sort(
      out.arrivals.begin(), out.arrivals.end(),
      [](const RecordedLoad::Arrival& a, const RecordedLoad::Arrival& b) { return a.at < b.at; });
  return out;
}

}  // namespace scantling
