// What people may do in the namespace: each team sees everything but Secrets, and may restart and
// scale what is its own. Deployments change through Git.
#include <map>

#include "generate/k8s.h"
#include "generate/workload.h"

namespace scantling::generate {
namespace {

constexpr std::string_view kApi = "rbac.authorization.k8s.io/v1";

Value rule(std::vector<std::string> groups, std::vector<std::string> resources,
           std::vector<std::string> verbs) {
  return map({{"apiGroups", list_of(groups)},
              {"resources", list_of(resources)},
              {"verbs", list_of(verbs)}});
}

Value role(const Plan& plan, const Origins& origins, const std::string& name, Value rules) {
  Value out = object(kApi, "Role", metadata(plan, origins, name));
  out.set("rules", std::move(rules));
  return out;
}

Value binding(const Plan& plan, const Origins& origins, const std::string& name,
              const std::string& team) {
  Value out = object(kApi, "RoleBinding", metadata(plan, origins, name + "-" + team));
  out.set("roleRef",
          map({{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "Role"}, {"name", name}}));
  out.set(
      "subjects",
      list({map({{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "Group"}, {"name", team}})}));
  return out;
}

Value reading() {
  const std::vector<std::string> verbs = {"get", "list", "watch"};
  return list({rule({""}, {"configmaps", "events", "pods", "pods/log", "services"}, verbs),
               rule({"apps"}, {"deployments", "replicasets", "statefulsets"}, verbs),
               rule({"autoscaling"}, {"horizontalpodautoscalers"}, verbs),
               rule({"batch"}, {"cronjobs", "jobs"}, verbs),
               rule({"networking.k8s.io"}, {"networkpolicies"}, verbs),
               rule({"policy"}, {"poddisruptionbudgets"}, verbs)});
}

}  // namespace

void add_access(const Plan& plan, Output& out) {
  std::map<std::string, std::vector<std::string>> teams;
  for (const ServicePlan& service : plan.services())
    if (service.owner != plan.system() && !service.scheduled)
      teams[service.owner].push_back(service.name);
  if (teams.empty()) return;
  const std::string file = "access.yaml";
  const Origins system = origins_of_system(plan);
  const std::string reader = plan.system() + "-reader";
  out.add_resource(file, role(plan, system, reader, reading()));
  for (const auto& [team, services] : teams) {
    const Origins origins{plan.system(), "access", team, "teams." + team};
    const std::string name = dns_label(team + "-operator");
    Value own = rule({"apps"}, {"deployments", "deployments/scale"}, {"patch", "update"});
    own.set("resourceNames", list_of(services));
    out.add_resource(file, binding(plan, origins, reader, team));
    out.add_resource(file, role(plan, origins, name, list({std::move(own)})));
    out.add_resource(file, binding(plan, origins, name, team));
  }
}

}  // namespace scantling::generate
