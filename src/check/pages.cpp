// What `explain` shows and docs/rules/ hold, from the rules themselves.
#include <map>

#include "base/text.h"
#include "check/rules.h"
#include "diagnostics/text_layout.h"

namespace scantling {
namespace {

std::string block(std::string_view yaml) {
  return "```yaml\n" + std::string(yaml) + "```\n\n";
}

std::string indented(const std::vector<std::string>& lines, std::string_view margin) {
  std::string out;
  for (const std::string& line : lines)
    out += std::string(margin) + line + "\n";
  return out;
}

void add_part(std::string& out, std::string_view heading, std::string_view text, int width) {
  out += std::string(heading) + "\n" + indented(wrap(text, width - 2), "  ") + "\n";
}

void add_model(std::string& out, std::string_view heading, std::string_view yaml) {
  out += std::string(heading) + "\n";
  for (const std::string_view line : split(trim(yaml), '\n'))
    out += "    " + std::string(line) + "\n";
  out += "\n";
}

}  // namespace

std::string rule_page(const Rule& rule) {
  const RuleExplanation& e = rule.explanation;
  std::string out = "# " + std::string(rule.kind.name) + "\n\n";
  out += "Family: " + std::string(rule.kind.family) +
         ". Severity: " + std::string(to_text(rule.kind.severity)) + ".\n\n";
  out += std::string(e.what) + "\n\n";
  out += "## Why\n\n" + std::string(e.why) + "\n\n";
  out += "## Wrong\n\n" + block(e.wrong);
  out += "## Right\n\n" + block(e.right);
  out += "## When to accept it\n\n" + std::string(e.accept) + "\n\n";
  out += "```yaml\naccept:\n  - rule: " + std::string(rule.kind.name) +
         "\n    element: PATH\n    reason: WHY\n    until: 2027-01-31\n```\n";
  return out;
}

std::string rules_index() {
  std::map<std::string_view, std::vector<const Rule*>> families;
  for (const Rule* rule : all_rules())
    families[rule->kind.family].push_back(rule);
  std::string out =
      "# Rules\n\nWhat `scantling check` finds: " +
      plural(static_cast<std::int64_t>(all_rules().size()), "rule") +
      ". These pages are printed by the program; `scantling explain RULE` shows one.\n";
  for (const auto& [family, rules] : families) {
    out += "\n## " + std::string(family) + "\n\n| rule | severity | finds |\n|---|---|---|\n";
    for (const Rule* rule : rules)
      out += "| [" + std::string(rule->kind.name) + "](" + std::string(rule->kind.name) +
             ".md) | " + std::string(to_text(rule->kind.severity)) + " | " +
             std::string(rule->kind.summary) + " |\n";
  }
  return out;
}

std::string explain_text(const Rule& rule, int width) {
  const RuleExplanation& e = rule.explanation;
  const std::string head = std::string(rule.kind.name) + " (" +
                           std::string(to_text(rule.kind.severity)) + ", " +
                           std::string(rule.kind.family) + "): " + std::string(rule.kind.summary);
  std::string out = indented(wrap(head, width), "") + "\n";
  add_part(out, "What", e.what, width);
  add_part(out, "Why", e.why, width);
  add_model(out, "Wrong", e.wrong);
  add_model(out, "Right", e.right);
  add_part(out, "When to accept it", e.accept, width);
  out.pop_back();
  return out;
}

}  // namespace scantling
