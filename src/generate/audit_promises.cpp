// What several artifacts promise together: how often one request may be tried over all hops, what
// is left when a zone is lost, objectives that stand on others' objectives, and canaries that are
// judged by series that somebody records.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <set>

#include "base/units.h"
#include "generate/audit_model.h"
#include "generate/names.h"
#include "generate/routes.h"

namespace scantling::generate {
namespace {

// --- tries over all hops ---

// Three layers that each try four times make 64 of one ("Site Reliability Engineering", Google,
// 2016, ch. 22): more than ten at the end of a path is a storm that waits for its cause.
constexpr std::int64_t kMostTries = 10;

class Hops {
 public:
  Hops(const Plan& plan, const World& world, Findings& out)
      : plan_(plan), world_(world), out_(out) {}

  void run() {
    for (const PublicEndpoint& open : plan_.public_endpoints())
      walk(open.endpoint, 1, {});
  }

 private:
  // As the manifests have them: the mesh's attempts times the program's own.
  std::int64_t tries(const CallPlan& call) const {
    const ServicePlan& caller = plan_.service(call.caller.service);
    const ServicePlan& callee = plan_.service(call.callee.service);
    std::int64_t out = 1;
    const AuditObject* config = world_.find("ConfigMap", plan_.system(), caller.name);
    const std::string key =
        upper_name(callee.name + "-" + plan_.model().endpoint(call.callee).name) + "_ATTEMPTS";
    if (config != nullptr)
      out = std::max<std::int64_t>(
          1, std::atoi(std::string(config->value->text_at({"data", key}).substr(0, 6)).c_str()));
    return out * (1 + mesh_retries(callee, call.callee));
  }

  std::int64_t mesh_retries(const ServicePlan& callee, EndpointId id) const {
    const AuditObject* object = world_.find("VirtualService", plan_.system(), callee.name);
    const Value* rules = object == nullptr ? nullptr : object->value->path({"spec", "http"});
    if (rules == nullptr) return 0;
    const Endpoint& endpoint = plan_.model().endpoint(id);
    const bool grpc = endpoint.protocol.value == Protocol::Grpc;
    const std::string path = grpc ? grpc_path(plan_, id) : http_route(endpoint).path;
    const std::string pattern = path_with(path, "[^/]+");
    std::int64_t out = 0;
    for (const Value& rule : rules->items()) {
      const Value* matches = rule.find("match");
      const Value* attempts = rule.path({"retries", "attempts"});
      if (matches == nullptr || attempts == nullptr) continue;
      for (const Value& match : matches->items())
        if (match.text_at({"uri", "exact"}) == path || match.text_at({"uri", "regex"}) == pattern)
          out = std::max(out, attempts->integer());
    }
    return std::min<std::int64_t>(out, 1000);
  }

  void walk(EndpointId at, std::int64_t so_far, std::vector<EndpointId> path) {
    if (path.size() > 20 || std::ranges::find(path, at) != path.end() || ++steps_ > 20'000) return;
    path.push_back(at);
    for (const CallPlan& call : plan_.service(at.service).calls) {
      if (!call.callee.valid() || call.caller != at) continue;
      const std::int64_t together = so_far * tries(call);
      if (together > kMostTries && so_far <= kMostTries) report(path, call, together);
      walk(call.callee, std::min<std::int64_t>(together, 1'000'000), path);
    }
  }

  void report(const std::vector<EndpointId>& path, const CallPlan& call, std::int64_t together) {
    const ServicePlan& callee = plan_.service(call.callee.service);
    const AuditObject* object = world_.find("VirtualService", plan_.system(), callee.name);
    if (object == nullptr)
      object = world_.find("ConfigMap", plan_.system(), plan_.service(call.caller.service).name);
    if (object == nullptr) return;
    std::string way;
    for (const EndpointId id : path)
      way += endpoint_name(plan_.model(), id) + " -> ";
    out_.add("retry-product", *object, "",
             way + endpoint_name(plan_.model(), call.callee) + " may be tried " +
                 std::to_string(together) + " times for one request; at most " +
                 std::to_string(kMostTries) + " over all hops");
  }

  const Plan& plan_;
  const World& world_;
  Findings& out_;
  std::size_t steps_ = 0;
};

// --- a zone lost ---

void look_zone(const Plan& plan, const World& world, const ServicePlan& service, Findings& out) {
  const std::int64_t zones = plan.zones();
  const AuditPods* pods = world.pods_of(plan.system(), service.name);
  if (pods == nullptr || zones < 2 || service.low < 2 || service.scheduled) return;
  // Spread evenly, the fullest zone has so many.
  const std::int64_t all = least_pods(world, *pods);
  const std::int64_t left = all - (all + zones - 1) / zones;
  if (left < 1)
    out.add("zone-loss", *pods->owner, "",
            "may run on " + std::to_string(all) + " pods, which one zone of " +
                std::to_string(zones) + " takes with it; the model says at least " +
                std::to_string(service.low));
  for (const AuditObject& object : world.objects()) {
    if (object.kind != "PodDisruptionBudget" || object.space != pods->owner->space) continue;
    const Value* selector = object.value->path({"spec", "selector"});
    const Value* least = object.value->path({"spec", "minAvailable"});
    if (selector == nullptr || least == nullptr || !selects(*selector, *pods)) continue;
    const std::int64_t wanted = pods_of_all(*least, all);
    if (wanted > left && wanted < all)
      out.add("zone-loss", object, "spec.minAvailable",
              "asks for " + std::to_string(wanted) + " of " + std::to_string(all) +
                  " pods, and one zone of " + std::to_string(zones) + " lost leaves " +
                  std::to_string(left) + ": no node can be drained then");
  }
}

// --- objectives on objectives ---

// How often the external is tried for one request by whoever calls it: what fails once may succeed
// then. A message is delivered again besides.
std::int64_t tries_of(const Plan& plan, const ObjectivePlan& objective, const std::string& name) {
  std::int64_t out = 1;
  for (const ServicePlan& service : plan.services())
    for (const CallPlan& call : service.calls)
      if (call.external.valid() && call.repeatable && call.policy != nullptr &&
          plan.model().externals[call.external].name == name)
        out = std::max(out, attempts_of(*call.policy));
  const Endpoint& endpoint = plan.model().endpoint(objective.entry);
  if (objective.consumed && endpoint.consumes->id.valid())
    out *= plan.model().channels[endpoint.consumes->id].attempts.or_else({1}).value;
  return std::clamp<std::int64_t>(out, 1, 20);
}

// An operation can't be promised more often than what it can't do without is promised: the
// objectives of the operations that it calls, and what externals promise.
void look_objective(const Plan& plan, const World& world, const ObjectivePlan& objective,
                    Findings& out) {
  if (objective.availability <= 0) return;
  const EndpointEstimate* entry = plan.estimate().of(objective.entry);
  if (entry == nullptr) return;
  double promised = 1;
  std::string of;
  for (const std::string& part : entry->hard_dependencies) {
    for (const External& external : plan.model().externals) {
      if ("externals." + external.name != part || !external.availability) continue;
      const double fails = 1 - external.availability->value;
      const std::int64_t tries = tries_of(plan, objective, external.name);
      promised *= 1 - std::pow(fails, static_cast<double>(tries));
      of += (of.empty() ? "" : ", ") + part + " " + readable(*external.availability) +
            (tries > 1 ? " tried " + std::to_string(tries) + " times" : std::string());
    }
  }
  for (const ObjectivePlan& other : plan.objectives()) {
    const bool called =
        std::ranges::any_of(plan.service(objective.entry.service).calls, [&](const CallPlan& call) {
          return call.caller == objective.entry && call.callee == other.entry;
        });
    const std::string part = service_element(plan.model(), other.entry.service);
    if (!called || other.availability <= 0 ||
        std::ranges::find(entry->hard_dependencies, part) == entry->hard_dependencies.end())
      continue;
    promised *= other.availability;
    of += (of.empty() ? "" : ", ") + other.name + " " + readable(Share{other.availability});
  }
  if (of.empty() || objective.availability <= promised + 1e-12) return;
  const AuditObject* object =
      world.find("Service", plan.system(), plan.service(objective.entry.service).name);
  if (object == nullptr) return;
  out.add("objective-past-dependencies", *object, objective.name,
          "is promised " + readable(Share{objective.availability}) +
              ", but what it can't do without is promised " + readable(Share{promised}) +
              " together: " + of);
}

// --- canaries ---

bool name_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == ':';
}

// The names before '{' of a PromQL expression: its series.
std::set<std::string> series_in(std::string_view query) {
  std::set<std::string> out;
  for (std::size_t at = query.find('{'); at != query.npos; at = query.find('{', at + 1)) {
    std::size_t from = at;
    while (from > 0 && name_char(query[from - 1]))
      --from;
    if (from < at) out.insert(std::string(query.substr(from, at - from)));
  }
  return out;
}

std::set<std::string> jobs_in(std::string_view query) {
  std::set<std::string> out;
  constexpr std::string_view kJob = "job=\"";
  for (std::size_t at = query.find(kJob); at != query.npos; at = query.find(kJob, at + 1)) {
    const std::size_t from = at + kJob.size();
    const std::size_t to = query.find('"', from);
    if (to != query.npos) out.insert(std::string(query.substr(from, to - from)));
  }
  return out;
}

class Canaries {
 public:
  Canaries(const World& world, Findings& out) : world_(world), out_(out) {
    for (const AuditObject& object : world.objects()) {
      const Value* groups =
          object.kind == "PrometheusRule" ? object.value->path({"spec", "groups"}) : nullptr;
      if (groups == nullptr) continue;
      any_rules_ = true;
      for (const Value& group : groups->items())
        if (const Value* rules = group.find("rules"))
          for (const Value& rule : rules->items())
            known_.merge(series_in(rule.text_at({"expr"})));
    }
  }

  void run() {
    for (const AuditObject& object : world_.objects()) {
      if (object.kind == "MetricTemplate") look(object, object.value->text_at({"spec", "query"}));
      const Value* metrics =
          object.kind == "AnalysisTemplate" ? object.value->path({"spec", "metrics"}) : nullptr;
      if (metrics == nullptr) continue;
      for (const Value& metric : metrics->items())
        look(object, metric.text_at({"provider", "prometheus", "query"}));
    }
  }

 private:
  void look(const AuditObject& object, std::string_view query) {
    if (any_rules_)
      for (const std::string& name : series_in(query))
        if (!known_.contains(name))
          out_.add("unknown-series", object, "", "asks " + name + ", which no rule here knows");
    if (!world_.has_kind("ServiceMonitor")) return;
    for (const std::string& job : jobs_in(query))
      if (!scraped(object, job))
        out_.add("unknown-series", object, "",
                 "asks job " + job + ", which no ServiceMonitor here scrapes");
  }

  bool scraped(const AuditObject& object, const std::string& job) const {
    const AuditObject* service = world_.find("Service", object.space, job);
    if (service == nullptr) return false;
    AuditPods as_pods;
    if (const Value* marks = service->value->path({"metadata", "labels"}))
      for (std::size_t i = 0; i < marks->size(); ++i)
        as_pods.labels[marks->keys()[i]] = marks->at(i).text();
    for (const AuditObject& monitor : world_.objects()) {
      if (!world_.more_work()) return true;
      if (monitor.kind != "ServiceMonitor" || monitor.space != object.space) continue;
      const Value* selector = monitor.value->path({"spec", "selector"});
      if (selector != nullptr && selects(*selector, as_pods)) return true;
    }
    return false;
  }

  const World& world_;
  Findings& out_;
  std::set<std::string> known_;
  bool any_rules_ = false;
};

}  // namespace

void audit_promises(const Plan& plan, const World& world, Findings& out) {
  Hops(plan, world, out).run();
  for (const ServicePlan& service : plan.services())
    look_zone(plan, world, service, out);
  for (const ObjectivePlan& objective : plan.objectives())
    look_objective(plan, world, objective, out);
}

void audit_canaries(const World& world, Findings& out) {
  Canaries(world, out).run();
}

}  // namespace scantling::generate
