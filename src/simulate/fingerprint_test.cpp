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

TEST(Policies, SayWhatTheyMean) {
  std::string_view last;
  for (const PolicyInfo* policy : simulated_policies()) {
    EXPECT_LT(last, policy->name);
    EXPECT_GT(policy->meaning.size(), 20U);
    last = policy->name;
  }
}

}  // namespace
}  // namespace scantling::sim
