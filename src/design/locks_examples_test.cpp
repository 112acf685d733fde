// Every decision of the examples locked to each of its alternatives in turn: the model that comes
// out takes it, or the lock is refused. There is no third outcome.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "base/parallel.h"
#include "catalog/catalog.h"
#include "design/design.h"
#include "design/locks.h"
#include "language/language.h"
#include "source/source.h"

namespace scantling {
namespace {

Architecture example(const std::string& name) {
  Sources sources;
  Diagnostics problems;
  Architecture model =
      read_model(sources, disk(), std::string(SCANTLING_SOURCE_DIR) + "/examples/" + name + ".yaml",
                 {}, problems);
  EXPECT_FALSE(problems.has_errors()) << name;
  return model;
}

Architecture passed(Architecture problem, bool verify) {
  DesignOptions options;
  options.jobs = 1;
  options.verify = verify;
  return run_passes(std::move(problem), built_in_catalog(), options);
}

// All of a model but what its decisions say of themselves.
std::map<std::string, std::string> values_of(const Architecture& model) {
  std::map<std::string, std::string> out;
  for (const PathInfo& info : all_paths(model))
    if (!info.path.starts_with("decisions.")) out.emplace(info.path, info.text);
  return out;
}

struct Lock {
  std::string name, choice;
  bool is_chosen = false;  // left open, it would be so too
  bool sets = false;       // the decision, values of the model
  bool verify = false;     // a repair of the verifier's
};

// Capacity raises the shards that data has decided, unless these are locked.
bool is_raised(const Architecture& designed, const std::string& name) {
  constexpr std::string_view kShards = ".shards";
  return name.ends_with(kShards) &&
         find_by_name(designed.decisions,
                      name.substr(0, name.size() - kShards.size()) + ".capacity")
             .valid();
}

std::vector<Lock> locks_of(const Architecture& designed) {
  std::vector<Lock> out;
  for (const Decision& decision : designed.decisions)
    for (const Alternative& alternative : decision.alternatives) {
      const bool raised = is_raised(designed, decision.name);
      out.push_back({decision.name, alternative.name,
                     alternative.name == *decision.chosen && !raised,
                     !decision.sets->empty() && !raised, *decision.pass == "verify"});
    }
  return out;
}

enum class Outcome : std::uint8_t { Same, Taken, Refused, Ignored };

// `before`: the values without the lock. `wrong` gets what must not be.
Outcome try_lock(Architecture problem, const Lock& lock,
                 const std::map<std::string, std::string>& before, std::string& wrong) {
  lock_decision(problem, lock.name, lock.choice);
  DesignResult result;
  result.model = passed(std::move(problem), lock.verify);
  const std::size_t assumed = result.model.assumptions.size();
  report_locks(result);
  if (result.model.assumptions.size() > assumed) {
    wrong = "no pass asks for it";
    return Outcome::Ignored;
  }
  if (!result.unmet.empty()) {
    const Unmet& unmet = result.unmet.front();
    if (unmet.path != "decisions." + lock.name || unmet.relax.find("leave it open") != 0 ||
        unmet.relax == "leave it open" || unmet.text.find(lock.choice) == std::string::npos)
      wrong = "its error names no line: " + unmet.text + " / " + unmet.relax;
    if (lock.is_chosen) wrong = "what the passes choose themselves is refused: " + unmet.text;
    return Outcome::Refused;
  }
  const auto after = values_of(result.model);
  if (lock.is_chosen && after != before) wrong = "what was chosen anyway changes the model";
  if (!lock.is_chosen && lock.sets && after == before)
    wrong = "it is said to be taken, and nothing in the model changes";
  return lock.is_chosen ? Outcome::Same : Outcome::Taken;
}

class LocksOfExamples : public testing::TestWithParam<const char*> {};

TEST_P(LocksOfExamples, AreTakenOrRefused) {
  const Architecture problem = example(GetParam());
  const Architecture designed = passed(problem, false), verified = passed(problem, true);
  const auto before = values_of(designed), before_verified = values_of(verified);
  const std::vector<Lock> locks = locks_of(verified);
  std::vector<Outcome> outcomes(locks.size());
  std::vector<std::string> wrong(locks.size());
  in_parallel(2, static_cast<int>(locks.size()), [&](int at) {
    const auto i = static_cast<std::size_t>(at);
    outcomes[i] = try_lock(problem, locks[i], locks[i].verify ? before_verified : before, wrong[i]);
  });
  std::map<std::string, std::array<int, 4>> by_kind;
  std::array<int, 4> all{};
  for (std::size_t i = 0; i < locks.size(); ++i) {
    EXPECT_EQ(wrong[i], "") << locks[i].name << ": " << locks[i].choice;
    ++by_kind[locks[i].name.substr(locks[i].name.rfind('.') + 1)]
             [static_cast<std::size_t>(outcomes[i])];
    ++all[static_cast<std::size_t>(outcomes[i])];
  }
  fmt::print("{}: {} locks: {} chosen anyway, {} taken, {} refused, {} ignored\n", GetParam(),
             locks.size(), all[0], all[1], all[2], all[3]);
  if (std::getenv("SCANTLING_TABLE") != nullptr)
    for (const auto& [kind, n] : by_kind)
      fmt::print("  {:24} {:4} {:4} {:4} {:4}\n", kind, n[0], n[1], n[2], n[3]);
}

INSTANTIATE_TEST_SUITE_P(Examples, LocksOfExamples,
                         testing::Values("bank", "legacy", "payments", "shop", "startup",
                                         "telemetry"),
                         [](const auto& of) { return std::string(of.param); });

}  // namespace
}  // namespace scantling
