// Alertmanager: pages to the team that owns the service, tickets to its queue, by a router that
// knows who is on duty: no key of a paging service stands in a file.
#include <set>

#include "generate/target.h"

namespace scantling::generate {
namespace {

std::set<std::string> teams(const Plan& plan) {
  std::set<std::string> out{plan.system()};
  for (const ServicePlan& service : plan.services())
    out.insert(service.owner);
  return out;
}

Value receiver(const std::string& name) {
  return map({{"name", name},
              {"webhook_configs",
               list({map({{"url", "http://alert-router.monitoring.svc.cluster.local:8080/" + name},
                          {"send_resolved", true},
                          {"max_alerts", 20}})})}});
}

}  // namespace

void target_alertmanager(const Plan& plan, Output& out) {
  Value routes = Value::empty_list(), receivers = Value::empty_list();
  for (const std::string& team : teams(plan))
    for (const char* severity : {"page", "ticket"}) {
      const std::string name = team + "-" + severity;
      routes.add(map({{"receiver", name},
                      {"matchers", list({"team=\"" + team + "\"",
                                         std::string("severity=\"") + severity + "\""})},
                      {"group_wait", severity == std::string_view("page") ? "10s" : "5m"},
                      {"repeat_interval", severity == std::string_view("page") ? "1h" : "24h"}}));
      receivers.add(receiver(name));
    }
  receivers.add(map({{"name", "nobody"}}));
  const Value config = map(
      {{"route", map({{"receiver", "nobody"},
                      {"group_by", list({"alertname", "slo", "service"})},
                      {"group_wait", "30s"},
                      {"group_interval", "5m"},
                      {"repeat_interval", "4h"},
                      {"routes", std::move(routes)}})},
       // A page says what its ticket would; a service that is gone says what its objectives would.
       {"inhibit_rules", list({map({{"source_matchers", list({"severity=\"page\""})},
                                    {"target_matchers", list({"severity=\"ticket\""})},
                                    {"equal", list({"slo"})}})})},
       {"receivers", std::move(receivers)}});
  out.add(
      "observability/alertmanager/alertmanager.yaml",
      to_yaml(config, "Each receiver is a path of the alert router, which knows who is on duty."));
}

}  // namespace scantling::generate
