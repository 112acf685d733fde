#include "sweep/sweep.h"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "sweep/child.h"
#include "sweep/output.h"
#include "sweep/test_model.h"

namespace scantling::sweep {
namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "sweep-test-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string file(const std::string& name) const { return (path / name).string(); }
};

Crew threads(const BaseModel& base, const Plan& plan, int jobs, std::function<bool()> stop = {}) {
  return [&base, &plan, jobs, stop](const auto& indices, const Deliver& deliver) {
    return run_on_threads(base, plan, indices, jobs, stop, deliver);
  };
}

std::string dump(Store& store, const Plan& plan) {
  std::string out = csv_header(plan);
  EXPECT_TRUE(analyse(store, plan, .99, [&](const RunRecord& r) { out += csv_lines(plan, r); }));
  return out;
}

std::string whole(const BaseModel& base, const Plan& plan, int jobs) {
  auto store = Store::open(":memory:").value();
  EXPECT_TRUE(store.begin(base, plan));
  EXPECT_TRUE(fill(store, plan, threads(base, plan, jobs), {}));
  return dump(store, plan);
}

TEST(Plan, UnitsAreCountedInOrder) {
  const BaseModel base = checkout();
  const Plan plan = small_plan(base);
  ASSERT_EQ(plan.runs(), 24u);
  std::set<Unit> seen;
  for (std::uint64_t i = 0; i < plan.runs(); ++i) {
    const Unit unit = unit_at(plan, i);
    EXPECT_EQ(index_of(plan, unit), i);
    seen.insert(unit);
  }
  EXPECT_EQ(seen.size(), 24u);
  EXPECT_EQ(plan.levels(1), (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(plan.levels(2), (std::vector<std::size_t>{1, 0}));
}

TEST(Plan, AFaultThatSaysNothingIsRefused) {
  EXPECT_EQ(fault_scenario("{ fail: psp 30% }", {1})->name, "fail: psp 30%");
  for (const char* nothing : {"{ }", "{}", "", "slow", "{ fail: psp 30% } more"})
    EXPECT_FALSE(fault_scenario(nothing, {1}).has_value()) << nothing;
}

TEST(Campaign, ARecordSurvivesPacking) {
  const BaseModel base = checkout();
  const Plan plan = small_plan(base);
  Campaign campaign(base, plan);
  RunRecord record;
  ASSERT_TRUE(campaign.run(unit_at(plan, 3), {}, record));
  EXPECT_EQ(record.state, RunState::Done) << record.message;
  EXPECT_GT(record.events, 100u);
  const std::string bytes = packed(record);
  RunRecord again;
  ASSERT_TRUE(unpack(bytes, again));
  EXPECT_EQ(packed(again), bytes);
  for (std::size_t cut = 0; cut < bytes.size(); cut += 7)
    EXPECT_FALSE(unpack(std::string_view(bytes).substr(0, cut), again));
  PackedCampaign sent;
  ASSERT_TRUE(unpack(packed(base, plan), sent));
  EXPECT_EQ(sent.text, base.text());
  EXPECT_EQ(identity(base, sent.plan), identity(base, plan));
}

TEST(Campaign, TheNumberOfThreadsChangesNoByte) {
  const BaseModel base = checkout();
  const Plan plan = small_plan(base);
  const std::string one = whole(base, plan, 1);
  EXPECT_GT(one.size(), 5000u);
  EXPECT_EQ(one, whole(base, plan, 3));
  Plan other = plan;
  other.seed = 2;
  EXPECT_NE(one, whole(base, other, 1));
}

TEST(Campaign, TheSameSeedsAreDrawnAtEveryPoint) {
  const BaseModel base = checkout();
  Plan plan = small_plan(base);
  // A parameter that changes nothing: under common random numbers its effect is exactly nothing.
  plan.parameters = {parameter(base, "services.catalog.runtime.memory=1 GiB,2 GiB")};
  auto store = Store::open(":memory:").value();
  ASSERT_TRUE(store.begin(base, plan));
  ASSERT_TRUE(fill(store, plan, threads(base, plan, 2), {}));
  const auto analysis = analyse(store, plan, .99).value();
  for (const Effect& e : analysis.effects)
    EXPECT_TRUE(analysis.objectives[e.objective].of_point)
        << to_text(plan, analysis.objectives[e.objective]);
}

TEST(Campaign, OneThatWasStoppedGoesOnWithNothingLostOrDoneTwice) {
  const BaseModel base = checkout();
  const Plan plan = small_plan(base);
  const std::string wanted = whole(base, plan, 1);
  const Folder folder;
  std::size_t done = 0;
  std::multiset<std::uint64_t> all;
  for (int round = 0; round < 100 && done < plan.runs(); ++round) {
    auto store = Store::open(folder.file("a.db")).value();
    ASSERT_TRUE(store.begin(base, plan));
    std::atomic<std::size_t> now{0};
    const auto stop = [&] { return now.load() >= 5; };
    const Crew crew = [&](const auto& indices, const Deliver& deliver) {
      return run_on_threads(base, plan, indices, 2, stop,
                            [&](std::span<const RunRecord> records) -> Expected<void> {
                              for (const RunRecord& r : records)
                                all.insert(index_of(plan, r.unit));
                              now += records.size();
                              return deliver(records);
                            });
    };
    ASSERT_TRUE(fill(store, plan, crew, {}));
    done += now;
    const auto finished = store.finished(plan).value();
    EXPECT_EQ(static_cast<std::size_t>(std::count(finished.begin(), finished.end(), true)), done);
  }
  EXPECT_EQ(all.size(), plan.runs());
  EXPECT_EQ(std::set<std::uint64_t>(all.begin(), all.end()).size(), plan.runs());
  auto store = Store::open(folder.file("a.db")).value();
  EXPECT_EQ(dump(store, plan), wanted);
}

TEST(Campaign, AnErrorOfTheStoreEndsIt) {
  const BaseModel base = checkout();
  const Plan plan = small_plan(base);
  auto store = Store::open(":memory:").value();
  ASSERT_TRUE(store.begin(base, plan));
  const Crew crew = [&](const auto& indices, const Deliver&) {
    return run_on_threads(
        base, plan, indices, 2, {},
        [](std::span<const RunRecord>) -> Expected<void> { return fail("the disk is full"); });
  };
  const auto filled = fill(store, plan, crew, {});
  ASSERT_FALSE(filled.has_value());
  EXPECT_EQ(filled.error().message, "the disk is full");
}

TEST(Store, AnotherCampaignIsRefusedAndMoreReplicationsAreNot) {
  const BaseModel base = checkout();
  Plan plan = small_plan(base);
  const Folder folder;
  {
    auto store = Store::open(folder.file("a.db")).value();
    ASSERT_TRUE(store.begin(base, plan));
    const auto second = Store::open(folder.file("a.db"));
    ASSERT_FALSE(second.has_value());
    EXPECT_NE(second.error().message.find("another scantling is filling it"), std::string::npos);
  }
  EXPECT_FALSE(std::filesystem::exists(folder.file("a.db.lock")));
  auto store = Store::open(folder.file("a.db")).value();
  plan.replications = 9;
  EXPECT_TRUE(store.begin(base, plan));
  plan.seed = 5;
  const auto other = store.begin(base, plan);
  ASSERT_FALSE(other.has_value());
  EXPECT_NE(other.error().message.find("it has 'seed 1' where this one has 'seed 5'"),
            std::string::npos)
      << other.error().message;
}

TEST(Store, AFileOfSomethingElseIsRefused) {
  const Folder folder;
  FILE* file = std::fopen(folder.file("text.db").c_str(), "w");
  std::fputs(
      "this is no database, and longer than a header of one: "
      "0123456789012345678901234567890123456789012345678901234567890123456789",
      file);
  std::fclose(file);
  const auto store = Store::open(folder.file("text.db"));
  ASSERT_FALSE(store.has_value());
  EXPECT_NE(store.error().message.find("text.db"), std::string::npos);
  EXPECT_FALSE(Store::open(folder.file("no/such/folder.db")).has_value());
}

TEST(Child, AProcessThatDiesCostsItsRunAlone) {
  const BaseModel base = checkout();
  Plan plan = small_plan(base);
  plan.measured = {3'600'000'000'000};  // long enough to be killed in
  Child child(base, plan);
  std::string bytes;
  ASSERT_TRUE(child.begin(0));
  EXPECT_EQ(child.wait(0, bytes), Child::Answer::NotYet);
  ASSERT_EQ(kill(child.process(), SIGKILL), 0);
  ASSERT_EQ(child.wait(60'000, bytes), Child::Answer::Died);
  EXPECT_EQ(bytes, "signal 9");
  // The next run begins in another process.
  ASSERT_TRUE(child.begin(1));
  EXPECT_GT(child.process(), 0);
  child.end();
  Plan quick = small_plan(base);
  Child second(base, quick);
  for (const std::uint64_t index : {0u, 7u}) {
    ASSERT_TRUE(second.begin(index));
    Child::Answer answer = Child::Answer::NotYet;
    while (answer == Child::Answer::NotYet)
      answer = second.wait(1000, bytes);
    ASSERT_EQ(answer, Child::Answer::Record);
    RunRecord record, expected;
    ASSERT_TRUE(unpack(bytes, record));
    Campaign here(base, quick);
    ASSERT_TRUE(here.run(unit_at(quick, index), {}, expected));
    EXPECT_EQ(packed(record), packed(expected));
  }
}

}  // namespace
}  // namespace scantling::sweep
