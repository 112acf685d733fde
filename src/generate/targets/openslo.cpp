// OpenSLO v1: the objectives with the queries that the alerts ask.
#include <algorithm>

#include "base/text.h"
#include "base/units.h"
#include "generate/names.h"
#include "generate/slo.h"
#include "generate/target.h"

namespace scantling::generate {
namespace {

Value head(std::string_view kind, const std::string& name, const std::string& title) {
  return map({{"apiVersion", "openslo/v1"},
              {"kind", kind},
              {"metadata", map({{"name", name}, {"displayName", title}})}});
}

Value source(const std::string& query) {
  return map({{"metricSource", map({{"metricSourceRef", "prometheus"},
                                    {"type", "Prometheus"},
                                    {"spec", map({{"query", query}})}})}});
}

Value document(const Plan& plan, const Slo& slo) {
  const SloSeries series = series_of(plan, slo);
  const auto rate = [](const std::string& of) { return "sum(rate(" + of + "[5m]))"; };
  Value ratio = map({{"counter", true}, {"total", source(rate(series.all))}});
  if (slo.kind == SloKind::Latency)
    ratio.set("good", source(rate(series.good)));
  else
    ratio.set("bad", source(rate(series.bad)));
  Value out = head("SLO", slo.name, title_name(slo.name));
  Value target = map({{"displayName", slo.kind == SloKind::Latency
                                          ? "within " + readable_seconds(slo.latency_seconds)
                                          : std::string("available")},
                      {"target", slo.objective}});
  out["metadata"].set("labels", map({{"team", slo.owner}, {"service", slo.service}}));
  out.set("spec", map({{"description", "Of " + slo.operation + " at " + slo.service},
                       {"service", slo.service},
                       {"indicator", map({{"metadata", map({{"name", slo.name + "-ratio"}})},
                                          {"spec", map({{"ratioMetric", std::move(ratio)}})}})},
                       {"timeWindow", list({map({{"duration", "30d"}, {"isRolling", true}})})},
                       {"budgetingMethod", "Occurrences"},
                       {"objectives", list({std::move(target)})}}));
  return out;
}

}  // namespace

void target_openslo(const Plan& plan, Output& out) {
  Value prometheus = head("DataSource", "prometheus", "Prometheus");
  prometheus.set(
      "spec",
      map({{"type", "Prometheus"},
           {"connectionDetails",
            map({{"url", "http://" + service_host("prometheus-operated", kMonitoringNamespace) +
                             ":9090"}})}}));
  out.add("observability/openslo/data-source.yaml", to_yaml(prometheus));
  std::vector<std::string> services;
  for (const Slo& slo : slos_of(plan)) {
    out.add("observability/openslo/" + slo.name + ".yaml", to_yaml(document(plan, slo)));
    if (std::ranges::find(services, slo.service) != services.end()) continue;
    services.push_back(slo.service);
    Value service = head("Service", slo.service, title_name(slo.service));
    service.set("spec", map({{"description", "Of team " + slo.owner}}));
    out.add("observability/openslo/service-" + slo.service + ".yaml", to_yaml(service));
  }
}

}  // namespace scantling::generate
