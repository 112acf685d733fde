#include "generate/target.h"

#include "base/text.h"
#include "generate/certificates.h"
#include "generate/engines.h"
#include "generate/workload.h"

namespace scantling::generate {
namespace {

[[maybe_unused]] bool always(const Plan&) {
  return true;
}
[[maybe_unused]] bool on_request(const Plan&) {
  return false;
}
[[maybe_unused]] bool with_istio(const Plan& plan) {
  return plan.mesh() == "istio";
}
[[maybe_unused]] bool with_linkerd(const Plan& plan) {
  return plan.mesh() == "linkerd";
}
[[maybe_unused]] bool with_consul(const Plan& plan) {
  return plan.mesh() == "consul-connect";
}
[[maybe_unused]] bool with_kong(const Plan& plan) {
  return plan.gateway() == "kong" && !plan.public_endpoints().empty();
}
[[maybe_unused]] bool with_public(const Plan& plan) {
  return !plan.public_endpoints().empty();
}
[[maybe_unused]] bool with_channels(const Plan& plan) {
  return !plan.model().channels.empty();
}
[[maybe_unused]] bool with_kafka(const Plan& plan) {
  return with_channels(plan) && broker_of(plan.broker()).run_by == BrokerBy::Strimzi;
}
[[maybe_unused]] bool with_rabbitmq(const Plan& plan) {
  return with_channels(plan) && broker_of(plan.broker()).run_by == BrokerBy::RabbitMq;
}
[[maybe_unused]] bool with_nats(const Plan& plan) {
  return with_channels(plan) && broker_of(plan.broker()).run_by == BrokerBy::Nats;
}
// Scaled by something that the metrics server doesn't know.
[[maybe_unused]] bool with_keda(const Plan& plan) {
  for (const ServicePlan& service : plan.services())
    if (service.autoscaled() && wants_keda(plan, service)) return true;
  return false;
}
[[maybe_unused]] bool with_own_stores(const Plan& plan) {
  return plan.uses_run_by(RunBy::CloudNativePg) || plan.uses_run_by(RunBy::StatefulSet) ||
         plan.uses_run_by(RunBy::Operator);
}
[[maybe_unused]] bool with_certificates(const Plan& plan) {
  return with_public(plan) || needs_internal_issuer(plan);
}
[[maybe_unused]] bool with_cilium(const Plan& plan) {
  return plan.mesh() == "cilium" ||
         plan.model().placement->network_policy.or_else("").find("cilium") != std::string::npos;
}
[[maybe_unused]] bool with_spire(const Plan& plan) {
  return plan.model().placement->identity.or_else("").find("spire") != std::string::npos;
}
[[maybe_unused]] bool with_canary(const Plan& plan) {
  return plan.model().placement->rollout.has() &&
         *plan.model().placement->rollout != Rollout::Rolling;
}
[[maybe_unused]] bool with_objectives(const Plan& plan) {
  return !plan.objectives().empty();
}
[[maybe_unused]] bool with_http(const Plan& plan) {
  for (const ServicePlan& service : plan.services())
    if (service.http) return true;
  return false;
}
[[maybe_unused]] bool with_grpc(const Plan& plan) {
  for (const ServicePlan& service : plan.services())
    if (service.grpc) return true;
  return false;
}
[[maybe_unused]] bool with_graphql(const Plan& plan) {
  for (const Service& service : plan.model().services)
    for (const Endpoint& endpoint : service.endpoints)
      if (endpoint.protocol.value == Protocol::Graphql) return true;
  return false;
}
[[maybe_unused]] bool with_calls(const Plan& plan) {
  for (const ServicePlan& service : plan.services())
    if (!service.calls.empty() || !service.consumes.empty()) return true;
  return false;
}
[[maybe_unused]] bool with_stores(const Plan& plan) {
  return !plan.model().stores.empty();
}
[[maybe_unused]] bool with_experiments(const Plan& plan) {
  return !plan.model().experiments.empty();
}
[[maybe_unused]] bool with_decisions(const Plan& plan) {
  return !plan.model().decisions.empty();
}

}  // namespace

std::span<const Target> all_targets() {
  static const std::vector<Target> targets = [] {
    std::vector<Target> out = {
#define TARGET(name, title, when, summary) {#name, title, summary, when, target_##name},
#include "generate/targets.def"
#undef TARGET
    };
    for (Target& target : out)
      target.name = replace_all(target.name, "_", "-");
    return out;
  }();
  return targets;
}

const Target* find_target(std::string_view name) {
  for (const Target& target : all_targets())
    if (target.name == name) return &target;
  return nullptr;
}

std::vector<std::string> target_names() {
  std::vector<std::string> out;
  for (const Target& target : all_targets())
    out.push_back(target.name);
  return out;
}

}  // namespace scantling::generate
