// External Secrets: every Secret that a workload mounts and no operator makes comes from Vault, by
// a role that may read this system's folder and nothing else.
#include <map>

#include "generate/engines.h"
#include "generate/k8s.h"
#include "generate/stores.h"
#include "generate/target.h"
#include "generate/workload.h"

namespace scantling::generate {
namespace {

constexpr std::string_view kApi = "external-secrets.io/v1";
constexpr std::string_view kStore = "vault";

std::string reader(const Plan& plan) {
  return plan.system() + "-secrets";
}

Value secret_store(const Plan& plan) {
  Value out = object(kApi, "SecretStore", metadata(plan, origins_of_system(plan), kStore));
  const Value account = map({{"name", reader(plan)}, {"audiences", list({"vault"})}});
  out.set(
      "spec",
      map({{"provider",
            map({{"vault", map({{"server", "https://vault." + plan.options().domain},
                                {"path", "secret"},
                                {"version", "v2"},
                                {"auth", map({{"kubernetes",
                                               map({{"mountPath", "kubernetes"},
                                                    {"role", reader(plan)},
                                                    {"serviceAccountRef", account}})}})}})}})}}));
  return out;
}

// Every key of the entry becomes a key of the Secret; `keys` are those that something relies on.
struct Entry {
  Origins origins;
  std::string path;  // below the system's folder
  std::vector<std::string> keys;
};

using Entries = std::map<std::string, Entry>;  // by the Secret's name

void add_store_entries(const Plan& plan, Entries& out) {
  bool backups = false;
  for (const StoreId id : plan.model().stores.ids()) {
    const Store& store = plan.model().stores[id];
    const Engine& engine = engine_of(store.engine.value);
    if (engine.run_by == RunBy::CloudNativePg) {
      backups = backups || store.backup.has();
      continue;  // the operator makes them
    }
    if (engine.name == "memcached") continue;
    for (const std::string& node : plan.store_nodes(id)) {
      const bool own = engine.run_by == RunBy::StatefulSet;
      out[node_secret(node, engine)] = {origins_of(plan, id), "stores/" + node,
                                        own ? std::vector<std::string>{"password"}
                                            : std::vector<std::string>{"username", "password"}};
    }
  }
  if (backups)
    out[backup_secret(plan)] = {
        origins_of_system(plan), "backups", {"ACCESS_KEY_ID", "SECRET_ACCESS_KEY"}};
}

Entries entries(const Plan& plan) {
  Entries out;
  add_store_entries(plan, out);
  for (const ServicePlan& service : plan.services())
    for (const ExternalId id : service.externals) {
      const std::string name = plan.external_name(id);
      out[external_secret_name(service, name)] = {
          origins_of(plan, service), "services/" + service.name + "/" + name, {"token"}};
    }
  const BrokerBy broker = broker_of(plan.broker()).run_by;
  if (!plan.broker_users().empty() && broker == BrokerBy::Elsewhere)
    out[broker_secret(plan.system())] = {
        origins_of_system(plan), "broker", {"username", "password"}};
  return out;
}

Value external_secret(const Plan& plan, const std::string& name, const Entry& entry) {
  Value data = Value::empty_list();
  for (const std::string& key : entry.keys)
    data.add(
        map({{"secretKey", key},
             {"remoteRef", map({{"key", plan.system() + "/" + entry.path}, {"property", key}})}}));
  Value out = object(kApi, "ExternalSecret", metadata(plan, entry.origins, name));
  out.set("spec",
          map({{"refreshInterval", "1h"},
               {"secretStoreRef", map({{"kind", "SecretStore"}, {"name", kStore}})},
               {"target",
                map({{"name", name}, {"creationPolicy", "Owner"}, {"deletionPolicy", "Retain"}})},
               {"data", std::move(data)}}));
  return out;
}

// Vault's own language: a path and what may be done with it. Two lines, no values in them.
std::string vault_policy(const Plan& plan) {
  const std::string folder = plan.system() + "/*\"";
  return "# What External Secrets may read for " + plan.system() + ": vault policy write " +
         reader(plan) + " " + plan.system() +
         ".hcl\n"
         "path \"secret/data/" +
         folder + " {\n  capabilities = [\"read\"]\n}\n\npath \"secret/metadata/" + folder +
         " {\n  capabilities = [\"read\", \"list\"]\n}\n";
}

Value vault_role(const Plan& plan) {
  return map({{"bound_service_account_names", list({reader(plan)})},
              {"bound_service_account_namespaces", list({plan.system()})},
              {"audience", "vault"},
              {"token_policies", list({reader(plan)})},
              {"token_ttl", "15m"},
              {"token_max_ttl", "1h"}});
}

Value needed(const Plan& plan, const Entries& all) {
  Value out = Value::empty_list();
  for (const auto& [name, entry] : all)
    out.add(map({{"path", "secret/" + plan.system() + "/" + entry.path},
                 {"keys", list_of(entry.keys)},
                 {"becomes", "Secret " + name},
                 {"for", entry.origins.element}}));
  return map({{"entries", std::move(out)}});
}

}  // namespace

void target_secrets(const Plan& plan, Output& out) {
  const Entries all = entries(plan);
  if (all.empty()) return;
  out.add_resource("secrets.yaml", service_account(plan, origins_of_system(plan), reader(plan)));
  out.add_resource("secrets.yaml", secret_store(plan));
  for (const auto& [name, entry] : all)
    out.add_resource("secrets.yaml", external_secret(plan, name, entry));
  out.add("security/vault/" + plan.system() + ".hcl", vault_policy(plan));
  out.add("security/vault/role.json", to_json(vault_role(plan)));
  out.add("security/vault/entries.yaml",
          to_yaml(needed(plan, all),
                  "What has to stand in Vault before the first deployment.\n"
                  "The role: vault write auth/kubernetes/role/" +
                      reader(plan) + " @role.json"));
}

}  // namespace scantling::generate
