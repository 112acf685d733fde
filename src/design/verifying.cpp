#include "design/verifying.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"
#include "check/check.h"

namespace scantling {
namespace {

using verify::Outcome;
using verify::PropertyVerdict;
using verify::ProtocolVerdict;

// Of all searches of one round. The examples' designs need some thousands; a search at this limit
// takes a second or two.
constexpr std::uint64_t kStates = 2'000'000;
constexpr std::size_t kMemory = std::size_t{256} << 20;  // bytes

// "sagas.open-account.steps[1]" -> "open-account-steps-1"
std::string slug_of(const std::string& path) {
  std::string out;
  const std::size_t dot = path.find('.');
  for (const char c : dot == std::string::npos ? path : path.substr(dot + 1)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain)
      out += c;
    else if (!out.empty() && out.back() != '-')
      out += '-';
  }
  while (!out.empty() && out.back() == '-')
    out.pop_back();
  return out;
}

// "semantic-lock: true" on "sagas.x.steps[1]" sets "sagas.x.steps[1].semantic-lock".
std::string path_set_by(const verify::Repair& repair) {
  const std::size_t colon = repair.text.find(':');
  if (colon == std::string::npos || repair.text.find(' ') < colon) return repair.element;
  return repair.element + "." + repair.text.substr(0, colon);
}

// "in 6 steps with 1 fault, 49 states searched"
std::string shown_by(const PropertyVerdict& v, std::uint64_t states) {
  if (v.by_sum) return "by a sum: " + v.text;
  return fmt::format(
      "in {} {}, {} searched",
      plural(static_cast<std::int64_t>(v.result.trace.steps.size()), "step"),
      v.result.faults == 0 ? "without any fault" : "with " + plural(v.result.faults, "fault"),
      plural(static_cast<std::int64_t>(states), "state"));
}

Provenance decide_repair(Workspace& ws, const verify::Mended& mended) {
  const PropertyVerdict& v = mended.verdict;
  const verify::TriedRepair& repair = mended.repair();
  Draft draft(ws, slug_of(repair.parts.front().element) + "." + v.property, "verify",
              fmt::format("what makes {} hold in {}?", v.property, mended.system.name));
  draft.choose(repair_text(repair));
  draft.reject("as it was decided first", {}, v.by_sum ? v.text : "it fails: " + v.text);
  for (const verify::TriedRepair& other : v.tried)
    if (&other != &repair)
      draft.reject(repair_text(other), {},
                   other.holds ? "it would overrule what is given" : "it fails all the same");
  std::string because =
      fmt::format("without it {} fails {}", v.property, shown_by(v, mended.states));
  if (!v.by_sum)
    because += fmt::format("; with it, it holds for any number of faults, {} searched",
                           plural(static_cast<std::int64_t>(repair.states), "state"));
  draft.because(because);
  draft.traces({v.element});
  draft.reversibility(Reversibility::Easy);
  for (const verify::Repair& r : repair.parts)
    draft.note(path_set_by(r));
  return draft.provenance();
}

Unmet unmet_of(const ProtocolVerdict& p, const PropertyVerdict& v) {
  Unmet out;
  out.path = v.element.empty() ? p.protocol.system.element : v.element;
  out.what = v.property;
  out.text = fmt::format("{}: {} fails {}", p.protocol.system.name, v.property,
                         shown_by(v, p.exploration.states));
  if (!v.by_sum) out.text += ": " + v.text;
  if (const verify::TriedRepair* repair = v.repair()) out.relax = repair_text(*repair);
  return out;
}

}  // namespace

DesignVerification verify_decided(Workspace& ws) {
  verify::VerifyOptions options;
  options.states = kStates;
  options.memory = kMemory;
  DesignVerification out;
  out.result = verify::verify_design(ws.model, options, [&](const verify::Mended& mended) {
    out.mended.push_back(mended);
    return decide_repair(ws, mended);
  });
  for (verify::Mended& mended : out.mended)
    mended.drop_actions();
  return out;
}

void report_verification(DesignResult& result) {
  const Diagnostics found = verify::diagnose(result.model, result.verification.result);
  const auto said = [&](const Diagnostic& d) {  // by a rule of the same name already
    return std::ranges::any_of(result.findings.all(), [&](const Diagnostic& had) {
      return had.kind == d.kind && had.element == d.element;
    });
  };
  for (const Diagnostic& d : found.all())
    if (!said(d)) result.findings.add(d);
  apply_acceptances(result.model, "", result.findings);
  const auto accepted = [&](const PropertyVerdict& v) {
    return std::ranges::any_of(result.findings.all(), [&](const Diagnostic& d) {
      return d.accepted && d.kind && d.kind->name == v.property && d.element == v.element;
    });
  };
  for (const ProtocolVerdict& p : result.verification.result.protocols)
    for (const PropertyVerdict& v : p.properties)
      if (v.outcome == Outcome::Fails && !verify::is_question(result.model, v) && !accepted(v))
        result.unmet.push_back(unmet_of(p, v));
}

}  // namespace scantling
