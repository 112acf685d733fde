#include "explore/finalists.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>

#include <fmt/core.h>

#include "base/parallel.h"
#include "base/text.h"
#include "design/loop.h"
#include "explore/findings.h"
#include "explore/sizes.h"
#include "explore/structures.h"
#include "simulate/statistics.h"

namespace scantling::explore {
namespace {

constexpr double kConfidence = .99;
// Candidates that are simulated for one end of the set, while what they fail is met by the design
// as it is.
constexpr std::size_t kTries = 3;

using Values = std::array<double, kGoals>;

// Each goal from 0 (the best of the set) to 1 (the worst).
std::vector<Values> normalised(const std::vector<Candidate>& set) {
  Values low{}, high{};
  for (std::size_t g = 0; g < kGoals; ++g) {
    const auto [least, most] =
        std::ranges::minmax(set, {}, [&](const Candidate& c) { return c.scores.values[g]; });
    low[g] = least.scores.values[g];
    high[g] = most.scores.values[g];
  }
  std::vector<Values> out;
  for (const Candidate& c : set) {
    Values v{};
    for (std::size_t g = 0; g < kGoals; ++g)
      v[g] = high[g] > low[g] ? (c.scores.values[g] - low[g]) / (high[g] - low[g]) : 0;
    out.push_back(v);
  }
  return out;
}

double length(const Values& v) {
  double sum = 0;
  for (const double x : v)
    sum += x * x;
  return sum;
}

// The same design by fewer words: pins and sizes without which every score is the same are dropped.
void simplify(const Question& question, Result& result, Finalist& finalist) {
  const Scores& wanted = finalist.candidate.scores;
  const auto same = [&](const Architecture& model) {
    const Scores scores = scores_of(model);
    return scores.values == wanted.values && scores.missed == wanted.missed;
  };
  Structure structure = result.structures[finalist.candidate.structure];
  std::vector<Sizing> sizes = finalist.candidate.sizes;
  for (std::size_t i = sizes.size(); i-- > 0;) {
    std::vector<Sizing> fewer = sizes;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    Architecture model = structure.model;
    apply_sizes(model, fewer);
    if (same(model)) sizes = std::move(fewer);
  }
  for (std::size_t i = structure.pins.size(); i-- > 0;) {
    std::vector<Pin> fewer = structure.pins;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    auto model = structured(question, fewer);
    if (!model) continue;
    Architecture sized = *model;
    apply_sizes(sized, sizes);
    if (same(sized)) structure = {std::move(fewer), std::move(*model)};
  }
  finalist.candidate.sizes = std::move(sizes);
  if (structure.pins == result.structures[finalist.candidate.structure].pins) return;
  const auto known = std::ranges::find(result.structures, structure.pins, &Structure::pins);
  finalist.candidate.structure = static_cast<std::size_t>(known - result.structures.begin());
  if (known == result.structures.end()) result.structures.push_back(std::move(structure));
}

// The passes once more, the sizes settled beforehand: what depends on them follows.
void remake(const Question& question, const Result& result, Finalist& finalist) {
  const Structure& structure = result.structures[finalist.candidate.structure];
  std::vector<Sizing>& sizes = finalist.candidate.sizes;
  Architecture sized = structure.model;
  apply_sizes(sized, sizes);
  finalist.pins = merged(size_pins(sized, sizes), structure.pins);
  auto made = structured(question, finalist.pins);
  finalist.model = made ? std::move(*made) : structure.model;
  std::erase_if(sizes, [&](const Sizing& s) { return size_text(finalist.model, s.path) != s.to; });
  finalist.candidate.scores = scores_of(finalist.model);
}

// One replication of one finalist.
struct Measured {
  double p99 = 0, failures = 0;
  std::vector<Judgement> judgements;
  std::map<std::string, double> requests;  // of each operation
};

Measured measured(const Architecture& model, const ExperimentResult& run) {
  Measured out;
  double offered = 0;
  double failed = 0;
  for (const OperationResult& r : run.operations) {
    offered += r.offered.mean;
    out.requests[model.operations[r.operation].name] = r.offered.mean * run.measured_seconds;
    failed += r.errors.total();
    const Operation& operation = model.operations[r.operation];
    if (!operation.objective) continue;
    const auto& wanted = *operation.objective;
    if (wanted.p99 && wanted.p99->nanoseconds > 0)
      out.p99 = std::max(out.p99, r.latency.p99.mean / wanted.p99->seconds());
  }
  out.failures = offered > 0 ? failed / offered : 0;
  out.judgements = run.judgements;
  return out;
}

void add_judgement(const Judgement& j, Verdict verdict, ExperimentScores& out) {
  const std::string what = j.subject + " " + j.what;
  if (verdict == Verdict::Fails) {
    out.failing.push_back(what);
    out.measured.push_back(fmt::format("{}, {} asked for",
                                       readable_measure(j.measured.mean, j.unit),
                                       readable_measure(j.target, j.unit)));
  } else if (verdict == Verdict::Undecided) {
    out.undecided.push_back(what);
  }
  out.verdict = !out.failing.empty()     ? Verdict::Fails
                : !out.undecided.empty() ? Verdict::Undecided
                                         : Verdict::Holds;
}

// Every objective at peak by its interval over the replications.
ExperimentScores judged_at_peak(const std::vector<Measured>& runs) {
  ExperimentScores out;
  out.name = "peak";
  for (std::size_t j = 0; j < runs.front().judgements.size(); ++j) {
    Judgement of = runs.front().judgements[j];
    std::vector<double> values;
    double requests = 0;
    for (const Measured& run : runs) {
      if (j < run.judgements.size()) values.push_back(run.judgements[j].measured.mean);
      if (const auto n = run.requests.find(of.subject); n != run.requests.end())
        requests += n->second;
    }
    of.measured = sim::interval(values, kConfidence);
    const Verdict verdict = sim::verdict_of(of.target, of.measured, of.at_least);
    const bool seldom = verdict == Verdict::Fails && requests < kLeastRuns;
    add_judgement(of, seldom ? Verdict::Undecided : verdict, out);
  }
  return out;
}

Expected<std::vector<Measured>> runs_at_peak(const Architecture& model, const Options& options) {
  std::vector<Measured> out(static_cast<std::size_t>(options.replications));
  std::vector<std::string> errors(out.size());
  in_parallel(options.jobs, options.replications, [&](int i) {
    const auto k = static_cast<std::size_t>(i);
    SimulateOptions run;
    run.seed = options.seed + k;
    run.jobs = 1;
    run.replications = 1;
    run.measured = options.measured;
    run.confidence = kConfidence;
    const auto result = simulate(model, peak_experiment(model), run);
    if (result)
      out[k] = measured(model, *result);
    else
      errors[k] = result.error().message;
  });
  for (const std::string& error : errors)
    if (!error.empty()) return fail(error);
  return out;
}

struct Tried {
  Finalist finalist;
  std::vector<Measured> runs;  // at peak, in the order of the seeds
};

// At peak, with the difference from `base` run by run; and the model's experiments, as `design`
// runs them. The seeds are the same for all, and streams are the elements' own.
Expected<void> simulate_it(const Options& options, const std::vector<Measured>* base, Tried& out) {
  auto runs = runs_at_peak(out.finalist.model, options);
  if (!runs) return std::unexpected(runs.error());
  out.runs = std::move(*runs);
  std::vector<double> p99, failures, p99_change, failures_change;
  for (std::size_t r = 0; r < out.runs.size(); ++r) {
    const Measured& m = out.runs[r];
    const Measured& other = base == nullptr ? m : (*base)[r];
    p99.push_back(m.p99);
    failures.push_back(m.failures);
    p99_change.push_back(m.p99 - other.p99);
    failures_change.push_back(m.failures - other.failures);
  }
  SimulatedScores& s = out.finalist.simulated;
  s.p99 = sim::interval(p99, kConfidence);
  s.failures = sim::interval(failures, kConfidence);
  s.p99_change = sim::interval(p99_change, kConfidence);
  s.failures_change = sim::interval(failures_change, kConfidence);
  s.experiments.push_back(judged_at_peak(out.runs));
  DesignOptions as_designed;
  as_designed.seed = options.seed;
  as_designed.jobs = options.jobs;
  const auto proved = prove(out.finalist.model, as_designed,
                            [](const std::string& name) { return name != "peak"; });
  if (!proved) return std::unexpected(proved.error());
  for (const ExperimentResult& experiment : proved->experiments) {
    ExperimentScores of;
    of.name = experiment.name;
    for (const Judgement& j : experiment.judgements)
      add_judgement(j, j.verdict, of);
    s.experiments.push_back(std::move(of));
  }
  return {};
}

// What is farthest from all that are chosen; SIZE_MAX: all are.
std::size_t farthest_of(const std::vector<Candidate>& set, const std::vector<Values>& all,
                        const std::vector<std::size_t>& chosen) {
  std::size_t farthest = SIZE_MAX;
  double distance = 1e-9;
  for (std::size_t i = 0; i < set.size(); ++i) {
    double nearest = 1e300;
    for (const std::size_t k : chosen) {
      Values between{};
      for (std::size_t g = 0; g < kGoals; ++g)
        between[g] = all[i][g] - all[k][g];
      nearest = std::min(nearest, length(between));
    }
    if (nearest <= distance) continue;
    distance = nearest;
    farthest = i;
  }
  return farthest;
}

void compare_findings(std::vector<Finalist>& finalists) {
  const auto known = findings_of(finalists.front().model, Severity::Warning);
  for (Finalist& f : finalists)
    for (const auto& [key, text] : findings_of(f.model, Severity::Warning))
      if (!known.contains(key)) f.findings.push_back(text);
}

class Finals {
 public:
  Finals(const Question& question, Result& result) : question_(question), result_(result) {}

  Expected<void> run() {
    Tried first;
    first.finalist.name = "as designed";
    first.finalist.model = result_.structures[0].model;
    first.finalist.candidate = {0, {}, scores_of(first.finalist.model)};
    if (auto ok = simulate_it(question_.options, nullptr, first); !ok) return ok;
    base_ = std::move(first.runs);
    result_.finalists.push_back(std::move(first.finalist));
    choose_set();
    if (!set_.empty())
      if (auto ok = choose(); !ok) return ok;
    compare_findings(result_.finalists);
    return {};
  }

 private:
  // Those that miss the fewest objectives: what can't be reached by any is no reason to drop all.
  void choose_set() {
    std::size_t least = SIZE_MAX;
    for (const Candidate& c : result_.pareto)
      least = std::min(least, c.scores.missed.size());
    for (const Candidate& c : result_.pareto)
      if (c.scores.missed.size() == least) set_.push_back(c);
    all_ = normalised(set_);
  }

  Expected<void> choose() {
    const auto in_goal = [&](std::size_t goal) {
      return [this, goal](std::size_t i) { return std::pair(all_[i][goal], length(all_[i])); };
    };
    if (auto ok = offer("cheapest", Goal::Cost, in_goal(0)); !ok) return ok;
    if (auto ok = offer("balanced", {}, [&](std::size_t i) { return length(all_[i]); }); !ok)
      return ok;
    constexpr std::array<const char*, kGoals> kEnds = {"cheapest", "fastest", "most available",
                                                       "fewest split writes", "lightest for teams"};
    for (std::size_t goal = 1; goal < kGoals; ++goal) {
      // All are the same in it.
      if (std::ranges::all_of(all_, [&](const Values& v) { return v[goal] == 0; })) continue;
      if (auto ok = offer(kEnds[goal], static_cast<Goal>(goal), in_goal(goal)); !ok) return ok;
    }
    // Ends that coincide leave room.
    for (std::size_t tries = 0;
         tries < 2 * kTries && result_.finalists.size() < std::min<std::size_t>(4, most());
         ++tries) {
      const std::size_t other = farthest_of(set_, all_, chosen_);
      if (other == SIZE_MAX) break;
      chosen_.push_back(other);
      auto tried = try_it(other);
      if (!tried) return std::unexpected(tried.error());
      if (as_good(**tried)) take("another way", **tried);
    }
    return {};
  }

  std::size_t most() const { return static_cast<std::size_t>(question_.options.finalists) + 1; }

  // The first in this order that fails nothing which the design as it is meets; the very first when
  // the next ones do too. Where the design as it is is no worse in the goal, the name is its own.
  template <class Order>
  Expected<void> offer(const char* name, std::optional<Goal> goal, const Order& order) {
    std::vector<std::size_t> by(set_.size());
    std::iota(by.begin(), by.end(), 0);
    std::ranges::stable_sort(by, {}, order);
    const Finalist* found = nullptr;
    for (std::size_t i = 0; i < std::min(by.size(), kTries); ++i) {
      auto tried = try_it(by[i]);
      if (!tried) return std::unexpected(tried.error());
      if (i == 0) found = *tried, chosen_.push_back(by[i]);
      if (!as_good(**tried)) continue;
      found = *tried;
      chosen_.back() = by[i];
      break;
    }
    Finalist& base = result_.finalists.front();
    if (goal && base.candidate.scores.of(*goal) <= found->candidate.scores.of(*goal)) {
      base.also.emplace_back(name);
      chosen_.pop_back();
    } else {
      take(name, *found);
    }
    return {};
  }

  Expected<const Finalist*> try_it(std::size_t i) {
    const auto known = tried_.find(i);
    if (known != tried_.end()) return &known->second;
    if (question_.options.progress)
      question_.options.progress(fmt::format("simulating design {}", tried_.size() + 1));
    Tried of;
    of.finalist.candidate = set_[i];
    simplify(question_, result_, of.finalist);
    if (auto ok = simulate_made(of); !ok) return std::unexpected(ok.error());
    // Perhaps it is the sizes alone that it fails by: those of the passes have more room.
    if (!as_good(of.finalist) && !of.finalist.candidate.sizes.empty()) {
      Tried plain;
      plain.finalist.candidate.structure = of.finalist.candidate.structure;
      if (auto ok = simulate_made(plain); !ok) return std::unexpected(ok.error());
      if (as_good(plain.finalist)) of = std::move(plain);
    }
    return &tried_.emplace(i, std::move(of.finalist)).first->second;
  }

  Expected<void> simulate_made(Tried& out) const {
    remake(question_, result_, out.finalist);
    return simulate_it(question_.options, &base_, out);
  }

  bool as_good(const Finalist& f) const {
    const auto& base = result_.finalists.front().simulated.experiments;
    for (std::size_t e = 0; e < f.simulated.experiments.size(); ++e)
      for (const std::string& what : f.simulated.experiments[e].failing)
        if (e >= base.size() || std::ranges::find(base[e].failing, what) == base[e].failing.end())
          return false;
    return true;
  }

  void take(const char* name, const Finalist& finalist) {
    for (Finalist& f : result_.finalists)
      if (f.pins == finalist.pins ||
          f.candidate.scores.values == finalist.candidate.scores.values) {
        f.also.emplace_back(name);
        return;
      }
    if (result_.finalists.size() >= most()) return;
    result_.finalists.push_back(finalist);
    result_.finalists.back().name = name;
  }

  const Question& question_;
  Result& result_;
  std::vector<Measured> base_;
  std::vector<Candidate> set_;
  std::vector<Values> all_;
  std::vector<std::size_t> chosen_;
  std::map<std::size_t, Finalist> tried_;
};

}  // namespace

Expected<void> choose_finalists(const Question& question, Result& result) {
  return Finals(question, result).run();
}

}  // namespace scantling::explore
