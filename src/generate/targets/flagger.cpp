// Flagger: the mesh sends a share of the requests to a change first; the objectives' own queries
// decide whether it gets more. In place of Argo Rollouts, for clusters that have it.
#include <algorithm>

#include "base/units.h"
#include "generate/k8s.h"
#include "generate/slo.h"
#include "generate/target.h"
#include "generate/workload.h"

namespace scantling::generate {
namespace {

constexpr std::string_view kApi = "flagger.app/v1beta1";

std::string_view provider(const Plan& plan) {
  if (plan.selected("istio")) return "istio";
  if (plan.selected("linkerd")) return "linkerd";
  return "kubernetes";
}

std::string prometheus() {
  return "http://" + service_host("prometheus-operated", kMonitoringNamespace) + ":9090";
}

// In percent, as Flagger's thresholds are.
Value metric(const Plan& plan, const ServicePlan& service, const Slo& slo) {
  Value out = object(kApi, "MetricTemplate", metadata(plan, origins_of(plan, service), slo.name));
  out.set("spec", map({{"provider", map({{"type", "prometheus"}, {"address", prometheus()}})},
                       {"query", "100 * (" + error_ratio(plan, slo, "2m") + ")"}}));
  return out;
}

Value analysis(const Plan& plan, const std::vector<Slo>& slos) {
  const double first = plan.model().placement->canary.or_else({0.05}).value * 100;
  const auto weight = std::max<std::int64_t>(1, static_cast<std::int64_t>(first + 0.5));
  Value metrics = Value::empty_list();
  for (const Slo& slo : slos)
    metrics.add(
        map({{"name", slo.name},
             {"interval", "1m"},
             {"templateRef", map({{"name", slo.name}})},
             {"thresholdRange", map({{"max", 100 * std::min(0.9, 14.4 * slo.budget())}})}}));
  Value out = map({{"interval", "1m"}, {"threshold", 2}, {"metrics", std::move(metrics)}});
  // Without a mesh there is nothing that could split requests: one step, judged for five minutes.
  if (provider(plan) == "kubernetes") {
    out.set("iterations", 5);
  } else {
    out.set("maxWeight", 50);
    out.set("stepWeight", weight);
  }
  return out;
}

}  // namespace

void target_flagger(const Plan& plan, Output& out) {
  for (const ServicePlan& service : plan.services()) {
    if (!service.serves() || service.scheduled) continue;
    std::vector<Slo> slos = slos_of(plan);
    std::erase_if(slos, [&](const Slo& slo) { return slo.service != service.name; });
    const std::string file = "services/" + service.name + "-flagger.yaml";
    for (const Slo& slo : slos)
      out.add_resource(file, metric(plan, service, slo));
    Value spec =
        map({{"provider", provider(plan)},
             {"targetRef",
              map({{"apiVersion", "apps/v1"}, {"kind", "Deployment"}, {"name", service.name}})},
             {"progressDeadlineSeconds", 600}});
    if (service.autoscaled()) {
      const bool keda = scaled_by_keda(plan, service);
      spec.set("autoscalerRef", map({{"apiVersion", keda ? "keda.sh/v1alpha1" : "autoscaling/v2"},
                                     {"kind", keda ? "ScaledObject" : "HorizontalPodAutoscaler"},
                                     {"name", service.name}}));
    }
    spec.set("service", map({{"port", service.http ? kHttpPort : kGrpcPort},
                             {"portName", service.http ? "http" : "grpc"},
                             {"portDiscovery", true}}));
    spec.set("analysis", analysis(plan, slos));
    Value canary = object(kApi, "Canary", metadata(plan, origins_of(plan, service), service.name));
    canary.set("spec", std::move(spec));
    out.add_resource(file, std::move(canary));
  }
}

}  // namespace scantling::generate
