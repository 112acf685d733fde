// Whatever the catalogue can decide is either generated, and hangs together, or said to be missing.
#include "generate/coverage.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/text.h"
#include "catalog/catalog.h"
#include "generate/generate.h"
#include "generate/test_models.h"

namespace scantling::generate {
namespace {

constexpr const char* kModel = R"(scantling: 1
system: yard
aggregates:
  Item: { count: 1M }
operations:
  put: { actor: customer, steps: [write Item], objective: { p99: 500ms, availability: 99.9% } }
teams: { stock: { size: 5 } }
services:
  keeping:
    team: stock
    runtime: { language: go, instances: 3..6, cpu: 1, memory: 512 MiB, start: 2s }
    endpoints:
      put:
        http: POST /items
        implements: put
        idempotent: by key
        steps:
          - { write: things, timeout: 40ms }
          - { publish: items.events Put }
          - { publish: items.jobs Pack }
  packing:
    team: stock
    runtime: { language: go, instances: 2..4, cpu: 0.5, memory: 256 MiB, start: 2s }
    endpoints:
      note: { consumes: items.events, idempotent: by key, steps: [{ call: keeping.put, timeout: 50ms }] }
      pack: { consumes: items.jobs, idempotent: by key }
stores:
  things: { engine: ENGINE, owner: keeping, copies: 3, max-connections: 500, pool: 10 per instance, backup: { rpo: 10min, keep: 30d } }
channels:
  items.events: { broker: BROKER, owner: keeping, events: [Put, Dropped], copies: 3, partitions: 8, dead-letter: items.dead, attempts: 5 }
  items.jobs: { broker: BROKER, owner: keeping, kind: queue, events: [Pack], copies: 3, partitions: 8 }
placement: { platform: PLATFORM, zones: 3, mesh: MESH, gateway: GATEWAY, discovery: DISCOVERY, identity: IDENTITY, secrets: SECRETS }
)";

struct Choice {
  const char* key;
  const char* usual;
  std::vector<std::string_view> kinds;  // of the catalogue
  const char* element;
};
const std::vector<Choice> kChoices = {
    {"ENGINE",
     "postgresql",
     {"database", "cache", "search", "analytics", "object-store", "event-store", "time-series"},
     "stores.things"},
    {"BROKER", "kafka", {"broker"}, "channels"},
    {"PLATFORM", "kubernetes", {"platform"}, "placement.platform"},
    {"MESH", "istio", {"mesh"}, "placement.mesh"},
    {"GATEWAY", "envoy-gateway", {"gateway"}, "placement.gateway"},
    {"DISCOVERY", "kubernetes-dns", {"discovery"}, "placement.discovery"},
    {"IDENTITY", "spire", {"identity"}, "placement.identity"},
    {"SECRETS", "vault", {"secrets"}, "placement.secrets"},
};

std::string text_with(std::string_view key, const std::string& name) {
  std::string text = kModel;
  for (const Choice& choice : kChoices)
    text = replace_all(text, choice.key, choice.key == key ? name : choice.usual);
  return text;
}

Architecture model_with(std::string_view key, const std::string& name) {
  return model_of(text_with(key, name), name);
}

Generated generate_with(std::string_view key, const std::string& name) {
  return generate_all(model_with(key, name), {}, {});
}

TEST(Coverage, EveryChoiceOfTheCatalogueHangsTogether) {
  std::size_t tried = 0;
  for (const Choice& choice : kChoices)
    for (const std::string_view kind : choice.kinds)
      for (const Technology* each : built_in_catalog().of_kind(kind)) {
        const Generated result = generate_with(choice.key, each->name);
        EXPECT_EQ(audit_lines(result.audit), "") << choice.key << " " << each->name;
        ++tried;
      }
  EXPECT_GT(tried, 40U);
}

// What is said to be missing, and nothing else: a new entry of the catalogue without a generator
// must be named here, knowingly.
TEST(Coverage, SaysWhatIsMissing) {
  std::vector<std::string> missing, late;  // whose copies leave the cluster later than every 10 min
  for (const Choice& choice : kChoices)
    for (const std::string_view kind : choice.kinds)
      for (const Technology* each : built_in_catalog().of_kind(kind))
        for (const NotGenerated& what : generate_with(choice.key, each->name).missing) {
          if (what.element == "stores.things.backup.rpo") {
            late.push_back(each->name);
            continue;
          }
          EXPECT_EQ(what.element, choice.element);
          EXPECT_EQ(what.what, each->name);
          EXPECT_FALSE(what.instead.empty());
          missing.push_back(what.what);
        }
  std::ranges::sort(missing);
  EXPECT_EQ(join(missing, " "),
            "aws-api-gateway bigquery druid dynamodb ecs eureka eventstoredb influxdb keycloak "
            "minio nomad oidc opensearch oracle pubsub pulsar redpanda s3 sqlserver sqs "
            "virtual-machines");
  EXPECT_EQ(
      join(late, " "),
      "cassandra scylladb cockroachdb yugabytedb redis valkey memcached elasticsearch clickhouse "
      "victoriametrics");
}

// Manifests of one cluster don't make a system of two regions.
TEST(Coverage, SaysThatRegionsAreYours) {
  const std::string text = text_with("ENGINE", "postgresql");
  const Architecture one = model_of(text);
  EXPECT_TRUE(not_generated(Plan(one, {})).empty());
  const Architecture model =
      model_of(replace_all(text, "zones: 3", "zones: 3, regions: [a, b], mode: active-active"));
  const auto missing = not_generated(Plan(model, {}));
  ASSERT_EQ(missing.size(), 1U);
  EXPECT_EQ(missing.front().element, "placement.regions");
}

// Each operator's object is there, and what mounts its Secrets notices when it is not.
TEST(Coverage, EveryOperatorRunsItsEngine) {
  for (const char* engine : {"mongodb", "mysql", "cassandra", "scylladb", "cockroachdb",
                             "clickhouse", "elasticsearch", "victoriametrics"}) {
    const Operated* by = operated_as(engine);
    ASSERT_NE(by, nullptr) << engine;
    const Generated result = generate_with("ENGINE", engine);
    std::vector<Resource> without;
    std::size_t found = 0;
    for (const Resource& each : result.output.resources()) {
      const bool is = each.object.text_at({"kind"}) == by->kind;
      found += is ? 1 : 0;
      if (!is) without.push_back(each);
    }
    EXPECT_EQ(found, 1U) << engine;
    const Audit audited = audit(without);
    EXPECT_TRUE(std::ranges::any_of(audited.findings,
                                    [](const AuditFinding& finding) {
                                      return finding.rule == "missing-reference" ||
                                             finding.rule == "selector-matches-nothing";
                                    }))
        << engine << "\n"
        << audit_lines(audited);
  }
}

// YugabyteDB has no operator: what it needs to start, to be one cluster and to be reached is ours,
// and each piece is missed.
TEST(Coverage, YugabyteStandsByItself) {
  const Architecture model = model_with("ENGINE", "yugabytedb");
  const std::vector<Resource> objects = generate_all(model, {}, {}).output.resources();
  const auto without = [&](std::string_view kind, std::string_view name) {
    std::vector<Resource> out;
    for (const Resource& each : objects)
      if (each.object.text_at({"kind"}) != kind ||
          each.object.text_at({"metadata", "name"}) != name)
        out.push_back(each);
    EXPECT_EQ(out.size() + 1, objects.size()) << kind << " " << name;
    return audit(out);
  };
  for (const auto& [kind, name] : {std::pair<const char*, const char*>{"Certificate", "things"},
                                   {"ExternalSecret", "things-credentials"},
                                   {"ConfigMap", "things"},
                                   {"ConfigMap", "things-master"},
                                   {"ConfigMap", "things-roles"},
                                   {"ConfigMap", "things-dump"},
                                   {"Service", "things"},
                                   {"Service", "things-master"},
                                   {"ServiceAccount", "things"},
                                   {"StatefulSet", "things"},
                                   {"StatefulSet", "things-master"}})
    EXPECT_FALSE(without(kind, name).findings.empty()) << kind << " " << name;
}

// Its servers, its masters and the Jobs reach each other through the policies.
TEST(Coverage, FindsAClosedMaster) {
  const Architecture model = model_with("ENGINE", "yugabytedb");
  std::vector<Resource> objects = generate_all(model, {}, {}).output.resources();
  for (Resource& each : objects)
    if (each.object.text_at({"kind"}) == "NetworkPolicy" &&
        each.object.text_at({"metadata", "name"}) == "things-master")
      each.object["spec"].set("ingress", Value::empty_list());
  EXPECT_TRUE(std::ranges::any_of(audit(objects).findings, [](const AuditFinding& finding) {
    return finding.rule == "half-open-policy";
  })) << audit_lines(audit(objects));
}

// What the design counted with is what the server is told: rows gathered, and a quorum of copies.
TEST(Coverage, ClickHouseGathersAndWaitsForItsQuorum) {
  const auto settings = [](const std::string& store) {
    const Architecture model =
        model_of(replace_all(text_with("ENGINE", "clickhouse"), "copies: 3, max", store));
    const Generated result = generate_all(model, {}, {});
    for (const Resource& each : result.output.resources())
      if (each.object.text_at({"kind"}) == "ClickHouseInstallation") {
        const Value* profiles = each.object.path({"spec", "configuration", "profiles"});
        return profiles == nullptr ? Value::empty_map() : *profiles;
      }
    return Value::empty_map();
  };
  const auto number = [](const Value& of, std::string_view key) {
    const Value* at = of.find(key);
    return at == nullptr ? -1 : at->integer();
  };
  EXPECT_TRUE(settings("copies: 3, write: 20ms, max").empty());
  const Value together = settings("copies: 3, write: 1ms, max");
  EXPECT_EQ(number(together, "default/async_insert"), 1);
  EXPECT_EQ(number(together, "default/async_insert_busy_timeout_max_ms"), 200);
  EXPECT_EQ(together.find("default/insert_quorum"), nullptr);
  const Value quorum = settings("copies: 3, consistency: { quorum: { read: 2, write: 2 } }, max");
  EXPECT_EQ(number(quorum, "default/insert_quorum"), 2);
  EXPECT_EQ(number(quorum, "default/select_sequential_consistency"), 1);
}

std::string with_copy_reads(const char* engine) {
  return replace_all(text_with("ENGINE", engine), "- { write: things",
                     "- { read: things, consistency: eventual, timeout: 40ms }\n"
                     "          - { write: things");
}

// Reads that any copy answers have an address, or a way to ask, of their own.
TEST(Coverage, ReadsOfAnyCopyGoWhereTheEngineTakesThem) {
  const auto setting = [](const char* engine, const std::string& key) {
    const Architecture model = model_of(with_copy_reads(engine), engine);
    const Generated result = generate_all(model, {}, {});
    for (const Resource& each : result.output.resources())
      if (each.object.text_at({"kind"}) == "ConfigMap" &&
          each.object.text_at({"metadata", "name"}) == "keeping")
        return std::string(each.object.text_at({"data", "THINGS_" + key}));
    return std::string("no settings");
  };
  EXPECT_EQ(setting("postgresql", "HOST"), "things-rw.yard.svc.cluster.local");
  EXPECT_EQ(setting("postgresql", "ANY_COPY_HOST"), "things-r.yard.svc.cluster.local");
  EXPECT_EQ(setting("postgresql", "ANY_COPY_FOR"), "put");
  EXPECT_EQ(setting("mysql", "ANY_COPY_HOST"), "things-haproxy-replicas.yard.svc.cluster.local");
  EXPECT_EQ(setting("mongodb", "ANY_COPY_HOST"), "");
  EXPECT_EQ(setting("mongodb", "ANY_COPY_READ_PREFERENCE"), "nearest");
  EXPECT_EQ(setting("cassandra", "ANY_COPY_READ_CONSISTENCY"), "LOCAL_ONE");
  EXPECT_EQ(setting("sqlserver", "ANY_COPY_HOST"), setting("sqlserver", "HOST").insert(6, "-read"));
}

Value replaced(const Value& in, std::int64_t number, std::int64_t by) {
  if (in.kind() == Value::Kind::Integer && in.integer() == number) return by;
  if (!in.is_map() && !in.is_list()) return in;
  Value out = in.is_map() ? Value::empty_map() : Value::empty_list();
  for (std::size_t i = 0; i < in.size(); ++i)
    if (in.is_map())
      out.set(in.keys()[i], replaced(in.at(i), number, by));
    else
      out.add(replaced(in.at(i), number, by));
  return out;
}

// HAProxy takes such reads at a port of its own, which the policies of both sides let through.
TEST(Coverage, FindsAClosedPortForReadsOfAnyCopy) {
  const Architecture model = model_of(with_copy_reads("mysql"), "mysql");
  const auto blocked = [&](const char* policy) {
    std::vector<Resource> objects = generate_all(model, {}, {}).output.resources();
    for (Resource& each : objects)
      if (each.object.text_at({"kind"}) == "NetworkPolicy" &&
          each.object.text_at({"metadata", "name"}) == policy)
        each.object = replaced(each.object, 3307, 3308);
    return std::ranges::count(audit_model(Plan(model, {}), objects), "blocked-call",
                              &AuditFinding::rule);
  };
  EXPECT_EQ(blocked("none"), 0);
  EXPECT_EQ(blocked("things"), 1);
  EXPECT_EQ(blocked("keeping"), 1);
}

// A policy without its clients blocks a declared use of the store.
TEST(Coverage, FindsAClosedStore) {
  for (const char* engine : {"mongodb", "scylladb", "clickhouse", "yugabytedb"}) {
    const Architecture model = model_with("ENGINE", engine);
    std::vector<Resource> objects = generate_all(model, {}, {}).output.resources();
    for (Resource& each : objects)
      if (each.object.text_at({"kind"}) == "NetworkPolicy" &&
          each.object.text_at({"metadata", "name"}) == "things")
        each.object["spec"].set("ingress", Value::empty_list());
    const std::vector<AuditFinding> findings = audit_model(Plan(model, {}), objects);
    ASSERT_FALSE(findings.empty()) << engine;
    EXPECT_EQ(findings.front().rule, "blocked-call") << engine;
  }
}

}  // namespace
}  // namespace scantling::generate
