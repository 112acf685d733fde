#include <fmt/core.h>

#include "base/text.h"
#include "check/check.h"
#include "commands/support.h"

namespace scantling {
namespace {

int run(const Invocation& invocation) {
  if (invocation.has("--markdown")) {
    const std::string folder = invocation.get("--markdown");
    if (!save(invocation, folder + "/README.md", rules_index())) return kExitUsage;
    for (const Rule* rule : all_rules())
      if (!save(invocation, fmt::format("{}/{}.md", folder, rule->kind.name), rule_page(*rule)))
        return kExitUsage;
    invocation.streams.hint(
        fmt::format("wrote {} to {}",
                    plural(static_cast<std::int64_t>(all_rules().size()) + 1, "page"), folder));
    return kExitFine;
  }
  std::size_t widest = 0;
  for (const Rule* rule : all_rules())
    widest = std::max(widest, rule->kind.name.size());
  for (const Rule* rule : all_rules())
    invocation.streams.print(fmt::format("{:<{}}  {:<7}  {:<14}  {}\n", rule->kind.name, widest,
                                         to_text(rule->kind.severity), rule->kind.family,
                                         rule->kind.summary));
  return kExitFine;
}

constexpr CommandOption kOptions[] = {
    {"--markdown", "DIR", "write one page a rule, and an index", "", "", false}};
constexpr std::string_view kExamples[] = {"scantling rules",
                                          "scantling rules --markdown docs/rules"};

}  // namespace

extern const Command command_rules;
const Command command_rules{"rules",
                            "every rule of check, with its severity and family",
                            "Lists the rules that check runs, a line each. The name is the same in "
                            "findings, acceptances, SARIF and the docs.",
                            {},
                            kOptions,
                            kExamples,
                            run};

}  // namespace scantling
