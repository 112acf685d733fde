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
  if (!v.by_sum) {
    d.because = plural(static_cast<std::int64_t>(v.result.trace.steps.size()), "step") + " and " +
                plural(v.result.faults, "fault") + " are enough";
    for (const TraceStep& step : v.result.trace.steps) {
      const Rule& rule = p.protocol.system.rules[step.rule];
      d.flow.push_back({place_of(model, rule.element), step_text(p.protocol.system, rule)});
    }
  }
  if (const TriedRepair* r = v.repair()) {
    std::vector<std::string> parts;
    for (const Repair* part : r->parts)
      parts.push_back(part->text + " on " + part->element);
    d.fixes.push_back({enumerate(parts), FixSafety::Manual, {}});
  }
}

}  // namespace

Diagnostics diagnose(const Architecture& model, const Verification& verification) {
  Diagnostics out;
  for (const ProtocolVerdict& p : verification.protocols)
    for (const PropertyVerdict& v : p.properties)
      if (v.outcome == Outcome::Fails) add(model, p, v, out);
  return out;
}

DesignVerdict verify_design(const Architecture& model, const VerifyOptions& options) {
  const Verification verification = verify(model, options);
  DesignVerdict out;
  out.findings = diagnose(model, verification);
  for (const ProtocolVerdict& p : verification.protocols) {
    out.complete &= p.exploration.any_faults();
    for (const PropertyVerdict& v : p.properties) {
      if (v.outcome != Outcome::Fails || !v.repair()) continue;
      for (const Repair* r : v.repair()->parts) {
        const bool known = std::ranges::any_of(out.repairs, [&](const Repair& had) {
          return had.text == r->text && had.element == r->element;
        });
        if (!known) out.repairs.push_back(*r);
      }
    }
  }
  std::ranges::stable_sort(out.repairs, {}, &Repair::last);
  return out;
}

}  // namespace scantling::verify
