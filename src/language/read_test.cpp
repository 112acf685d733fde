// What each form of the language means in the model, with values worked out by hand.
#include <gtest/gtest.h>

#include "language/language.h"
#include "language/table.h"
#include "language/test_support.h"
#include "language/writer.h"

namespace scantling {
namespace {

const std::string kHead = "scantling: 1\n";

std::string marked(const Read& read, Span span) {
  return std::string(read.sources->text(span));
}

TEST(ReadProblem, StepsOfOperations) {
  const Read read = read_text(kHead +
                              "aggregates: { Product: {}, Payment: {} }\n"
                              "externals: { psp: {} }\n"
                              "operations:\n"
                              "  o:\n"
                              "    steps:\n"
                              "      - read Product x20\n"
                              "      - { do: create Payment, calls: psp, undo: refund Payment }\n"
                              "      - calls: psp\n"
                              "  p: { steps: read Product }\n");
  ASSERT_EQ(said(read), "");
  const auto& steps = *read.model.operations.raw()[0].steps;
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_EQ(steps[0].verb, Verb::Read);
  EXPECT_EQ(steps[0].aggregate.id, AggregateId(std::int32_t{0}));
  EXPECT_EQ(steps[0].times, Factor{20});
  EXPECT_EQ(marked(read, steps[0].span), "read Product x20");
  EXPECT_EQ(steps[1].verb, Verb::Create);
  EXPECT_EQ(steps[1].aggregate.id, AggregateId(std::int32_t{1}));
  EXPECT_EQ(steps[1].times, Factor{1});
  EXPECT_EQ(steps[1].calls->id, ExternalId(std::int32_t{0}));
  EXPECT_TRUE(steps[1].has_undo);
  EXPECT_EQ(steps[1].undo_verb, Verb::Refund);
  EXPECT_EQ(steps[1].undo_aggregate.id, AggregateId(std::int32_t{1}));
  EXPECT_TRUE(steps[2].aggregate.name.empty());
  EXPECT_EQ(steps[2].calls->name, "psp");
  ASSERT_EQ(read.model.operations.raw()[1].steps->size(), 1U);
}

TEST(ReadProblem, QuantitiesAndOrigins) {
  const Read read =
      read_text(kHead +
                "operations:\n"
                "  o:\n"
                "    load: { mean: 90/min, peak: 2.5k/s, shape: daily }\n"
                "    objective: { p99: 1.5s, p99.9: 3s, availability: 99.95% }\n"
                "    emits: [Done, Suspected 0.2%]\n"
                "constraints:\n"
                "  budget: 24000 EUR/year\n"
                "  services: 4..9\n"
                "  rate-limit: { per: user, limit: 1000/min }\n"
                "  compliance: [pci-dss, iso-27001]\n"
                "aggregates: { A: { count: 1.2M, size: 3 KiB, growth: 150%, keep: 7y } }\n");
  ASSERT_EQ(said(read), "");
  const Operation& o = read.model.operations.raw()[0];
  EXPECT_DOUBLE_EQ(o.load->mean->per_second, 1.5);
  EXPECT_DOUBLE_EQ(o.load->peak->per_second, 2500);
  EXPECT_EQ(o.objective->p99->nanoseconds, 1'500'000'000);
  EXPECT_EQ(o.objective->p999->nanoseconds, 3'000'000'000);
  EXPECT_DOUBLE_EQ(o.objective->availability->value, .9995);
  EXPECT_EQ(*o.emits, (std::vector<std::string>{"Done", "Suspected 0.2%"}));
  EXPECT_EQ(o.objective->p99.from.origin, Origin::Given);
  EXPECT_EQ(marked(read, o.objective->p99.from.span), "p99: 1.5s");
  EXPECT_EQ(marked(read, o.from.span), "o");
  const Constraints& c = *read.model.constraints;
  EXPECT_DOUBLE_EQ(c.budget->amount, 2000);
  EXPECT_EQ(c.budget->currency, "EUR");
  EXPECT_EQ(*c.services, (CountRange{4, 9}));
  EXPECT_NEAR(c.rate_limit->limit->per_second, 16.6667, 1e-4);
  EXPECT_EQ(*c.compliance, (std::vector<Regime>{Regime::PciDss, Regime::Iso27001}));
  EXPECT_EQ(marked(read, c.budget.from.span), "budget: 24000 EUR/year");
  EXPECT_EQ(marked(read, read.model.constraints.from.span), "constraints");
  const Aggregate& a = read.model.aggregates.raw()[0];
  EXPECT_EQ(a.count->value, 1'200'000);
  EXPECT_EQ(a.size->count, 3072);
  EXPECT_DOUBLE_EQ(a.growth->value, 1.5);
  EXPECT_EQ(a.keep->nanoseconds, 7LL * 365 * 86'400 * 1'000'000'000);
}

TEST(ReadProblem, TimesThatVary) {
  const Read read = read_text(kHead +
                                  "externals:\n"
                                  "  a: { latency: 3ms }\n"
                                  "  b: { latency: { mean: 10ms, p99: 40ms } }\n"
                                  "  c: { latency: uniform 1ms..5ms }\n"
                                  "  d: { latency: normal 300ms sd 30ms }\n"
                                  "  e: { latency: empirical data/s.csv }\n"
                                  "  f: { latency: fixed 2s }\n"
                                  "  g: { latency: { mean: 2ms, cv: 0.5 } }\n",
                              {{"data/s.csv", "# measured\n3ms\n\n1ms\n8ms\n"}});
  ASSERT_EQ(said(read), "");
  const auto law = [&](std::size_t i) { return *read.model.externals.raw()[i].latency; };
  EXPECT_EQ(law(0).kind, TimeLaw::Kind::Lognormal);
  EXPECT_DOUBLE_EQ(law(0).variation, 1);
  EXPECT_NEAR(law(1).quantile_seconds(.99), .040, 1e-9);
  EXPECT_NEAR(law(1).mean_seconds(), .010, 1e-12);
  EXPECT_NEAR(law(2).mean_seconds(), .003, 1e-12);
  EXPECT_EQ(law(3).deviation.nanoseconds, 30'000'000);
  EXPECT_EQ(law(4).samples.size(), 3U);
  EXPECT_EQ(law(4).mean.nanoseconds, 4'000'000);
  EXPECT_EQ(law(4).samples[0].nanoseconds, 1'000'000);
  EXPECT_EQ(law(5).kind, TimeLaw::Kind::Fixed);
  EXPECT_DOUBLE_EQ(law(6).variation, .5);
}

const std::string kSolution =
    "externals: { psp: {} }\n"
    "stores:\n"
    "  db: { engine: postgresql, pool: 20 per instance, consistency: { quorum: { read: 2, write: 3 "
    "} } }\n"
    "  cache: { engine: redis, consistency: quorum read 1 write 2, pool: 200, waiting: unbounded "
    "}\n"
    "channels: { ch.ev: { broker: kafka } }\n"
    "policies:\n"
    "  critical: { timeout: 300ms, retry: { attempts: 2, backoff: 20ms } }\n"
    "services:\n"
    "  s:\n"
    "    runtime: { instances: 6..24, cpu: 500m, concurrency: unlimited, queue: unbounded }\n"
    "    scale: { on: utilisation, target: 60% }\n"
    "    endpoints:\n"
    "      a:\n"
    "        http: POST /orders\n"
    "        steps:\n"
    "          - work: 2ms\n"
    "          - call: s.b\n"
    "            use: critical\n"
    "            retry: { attempts: 5 }\n"
    "            breaker: { failures: 5, over: 20 calls }\n"
    "            at-once: 20\n"
    "          - call: psp\n"
    "            breaker: { failures: 50%, over: 20 }\n"
    "          - read: cache\n"
    "            miss: { rate: 8%, then: [read: db] }\n"
    "          - publish: ch.ev OrderPlaced\n"
    "            via: outbox\n"
    "          - together: [call: s.b, call: psp]\n"
    "            first: 1\n"
    "          - choose: [{ share: 20%, steps: [wait: 1ms] }]\n"
    "          - repeat: x20\n"
    "            steps: [write: db]\n"
    "          - lock: stock\n"
    "          - fail: 0.1%\n"
    "          - spawn: [work: 1ms]\n"
    "      b: { consumes: ch.ev, events: OrderPlaced }\n"
    "      c: { every: 5min }\n";

TEST(ReadSolution, StepsOfEndpoints) {
  const Read read = read_text(kHead + kSolution);
  ASSERT_EQ(said(read), "");
  const auto& steps = *read.model.services.raw()[0].endpoints[0].steps;
  ASSERT_EQ(steps.size(), 11U);
  EXPECT_EQ(steps[0].kind, StepKind::Work);
  EXPECT_EQ(marked(read, steps[0].from.span), "work: 2ms");
  EXPECT_EQ(steps[1].endpoint, (EndpointId{ServiceId(std::int32_t{0}), 1}));
  EXPECT_EQ(marked(read, steps[1].from.span), "call: s.b");
  // Own values over those of the bundle, member by member.
  EXPECT_EQ(steps[1].policy.timeout->nanoseconds, 300'000'000);
  EXPECT_EQ(steps[1].policy.retry->attempts->value, 5);
  EXPECT_EQ(steps[1].policy.retry->backoff->nanoseconds, 20'000'000);
  EXPECT_EQ(steps[1].policy.breaker->failures->consecutive, 5);
  EXPECT_EQ(steps[1].policy.at_once->calls->value, 20);
  EXPECT_TRUE(steps[2].external.valid());
  EXPECT_FALSE(steps[2].endpoint.valid());
  EXPECT_DOUBLE_EQ(steps[2].policy.breaker->failures->share.value, .5);
  EXPECT_EQ(steps[2].policy.breaker->failures->consecutive, 0);
  EXPECT_EQ(steps[2].policy.breaker->over->value, 20);
  EXPECT_EQ(steps[3].store, StoreId(std::int32_t{1}));
  EXPECT_DOUBLE_EQ(steps[3].miss->rate->value, .08);
  EXPECT_EQ(steps[3].miss->then[0].store, StoreId(std::int32_t{0}));
  EXPECT_EQ(steps[4].channel, ChannelId(std::int32_t{0}));
  EXPECT_EQ(steps[4].event, "OrderPlaced");
  EXPECT_EQ(*steps[4].via, PublishVia::Outbox);
  EXPECT_EQ(steps[5].steps.size(), 2U);
  EXPECT_EQ(steps[5].first->value, 1);
  EXPECT_DOUBLE_EQ(steps[6].branches[0].share->value, .2);
  EXPECT_EQ(*steps[7].times, Factor{20});
  EXPECT_EQ(steps[7].steps[0].kind, StepKind::Write);
  EXPECT_EQ(steps[8].lock, "stock");
  EXPECT_DOUBLE_EQ(steps[9].share->value, .001);
  EXPECT_EQ(steps[10].steps[0].kind, StepKind::Work);
}

// Whatever a call policy may say, a bundle may say for the steps that use it.
TEST(ReadSolution, EveryPolicyIsInherited) {
  const std::string policy =
      "timeout: 1s, retry: { attempts: 3, on: [timeout], backoff: 1ms, cap: 2s, jitter: full, "
      "budget: "
      "5% }, breaker: { failures: 5, over: 20, open: 5s, probes: 2 }, hedge: { after: 5ms, "
      "at-most: 1%, tied: true "
      "}, at-once: { calls: 4, waiting: 9 }, throttle: { accepts: x3, over: 1min }, deadline: "
      "propagate";
  const auto model_of = [&](const std::string& step, const std::string& bundle) {
    return kHead + "externals: { psp: {} }\npolicies: { p: { " + bundle +
           " } }\nservices: { s: { endpoints: { e: { steps: [{ call: psp" + step + " }] } } } }\n";
  };
  const Read inherited = read_text(model_of(", use: p", policy));
  const Read own = read_text(model_of(", " + policy, "timeout: 2s"));
  ASSERT_EQ(said(inherited) + said(own), "");
  const auto policy_at = [](const Read& read) -> const CallPolicy& {
    return (*read.model.services.raw()[0].endpoints[0].steps)[0].policy;
  };
  const Writer writer(own.model);
  const StructType& type = structure_of<CallPolicy>();
  const Out all = writer.write_struct(type, &policy_at(own));
  std::size_t values = 0;
  for (const auto& member : all.members)
    values += std::max<std::size_t>(member.second.members.size(), 1);
  EXPECT_EQ(values, 19U);  // every key of the table is in `policy`
  std::size_t keys = 0;
  for (const Entry& entry : type.entries)
    keys += entry.type->kind == TypeKind::Struct ? entry.type->structure().entries.size() : 1;
  EXPECT_EQ(keys, values);
  EXPECT_TRUE(same_value(writer.write_struct(type, &policy_at(inherited)), all));
}

TEST(ReadSolution, SugarAndTextForms) {
  const Read read = read_text(kHead + kSolution);
  const Service& s = read.model.services.raw()[0];
  EXPECT_EQ(*s.endpoints[0].protocol, Protocol::Http);
  EXPECT_EQ(s.endpoints[0].http->method, "POST");
  EXPECT_EQ(s.endpoints[0].http->path, "/orders");
  EXPECT_EQ(*s.endpoints[1].protocol, Protocol::Consumes);
  EXPECT_EQ(s.endpoints[1].consumes->id, ChannelId(std::int32_t{0}));
  EXPECT_EQ(*s.endpoints[2].protocol, Protocol::Every);
  EXPECT_EQ(s.runtime->concurrency->value, -1);
  EXPECT_EQ(s.runtime->queue->value, -1);
  EXPECT_DOUBLE_EQ(s.runtime->cpu->value, .5);
  EXPECT_DOUBLE_EQ(*s.scale->target, .6);
  const auto& stores = read.model.stores.raw();
  EXPECT_EQ(stores[0].consistency->kind, ConsistencyKind::Quorum);
  EXPECT_EQ(stores[0].consistency->quorum.write, 3);
  EXPECT_TRUE(stores[0].pool->per_instance);
  EXPECT_EQ(stores[1].consistency->quorum.read, 1);
  EXPECT_EQ(stores[1].pool->size, 200);
  EXPECT_FALSE(stores[1].pool->per_instance);
  EXPECT_EQ(stores[1].waiting->value, -1);
}

TEST(ReadExperiments, RecordedLoads) {
  const auto read = [](const std::string& traffic) {
    return read_text(
        kHead + "operations: { o: {} }\nexperiments: { x: { load: { replay: t.csv } } }\n",
        {{"t.csv", traffic}});
  };
  const Read arrivals = read("offset,operation\n250ms,o\n# night\n0.1, o\n");
  EXPECT_EQ(said(arrivals), "");
  const RecordedLoad& load = arrivals.model.experiments.raw()[0].load->recorded;
  ASSERT_EQ(load.arrivals.size(), 2U);
  EXPECT_EQ(load.arrivals[0].at.nanoseconds, 100'000'000);
  EXPECT_EQ(load.arrivals[1].operation, "o");
  const Read rates = read("120\n0.5\n");
  EXPECT_EQ(rates.model.experiments.raw()[0].load->recorded.rates, (std::vector<double>{120, .5}));
  for (const char* bad : {"", "1,o\n7\n", "7\n1,o\n", "1,\n", "-1,o\n", "soon,o 1\n", "1e99\n"})
    EXPECT_NE(said(read(bad)), "") << bad;
}

TEST(ReadExperiments, LoadFaultsAndExpectations) {
  const Read read = read_text(kHead +
                              "externals: { psp: {} }\n"
                              "operations: { o: {}, over: {} }\n"
                              "services: { s: { endpoints: { e: {} } } }\n"
                              "stores: { c: {} }\n"
                              "experiments:\n"
                              "  x:\n"
                              "    load: { o: x3, operations: { over: 40/s }, over: 10min, ramp: { "
                              "from: x1, to: x5, over: 4min } }\n"
                              "    faults:\n"
                              "      - { at: 2min, for: 5min, lose: zone a }\n"
                              "      - slow: psp x10\n"
                              "      - cut: s -> psp\n"
                              "      - drop: 5% psp -> gateway\n"
                              "      - fail: s.e 30%\n"
                              "      - flush: cache c\n"
                              "      - flap: instance s every 10s\n"
                              "    expect: { o: { p99: 3s }, recovers-within: 1min, after-faults: "
                              "{ within: 2min, goodput: 95% } }\n");
  ASSERT_EQ(said(read), "");
  const Experiment& x = read.model.experiments.raw()[0];
  ASSERT_EQ(x.load->changes.size(), 2U);
  EXPECT_EQ(x.load->changes[0].factor, Factor{3});
  EXPECT_EQ(x.load->changes[1].operation.id, OperationId(std::int32_t{1}));
  EXPECT_TRUE(x.load->changes[1].absolute);
  EXPECT_DOUBLE_EQ(x.load->changes[1].rate.per_second, 40);
  EXPECT_EQ(x.load->over->nanoseconds, 600'000'000'000);
  const auto& f = *x.faults;
  EXPECT_EQ(f[0].target.kind, Target::Kind::Zone);
  EXPECT_EQ(f[0].target.name, "a");
  EXPECT_EQ(f[0].lasts->nanoseconds, 300'000'000'000);
  EXPECT_EQ(f[1].kind, FaultKind::Slow);
  EXPECT_TRUE(f[1].target.external.valid());
  EXPECT_EQ(f[1].factor, Factor{10});
  EXPECT_EQ(f[2].to.kind, Target::Kind::External);
  EXPECT_DOUBLE_EQ(f[3].share.value, .05);
  EXPECT_EQ(f[3].to.kind, Target::Kind::Gateway);
  EXPECT_EQ(f[4].target.kind, Target::Kind::Endpoint);
  EXPECT_TRUE(f[5].target.store.valid());
  EXPECT_EQ(f[6].target.kind, Target::Kind::Instance);
  EXPECT_EQ(f[6].every.nanoseconds, 10'000'000'000);
  EXPECT_EQ(x.expect->operations[0].objective.p99->nanoseconds, 3'000'000'000);
  EXPECT_DOUBLE_EQ(x.expect->after_faults->goodput->value, .95);
}

TEST(ReadOrigins, SetsOfOpenDecisionsAreDecided) {
  const Read read = read_text(
      kHead +
      "services:\n"
      "  s: { shed: 4, balance: random, runtime: { cpu: 1, queue: 5 } }\n"
      "  t: { shed: 5 }\n"
      "decisions:\n"
      "  d: { sets: [services.s, \"services.s.{shed, balance}\", services.s.runtime.*] }\n"
      "  locked: { locked: true, sets: [services.t.shed] }\n"
      "assumed: [services.t]\n"
      "given: [services.s.runtime.cpu]\n");
  ASSERT_EQ(said(read), "");
  const Service& s = read.model.services.raw()[0];
  const DecisionId d(std::int32_t{0});
  for (const Provenance& from :
       {s.from, s.shed.from, s.balance.from, s.runtime.from, s.runtime->queue.from}) {
    EXPECT_EQ(from.origin, Origin::Decided);
    EXPECT_EQ(from.decision, d);
  }
  EXPECT_EQ(s.runtime->cpu.from.origin, Origin::Given);
  EXPECT_EQ(read.model.services.raw()[1].from.origin, Origin::Assumed);
  EXPECT_EQ(read.model.services.raw()[1].shed.from.origin, Origin::Given);
}

TEST(ReadFiles, IncludesAndOverlays) {
  const Read read = read_text(
      kHead +
          "include: [parts/*.yaml]\nteams: { a: { size: 1 } }\nconstraints: { zones: 3, mesh: "
          "istio, regions: [x, y] }\n",
      {{"parts/b.yaml", "include: ../c.yaml\nteams: { b: { size: 2 } }\n"},
       {"parts/z.yaml", "teams: { z: { size: 9 } }\nconstraints: { broker: kafka }\n"},
       {"c.yaml", "teams: { c: { size: 3 } }\n"},
       {"over.yaml",
        "teams: { a: { size: 7 }, b: null }\nconstraints: { mesh: null, regions: [z] }\n"}},
      {"over.yaml"});
  ASSERT_EQ(said(read), "");
  std::string names;
  for (const Team& team : read.model.teams)
    names += team.name + to_text(*team.size) + " ";
  EXPECT_EQ(names, "a7 c3 z9 ");
  const Team& a = read.model.teams.raw()[0];
  EXPECT_EQ(read.sources->path(a.size.from.span.file), "over.yaml");
  EXPECT_EQ(read.sources->path(a.from.span.file), "model.yaml");
  const Constraints& c = *read.model.constraints;
  EXPECT_FALSE(c.mesh.has());
  EXPECT_EQ(*c.regions, std::vector<std::string>{"z"});
  EXPECT_EQ(*c.broker, "kafka");
  EXPECT_EQ(c.zones->value, 3);
}

TEST(ReadFiles, ByteOrderMarkAndLineEnds) {
  const Read read = read_text("\xef\xbb\xbfscantling: 1\r\nteams:\r\n  a: { size: 3 }\r\n");
  ASSERT_EQ(said(read), "");
  EXPECT_EQ(read.model.teams.raw()[0].size->value, 3);
}

TEST(Paths, AllAndFind) {
  const Read read = read_text(kHead + kSolution);
  const auto all = all_paths(read.model);
  const auto text_at = [&](std::string_view path) -> std::string {
    for (const PathInfo& info : all)
      if (info.path == path) return info.text;
    return "missing";
  };
  EXPECT_EQ(text_at("services.s.runtime.instances"), "6..24");
  EXPECT_EQ(text_at("services.s"), "...");
  EXPECT_EQ(text_at("channels.ch.ev.broker"), "kafka");
  EXPECT_EQ(text_at("services.s.endpoints.a.steps.2.call"), "s.b");
  EXPECT_EQ(text_at("services.s.endpoints.a.steps.4.miss.then.1.read"), "db");
  EXPECT_EQ(text_at("services.s.endpoints.a.http"), "POST /orders");
  EXPECT_EQ(find_paths(read.model, "services.s.scale.target").size(), 1U);
  ASSERT_EQ(find_paths(read.model, "scale.target").size(), 1U);
  EXPECT_EQ(find_paths(read.model, "scale.target")[0].path, "services.s.scale.target");
  EXPECT_EQ(find_paths(read.model, "cale.target").size(), 0U);
  EXPECT_GT(find_paths(read.model, "engine").size(), 1U);
}

}  // namespace
}  // namespace scantling
