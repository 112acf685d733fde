#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"
#include "commands/support.h"
#include "design/design.h"
#include "diagnostics/text_layout.h"
#include "language/language.h"

namespace scantling {
namespace {

constexpr std::string_view kWhole = "...";  // PathInfo::text of a whole element

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

// A label of so many columns, and text wrapped beside it.
std::string row(const Invocation& invocation, std::size_t columns, std::string_view label,
                std::string_view text) {
  const int room = std::max(invocation.streams.width - static_cast<int>(columns) - 4, 30);
  std::string out;
  for (const std::string& line : wrap(text, room)) {
    const std::string_view shown = out.empty() ? label : std::string_view();
    out += fmt::format("  {}{}  {}\n", shown,
                       std::string(columns - std::min(columns, display_width(shown)), ' '), line);
  }
  return out;
}

std::string decision_text(const Invocation& invocation, const Architecture& model, DecisionId id) {
  const Decision& d = model.decisions[id];
  const auto line = [&](std::string_view label, std::string_view text) {
    return row(invocation, 9, label, text);
  };
  std::string out = "\n" + d.name + (d.question.value.empty() ? "" : ": " + *d.question) + "\n" +
                    line("chosen", *d.chosen);
  for (const Alternative& a : d.alternatives)
    if (a.why_not.empty() && !a.scores.empty()) out += line("", "(" + scores_text(a.scores) + ")");
  if (d.because) out += line("because", *d.because);
  for (const Alternative& a : d.alternatives)
    if (!a.why_not.empty()) {
      out += line("not", a.name + ": " + a.why_not);
      if (!a.scores.empty()) out += line("", "(" + scores_text(a.scores) + ")");
    }
  if (d.alternatives.empty())
    for (const std::string& other : *d.instead_of)
      out += line("not", other);
  if (d.flips) {
    std::string_view flips = *d.flips;
    if (flips.starts_with("flips ")) flips.remove_prefix(6);
    out += line("flips", flips);
  }
  if (!d.traces_to->empty()) out += line("traces to", join(*d.traces_to, ", "));
  if (d.reversibility) out += line("reversing", to_text_enum(*d.reversibility));
  if (d.pass) out += line("pass", *d.pass);
  if (d.locked && *d.locked) out += line("locked", "a person's: every design keeps it");
  return out;
}

std::string assumptions_text(const Architecture& model, const std::string& path) {
  std::string out;
  for (const Assumption& assumption : model.assumptions)
    if (assumption.path == path || path.starts_with(assumption.path + ".")) {
      out += fmt::format("  {}\n", assumption.text);
      if (!assumption.question.empty()) out += fmt::format("  to ask: {}\n", assumption.question);
    }
  return out;
}

struct MemberRow {
  std::string name, text, origin;
  bool whole = false;  // an element itself
};

// What an element holds, one level deep; of what is an element itself, the names in it.
std::vector<MemberRow> members_of(const ReadModel& loaded, const Architecture& model,
                                  const std::vector<PathInfo>& all, const std::string& path) {
  std::vector<MemberRow> rows;
  for (const PathInfo& info : all) {
    if (!info.path.starts_with(path + ".")) continue;
    const std::string name = info.path.substr(path.size() + 1);
    const std::size_t dot = name.find('.');
    if (dot == std::string::npos) {
      const bool whole = info.text == kWhole;
      rows.push_back({name, whole ? "" : info.text, origin_text(loaded, model, info.from), whole});
    } else if (name.find('.', dot + 1) == std::string::npos && !rows.empty() && rows.back().whole &&
               name.substr(0, dot) == rows.back().name) {
      // Items of a list have numbers for names.
      const bool item = name[dot + 1] >= '0' && name[dot + 1] <= '9';
      if (item)
        rows.back().text = "1 to " + name.substr(dot + 1);
      else
        rows.back().text += (rows.back().text.empty() ? "" : ", ") + name.substr(dot + 1);
    }
  }
  return rows;
}

std::string members_text(const Invocation& invocation, const std::vector<MemberRow>& rows) {
  std::size_t names = 0;
  for (const MemberRow& r : rows)
    names = std::max(names, display_width(r.name));
  std::string out;
  for (const MemberRow& r : rows)
    out += row(invocation, names, r.name,
               fmt::format("{}{}({})", r.text, r.text.empty() ? "" : " ", r.origin));
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
  if (!holds_design) return design(model, catalog_in_use(), options).model;
  ModelInput given;
  load_model(invocation, invocation.arguments[0], given, {.overlays = {}, .forget_decided = true});
  const Architecture again = design(given.model.model, catalog_in_use(), options).model;
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
  const auto all = all_paths(model);
  for (const PathInfo& info : found) {
    if (info.path.starts_with("decisions.") && !shown.empty()) continue;
    const bool whole = info.text == kWhole;
    out += whole ? info.path + "\n" : fmt::format("{}: {}\n", info.path, info.text);
    if (info.from.origin != Origin::Absent)
      out += fmt::format("  {}\n", origin_text(loaded.model, model, info.from));
    if (whole) out += members_text(invocation, members_of(loaded.model, model, all, info.path));
    out += assumptions_text(model, info.path);
    if (info.from.decision.valid() && std::ranges::find(shown, info.from.decision) == shown.end())
      shown.push_back(info.from.decision);
  }
  for (const DecisionId id : shown)
    out += decision_text(invocation, model, id);
  if (out.starts_with('\n')) out.erase(0, 1);
  invocation.streams.print(out);
  return kExitFine;
}

constexpr CommandArgument kArguments[] = {
    {"MODEL", "a model; - for standard input", true, false},
    {"ELEMENT",
     "a path, its end, or a decision: services.orders, orders-db.copies, place-order.style", true,
     false}};
constexpr CommandOption kOptions[] = {kOverlayOption, kCatalogOption, kSeedOption, kJobsOption};
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
