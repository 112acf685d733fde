#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"
#include "commands/support.h"
#include "design/design.h"
#include "language/language.h"

namespace scantling {
namespace {

std::string origin_text(const ReadModel& loaded, const Architecture& model,
                        const Provenance& from) {
  switch (from.origin) {
    case Origin::Absent: return "not in the model";
    case Origin::Measured:
    case Origin::Given: {
      const std::string what = from.origin == Origin::Given ? "given" : "measured";
      if (!from.span.valid()) return what;
      const LineColumn at = loaded.sources.position(from.span.file, from.span.begin);
      return fmt::format("{} at {}:{}:{}", what, loaded.sources.path(from.span.file), at.line,
                         at.column);
    }
    case Origin::Assumed: return "assumed";
    case Origin::Decided:
      return from.decision.valid()
                 ? fmt::format("decided by {}", model.decisions[from.decision].name)
                 : "decided";
  }
  return "";
}

std::string scores_text(const std::vector<Score>& scores) {
  std::vector<std::string> parts;
  for (const Score& s : scores)
    parts.push_back(fmt::format("{} {}{}{}", s.criterion, number_text(s.value, 4),
                                s.unit.empty() || s.unit == "%" || s.unit == "x" ? "" : " ",
                                s.unit));
  return join(parts, "; ");
}

std::string decision_text(const Architecture& model, DecisionId id) {
  const Decision& d = model.decisions[id];
  std::string out = fmt::format("\n{}\n", d.question.value.empty() ? d.name : *d.question);
  out += fmt::format("  chosen     {}\n", *d.chosen);
  for (const Alternative& a : d.alternatives)
    if (a.why_not.empty() && !a.scores.empty())
      out += fmt::format("             ({})\n", scores_text(a.scores));
  if (d.because) out += fmt::format("  because    {}\n", *d.because);
  for (const Alternative& a : d.alternatives)
    if (!a.why_not.empty()) {
      out += fmt::format("  not        {}: {}\n", a.name, a.why_not);
      if (!a.scores.empty()) out += fmt::format("             ({})\n", scores_text(a.scores));
    }
  if (d.alternatives.empty())
    for (const std::string& other : *d.instead_of)
      out += fmt::format("  not        {}\n", other);
  if (d.flips) out += fmt::format("  flips      {}\n", *d.flips);
  for (const std::string& path : *d.traces_to)
    out += fmt::format("  traces to  {}\n", path);
  if (d.reversibility) out += fmt::format("  reversing  {}\n", to_text_enum(*d.reversibility));
  if (d.pass) out += fmt::format("  pass       {}\n", *d.pass);
  return out;
}

int unknown(const Invocation& invocation, const Architecture& model, const std::string& element) {
  std::vector<std::string> candidates;
  for (const PathInfo& info : all_paths(model)) {
    candidates.push_back(info.path);
    const std::size_t dot = info.path.find('.');
    if (dot != std::string::npos) candidates.push_back(info.path.substr(dot + 1));
  }
  for (const Decision& decision : model.decisions)
    candidates.push_back(decision.name);
  std::string problem = fmt::format("nothing in the model is called '{}'", element);
  if (const auto near = nearest(element, candidates))
    problem += fmt::format("; did you mean '{}'?", *near);
  invocation.streams.complain(
      problem + " (for example: services.orders, orders-db.copies, place-order.style)");
  return kExitUsage;
}

// A model that holds a design is asked as it stands. The scores of what was not chosen are not in
// its text: they come from designing again what was given, where that chooses the same.
Architecture designed(const Invocation& invocation, const Architecture& model,
                      const DesignOptions& options) {
  const bool holds_design = std::ranges::any_of(
      model.decisions, [](const Decision& d) { return d.from.origin == Origin::Decided; });
  if (!holds_design) return design(model, built_in_catalog(), options).model;
  ModelInput given;
  load_model(invocation, invocation.arguments[0], given, {.overlays = {}, .forget_decided = true});
  const Architecture again = design(given.model.model, built_in_catalog(), options).model;
  Architecture out = model;
  for (Decision& decision : out.decisions)
    if (const DecisionId same = find_by_name(again.decisions, decision.name);
        same.valid() && *again.decisions[same].chosen == *decision.chosen)
      decision.alternatives = again.decisions[same].alternatives;
  return out;
}

int run(const Invocation& invocation) {
  ModelInput loaded;
  load_model(invocation, invocation.arguments[0], loaded);
  if (!loaded.ok) return kExitUsage;
  DesignOptions options;
  options.simulate = false;
  if (!read_run_options(invocation, options.seed, options.jobs)) return kExitUsage;
  const std::string& element = invocation.arguments[1];
  const Architecture model = designed(invocation, loaded.model.model, options);
  std::string out;
  std::vector<DecisionId> shown;
  if (const DecisionId named = find_by_name(model.decisions, element); named.valid())
    shown.push_back(named);
  const auto found = find_paths(model, element);
  if (found.empty() && shown.empty()) return unknown(invocation, model, element);
  for (const PathInfo& info : found) {
    out += fmt::format("{}: {}\n  {}\n", info.path, info.text,
                       origin_text(loaded.model, model, info.from));
    for (const Assumption& assumption : model.assumptions)
      if (assumption.path == info.path || info.path.starts_with(assumption.path + ".")) {
        out += fmt::format("  {}\n", assumption.text);
        if (!assumption.question.empty()) out += fmt::format("  to ask: {}\n", assumption.question);
      }
    if (info.from.decision.valid() && std::ranges::find(shown, info.from.decision) == shown.end())
      shown.push_back(info.from.decision);
  }
  for (const DecisionId id : shown)
    out += decision_text(model, id);
  invocation.streams.print(out);
  return kExitFine;
}

constexpr CommandArgument kArguments[] = {
    {"MODEL", "a model; - for standard input", true, false},
    {"ELEMENT",
     "a path, its end, or a decision: services.orders, orders-db.copies, place-order.style", true,
     false}};
constexpr CommandOption kOptions[] = {kOverlayOption, kSeedOption, kJobsOption};
constexpr std::string_view kExamples[] = {
    "scantling why examples/shop.yaml place-order.style",
    "scantling why examples/shop.yaml services.orders.runtime.instances"};

}  // namespace

extern const Command command_why;
const Command command_why{"why",
                          "where a value comes from: the decision, its alternatives, what flips it",
                          "Designs the model and shows the trace of one value or decision: given "
                          "where, or decided by which pass, from which alternatives with which "
                          "scores, for which requirement, and what would change it.",
                          kArguments,
                          kOptions,
                          kExamples,
                          run};

}  // namespace scantling
