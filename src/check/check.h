// Rules over an elaborated (or half-elaborated) model. Each is one file in rules/, one line in
// rules.def; each finding computes what it claims.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "diagnostics/diagnostic.h"
#include "estimate/estimate.h"
#include "model/architecture.h"

namespace scantling {

struct CheckContext {
  const Architecture& model;
  const Estimate& estimate;  // at peak
  Diagnostics& out;
};

// What `scantling explain RULE` and docs/rules/ show.
struct RuleExplanation {
  std::string_view what;
  std::string_view why;  // why it hurts; a real incident with its source where there is one
  std::string_view wrong, right;  // models, YAML
  std::string_view accept;        // when to live with it
};

struct Rule {
  DiagnosticKind kind;
  RuleExplanation explanation;
  void (*run)(const CheckContext&);
};

std::span<const Rule* const> all_rules();  // sorted by name
const Rule* find_rule(std::string_view name);

// Runs every rule, then applies the model's acceptances. `today` is "2026-11-21".
void check(const Architecture& model, std::string_view today, Diagnostics& out);

}  // namespace scantling
