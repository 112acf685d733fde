#include "design/flips.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>
#include <vector>

#include <fmt/core.h>

#include "base/parallel.h"
#include "base/text.h"
#include "design/workspace.h"

namespace scantling {
namespace {

// Runs of the passes take longer with more operations and aggregates, about as their square. Small
// models get runs for a second or so on two cores, large ones at least kRunsOfLarge while they take
// ten.
constexpr double kMostRuns = 160, kRunsTimesSquare = 80'000;
constexpr double kRunsOfLarge = 48, kMostRunsTimesSquare = 3.8e6;
constexpr double kLeastRuns = 16;
constexpr std::size_t kMostOperations = 8;  // those with the most load
// Factors are 2^(step/4).
constexpr int kStepsADoubling = 4;
constexpr std::array kFirstSteps{-16, -4, 4, 16};

double factor(int step) {
  return std::pow(2.0, static_cast<double>(step) / kStepsADoubling);
}

struct Parameter {
  std::function<void(Architecture&, double)> scale;
  std::function<std::string(double)> say;  // at that factor: "place-order's peak > 1.2k/s"
};

std::string times(double by) {
  return by > 1 ? number_text(by, 2) + " times" : "1/" + number_text(1 / by, 2) + " of";
}

void scale_load(Operation& operation, double by) {
  if (!operation.load) return;
  for (Field<Rate>* rate : {&operation.load->mean, &operation.load->peak})
    if (*rate) rate->value.per_second *= by;
}

// As many that half of the runs are left to bisect between their first steps.
std::vector<Parameter> parameters_of(const Architecture& problem, int runs) {
  std::vector<Parameter> out;
  out.push_back({[](Architecture& m, double by) {
                   for (Operation& operation : m.operations)
                     scale_load(operation, by);
                 },
                 [](double by) { return "the load is " + times(by) + " what it is"; }});
  out.push_back({[](Architecture& m, double by) {
                   for (Aggregate& aggregate : m.aggregates)
                     if (aggregate.count)
                       aggregate.count.value.value =
                           static_cast<std::int64_t>(std::llround(std::clamp(
                               static_cast<double>(aggregate.count->value) * by, 1.0, 1e18)));
                 },
                 [](double by) { return "the data is " + times(by) + " what it is"; }});
  out.push_back(
      {[](Architecture& m, double by) {
         for (Operation& operation : m.operations)
           if (operation.objective)
             for (Field<Duration>* limit : {&operation.objective->p95, &operation.objective->p99})
               if (*limit)
                 *limit = {Duration::from_seconds(limit->value.seconds() * by), limit->from};
       },
       [](double by) { return "answers may take " + times(by) + " the time"; }});
  const std::vector<double> rates = operation_rates(problem, true);
  std::vector<OperationId> loaded;
  for (const OperationId id : problem.operations.ids())
    if (problem.operations[id].load && problem.operations[id].load->peak) loaded.push_back(id);
  std::ranges::stable_sort(loaded, std::greater<>(), [&](OperationId id) {
    return rates[static_cast<std::size_t>(id.index)];
  });
  const std::size_t affordable = static_cast<std::size_t>(runs) / 2 / kFirstSteps.size();
  const std::size_t most = std::min(kMostOperations, affordable - std::min(affordable, out.size()));
  if (loaded.size() > most) loaded.resize(most);
  for (const OperationId id : loaded)
    out.push_back({[id](Architecture& m, double by) { scale_load(m.operations[id], by); },
                   [name = problem.operations[id].name,
                    peak = problem.operations[id].load->peak->per_second](double by) {
                     return fmt::format("{}'s peak {} {}", name, by > 1 ? ">" : "<",
                                        readable(Rate{peak * by}));
                   }});
  return out;
}

// A point at which the passes ran: of a parameter, at a step.
using Point = std::pair<std::size_t, int>;

class FlipSearch {
 public:
  FlipSearch(const Architecture& problem, const Decide& decide, int jobs, const Choices& now)
      : problem_(problem),
        decide_(decide),
        jobs_(jobs),
        now_(now),
        left_(affordable_runs(problem)),
        parameters_(parameters_of(problem, left_)) {}

  // Rounds of bisection: in each, every decision asks for the point between its last known ends.
  void run(const std::set<std::string>& wanted) {
    std::vector<Point> points;
    for (std::size_t p = 0; p < parameters_.size(); ++p)
      for (const int step : kFirstSteps)
        points.emplace_back(p, step);
    while (!points.empty() && left_ > 0) {
      evaluate(points);
      std::set<Point> next;
      for (const std::string& name : wanted)
        for (std::size_t p = 0; p < parameters_.size(); ++p)
          for (const int sign : {-1, 1})
            if (const auto middle = between(name, p, sign)) next.emplace(p, *middle);
      points.assign(next.begin(), next.end());
    }
  }

  // Of all parameters the flip that is nearest; nothing when none was found.
  std::optional<std::string> text(const std::string& name) const {
    std::optional<Point> nearest;
    for (std::size_t p = 0; p < parameters_.size(); ++p)
      for (const int sign : {1, -1})
        if (const auto step = ends(name, p, sign).second;
            step && (!nearest || std::abs(*step) < std::abs(nearest->second)))
          nearest = {p, *step};
    if (!nearest) return std::nullopt;
    const auto chosen = chosen_.at(*nearest).find(name);
    return fmt::format("flips if {}{}", parameters_[nearest->first].say(factor(nearest->second)),
                       chosen == chosen_.at(*nearest).end() ? " (then there is nothing to decide)"
                                                            : " (then " + chosen->second + ")");
  }

 private:
  void evaluate(std::vector<Point> points) {
    std::erase_if(points, [&](const Point& point) { return chosen_.contains(point); });
    if (points.size() > static_cast<std::size_t>(left_))
      points.resize(static_cast<std::size_t>(left_));
    left_ -= static_cast<int>(points.size());
    std::vector<Choices> results(points.size());
    in_parallel(jobs_, static_cast<int>(points.size()), [&](int at) {
      const auto i = static_cast<std::size_t>(at);
      Architecture trial = problem_;
      parameters_[points[i].first].scale(trial, factor(points[i].second));
      results[i] = decide_(std::move(trial));
    });
    for (std::size_t i = 0; i < points.size(); ++i)
      chosen_.emplace(points[i], std::move(results[i]));
  }

  bool flipped(const std::string& name, const Point& point) const {
    const Choices& then = chosen_.at(point);
    const auto at = then.find(name);
    return at == then.end() || at->second != now_.at(name);
  }

  // The last step known not to flip and the first known to, upwards or downwards.
  std::pair<int, std::optional<int>> ends(const std::string& name, std::size_t p, int sign) const {
    int last = 0;
    for (int step = sign; std::abs(step) <= kFirstSteps.back(); step += sign) {
      const Point point{p, step};
      if (!chosen_.contains(point)) continue;
      if (flipped(name, point)) return {last, step};
      last = step;
    }
    return {last, std::nullopt};
  }

  std::optional<int> between(const std::string& name, std::size_t p, int sign) const {
    const auto [last, first] = ends(name, p, sign);
    if (!first || std::abs(*first - last) <= 1) return std::nullopt;
    return last + (*first - last) / 2;
  }

  const Architecture& problem_;
  const Decide& decide_;
  int jobs_;
  const Choices& now_;
  int left_;
  std::vector<Parameter> parameters_;
  std::map<Point, Choices> chosen_;
};

}  // namespace

Choices choices_of(const Architecture& model) {
  std::map<std::string, std::string> owner, group;  // by service; by the decision on an aggregate
  for (const Service& service : model.services) {
    if (!service.owns || service.owns->empty()) continue;
    owner[service.name] = "the owner of " + service.owns->front().name;
    for (const auto& own : *service.owns) {
      std::vector<std::string> others;
      for (const auto& other : *service.owns)
        if (other.name != own.name) others.push_back(other.name);
      group[kebab_case(own.name) + ".owner"] =
          others.empty() ? "alone" : "together with " + enumerate(others);
    }
  }
  Choices out;
  for (const Decision& decision : model.decisions) {
    if (!decision.chosen) continue;
    std::string chosen = *decision.chosen;
    if (const auto of = group.find(decision.name); of != group.end()) {
      chosen = of->second;
    } else if (const auto whole = owner.find(chosen); whole != owner.end()) {
      chosen = whole->second;
    } else if (const std::size_t dot = chosen.find(".events"); dot != std::string::npos) {
      if (const auto part = owner.find(chosen.substr(0, dot)); part != owner.end())
        chosen = "the events of " + part->second;
    }
    out.emplace(decision.name, std::move(chosen));
  }
  return out;
}

int affordable_runs(const Architecture& problem) {
  const double n = static_cast<double>(problem.operations.size() + problem.aggregates.size());
  const double square = std::max(1.0, n * n);
  const double runs = std::max(std::min(kMostRuns, kRunsTimesSquare / square),
                               std::min(kRunsOfLarge, kMostRunsTimesSquare / square));
  return runs < kLeastRuns ? 0 : static_cast<int>(runs);
}

void find_flips(const Architecture& problem, const Decide& decide, int jobs, Architecture& model) {
  if (affordable_runs(problem) == 0) return;
  // What the passes alone decide: a repair of the verifier's is not theirs.
  const Choices now = decide(problem), made = choices_of(model);
  std::set<std::string> wanted;
  for (const Decision& decision : model.decisions)
    if (!decision.flips && decision.from.origin == Origin::Decided && decision.chosen &&
        decision.alternatives.size() > 1)
      if (const auto at = now.find(decision.name);
          at != now.end() && at->second == made.at(decision.name))
        wanted.insert(decision.name);
  if (wanted.empty()) return;
  FlipSearch search(problem, decide, jobs, now);
  search.run(wanted);
  for (const DecisionId id : model.decisions.ids()) {
    Decision& decision = model.decisions[id];
    if (!wanted.contains(decision.name)) continue;
    decision.flips = Field<std::string>(
        search.text(decision.name)
            .value_or("no load, data or time for answers within 16 times what it is flips it"),
        {Origin::Decided, {}, id});
  }
}

}  // namespace scantling
