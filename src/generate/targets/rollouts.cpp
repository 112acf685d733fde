// Argo Rollouts: changes go to a share of the instances first; the objectives' own queries decide
// whether they go on.
#include <algorithm>

#include "base/units.h"
#include "generate/k8s.h"
#include "generate/slo.h"
#include "generate/target.h"
#include "generate/workload.h"

namespace scantling::generate {
namespace {

constexpr std::string_view kApi = "argoproj.io/v1alpha1";

std::vector<Slo> objectives_of(const Plan& plan, const ServicePlan& service) {
  std::vector<Slo> out = slos_of(plan);
  std::erase_if(out, [&](const Slo& slo) { return slo.service != service.name; });
  return out;
}

// Fails when an objective burns at the pace that pages (14.4 times) in two of five minutes; too few
// requests decide nothing.
Value analysis(const Plan& plan, const ServicePlan& service, const std::vector<Slo>& slos) {
  Value metrics = Value::empty_list();
  for (const Slo& slo : slos) {
    const double limit = std::min(0.9, 14.4 * slo.budget());
    metrics.add(map(
        {{"name", slo.name},
         {"interval", "1m"},
         {"count", 5},
         {"failureLimit", 1},
         {"inconclusiveLimit", 5},
         {"successCondition",
          "len(result) == 0 || isNaN(result[0]) || result[0] <= " + number_text(limit, 6)},
         {"provider", map({{"prometheus", map({{"address", "http://" +
                                                               service_host("prometheus-operated",
                                                                            kMonitoringNamespace) +
                                                               ":9090"},
                                               {"query", error_ratio(plan, slo, "2m")}})}})}}));
  }
  Value out =
      object(kApi, "AnalysisTemplate", metadata(plan, origins_of(plan, service), service.name));
  out.set("spec", map({{"metrics", std::move(metrics)}}));
  return out;
}

Value steps(const Plan& plan, const ServicePlan& service, bool judged) {
  Value out = Value::empty_list();
  const double first = plan.model().placement->canary.or_else({0.05}).value * 100;
  for (const double weight : {first, 25.0, 50.0}) {
    if (weight < first) continue;
    out.add(map({{"setWeight", static_cast<std::int64_t>(weight + 0.5)}}));
    out.add(map({{"pause", map({{"duration", "2m"}})}}));
    if (judged)
      out.add(
          map({{"analysis", map({{"templates", list({map({{"templateName", service.name}})})}})}}));
  }
  return out;
}

Value rollout(const Plan& plan, const ServicePlan& service, bool judged) {
  Value out = object(kApi, "Rollout", metadata(plan, origins_of(plan, service), service.name));
  Value spec = Value::empty_map();
  if (!service.autoscaled()) spec.set("replicas", service.low);
  spec.set("revisionHistoryLimit", 5);
  spec.set("progressDeadlineSeconds", 600);
  spec.set("progressDeadlineAbort", true);
  spec.set("workloadRef", map({{"apiVersion", "apps/v1"},
                               {"kind", "Deployment"},
                               {"name", service.name},
                               {"scaleDown", "progressively"}}));
  Value canary = map({{"maxSurge", "25%"}, {"maxUnavailable", 0}});
  canary.set("steps", steps(plan, service, judged));
  spec.set("strategy", map({{"canary", std::move(canary)}}));
  out.set("spec", std::move(spec));
  return out;
}

}  // namespace

void target_rollouts(const Plan& plan, Output& out) {
  for (const ServicePlan& service : plan.services()) {
    if (!plan.rolled_out(service)) continue;
    const std::vector<Slo> slos = objectives_of(plan, service);
    const std::string file = "services/" + service.name + ".yaml";
    if (!slos.empty()) out.add_resource(file, analysis(plan, service, slos));
    out.add_resource(file, rollout(plan, service, !slos.empty()));
  }
}

}  // namespace scantling::generate
