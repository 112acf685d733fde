// Mesh, zero trust, deployment, observability.
#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "report/blocks.h"

namespace scantling {

namespace {

// Days of the window that error budgets are counted over.
constexpr double kBudgetDays = 30;

template <class T>
void add_text(Block& block, const char* label, const Field<T>& field) {
  if (!field) return;
  if constexpr (std::is_same_v<T, std::string>)
    block.add(line(label, *field, field.from.origin));
  else if constexpr (std::is_same_v<T, bool>)
    block.add(line(label, *field ? "yes" : "no", field.from.origin));
  else if constexpr (std::is_same_v<T, std::vector<std::string>>)
    block.add(line(label, list_of(*field), field.from.origin));
  else
    block.add(line(label, to_text(*field), field.from.origin));
}

Block mesh_block(const Facts& facts) {
  Block block = make_block("mesh", "Traffic and security policy");
  const Placement& placement = facts.model.placement.value;
  if (!placement.mesh) return block;
  add_text(block, "mesh", placement.mesh);
  add_text(block, "mutual TLS", placement.mtls);
  std::size_t timeouts = 0, retries = 0, breakers = 0, calls = 0;
  for (const Flow& flow : facts.flows) {
    if (flow.step->kind != StepKind::Call) continue;
    ++calls;
    const CallPolicy& policy = flow.step->policy;
    if (policy.timeout) ++timeouts;
    if (policy.retry && policy.retry->attempts.or_else(Count{1}).value > 1) ++retries;
    if (policy.breaker) ++breakers;
  }
  if (calls > 0)
    block.add(line("calls", fmt::format("{}: {} with a timeout, {} with retries, {} with a breaker",
                                        calls, timeouts, retries, breakers)));
  for (const Service& service : facts.model.services)
    if (service.health && service.health->eject_at_most)
      block.add(line("ejection from " + service.name,
                     "at most " + to_text(*service.health->eject_at_most) + " of the instances",
                     service.health->eject_at_most.from.origin));
  return block;
}

// Who may call whom: exactly the calls that the endpoints make.
Item authorisation_item(const Facts& facts) {
  const Architecture& model = facts.model;
  std::vector<std::pair<std::string, std::vector<std::string>>> callers;
  for (const ServiceId id : model.services.ids())
    callers.push_back({model.services[id].name, {}});
  for (const Flow& flow : facts.flows) {
    if (flow.step->kind != StepKind::Call || !flow.step->endpoint.valid()) continue;
    auto& list = callers[static_cast<std::size_t>(flow.step->endpoint.service.index)].second;
    const std::string& from = model.services[flow.from.service].name;
    if (std::find(list.begin(), list.end(), from) == list.end()) list.push_back(from);
  }
  Item item = branch("authorisation (who may call)", {});
  for (const auto& [callee, from] : callers)
    if (!from.empty()) item.children.push_back(line(callee, list_of(from)));
  return item;
}

Block trust_block(const Facts& facts) {
  const Architecture& model = facts.model;
  Block block = make_block("trust", "Zero trust");
  const Placement& placement = model.placement.value;
  add_text(block, "identity", placement.identity);
  block.add(authorisation_item(facts));
  add_text(block, "network policy", placement.network_policy);
  add_text(block, "secrets", placement.secrets);
  std::vector<std::string> plain;
  std::size_t encrypted = 0;
  for (const Store& store : model.stores) {
    if (!store.encrypted) continue;
    if (*store.encrypted)
      ++encrypted;
    else
      plain.push_back(store.name);
  }
  if (encrypted + plain.size() > 0)
    block.add(line("encryption at rest",
                   plural_of(encrypted, "store") + " encrypted" +
                       (plain.empty() ? "" : ", not " + list_of(plain)),
                   Origin::Absent, plain.empty() ? Tone::Plain : Tone::Warn));
  Item audit = branch("audit trail (whole history kept)", {});
  for (const Aggregate& aggregate : model.aggregates)
    if (aggregate.history && aggregate.history.value == History::Full)
      audit.children.push_back(line(aggregate.name,
                                    aggregate.keep ? "kept " + to_text(*aggregate.keep) : "kept",
                                    aggregate.history.from.origin));
  block.add(std::move(audit));
  return block;
}

Block deploy_block(const Facts& facts) {
  Block block = make_block("deploy", "Placement and rollout");
  const Placement& placement = facts.model.placement.value;
  add_text(block, "platform", placement.platform);
  add_text(block, "provider", placement.provider);
  add_text(block, "regions", placement.regions);
  if (placement.mode)
    block.add(line("mode", std::string(to_text_enum(*placement.mode)), placement.mode.from.origin));
  add_text(block, "zones", placement.zones);
  add_text(block, "environments", placement.environments);
  if (placement.rollout) {
    std::string text(to_text_enum(*placement.rollout));
    if (placement.canary) text += ", first step " + to_text(*placement.canary);
    block.add(line("rollout", text, placement.rollout.from.origin));
  }
  Item scaling = branch("autoscaling", {});
  for (const Service& service : facts.model.services)
    if (service.scale)
      add_line(scaling.children,
               line(service.name, scaling_text(service), service.scale->on.from.origin));
  block.add(std::move(scaling));
  const Operating& operating = facts.model.operating.value;
  add_text(block, "disaster recovery RPO", operating.rpo);
  add_text(block, "disaster recovery RTO", operating.rto);
  return block;
}

Block tracing_block(const Facts& facts) {
  Block block = make_block("tracing", "Tracing, logs and metrics");
  const Operating& operating = facts.model.operating.value;
  add_text(block, "traces", operating.traces);
  add_text(block, "trace sampling", operating.trace_sampling);
  add_text(block, "traces kept", operating.keep_traces);
  add_text(block, "logs", operating.logs);
  add_text(block, "logs kept", operating.keep_logs);
  add_text(block, "redaction", operating.redact);
  add_text(block, "metrics", operating.metrics);
  add_text(block, "metrics kept", operating.keep_metrics);
  return block;
}

Block slo_block(const Facts& facts) {
  Block block = make_block("slo", "Objectives, error budgets and alerts");
  Item slis = branch("SLI: answered well in time, over asked", {});
  for (const Operation& op : facts.model.operations) {
    if (!op.objective || !op.objective->availability) continue;
    const double allowed = 1 - op.objective->availability->value;
    std::string text =
        fmt::format("{} over {} days: budget {}", to_text(*op.objective->availability),
                    number_text(kBudgetDays), readable_seconds(allowed * kBudgetDays * 86400));
    if (op.objective->p99) text += "; p99 " + to_text(*op.objective->p99);
    slis.children.push_back(line(op.name, text, op.objective->availability.from.origin));
  }
  if (!slis.children.empty()) block.add(std::move(slis));
  const Operating& operating = facts.model.operating.value;
  Item alerts = branch("alerts", {});
  for (const std::string& alert : operating.alerts.value)
    alerts.children.push_back(line("", alert, operating.alerts.from.origin));
  block.add(std::move(alerts));
  Item chaos = branch("chaos experiments", {});
  for (const std::string& experiment : operating.chaos.value)
    chaos.children.push_back(line("", experiment, operating.chaos.from.origin));
  block.add(std::move(chaos));
  return block;
}

}  // namespace

void add_operating_blocks(const Facts& facts, Blocks& to) {
  for (Block block : {mesh_block(facts), trust_block(facts), deploy_block(facts),
                      tracing_block(facts), slo_block(facts)})
    if (!block.empty()) to.push_back(std::move(block));
}

}  // namespace scantling
