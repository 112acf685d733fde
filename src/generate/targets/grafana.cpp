// Grafana: the objectives of the system; rate, errors and duration of each service; use, saturation
// and errors of stores; lag of channels and age of sagas. The same queries as the alerts'.
#include <algorithm>

#include "base/text.h"
#include "base/units.h"
#include "generate/dashboards.h"
#include "generate/engines.h"
#include "generate/k8s.h"
#include "generate/slo.h"
#include "generate/target.h"
#include "generate/yugabyte.h"

namespace scantling::generate {
namespace {

std::string labels_of(const Slo& slo) {
  return "{slo=\"" + slo.name + "\"}";
}

Dashboard objectives(const Plan& plan) {
  Dashboard out(plan.system() + "-objectives", title_name(plan.system()) + ": objectives",
                plan.system());
  for (const Slo& slo : slos_of(plan)) {
    const std::string goal = slo.kind == SloKind::Latency
                                 ? "99% within " + readable_seconds(slo.latency_seconds)
                                 : readable(Share{slo.objective}) + " available";
    out.row(title_name(slo.operation) + ": " + goal);
    const std::string budget = number_text(slo.budget(), 12);
    Panel left{"Budget left of 3 days",
               "percentunit",
               {{"1 - " + recorded_ratio("3d") + labels_of(slo) + " / " + budget, "left"}}};
    left.kind = "stat";
    out.add(left, 4);
    Panel burn{"Burn: times the budget", "short", {}};
    for (const std::string_view window : {"5m", "1h", "6h"})
      burn.queries.push_back(
          {recorded_ratio(window) + labels_of(slo) + " / " + budget, std::string(window)});
    burn.threshold = 14.4;
    out.add(burn, 10);
    Panel ratio{slo.kind == SloKind::Latency ? "Too slow" : "Failed",
                "percentunit",
                {{error_ratio(plan, slo, "5m"), "of requests"}}};
    ratio.threshold = slo.budget();
    out.add(ratio, 10);
  }
  return out;
}

std::string where(const Plan& plan, std::string_view job) {
  return "namespace=\"" + plan.system() + "\", job=\"" + std::string(job) + "\"";
}

std::string quantile(double q, const std::string& name, const std::string& selector,
                     const std::string& by) {
  return "histogram_quantile(" + number_text(q) + ", sum by (le, " + by + ") (rate(" + name +
         "_bucket{" + selector + "}[5m])))";
}

// Rate, errors, duration (Wilkie 2018, "The RED Method") of what the service answers.
void add_red(const Plan& plan, const ServicePlan& service, Dashboard& out) {
  struct Protocol {
    bool used;
    const char *name, *metric, *by, *failed;
  };
  const Protocol protocols[] = {
      {service.http, "HTTP", "http_server_request_duration_seconds", "http_route",
       "http_response_status_code=~\"5..\""},
      {service.grpc, "gRPC", "rpc_server_call_duration_seconds", "rpc_method",
       "rpc_response_status_code=~\"UNKNOWN|DEADLINE_EXCEEDED|UNIMPLEMENTED|INTERNAL|UNAVAILABLE|"
       "DATA_LOSS\""},
      {!service.consumes.empty(), "Messages", "messaging_process_duration_seconds",
       "messaging_destination_name", "error_type!=\"\""}};
  for (const Protocol& each : protocols) {
    if (!each.used) continue;
    const std::string selector = where(plan, service.name), metric = each.metric, by = each.by;
    const std::string legend = "{{" + by + "}}";
    out.row(each.name);
    out.add({"Rate",
             "reqps",
             {{"sum by (" + by + ") (rate(" + metric + "_count{" + selector + "}[5m]))", legend}}});
    out.add(
        {"Errors",
         "percentunit",
         {{"sum by (" + by + ") (rate(" + metric + "_count{" + selector + ", " + each.failed +
               "}[5m])) / sum by (" + by + ") (rate(" + metric + "_count{" + selector + "}[5m]))",
           legend}}});
    Panel duration{
        "Duration, 99th percentile", "s", {{quantile(.99, metric, selector, by), legend}}};
    duration.threshold = service.longest_request_seconds;
    duration.description = "The line is the longest that the model's timeouts allow.";
    out.add(duration);
  }
}

// Each timeout of the service's calls as a line over what the calls take.
void add_calls(const Plan& plan, const ServicePlan& service, Dashboard& out) {
  bool begun = false;
  std::vector<std::string> done;
  for (const CallPlan& call : service.calls) {
    const std::string name = call.external.valid() ? plan.external_name(call.external)
                                                   : plan.service(call.callee.service).name + "." +
                                                         plan.model().endpoint(call.callee).name;
    if (call.policy == nullptr || !call.policy->timeout ||
        std::ranges::find(done, name) != done.end())
      continue;
    done.push_back(name);
    if (!begun) out.row("Calls");
    begun = true;
    const bool grpc =
        call.callee.valid() && plan.model().endpoint(call.callee).protocol.value == Protocol::Grpc;
    const std::string metric =
        grpc ? "rpc_client_call_duration_seconds" : "http_client_request_duration_seconds";
    std::string selector = where(plan, service.name);
    if (grpc)
      selector += ", rpc_method=\"" + grpc_path(plan, call.callee).substr(1) + "\"";
    else if (call.callee.valid())
      selector += ", server_address=~\"" + plan.service(call.callee.service).name +
                  "([.].*)?\", http_request_method=\"" +
                  http_route(plan.model().endpoint(call.callee)).method + "\"";
    else
      selector += ", server_address=\"" + name + "." + plan.options().domain + "\"";
    Panel panel{name,
                "s",
                {{quantile(.5, metric, selector, "job"), "median"},
                 {quantile(.99, metric, selector, "job"), "99th percentile"}}};
    panel.threshold = call.policy->timeout->seconds();
    panel.description = "The line is the timeout: " + readable(*call.policy->timeout) + ".";
    out.add(panel, 6);
  }
}

// Use, saturation, errors (Gregg 2013, "Thinking Methodically about Performance") of its pods.
void add_pods(const Plan& plan, const ServicePlan& service, Dashboard& out) {
  const std::string pods =
      "namespace=\"" + plan.system() + "\", pod=~\"" + service.name + "-[0-9a-z]+-[0-9a-z]+\"";
  out.row("Instances");
  out.add(
      {"Processor, of what is requested",
       "percentunit",
       {{"sum by (pod) (rate(container_cpu_usage_seconds_total{" + pods +
             ", container=\"app\"}[5m])) / sum by (pod) (kube_pod_container_resource_requests{" +
             pods + ", container=\"app\", resource=\"cpu\"})",
         "{{pod}}"}}},
      6);
  out.add({"Memory, of the limit",
           "percentunit",
           {{"sum by (pod) (container_memory_working_set_bytes{" + pods +
                 ", container=\"app\"}) / sum by (pod) (kube_pod_container_resource_limits{" +
                 pods + ", container=\"app\", resource=\"memory\"})",
             "{{pod}}"}},
           .9},
          6);
  out.add({"Instances ready",
           "short",
           {{"kube_deployment_status_replicas_ready{namespace=\"" + plan.system() +
                 "\", deployment=\"" + service.name + "\"}",
             "ready"},
            {"kube_deployment_spec_replicas{namespace=\"" + plan.system() + "\", deployment=\"" +
                 service.name + "\"}",
             "wanted"}}},
          6);
  out.add({"Restarts",
           "short",
           {{"sum by (pod) (increase(kube_pod_container_status_restarts_total{" + pods + "}[15m]))",
             "{{pod}}"}}},
          6);
}

Dashboard service_board(const Plan& plan, const ServicePlan& service) {
  Dashboard out(plan.system() + "-" + service.name,
                title_name(plan.system()) + ": " + title_name(service.name), plan.system());
  add_red(plan, service, out);
  add_calls(plan, service, out);
  if (!service.scheduled) add_pods(plan, service, out);
  return out;
}

// `claims`: a pattern of the names of the node's disks.
void add_disk_left(const Plan& plan, const std::string& node, const std::string& claims,
                   Dashboard& out) {
  const std::string of =
      "{namespace=\"" + plan.system() + "\", persistentvolumeclaim=~\"" + claims + "\"}";
  out.add({node + ": disk left",
           "percentunit",
           {{"kubelet_volume_stats_available_bytes" + of + " / kubelet_volume_stats_capacity_bytes",
             "{{persistentvolumeclaim}}"}}},
          6);
}

void add_yugabyte(const Plan& plan, const Store& store, const std::string& node, Dashboard& out) {
  const std::string space = "namespace=\"" + plan.system() + "\", pod=~\"";
  Panel connections{
      node + ": connections",
      "short",
      {{"max by (pod) (yb_ysqlserver_connection_total{" + space + node + "-[0-9]+\"})",
        "{{pod}}"}}};
  connections.threshold = static_cast<double>(store.max_connections.or_else({0}).value);
  out.add(connections, 6);
  const std::string masters = space + yugabyte_masters(node) + "-[0-9]+\"";
  out.add({node + ": servers heard of",
           "short",
           {{"max(num_tablet_servers_live{" + masters + "})", "alive"},
            {"max(num_tablet_servers_dead{" + masters + "})", "dead"}}},
          6);
  add_disk_left(plan, node, "data-" + node + "-[0-9]+", out);
}

Dashboard stores(const Plan& plan) {
  Dashboard out(plan.system() + "-stores", title_name(plan.system()) + ": stores", plan.system());
  for (const StoreId id : plan.model().stores.ids()) {
    const Store& store = plan.model().stores[id];
    const bool postgres = engine_of(store.engine.value).run_by == RunBy::CloudNativePg;
    out.row(plan.store_name(id) + " (" + store.engine.value + ")");
    for (const std::string& node : plan.store_nodes(id)) {
      const std::string pods = "namespace=\"" + plan.system() + "\", pod=~\"" + node + "-[0-9]+\"";
      if (engine_of(store.engine.value).run_by == RunBy::Elsewhere) continue;
      out.add({node + ": processor",
               "percentunit",
               {{"sum by (pod) (rate(container_cpu_usage_seconds_total{" + pods +
                     "}[5m])) / sum by (pod) (kube_pod_container_resource_requests{" + pods +
                     ", resource=\"cpu\"})",
                 "{{pod}}"}}},
              6);
      if (store.engine.value == "yugabytedb") add_yugabyte(plan, store, node, out);
      if (!postgres) continue;
      Panel connections{node + ": connections",
                        "short",
                        {{"sum by (pod) (cnpg_backends_total{" + pods + "})", "{{pod}}"}}};
      connections.threshold = static_cast<double>(store.max_connections.or_else({0}).value);
      out.add(connections, 6);
      out.add(
          {node + ": copies behind", "s", {{"cnpg_pg_replication_lag{" + pods + "}", "{{pod}}"}}},
          6);
      add_disk_left(plan, node, node + "-[0-9]+(-wal)?", out);
    }
    Panel asked{"asked by the services", "s", {}};
    asked.queries.push_back({quantile(.99, "db_client_operation_duration_seconds",
                                      "namespace=\"" + plan.system() + "\", server_address=~\"" +
                                          plan.store_name(id) + ".*\"",
                                      "job"),
                             "{{job}}, 99th percentile"});
    out.add(asked, 6);
  }
  return out;
}

Dashboard channels(const Plan& plan) {
  Dashboard out(plan.system() + "-channels", title_name(plan.system()) + ": channels and sagas",
                plan.system());
  for (const ChannelId id : plan.model().channels.ids()) {
    const Channel& channel = plan.model().channels[id];
    const std::string topic = plan.channel_name(id);
    out.row(topic);
    out.add({"Published",
             "reqps",
             {{"sum(rate(kafka_topic_partition_current_offset{topic=\"" + topic + "\"}[5m]))",
               "messages"}}});
    out.add({"Lag",
             "short",
             {{"sum by (consumergroup) (kafka_consumergroup_lag{topic=\"" + topic + "\"})",
               "{{consumergroup}}"}}});
    if (channel.dead_letter)
      out.add({"Dead letters",
               "short",
               {{"sum(increase(kafka_topic_partition_current_offset{topic=\"" +
                     topic_name(*channel.dead_letter) + "\"}[15m]))",
                 "in 15 min"}}});
  }
  for (const Saga& saga : plan.model().sagas) {
    const std::string of =
        "{namespace=\"" + plan.system() + "\", saga=\"" + dns_label(saga.name) + "\"}";
    out.row("Saga " + saga.name);
    Panel age{"Oldest", "s", {{"max(saga_oldest_age_seconds" + of + ")", "age"}}};
    age.threshold = saga.within.or_else({}).seconds();
    out.add(age);
    out.add({"Ended",
             "reqps",
             {{"sum by (outcome) (rate(saga_ended_total" + of + "[5m]))", "{{outcome}}"}}});
    out.add({"Undone",
             "reqps",
             {{"sum by (step) (rate(saga_compensations_total" + of + "[5m]))", "{{step}}"}}});
  }
  return out;
}

void add(const Plan& plan, const std::string& name, Dashboard board, Output& out) {
  const std::string text = to_json(board.take());
  out.add("observability/grafana/" + name + ".json", text);
  // Grafana's side-car reads every ConfigMap with this label.
  Value meta = metadata(plan, origins_of_system(plan), dns_label("dashboard-" + name));
  meta["labels"].set("grafana_dashboard", "1");
  meta["annotations"].set("grafana_folder", title_name(plan.system()));
  Value object_of = object("v1", "ConfigMap", std::move(meta));
  object_of.set("data", map({{(plan.system() + "-" + name + ".json").c_str(), text}}));
  out.add_resource("observability/dashboards.yaml", std::move(object_of));
}

}  // namespace

void target_grafana(const Plan& plan, Output& out) {
  if (!plan.objectives().empty()) add(plan, "objectives", objectives(plan), out);
  for (const ServicePlan& service : plan.services())
    add(plan, "service-" + service.name, service_board(plan, service), out);
  if (!plan.model().stores.empty()) add(plan, "stores", stores(plan), out);
  if (!plan.model().channels.empty() || !plan.model().sagas.empty())
    add(plan, "channels", channels(plan), out);
}

}  // namespace scantling::generate
