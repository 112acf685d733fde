// The engine's behaviour, pinned: a change of any answer's time or outcome changes a hash. A change
// that is meant is recorded by SCANTLING_UPDATE=1.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "simulate/policies.h"
#include "simulate/test_results.h"

namespace scantling::sim {
namespace {

// A system that each policy can be set in: `front` asks `back` twice, which is busy, refuses and
// fails now and then.
struct Busy {
  System s;
  Experiment experiment = plain_experiment();
  CallPolicy call_policy;
  std::vector<Step> before;  // in front, before it calls

  Busy() {
    s.service("front", 4, 2);
    s.service("back", 1, 3, 3, 10);
  }
  Service& back() { return s.model.services.raw()[1]; }
  StoreId store(std::int64_t copies = 1) {
    const StoreId id = s.store("db", exponential_time(.002), exponential_time(.003), 2);
    s.model.stores[id].copies = said(Count{copies});
    before = {access(StepKind::Read, id), access(StepKind::Write, id)};
    return id;
  }
  void lock(bool optimistic) {
    Step step;
    step.kind = StepKind::Lock;
    step.lock = "row";
    step.optimistic = said(optimistic);
    before = {step, wait(exponential_time(.002))};
  }
  std::string fingerprint() {
    const EndpointId get =
        s.endpoint("back", "get", {work(lognormal_time(.008, 1)), fail_step(.05)});
    const EndpointId list = s.endpoint("back", "list", {work(exponential_time(.008))});
    s.model.services[get.service].endpoints[0].priority = said(Count{0});
    std::vector<Step> steps = before;
    steps.push_back(together({call(get, call_policy), call(list, call_policy)}));
    s.operation("ask", s.endpoint("front", "ask", std::move(steps)), 150);
    return run(s, quick(20, 2), experiment).fingerprint;
  }
};

using Setting = void (*)(Busy&);

HedgePolicy hedge_after(double seconds, bool tied) {
  HedgePolicy hedge;
  hedge.after = said(in_seconds(seconds));
  hedge.at_most = said(Share{.5});
  hedge.tied = said(tied);
  return hedge;
}

void set_cache(Busy& b) {
  const StoreId cache = b.s.store("cache", fixed_time(.0005), fixed_time(.0005), 100);
  b.s.model.stores[cache].capacity = said(Bytes{100 * 1024});
  b.s.model.stores[cache].skew = said(.8);
  Step read = access(StepKind::Read, cache);
  Miss miss;
  miss.keys = said(Count{1000});
  miss.then = {wait(exponential_time(.004))};
  read.miss = said(std::move(miss));
  b.before = {read};
}
void set_health(Busy& b, bool eject) {
  HealthPolicy health;
  health.every = said(in_seconds(1));
  health.timeout = said(in_seconds(.2));
  health.failures = said(Count{2});
  if (eject)
    health.eject_at_most = said(Share{.5});
  else
    health.check = said(HealthCheck::Shallow);
  b.back().health = said(std::move(health));
  b.experiment = with_faults({fault(FaultKind::Slow, 5, 5, service_target(b.s, "back"))}, 20);
  if (eject) b.experiment.faults->front().kind = FaultKind::Fail;
  if (eject) b.experiment.faults->front().share = Share{.9};
  b.experiment.faults->front().factor = Factor{8};
}
void set_scaling(Busy& b) {
  ScalePolicy scale;
  scale.target = said(.5);
  scale.interval = said(in_seconds(2));
  scale.delay = said(in_seconds(1));
  b.back().runtime->instances = said(CountRange{3, 8});
  b.back().scale = said(std::move(scale));
}

// One setting for each policy, by its name in policies.def.
const std::map<std::string, Setting> kSettings = {
    {"arrivals",
     [](Busy& b) {
       LoadBursts bursts{said(in_seconds(3)), said(in_seconds(1)), said(Factor{3})};
       ExperimentLoad load;
       load.bursts = said(std::move(bursts));
       b.experiment.load = said(std::move(load));
     }},
    {"balancing", [](Busy& b) { b.back().balance = said(Balance::LeastRequest); }},
    {"breaker",
     [](Busy& b) {
       BreakerPolicy breaker;
       breaker.failures = said(FailureThreshold{Share{.2}, 0});
       breaker.open = said(in_seconds(.5));
       b.call_policy.breaker = said(std::move(breaker));
     }},
    {"bulkhead",
     [](Busy& b) { b.call_policy.at_once = said(BulkheadPolicy{said(Count{3}), said(Count{1})}); }},
    {"cache", set_cache},
    {"discipline", [](Busy& b) { b.back().runtime->discipline = said(Discipline::Lifo); }},
    {"ejection", [](Busy& b) { set_health(b, true); }},
    {"fault",
     [](Busy& b) {
       b.experiment = with_faults({fault(FaultKind::Lose, 5, 5, service_target(b.s, "back"))}, 20);
     }},
    {"health", [](Busy& b) { set_health(b, false); }},
    {"hedge", [](Busy& b) { b.call_policy.hedge = said(hedge_after(.02, false)); }},
    {"lock", [](Busy& b) { b.lock(false); }},
    {"network",
     [](Busy& b) {
       b.s.model.placement->zones = said(Count{3});
       b.s.model.placement->same_zone = said(in_seconds(.0003));
       b.s.model.placement->other_zone = said(in_seconds(.0007));
     }},
    {"optimistic", [](Busy& b) { b.lock(true); }},
    {"pool", [](Busy& b) { b.s.model.stores[b.store()].pool = said(Pool{1, true}); }},
    {"priority", [](Busy& b) { b.back().runtime->discipline = said(Discipline::Priority); }},
    {"processor_sharing",
     [](Busy& b) { b.back().runtime->discipline = said(Discipline::ProcessorSharing); }},
    {"quorum",
     [](Busy& b) {
       Consistency quorum;
       quorum.kind = ConsistencyKind::Quorum;
       quorum.quorum = {2, 2};
       b.s.model.stores[b.store(3)].consistency = said(quorum);
     }},
    {"rate_limit",
     [](Busy& b) {
       b.back().rate_limit = said(RateLimitRule{said(std::string("service")), said(Rate{250}), {}});
     }},
    {"rebuild",
     [](Busy& b) {
       Store& db = b.s.model.stores[b.store(3)];
       db.rebuild = said(Rebuild::All);
       db.failover = said(in_seconds(1));
       Target leader;
       leader.kind = Target::Kind::Instance;
       leader.store = StoreId(0);
       leader.name = "db";
       b.experiment = with_faults({fault(FaultKind::Lose, 5, 5, leader)}, 20);
     }},
    {"replication",
     [](Busy& b) {
       Consistency eventual;
       eventual.kind = ConsistencyKind::Eventual;
       Store& db = b.s.model.stores[b.store(2)];
       db.consistency = said(eventual);
       db.lag = said(in_seconds(.1));
     }},
    {"retry",
     [](Busy& b) {
       b.call_policy.retry = said(retry_policy(3, .01, Jitter::Decorrelated));
       b.call_policy.retry->budget = said(Share{.2});
     }},
    {"scaling", set_scaling},
    {"shedding", [](Busy& b) { b.back().shed = said(Count{3}); }},
    {"slowdown",
     [](Busy& b) {
       Slowdown slows;
       slows.failing = said(Factor{3});
       b.back().runtime->slows = said(std::move(slows));
     }},
    {"throttle",
     [](Busy& b) {
       b.call_policy.throttle = said(ThrottlePolicy{said(Factor{1.01}), said(in_seconds(5))});
     }},
    {"tied", [](Busy& b) { b.call_policy.hedge = said(hedge_after(.02, true)); }},
    {"timeout", [](Busy& b) { b.call_policy = timeout_policy(.05); }},
};

std::map<std::string, std::string> measured() {
  std::map<std::string, std::string> out;
  const auto add = [&](const char* name, const System& s, const Experiment& e) {
    out[name] = run(s, quick(20, 2), e).fingerprint;
  };
  System queue;
  queue.service("server", 1, 2, 4, 10);
  queue.operation("ask", queue.endpoint("server", "ask", {work(lognormal_time(.01, 1))}), 150);
  add("bounded-queue", queue, plain_experiment());

  System calls;
  calls.model.placement->zones = said(Count{3});
  calls.model.placement->same_zone = said(in_seconds(.0003));
  calls.model.placement->other_zone = said(in_seconds(.0007));
  calls.service("back", 2, 3).balance = said(Balance::RandomOfTwo);
  calls.service("front", 2, 3).balance = said(Balance::LeastRequest);
  const StoreId db = calls.store("db", lognormal_time(.002, 1), exponential_time(.004), 4);
  calls.model.stores[db].copies = said(Count{3});
  calls.model.stores[db].pool = said(Pool{5, true});
  CallPolicy policy = timeout_policy(.05);
  policy.retry = said(retry_policy(3, .01, Jitter::Decorrelated));
  policy.retry->budget = said(Share{.2});
  BreakerPolicy breaker;
  breaker.open = said(in_seconds(1));
  policy.breaker = said(std::move(breaker));
  const EndpointId get =
      calls.endpoint("back", "get",
                     {work(exponential_time(.004)), access(StepKind::Read, db, timeout_policy(1)),
                      access(StepKind::Write, db, timeout_policy(1))});
  calls.operation(
      "ask", calls.endpoint("front", "ask", {together({call(get, policy), call(get, policy)})}),
      200);
  Target zone;
  zone.kind = Target::Kind::Zone;
  zone.name = "b";
  add("policies-and-a-lost-zone", calls, with_faults({fault(FaultKind::Lose, 5, 5, zone)}, 20));
  out["none"] = Busy().fingerprint();
  for (const auto& [name, set] : kSettings) {
    Busy busy;
    set(busy);
    out[name] = busy.fingerprint();
  }
  return out;
}

TEST(Fingerprints, AreThoseRecorded) {
  const std::string path =
      std::string(SCANTLING_SOURCE_DIR) + "/tests/golden/simulate/fingerprints.csv";
  const auto now = measured();
  if (std::getenv("SCANTLING_UPDATE") != nullptr) {
    std::ofstream file(path);
    for (const auto& [name, hash] : now)
      file << name << "," << hash << "\n";
    return;
  }
  std::ifstream file(path);
  ASSERT_TRUE(file) << path << ": SCANTLING_UPDATE=1 writes it";
  std::map<std::string, std::string> recorded;
  for (std::string line; std::getline(file, line);)
    recorded[line.substr(0, line.find(','))] = line.substr(line.find(',') + 1);
  EXPECT_EQ(now, recorded);
}

// A row for each policy, and each makes a difference to the system it is set in.
TEST(Fingerprints, AreOfEveryPolicy) {
  std::map<std::string, std::string> by_hash;
  for (const auto& [name, hash] : measured())
    EXPECT_TRUE(by_hash.emplace(hash, name).second) << name << " is as " << by_hash[hash];
  std::size_t count = 0;
#define POLICY(name)                               \
  EXPECT_TRUE(kSettings.contains(#name)) << #name; \
  ++count;
#include "simulate/policies.def"
#undef POLICY
  EXPECT_EQ(count, kSettings.size());
}

TEST(Policies, SayWhatTheyMean) {
  std::string_view last;
  for (const PolicyInfo* policy : simulated_policies()) {
    EXPECT_LT(last, policy->name);
    EXPECT_GT(policy->meaning.size(), 20U);
    EXPECT_GT(policy->source.size(), 10U) << policy->name;
    last = policy->name;
  }
}

}  // namespace
}  // namespace scantling::sim
