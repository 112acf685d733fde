// Rules over an elaborated (or half-elaborated) model. Each is one file in rules/, one line in
// rules.def; each finding computes what it claims.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "estimate/estimate.h"
#include "model/architecture.h"

namespace scantling {

class CallGraph;

struct CheckContext {
  const Architecture& model;
  const Estimate& estimate;  // at peak
  const CallGraph& calls;    // check/call_graph.h
  Diagnostics& out;
};

// What `scantling explain RULE` and docs/rules/ show.
struct RuleExplanation {
  std::string_view what;
  std::string_view why;  // why it hurts; a real incident with its source where there is one
  std::string_view wrong, right;  // models, YAML, without the `scantling` and `system` lines
  std::string_view accept;        // when to live with it
};

struct Rule {
  DiagnosticKind kind;
  RuleExplanation explanation;
  void (*run)(const CheckContext&);  // none for the rules about acceptances, which come last
};

std::span<const Rule* const> all_rules();  // sorted by name
const Rule* find_rule(std::string_view name);
std::vector<const DiagnosticKind*> rule_kinds();  // of all_rules, for renderers

// Runs every rule, then applies the model's acceptances. `today` is "2026-11-21".
void check(const Architecture& model, std::string_view today, Diagnostics& out);

// Marks the findings that the model accepts, by rule and element (a path, or a prefix of one that
// ends in "*"; none: every element). An acceptance without a reason, past its last day or that
// matches nothing changes nothing and is itself a finding. `check` does this; callers that add
// findings later (simulation, verification) may do it again: it is idempotent.
void apply_acceptances(const Architecture& model, std::string_view today, Diagnostics& out);
// Of a property that is explored (`scantling verify`), not found by a rule.
bool is_verified_property(std::string_view name);

// Markdown: the page of one rule (docs/rules/NAME.md) and the list of them (docs/rules/README.md).
std::string rule_page(const Rule& rule);
std::string rules_index();
// The same page for `scantling explain` on a terminal, wrapped.
std::string explain_text(const Rule& rule, int width);

}  // namespace scantling
