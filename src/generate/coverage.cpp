#include "generate/coverage.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "generate/edge.h"
#include "generate/engines.h"
#include "generate/operated.h"

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

// A copy that is older than the model lets it be is no backup: said, not passed over.
void look_backup(const Plan& plan, StoreId id, std::vector<NotGenerated>& out) {
  const Store& store = plan.model().stores[id];
  if (!store.backup || !store.backup->rpo) return;
  const std::optional<double> seconds = copied_away_every(plan, id);
  const double rpo = store.backup->rpo->seconds();
  if (seconds && *seconds <= std::max(rpo, 60.0)) return;
  out.push_back({"stores." + store.name + ".backup.rpo", readable(*store.backup->rpo),
                 seconds ? "a copy leaves the cluster every " +
                               readable(Duration::from_seconds(*seconds)) + ", by " + *store.engine
                         : "no copy of " + *store.engine + " leaves the cluster"});
}

void look_regions(const Plan& plan, std::vector<NotGenerated>& out) {
  const Placement& placement = *plan.model().placement;
  if (placement.regions.value.size() < 2 ||
      placement.mode.or_else(RegionMode::Single) == RegionMode::Single)
    return;
  out.push_back({"placement.regions", join(placement.regions.value, ", "),
                 "the manifests are of one region's cluster: apply them in each; what stores and "
                 "brokers copy between regions is yours to set up"});
}

}  // namespace

std::optional<double> copied_away_every(const Plan& plan, StoreId id) {
  const Store& store = plan.model().stores[id];
  const Engine& engine = engine_of(store.engine.value);
  if (!store.backup) return std::nullopt;
  // Their logs are archived as they are written, at least every so often.
  if (engine.run_by == RunBy::CloudNativePg)
    return std::clamp(store.backup->rpo.or_else({300'000'000'000}).seconds(), 30.0, 3600.0);
  if (engine.name == "mongodb" || engine.name == "mysql") return 60;
  if (engine.name == "cockroachdb") return 3600;
  if (engine.name == "cassandra" || engine.name == "scylladb") return 86'400;
  if (engine.name == "yugabytedb") {
    const std::int64_t gib = unreplicated_gib(store, store_size(plan, id));
    return 3600.0 * static_cast<double>(dump_hours(store, gib));
  }
  return std::nullopt;
}

std::vector<NotGenerated> not_generated(const Plan& plan) {
  std::vector<NotGenerated> out;
  const Architecture& model = plan.model();
  for (const StoreId id : model.stores.ids()) {
    const Store& store = model.stores[id];
    if (!store.engine) continue;
    if (engine_of(store.engine.value).run_by != RunBy::Elsewhere) {
      look_backup(plan, id, out);
      continue;
    }
    out.push_back({"stores." + store.name, *store.engine,
                   "reached at " + plan.store_name(id) + "." + plan.options().domain});
  }
  const Broker& broker = broker_of(plan.broker());
  if (!plan.broker().empty() && !plan.broker_users().empty() &&
      broker.run_by == BrokerBy::Elsewhere)
    out.push_back(
        {"channels", plan.broker(),
         "reached at " + broker_service(plan.system(), broker) + "." + plan.options().domain});
  look_regions(plan, out);
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
