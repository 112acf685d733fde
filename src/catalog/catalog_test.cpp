#include "catalog/catalog.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/text.h"

namespace scantling {
namespace {

Expected<Catalog> parse(std::string_view text) {
  return parse_catalog(std::vector<CatalogDocument>{{"mine.yaml", text}});
}

std::string problem(std::string_view text) {
  const Expected<Catalog> out = parse(text);
  return out ? "" : out.error().message;
}

constexpr std::string_view kPromised =
    "postgresql mysql mongodb cassandra cockroachdb dynamodb scylladb sqlserver redis "
    "memcached valkey elasticsearch opensearch clickhouse bigquery druid s3 minio "
    "eventstoredb timescaledb victoriametrics kafka rabbitmq nats sqs pulsar redpanda "
    "kong envoy-gateway istio-gateway nginx aws-api-gateway apisix istio linkerd "
    "consul-connect cilium kubernetes-dns consul eureka spire keycloak oidc vault "
    "external-secrets aws-secrets-manager opa kyverno prometheus grafana-mimir loki "
    "jaeger tempo zipkin opentelemetry java go dotnet nodejs python ruby rust kotlin "
    "typescript kubernetes ecs nomad virtual-machines compose";

TEST(BuiltIn, HasWhatIsPromised) {
  const Catalog& catalog = built_in_catalog();
  EXPECT_GE(catalog.technologies().size(), 45U);
  for (const std::string_view kind : kTechnologyKinds)
    EXPECT_FALSE(catalog.of_kind(kind).empty()) << kind;
  for (const std::string_view name : split_words(kPromised))
    EXPECT_NE(catalog.find(name), nullptr) << name;
  EXPECT_EQ(catalog.find("typescript")->name, "nodejs");
  EXPECT_EQ(catalog.find("nonesuch"), nullptr);
}

TEST(BuiltIn, NamesAndAliasesAreUnique) {
  std::set<std::string> seen;
  for (const Technology& technology : built_in_catalog().technologies()) {
    EXPECT_TRUE(seen.insert(technology.name).second) << technology.name;
    for (const std::string& alias : technology.aliases)
      EXPECT_TRUE(seen.insert(alias).second) << alias;
  }
}

// Whatever has a throughput says where it is from.
TEST(BuiltIn, FiguresHaveSources) {
  for (const Technology& technology : built_in_catalog().technologies()) {
    if (technology.reads_per_core > 0 || technology.writes_per_core > 0 ||
        technology.cpu_ms_per_request > 0) {
      EXPECT_FALSE(technology.figures.empty()) << technology.name;
    }
    for (const Figure& figure : technology.figures) {
      EXPECT_FALSE(figure.source.empty()) << technology.name;
      EXPECT_GE(figure.date.size(), 4U) << technology.name;
    }
  }
}

// A figure that names a number of its technology agrees with it.
TEST(BuiltIn, FiguresAgreeWithTheNumbers) {
  for (const Technology& t : built_in_catalog().technologies())
    for (const Figure& figure : t.figures) {
      double expected = figure.value;
      if (figure.what == "reads-per-core") expected = t.reads_per_core;
      if (figure.what == "writes-per-core") expected = t.writes_per_core;
      if (figure.what == "max-shard-gib") expected = t.max_shard_gib;
      if (figure.what == "max-connections") expected = t.max_connections;
      if (figure.what == "failover") expected = t.failover.seconds();
      if (figure.what == "cpu-per-request") expected = t.cpu_ms_per_request;
      if (figure.what == "start") expected = t.start.seconds();
      if (figure.what == "read")
        expected = t.read.mean_seconds() * (figure.unit == "ms" ? 1000 : 1);
      if (figure.what == "write") expected = t.write.mean_seconds() * 1000;
      EXPECT_NEAR(figure.value, expected, 1e-9) << t.name << " " << figure.what;
    }
}

TEST(BuiltIn, StoresAndBrokersHaveTheirNumbers) {
  const Catalog& catalog = built_in_catalog();
  for (const std::string_view kind : {"database", "cache", "search", "analytics", "object-store",
                                      "event-store", "time-series", "broker"})
    for (const Technology* technology : catalog.of_kind(kind)) {
      EXPECT_GT(technology->reads_per_core, 0) << technology->name;
      EXPECT_GT(technology->writes_per_core, 0) << technology->name;
      EXPECT_GT(technology->read.mean_seconds(), 0) << technology->name;
      EXPECT_GT(technology->write.mean_seconds(), 0) << technology->name;
      EXPECT_FALSE(technology->consistency.empty()) << technology->name;
      EXPECT_FALSE(technology->good_at.empty()) << technology->name;
      EXPECT_FALSE(technology->cap.empty()) << technology->name;
      for (const std::string& level : technology->consistency)
        EXPECT_TRUE(parse_enum<ConsistencyKind>(level)) << technology->name;
    }
  for (const Technology* technology : catalog.of_kind("runtime"))
    EXPECT_GT(technology->cpu_ms_per_request, 0) << technology->name;
}

TEST(BuiltIn, Prices) {
  const Catalog& catalog = built_in_catalog();
  EXPECT_NEAR(catalog.price("aws", "vcpu"), .04048 * 730, .01);
  EXPECT_GT(catalog.price("nowhere", "vcpu"), 0);  // generic
  EXPECT_EQ(catalog.price("nowhere", "nothing"), 0);
  for (const std::string_view provider : {"aws", "gcp", "azure", "generic"})
    for (const std::string_view item : {"vcpu", "memory-gib", "ssd-gib", "object-gib", "egress-gib",
                                        "load-balancer", "managed-factor"})
      EXPECT_GT(catalog.price(provider, item), 0) << provider << " " << item;
  for (const Price& price : catalog.prices()) {
    EXPECT_FALSE(price.source.empty());
    EXPECT_FALSE(price.date.empty());
    EXPECT_EQ(price.currency, "USD");
  }
}

TEST(BuiltIn, ProfilesPreferWhatThereIs) {
  const Catalog& catalog = built_in_catalog();
  for (std::size_t i = 0; i < EnumNames<Profile>::value.size(); ++i) {
    const ProfileEntry& entry = catalog.profile(static_cast<Profile>(i));
    EXPECT_FALSE(entry.summary.empty());
    EXPECT_GT(entry.p99.nanoseconds, 0);
    EXPECT_GT(entry.availability.value, .99);
    EXPECT_LT(entry.target_utilisation, .9);
    for (const std::string& name : entry.prefers)
      EXPECT_NE(catalog.find(name), nullptr) << name;
  }
  EXPECT_NEAR(catalog.profile(Profile::Regulated).availability.value, .9995, 1e-12);
}

TEST(BuiltIn, ControlsOfEveryRegime) {
  const Catalog& catalog = built_in_catalog();
  std::set<std::string_view> used;
  for (std::size_t i = 0; i < EnumNames<Regime>::value.size(); ++i) {
    const auto regime = static_cast<Regime>(i);
    const auto controls = catalog.controls(regime);
    const bool thorough = regime == Regime::PciDss || regime == Regime::Gdpr;
    EXPECT_GE(controls.size(), thorough ? 8U : 4U) << to_text_enum(regime);
    std::set<std::string> ids;
    for (const Control* control : controls) {
      EXPECT_TRUE(ids.insert(control->id).second) << control->id;
      used.insert(control->met_by);
    }
  }
  // Every fact but the mark for what a design can't show answers something.
  for (const std::string_view fact : kDesignFacts)
    EXPECT_TRUE(fact == "organisational" || used.count(fact) == 1) << fact;
}

TEST(Reading, WhatIsWrongIsNamedWithItsLine) {
  EXPECT_EQ(problem("technologies:\n  x:\n    kind: database\n    reeds-per-core: 1\n"),
            "mine.yaml:4: unknown key 'reeds-per-core', did you mean 'reads-per-core'?");
  EXPECT_NE(problem("technologies:\n  x: { kind: databse }\n").find("mine.yaml:2: 'databse'"),
            std::string::npos);
  EXPECT_EQ(problem("technologies:\n  x: { title: X }\n"), "mine.yaml:2: x has no kind");
  EXPECT_EQ(problem("technologies:\n  x: { kind: cache, start: 3 }\n"),
            "mine.yaml:2: '3' is not a duration like 3ms");
  EXPECT_EQ(problem("technologies:\n  x: { kind: cache, reads-per-core: -1 }\n"),
            "mine.yaml:2: '-1' is not a number from 0 to 1000000000");
  EXPECT_EQ(problem("technologies: [a]\n"), "mine.yaml:1: a map is needed here");
  EXPECT_NE(problem("prices:\n  a: { source: s, date: d, items: { vcpus: 1 } }\n")
                .find("unknown item 'vcpus'"),
            std::string::npos);
  EXPECT_EQ(problem("prices:\n  a: { items: { vcpu: 1 } }\n"),
            "mine.yaml:2: a price needs its source and date");
  EXPECT_NE(problem("controls:\n  gdpr:\n  - { id: a, text: b, met-by: magic }\n")
                .find("mine.yaml:3: 'magic' is none of"),
            std::string::npos);
  EXPECT_NE(
      problem("controls:\n  gdpr:\n  - { id: a, text: b, met-by: retention, keep-records: 7 }\n")
          .find("mine.yaml:3: '7' is not a duration"),
      std::string::npos);
  EXPECT_NE(problem("controls:\n  gdprr: []\n").find("'gdprr' is none of pci-dss"),
            std::string::npos);
  EXPECT_NE(problem("profiles:\n  fast: {}\n").find("'fast' is none of production"),
            std::string::npos);
  EXPECT_NE(problem("technologies: {\n").find("mine.yaml:"), std::string::npos);
  EXPECT_NE(problem("a: 1\na: 2\n"), "");
  EXPECT_EQ(problem(""), "");
}

TEST(Overriding, ValueByValue) {
  const Expected<Catalog> out = catalog_with(std::vector<std::string>{R"(
technologies:
  postgresql:
    reads-per-core: 12345
    figures: [{ what: reads-per-core, value: 12345, unit: /s, source: our load test, date: "2026-10" }]
  our-db: { kind: database, title: Ours }
prices:
  generic: { source: our contract, date: "2026", items: { vcpu: 9 } }
profiles:
  startup: { zones: 2 }
)"});
  ASSERT_TRUE(out) << out.error().message;
  const Technology& postgresql = *out->find("postgres");
  EXPECT_EQ(postgresql.reads_per_core, 12345);
  EXPECT_EQ(postgresql.writes_per_core, 1500);  // as it was
  const auto measured =
      std::count_if(postgresql.figures.begin(), postgresql.figures.end(),
                    [](const Figure& figure) { return figure.what == "reads-per-core"; });
  EXPECT_EQ(measured, 1);
  EXPECT_EQ(out->find("our-db")->title, "Ours");
  EXPECT_EQ(out->price("generic", "vcpu"), 9);
  EXPECT_EQ(out->price("generic", "memory-gib"), built_in_catalog().price("generic", "memory-gib"));
  EXPECT_EQ(out->profile(Profile::Startup).zones, 2);
  EXPECT_EQ(out->profile(Profile::Startup).least_instances, 2);
  EXPECT_EQ(built_in_catalog().find("postgresql")->reads_per_core, 8000);
}

TEST(Overriding, AFaultIsAnError) {
  const Expected<Catalog> out = catalog_with(std::vector<std::string>{"nonsense: 1\n"});
  ASSERT_FALSE(out);
  EXPECT_NE(out.error().message.find("unknown key 'nonsense'"), std::string::npos);
}

}  // namespace
}  // namespace scantling
