#include "harness.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <vector>

namespace scantling::bench {
namespace {

// Three or more significant digits without a spurious tail: 0.0123, 1.23, 123, 12,345,678.
std::string readable(double value) {
  if (value < 100) return fmt::format("{:.3g}", value);
  std::string digits = fmt::format("{:.0f}", value);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

bool measure(const Benchmark& benchmark, bool json) {
  const Expected<Figure> figure = benchmark.measure();
  if (!figure) {
    fmt::print(stderr, "bench: {} is left out: {}\n", benchmark.id, figure.error().message);
    return false;
  }
  fmt::print(json ? stderr : stdout, "{:<28} {:>14} {:<12} {}\n", benchmark.id,
             readable(figure->value), figure->unit, figure->note);
  std::fflush(stdout);
  if (json) {
    nlohmann::ordered_json row;
    row["id"] = benchmark.id;
    row["value"] = figure->value;
    row["unit"] = figure->unit;
    row["command"] = fmt::format("make bench ID={}", benchmark.id);
    row["note"] = figure->note;
    fmt::print("{}\n", row.dump());
    std::fflush(stdout);  // so that a run that is ended keeps what it has measured
  }
  return true;
}

}  // namespace

int bench_main(int argc, char** argv, std::span<const Benchmark> table) {
  bool json = false;
  std::vector<const Benchmark*> chosen;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--json") {
      json = true;
    } else if (word == "--list") {
      for (const Benchmark& benchmark : table)
        fmt::print("{}\n", benchmark.id);
      return 0;
    } else {
      const auto it = std::ranges::find(table, word, &Benchmark::id);
      if (it == table.end()) {
        fmt::print(stderr, "bench: no figure '{}'; here are:\n", word);
        for (const Benchmark& benchmark : table) {
          fmt::print(stderr, "  {:<28} {}\n", benchmark.id, benchmark.what);
        }
        return 2;
      }
      chosen.push_back(&*it);
    }
  }
  if (chosen.empty()) {
    for (const Benchmark& benchmark : table)
      chosen.push_back(&benchmark);
  }
  for (const Benchmark* benchmark : chosen)
    measure(*benchmark, json);
  return 0;
}

}  // namespace scantling::bench
