#include "generate/names.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/text.h"
#include "base/units.h"

namespace scantling::generate {
namespace {

constexpr bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

// Words of a name in lower case: "OrderPlaced", "orders.events" -> {order, placed}, {orders,
// events}.
std::vector<std::string> words(std::string_view name) {
  std::vector<std::string> out;
  std::string word;
  for (const char c : kebab_case(name)) {
    if (is_alnum(c)) {
      word += c;
    } else if (!word.empty()) {
      out.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) out.push_back(std::move(word));
  if (out.empty()) out.emplace_back("x" + hex16(fnv1a(name)).substr(0, 8));
  if (out.front().front() >= '0' && out.front().front() <= '9') out.front().insert(0, "n");
  return out;
}

std::string capitalised(std::string word) {
  if (!word.empty() && word[0] >= 'a' && word[0] <= 'z')
    word[0] = static_cast<char>(word[0] - 'a' + 'A');
  return word;
}

}  // namespace

std::string dns_label(std::string_view name) {
  std::string out = join(words(name), "-");
  if (out.size() <= 63) return out;
  out = out.substr(0, 54);
  while (out.back() == '-')
    out.pop_back();
  return out + "-" + hex16(fnv1a(name)).substr(0, 8);
}

std::string snake_name(std::string_view name) {
  return join(words(name), "_");
}

std::string pascal_name(std::string_view name) {
  std::string out;
  for (const std::string& word : words(name))
    out += capitalised(word);
  return out;
}

std::string camel_name(std::string_view name) {
  std::string out;
  for (const std::string& word : words(name))
    out += out.empty() ? word : capitalised(word);
  return out;
}

std::string upper_name(std::string_view name) {
  std::string out = snake_name(name);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return out;
}

std::string title_name(std::string_view name) {
  return capitalised(join(words(name), " "));
}

std::string topic_name(std::string_view name) {
  std::vector<std::string> parts;
  for (const std::string_view part : split(name, '.'))
    if (!part.empty()) parts.push_back(join(words(part), "-"));
  return parts.empty() ? dns_label(name) : join(parts, ".").substr(0, 249);
}

std::string service_host(std::string_view service, std::string_view name_space) {
  return std::string(service) + "." + std::string(name_space) + ".svc.cluster.local";
}

std::string go_duration(double seconds) {
  const auto ms = static_cast<std::int64_t>(std::llround(seconds * 1000));
  if (ms <= 0) return "0s";
  if (ms % 3'600'000 == 0) return std::to_string(ms / 3'600'000) + "h";
  if (ms % 60'000 == 0) return std::to_string(ms / 60'000) + "m";
  if (ms % 1000 == 0) return std::to_string(ms / 1000) + "s";
  // Five digits of milliseconds at most: from 100 s on they are below what anybody measures.
  if (ms > 99'999) return std::to_string((ms + 999) / 1000) + "s";
  return std::to_string(ms) + "ms";
}

std::int64_t whole_seconds(double seconds, std::int64_t least) {
  return std::max<std::int64_t>(least, static_cast<std::int64_t>(std::ceil(seconds - 1e-9)));
}

std::string cpu_quantity(double cores) {
  const auto milli = static_cast<std::int64_t>(std::llround(cores * 1000));
  return milli % 1000 == 0 ? std::to_string(milli / 1000)
                           : std::to_string(std::max<std::int64_t>(1, milli)) + "m";
}

std::string memory_quantity(std::int64_t bytes) {
  const std::int64_t mib = (bytes + (1 << 20) - 1) >> 20;
  return mib % 1024 == 0 && mib > 0 ? std::to_string(mib / 1024) + "Gi"
                                    : std::to_string(std::max<std::int64_t>(1, mib)) + "Mi";
}

}  // namespace scantling::generate
