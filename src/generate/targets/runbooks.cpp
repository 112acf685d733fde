// A runbook for each page that an alert leads to: what it means, what hangs on what with which
// times, what to look at, what to do first. And the plan for losing a zone, a store, a region.
#include <algorithm>

#include "base/text.h"
#include "base/units.h"
#include "generate/coverage.h"
#include "generate/failure_modes.h"
#include "generate/k8s.h"
#include "generate/slo.h"
#include "generate/stores.h"
#include "generate/target.h"
#include "generate/workload.h"
#include "generate/yugabyte.h"

namespace scantling::generate {
namespace {

std::string kubectl(const Plan& plan, const std::string& rest) {
  return "kubectl -n " + plan.system() + " " + rest + "\n";
}

std::string block(const std::string& text) {
  return "\n```bash\n" + text + "```\n";
}

void page(const std::string& name, std::string text, Output& out) {
  while (text.ends_with("\n\n"))
    text.pop_back();
  out.add("operations/runbooks/" + name + ".md", std::move(text));
}

// What answering waits for, with the time that each call is given.
std::string chain(const Plan& plan, EndpointId entry) {
  std::string out;
  for (const EndpointId id : plan.calls().waited_for(entry))
    for (const CallEdge& edge : plan.calls().calls_of(id)) {
      const std::string callee = edge.external.valid()
                                     ? plan.model().externals[edge.external].name + " (external)"
                                     : endpoint_name(plan.model(), edge.callee);
      out += "| " + endpoint_name(plan.model(), edge.caller) + " | " + callee + " | " +
             (edge.step->policy.timeout ? try_text(edge.step->policy) : std::string("no limit")) +
             " |\n";
    }
  if (out.empty()) return "It calls nobody.\n";
  return "| caller | callee | at most |\n|---|---|---|\n" + out;
}

std::string stores_of(const Plan& plan, const ServicePlan& service) {
  std::vector<std::string> out;
  for (const StoreUse& use : service.stores)
    out.push_back("[" + plan.store_name(use.store) + "](store-" + plan.store_name(use.store) +
                  ".md)");
  return out.empty() ? "no store" : enumerate(out);
}

std::string first_steps(const Plan& plan, const ServicePlan& service) {
  const std::string kind = service.scheduled ? "cronjob/" : "deploy/";
  const std::string rollouts = "kubectl argo rollouts -n " + plan.system();
  const std::string back = plan.rolled_out(service)
                               ? rollouts + " get rollout " + service.name + "\n" + rollouts +
                                     " undo " + service.name + "\n"
                               : kubectl(plan, "rollout history " + kind + service.name) +
                                     kubectl(plan, "rollout undo " + kind + service.name);
  const std::string scaler = scaled_by_keda(plan, service) ? "scaledobject"
                             : service.autoscaled()        ? "hpa"
                                                           : "pdb";
  return "## First\n\n1. Was something deployed? Take it back: the last change is the likeliest "
         "cause.\n" +
         block(back) + "2. Are the instances well, and enough?\n" +
         block(kubectl(plan, "get pods -l app.kubernetes.io/name=" + service.name) +
               kubectl(plan, "get " + scaler + " -l app.kubernetes.io/name=" + service.name) +
               kubectl(plan, "logs -l app.kubernetes.io/name=" + service.name +
                                 " --since=15m --tail=200"));
}

void objective_page(const Plan& plan, const ObjectivePlan& objective, Output& out) {
  const ServicePlan& service = plan.service(objective.entry.service);
  std::string text = "# " + title_name(objective.name) + "\n\nTeam **" + service.owner +
                     "**. Entry: `" + endpoint_name(plan.model(), objective.entry) + "`. ";
  if (objective.availability > 0)
    text += readable(Share{objective.availability}) + " of its requests must succeed. ";
  if (objective.p99_seconds > 0)
    text += "99% must be answered within " + readable_seconds(objective.p99_seconds) + ". ";
  text += "Expected: " + number_text(objective.per_second, 3) + " a second on average.\n\n";
  text +=
      "An alert here means that the budget of a month is used up too fast: a page at 14.4 times "
      "(2% in an hour) and 6 times (5% in six hours), a ticket at once the budget (10% in three "
      "days).\n\nDashboards: `" +
      dashboard_url(plan.system() + "-objectives") + "`, `" +
      dashboard_url(plan.system() + "-" + service.name) + "`.\n\n";
  text += first_steps(plan, service);
  text += "3. Which part is slow or fails? What it waits for:\n\n" + chain(plan, objective.entry) +
          "\n   It uses " + stores_of(plan, service) + ".\n\n## Then\n\n";
  text +=
      "* An external is down: breakers open by themselves; what can't wait is answered with 503. "
      "Tell the people who run it.\n* Too much load: " +
      std::string(service.autoscaled()
                      ? "it scales from " + std::to_string(service.low) + " to " +
                            std::to_string(service.high) +
                            " instances; at the top, raise "
                            "`maxReplicas` in the overlay if the stores have connections left"
                      : "it has " + std::to_string(service.low) +
                            " instances and no autoscaler; raise `replicas` in the overlay if "
                            "the stores have connections left") +
      ".\n* Don't add retries: they multiply what already is too much.\n";
  page(objective.name, std::move(text), out);
}

void channel_page(const Plan& plan, ChannelId id, Output& out) {
  const Channel& channel = plan.model().channels[id];
  const std::string topic = plan.channel_name(id);
  std::vector<std::string> consumers;
  for (const ServicePlan& service : plan.services())
    for (const ChannelUse& use : service.consumes)
      if (use.channel == id && std::ranges::find(consumers, service.name) == consumers.end())
        consumers.push_back(service.name);
  std::string text =
      "# Channel " + topic +
      "\n\nConsumers: " + (consumers.empty() ? "none" : enumerate(consumers)) + ". " +
      std::to_string(channel.partitions.or_else({1}).value) +
      " partitions: more consumers than that are idle.\n\n## It lags\n\n1. Is a "
      "consumer down, or does it wait for something? See its dashboard and the "
      "runbooks of its stores.\n2. Otherwise it is too slow for what comes: scale it "
      "up to the number of partitions.\n";
  if (broker_of(plan.broker()).run_by == BrokerBy::Strimzi)
    for (const std::string& consumer : consumers)
      text += block(kubectl(plan, "exec " + kafka_cluster(plan.system()) +
                                      "-broker-0 -- bin/kafka-consumer-groups.sh "
                                      "--bootstrap-server localhost:9091 --describe --group " +
                                      consumer));
  if (channel.dead_letter)
    text +=
        "\n## Dead letters\n\nMessages in `" + topic_name(*channel.dead_letter) + "` were tried " +
        std::to_string(channel.attempts.or_else({5}).value) +
        " times. Find out why from their headers and the consumer's log, mend the consumer, then "
        "publish them again to `" +
        topic + "`: consumers recognise repetitions. Nothing takes them back by itself.\n";
  page("channel-" + dns_label(channel.name), std::move(text), out);
}

void saga_page(const Plan& plan, const Saga& saga, Output& out) {
  std::string text = "# Saga " + saga.name + "\n\nMust end within " +
                     readable(saga.within.or_else({})) +
                     ".\n\n| step | undone by | |\n|---|---|---|\n";
  bool past = false;
  for (const SagaStep& step : saga.steps.value) {
    text += "| " + step.do_target + " | " +
            (step.undo_target.empty() ? "nothing" : step.undo_target) + " | " +
            (step.pivot.value ? "pivot"
             : past           ? "must succeed"
                              : "") +
            " |\n";
    past = past || step.pivot.value;
  }
  text +=
      "\n## One is stuck\n\n1. At which step? The dashboard `" +
      dashboard_url(plan.system() + "-channels") +
      "` has the oldest; its trace ends at the step that waits.\n2. Before the pivot it is undone: "
      "mend what fails, the coordinator goes on by itself. Steps are idempotent: trying again is "
      "safe.\n3. After the pivot it must go forward. Don't undo by hand: money or goods have "
      "moved.\n4. Write down every one that you end by hand, with its id.\n";
  page("saga-" + dns_label(saga.name), std::move(text), out);
}

void postgres_text(const Plan& plan, const Store& store, const std::string& node,
                   std::string& text) {
  text += block(kubectl(plan, "cnpg status " + node) +
                kubectl(plan, "get backups -l cnpg.io/cluster=" + node));
  text += "\n* **Connections**: who holds them?\n" +
          block(kubectl(plan, "cnpg psql " + node +
                                  " -- -c \"select usename, state, count(*) from pg_stat_activity "
                                  "group by 1, 2 order by 3 desc\""));
  text +=
      "* **A copy is behind**: its disk or the network. A copy that lost its place is made anew "
      "by deleting its pod and its claim.\n* **The primary is gone**: the operator promotes a "
      "copy within " +
      readable(store.failover.or_else({30'000'000'000})) +
      ". To move it by hand: `kubectl cnpg promote " + node + " " + node + "-2`.\n";
}

std::string yugabyte_text(const Plan& plan, const std::string& node) {
  const std::string master = yugabyte_masters(node) + "-0";
  return block(kubectl(plan, "get pods -o wide -l 'app.kubernetes.io/name in (" + node + "," +
                                 yugabyte_masters(node) + ")'") +
               kubectl(plan, "get jobs,cronjobs -l 'app.kubernetes.io/name in (" + role_job(node) +
                                 "," + dump_job(node) + ")'") +
               kubectl(plan, "port-forward " + master + " 7000") +
               "# http://localhost:7000/tablet-servers: who is alive; /tablet-replication: tablets "
               "without enough copies\n") +
         "\nOne server away: nothing is lost, its tablets' leaders have moved, and after 15 "
         "minutes "
         "its copies are made anew elsewhere. Two of three away: wait for one of them, never "
         "delete "
         "a disk.\n\nA renewed certificate is read at the next start: when it has less than a week "
         "left, `kubectl rollout restart` the two StatefulSets one after the other.\n";
}

void store_page(const Plan& plan, StoreId id, Output& out) {
  const Store& store = plan.model().stores[id];
  const Engine& engine = engine_of(store.engine.value);
  std::vector<std::string> users;
  for (const ServiceId user : plan.users_of(id))
    users.push_back(plan.service(user).name);
  std::string text = "# Store " + plan.store_name(id) + "\n\n" + store.engine.value + ", " +
                     std::to_string(store.copies.or_else({1}).value) + " copies. Used by " +
                     (users.empty() ? "nobody" : enumerate(users)) + ".\n";
  for (const std::string& node : plan.store_nodes(id))
    if (engine.run_by == RunBy::CloudNativePg) postgres_text(plan, store, node, text);
  if (engine.run_by == RunBy::StatefulSet) {
    text +=
        block(kubectl(plan, "get pods -l app.kubernetes.io/name=" + plan.store_nodes(id).front()));
    if (is_cache(store))
      text +=
          "\nNothing is lost with it, but every miss goes to the store behind it: warm it before "
          "full load returns.\n";
  }
  if (engine.name == "yugabytedb")
    for (const std::string& node : plan.store_nodes(id))
      text += yugabyte_text(plan, node);
  if (const Operated* by = operated_as(engine.name); by != nullptr && !by->kind.empty())
    for (const std::string& node : plan.store_nodes(id))
      text +=
          block(kubectl(plan, "get " + lower(by->kind) + " " + node) +
                kubectl(plan, "get pods -o wide -l " + std::string(by->pod_label) + "=" + node) +
                "kubectl -n " + std::string(by->space) + " get pods\n");
  if (engine.run_by == RunBy::Elsewhere)
    text += "\nIt runs outside the cluster: see its provider's console.\n";
  page("store-" + plan.store_name(id), std::move(text), out);
}

void target_down_page(const Plan& plan, Output& out) {
  page("target-down",
       "# Instances can't be scraped\n\nA third or more of a service's instances don't answer "
       "Prometheus: they are down, or the network policy no longer lets Prometheus in.\n" +
           block(kubectl(plan, "get pods -o wide") +
                 kubectl(plan, "get events --sort-by=.lastTimestamp") +
                 kubectl(plan, "get networkpolicies")),
       out);
}

std::string restore_text(const Plan& plan, StoreId id, const std::string& node) {
  const Store& store = plan.model().stores[id];
  const Engine& engine = engine_of(store.engine.value);
  if (engine.run_by == RunBy::CloudNativePg)
    return "   * `" + node + "`: a Cluster `" + node +
           "-restored` with `bootstrap.recovery` from `" + backup_path(plan, node) +
           "` and `recoveryTarget.targetTime`.\n";
  if (engine.name == "yugabytedb" && store.backup)
    return "   * `" + node +
           "`: any moment of the last three days by `yb-admin restore_snapshot_schedule`, in "
           "place. "
           "When the cluster itself is lost, the newest dump in `" +
           backup_path(plan, node) + "` (`ysqlsh -f`): what was written since that dump is lost.\n";
  return "";
}

std::string recovery_plan(const Plan& plan) {
  const Architecture& model = plan.model();
  const auto limit = [](const Field<Duration>& value, std::string_view what) {
    return value ? std::string(what) + " " + readable(*value) : std::string();
  };
  const std::string lost = limit(model.operating->rpo, "lose"),
                    away_for = limit(model.operating->rto, "be away for");
  std::string text = "# Disaster recovery of " + plan.system() + "\n\n";
  text += lost.empty() && away_for.empty()
              ? "The model doesn't say what the system may lose, nor how long it may be away"
              : "The system may " + lost + (lost.empty() ? "" : " of data") +
                    (lost.empty() || away_for.empty() ? "" : " and ") + away_for;
  text +=
      ".\n\n| store | engine | may lose | a copy leaves the cluster | back within | backups kept "
      "|\n|---|---|---|---|---|---|\n";
  for (const StoreId id : model.stores.ids()) {
    const Store& store = model.stores[id];
    const auto said = [](const Field<Duration>& value) {
      return value ? readable(*value) : std::string("not said");
    };
    const std::optional<double> away = copied_away_every(plan, id);
    text += "| " + plan.store_name(id) + " | " + store.engine.value + " | " +
            said(store.backup->rpo) + " | " +
            (away ? "every " + readable(Duration::from_seconds(*away)) : "never") + " | " +
            said(store.backup->rto) + " | " + said(store.backup->keep) + " |\n";
  }
  text +=
      "\n## A zone is lost\n\nNothing to do: instances are spread over " +
      std::to_string(plan.zones()) +
      " zones, stores fail over. Look that the rest carries the load, and that nobody deploys.\n";
  text +=
      "\n## A store's data is lost or wrong\n\n1. Stop its writers: scale them to 0.\n2. Restore "
      "beside the old one, to the moment before the damage:\n";
  for (const StoreId id : model.stores.ids()) {
    for (const std::string& node : plan.store_nodes(id))
      text += restore_text(plan, id, node);
  }
  text +=
      "3. Compare counts and the newest rows with the services' own numbers.\n4. Point the "
      "writers to it, start them, then publish again what came since from the channels.\n";
  text += "\n## The region is lost\n\n";
  text +=
      model.placement->mode.or_else(RegionMode::Single) == RegionMode::Single
          ? "There is no second one. Make a cluster elsewhere, apply "
            "`deploy/overlays/production`, restore every store as above, move the name's "
            "address.\n"
          : "Move the name's address to the other region; promote its stores; expect the loss in "
            "the table.\n";
  text += "\nRehearse each of these twice a year, and write down how long it took.\n";
  return text;
}

bool all_bounded(const Plan& plan) {
  for (const ServicePlan& service : plan.services())
    for (const CallPlan& call : service.calls)
      if (call.policy != nullptr && !call.policy->timeout) return false;
  return true;
}

std::string readiness(const Plan& plan) {
  std::string text = "# Production readiness of " + plan.system() +
                     "\n\nWhat is generated is ticked; the rest is yours to show.\n";
  const auto tick = [&](bool done, const std::string& what) {
    text += std::string("- [") + (done ? "x" : " ") + "] " + what + "\n";
  };
  const auto selected = [&](const char* name) { return plan.selected(name); };
  text += "\n## Objectives and alerts\n\n";
  tick(selected("prometheus"), "Every objective has burn-rate alerts with unit tests");
  tick(selected("alertmanager"), "Alerts reach the team that owns the service");
  tick(true, "Every alert leads to a runbook");
  tick(false, "Somebody is on duty for each team, and was paged in a rehearsal");
  text += "\n## Load\n\n";
  tick(selected("k6"), "A load test with the expected and the peak load is there");
  tick(false, "It was run against an environment of production's size, and its thresholds held");
  text += "\n## Failure\n\n";
  tick(all_bounded(plan),
       "Every call has a time limit; retries are bounded, and none where repeating does harm");
  tick(selected("chaos"), "Experiments for the faults that were simulated are there");
  tick(false, "They were run; each ended in its steady state");
  tick(false, "A restore of every store was rehearsed, within its time");
  text += "\n## Security\n\n";
  tick(true, "Network policies allow the declared calls and nothing else");
  tick(selected("istio") || selected("linkerd"), "Calls are encrypted and their callers known");
  tick(selected("secrets"), "Secrets come from Vault; none stands in a manifest");
  tick(false, "Images are signed, and their vulnerabilities looked at");
  text += "\n## Change\n\n";
  tick(selected("rollouts"), "Changes go to a share of the load first, and go back by themselves");
  tick(false, "A roll-back was tried, with a change of a schema in it");
  const std::vector<NotGenerated> missing = not_generated(plan);
  if (!missing.empty()) text += "\n## Not generated: yours to bring\n\n";
  for (const NotGenerated& each : missing)
    tick(false, "`" + each.element + "` (" + each.what + "): " + each.instead);
  return text;
}

}  // namespace

void target_runbooks(const Plan& plan, Output& out) {
  for (const ObjectivePlan& objective : plan.objectives())
    objective_page(plan, objective, out);
  for (const ChannelId id : plan.model().channels.ids())
    channel_page(plan, id, out);
  for (const Saga& saga : plan.model().sagas)
    saga_page(plan, saga, out);
  for (const StoreId id : plan.model().stores.ids())
    store_page(plan, id, out);
  target_down_page(plan, out);
  out.add("operations/disaster-recovery.md", recovery_plan(plan));
  out.add("operations/failure-modes.md", failure_modes_page(plan));
  out.add("operations/readiness.md", readiness(plan));
}

}  // namespace scantling::generate
