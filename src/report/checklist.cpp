// The verification checklist: each item answered from what the model holds and what was run.
#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "report/outline.h"

namespace scantling {

namespace {

enum class Reply : std::uint8_t { Yes, No, NotShown };

Item reply_item(const char* question, Reply reply, std::string evidence) {
  const char* text = reply == Reply::Yes ? "yes" : reply == Reply::No ? "no" : "not shown";
  const Tone tone = reply == Reply::Yes ? Tone::Good : reply == Reply::No ? Tone::Bad : Tone::Dim;
  return line(question, evidence.empty() ? text : fmt::format("{}: {}", text, evidence),
              Origin::Absent, tone);
}

std::size_t errors_of_family(const Facts& facts, std::string_view family) {
  std::size_t count = 0;
  for (const Diagnostic& finding : facts.result.findings.all())
    if (!finding.accepted && finding.severity == Severity::Error && finding.kind &&
        finding.kind->family == family)
      ++count;
  return count;
}

Reply none_of(std::size_t bad, bool known) {
  if (!known) return Reply::NotShown;
  return bad == 0 ? Reply::Yes : Reply::No;
}

std::vector<Item> service_design(const Facts& facts) {
  const Architecture& model = facts.model;
  std::size_t owned = 0, endpoints = 0, versioned = 0;
  for (const AggregateId id : model.aggregates.ids())
    if (owner_of(model, id).valid()) ++owned;
  for (const EndpointId id : all_endpoints(model)) {
    ++endpoints;
    if (model.endpoint(id).version) ++versioned;
  }
  std::vector<Item> out;
  out.push_back(reply_item(
      "service boundaries and contracts are clear",
      endpoints == 0                     ? Reply::NotShown
      : owned == model.aggregates.size() ? Reply::Yes
                                         : Reply::No,
      fmt::format("{} of {} aggregates have one owner; {} of {} endpoints have a version", owned,
                  model.aggregates.size(), versioned, endpoints)));
  std::size_t calls = 0, messages = 0;
  for (const Flow& flow : facts.flows) {
    if (flow.step->kind == StepKind::Call) ++calls;
    if (flow.step->kind == StepKind::Publish) ++messages;
  }
  const std::size_t bad_calls =
      errors_of_family(facts, "calls") + errors_of_family(facts, "messaging");
  out.push_back(reply_item(
      "communication patterns fit the use", none_of(bad_calls, calls + messages > 0),
      fmt::format("{} calls, {} publications, {} errors found", calls, messages, bad_calls)));
  std::size_t consistent = 0;
  for (const Store& store : model.stores)
    if (store.consistency) ++consistent;
  out.push_back(
      reply_item("the consistency model is defined and kept",
                 model.stores.empty()                ? Reply::NotShown
                 : consistent == model.stores.size() ? Reply::Yes
                                                     : Reply::No,
                 fmt::format("{} of {} stores say which; {}", consistent, model.stores.size(),
                             plural_of(model.sagas.size(), "saga"))));
  std::size_t with_timeout = 0;
  for (const Flow& flow : facts.flows)
    if (flow.step->kind == StepKind::Call && flow.step->policy.timeout) ++with_timeout;
  out.push_back(reply_item("errors are handled, retries are bounded",
                           none_of(calls - with_timeout, calls > 0),
                           fmt::format("{} of {} calls have a timeout", with_timeout, calls)));
  return out;
}

// Of the requirements chosen: no when one is not met, not shown when one is not, else yes.
template <class Choose>
Item judged_item(const char* question, const std::vector<Requirement>& requirements,
                 Choose choose) {
  std::vector<Requirement> chosen;
  for (const Requirement& item : requirements)
    if (choose(item)) chosen.push_back(item);
  const VerdictCounts counts = count_verdicts(chosen);
  const Reply reply = counts.not_met > 0 ? Reply::No
                      : chosen.empty() || counts.not_shown > 0 || counts.at_risk > 0
                          ? Reply::NotShown
                          : Reply::Yes;
  return reply_item(question, reply, chosen.empty() ? "nothing was run" : summary_text(counts));
}

std::vector<Item> system_quality(const Facts& facts, const std::vector<Requirement>& requirements) {
  std::vector<Item> out;
  out.push_back(judged_item("expected load is carried with acceptable performance", requirements,
                            [](const Requirement& r) { return r.scenario == "at peak"; }));
  out.push_back(judged_item(
      "failure scenarios are handled", requirements,
      [](const Requirement& r) { return r.scenario != "at peak" && r.scenario != "design"; }));
  const Operating& operating = facts.model.operating.value;
  out.push_back(reply_item("monitoring gives the visibility needed",
                           operating.metrics && operating.alerts ? Reply::Yes : Reply::NotShown,
                           operating.metrics
                               ? fmt::format("{}, {}", *operating.metrics,
                                             plural_of(operating.alerts.value.size(), "alert"))
                               : ""));
  out.push_back(reply_item(
      "logging and tracing", operating.logs && operating.traces ? Reply::Yes : Reply::NotShown,
      operating.traces ? fmt::format("{}, {}", *operating.logs, *operating.traces) : ""));
  return out;
}

std::vector<Item> operations(const Facts& facts, const std::vector<Requirement>& requirements) {
  const Architecture& model = facts.model;
  const Placement& placement = model.placement.value;
  std::vector<Item> out;
  out.push_back(reply_item(
      "deployment is automated", placement.rollout ? Reply::Yes : Reply::NotShown,
      placement.rollout
          ? fmt::format("{} rollout on {}", to_text_enum(*placement.rollout), *placement.platform)
          : ""));
  std::size_t scaled = 0;
  for (const Service& service : model.services)
    if (service.scale) ++scaled;
  const auto at_peak = [&](RequirementVerdict verdict) {
    return std::ranges::any_of(requirements, [&](const Requirement& r) {
      return r.scenario == "at peak" && r.verdict == verdict;
    });
  };
  const bool tested = !model.services.empty() && at_peak(RequirementVerdict::Met);
  out.push_back(reply_item(
      "scaling strategies are defined and tested",
      !tested                               ? Reply::NotShown
      : at_peak(RequirementVerdict::NotMet) ? Reply::No
                                            : Reply::Yes,
      scaled == model.services.size()
          ? fmt::format("{} of {} services scale", scaled, model.services.size())
          : fmt::format("{} of {} services scale, the others carry the highest load that "
                        "is asked for as they are",
                        scaled, model.services.size())));
  std::size_t backed_up = 0, lasting = 0;
  for (const Store& store : model.stores) {
    if (is_cache(store)) continue;
    ++lasting;
    if (store.backup) ++backed_up;
  }
  out.push_back(reply_item("disaster recovery is in place",
                           lasting == 0           ? Reply::NotShown
                           : backed_up == lasting ? Reply::Yes
                                                  : Reply::No,
                           fmt::format("{} of {} stores are backed up", backed_up, lasting)));
  std::size_t explained = 0;
  for (const Decision& decision : model.decisions)
    if (!decision.because.value.empty()) ++explained;
  out.push_back(
      reply_item("documentation is complete",
                 model.decisions.empty()               ? Reply::NotShown
                 : explained == model.decisions.size() ? Reply::Yes
                                                       : Reply::No,
                 fmt::format("{} of {} decisions say why", explained, model.decisions.size())));
  return out;
}

}  // namespace

Section checklist_section(const Facts& facts, const std::vector<Requirement>& requirements) {
  Section section{"Checklist", {}};
  const std::pair<const char*, std::vector<Item>> groups[] = {
      {"Service design", service_design(facts)},
      {"System quality", system_quality(facts, requirements)},
      {"Operations", operations(facts, requirements)}};
  for (const auto& [title, items] : groups) {
    section.blocks.push_back(make_block("checklist", title));
    section.blocks.back().items = items;
  }
  return section;
}

}  // namespace scantling
