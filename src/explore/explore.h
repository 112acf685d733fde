// Designs beside the one that `design` makes: what its decisions' alternatives allow, ranked by the
// analytic twin in five objectives, the best simulated under the same random numbers.
//
// Two kinds of change make candidates. A *pin* settles a question before the passes run, as a
// person would by a locked decision: another engine, a read model instead of a call, no cache,
// another number of services. Each set of pins costs one run of the passes. *Sizes* (instances,
// processors, copies) are then varied on the design that comes out, many for each. What is shown in
// the end is made once more by the passes, its sizes settled like the rest.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "catalog/catalog.h"
#include "model/architecture.h"
#include "simulate/simulate.h"

namespace scantling::explore {

// Less is better in each.
enum class Goal : std::uint8_t {
  Cost,         // a month
  P99,          // the largest share of its objective that an operation's p99 takes, at peak
  Failures,     // share of all requests at peak that fail
  SplitWrites,  // operations that write in more than one service
  TeamLoad,  // the largest share that a team has of the services, or their aggregates, it can run
};
inline constexpr std::size_t kGoals = 5;
std::string_view to_text(Goal objective);  // "cost", "p99", "failures", ...

struct Scores {
  std::array<double, kGoals> values{};
  std::vector<std::string> missed;  // objectives that the twin says are not reached
  std::string slowest;              // the operation of P99
  int services = 0;

  double of(Goal o) const { return values[static_cast<std::size_t>(o)]; }
};
Scores scores_of(const Architecture& model);
// Nowhere worse, also not in the number of objectives missed, and somewhere better.
bool dominates(const Scores& a, const Scores& b);

// A question settled beforehand.
struct Pin {
  std::string what;    // "orders-db.engine", or "services" for their number
  std::string choice;  // "mysql", "4"
  friend auto operator<=>(const Pin&, const Pin&) = default;
};
// A size changed afterwards.
struct Sizing {
  std::string path;  // "services.orders.runtime.instances"
  std::string from, to;
};

struct Candidate {
  std::size_t structure = 0;
  std::vector<Sizing> sizes;
  Scores scores;
};

struct Structure {
  std::vector<Pin> pins;  // sorted
  Architecture model;
};

// What a run says of its expectations; at peak these are the operations' objectives.
struct ExperimentScores {
  std::string name;  // "peak", or an experiment's
  Verdict verdict = Verdict::Holds;
  std::vector<std::string> failing;    // "ship-order availability"
  std::vector<std::string> measured;   // of each of them: "99.2%, 99.9% asked for"
  std::vector<std::string> undecided;  // as `failing`
};

struct SimulatedScores {
  Interval p99, failures;                     // as the goals, at peak
  Interval p99_change, failures_change;       // against the design as it is, run by run
  std::vector<ExperimentScores> experiments;  // peak, then the model's
  Verdict verdict() const;                    // fails when one does
};

struct Finalist {
  std::string name;               // "as designed", "cheapest", ...
  std::vector<std::string> also;  // what else it is: "fastest"
  Candidate candidate;            // its scores are those of `model`
  std::vector<Pin> pins;          // all that makes it of what is given, sizes too
  Architecture model;             // complete: what the passes make of the pins
  SimulatedScores simulated;
  std::vector<std::string> findings;  // of `check`, errors and warnings, that the first has not
};

struct Options {
  std::uint64_t seed = 1;
  int jobs = 0;
  int designs = 150;      // runs of the passes, at most
  int candidates = 4000;  // in all, at most
  int finalists = 5;      // besides the design as it is; 3 to 5
  Duration measured{20'000'000'000};
  int replications = 5;
  std::function<bool()> stop;  // ends the search early; what there is is simulated and returned
  std::function<void(std::string_view)> progress;
};

struct Result {
  std::vector<Structure> structures;  // that differ; the first is the design as it is
  std::vector<Candidate> pareto;      // none dominates another; by cost
  std::vector<Finalist> finalists;    // the first is the design as it is
  std::uint64_t designed = 0, ranked = 0;
  std::vector<Pin> without_effect;  // that the passes did not follow
  bool stopped = false;
};

// `model` is what a person gave: a problem, perhaps with a part of its solution. Nothing given is
// varied. The same for any number of threads.
Expected<Result> explore(const Architecture& model, const Catalog& catalog, const Options& options);

// What is given, with all that makes this finalist settled in it: `design` makes it again.
Architecture problem_of(const Architecture& model, const Finalist& finalist);

}  // namespace scantling::explore
