#include "boundaries/choose.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "base/units.h"
#include "boundaries/index.h"

namespace scantling::boundaries {
namespace {

// Mean vote of pairs inside services less that of pairs across them; of the graph's edges only when
// there are too many entities for all pairs.
double stability_of(const Consensus& consensus, const std::vector<Edge>& edge_votes,
                    const std::vector<int>& group) {
  double inside = 0, across = 0, inside_pairs = 0, across_pairs = 0;
  const auto add = [&](int a, int b, double vote) {
    const bool together = group[at(a)] == group[at(b)];
    (together ? inside : across) += vote;
    (together ? inside_pairs : across_pairs) += 1;
  };
  if (consensus.dense()) {
    for (int a = 0; a < consensus.entities(); ++a)
      for (int b = a + 1; b < consensus.entities(); ++b)
        add(a, b, consensus.at(a, b));
  } else {
    for (const Edge& edge : edge_votes)
      add(edge.a, edge.b, edge.weight);
  }
  return (inside_pairs > 0 ? inside / inside_pairs : 1) -
         (across_pairs > 0 ? across / across_pairs : 0);
}

bool split_writes(const Functionality& f, const std::vector<int>& group) {
  int service = -1;
  for (const Access& access : f.accesses) {
    if (!access.write) continue;
    if (service >= 0 && group[at(access.entity)] != service) return true;
    service = group[at(access.entity)];
  }
  return false;
}

// Share of the rate of functionalities with more than one write that write in more than one
// service.
double split_share_of_writers(const Input& input, const std::vector<int>& group) {
  double writers = 0, split = 0;
  for (const Functionality& f : input.functionalities) {
    int first = -1;
    bool more = false;
    for (const Access& access : f.accesses) {
      if (!access.write) continue;
      if (first >= 0 && access.entity != first) more = true;
      first = first < 0 ? access.entity : first;
    }
    if (more) writers += f.rate;
    if (split_writes(f, group)) split += f.rate;
  }
  return writers > 0 ? split / writers : 0;
}

// The number of services with the most modularity, where modularity has a maximum of its own: the
// other objectives of the search only ever grow with the number of services. What a team or a
// transaction pays is taken off.
double benefit_of(const Cut& cut, const Input& input) {
  double atomic = 0, all = 0;
  for (const Functionality& f : input.functionalities) {
    all += f.rate;
    if (f.atomic && split_writes(f, cut.group)) atomic += f.rate;
  }
  return cut.objectives.modularity - .1 * cut.objectives.team_spread - cut.objectives.distance -
         (all > 0 ? .2 * atomic / all : 0);
}

// Every objection must be about the best cut found; one alone is enough.
void object(const Input& input, const Cut& cut, double stability, Choice& choice) {
  const auto percent = [](double share) { return readable(Share{share}); };
  const double writers = split_share_of_writers(input, cut.group);
  if (input.entities.size() < 4)
    choice.reasons.push_back(
        fmt::format("{} are too few to part",
                    plural(static_cast<std::int64_t>(input.entities.size()), "entity")));
  if (input.functionalities.empty() && input.relations.empty() && input.co_changes.empty())
    choice.reasons.push_back(
        "nothing says how the entities are used: no functionality, relation or "
        "history is given");
  else if (cut.objectives.modularity < .08)
    choice.reasons.push_back(fmt::format(
        "the best cut, into {} services, has modularity {}: the entities are used as one whole",
        cut.services, number_text(cut.objectives.modularity, 2)));
  if (writers > .85)
    choice.reasons.push_back(
        fmt::format("the best cut, into {} services, splits {} of the work that writes more than "
                    "one entity",
                    cut.services, percent(writers)));
  if (cut.objectives.crossing > .6)
    choice.reasons.push_back(
        fmt::format("the best cut, into {} services, sends {} of all access steps across",
                    cut.services, percent(cut.objectives.crossing)));
  if (stability > 0 && stability < .15)
    choice.reasons.push_back(
        fmt::format("runs on slightly changed weights disagree about the best cut (stability {})",
                    number_text(stability, 2)));
  choice.stay_one = !choice.reasons.empty();
}

// Several numbers of services are often about as good: of those near the best, the middle one, the
// lower of two. How near: up to 4.5%, the less the more the Leiden runs agree (3% where they agree
// by a third, as on both published systems).
int middle_of_best(const std::vector<Cut>& cuts, const std::vector<ServicesScore>& scores) {
  std::vector<int> sound;
  for (std::size_t i = 0; i < cuts.size(); ++i)
    if (cuts[i].degenerate.empty() && cuts[i].services > 1) sound.push_back(static_cast<int>(i));
  if (sound.empty())
    for (std::size_t i = 0; i < cuts.size(); ++i)
      sound.push_back(static_cast<int>(i));
  if (sound.empty()) return -1;
  double most = scores[at(sound[0])].benefit;
  for (const int i : sound)
    most = std::max(most, scores[at(i)].benefit);
  double stability = 0;
  for (const int i : sound)
    stability = std::max(stability, scores[at(i)].stability);
  const double slack = .045 * (1 - stability) * std::abs(most);
  std::erase_if(sound, [&](int i) { return scores[at(i)].benefit < most - slack; });
  return sound[(sound.size() - 1) / 2];
}

}  // namespace

Choice choose_services(const Input& input, const std::vector<Cut>& cuts, bool one_allowed,
                       const Consensus& consensus, const std::vector<Edge>& edge_votes) {
  Choice choice;
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    ServicesScore& score = choice.scores.emplace_back();
    score.services = cuts[i].services;
    score.cut = static_cast<int>(i);
    score.stability = stability_of(consensus, edge_votes, cuts[i].group);
    score.modularity = cuts[i].objectives.modularity;
    score.benefit = benefit_of(cuts[i], input);
  }
  choice.best = middle_of_best(cuts, choice.scores);
  if (choice.best < 0) return choice;
  const Cut& best = cuts[at(choice.best)];
  if (best.services > 1 && one_allowed)
    object(input, best, choice.scores[at(choice.best)].stability, choice);
  if (best.services == 1)
    choice.reasons.push_back(input.constraints.services_high == 1 ? "no more than one was allowed"
                                                                  : "nothing can be parted");
  if (!choice.stay_one && best.services > 1)
    choice.reasons.push_back(
        fmt::format("{}: modularity {}, {} of functionalities split, {} write in more than one, "
                    "stability {}",
                    cuts.size() > 1 ? fmt::format("{} services score best", best.services)
                                    : fmt::format("only {} services were tried", best.services),
                    number_text(best.objectives.modularity, 2), readable(Share{best.metrics.split}),
                    readable(Share{best.metrics.write_split}),
                    number_text(choice.scores[at(choice.best)].stability, 2)));
  return choice;
}

}  // namespace scantling::boundaries
