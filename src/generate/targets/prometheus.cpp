// Prometheus: what is scraped, recorded ratios, burn-rate alerts with their unit tests, and alerts
// on channels, sagas and stores.
#include "base/text.h"
#include "base/units.h"
#include "generate/engines.h"
#include "generate/k8s.h"
#include "generate/slo.h"
#include "generate/target.h"
#include "generate/yugabyte.h"

namespace scantling::generate {
namespace {

constexpr std::string_view kWindows[] = {"5m", "30m", "1h", "6h", "3d"};

Value slo_labels(const Slo& slo) {
  return map({{"slo", slo.name}, {"service", slo.service}, {"team", slo.owner}});
}

std::string ratio_of(const Slo& slo, std::string_view window) {
  return recorded_ratio(window) + "{slo=\"" + slo.name + "\"}";
}

Value burn_alert(const Plan& plan, const Slo& slo, const BurnAlert& alert) {
  const std::string limit = number_text(alert.burn * slo.budget(), 12);
  const std::string minutes = std::to_string(alert.long_minutes * 60);
  const std::string expression = ratio_of(slo, alert.long_window) + " > " + limit +
                                 "\nand on (slo)\n" + ratio_of(slo, alert.short_window) + " > " +
                                 limit + "\nand on (slo)\nslo:errors:rate" +
                                 std::string(alert.long_window) + "{slo=\"" + slo.name + "\"} * " +
                                 minutes + " >= " + std::to_string(kLeastFailures);
  Value marks = slo_labels(slo);
  marks.set("severity", alert.severity);
  const std::string goal = slo.kind == SloKind::Latency
                               ? "99% within " + readable_seconds(slo.latency_seconds)
                               : readable(Share{slo.objective}) + " available";
  return map({{"alert", alert_name(slo, alert)},
              {"expr", expression},
              {"for", alert.severity == "page" ? "2m" : "1h"},
              {"labels", std::move(marks)},
              {"annotations",
               map({{"summary", slo.operation + " burns its error budget " +
                                    number_text(alert.burn) + " times too fast"},
                    {"description", "Of the requests to " + slo.operation + " at " + slo.service +
                                        ", {{ $value | humanizePercentage }} are bad over " +
                                        std::string(alert.long_window) + "; the objective is " +
                                        goal + "."},
                    {"runbook_url", runbook_url(plan, slo.operation)},
                    {"dashboard_url", dashboard_url(plan.system() + "-objectives")}})}});
}

Value slo_rules(const Plan& plan, const Slo& slo) {
  Value recorded = Value::empty_list();
  for (const std::string_view window : kWindows)
    recorded.add(map({{"record", recorded_ratio(window)},
                      {"expr", error_ratio(plan, slo, window)},
                      {"labels", slo_labels(slo)}}));
  for (const BurnAlert& alert : kBurnAlerts)
    recorded.add(map({{"record", "slo:errors:rate" + std::string(alert.long_window)},
                      {"expr", bad_rate(plan, slo, alert.long_window)},
                      {"labels", slo_labels(slo)}}));
  Value marks = slo_labels(slo);
  recorded.add(map({{"record", "slo:objective:ratio"},
                    {"expr", "vector(" + number_text(slo.objective) + ")"},
                    {"labels", marks}}));
  // In one group, rules run in order: the alerts see what was recorded just before them.
  for (const BurnAlert& alert : kBurnAlerts)
    if (can_fire(slo, alert)) recorded.add(burn_alert(plan, slo, alert));
  return map({{"groups", list({map({{"name", slo.name}, {"rules", std::move(recorded)}})})}});
}

// --- unit tests ---

std::string with_label(const std::string& series, const std::string& label) {
  return series.substr(0, series.size() - 1) + ", " + label + "}";
}

// A counter that grows by this much a minute, for so many minutes.
std::string growing(double a_minute, int minutes) {
  return "0+" + number_text(a_minute, 12) + "x" + std::to_string(minutes);
}

struct Feed {
  std::string good, bad;  // values of counters, by minute
};

Value input_series(const Plan& plan, const Slo& slo, const Feed& feed) {
  const SloSeries series = series_of(plan, slo);
  const auto one = [](const std::string& name, const std::string& values) {
    return map({{"series", name}, {"values", values}});
  };
  if (slo.kind == SloKind::Latency)
    return list({one(series.all, feed.bad), one(series.good, feed.good)});
  const std::string fine = slo.consumed ? "error_type=\"\""
                           : slo.grpc   ? "rpc_response_status_code=\"OK\""
                                        : "http_response_status_code=\"200\"";
  const std::string wrong = slo.consumed ? "error_type=\"timeout\""
                            : slo.grpc   ? "rpc_response_status_code=\"UNAVAILABLE\""
                                         : "http_response_status_code=\"503\"";
  return list(
      {one(with_label(series.all, fine), feed.good), one(with_label(series.all, wrong), feed.bad)});
}

// Requests of which this share is bad. Latency feeds all requests and the good ones.
Feed steady(const Slo& slo, double bad_share, int minutes) {
  const double a_minute = 6000;
  const double bad = a_minute * bad_share, good = a_minute - bad;
  if (slo.kind == SloKind::Latency) return {growing(good, minutes), growing(a_minute, minutes)};
  return {growing(good, minutes), growing(bad, minutes)};
}

// Two requests in all, both bad.
Feed two_failures(const Slo& slo, int minutes) {
  const std::string bad = "0x4 1x4 2x" + std::to_string(minutes);
  if (slo.kind == SloKind::Latency) return {"0x" + std::to_string(minutes), bad};
  return {"0x" + std::to_string(minutes), bad};
}

Value unit_test(const Plan& plan, const Slo& slo, const BurnAlert& alert, std::string_view what,
                const Feed& feed, bool fires) {
  const int at = alert.long_minutes + (alert.severity == "page" ? 10 : 120);
  Value expected = Value::empty_list();
  if (fires) {
    Value marks = slo_labels(slo);
    marks.set("severity", alert.severity);
    expected.add(map({{"exp_labels", std::move(marks)}}));
  }
  Value test =
      map({{"alertname", alert_name(slo, alert)}, {"eval_time", std::to_string(at) + "m"}});
  if (!fires) test.set("exp_alerts", std::move(expected));
  Value out = map({{"name", std::string(alert.name) + " burn: " + std::string(what)},
                   {"interval", "1m"},
                   {"input_series", input_series(plan, slo, feed)}});
  if (!fires) {
    out.set("alert_rule_test", list({std::move(test)}));
    return out;
  }
  // The alert's own series: annotations needn't be said twice.
  out.set("promql_expr_test",
          list({map({{"expr", "count(ALERTS{alertname=\"" + alert_name(slo, alert) +
                                  "\", alertstate=\"firing\", severity=\"" +
                                  std::string(alert.severity) + "\", team=\"" + slo.owner + "\"})"},
                     {"eval_time", std::to_string(at) + "m"},
                     {"exp_samples", list({map({{"labels", "{}"}, {"value", 1}})})}})}));
  return out;
}

// The pages in one file, evaluated each minute; the leak's three days in another, each half hour.
Value tests_of(const Plan& plan, const Slo& slo, std::string_view rules, bool pages) {
  Value tests = Value::empty_list();
  for (const BurnAlert& alert : kBurnAlerts) {
    if (!can_fire(slo, alert) || (alert.severity == "page") != pages) continue;
    const int minutes = alert.long_minutes + 140;
    const double limit = alert.burn * slo.budget();
    tests.add(unit_test(plan, slo, alert, "fires at 1.05 times the limit",
                        steady(slo, 1.05 * limit, minutes), true));
    tests.add(unit_test(plan, slo, alert, "is silent at 0.95 times the limit",
                        steady(slo, 0.95 * limit, minutes), false));
    tests.add(unit_test(plan, slo, alert, "is silent when two requests of two failed",
                        two_failures(slo, minutes), false));
  }
  return map({{"rule_files", list({rules})},
              {"evaluation_interval", pages ? "1m" : "30m"},
              {"tests", std::move(tests)}});
}

// --- channels, sagas, stores ---

Value plain_alert(const Plan& plan, std::string_view name, const std::string& expression,
                  std::string_view lasts, std::string_view severity, const std::string& team,
                  const std::string& summary, std::string_view page) {
  return map(
      {{"alert", name},
       {"expr", expression},
       {"for", lasts},
       {"labels", map({{"severity", severity}, {"team", team}})},
       {"annotations", map({{"summary", summary},
                            {"runbook_url", runbook_url(plan, page)},
                            {"dashboard_url", dashboard_url(plan.system() + "-channels")}})}});
}

void add_channel_alerts(const Plan& plan, Value& rules) {
  for (const ChannelId id : plan.model().channels.ids()) {
    const Channel& channel = plan.model().channels[id];
    const std::string topic = plan.channel_name(id);
    const std::string team = origins_of(plan, id).owner;
    if (channel.dead_letter)
      rules.add(plain_alert(plan, pascal_name(channel.name) + "DeadLetters",
                            "sum(increase(kafka_topic_partition_current_offset{topic=\"" +
                                topic_name(*channel.dead_letter) + "\"}[15m])) > 0",
                            "0m", "page", team, "messages of " + topic + " went to the dead letter",
                            "channel-" + dns_label(channel.name)));
    rules.add(plain_alert(plan, pascal_name(channel.name) + "Lag",
                          "sum by (consumergroup) (kafka_consumergroup_lag{topic=\"" + topic +
                              "\"}) > 0\nand\nsum by (consumergroup) "
                              "(delta(kafka_consumergroup_lag{topic=\"" +
                              topic + "\"}[15m])) > 0",
                          "30m", "page", team,
                          "{{ $labels.consumergroup }} falls behind on " + topic,
                          "channel-" + dns_label(channel.name)));
  }
}

void add_saga_alerts(const Plan& plan, Value& rules) {
  for (const Saga& saga : plan.model().sagas) {
    if (!saga.within) continue;
    const bool led = saga.coordinator && saga.coordinator->id.valid();
    rules.add(
        plain_alert(plan, pascal_name(saga.name) + "SagaStuck",
                    "max(saga_oldest_age_seconds{namespace=\"" + plan.system() + "\", saga=\"" +
                        dns_label(saga.name) + "\"}) > " + number_text(saga.within->seconds()),
                    "1m", "page", led ? plan.service(saga.coordinator->id).owner : plan.system(),
                    "a " + saga.name + " is older than " + readable(*saga.within),
                    "saga-" + dns_label(saga.name)));
  }
}

void add_yugabyte_alerts(const Plan& plan, StoreId id, Value& rules) {
  const Store& store = plan.model().stores[id];
  const std::string name = plan.store_name(id), team = origins_of(plan, id).owner;
  const std::string space = "namespace=\"" + plan.system() + "\", pod=~\"";
  rules.add(plain_alert(
      plan, pascal_name(name) + "ServerDead",
      "max(num_tablet_servers_dead{" + space + yugabyte_masters(name) + "-[0-9]+\"}) > 0", "5m",
      "page", team, "the masters of " + name + " hear nothing from a server", "store-" + name));
  if (store.max_connections)
    rules.add(plain_alert(plan, pascal_name(name) + "Connections",
                          "max(yb_ysqlserver_connection_total{" + space + name + "-[0-9]+\"}) > " +
                              number_text(0.8 * static_cast<double>(store.max_connections->value)),
                          "5m", "page", team,
                          "a server of " + name + " has used 80% of its connections",
                          "store-" + name));
}

void add_store_alerts(const Plan& plan, Value& rules) {
  for (const StoreId id : plan.model().stores.ids()) {
    const Store& store = plan.model().stores[id];
    if (store.engine.value == "yugabytedb") add_yugabyte_alerts(plan, id, rules);
    if (engine_of(store.engine.value).run_by != RunBy::CloudNativePg) continue;
    const std::string name = plan.store_name(id);
    const std::string pods = "namespace=\"" + plan.system() + "\", pod=~\"" + name + "-[0-9]+\"";
    const std::string team = origins_of(plan, id).owner;
    const double lag = std::max(1.0, 10 * store.lag.or_else({}).seconds());
    rules.add(plain_alert(plan, pascal_name(name) + "ReplicationLag",
                          "max(cnpg_pg_replication_lag{" + pods + "}) > " + number_text(lag), "5m",
                          "ticket", team, "a copy of " + name + " is behind", "store-" + name));
    if (store.max_connections)
      rules.add(plain_alert(
          plan, pascal_name(name) + "Connections",
          "max(sum by (pod) (cnpg_backends_total{" + pods + "})) > " +
              number_text(0.8 * static_cast<double>(store.max_connections->value)),
          "5m", "page", team, name + " has used 80% of its connections", "store-" + name));
  }
}

Value system_rules(const Plan& plan) {
  Value rules = list({plain_alert(plan, pascal_name(plan.system()) + "TargetDown",
                                  "sum by (job) (up{namespace=\"" + plan.system() +
                                      "\"} == bool 0) / count by (job) "
                                      "(up{namespace=\"" +
                                      plan.system() + "\"}) > 0.34",
                                  "5m", "page", plan.system(),
                                  "a third of {{ $labels.job }} can't be scraped", "target-down")});
  add_channel_alerts(plan, rules);
  add_saga_alerts(plan, rules);
  add_store_alerts(plan, rules);
  return map({{"groups",
               list({map({{"name", plan.system() + "-system"}, {"rules", std::move(rules)}})})}});
}

void add_rules(const Plan& plan, const Origins& origins, const std::string& name,
               const Value& rules, Output& out) {
  out.add("observability/prometheus/rules/" + name + ".yaml", to_yaml(rules));
  Value object_of = object("monitoring.coreos.com/v1", "PrometheusRule",
                           metadata(plan, origins, dns_label(name)));
  object_of.set("spec", rules);
  out.add_resource("observability/rules-" + name + ".yaml", std::move(object_of));
}

Value service_monitor(const Plan& plan, const ServicePlan& service) {
  Value out = object("monitoring.coreos.com/v1", "ServiceMonitor",
                     metadata(plan, origins_of(plan, service), service.name));
  out.set("spec", map({{"selector", map({{"matchLabels", selector_labels(plan, service.name)}})},
                       {"endpoints", list({map({{"port", "http-metrics"},
                                                {"path", "/metrics"},
                                                {"interval", "15s"},
                                                {"scrapeTimeout", "10s"}})})}}));
  return out;
}

}  // namespace

void target_prometheus(const Plan& plan, Output& out) {
  for (const ServicePlan& service : plan.services())
    if (!service.scheduled)
      out.add_resource("observability/scraping.yaml", service_monitor(plan, service));
  for (const Slo& slo : slos_of(plan)) {
    const Origins origins{slo.service, "objective", slo.owner, "operations." + slo.operation};
    add_rules(plan, origins, slo.name, slo_rules(plan, slo), out);
    const std::string rules = "../rules/" + slo.name + ".yaml";
    for (const bool pages : {true, false}) {
      const Value tests = tests_of(plan, slo, rules, pages);
      if (!tests.find("tests")->empty())
        out.add("observability/prometheus/tests/" + slo.name + (pages ? "-pages" : "-tickets") +
                    ".yaml",
                to_yaml(tests));
    }
  }
  add_rules(plan, origins_of_system(plan), plan.system() + "-system", system_rules(plan), out);
}

}  // namespace scantling::generate
