#include "explore/finalists.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/parallel.h"
#include "explore/findings.h"
#include "explore/sizes.h"
#include "explore/structures.h"
#include "simulate/statistics.h"

namespace scantling::explore {
namespace {

constexpr double kConfidence = .99;

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

// The best in one goal; of equal ones the one that is best in the others together.
std::size_t end_of(const std::vector<Values>& all, std::size_t goal) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < all.size(); ++i)
    if (std::pair(all[i][goal], length(all[i])) < std::pair(all[best][goal], length(all[best])))
      best = i;
  return best;
}

void add(Result& result, std::string name, const Candidate& candidate) {
  for (Finalist& f : result.finalists)
    if (f.candidate.scores.values == candidate.scores.values) {
      if (f.name != "as designed") f.name += ", " + name;
      return;
    }
  Finalist out;
  out.name = std::move(name);
  out.candidate = candidate;
  out.model = result.structures[candidate.structure].model;
  apply_sizes(out.model, candidate.sizes);
  result.finalists.push_back(std::move(out));
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
    auto model = structured(question.given, question.catalog, fewer, question.options.seed);
    if (!model) continue;
    Architecture sized = *model;
    apply_sizes(sized, sizes);
    if (same(sized)) structure = {std::move(fewer), std::move(*model)};
  }
  finalist.model = structure.model;
  apply_sizes(finalist.model, sizes);
  finalist.candidate.sizes = std::move(sizes);
  if (structure.pins == result.structures[finalist.candidate.structure].pins) return;
  const auto known = std::ranges::find(result.structures, structure.pins, &Structure::pins);
  finalist.candidate.structure = static_cast<std::size_t>(known - result.structures.begin());
  if (known == result.structures.end()) result.structures.push_back(std::move(structure));
}

// One replication of one finalist.
struct Measured {
  double p99 = 0, failures = 0;
  std::vector<Judgement> judgements;
};

Measured measured(const Architecture& model, const ExperimentResult& run) {
  Measured out;
  double offered = 0;
  double failed = 0;
  for (const OperationResult& r : run.operations) {
    offered += r.offered.mean;
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

// Every objective by its interval over the replications.
void judge(const std::vector<const Measured*>& runs, SimulatedScores& out) {
  out.verdict = Verdict::Holds;
  for (std::size_t j = 0; j < runs.front()->judgements.size(); ++j) {
    const Judgement& first = runs.front()->judgements[j];
    std::vector<double> values;
    for (const Measured* run : runs)
      if (j < run->judgements.size()) values.push_back(run->judgements[j].measured.mean);
    const Verdict verdict =
        sim::verdict_of(first.target, sim::interval(values, kConfidence), first.at_least);
    if (verdict == Verdict::Fails) out.failing.push_back(first.subject + " " + first.what);
    out.undecided += verdict == Verdict::Undecided;
  }
  if (out.undecided > 0) out.verdict = Verdict::Undecided;
  if (!out.failing.empty()) out.verdict = Verdict::Fails;
}

Expected<void> simulate_all(const Options& options, std::vector<Finalist>& finalists) {
  const auto replications = static_cast<std::size_t>(options.replications);
  std::vector<Measured> all(finalists.size() * replications);
  std::vector<std::string> errors(all.size());
  in_parallel(options.jobs, static_cast<int>(all.size()), [&](int i) {
    const auto k = static_cast<std::size_t>(i);
    const Architecture& model = finalists[k / replications].model;
    SimulateOptions run;
    run.seed = options.seed + k % replications;
    run.jobs = 1;
    run.replications = 1;
    run.measured = options.measured;
    run.confidence = kConfidence;
    const auto result = simulate(model, peak_experiment(model), run);
    if (result)
      all[k] = measured(model, *result);
    else
      errors[k] = result.error().message;
  });
  for (const std::string& error : errors)
    if (!error.empty()) return fail(error);
  for (std::size_t f = 0; f < finalists.size(); ++f) {
    std::vector<double> p99, failures, p99_change, failures_change;
    std::vector<const Measured*> runs;
    for (std::size_t r = 0; r < replications; ++r) {
      const Measured& m = all[f * replications + r];
      runs.push_back(&m);
      p99.push_back(m.p99);
      failures.push_back(m.failures);
      p99_change.push_back(m.p99 - all[r].p99);
      failures_change.push_back(m.failures - all[r].failures);
    }
    SimulatedScores& s = finalists[f].simulated;
    s.p99 = sim::interval(p99, kConfidence);
    s.failures = sim::interval(failures, kConfidence);
    s.p99_change = sim::interval(p99_change, kConfidence);
    s.failures_change = sim::interval(failures_change, kConfidence);
    judge(runs, s);
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

}  // namespace

Expected<void> choose_finalists(const Question& question, Result& result) {
  const Options& options = question.options;
  add(result, "as designed", {0, {}, scores_of(result.structures[0].model)});
  // Those that miss the fewest objectives: what can't be reached by any is no reason to drop all.
  std::size_t least = SIZE_MAX;
  for (const Candidate& c : result.pareto)
    least = std::min(least, c.scores.missed.size());
  std::vector<Candidate> set;
  for (const Candidate& c : result.pareto)
    if (c.scores.missed.size() == least) set.push_back(c);
  if (!set.empty()) {
    const auto most = static_cast<std::size_t>(options.finalists) + 1;
    const std::vector<Values> all = normalised(set);
    std::size_t middle = 0;
    for (std::size_t i = 1; i < all.size(); ++i)
      if (length(all[i]) < length(all[middle])) middle = i;
    std::vector<std::size_t> chosen;
    const auto offer = [&](const char* name, std::size_t i) {
      if (result.finalists.size() >= most) return;
      add(result, name, set[i]);
      chosen.push_back(i);
    };
    constexpr std::array<const char*, kGoals> kEnds = {"cheapest", "fastest", "most available",
                                                       "fewest split writes", "lightest for teams"};
    offer("cheapest", end_of(all, 0));
    offer("balanced", middle);
    for (std::size_t g = 1; g < kGoals; ++g)
      offer(kEnds[g], end_of(all, g));
    // Ends that coincide leave room.
    while (result.finalists.size() < std::min<std::size_t>(4, most)) {
      const std::size_t other = farthest_of(set, all, chosen);
      if (other == SIZE_MAX) break;
      offer("another way", other);
    }
  }
  for (std::size_t i = 1; i < result.finalists.size(); ++i)
    simplify(question, result, result.finalists[i]);
  compare_findings(result.finalists);
  return simulate_all(options, result.finalists);
}

}  // namespace scantling::explore
