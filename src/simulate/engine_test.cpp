// What the engine promises of itself: nothing is allocated per event, a wrong count is found,
// streams of random numbers belong to their purpose.
#include "simulate/engine.h"

#include <cstdlib>
#include <new>

#include "simulate/compile.h"
#include "simulate/test_pieces.h"
#include "simulate/test_results.h"

namespace {
thread_local std::uint64_t allocations = 0;
}

#if defined(__SANITIZE_ADDRESS__)
#define SCANTLING_OWN_NEW 0  // its own must take all kinds
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SCANTLING_OWN_NEW 0
#endif
#endif
#ifndef SCANTLING_OWN_NEW
#define SCANTLING_OWN_NEW 1
#endif

#if SCANTLING_OWN_NEW
// Counts what this thread of this test program asks for.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  std::abort();
}
[[gnu::noinline]] void operator delete(void* p) noexcept {
  std::free(p);
}
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept {
  std::free(p);
}
#endif

namespace scantling::sim {

// Breaks one counter of an engine that is between two events.
struct EngineBreaker {
  static void request(Engine& e) { ++e.stations_[1].count.arrived; }
  static void nanosecond(Engine& e) { ++e.stations_[1].count.sojourn; }
  static void answer(Engine& e) { ++e.operation_[0].good; }
  static void message(Engine& e) { ++e.channel_[0].behind; }
  static Replication end(Engine& e) {
    e.finish_measures();
    return std::move(e.out_);
  }
};

namespace {

// Every mechanism at once: latency, timeouts, retries, breakers, bulkheads, hedges, pools, a cache,
// a quorum, branches, locks, messages.
System busy() {
  System s;
  s.model.placement->zones = said(Count{2});
  s.model.placement->same_zone = said(in_seconds(.0002));
  s.model.placement->other_zone = said(in_seconds(.0005));
  const EndpointId on = piped(s, Channel{}, 100, exponential_time(.002), 2);
  s.model.endpoint(on).concurrency = said(Count{4});
  s.service("back", 2, 3, 20, 20).balance = said(Balance::RandomOfTwo);
  s.service("front", 4, 2, 50, 20);
  const StoreId db = s.store("db", exponential_time(.002), exponential_time(.003), 8);
  s.model.stores[db].copies = said(Count{3});
  s.model.stores[db].pool = said(scantling::Pool{10, true});
  const StoreId cache = s.store("cache", fixed_time(.0002), fixed_time(.0002), 100);
  s.model.stores[cache].capacity = said(Bytes{100 * 1024});
  s.model.stores[cache].skew = said(.8);
  Step read = access(StepKind::Read, cache);
  Miss miss;
  miss.keys = said(Count{1000});
  miss.then = {access(StepKind::Read, db, timeout_policy(.2))};
  read.miss = said(std::move(miss));
  CallPolicy policy = timeout_policy(.05);
  policy.retry = said(retry_policy(3, .01, Jitter::Full));
  policy.breaker = said(BreakerPolicy{});
  policy.at_once = said(BulkheadPolicy{said(Count{20}), said(Count{10})});
  policy.hedge = said(HedgePolicy{said(in_seconds(.02)), said(Share{.2}), {}});
  Step lock;
  lock.kind = StepKind::Lock;
  lock.lock = "row";
  const EndpointId get = s.endpoint("back", "get", {work(exponential_time(.005)), read});
  const EndpointId put =
      s.endpoint("back", "put", {lock, work(exponential_time(.001)), access(StepKind::Write, db)});
  s.operation("buy",
              s.endpoint("front", "buy",
                         {work(exponential_time(.002)), together({call(get, policy), call(get)}),
                          call(put, policy)}),
              150);
  return s;
}

TEST(Engine, AllocatesNothingForAnEvent) {
  if (!SCANTLING_OWN_NEW) GTEST_SKIP() << "the address sanitizer allocates";
  const System s = busy();
  auto program = compile(s.model, plain_experiment(), quick(2000, 1));
  ASSERT_TRUE(program.has_value());
  program->bucket = program->measured;  // the time series has one point at its end
  for (OperationInfo& o : program->operations)
    o.nominal_rate = 1e12;  // and no request is sampled for the critical path
  RunOptions options;
  options.warm_up = 1'000'000'000;
  Engine engine(*program, options);
  engine.begin();
  const auto go_on = [&](int events) {
    const std::uint64_t before = allocations;
    for (int i = 0; i < events; ++i)
      if (!engine.advance()) ADD_FAILURE() << "the run ended";
    return allocations - before;
  };
  go_on(1'000'000);
  const std::uint64_t first = go_on(500'000);
  const std::uint64_t second = go_on(500'000);
  // What is left: records and histograms that grow when a peak or a longest time is passed.
  EXPECT_LE(first, 20U);
  EXPECT_LE(second, 20U);
}

TEST(Engine, FindsAWrongCount) {
  const System s = busy();
  const auto program = compile(s.model, plain_experiment(), quick(5, 1));
  ASSERT_TRUE(program.has_value());
  RunOptions options;
  options.warm_up = 1'000'000'000;
  const auto error_of = [&](void (*breaks)(Engine&)) {
    Engine engine(*program, options);
    engine.begin();
    for (int i = 0; i < 5000; ++i)
      engine.advance();
    if (breaks != nullptr) breaks(engine);
    while (engine.advance()) {
    }
    return EngineBreaker::end(engine).error;
  };
  EXPECT_EQ(error_of(nullptr), "");
  EXPECT_NE(error_of(EngineBreaker::request).find("requests came"), std::string::npos);
  EXPECT_NE(error_of(EngineBreaker::nanosecond).find("Little's law is broken by -1 "),
            std::string::npos);
  EXPECT_NE(error_of(EngineBreaker::answer).find("were asked for"), std::string::npos);
  EXPECT_NE(error_of(EngineBreaker::message).find("messages were counted"), std::string::npos);
}

// What one part draws does not depend on what the others do: arrivals are the same whatever is done
// with them, and every other operation's too.
TEST(Engine, StreamsBelongToTheirPurpose) {
  const auto offered = [](double seconds, double servers, bool other) {
    System s = one_station(80, exponential_time(seconds), servers);
    if (other) s.operation("b", s.endpoint("server", "b", {work(lognormal_time(.001, 1))}), 30);
    SimulateOptions o = quick(30, 2);
    o.warm_up = in_seconds(5);
    return series(run(s, o).operations[0], "offered").values;
  };
  const std::vector<double> once = offered(.01, 1, false);
  ASSERT_EQ(once.size(), 30U);
  EXPECT_EQ(offered(.02, 4, false), once);
  EXPECT_EQ(offered(.01, 1, true), once);
}

}  // namespace
}  // namespace scantling::sim
