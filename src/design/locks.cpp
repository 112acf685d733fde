#include "design/locks.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"

namespace scantling {
namespace {

constexpr std::string_view kTimes = " x ", kUnit = " vCPU";

}  // namespace

void lock_decision(Architecture& problem, std::string name, std::string choice) {
  const Provenance given{Origin::Given, {}, {}};
  Decision decision;
  decision.name = std::move(name);
  decision.from = given;
  decision.chosen = {std::move(choice), given};
  decision.locked = {true, given};
  problem.decisions.add(std::move(decision));
}

std::string size_choice(CountRange instances, Cores cpu) {
  return fmt::format("{}{}{}{}", to_text(instances), kTimes, number_text(cpu.value, 3), kUnit);
}

std::optional<InstanceSize> parse_size_choice(std::string_view choice) {
  const std::size_t times = choice.find(kTimes);
  if (times == std::string_view::npos || !choice.ends_with(kUnit)) return std::nullopt;
  const auto instances = parse_count_range(choice.substr(0, times));
  choice.remove_suffix(kUnit.size());
  const auto cpu = parse_cores(choice.substr(std::min(choice.size(), times + kTimes.size())));
  if (!instances || !cpu || instances->low < 1 || cpu->value <= 0) return std::nullopt;
  return InstanceSize{*instances, *cpu};
}

std::optional<std::int64_t> leading_count(std::string_view choice) {
  const auto count = parse_count(choice.substr(0, choice.find(' ')));
  if (!count || count->value < 1) return std::nullopt;
  return count->value;
}

}  // namespace scantling
