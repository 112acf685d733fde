// Backstage: the system, its components with the interfaces they provide and use, its stores and
// teams.
#include <set>

#include "base/text.h"
#include "generate/contracts.h"
#include "generate/names.h"
#include "generate/target.h"

namespace scantling::generate {
namespace {

Value entity(std::string_view kind, const std::string& name, const std::string& title, Value spec) {
  return map({{"apiVersion", "backstage.io/v1alpha1"},
              {"kind", kind},
              {"metadata", map({{"name", name}, {"title", title}})},
              {"spec", std::move(spec)}});
}

bool has_api(const Plan& plan, const ServicePlan& service, bool grpc) {
  return !contracts_of(plan, service.id, grpc).empty();
}

std::string api_name(const ServicePlan& service, bool grpc) {
  return service.name + (grpc ? "-grpc" : "-http");
}

void add_apis(const Plan& plan, const ServicePlan& service, std::vector<Value>& out) {
  for (const bool grpc : {false, true}) {
    if (!has_api(plan, service, grpc)) continue;
    const std::string file = grpc ? "./contracts/proto/" +
                                        replace_all(grpc_package(plan, service.id), ".", "/") +
                                        "/" + snake_name(service.name) + ".proto"
                                  : "./contracts/openapi/" + service.name + ".yaml";
    out.push_back(entity("API", api_name(service, grpc), title_name(service.name),
                         map({{"type", grpc ? "grpc" : "openapi"},
                              {"lifecycle", "production"},
                              {"owner", "group:" + service.owner},
                              {"system", plan.system()},
                              {"definition", map({{"$text", file}})}})));
  }
}

Value component(const Plan& plan, const ServicePlan& service) {
  Value provided = Value::empty_list(), used = Value::empty_list(), on = Value::empty_list();
  for (const bool grpc : {false, true})
    if (has_api(plan, service, grpc)) provided.add(api_name(service, grpc));
  std::set<std::string> seen;
  for (const CallPlan& call : service.calls) {
    if (!call.callee.valid()) continue;
    const Protocol protocol = plan.model().endpoint(call.callee).protocol.value;
    if (protocol != Protocol::Grpc && protocol != Protocol::Http) continue;
    const std::string name =
        api_name(plan.service(call.callee.service), protocol == Protocol::Grpc);
    if (seen.insert(name).second) used.add(name);
  }
  for (const StoreUse& use : service.stores)
    on.add("resource:" + plan.store_name(use.store));
  Value spec = map({{"type", service.scheduled ? "job" : "service"},
                    {"lifecycle", "production"},
                    {"owner", "group:" + service.owner},
                    {"system", plan.system()}});
  if (!provided.empty()) spec.set("providesApis", std::move(provided));
  if (!used.empty()) spec.set("consumesApis", std::move(used));
  if (!on.empty()) spec.set("dependsOn", std::move(on));
  Value out = entity("Component", service.name, title_name(service.name), std::move(spec));
  out["metadata"].set("annotations",
                      map({{"backstage.io/kubernetes-id", service.name},
                           {"backstage.io/kubernetes-namespace", plan.system()},
                           {"grafana/dashboard-selector", plan.system() + "-" + service.name}}));
  return out;
}

}  // namespace

void target_backstage(const Plan& plan, Output& out) {
  std::vector<Value> documents;
  std::set<std::string> teams{plan.system()};
  for (const ServicePlan& service : plan.services())
    teams.insert(service.owner);
  documents.push_back(entity("System", plan.system(), title_name(plan.system()),
                             map({{"owner", "group:" + plan.system()}})));
  for (const std::string& team : teams)
    documents.push_back(entity("Group", team, title_name(team),
                               map({{"type", "team"}, {"children", Value::empty_list()}})));
  for (const ServicePlan& service : plan.services()) {
    documents.push_back(component(plan, service));
    add_apis(plan, service, documents);
  }
  for (const StoreId id : plan.model().stores.ids()) {
    const Store& store = plan.model().stores[id];
    const bool owned = store.owner && store.owner->id.valid();
    documents.push_back(entity(
        "Resource", plan.store_name(id), title_name(plan.store_name(id)),
        map({{"type", store.engine.or_else("database")},
             {"owner", "group:" + (owned ? plan.service(store.owner->id).owner : plan.system())},
             {"system", plan.system()}})));
  }
  out.add("catalog-info.yaml", to_yaml_stream(documents));
}

}  // namespace scantling::generate
