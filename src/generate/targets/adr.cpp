// The decisions as architecture decision records, MADR 4: the question, what was chosen against
// what, why, and what would change it.
#include <algorithm>

#include "base/text.h"
#include "generate/names.h"
#include "generate/target.h"

namespace scantling::generate {
namespace {

std::string sentence(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z')
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  if (!text.empty() && text.back() != '.' && text.back() != '?' && text.back() != '!') text += '.';
  return text;
}

// As it is meant: "cart.*" is no emphasis, "<5 ms" no tag.
std::string prose(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '*' || c == '<') out += '\\';
    out += c;
  }
  return out;
}

// "decisions.place-order.style" -> "place-order-style"
std::string slug(const std::string& name) {
  return dns_label(replace_all(name, ".", "-"));
}

std::string record(const Decision& decision) {
  const std::string chosen = prose(decision.chosen.or_else("as decided"));
  std::string out = "---\nstatus: accepted\n---\n\n# " +
                    title_name(replace_all(decision.name, ".", "-")) +
                    "\n\n## Context and Problem Statement\n\n" +
                    sentence(prose(decision.question.or_else("What is it to be?"))) + "\n";
  if (!decision.traces_to->empty()) {
    out += "\n## Decision Drivers\n\n";
    for (const std::string& path : *decision.traces_to)
      out += "* `" + path + "`\n";
  }
  out += "\n## Considered Options\n\n* " + chosen + "\n";
  for (const std::string& other : *decision.instead_of)
    out += "* " + prose(other) + "\n";
  out += "\n## Decision Outcome\n\nChosen option: \"" + chosen + "\", because " +
         prose(decision.because.or_else("nothing else was possible")) + ".\n";
  if (decision.reversibility || decision.flips) {
    out += "\n### Consequences\n\n";
    if (decision.reversibility)
      out += "* " +
             sentence(*decision.reversibility == Reversibility::Easy     ? "easy to change later"
                      : *decision.reversibility == Reversibility::Costly ? "costly to change later"
                                                                         : "hard to change later") +
             "\n";
    if (decision.flips) out += "* " + sentence(prose(*decision.flips)) + "\n";
  }
  if (!decision.sets->empty()) {
    out += "\n### Confirmation\n\nIt sets:\n\n";
    for (const std::string& path : *decision.sets)
      out += "* `" + path + "`\n";
  }
  return out;
}

}  // namespace

void target_adr(const Plan& plan, Output& out) {
  std::string index = "# Decisions\n\n";
  std::vector<std::string> used;
  for (const Decision& decision : plan.model().decisions) {
    std::string name = slug(decision.name);
    while (std::ranges::find(used, name) != used.end())
      name += "-2";
    used.push_back(name);
    out.add("docs/decisions/" + name + ".md", record(decision));
    index += "* [" + title_name(replace_all(decision.name, ".", "-")) + "](" + name +
             ".md): " + prose(decision.chosen.or_else("as decided")) + "\n";
  }
  out.add("docs/decisions/README.md", index);
}

}  // namespace scantling::generate
