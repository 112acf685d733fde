// A block a regime: each control with what in the design answers it.
#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "catalog/catalog.h"
#include "report/blocks.h"

namespace scantling {

namespace {

// Whether the design answers a control, and by what. Empty evidence: the model says nothing of it.
struct Answer {
  RequirementVerdict verdict = RequirementVerdict::NotShown;
  std::string evidence;
  Origin origin = Origin::Absent;
};

Answer met(std::string evidence, Origin origin = Origin::Absent) {
  return {RequirementVerdict::Met, std::move(evidence), origin};
}
Answer not_met(std::string evidence, Origin origin = Origin::Absent) {
  return {RequirementVerdict::NotMet, std::move(evidence), origin};
}

template <class T>
Answer from_text(const char* what, const Field<T>& field) {
  if (!field) return {};
  return met(fmt::format("{}: {}", what, *field), field.from.origin);
}

bool is_sensitive(DataClass data) {
  return data == DataClass::Personal || data == DataClass::Cardholder ||
         data == DataClass::Health || data == DataClass::Secret;
}

Answer encryption_at_rest(const Architecture& model) {
  std::vector<std::string> plain, unknown;
  std::size_t encrypted = 0;
  for (const Store& store : model.stores) {
    const auto& holds = store.holds.value;
    const bool sensitive = std::any_of(holds.begin(), holds.end(), [&](const auto& ref) {
      return ref.id.valid() && is_sensitive(model.aggregates[ref.id].data.value);
    });
    if (!sensitive) continue;
    if (!store.encrypted)
      unknown.push_back(store.name);
    else if (*store.encrypted)
      ++encrypted;
    else
      plain.push_back(store.name);
  }
  if (!plain.empty()) return not_met("sensitive data in plain in " + list_of(plain));
  if (!unknown.empty())
    return {RequirementVerdict::NotShown, "not said for " + list_of(unknown), {}};
  if (encrypted == 0) return {};
  return met(plural_of(encrypted, "store") + " with sensitive data encrypted");
}

Answer encryption_in_transit(const Architecture& model) {
  const Field<bool>& mtls = model.placement.value.mtls;
  if (!mtls) return {};
  return *mtls ? met("mutual TLS between services", mtls.from.origin)
               : not_met("mutual TLS is off", mtls.from.origin);
}

Answer retention(const Architecture& model) {
  std::vector<std::string> open;
  std::size_t bounded = 0;
  for (const Aggregate& aggregate : model.aggregates) {
    if (!is_sensitive(aggregate.data.value)) continue;
    if (aggregate.keep)
      ++bounded;
    else
      open.push_back(aggregate.name);
  }
  if (!open.empty()) return not_met("no retention for " + list_of(open));
  if (bounded == 0) return {};
  return met(plural_of(bounded, "sensitive aggregate") + " with a retention");
}

// What the design holds towards a control that people's procedures must meet.
Answer towards(std::string evidence, Origin origin = Origin::Absent) {
  return {RequirementVerdict::NotShown, std::move(evidence), origin};
}

// A control that asks for records to be kept so long, not for data to be deleted.
Answer record_keeping(const Architecture& model, const Control& asked) {
  const double years = asked.keeps_years;
  std::vector<std::string> kept, shorter;
  for (const Aggregate& aggregate : model.aggregates) {
    if (!asked.in_histories || aggregate.history.or_else(History::None) != History::Full) continue;
    const bool long_enough = !aggregate.keep || aggregate.keep->seconds() >= years * 365 * 86400;
    (long_enough ? kept : shorter).push_back(aggregate.name);
  }
  if (!shorter.empty()) return not_met("deleted before that: " + list_of(shorter));
  if (!kept.empty()) return met("whole history of " + list_of(kept), Origin::Given);
  const Field<Duration>& logs = model.operating.value.keep_logs;
  if (!logs) return {};
  const std::string text = "logs kept " + to_text(*logs);
  return logs->seconds() >= years * 365 * 86400 ? met(text, logs.from.origin)
                                                : not_met(text, logs.from.origin);
}

Answer capacity(const Facts& facts) {
  if (!facts.peak || facts.peak->judgements.empty()) return {};
  const auto& judgements = facts.peak->judgements;
  const auto failing = std::count_if(judgements.begin(), judgements.end(), [](const auto& judged) {
    return judged.verdict == Verdict::Fails;
  });
  if (failing > 0)
    return not_met(
        fmt::format("{} of {} objectives fail at peak, simulated", failing, judgements.size()));
  return met(fmt::format("none of {} objectives fails at peak, simulated", judgements.size()));
}

Answer fault_tests(const Facts& facts) {
  std::size_t faults = 0;
  for (const ExperimentResult& run : facts.result.simulation.experiments)
    if (!run.fault_bands.empty()) ++faults;
  return faults == 0
             ? Answer{}
             : towards(plural_of(faults, "fault experiment") + " simulated, none rehearsed");
}

Answer access(const Architecture& model) {
  const Placement& placement = model.placement.value;
  if (!placement.identity || !placement.network_policy) return {};
  return towards(fmt::format("between services: identity by {}, {}; people's access is not in the "
                             "model",
                             *placement.identity, *placement.network_policy),
                 placement.identity.from.origin);
}

Answer inventory(const Architecture& model) {
  std::size_t known = 0;
  for (const AggregateId id : model.aggregates.ids())
    if (model.aggregates[id].data && store_of(model, id).valid()) ++known;
  return towards(fmt::format("{} of {} aggregates have a data class and a store", known,
                             model.aggregates.size()));
}

Answer third_parties(const Architecture& model) {
  std::vector<std::string> names;
  for (const External& external : model.externals)
    names.push_back(external.name);
  return names.empty() ? Answer{} : towards("externals: " + list_of(names));
}

Answer audit_trail(const Architecture& model) {
  std::vector<std::string> kept;
  for (const Aggregate& aggregate : model.aggregates)
    if (aggregate.history && aggregate.history.value == History::Full)
      kept.push_back(aggregate.name);
  const Field<Duration>& logs = model.operating.value.keep_logs;
  if (kept.empty() && !logs) return {};
  std::string text = kept.empty() ? "" : "whole history of " + list_of(kept);
  if (logs) text += (text.empty() ? "logs kept " : "; logs kept ") + to_text(*logs);
  return met(text, logs ? logs.from.origin : Origin::Given);
}

Answer backups(const Architecture& model) {
  std::vector<std::string> without;
  std::size_t with = 0;
  for (const Store& store : model.stores) {
    if (is_cache(store)) continue;
    if (store.backup)
      ++with;
    else
      without.push_back(store.name);
  }
  if (with == 0) return {};
  if (!without.empty()) return not_met("no backup of " + list_of(without));
  return met(plural_of(with, "store") + " backed up");
}

// Only services that hold cardholder data may reach its stores.
Answer segmentation(const Facts& facts) {
  const Architecture& model = facts.model;
  std::vector<std::string> outsiders;
  std::size_t stores = 0;
  for (const StoreId id : model.stores.ids()) {
    const Store& store = model.stores[id];
    const auto& holds = store.holds.value;
    if (std::none_of(holds.begin(), holds.end(), [&](const auto& ref) {
          return ref.id.valid() && model.aggregates[ref.id].data.value == DataClass::Cardholder;
        }))
      continue;
    ++stores;
    for (const Flow& flow : facts.flows)
      if (flow.step->store == id && store.owner && flow.from.service != store.owner->id)
        outsiders.push_back(model.services[flow.from.service].name + " on " + store.name);
  }
  if (stores == 0) return {};
  if (!outsiders.empty()) return not_met("reached from outside its owner: " + list_of(outsiders));
  if (!model.placement.value.network_policy)
    return {
        RequirementVerdict::NotShown, "only owners use it, but no network policy holds them", {}};
  return met("only owners use it; network policy by " + *model.placement.value.network_policy,
             model.placement.value.network_policy.from.origin);
}

Answer residency(const Architecture& model) {
  if (!model.placement.value.regions) return {};
  const auto& regions = *model.placement.value.regions;
  for (const Aggregate& aggregate : model.aggregates)
    if (aggregate.residency)
      for (const std::string& region : regions)
        if (region != *aggregate.residency)
          return not_met(fmt::format("{} must stay in {}, but {} is a region", aggregate.name,
                                     *aggregate.residency, region));
  return met("regions: " + list_of(regions), model.placement->regions.from.origin);
}

Answer answer_to(const Facts& facts, const Control& control) {
  const Architecture& model = facts.model;
  const Placement& placement = model.placement.value;
  const Operating& operating = model.operating.value;
  const std::string_view met_by = control.met_by;
  if (control.keeps_years > 0) return record_keeping(model, control);
  if (met_by == "encryption-at-rest") return encryption_at_rest(model);
  if (met_by == "mtls" || met_by == "encryption-in-transit") return encryption_in_transit(model);
  if (met_by == "retention") return retention(model);
  if (met_by == "audit-log") return audit_trail(model);
  if (met_by == "backup") return backups(model);
  if (met_by == "segregation" && control.regime == Regime::PciDss) return segmentation(facts);
  if (met_by == "residency") return residency(model);
  if (met_by == "network-policy") return from_text("network policy", placement.network_policy);
  if (met_by == "secrets-managed") return from_text("secrets", placement.secrets);
  if (met_by == "monitoring") return from_text("metrics", operating.metrics);
  if (met_by == "capacity") return capacity(facts);
  if (met_by == "resilience-testing") return fault_tests(facts);
  if (met_by == "access-control" || met_by == "least-privilege") return access(model);
  if (met_by == "data-inventory") return inventory(model);
  if (met_by == "third-party-risk") return third_parties(model);
  if (met_by == "redaction" && operating.redact)
    return met("redacted: " + list_of(*operating.redact), operating.redact.from.origin);
  if (met_by == "incident-response" && operating.alerts)
    return towards(plural_of(operating.alerts->size(), "alert"), operating.alerts.from.origin);
  if (met_by == "change-control" && placement.rollout)
    return towards(fmt::format("{} rollout gives a way back", to_text_enum(*placement.rollout)),
                   placement.rollout.from.origin);
  if (met_by == "disaster-recovery" && operating.rpo && operating.rto)
    return met(fmt::format("RPO {}, RTO {}", to_text(*operating.rpo), to_text(*operating.rto)),
               operating.rpo.from.origin);
  return {};
}

Tone tone_of(RequirementVerdict verdict) {
  return verdict == RequirementVerdict::Met      ? Tone::Good
         : verdict == RequirementVerdict::NotMet ? Tone::Bad
                                                 : Tone::Dim;
}

std::string title_of(Regime regime) {
  return std::string(to_text_enum(regime));
}

}  // namespace

void add_compliance_blocks(const Facts& facts, Blocks& to) {
  if (!facts.model.constraints || !facts.model.constraints->compliance) return;
  for (const Regime regime : *facts.model.constraints->compliance) {
    Block block = make_block("compliance", title_of(regime));
    int counts[3] = {0, 0, 0};
    for (const Control* control : catalog_in_use().controls(regime)) {
      const Answer answer = answer_to(facts, *control);
      Item item = line(control->id, fmt::format("{}: {}", to_text(answer.verdict), control->text),
                       Origin::Absent, tone_of(answer.verdict));
      add_line(item.children, line("evidence", answer.evidence, answer.origin));
      block.add(std::move(item));
      ++counts[answer.verdict == RequirementVerdict::Met      ? 0
               : answer.verdict == RequirementVerdict::NotMet ? 1
                                                              : 2];
    }
    if (block.items.empty())
      block.add(line("controls", "the catalogue has none for this regime"));
    else
      block.items.insert(
          block.items.begin(),
          line("status", fmt::format("{} met by the design, {} not met, {} not shown", counts[0],
                                     counts[1], counts[2])));
    to.push_back(std::move(block));
  }
}

}  // namespace scantling
