// External Secrets: every Secret that a workload mounts and no operator makes comes from Vault, by
// a role that may read this system's folder and nothing else.
#include <map>

#include "generate/engines.h"
#include "generate/k8s.h"
#include "generate/operated.h"
#include "generate/stores.h"
#include "generate/target.h"
#include "generate/workload.h"

namespace scantling::generate {
namespace {

constexpr std::string_view kApi = "external-secrets.io/v1";

std::string reader(const Plan& plan) {
  return plan.system() + "-secrets";
}

bool in_aws(const Plan& plan) {
  return plan.model().placement->secrets.or_else("") == "aws-secrets-manager";
}

// The SecretStore's name.
std::string_view store_name(const Plan& plan) {
  return in_aws(plan) ? "aws" : "vault";
}

Value vault_provider(const Plan& plan) {
  const Value account = map({{"name", reader(plan)}, {"audiences", list({"vault"})}});
  return map({{"server", "https://vault." + plan.options().domain},
              {"path", "secret"},
              {"version", "v2"},
              {"auth", map({{"kubernetes", map({{"mountPath", "kubernetes"},
                                                {"role", reader(plan)},
                                                {"serviceAccountRef", account}})}})}});
}

// By the account's own identity in AWS (IAM roles for service accounts): no key stands anywhere.
Value aws_provider(const Plan& plan) {
  const auto& regions = plan.model().placement->regions.value;
  return map(
      {{"service", "SecretsManager"},
       {"region", regions.empty() ? "us-east-1" : regions.front()},
       {"auth", map({{"jwt", map({{"serviceAccountRef", map({{"name", reader(plan)}})}})}})}});
}

Value secret_store(const Plan& plan) {
  Value out =
      object(kApi, "SecretStore", metadata(plan, origins_of_system(plan), store_name(plan)));
  Value provider =
      in_aws(plan) ? map({{"aws", aws_provider(plan)}}) : map({{"vault", vault_provider(plan)}});
  out.set("spec", map({{"provider", std::move(provider)}}));
  return out;
}

// Every key of the entry becomes a key of the Secret; `keys` are those that something relies on.
struct Entry {
  Origins origins;
  std::string path;  // below the system's folder
  std::vector<std::string> keys;
  std::vector<std::pair<std::string, std::string>> said = {};  // keys that are no secret
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
    if (node_secret("x", engine).empty()) continue;
    for (const std::string& node : plan.store_nodes(id)) {
      const bool own = engine.run_by != RunBy::Elsewhere;
      Entry entry{origins_of(plan, id), "stores/" + node,
                  own ? std::vector<std::string>{"password"}
                      : std::vector<std::string>{"username", "password"}};
      if (engine.run_by == RunBy::Operator) entry.said = operated_user(plan, id);
      if (engine.run_by == RunBy::Operator) backups = backups || store.backup.has();
      if (operated_needs_admin(engine)) entry.keys.insert(entry.keys.begin(), "admin-password");
      out[node_secret(node, engine)] = std::move(entry);
    }
  }
  if (backups)
    out[backup_secret(plan)] = {origins_of_system(plan), "backups", backup_keys(plan),
                                backup_files(plan)};
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
  Value target = map({{"name", name}, {"creationPolicy", "Owner"}, {"deletionPolicy", "Retain"}});
  if (!entry.said.empty()) {
    Value said = Value::empty_map();
    for (const auto& [key, value] : entry.said)
      said.set(key, value);
    target.set("template",
               map({{"engineVersion", "v2"}, {"mergePolicy", "Merge"}, {"data", std::move(said)}}));
  }
  out.set("spec",
          map({{"refreshInterval", "1h"},
               {"secretStoreRef", map({{"kind", "SecretStore"}, {"name", store_name(plan)}})},
               {"target", std::move(target)},
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
    out.add(map({{"path", (in_aws(plan) ? "" : "secret/") + plan.system() + "/" + entry.path},
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
  if (in_aws(plan)) {
    out.add("security/secrets-manager.yaml",
            to_yaml(needed(plan, all),
                    "What has to stand in AWS Secrets Manager before the first "
                    "deployment, each an object with these keys."));
    return;
  }
  out.add("security/vault/" + plan.system() + ".hcl", vault_policy(plan));
  out.add("security/vault/role.json", to_json(vault_role(plan)));
  out.add("security/vault/entries.yaml",
          to_yaml(needed(plan, all),
                  "What has to stand in Vault before the first deployment.\n"
                  "The role: vault write auth/kubernetes/role/" +
                      reader(plan) + " @role.json"));
}

}  // namespace scantling::generate
