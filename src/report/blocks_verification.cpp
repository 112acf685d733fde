// What was explored: protocols, bounds, states, verdicts, and what was repaired.
#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "report/blocks.h"
#include "report/html.h"
#include "report/stepper.h"
#include "report/svg.h"
#include "report/verification.h"

namespace scantling {

namespace {

using verify::Outcome;
using verify::PropertyVerdict;
using verify::ProtocolVerdict;

std::string verdicts_text(const ProtocolVerdict& p) {
  std::vector<std::string> parts;
  for (const Outcome o : {Outcome::Fails, Outcome::Undecided, Outcome::Vacuous, Outcome::Holds}) {
    std::vector<std::string> names;
    for (const PropertyVerdict& v : p.properties)
      if (v.outcome == o) names.push_back(v.property);
    if (!names.empty()) parts.push_back(std::string(to_text(o)) + ": " + join(names, ", "));
  }
  return join(parts, "; ");
}

Tone tone_of(const ProtocolVerdict& p) {
  const auto any = [&](Outcome o) {
    return std::ranges::find(p.properties, o, &PropertyVerdict::outcome) != p.properties.end();
  };
  if (any(Outcome::Fails)) return Tone::Bad;
  return any(Outcome::Undecided) ? Tone::Warn : Tone::Good;
}

std::string way_text(const PropertyVerdict& v) {
  if (v.by_sum) return v.text;
  return fmt::format(
      "{} ({}, {})", v.text, plural(static_cast<std::int64_t>(v.result.trace.steps.size()), "step"),
      v.result.faults == 0 ? "without any fault" : "with " + plural(v.result.faults, "fault"));
}

Item summary_item(const verify::Verification& result) {
  std::uint64_t states = 0;
  bool complete = true;
  for (const ProtocolVerdict& p : result.protocols) {
    states += p.exploration.states;
    complete &= p.protocol.system.rules.empty() || p.exploration.any_faults();
  }
  std::vector<std::string> parts;
  for (const Outcome o : {Outcome::Holds, Outcome::Fails, Outcome::Undecided, Outcome::Vacuous})
    if (const std::size_t n = result.count(o); n > 0)
      parts.push_back(fmt::format("{} {}", n, to_text(o)));
  return line(
      "properties",
      fmt::format("{}; {}, {}, {}", join(parts, ", "),
                  plural_of(result.protocols.size(), "protocol"), plural_of(states, "state"),
                  complete ? "any number of faults" : "not all of them explored"),
      Origin::Absent, result.count(Outcome::Fails) > 0 ? Tone::Bad : Tone::Good);
}

Table protocols_table(const verify::Verification& result) {
  Table table;
  table.caption = "protocols, explored";
  table.columns = {
      {"protocol", false, 0}, {"states", true, 1}, {"bound", false, 2}, {"verdicts", false, 0}};
  for (const ProtocolVerdict& p : result.protocols) {
    const bool searched = !p.protocol.system.rules.empty();
    table.rows.push_back({{p.protocol.system.name},
                          {searched ? std::to_string(p.exploration.states) : "-"},
                          {searched ? bound_text(p) : "a sum"},
                          {verdicts_text(p), tone_of(p)}});
  }
  return table;
}

bool is_saga(const ProtocolVerdict& p) {
  return p.protocol.system.element.starts_with("sagas.") &&
         p.protocol.system.name.starts_with("saga ");
}

// The longest run of what holds.
const PropertyVerdict* full_run(const ProtocolVerdict& p) {
  const PropertyVerdict* longest = nullptr;
  for (const PropertyVerdict& v : p.properties)
    if (v.outcome == Outcome::Holds && !v.result.trace.steps.empty() &&
        (!longest || v.result.trace.steps.size() > longest->result.trace.steps.size()))
      longest = &v;
  return longest;
}

std::string failure_html(const ProtocolVerdict& p, const PropertyVerdict& v) {
  Stepper s{p.protocol.system.name,
            v.property + " fails",
            v.text,
            "This breaks " + v.property + ".",
            "",
            true,
            3};
  if (const verify::TriedRepair* r = v.repair())
    s.foot = "<b>Would hold with</b> " + escape_html(repair_text(*r));
  return stepper_html(s, v.by_sum ? Run{} : run_of(p.protocol.system, v.result.trace));
}

std::string mended_html(const verify::Mended& m) {
  const PropertyVerdict& v = m.verdict;
  const Stepper s{m.system.name,
                  v.property + " failed before the repair",
                  v.text,
                  "This breaks " + v.property + ".",
                  "<b>Repaired by</b> " + escape_html(repair_text(m.repair())),
                  true,
                  3};
  return stepper_html(s, v.by_sum ? Run{} : run_of(m.system, v.result.trace));
}

}  // namespace

void add_verification_block(const Facts& facts, Blocks& to) {
  const DesignVerification& verification = facts.result.verification;
  if (verification.result.protocols.empty()) return;
  Block block = make_block("verification", "Verification");
  block.add(summary_item(verification.result));
  for (const verify::Mended& m : verification.mended) {
    Item item = line(m.system.name + ": " + m.verdict.property,
                     "repaired by " + repair_text(m.repair()), Origin::Decided, Tone::Good);
    add_line(item.children, line("before", way_text(m.verdict)));
    block.add(std::move(item));
  }
  for (const ProtocolVerdict& p : verification.result.protocols)
    for (const PropertyVerdict& v : p.properties) {
      if (v.outcome != Outcome::Fails) continue;
      const bool question = verify::is_question(facts.model, v);
      Item item = line(p.protocol.system.name + ": " + v.property,
                       (question ? "open: " : "fails: ") + way_text(v), Origin::Absent,
                       question ? Tone::Warn : Tone::Bad);
      if (const verify::TriedRepair* r = v.repair())
        add_line(item.children, line(question ? "ask for" : "would hold with", repair_text(*r)));
      block.add(std::move(item));
    }
  for (const std::string& text : verification.result.left_out)
    block.add(line("not verified", text, Origin::Absent, Tone::Warn));
  block.tables.push_back(protocols_table(verification.result));
  to.push_back(std::move(block));
}

std::string verification_steppers_html(const DesignVerification& verification) {
  std::string out;
  for (const ProtocolVerdict& p : verification.result.protocols)
    for (const PropertyVerdict& v : p.properties)
      if (v.outcome == Outcome::Fails) out += failure_html(p, v);
  for (const verify::Mended& m : verification.mended)
    out += mended_html(m);
  for (const ProtocolVerdict& p : verification.result.protocols) {
    const PropertyVerdict* v = is_saga(p) ? full_run(p) : nullptr;
    if (!v) continue;
    const Stepper s{p.protocol.system.name,
                    "a whole run",
                    fmt::format("One of the runs in which {} holds: {}, {}.", v->property,
                                plural_of(p.exploration.states, "state"), bound_text(p)),
                    "It rests here.",
                    "",
                    false,
                    3};
    out += stepper_html(s, run_of(p.protocol.system, v->result.trace));
  }
  if (out.empty()) return "";
  return fmt::format("<style>{}</style>\n{}<script>{}</script>\n", stepper_style(), out,
                     stepper_script());
}

}  // namespace scantling
