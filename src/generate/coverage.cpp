#include "generate/coverage.h"

#include <algorithm>
#include <array>

#include "generate/edge.h"
#include "generate/engines.h"

namespace scantling::generate {
namespace {

template <std::size_t N>
bool any_of(const std::array<std::string_view, N>& all, std::string_view name) {
  return std::ranges::find(all, name) != all.end();
}

constexpr std::array<std::string_view, 5> kMeshes = {"istio", "linkerd", "consul-connect", "cilium",
                                                     "none"};
constexpr std::array<std::string_view, 3> kDiscovery = {"kubernetes-dns", "consul", "none"};
constexpr std::array<std::string_view, 3> kIdentities = {"spire", "kubernetes", "none"};
constexpr std::array<std::string_view, 4> kSecrets = {"vault", "external-secrets",
                                                      "aws-secrets-manager", "none"};

}  // namespace

std::vector<NotGenerated> not_generated(const Plan& plan) {
  std::vector<NotGenerated> out;
  const Architecture& model = plan.model();
  for (const StoreId id : model.stores.ids()) {
    const Store& store = model.stores[id];
    if (!store.engine || engine_of(store.engine.value).run_by != RunBy::Elsewhere) continue;
    out.push_back({"stores." + store.name, *store.engine,
                   "reached at " + plan.store_name(id) + "." + plan.options().domain});
  }
  const Broker& broker = broker_of(plan.broker());
  if (!plan.broker().empty() && !plan.broker_users().empty() &&
      broker.run_by == BrokerBy::Elsewhere)
    out.push_back(
        {"channels", plan.broker(),
         "reached at " + broker_service(plan.system(), broker) + "." + plan.options().domain});
  const Placement& placement = *model.placement;
  const auto look = [&](const char* key, const std::string& name, bool known, const char* instead) {
    if (!name.empty() && !known) out.push_back({std::string("placement.") + key, name, instead});
  };
  look("mesh", plan.mesh(), any_of(kMeshes, plan.mesh()), "calls go without a mesh");
  look("gateway", plan.gateway(), !gateway_class(plan).empty(),
       "routes are written for the Gateway API, class eg");
  const std::string discovery = placement.discovery.or_else("");
  look("discovery", discovery, any_of(kDiscovery, discovery), "services find each other by DNS");
  const std::string identity = placement.identity.or_else("");
  look("identity", identity, any_of(kIdentities, identity),
       "tokens are checked by the services, whose issuer you set up");
  const std::string secrets = placement.secrets.or_else("");
  look("secrets", secrets, any_of(kSecrets, secrets), "secrets are expected in Vault");
  const std::string platform = placement.platform.or_else("");
  look("platform", platform, platform == "kubernetes" || platform == "compose",
       "manifests are written for Kubernetes");
  return out;
}

}  // namespace scantling::generate
