#include "check/rules.h"

#include <algorithm>

#include "check/call_graph.h"

namespace scantling {
namespace {

constexpr const Rule* kRules[] = {
#define RULE(name) &rule_##name,
#include "check/rules.def"
#undef RULE
};

}  // namespace

std::span<const Rule* const> all_rules() {
  return kRules;
}

const Rule* find_rule(std::string_view name) {
  const auto found = std::ranges::find(kRules, name, [](const Rule* r) { return r->kind.name; });
  return found == std::end(kRules) ? nullptr : *found;
}

std::vector<const DiagnosticKind*> rule_kinds() {
  std::vector<const DiagnosticKind*> out;
  for (const Rule* rule : kRules)
    out.push_back(&rule->kind);
  return out;
}

void check(const Architecture& model, std::string_view today, Diagnostics& out) {
  const Estimate at_peak = estimate(model);
  const CallGraph calls(model);
  const CheckContext context{model, at_peak, calls, out};
  for (const Rule* rule : kRules)
    if (rule->run) rule->run(context);
  apply_acceptances(model, today, out);
  out.sort();
}

}  // namespace scantling
