#include "generate/slo.h"

#include "base/text.h"
#include "base/units.h"
#include "generate/names.h"

namespace scantling::generate {
namespace {

Slo base_slo(const Plan& plan, const ObjectivePlan& objective) {
  const ServicePlan& service = plan.service(objective.entry.service);
  Slo out;
  out.operation = objective.name;
  out.service = service.name;
  out.owner = service.owner;
  out.per_second = objective.per_second;
  out.consumed = objective.consumed;
  out.grpc = plan.model().endpoint(objective.entry).protocol.value == Protocol::Grpc;
  return out;
}

// Metric names of OpenTelemetry's semantic conventions as its Prometheus exporter writes them.
std::string_view histogram(const Slo& slo) {
  if (slo.consumed) return "messaging_process_duration_seconds";
  return slo.grpc ? "rpc_server_call_duration_seconds" : "http_server_request_duration_seconds";
}

std::string quoted(std::string_view text) {
  return "\"" + replace_all(replace_all(text, "\\", "\\\\"), "\"", "\\\"") + "\"";
}

std::string selector(const Plan& plan, const Slo& slo) {
  std::string out = "namespace=" + quoted(plan.system()) + ", job=" + quoted(slo.service);
  const Architecture& model = plan.model();
  for (const ObjectivePlan& objective : plan.objectives()) {
    if (objective.name != slo.operation) continue;
    const Endpoint& endpoint = model.endpoint(objective.entry);
    if (slo.consumed) {
      out += ", messaging_destination_name=" + quoted(plan.channel_name(endpoint.consumes->id)) +
             ", messaging_operation_name=" + quoted(dns_label(endpoint.name));
    } else if (slo.grpc) {
      out += ", rpc_method=" + quoted(grpc_path(plan, objective.entry).substr(1));
    } else {
      const HttpRoute route = http_route(endpoint);
      out += ", http_route=" + quoted(route.path) + ", http_request_method=" + quoted(route.method);
    }
    break;
  }
  return out;
}

std::string rate(std::string_view series, std::string_view window) {
  return "sum(rate(" + std::string(series) + "[" + std::string(window) + "]))";
}

}  // namespace

std::vector<Slo> slos_of(const Plan& plan) {
  std::vector<Slo> out;
  for (const ObjectivePlan& objective : plan.objectives()) {
    if (objective.availability > 0 && objective.availability < 1) {
      Slo slo = base_slo(plan, objective);
      slo.name = objective.name + "-availability";
      slo.objective = objective.availability;
      out.push_back(slo);
    }
    if (objective.p99_seconds > 0) {
      Slo slo = base_slo(plan, objective);
      slo.name = objective.name + "-latency";
      slo.kind = SloKind::Latency;
      slo.objective = 0.99;
      slo.latency_seconds = objective.p99_seconds;
      out.push_back(slo);
    }
  }
  return out;
}

SloSeries series_of(const Plan& plan, const Slo& slo) {
  const std::string name(histogram(slo));
  const std::string where = selector(plan, slo);
  SloSeries out;
  out.all = name + "_count{" + where + "}";
  if (slo.kind == SloKind::Latency) {
    out.good = name + "_bucket{" + where + ", le=\"" + number_text(slo.latency_seconds) + "\"}";
  } else {
    const std::string_view failed =
        slo.consumed ? "error_type!=\"\""
        : slo.grpc ? "rpc_response_status_code=~\"UNKNOWN|DEADLINE_EXCEEDED|UNIMPLEMENTED|INTERNAL|"
                     "UNAVAILABLE|DATA_LOSS\""
                   : "http_response_status_code=~\"5..\"";
    out.bad = name + "_count{" + where + ", " + std::string(failed) + "}";
  }
  return out;
}

std::string all_rate(const Plan& plan, const Slo& slo, std::string_view window) {
  return rate(series_of(plan, slo).all, window);
}

std::string bad_rate(const Plan& plan, const Slo& slo, std::string_view window) {
  const SloSeries series = series_of(plan, slo);
  if (slo.kind == SloKind::Latency)
    return "(" + rate(series.all, window) + " - " + rate(series.good, window) + ")";
  // Without a failure there is no such series: none failed.
  return "(" + rate(series.bad, window) + " or 0 * " + rate(series.all, window) + ")";
}

std::string error_ratio(const Plan& plan, const Slo& slo, std::string_view window) {
  return bad_rate(plan, slo, window) + " / " + all_rate(plan, slo, window);
}

std::string recorded_ratio(std::string_view window) {
  return "slo:error_ratio:rate" + std::string(window);
}

std::string alert_name(const Slo& slo, const BurnAlert& alert) {
  return pascal_name(slo.name) + std::string(alert.name) + "Burn";
}

std::string runbook_url(const Plan& plan, std::string_view page) {
  return plan.options().repository + "/" + plan.system() + "/blob/main/operations/runbooks/" +
         std::string(page) + ".md";
}

std::string dashboard_url(std::string_view uid) {
  return "/d/" + std::string(uid);
}

}  // namespace scantling::generate
