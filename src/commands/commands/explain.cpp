#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"
#include "check/check.h"
#include "commands/support.h"
#include "language/language.h"
#include "verify/properties.h"

namespace scantling {
namespace {

int run(const Invocation& invocation) {
  const std::string& name = invocation.arguments[0];
  if (const Rule* rule = find_rule(name)) {
    invocation.streams.print(explain_text(*rule, invocation.streams.width));
    return kExitFine;
  }
  if (const verify::PropertyPage* page = verify::find_property_page(name)) {
    invocation.streams.print(explain_text(*page, invocation.streams.width));
    return kExitFine;
  }
  std::vector<std::string> names;
  for (const DiagnosticKind* kind : language_kinds()) {
    if (kind->name == name) {
      invocation.streams.print(
          fmt::format("{} ({}, {})\n{}\n\nThe reader finds it; the message says what is allowed "
                      "and shows a valid example.\n",
                      kind->name, to_text(kind->severity), kind->family, kind->summary));
      return kExitFine;
    }
    names.emplace_back(kind->name);
  }
  for (const Rule* rule : all_rules())
    names.emplace_back(rule->kind.name);
  for (const verify::PropertyPage& page : verify::property_pages())
    names.emplace_back(page.kind.name);
  std::string problem = fmt::format("there is no rule '{}'", name);
  if (const auto near = nearest(name, names)) problem += fmt::format("; did you mean '{}'?", *near);
  invocation.streams.complain(problem + " (all of them: scantling rules)");
  return kExitUsage;
}

constexpr CommandArgument kArguments[] = {
    {"RULE", "the name of a rule or of a property, as findings show it", true, false}};
constexpr std::string_view kExamples[] = {"scantling explain timeout-inversion"};

}  // namespace

extern const Command command_explain;
const Command command_explain{
    "explain",
    "what a rule finds, why it hurts, wrong and right",
    "Prints the page of one rule: what it finds, a real incident where there is one, a model that "
    "has it and one that has not, and when to live with it.",
    kArguments,
    {},
    kExamples,
    run};

}  // namespace scantling
