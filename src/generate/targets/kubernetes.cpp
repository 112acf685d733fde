// The workloads and what surrounds them; the Kustomize folders are written by kustomize.cpp, when
// every target has said which objects it has.
#include "base/text.h"
#include "generate/engines.h"
#include "generate/k8s.h"
#include "generate/target.h"
#include "generate/workload.h"

namespace scantling::generate {
namespace {

// The weakest of what the stores' operators make: their pods would be refused by a stricter one.
std::string_view pod_standard(const Plan& plan) {
  std::string_view out = "restricted";
  for (const Store& store : plan.model().stores)
    if (const Operated* by = operated_as(store.engine.value))
      if (out == "restricted" || by->standard == "privileged") out = by->standard;
  return out;
}

Value name_space(const Plan& plan) {
  Value meta = cluster_metadata(plan, origins_of_system(plan), plan.system());
  Value& marks = meta["labels"];
  for (const char* mode : {"enforce", "audit", "warn"}) {
    const bool enforced = std::string_view(mode) == "enforce";
    marks.set(std::string("pod-security.kubernetes.io/") + mode,
              enforced ? pod_standard(plan) : "restricted");
    marks.set(std::string("pod-security.kubernetes.io/") + mode + "-version", "latest");
  }
  if (plan.selected("istio")) marks.set("istio-injection", "enabled");
  return object("v1", "Namespace", std::move(meta));
}

Value deny_all(const Plan& plan) {
  Value out = object("networking.k8s.io/v1", "NetworkPolicy",
                     metadata(plan, origins_of_system(plan), "default-deny"));
  out.set("spec",
          map({{"podSelector", Value::empty_map()}, {"policyTypes", list({"Ingress", "Egress"})}}));
  return out;
}

void add_priorities(const Plan& plan, Output& out) {
  struct Class {
    const char* suffix;
    std::int64_t value;
    const char* text;
  };
  constexpr Class kClasses[] = {{"-first", 100'000, "answers people: preempts what can wait"},
                                {"-standard", 50'000, "called by other services"},
                                {"-background", 10'000, "consumers and jobs: can wait"}};
  for (const Class& each : kClasses) {
    Value item =
        object("scheduling.k8s.io/v1", "PriorityClass",
               cluster_metadata(plan, origins_of_system(plan), plan.system() + each.suffix));
    item.set("value", each.value);
    item.set("globalDefault", false);
    item.set("preemptionPolicy", "PreemptLowerPriority");
    item.set("description", each.text);
    out.add_resource("priority-classes.yaml", std::move(item));
  }
}

Value config(const Plan& plan, const ServicePlan& service, std::string& hash) {
  Value data = Value::empty_map();
  std::string all;
  for (const auto& [key, value] : settings_of(plan, service)) {
    data.set(key, value);
    all += key + "=" + value + "\n";
  }
  hash = hex16(fnv1a(all));
  Value out = object("v1", "ConfigMap", metadata(plan, origins_of(plan, service), service.name));
  out.set("data", std::move(data));
  return out;
}

void add_service(const Plan& plan, const ServicePlan& service, Output& out) {
  const std::string file = "services/" + service.name + ".yaml";
  const Origins origins = origins_of(plan, service);
  std::string hash;
  out.add_resource(file, service_account(plan, origins, service.name));
  out.add_resource(file, config(plan, service, hash));
  if (service.scheduled) {
    out.add_resource(file, cron_job(plan, service, hash));
  } else {
    out.add_resource(file, deployment(plan, service, hash));
    out.add_resource(file, workload_service(plan, service));
    if (service.autoscaled() && !scaled_by_keda(plan, service))
      out.add_resource(file, autoscaler(plan, service));
    out.add_resource(file, disruption_budget(plan, origins, service.name));
  }
  out.add_resource(file, network_policy(plan, service));
}

}  // namespace

void target_kubernetes(const Plan& plan, Output& out) {
  out.add_resource("namespace.yaml", name_space(plan));
  add_priorities(plan, out);
  out.add_resource("default-deny.yaml", deny_all(plan));
  add_access(plan, out);
  for (const ServicePlan& service : plan.services())
    add_service(plan, service, out);
}

}  // namespace scantling::generate
