// The self-check on what we write, and on mutants of it: each rule must find the fault that it is
// for, and nothing on the original.
#include "generate/audit.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "generate/generate.h"
#include "generate/manifests.h"
#include "generate/pattern.h"
#include "generate/schema.h"
#include "generate/test_models.h"

namespace scantling::generate {
namespace {

constexpr const char* kModel = R"(scantling: 1
system: till
aggregates:
  Payment: { count: 1M }
operations:
  pay:
    actor: customer
    steps: [write Payment]
    objective: { p99: 500ms, availability: 99.9% }
teams: { money: { size: 5 } }
externals: { bank: { idempotent: by key } }
services:
  checkout:
    team: money
    runtime: { language: go, instances: 3..9, cpu: 1, memory: 512 MiB, start: 2s }
    scale: { on: utilisation, target: 60%, interval: 15s }
    endpoints:
      pay:
        http: POST /payments
        implements: pay
        idempotent: by key
        steps:
          - call: ledger.book
            timeout: 100ms
            retry: { attempts: 3, backoff: 20ms }
          - { call: ledger.close, timeout: 50ms }
          - { call: bank, timeout: 200ms }
          - { read: sessions, timeout: 20ms }
          - { publish: payments.events Paid }
  ledger:
    team: money
    runtime: { language: go, instances: 3, cpu: 0.5, memory: 256 MiB, start: 2s }
    endpoints:
      book: { http: POST /bookings, idempotent: by key, steps: [{ write: ledger-db, timeout: 40ms }] }
      close: { http: POST /closings, steps: [{ write: ledger-db, timeout: 40ms }] }
  mailing:
    team: money
    runtime: { language: go, instances: 2..4, cpu: 0.5, memory: 256 MiB, start: 2s }
    scale: { on: lag, target: 50 }
    endpoints:
      mail: { consumes: payments.events, idempotent: by key }
stores:
  ledger-db: { engine: postgresql, owner: ledger, copies: 3, pool: 8 per instance, max-connections: 100, backup: { rpo: 1min } }
  sessions: { engine: redis, owner: checkout, copies: 2, expires: 5min, capacity: 1 GB }
channels:
  payments.events: { broker: kafka, owner: checkout, events: [Paid], partitions: 6, copies: 3, in-sync: 2, dead-letter: payments.dead }
placement: { platform: kubernetes, zones: 3, mesh: istio }
)";

struct Case {
  explicit Case(const std::string& text = kModel)
      : model(model_of(text)), generated(generate_all(model, {}, {})) {}
  Architecture model;
  Generated generated;

  // The objects after a change to the first of this kind and name.
  template <class Change>
  std::vector<Resource> changed(std::string_view kind, std::string_view name,
                                Change&& change) const {
    std::vector<Resource> out = generated.output.resources();
    const auto found = std::ranges::find_if(out, [&](const Resource& resource) {
      return resource.object.text_at({"kind"}) == kind &&
             resource.object.text_at({"metadata", "name"}) == name;
    });
    EXPECT_NE(found, out.end()) << kind << " " << name;
    if (found != out.end()) change(found->object);
    return out;
  }
};

bool finds(const std::vector<AuditFinding>& findings, std::string_view rule) {
  return std::ranges::any_of(findings, [&](const AuditFinding& f) { return f.rule == rule; });
}

Value& at(Value& value, std::initializer_list<std::string_view> keys) {
  Value* out = &value;
  for (const std::string_view key : keys)
    out = &(*out)[key];
  return *out;
}

TEST(Audit, FindsNothingInWhatWeWrite) {
  const Case original;
  EXPECT_GT(original.generated.audit.objects, 50U);
  EXPECT_EQ(audit_lines(original.generated.audit), "");
  EXPECT_EQ(original.generated.audit.without_schema,
            std::vector<std::string>{"ObjectStore of barmancloud.cnpg.io/v1"});
  EXPECT_GT(original.generated.audit.rules_asked, 50U);
  EXPECT_EQ(original.generated.audit.rules_unknown, std::vector<std::string>{});
}

// Each mutant with the rule that must find it.
struct Mutant {
  const char* rule;
  const char* kind;
  const char* name;
  void (*change)(Value& object);
};

constexpr auto drop_rules = [](Value& object, const char* direction) {
  Value kept = Value::empty_list();
  for (const Value& rule : at(object, {"spec", direction}).items())
    if (to_yaml(rule).find("name: ledger") == std::string::npos &&
        to_yaml(rule).find("name: checkout") == std::string::npos)
      kept.add(rule);
  at(object, {"spec", direction}) = kept;
};

const Mutant kMutants[] = {
    {"schema", "Deployment", "checkout", [](Value& o) { at(o, {"spec", "replica"}) = 3; }},
    {"schema", "Service", "ledger",
     [](Value& o) {
       Value& ports = at(o, {"spec", "ports"});
       ports.add(ports.at(0));
     }},
    {"schema", "HorizontalPodAutoscaler", "checkout",
     [](Value& o) { at(o, {"spec", "maxReplicas"}) = "many"; }},
    {"schema", "KafkaTopic", "payments-events",
     [](Value& o) { at(o, {"spec", "partitions"}) = 0; }},
    {"schema", "VirtualService", "ledger", [](Value& o) { at(o, {"spec", "htpp"}) = 1; }},
    {"blocked-call", "NetworkPolicy", "checkout", [](Value& o) { drop_rules(o, "egress"); }},
    {"half-open-policy", "NetworkPolicy", "ledger", [](Value& o) { drop_rules(o, "ingress"); }},
    {"port-not-found", "Service", "ledger",
     [](Value& o) {
       Value ports = Value::empty_list();
       for (Value port : at(o, {"spec", "ports"}).items())
         ports.add(port.set("targetPort", "grpc"));
       at(o, {"spec", "ports"}) = ports;
     }},
    {"port-not-found", "HTTPRoute", "checkout-public",
     [](Value& o) {
       Value rule = at(o, {"spec", "rules"}).at(0);
       rule.set("backendRefs", list({map({{"name", "checkout"}, {"port", 8088}})}));
       at(o, {"spec", "rules"}) = list({rule});
     }},
    {"selector-matches-nothing", "Service", "ledger",
     [](Value& o) { at(o, {"spec", "selector", "app.kubernetes.io/name"}) = "ledgr"; }},
    {"selector-matches-nothing", "PodDisruptionBudget", "ledger",
     [](Value& o) {
       at(o, {"spec", "selector", "matchLabels", "app.kubernetes.io/name"}) = "ledgr";
     }},
    {"selector-not-template", "Deployment", "ledger",
     [](Value& o) {
       at(o, {"spec", "selector", "matchLabels", "app.kubernetes.io/name"}) = "ledgr";
     }},
    {"budget-blocks", "PodDisruptionBudget", "ledger",
     [](Value& o) {
       at(o, {"spec"}) = map({{"minAvailable", "100%"}, {"selector", at(o, {"spec", "selector"})}});
     }},
    {"replicas-beside-autoscaler", "Deployment", "checkout",
     [](Value& o) { at(o, {"spec", "replicas"}) = 3; }},
    {"missing-reference", "Deployment", "checkout",
     [](Value& o) { at(o, {"spec", "template", "spec", "serviceAccountName"}) = "chekout"; }},
    {"missing-reference", "ExternalSecret", "checkout-bank-credentials",
     [](Value& o) { at(o, {"spec", "target", "name"}) = "other"; }},
    {"missing-reference", "ConfigMap", "ledger",
     [](Value& o) { at(o, {"metadata", "name"}) = "ledger-2"; }},
    {"missing-reference", "KafkaUser", "mailing-kafka",
     [](Value& o) { at(o, {"metadata", "name"}) = "mailing"; }},
    {"missing-reference", "HorizontalPodAutoscaler", "checkout",
     [](Value& o) { at(o, {"spec", "scaleTargetRef", "name"}) = "chekout"; }},
    {"retry-past-timeout", "VirtualService", "ledger",
     [](Value& o) {
       Value rule = at(o, {"spec", "http"}).at(0);
       rule.set("timeout", "150ms");
       at(o, {"spec", "http"}) = list({rule});
     }},
    {"retry-not-repeatable", "VirtualService", "ledger",
     [](Value& o) {
       Value rules = Value::empty_list();
       for (Value rule : at(o, {"spec", "http"}).items()) {
         if (rule.text_at({"name"}) == "close") rule.set("retries", map({{"attempts", 2}}));
         rules.add(rule);
       }
       at(o, {"spec", "http"}) = rules;
     }},
    {"in-sync-too-high", "KafkaTopic", "payments-events",
     [](Value& o) { at(o, {"spec", "config", "min.insync.replicas"}) = "3"; }},
    {"consumers-past-partitions", "ScaledObject", "mailing",
     [](Value& o) { at(o, {"spec", "maxReplicaCount"}) = 9; }},
    {"no-time-to-drain", "Deployment", "ledger",
     [](Value& o) { at(o, {"spec", "template", "spec", "terminationGracePeriodSeconds"}) = 10; }},
    // Rules of the custom resources: an exact path is a path; one redirect and no backends; two
    // selections exclude each other.
    {"rule-broken", "HTTPRoute", "checkout-public",
     [](Value& o) {
       Value rule = at(o, {"spec", "rules"}).at(0);
       rule.set("matches",
                list({map({{"path", map({{"type", "Exact"}, {"value", "payments"}})}})}));
       at(o, {"spec", "rules"}) = list({rule});
     }},
    {"rule-broken", "HTTPRoute", "checkout-public",
     [](Value& o) {
       Value rule = at(o, {"spec", "rules"}).at(0);
       rule.set("timeouts", map({{"request", "1s"}, {"backendRequest", "2s"}}));
       at(o, {"spec", "rules"}) = list({rule});
     }},
    {"rule-broken", "AuthorizationPolicy", "checkout",
     [](Value& o) {
       at(o, {"spec", "targetRef"}) =
           map({{"group", "gateway.networking.k8s.io"}, {"kind", "Gateway"}, {"name", "till"}});
     }},
    {"rule-broken", "Cluster", "ledger-db",
     [](Value& o) {
       at(o, {"spec", "imageCatalogRef"}) = map({{"apiGroup", "postgresql.cnpg.io"},
                                                 {"kind", "ImageCatalog"},
                                                 {"name", "images"},
                                                 {"major", 17}});
     }},
    {"duplicate-object", "Service", "checkout",
     [](Value& o) { at(o, {"metadata", "name"}) = "ledger"; }},
};

TEST(Audit, FindsEveryMutant) {
  const Case original;
  for (const Mutant& mutant : kMutants) {
    const auto objects = original.changed(mutant.kind, mutant.name, mutant.change);
    const Audit result = audit(objects);
    EXPECT_TRUE(finds(result.findings, mutant.rule))
        << mutant.rule << " of " << mutant.kind << " " << mutant.name << ":\n"
        << audit_lines(result);
  }
}

TEST(Audit, FindsAPolicyThatForgotADeclaredCall) {
  const Case original;
  const auto objects =
      original.changed("NetworkPolicy", "checkout", [](Value& o) { drop_rules(o, "egress"); });
  const std::vector<AuditFinding> findings = audit_model(Plan(original.model, {}), objects);
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings.front().rule, "blocked-call");
  EXPECT_NE(findings.front().text.find("port 8080 of Deployment till/ledger"), std::string::npos);
}

// Rules that need the model: each on the objects as they were, changed in one place.
TEST(Audit, FindsBrokenPromises) {
  struct Promise {
    const char* rule;
    const char* kind;
    const char* name;
    void (*change)(Value& object);
  };
  const Promise kPromises[] = {
      {"retry-product", "VirtualService", "ledger",
       [](Value& o) {
         Value rules = Value::empty_list();
         for (Value rule : at(o, {"spec", "http"}).items())
           rules.add(rule.set("retries", map({{"attempts", 11}, {"perTryTimeout", "1ms"}})));
         at(o, {"spec", "http"}) = rules;
       }},
      {"retry-product", "ConfigMap", "checkout",
       [](Value& o) { at(o, {"data", "LEDGER_BOOK_ATTEMPTS"}) = "4"; }},
      {"zone-loss", "HorizontalPodAutoscaler", "checkout",
       [](Value& o) { at(o, {"spec", "minReplicas"}) = 1; }},
      {"zone-loss", "PodDisruptionBudget", "checkout",
       [](Value& o) {
         const Value selector = at(o, {"spec", "selector"});
         at(o, {"spec"}) = map({{"minAvailable", 4}, {"selector", selector}});
       }},
  };
  const Case original;
  const Plan plan(original.model, {});
  EXPECT_TRUE(audit_model(plan, original.generated.output.resources()).empty());
  for (const Promise& each : kPromises) {
    auto objects = original.changed(each.kind, each.name, each.change);
    if (std::string_view(each.kind) == "PodDisruptionBudget")
      for (Resource& resource : objects)
        if (resource.object.text_at({"kind"}) == "HorizontalPodAutoscaler")
          resource.object["spec"].set("minReplicas", 5);
    EXPECT_TRUE(finds(audit_model(plan, objects), each.rule)) << each.rule << " " << each.kind;
  }
}

TEST(Audit, FindsAnObjectivePastItsDependencies) {
  std::string text = kModel;
  const std::string from = "bank: { idempotent: by key }";
  text.replace(text.find(from), from.size(), "bank: { idempotent: by key, availability: 99.5% }");
  const auto findings = Case(text).generated.audit.findings;
  ASSERT_TRUE(finds(findings, "objective-past-dependencies"));
  const auto found =
      std::ranges::find(findings, "objective-past-dependencies", &AuditFinding::rule);
  EXPECT_NE(found->text.find("externals.bank 99.5%"), std::string::npos) << found->text;
}

TEST(Audit, FindsCanariesThatNothingMeasures) {
  std::string text = kModel;
  const std::string from = "mesh: istio";
  text.replace(text.find(from), from.size(), "mesh: istio, rollout: canary");
  const Case canary(text);
  EXPECT_EQ(audit_lines(canary.generated.audit), "");
  for (const auto& [old_text, new_text] :
       {std::pair<std::string, std::string>{"http_server_request_duration_seconds_count",
                                            "http_requests_total"},
        {"job=\"checkout\"", "job=\"chekout\""}}) {
    const auto objects = canary.changed("AnalysisTemplate", "checkout", [&](Value& o) {
      Value metric = at(o, {"spec", "metrics"}).at(0);
      std::string query(metric.text_at({"provider", "prometheus", "query"}));
      const std::size_t place = query.find(old_text);
      ASSERT_NE(place, std::string::npos) << query;
      query.replace(place, old_text.size(), new_text);
      metric["provider"]["prometheus"].set("query", query);
      at(o, {"spec", "metrics"}) = list({metric});
    });
    EXPECT_TRUE(finds(audit(objects).findings, "unknown-series")) << new_text;
  }
}

TEST(Audit, FindsMorePoolsThanConnections) {
  std::string text = kModel;
  const std::string from = "pool: 8 per instance";
  text.replace(text.find(from), from.size(), "pool: 80 per instance");
  EXPECT_TRUE(finds(Case(text).generated.audit.findings, "connections-past-limit"));
}

TEST(Audit, ReadsCollectorsInsideConfigMaps) {
  const auto config = [](const std::string& exporters, const std::string& processors) {
    Value object = map({{"apiVersion", "v1"}, {"kind", "ConfigMap"}});
    object.set("metadata", map({{"name", "collector"}, {"namespace", "m"}}));
    object.set("data", map({{"c.yaml",
                             "receivers: {otlp: {}}\nprocessors: {memory_limiter: {}, "
                             "batch: {}}\nexporters: {otlp: {}}\nservice:\n  "
                             "pipelines:\n    traces: {receivers: [otlp], processors: [" +
                                 processors + "], exporters: [" + exporters + "]}\n"}}));
    return audit({{object, "c.yaml", ""}}).findings;
  };
  EXPECT_TRUE(config("otlp", "memory_limiter, batch").empty());
  EXPECT_TRUE(finds(config("jaeger", "memory_limiter, batch"), "undefined-component"));
  EXPECT_TRUE(finds(config("otlp", "batch, memory_limiter"), "pipeline-order"));
}

TEST(Manifests, ReadsDocumentsAsTheApiServerDoes) {
  const ManifestFile file = parse_manifests(
      "kind: List\nitems:\n  - { kind: A, n: 3, x: 0.5, t: \"3\", b: true, y: yes, z: ~ }\n---\n"
      "kind: B\n");
  ASSERT_EQ(file.documents.size(), 2U);
  const Value& first = file.documents[0];
  EXPECT_EQ(first.find("n")->integer(), 3);
  EXPECT_EQ(first.find("x")->number(), 0.5);
  EXPECT_EQ(first.find("t")->text(), "3");
  EXPECT_TRUE(first.find("b")->boolean());
  EXPECT_EQ(first.find("y")->text(), "yes");
  EXPECT_EQ(first.find("z")->kind(), Value::Kind::Null);
  EXPECT_FALSE(parse_manifests("a: [").problems.empty());
}

TEST(Pattern, MatchesAsRe2Does) {
  const auto found = [](const char* pattern, const char* text) {
    const auto parsed = Pattern::parse(pattern);
    EXPECT_TRUE(parsed) << pattern;
    return parsed && parsed->found_in(text);
  };
  const char* label = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";
  EXPECT_TRUE(found(label, "a-b"));
  EXPECT_FALSE(found(label, "a-"));
  EXPECT_FALSE(found(label, "A"));
  EXPECT_TRUE(found("^([0-9]{1,5}(h|m|s|ms)){1,4}$", "1m30s"));
  EXPECT_FALSE(found("^([0-9]{1,5}(h|m|s|ms)){1,4}$", "123456s"));
  EXPECT_TRUE(found("^(?i)(abort|warn)?$", "Warn"));
  EXPECT_TRUE(found("b|^c", "abc"));
  EXPECT_TRUE(found("^.{2,}|[^./]$", "a"));
  EXPECT_FALSE(found("^\\PC*$", "a\n"));
  EXPECT_FALSE(Pattern::parse("("));
  EXPECT_FALSE(Pattern::parse("a**("));
  // A backtracking matcher would need two to the power of 40 steps.
  EXPECT_FALSE(
      found("^(a|aa)*$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"));
}

}  // namespace
}  // namespace scantling::generate
