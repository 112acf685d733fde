#include "verify/diagnose.h"

#include <algorithm>

#include "base/text.h"
#include "verify/properties.h"

namespace scantling::verify {
namespace {

// Of a property whose page is a rule's (`quorum-overlap`), the rule's kind.
const DiagnosticKind* kind_of(std::string_view property) {
  if (const PropertyPage* page = find_property_page(property)) return &page->kind;
  const ::scantling::Rule* rule = find_rule(property);
  return rule ? &rule->kind : nullptr;
}

// Where the element of a path is written.
Span place_of(const Architecture& model, std::string_view path) {
  const auto of = [&](const auto& items, std::string_view prefix) -> const Element* {
    if (!path.starts_with(prefix)) return nullptr;
    const std::string_view rest = path.substr(prefix.size());
    const Element* best = nullptr;  // names may have dots: the longest that fits
    for (const auto& item : items)
      if (rest.starts_with(item.name) && (!best || item.name.size() > best->name.size()))
        best = &item;
    return best;
  };
  for (const Saga& saga : model.sagas)
    for (std::size_t k = 0; saga.steps && k < saga.steps->size(); ++k)
      if (path == "sagas." + saga.name + ".steps[" + std::to_string(k) + "]")
        return saga.steps.value[k].span;
  for (const EndpointId id : all_endpoints(model))
    if (path ==
        "services." + model.services[id.service].name + ".endpoints." + model.endpoint(id).name)
      return model.endpoint(id).from.span;
  for (const Element* e :
       {of(model.sagas, "sagas."), of(model.services, "services."), of(model.stores, "stores."),
        of(model.channels, "channels."), of(model.operations, "operations.")})
    if (e) return e->from.span;
  return {};
}

std::string step_text(const System& system, const Rule& rule) {
  std::string out = system.lanes.empty()
                        ? std::string()
                        : system.lanes[static_cast<std::size_t>(std::max(rule.lane, 0))] + " ";
  out += rule.text;
  if (rule.fault != Fault::None) out = std::string(to_text(rule.fault)) + ": " + out;
  return out;
}

void add(const Architecture& model, const ProtocolVerdict& p, const PropertyVerdict& v,
         Diagnostics& out) {
  const DiagnosticKind* kind = kind_of(v.property);
  if (!kind) return;
  Diagnostic& d = out.add(*kind, p.protocol.span, p.protocol.system.name + ": " + v.text);
  d.element = v.element;
  d.fingerprint_salt = p.protocol.system.name;
  if (is_question(model, v)) d.severity = Severity::Warning;
  if (!v.by_sum) {
    d.because = plural(static_cast<std::int64_t>(v.result.trace.steps.size()), "step") + " and " +
                plural(v.result.faults, "fault") + " are enough";
    for (const TraceStep& step : v.result.trace.steps) {
      const Rule& rule = p.protocol.system.rules[step.rule];
      d.flow.push_back({place_of(model, rule.element), step_text(p.protocol.system, rule)});
    }
  }
  if (const TriedRepair* r = v.repair()) {
    d.fixes.push_back({repair_text(*r), FixSafety::Manual, {}});
  }
}

}  // namespace

std::string repair_text(const TriedRepair& tried) {
  std::vector<std::string> parts;
  for (const Repair& part : tried.parts)
    parts.push_back(part.text + " on " + part.element);
  return enumerate(parts);
}

Diagnostics diagnose(const Architecture& model, const Verification& verification) {
  Diagnostics out;
  for (const ProtocolVerdict& p : verification.protocols)
    for (const PropertyVerdict& v : p.properties)
      if (v.outcome == Outcome::Fails) add(model, p, v, out);
  return out;
}

namespace {

// A repair may uncover what it hid; more rounds than these would be a circle.
constexpr int kMostRounds = 3;

struct Change {
  Repair repair;
  Provenance from;
};

bool known(const std::vector<Change>& changes, const Repair& repair) {
  return std::ranges::any_of(changes, [&](const Change& had) {
    return had.repair.text == repair.text && had.repair.element == repair.element;
  });
}

std::vector<Change> changes_of(const Verification& verification,
                               const std::function<Provenance(const Mended&)>& decide) {
  std::vector<Change> out;
  for (const ProtocolVerdict& p : verification.protocols)
    for (const PropertyVerdict& v : p.properties) {
      const TriedRepair* repair = v.outcome == Outcome::Fails ? v.repair() : nullptr;
      if (!repair || repair->overrules) continue;
      if (std::ranges::all_of(repair->parts, [&](const Repair& r) { return known(out, r); }))
        continue;
      const Provenance from = decide({p.protocol.system, v, p.exploration.states});
      for (const Repair& r : repair->parts)
        if (!known(out, r)) out.push_back({r, from});
    }
  return out;
}

void drop_actions_of(PropertyVerdict& verdict) {
  for (TriedRepair& t : verdict.tried)
    for (Repair& r : t.parts)
      r.apply = nullptr;
}

// What they would be applied to need not live as long as what is read in a report.
void drop_all_actions(Verification& verification) {
  for (ProtocolVerdict& p : verification.protocols) {
    p.protocol.repairs.clear();
    for (PropertyVerdict& v : p.properties)
      drop_actions_of(v);
  }
}

}  // namespace

void Mended::drop_actions() {
  drop_actions_of(verdict);
}

Verification verify_design(Architecture& model, const VerifyOptions& options,
                           const std::function<Provenance(const Mended&)>& decide) {
  VerifyOptions own = options;
  own.keep_given = true;
  Verification verification = verify(model, own);
  for (int round = 0; round < kMostRounds; ++round) {
    const std::vector<Change> changes = changes_of(verification, decide);
    if (changes.empty()) break;
    for (const bool last : {false, true})
      for (const Change& c : changes) {
        if (c.repair.last != last) continue;
        Mender mender{model, c.from};
        c.repair.apply(mender);
      }
    verification = verify(model, own);
  }
  drop_all_actions(verification);
  return verification;
}

bool is_question(const Architecture& model, const PropertyVerdict& verdict) {
  const TriedRepair* repair = verdict.repair();
  if (!repair) return false;
  constexpr std::string_view kExternals = "externals.";
  return std::ranges::all_of(repair->parts, [&](const Repair& r) {
    if (!r.element.starts_with(kExternals)) return false;
    const std::string name =
        r.element.substr(kExternals.size(), r.element.find(' ') - kExternals.size());
    const auto id = find_by_name(model.externals, name);
    return id.valid() && !model.externals[id].idempotent.fixed();
  });
}

}  // namespace scantling::verify
