// Decisions locked to a choice, sizes as they name them ("2..6 x 0.5 vCPU", "2 copies"), and what
// can't be as it is locked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/units.h"
#include "model/architecture.h"

namespace scantling {

struct DesignResult;

// Adds the decision as if a person had written it with `locked: true`.
void lock_decision(Architecture& problem, std::string name, std::string choice);

struct InstanceSize {
  CountRange instances;
  Cores cpu;  // of one
};

// The choice of a decision `<service>.instances`.
std::string size_choice(CountRange instances, Cores cpu);
// Nothing when it is no such choice, or asks for no instance or no processor.
std::optional<InstanceSize> parse_size_choice(std::string_view choice);

struct Concurrency {
  std::int64_t in_progress = 0, waiting = 0;  // requests at one instance
};
// "16 in progress, 32 waiting", of a decision `<service>.concurrency`.
std::string concurrency_choice(Concurrency concurrency);
// Nothing when it is no such choice, or lets none in.
std::optional<Concurrency> parse_concurrency_choice(std::string_view choice);

// "40 an instance", of a decision `<store>.pool`.
std::string pool_choice(std::int64_t connections);

// What a choice begins with, as in "2 copies, a leader writes"; at least 1.
std::optional<std::int64_t> leading_count(std::string_view choice);
// How many of the noun a choice begins with: 2 for "2 copies, a leader writes" and "copy". At most
// 100'000.
std::optional<int> counted(std::string_view choice, std::string_view noun);

// Whether `words` are the answer or the words that it begins with: "canary" of "canary, 5% first".
bool says(std::string_view answer, std::string_view words);

// A locked decision that the passes decided otherwise is an unmet requirement, with the lines of
// the model from which it follows; one that no pass asks for is an open question.
void report_locks(DesignResult& result);

}  // namespace scantling
