#include "sweep/analysis.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include <fmt/core.h>

#include "base/text.h"
#include "simulate/statistics.h"

namespace scantling::sweep {
namespace {

constexpr std::size_t kMostBest = 5;

int badness(Verdict verdict) {
  return verdict == Verdict::Fails ? 2 : verdict == Verdict::Undecided ? 1 : 0;
}

// Means of the points by the value that the parameter has there.
std::vector<double> level_means(const Plan& plan, std::size_t parameter,
                                const std::vector<double>& by_point) {
  const std::size_t n = plan.parameters[parameter].values.size();
  std::vector<double> sums(n, 0);
  for (std::size_t p = 0; p < by_point.size(); ++p)
    sums[plan.levels(p)[parameter]] += by_point[p];
  for (double& sum : sums)
    sum /= static_cast<double>(by_point.size() / n);
  return sums;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values)
    sum += v;
  return sum / static_cast<double>(values.size());
}

double squares_of(const std::vector<double>& values) {
  const double mean = mean_of(values);
  double sum = 0;
  for (const double v : values)
    sum += (v - mean) * (v - mean);
  return sum;
}

}  // namespace

std::string to_text(const Plan& plan, const Objective& objective) {
  if (objective.of_point) return objective.what;
  return fmt::format("{}: {}{}{}", plan.scenarios[objective.scenario].name, objective.subject,
                     objective.subject.empty() ? "" : " ", objective.what);
}

Verdict Analysis::verdict() const {
  Verdict worst = Verdict::Holds;
  for (const PointResult& p : points)
    if (badness(p.verdict) > badness(worst)) worst = p.verdict;
  return worst;
}

// SIZE_MAX: nothing to compare points by.
std::size_t Analyst::objective_of(std::uint32_t scenario, const Measure& m) {
  const bool cost = m.what == "cost" && m.subject.empty();
  const bool usual = m.what == "p99" || m.what == "availability";
  if (!cost && !m.judged && !usual) return SIZE_MAX;
  for (std::size_t i = 0; i < out_.objectives.size(); ++i) {
    const Objective& o = out_.objectives[i];
    if (o.of_point != cost || (!cost && o.scenario != scenario)) continue;
    if (o.subject == m.subject && o.what == m.what && o.judged == m.judged) return i;
  }
  Objective made;
  made.scenario = scenario;
  made.of_point = cost;
  made.subject = m.subject;
  made.what = m.what;
  made.unit = m.unit;
  made.judged = m.judged;
  made.at_least = m.at_least || m.what == "availability";
  out_.objectives.push_back(std::move(made));
  return out_.objectives.size() - 1;
}

void Analyst::add(const RunRecord& record) {
  if (out_.points.empty() || out_.points.back().point != record.unit.point) {
    PointResult point;
    point.point = record.unit.point;
    out_.points.push_back(std::move(point));
    values_.emplace_back();
    targets_.emplace_back();
  }
  PointResult& point = out_.points.back();
  ++out_.done;
  ++point.runs;
  if (record.state != RunState::Done && point.problem.empty()) point.problem = record.message;
  for (const Measure& m : record.measures) {
    const std::size_t objective = objective_of(record.unit.scenario, m);
    if (objective == SIZE_MAX) continue;
    Values& values = values_.back()[objective];
    values.resize(static_cast<std::size_t>(plan_.replications), std::nan(""));
    values[record.unit.replication] = m.value;
    targets_.back()[objective] = m.target;
  }
}

void Analyst::judge(PointResult& point, const std::map<std::size_t, Values>& values) const {
  point.complete =
      point.runs == plan_.scenarios.size() * static_cast<std::uint64_t>(plan_.replications);
  point.results.resize(out_.objectives.size());
  bool any = false;
  Verdict worst = Verdict::Holds;
  for (std::size_t i = 0; i < out_.objectives.size(); ++i) {
    ObjectiveResult& r = point.results[i];
    r.measured.mean = std::nan("");
    const auto found = values.find(i);
    if (found == values.end()) continue;
    // Replications that are not run yet are left out; one that had no answer leaves no mean.
    Values known = found->second;
    if (!point.complete) std::erase_if(known, [](double v) { return std::isnan(v); });
    if (out_.objectives[i].of_point)
      r.measured = {known.empty() ? std::nan("") : known.front(), 0};
    else
      r.measured = sim::interval(known, confidence_);
    if (known.empty()) r.measured.mean = std::nan("");
    if (!out_.objectives[i].judged) continue;
    r.verdict = sim::verdict_of(r.target, r.measured, out_.objectives[i].at_least);
    any = true;
    if (badness(r.verdict) > badness(worst)) worst = r.verdict;
  }
  point.verdict = worst == Verdict::Fails                             ? worst
                  : !any || !point.complete || !point.problem.empty() ? Verdict::Undecided
                                                                      : worst;
}

// One replication's value at every point of the plan; nothing when one is missing.
std::optional<std::vector<double>> Analyst::by_point(std::size_t objective, int replication) const {
  Values out;
  for (const auto& values : values_) {
    const auto found = values.find(objective);
    if (found == values.end()) return {};
    const double v = found->second[static_cast<std::size_t>(replication)];
    if (std::isnan(v)) return {};
    out.push_back(v);
  }
  return out;
}

void Analyst::find_effects() {
  if (plan_.parameters.empty()) {
    out_.no_effects = "no parameter is varied";
    return;
  }
  if (out_.points.size() != plan_.points()) {
    out_.no_effects = "not every point has been run";
    return;
  }
  for (std::size_t o = 0; o < out_.objectives.size(); ++o) {
    std::vector<Values> replications;
    for (int r = 0; r < plan_.replications; ++r)
      if (auto values = by_point(o, r)) replications.push_back(std::move(*values));
    if (replications.empty()) {
      out_.uncompared.push_back(o);
      continue;
    }
    Values means(replications.front().size(), 0);
    for (const Values& values : replications)
      for (std::size_t p = 0; p < means.size(); ++p)
        means[p] += values[p] / static_cast<double>(replications.size());
    const double total = squares_of(means);
    if (total <= 1e-18 * mean_of(means) * mean_of(means)) continue;
    const std::size_t first = out_.effects.size();
    for (std::size_t k = 0; k < plan_.parameters.size(); ++k) {
      const std::size_t levels = plan_.parameters[k].values.size();
      if (levels < 2) continue;
      Effect effect;
      effect.objective = o;
      effect.parameter = k;
      Values changes;
      for (const Values& values : replications) {
        const Values at = level_means(plan_, k, values);
        changes.push_back(at.back() - at.front());
      }
      effect.change = sim::interval(changes, confidence_);
      effect.share = squares_of(level_means(plan_, k, means)) *
                     static_cast<double>(means.size() / levels) / total;
      out_.effects.push_back(effect);
    }
    std::stable_sort(out_.effects.begin() + static_cast<std::ptrdiff_t>(first), out_.effects.end(),
                     [](const Effect& a, const Effect& b) { return a.share > b.share; });
  }
  if (out_.effects.empty())
    out_.no_effects = "nothing: every objective that can be compared is the same at every point";
}

void Analyst::rank() {
  const auto cost_of = [&](const PointResult& p) {
    for (std::size_t i = 0; i < out_.objectives.size(); ++i)
      if (out_.objectives[i].of_point) return p.results[i].measured.mean;
    return 0.0;
  };
  // How near the nearest target is, as a share of it: 1 is at the target.
  const auto strain_of = [&](const PointResult& p) {
    double worst = 0;
    for (std::size_t i = 0; i < out_.objectives.size(); ++i) {
      const Objective& o = out_.objectives[i];
      const ObjectiveResult& r = p.results[i];
      if (!o.judged || r.target <= 0 || std::isnan(r.measured.mean)) continue;
      // Of a share that must be reached, what is left of failing counts: 99.95% of 99.9% is half.
      const bool share = o.at_least && o.unit == "%" && r.target < 100;
      const double strain = share        ? (100 - r.measured.mean) / (100 - r.target)
                            : o.at_least ? r.target / std::max(r.measured.mean, 1e-300)
                                         : r.measured.mean / r.target;
      worst = std::max(worst, strain);
    }
    return worst;
  };
  std::vector<std::tuple<double, double, std::size_t>> holding;
  for (std::size_t i = 0; i < out_.points.size(); ++i) {
    const PointResult& p = out_.points[i];
    if (p.verdict == Verdict::Holds) holding.emplace_back(cost_of(p), strain_of(p), i);
    if (p.verdict != Verdict::Fails || out_.first_failing) continue;
    out_.first_failing = i;
    for (std::size_t o = 0; o < p.results.size(); ++o)
      if (out_.objectives[o].judged && p.results[o].verdict == Verdict::Fails) {
        out_.failing_objective = o;
        break;
      }
  }
  std::ranges::sort(holding);
  for (const auto& [cost, strain, i] : holding)
    if (out_.best.size() < kMostBest) out_.best.push_back(i);
}

Analysis Analyst::finish() {
  out_.wanted = plan_.runs();
  // What is expected takes the place of what is usual, in each scenario.
  std::vector<bool> expects(plan_.scenarios.size(), false);
  for (const Objective& o : out_.objectives)
    if (o.judged) expects[o.scenario] = true;
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < out_.objectives.size(); ++i) {
    const Objective& o = out_.objectives[i];
    if (o.of_point || o.judged || !expects[o.scenario]) kept.push_back(i);
  }
  std::stable_sort(kept.begin(), kept.end(), [&](std::size_t a, std::size_t b) {
    const Objective& x = out_.objectives[a];
    const Objective& y = out_.objectives[b];
    return std::tuple(x.of_point, x.of_point ? 0 : x.scenario) <
           std::tuple(y.of_point, y.of_point ? 0 : y.scenario);
  });
  std::vector<Objective> objectives;
  for (const std::size_t i : kept)
    objectives.push_back(out_.objectives[i]);
  for (std::size_t p = 0; p < values_.size(); ++p) {
    std::map<std::size_t, Values> values;
    std::map<std::size_t, double> targets;
    for (std::size_t k = 0; k < kept.size(); ++k) {
      if (const auto found = values_[p].find(kept[k]); found != values_[p].end())
        values[k] = std::move(found->second);
      if (const auto found = targets_[p].find(kept[k]); found != targets_[p].end())
        targets[k] = found->second;
    }
    values_[p] = std::move(values);
    targets_[p] = std::move(targets);
  }
  out_.objectives = std::move(objectives);
  for (std::size_t p = 0; p < out_.points.size(); ++p) {
    out_.points[p].results.resize(out_.objectives.size());
    for (const auto& [objective, target] : targets_[p])
      out_.points[p].results[objective].target = target;
    judge(out_.points[p], values_[p]);
  }
  find_effects();
  rank();
  return std::move(out_);
}

}  // namespace scantling::sweep
