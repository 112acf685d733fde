#include "design/locks.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"
#include "design/design.h"

namespace scantling {
namespace {

constexpr std::string_view kTimes = " x ", kUnit = " vCPU";
constexpr std::int64_t kMostRequests = 1'000'000;  // at one instance
constexpr std::size_t kMostLines = 4;              // that are named of one decision

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.';
}

// The lines that settle what the decision is about: those that it sets, else those that it follows
// from.
std::string lines_for(const Decision& decision) {
  const bool sets = !decision.sets->empty();
  std::vector<std::string> lines = sets ? *decision.sets : *decision.traces_to;
  if (lines.size() > kMostLines) lines.resize(kMostLines);
  if (lines.empty()) return "leave it open";
  return sets ? "leave it open, and write " + enumerate(lines) + " as it is to be"
              : "leave it open: it follows from " + enumerate(lines);
}

Unmet refused(const Decision& decision) {
  Unmet out;
  out.path = "decisions." + decision.name;
  out.what = "locked";
  out.text = fmt::format("{} is locked to '{}', and comes out as '{}'", decision.name,
                         *decision.chosen, decision.alternatives.front().name);
  for (const Alternative& alternative : decision.alternatives)
    if (alternative.name == *decision.chosen && !alternative.why_not.empty())
      out.text += ": " + alternative.why_not;
  out.relax = lines_for(decision);
  return out;
}

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

std::string concurrency_choice(Concurrency concurrency) {
  return fmt::format("{} in progress, {} waiting", concurrency.in_progress, concurrency.waiting);
}

std::optional<Concurrency> parse_concurrency_choice(std::string_view choice) {
  const std::size_t comma = std::min(choice.size(), choice.find(", "));
  const auto in_progress = leading_count(choice);
  const auto waiting = leading_count(choice.substr(std::min(choice.size(), comma + 2)));
  if (!in_progress || !waiting || std::max(*in_progress, *waiting) > kMostRequests)
    return std::nullopt;
  const Concurrency out{*in_progress, *waiting};
  return concurrency_choice(out) == choice ? std::optional(out) : std::nullopt;
}

std::string pool_choice(std::int64_t connections) {
  return fmt::format("{} an instance", connections);
}

std::optional<std::int64_t> leading_count(std::string_view choice) {
  const auto count = parse_count(choice.substr(0, choice.find(' ')));
  if (!count || count->value < 1) return std::nullopt;
  return count->value;
}

std::optional<int> counted(std::string_view choice, std::string_view noun) {
  constexpr std::int64_t kMost = 100'000;
  const auto count = leading_count(choice);
  if (!count || !says(choice, plural(*count, noun))) return std::nullopt;
  return static_cast<int>(std::min(*count, kMost));
}

bool says(std::string_view answer, std::string_view words) {
  if (words.empty() || !answer.starts_with(words)) return false;
  return answer.size() == words.size() || !is_word(answer[words.size()]);
}

void report_locks(DesignResult& result) {
  for (const Decision& decision : result.model.decisions) {
    if (decision.from.origin != Origin::Given || !decision.chosen) continue;
    if (!decision.alternatives.empty()) {
      if (decision.alternatives.front().name != *decision.chosen)
        result.unmet.push_back(refused(decision));
    } else if (decision.locked.or_else(false) && decision.sets->empty()) {
      result.model.assumptions.push_back(
          {"decisions." + decision.name,
           fmt::format("{} is locked, and nothing here asks for it: it changes nothing",
                       decision.name),
           fmt::format("is the decision's name {}, and is what it settles not given?",
                       decision.name)});
    }
  }
}

}  // namespace scantling
