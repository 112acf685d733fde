#include "generate/audit.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "generate/audit_model.h"
#include "generate/k8s.h"
#include "generate/routes.h"
#include "generate/schema.h"
#include "generate/versions.h"

namespace scantling::generate {
namespace {

void check_schemas(const World& world, Audit& out) {
  std::set<std::string> unknown;
  SchemaRules rules;
  Findings findings;
  for (const AuditObject& object : world.objects()) {
    if (object.kind.empty() || object.api.empty()) {
      findings.add("schema", object, "", "has no apiVersion or no kind: it is no object");
      continue;
    }
    // Kustomize's own files stand beside the objects.
    if (object.api.starts_with("kustomize.config.k8s.io/")) continue;
    if (std::string gone = gone_version(object.api, object.kind); !gone.empty()) {
      findings.add("version-gone", object, "",
                   "is of " + std::string(object.api) + ", which " + gone);
      continue;
    }
    if (!has_schema(object.api, object.kind)) {
      unknown.insert(std::string(object.kind) + " of " + std::string(object.api));
      continue;
    }
    for (SchemaProblem& problem : check_schema(*object.value, &rules)) {
      const bool rule = problem.text.starts_with("breaks the rule");
      findings.add(rule ? "rule-broken" : "schema", object, std::move(problem.path),
                   std::move(problem.text));
    }
  }
  out.findings = findings.take();
  out.rules_asked = rules.asked;
  out.rules_about_changes = rules.about_changes;
  const std::set<std::string> not_understood(rules.unknown.begin(), rules.unknown.end());
  out.rules_unknown.assign(not_understood.begin(), not_understood.end());
  out.without_schema.assign(unknown.begin(), unknown.end());
}

void sort(std::vector<AuditFinding>& findings) {
  const auto key = [](const AuditFinding& f) {
    return std::tie(f.file, f.object, f.path, f.rule, f.text);
  };
  std::ranges::sort(findings, [&](const auto& a, const auto& b) { return key(a) < key(b); });
  const auto same =
      std::ranges::unique(findings, [&](const auto& a, const auto& b) { return key(a) == key(b); });
  findings.erase(same.begin(), same.end());
}

// --- against the model ---

class ModelAudit {
 public:
  ModelAudit(const Plan& plan, const World& world) : plan_(plan), world_(world) {}

  std::vector<AuditFinding> run() {
    for (const ServicePlan& service : plan_.services()) {
      look_calls(service);
      look_stores(service);
      look_routes(service);
    }
    look_connections();
    audit_promises(plan_, world_, out_);
    return out_.take();
  }

 private:
  const AuditPods* pods_of(const std::string& name) const {
    return world_.pods_of(plan_.system(), name);
  }

  void look_calls(const ServicePlan& caller) {
    const AuditPods* from = pods_of(caller.name);
    for (const CallPlan& call : caller.calls) {
      if (from == nullptr || !call.callee.valid()) continue;
      const ServicePlan& callee = plan_.service(call.callee.service);
      const Endpoint& endpoint = plan_.model().endpoint(call.callee);
      const int port = endpoint.protocol.value == Protocol::Grpc ? kGrpcPort : kHttpPort;
      look_way(*from, pods_of(callee.name), port);
    }
  }

  void look_stores(const ServicePlan& service) {
    const AuditPods* from = pods_of(service.name);
    for (const StoreUse& use : service.stores) {
      const Engine& engine = engine_of(plan_.model().stores[use.store].engine.value);
      if (from == nullptr || engine.run_by == RunBy::Elsewhere) continue;
      for (const std::string& node : plan_.store_nodes(use.store)) {
        look_way(*from, pods_of(node), engine.port);
        const int copies = copy_reads(node, engine).port;
        if (!use.any_copy.empty() && copies != engine.port) look_way(*from, pods_of(node), copies);
      }
    }
  }

  void look_way(const AuditPods& from, const AuditPods* to, int port) {
    if (to == nullptr) return;
    const bool out = world_.lets_out(from, *to, port), in = world_.lets_in(from, *to, port);
    if (out && in) return;
    out_.add("blocked-call", out ? *to->owner : *from.owner, "",
             from.owner->title() + " uses port " + std::to_string(port) + " of " +
                 to->owner->title() + " in the model, but the network policy of the " +
                 (out ? "callee doesn't let it in" : "caller doesn't let it out"));
  }

  // What must not be repeated has no retries, whatever stands in the route.
  void look_routes(const ServicePlan& callee) {
    const AuditObject* object = world_.find("VirtualService", plan_.system(), callee.name);
    const Value* rules = object == nullptr ? nullptr : object->value->path({"spec", "http"});
    if (rules == nullptr) return;
    for (const MeshRoute& route : mesh_routes(plan_, callee)) {
      if (route.retries > 0) continue;
      for (const Value& rule : rules->items()) {
        const Value* matches = rule.find("match");
        const Value* attempts = rule.path({"retries", "attempts"});
        if (matches == nullptr || attempts == nullptr || attempts->integer() == 0) continue;
        if (std::ranges::any_of(matches->items(), [&](const Value& match) {
              return match.text_at({"uri", "exact"}) == route.path &&
                     match.text_at({"method", "exact"}) == route.method;
            }))
          out_.add("retry-not-repeatable", *object, "spec.http",
                   "retries " + route.method + " " + route.path +
                       ", which the model doesn't call repeatable");
      }
    }
  }

  void look_connections() {
    for (const StoreId id : plan_.model().stores.ids()) {
      const Store& store = plan_.model().stores[id];
      if (!store.max_connections || !store.pool) continue;
      std::int64_t most = 0;
      for (const ServiceId user : plan_.users_of(id))
        most += store.pool->per_instance ? store.pool->size * plan_.service(user).high
                                         : store.pool->size;
      // Each shard is a server, and where any node answers each copy is; connections are spread.
      const std::vector<std::string> nodes = plan_.store_nodes(id);
      std::int64_t servers = static_cast<std::int64_t>(nodes.size());
      if (engine_of(store.engine.value).shards_itself)
        servers = std::max<std::int64_t>(1, store.shards.or_else({1}).value);
      for (const char* any_node : {"cassandra", "scylladb", "cockroachdb", "yugabytedb"})
        if (store.engine.value == any_node) servers *= store.copies.or_else({1}).value;
      const std::int64_t limit = store.max_connections->value * servers;
      const AuditPods* pods = pods_of(nodes.front());
      if (pods != nullptr && most > limit)
        out_.add("connections-past-limit", *pods->owner, "",
                 "its clients open up to " + std::to_string(most) +
                     " connections, the server takes " + std::to_string(limit));
    }
  }

  const Plan& plan_;
  const World& world_;
  Findings out_;
};

// Alerts lead to runbooks that were written in the same run.
void look_runbooks(const Plan& plan, const World& world, const Output& out, Findings& findings) {
  if (!plan.selected("runbooks")) return;
  for (const AuditObject& object : world.objects()) {
    const Value* groups =
        object.kind == "PrometheusRule" ? object.value->path({"spec", "groups"}) : nullptr;
    if (groups == nullptr) continue;
    for (const Value& group : groups->items())
      for (const Value& rule : group.find("rules")->items()) {
        const std::string_view url = rule.text_at({"annotations", "runbook_url"});
        const std::size_t at = url.find("operations/runbooks/");
        if (rule.find("alert") == nullptr) continue;
        if (at == std::string_view::npos || !out.files().contains(url.substr(at)))
          findings.add("no-runbook", object, "alert " + std::string(rule.text_at({"alert"})),
                       "leads to a runbook that is not there");
      }
  }
}

}  // namespace

Audit audit(const std::vector<Resource>& objects) {
  const World world(objects);
  Audit out;
  out.objects = objects.size();
  check_schemas(world, out);
  Findings cross;
  audit_references(world, cross);
  audit_networks(world, cross);
  audit_workloads(world, cross);
  audit_collectors(world, cross);
  audit_canaries(world, cross);
  if (world.unfinished())
    cross.add("too-large", world.objects().front(), "",
              "there are too many objects to compare all with all: check them in parts");
  for (AuditFinding& finding : cross.take())
    out.findings.push_back(std::move(finding));
  sort(out.findings);
  return out;
}

std::vector<AuditFinding> audit_model(const Plan& plan, const std::vector<Resource>& objects) {
  const World world(objects);
  std::vector<AuditFinding> out = ModelAudit(plan, world).run();
  sort(out);
  return out;
}

Audit audit_output(const Plan& plan, const Output& out) {
  std::vector<Resource> objects = out.resources();
  for (Resource& resource : objects)
    resource.file = "deploy/base/" + resource.file;
  Audit result = audit(objects);
  for (AuditFinding& finding : audit_model(plan, objects))
    result.findings.push_back(std::move(finding));
  const World world(objects);
  Findings runbooks;
  look_runbooks(plan, world, out, runbooks);
  for (AuditFinding& finding : runbooks.take())
    result.findings.push_back(std::move(finding));
  sort(result.findings);
  return result;
}

std::string audit_lines(const Audit& audit) {
  std::string out;
  for (const AuditFinding& finding : audit.findings) {
    out += finding.file + ": ";
    for (const std::string* part : {&finding.object, &finding.path})
      if (!part->empty()) out += *part + ": ";
    out += finding.text + " [" + finding.rule + "]\n";
  }
  return out;
}

}  // namespace scantling::generate
