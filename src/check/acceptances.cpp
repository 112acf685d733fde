#include <algorithm>

#include "base/text.h"
#include "check/rules.h"

namespace scantling {
namespace {

bool matches(const Acceptance& acceptance, const Diagnostic& d) {
  if (!d.kind || acceptance.rule.value != d.kind->name) return false;
  if (!acceptance.element) return true;
  std::string_view pattern = acceptance.element.value;
  if (!pattern.ends_with('*')) return pattern == d.element;
  pattern.remove_suffix(1);
  return d.element.starts_with(pattern);
}

// Properties that `verify` and `design` find broken, and no rule does. An acceptance of one has
// nothing to match here. The tests of the room `verify` hold the list to its pages.
constexpr std::string_view kVerified[] = {"bounded",
                                          "converges",
                                          "copies-serve",
                                          "effect-once",
                                          "elections-end",
                                          "leader-writes",
                                          "ends",
                                          "ends-whole",
                                          "fresh-within",
                                          "invariant",
                                          "isolated",
                                          "lease-covers-work",
                                          "monotonic",
                                          "no-blocked-partition",
                                          "no-deadlock",
                                          "no-history-lost",
                                          "no-lost-event",
                                          "no-lost-update",
                                          "no-phantom-event",
                                          "one-history",
                                          "one-holder",
                                          "one-leader",
                                          "order-kept",
                                          "reads-own-writes",
                                          "recovers",
                                          "survives-zone",
                                          "undo-follows-do"};

bool is_about_acceptances(const Diagnostic& d) {
  return d.kind == &rule_acceptance_expired.kind || d.kind == &rule_acceptance_unmatched.kind;
}

// Dates are "2027-01-31": their order is that of their text.
bool expired(const Acceptance& acceptance, std::string_view today) {
  return acceptance.until && std::string_view(*acceptance.until) < today;
}

void report_unmatched(const Acceptance& acceptance, Diagnostics& out) {
  Diagnostic& d = out.add(rule_acceptance_unmatched.kind, acceptance.span,
                          "the acceptance of " + acceptance.rule.value + " matches no finding");
  d.element = "accept." + acceptance.rule.value;
  d.fingerprint_salt = acceptance.element.value;
  std::vector<std::string> names;
  for (const Rule* rule : all_rules())
    names.emplace_back(rule->kind.name);
  if (!find_rule(acceptance.rule.value)) {
    d.because = "no rule has the name " + acceptance.rule.value;
    if (const auto near = nearest(acceptance.rule.value, names))
      d.fixes.push_back({"rule: " + *near, FixSafety::Manual, {}});
  } else {
    d.because = acceptance.element ? "no finding of the rule has the element " + *acceptance.element
                                   : std::string("the rule finds nothing in this model");
  }
  d.fixes.push_back(
      {"remove the acceptance, or correct its rule or element", FixSafety::Manual, {}});
}

void report_expired(const Acceptance& acceptance, std::string_view today, Diagnostics& out) {
  Diagnostic& d =
      out.add(rule_acceptance_expired.kind, acceptance.span,
              "the acceptance of " + acceptance.rule.value + " ended on " + *acceptance.until);
  d.element = "accept." + acceptance.rule.value;
  d.fingerprint_salt = acceptance.element.value;
  d.because = "today is " + std::string(today) + "; what it accepted counts again";
  if (acceptance.owner) d.labels.push_back({acceptance.owner.from.span, "its owner"});
  d.fixes.push_back({"mend the finding, or decide anew and move the date", FixSafety::Manual, {}});
}

}  // namespace

bool is_verified_property(std::string_view name) {
  return std::ranges::find(kVerified, name) != std::end(kVerified);
}

void apply_acceptances(const Architecture& model, std::string_view today, Diagnostics& out) {
  // Found anew each time: what was unmatched may match what was added since.
  std::erase_if(out.all(), is_about_acceptances);
  std::vector<const Acceptance*> stale, unmatched;
  for (const Acceptance& acceptance : model.accept) {
    if (acceptance.reason.value.empty()) continue;  // the reader has said so
    bool any = false;
    const bool late = expired(acceptance, today);
    for (Diagnostic& d : out.all()) {
      if (!matches(acceptance, d)) continue;
      any = true;
      if (late) continue;
      d.accepted = true;
      d.accepted_reason = acceptance.reason.value;
    }
    if (!any && !is_verified_property(acceptance.rule.value))
      unmatched.push_back(&acceptance);
    else if (any && late)
      stale.push_back(&acceptance);
  }
  for (const Acceptance* acceptance : stale)
    report_expired(*acceptance, today, out);
  for (const Acceptance* acceptance : unmatched)
    report_unmatched(*acceptance, out);
}

}  // namespace scantling
