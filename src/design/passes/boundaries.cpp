// Contexts, the services that carry them, who owns each aggregate, and the team behind each; or one
// service, when every cut costs more than it gives. The search itself is the boundaries room's.
#include "boundaries/boundaries.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/core.h>

#include "base/text.h"
#include "design/classify.h"
#include "design/cutting.h"
#include "design/locks.h"
#include "design/passes.h"
#include "design/teams.h"

namespace scantling {
namespace {

namespace cut = boundaries;

constexpr std::string_view kOneService = "one service";

// The aggregate that names a service: one that others are part of, else the most written.
AggregateId principal(const Architecture& model, const std::vector<AggregateId>& members,
                      const std::vector<AggregateRates>& rates) {
  AggregateId best;
  double best_weight = -1;
  for (const AggregateId id : members) {
    double weight = rates[static_cast<std::size_t>(id.index)].writes +
                    .01 * rates[static_cast<std::size_t>(id.index)].reads;
    for (const AggregateId other : members) {
      const Aggregate& of = model.aggregates[other];
      if (of.part_of && of.part_of->id == id) weight += 1e12;
      for (const auto& ref : *of.refers_to)
        if (ref.id == id) weight *= 1.5;
    }
    for (const Operation& operation :
         model.operations)  // what an atomic operation creates matters most
      for (const ProblemStep& step : *operation.steps)
        if (step.aggregate.id == id && step.verb == Verb::Create && operation.atomic.or_else(false))
          weight += 1e6;
    if (weight > best_weight) best_weight = weight, best = id;
  }
  return best;
}

struct Group {
  std::vector<AggregateId> members;
  ServiceId service;  // given, or invalid
  ContextId context;  // given, or invalid
};

// Groups of the cut in the order of their first aggregate, joined with what is given.
std::vector<Group> groups_of(const Architecture& model, const std::vector<int>& cut_groups) {
  std::map<int, std::size_t> at;
  std::vector<Group> out;
  for (const AggregateId id : model.aggregates.ids()) {
    const int label = cut_groups[static_cast<std::size_t>(id.index)];
    const auto [it, added] = at.try_emplace(label, out.size());
    if (added) out.emplace_back();
    Group& group = out[it->second];
    group.members.push_back(id);
    if (!group.service.valid()) group.service = owner_of(model, id);
    for (const ContextId context : model.contexts.ids())
      for (const auto& owned : *model.contexts[context].owns)
        if (owned.id == id) group.context = context;
  }
  for (Group& group : out)
    if (!group.context.valid() && group.service.valid() && model.services[group.service].context)
      group.context = model.services[group.service].context->id;
  return out;
}

std::vector<Score> scores_of(const cut::Cut& cut, int teams_can_own) {
  return {score("services", cut.services),
          score("operations that touch several services", cut.metrics.split * 100, "%"),
          score("operations that write several services", cut.metrics.write_split * 100, "%"),
          score("access steps that cross", cut.objectives.crossing * 100, "%"),
          score("services more than the teams can own", std::max(0, cut.services - teams_can_own))};
}

void decide_number(Workspace& ws, const cut::Input& input, const cut::Result& result,
                   Draft& draft) {
  const int can_own = services_the_teams_can_own(ws);
  const auto title = [](const cut::Cut& c) {
    return c.services == 1 ? std::string(kOneService) : plural(c.services, "service");
  };
  draft.choose(title(result.chosen), scores_of(result.chosen, can_own));
  const cut::Result one = cut::assess(input, std::vector<int>(input.entities.size(), 0), {});
  if (result.chosen.services != 1)
    draft.reject(
        std::string(kOneService), scores_of(one.chosen, can_own),
        fmt::format("{} would deploy, fail and scale together",
                    plural(static_cast<std::int64_t>(input.entities.size()), "aggregate")));
  for (const cut::Cut& other : result.best) {
    if (other.services == result.chosen.services || other.services == 1) continue;
    if (std::abs(other.services - result.chosen.services) > 2) continue;
    const double more = (other.metrics.write_split - result.chosen.metrics.write_split) * 100;
    draft.reject(
        title(other), scores_of(other, can_own),
        more > 0 ? fmt::format("{} points more of the operations would write several services",
                               number_text(more, 3))
                 : fmt::format("a score of {} against {}", number_text(other.objectives.score, 3),
                               number_text(result.chosen.objectives.score, 3)));
  }
  std::string why = enumerate(result.reasons);
  if (why.empty() && input.constraints.services_high == 1)
    why = fmt::format("{} can run {}: every cut would need more hands than there are",
                      plural(ws.people(), "person"), plural(can_own, "service"));
  const bool fixed = input.constraints.services_low == input.constraints.services_high &&
                     input.constraints.services_high > 1;
  if (fixed && draft.locked().empty())
    why = fmt::format("{} {}; {}",
                      ws.model.constraints->services ? "constraints ask for"
                                                     : "one for each team, and no team can own "
                                                       "more:",
                      title(result.chosen), why);
  draft.because(why.empty() ? "the best score over the cuts tried" : why);
  if (can_own <= result.chosen.services)
    draft.flips(
        fmt::format("flips if the teams could own more than {}", plural(can_own, "service")));
  draft.traces({"aggregates", "operations", "teams"}).reversibility(Reversibility::Hard);
}

void note_placements(const Architecture& model, const cut::Input& input, const cut::Result& result,
                     Workspace& ws) {
  for (const cut::Placement& placement : result.placements) {
    const AggregateId id(placement.entity);
    const std::string name = kebab_case(model.aggregates[id].name) + ".owner";
    const ServiceId owner = owner_of(model, id);
    if (!owner.valid() ||
        ((result.chosen.services < 2 || placement.forced) && ws.locked_choice(name).empty()))
      continue;
    Draft draft(ws, name, "boundaries",
                fmt::format("which service owns {}?", model.aggregates[id].name));
    draft.choose(model.services[owner].name);
    if (placement.second_best >= 0)
      for (std::size_t e = 0; e < input.entities.size(); ++e)
        if (result.chosen.group[e] == placement.second_best) {
          draft.reject(
              model.services[owner_of(model, AggregateId(e))].name,
              {score("score lost", placement.margin)},
              fmt::format("the cut's score would be {} worse", number_text(placement.margin, 3)));
          break;
        }
    std::vector<std::string> deciding;
    for (const auto& d : placement.deciding)
      deciding.push_back(fmt::format(
          "{} ({}%)", input.functionalities[static_cast<std::size_t>(d.functionality)].name,
          number_text(d.pull * 100, 2)));
    if (placement.forced || result.chosen.services < 2)
      draft.because("what is locked or given leaves no other");
    else
      draft.because(fmt::format("{}with its neighbours in {}% of the clusterings",
                                deciding.empty() ? "" : "held by " + enumerate(deciding) + "; ",
                                number_text(placement.confidence * 100, 3)));
    draft.traces({"aggregates." + model.aggregates[id].name})
        .reversibility(Reversibility::Hard)
        .keep();
  }
}

// A service that the model names without saying what it owns (its size is given, say) is the one
// that would be called so. Invalid: there is none, and `name` is made free.
ServiceId bare_service(const Architecture& model, std::string& name) {
  const ServiceId present = find_by_name(model.services, name);
  if (present.valid() && !model.services[present].owns) return present;
  while (find_by_name(model.services, name).valid())
    name += "-service";
  return {};
}

// Of each group: its context's name, or that of the aggregate that it is about.
std::vector<std::string> names_of(const Architecture& model, const std::vector<Group>& groups) {
  const std::vector<AggregateRates> rates = aggregate_rates(model, operation_rates(model, true));
  std::vector<std::string> out;
  for (const Group& group : groups)
    out.push_back(
        group.context.valid() ? model.contexts[group.context].name
        : groups.size() == 1 && !model.name->empty()
            ? *model.name
            : service_name_for(model.aggregates[principal(model, group.members, rates)].name));
  return out;
}

// Whether each aggregate that is locked to a service comes to lie in one of that name.
bool owners_hold(const Workspace& ws, const cut::Result& result) {
  const std::vector<Group> groups = groups_of(ws.model, result.chosen.group);
  const std::vector<std::string> names = names_of(ws.model, groups);
  for (std::size_t g = 0; g < groups.size(); ++g)
    for (const AggregateId id : groups[g].members)
      if (const std::string locked = owner_lock(ws, id); !locked.empty() && locked != names[g])
        return false;
  return true;
}

void build(Workspace& ws, Draft& draft, std::vector<Group>& groups) {
  Architecture& model = ws.model;
  std::vector<std::string> names = names_of(model, groups);
  std::vector<std::vector<AggregateId>> members;
  std::vector<TeamId> given;
  for (const Group& group : groups) {
    if (const std::string locked = locked_owner(ws, group.members);
        !locked.empty() && !group.context.valid())
      names[members.size()] = locked;
    members.push_back(group.members);
    TeamId team;
    if (group.service.valid() && model.services[group.service].team)
      team = model.services[group.service].team->id;
    else if (group.context.valid() && model.contexts[group.context].team)
      team = model.contexts[group.context].team->id;
    given.push_back(team);
  }
  const std::vector<Classification> kinds = classify(model, members);
  const std::vector<TeamId> teams = assign_teams(ws, members, names, given);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    Group& group = groups[g];
    std::vector<Ref<AggregateId>> owns;
    for (const AggregateId id : group.members)
      owns.emplace_back(model.aggregates[id].name, id);
    if (!group.context.valid()) {
      const ContextId present = find_by_name(model.contexts, names[g]);
      if (present.valid() && !model.contexts[present].owns) group.context = present;
    }
    if (!group.context.valid()) {
      Context context;
      context.name = names[g];
      draft.made(context, "contexts." + names[g]);
      group.context = model.contexts.add(std::move(context));
    }
    Context& context = model.contexts[group.context];
    const std::string context_path = "contexts." + context.name;
    draft.set(context.kind, kinds[g].kind, context_path + ".kind");
    draft.set(context.owns, owns, context_path + ".owns");
    std::string name = names[g];
    if (!group.service.valid()) group.service = bare_service(model, name);
    if (!group.service.valid()) {
      Service service;
      service.name = name;
      draft.made(service, "services." + service.name);
      group.service = model.services.add(std::move(service));
    }
    Service& service = model.services[group.service];
    const std::string path = "services." + service.name;
    draft.set(service.owns, owns, path + ".owns");
    draft.set(service.context, Ref<ContextId>(context.name, group.context), path + ".context");
    if (teams[g].valid()) {
      const Ref<TeamId> team(model.teams[teams[g]].name, teams[g]);
      draft.set(context.team, team, context_path + ".team");
      draft.set(service.team, team, path + ".team");
    }
  }
}

void decide_languages(Workspace& ws) {
  for (Service& service : ws.model.services) {
    if (service.runtime && service.runtime->language) continue;
    const TeamId team = service.team ? service.team->id : TeamId();
    Draft draft(ws, service.name + ".language", "boundaries",
                fmt::format("in what is {} written?", service.name));
    std::vector<std::string> names{runtime_for(ws, team)};
    for (const Technology* known : ws.catalog.of_kind("runtime"))
      names.push_back(known->name);
    const std::string& language = names[draft.pick(names, 0)];
    const auto cpu = [&](std::string_view name) {
      const Technology* t = ws.catalog.find(name);
      return std::vector<Score>{
          score("cpu a request", t == nullptr ? 0 : t->cpu_ms_per_request, "ms"),
          score("team knows it",
                team.valid() && std::ranges::find(*ws.model.teams[team].knows, name) !=
                                    ws.model.teams[team].knows->end())};
    };
    draft.choose(language, cpu(language));
    for (const Technology* other : ws.catalog.of_kind("runtime"))
      if (other->name != language &&
          (other->name == "go" || other->name == "java" || other->name == "rust"))
        draft.reject(other->name, cpu(other->name), "its team would have to learn it");
    draft
        .because(team.valid() ? fmt::format("team {} knows it", ws.model.teams[team].name)
                              : "no team is given; the catalogue's first choice")
        .flips("flips if the team changes")
        .traces({team.valid() ? "teams." + ws.model.teams[team].name + ".knows" : "teams"})
        .reversibility(Reversibility::Costly);
    draft.set(draft.group(service.runtime).language, language,
              "services." + service.name + ".runtime.language");
  }
}

// "one service" or "4 services" that is locked; 0: none is.
int locked_services(const Workspace& ws) {
  const std::string locked = ws.locked_choice("boundaries");
  if (says(kOneService, locked)) return 1;
  return counted(locked, "service").value_or(0);
}

}  // namespace

void apply_cutting(Workspace& ws, const Cutting& cutting) {
  Architecture& model = ws.model;
  for (const cut::Conflict& conflict : cutting.given_way)
    ws.assume("constraints", "these can't all hold: " + conflict.reason,
              "which of them gives way?");
  const cut::Input& input = cutting.subject.input;
  Draft draft(ws, "boundaries", "boundaries",
              "into how many services is the system cut, and along which lines?");
  decide_number(ws, input, cutting.result, draft);
  std::vector<Group> groups = groups_of(model, cutting.result.chosen.group);
  build(ws, draft, groups);
  note_placements(model, input, cutting.result, ws);
}

void pass_boundaries(Workspace& ws) {
  if (!ws.model.aggregates.empty() && !boundaries_complete(ws.model)) {
    CutQuestion question;
    question.seed = ws.options.seed;
    question.jobs = ws.options.jobs;
    question.services = locked_services(ws);
    Cutting cutting = cut_aggregates(ws, question);
    if (!owners_hold(ws, cutting.result)) {
      question.locked_owners = true;
      cutting = cut_aggregates(ws, question);
    }
    apply_cutting(ws, cutting);
  }
  decide_languages(ws);
}

}  // namespace scantling
