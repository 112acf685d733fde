// A campaign: every combination of the parameters' values (a point), under every scenario, so many
// times. One run is one replication of one scenario at one point.
//
// Replication r draws from the seed `seed + r` everywhere: points are compared under common random
// numbers. A run depends on the campaign and on which run it is, on nothing else.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "simulate/simulate.h"
#include "sweep/base_model.h"

namespace scantling::sweep {

inline constexpr std::uint64_t kMostRuns = 1'000'000;

// What a point is put through: the peak, an experiment of the model, or the peak with a fault.
struct Scenario {
  std::string name;   // "peak", "zone-down", "lose zone a"
  std::string fault;  // as in the language, "{ at: 20s, for: 20s, lose: zone a }"; empty: none
};

struct Plan {
  std::vector<Parameter> parameters;  // the last one's value changes from each point to the next
  std::vector<Scenario> scenarios;
  int replications = 5;
  std::uint64_t seed = 1;
  Duration measured{60'000'000'000};
  Duration warm_up{};  // zero: found by each run

  std::uint64_t points() const;
  std::uint64_t runs() const;
  // Which value each parameter has at the point.
  std::vector<std::size_t> levels(std::uint64_t point) const;
  std::vector<Setting> settings(std::uint64_t point) const;
};

struct Unit {
  std::uint64_t point = 0;
  std::uint32_t scenario = 0, replication = 0;
  friend auto operator<=>(const Unit&, const Unit&) = default;
};
// Runs in the order of points, scenarios, replications: 0 <= index < runs().
Unit unit_at(const Plan& plan, std::uint64_t index);
std::uint64_t index_of(const Plan& plan, const Unit& unit);

struct Measure {
  std::string subject;  // an operation, or "" for the whole
  std::string what;     // "p99", "availability", "cost", ...
  std::string unit;     // as readable_measure takes it, or a currency a month
  bool judged = false;  // an expectation, with its target
  bool at_least = false;
  double value = 0;  // NaN: there is none (no good answer at all)
  double target = 0;
};

enum class RunState : std::uint8_t {
  Done,
  Limited,  // ended by the limit on events
  Invalid,  // the values together are not a model
  Failed,   // the machinery failed: says why, and counts as no result
};
std::string_view to_text(RunState state);  // "done", "limited", "invalid", "failed"

struct RunRecord {
  Unit unit;
  RunState state = RunState::Done;
  std::string message;  // of any state but Done
  std::uint64_t events = 0;
  std::string fingerprint;  // of the simulation
  std::vector<Measure> measures;
};

// As bytes, for pipes and messages between processes; false: not such bytes.
std::string packed(const RunRecord& record);
bool unpack(std::string_view bytes, RunRecord& out);

// A plan with the model that it is for, as bytes; false: not such bytes.
std::string packed(const BaseModel& base, const Plan& plan);
struct PackedCampaign {
  std::string text, path;  // of the model
  Plan plan;
};
bool unpack(std::string_view bytes, PackedCampaign& out);

// One worker's view of a campaign; holds the model of the point it was last asked for.
class Campaign {
 public:
  // The model and the plan must outlive it.
  Campaign(const BaseModel& base, const Plan& plan) : base_(base), plan_(plan) {}

  // `stop` may end a run early: then false, and there is no record of it.
  bool run(const Unit& unit, const std::function<bool()>& stop, RunRecord& out);

 private:
  bool model_of(std::uint64_t point);

  const BaseModel& base_;
  const Plan& plan_;
  bool has_model_ = false;
  std::uint64_t point_ = 0;
  Architecture model_;
  std::string problem_;  // why the point has no model
  double cost_ = 0;
  std::string currency_;
};

// What makes two campaigns the same one: the model, what is varied, and how it is run. The number
// of replications is not part of it, so that more can be added to those there are.
std::string identity(const BaseModel& base, const Plan& plan);

// A fault as it is written on the command line: "lose zone a", "slow: psp x10", or a map as in the
// language. Without times it begins after a third of the measured time and lasts another third.
Expected<Scenario> fault_scenario(std::string_view text, Duration measured);
// One after the other: a zone, an instance of each service that has several, each store, each
// external.
std::vector<Scenario> all_faults(const Architecture& model, Duration measured);

}  // namespace scantling::sweep
