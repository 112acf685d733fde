// Contexts, the services that carry them, who owns each aggregate, and the team behind each; or one
// service, when every cut costs more than it gives. The search itself is the boundaries room's.
#include "boundaries/boundaries.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/core.h>

#include "base/text.h"
#include "design/passes.h"
#include "design/stores.h"
#include "design/teams.h"

namespace scantling {
namespace {

namespace cut = boundaries;

int index_of(AggregateId id) {
  return id.index;
}

std::vector<int> indices(const std::vector<Ref<AggregateId>>& refs) {
  std::vector<int> out;
  for (const auto& ref : refs)
    if (ref.id.valid()) out.push_back(ref.id.index);
  return out;
}

void add_functionalities(const Architecture& model, cut::Input& input) {
  const std::vector<double> rates = operation_rates(model, false);
  for (const OperationId id : model.operations.ids()) {
    const Operation& operation = model.operations[id];
    cut::Functionality functionality;
    functionality.name = operation.name;
    functionality.rate = rates[static_cast<std::size_t>(id.index)];
    functionality.atomic = operation.atomic.or_else(false);
    for (const ProblemStep& step : *operation.steps)
      if (step.aggregate.id.valid())
        functionality.accesses.push_back(
            {step.aggregate.id.index, is_write(step.verb), step.times.value});
    if (!functionality.accesses.empty()) input.functionalities.push_back(std::move(functionality));
  }
}

// Pairs that an architect keeps apart unless there are too few hands: what is scanned or appended
// in bulk from what is changed record by record (they scale, fail and are stored differently), and
// card data from the rest where PCI DSS assesses every service that holds it.
std::vector<std::vector<int>> natural_separations(const Workspace& ws) {
  const Architecture& model = ws.model;
  const std::vector<AggregateRates> rates = aggregate_rates(model, operation_rates(model, true));
  const bool pci = std::ranges::find(*model.constraints->compliance, Regime::PciDss) !=
                   model.constraints->compliance->end();
  const auto kind = [&](AggregateId id) {
    return std::pair(
        store_role(model, id, rates[static_cast<std::size_t>(id.index)]),
        pci && model.aggregates[id].data.or_else(DataClass::Internal) == DataClass::Cardholder);
  };
  std::vector<std::vector<int>> out;
  for (const AggregateId a : model.aggregates.ids())
    for (const AggregateId b : model.aggregates.ids())
      if (a.index < b.index && kind(a) != kind(b) && !owner_of(model, a).valid() &&
          !owner_of(model, b).valid())
        out.push_back({a.index, b.index});
  return out;
}

void add_constraints(const Workspace& ws, cut::Input& input) {
  const Architecture& model = ws.model;
  for (const auto& group : *model.constraints->keep_together)
    input.constraints.keep_together.push_back(indices(group));
  for (const auto& group : *model.constraints->keep_apart)
    input.constraints.keep_apart.push_back(indices(group));
  for (const ServiceId id : model.services.ids())
    for (const auto& owned : *model.services[id].owns)
      if (owned.id.valid()) input.constraints.pins.push_back({owned.id.index, id.index});
  // Contexts that no service carries yet pin their aggregates too.
  const int services = static_cast<int>(model.services.size());
  for (const ContextId id : model.contexts.ids())
    for (const auto& owned : *model.contexts[id].owns)
      if (owned.id.valid() && !owner_of(model, owned.id).valid())
        input.constraints.pins.push_back({owned.id.index, services + id.index});
  if (model.constraints->services) {
    input.constraints.services_low = static_cast<int>(model.constraints->services->low);
    input.constraints.services_high = static_cast<int>(model.constraints->services->high);
  } else {
    const int most = std::max(1, static_cast<int>(model.aggregates.size()));
    input.constraints.services_high = std::clamp(services_the_teams_can_own(ws), 1, most);
    // A team that owns nothing of its own waits for the others' releases.
    input.constraints.services_low =
        std::clamp(static_cast<int>(product_teams(ws).size()), 1, input.constraints.services_high);
  }
}

cut::Input boundaries_input(const Workspace& ws) {
  cut::Input input;
  const Architecture& model = ws.model;
  for (const Aggregate& aggregate : model.aggregates)
    input.entities.push_back({aggregate.name, 1, -1});
  add_functionalities(model, input);
  for (const AggregateId id : model.aggregates.ids()) {
    const Aggregate& aggregate = model.aggregates[id];
    if (aggregate.part_of && aggregate.part_of->id.valid())
      input.relations.push_back(
          {index_of(id), aggregate.part_of->id.index, cut::RelationKind::PartOf});
    for (const auto& other : *aggregate.refers_to)
      if (other.id.valid())
        input.relations.push_back({index_of(id), other.id.index, cut::RelationKind::RefersTo});
  }
  add_constraints(ws, input);
  return input;
}

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
    return c.services == 1 ? std::string("one service") : plural(c.services, "service");
  };
  draft.choose(title(result.chosen), scores_of(result.chosen, can_own));
  const cut::Result one = cut::assess(input, std::vector<int>(input.entities.size(), 0), {});
  if (result.chosen.services != 1)
    draft.reject(
        "one service", scores_of(one.chosen, can_own),
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
  draft.because(why.empty() ? "the best score over the cuts tried" : why);
  draft.flips(
      can_own <= result.chosen.services
          ? fmt::format("flips if the teams could own more than {}", plural(can_own, "service"))
          : "flips if an operation's share of the load changes its writers");
  draft.traces({"aggregates", "operations", "teams"}).reversibility(Reversibility::Hard);
}

void note_placements(const Architecture& model, const cut::Input& input, const cut::Result& result,
                     Workspace& ws) {
  for (const cut::Placement& placement : result.placements) {
    const AggregateId id(placement.entity);
    const std::string name = kebab_case(model.aggregates[id].name) + ".owner";
    const ServiceId owner = owner_of(model, id);
    if (!owner.valid() || result.chosen.services < 2 || placement.forced ||
        !ws.locked_choice(name).empty())
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
    draft.because(fmt::format("{}with its neighbours in {}% of the clusterings",
                              deciding.empty() ? "" : "held by " + enumerate(deciding) + "; ",
                              number_text(placement.confidence * 100, 3)));
    draft.traces({"aggregates." + model.aggregates[id].name})
        .reversibility(Reversibility::Hard)
        .keep();
  }
}

// Core: runs what an actor asks for that must be whole, or that starts most of the rest. Generic:
// only ever written because something happened elsewhere, and announces nothing.
std::vector<ContextKind> kinds_of(const Architecture& model, const std::vector<Group>& groups) {
  std::vector<double> weight(groups.size(), 0);
  std::vector<bool> own_work(groups.size(), false);
  std::map<std::string, int> listeners;
  for (const Operation& operation : model.operations)
    for (const std::string& event : *operation.on)
      ++listeners[event];
  const auto group_of = [&](AggregateId id) {
    for (std::size_t g = 0; g < groups.size(); ++g)
      if (std::ranges::find(groups[g].members, id) != groups[g].members.end()) return g;
    return groups.size();
  };
  for (const Operation& operation : model.operations) {
    const bool asked = operation.on->empty() && !operation.every;
    int started = 0;
    for (const std::string& e : *operation.emits)
      started += listeners[parse_emission(e).event];
    std::size_t last_writer = groups.size();
    for (const ProblemStep& step : *operation.steps) {
      if (!step.aggregate.id.valid()) continue;
      const std::size_t g = group_of(step.aggregate.id);
      if (g == groups.size()) continue;
      if (is_write(step.verb)) {
        last_writer = g;
        if (asked || !operation.emits->empty()) own_work[g] = true;
        if (operation.atomic.or_else(false)) weight[g] += 1;
      }
    }
    if (last_writer < groups.size() && asked)
      weight[last_writer] += started + (operation.atomic.or_else(false) ? 2 : 0);
  }
  const double most = *std::ranges::max_element(weight);
  std::vector<ContextKind> out;
  for (std::size_t g = 0; g < groups.size(); ++g)
    out.push_back(groups.size() == 1 || (weight[g] > 0 && weight[g] >= .75 * most)
                      ? ContextKind::Core
                  : own_work[g] ? ContextKind::Supporting
                                : ContextKind::Generic);
  return out;
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

void build(Workspace& ws, Draft& draft, std::vector<Group>& groups) {
  Architecture& model = ws.model;
  const std::vector<AggregateRates> rates = aggregate_rates(model, operation_rates(model, true));
  std::vector<std::string> names;
  std::vector<std::vector<AggregateId>> members;
  std::vector<TeamId> given;
  for (const Group& group : groups) {
    const AggregateId main = principal(model, group.members, rates);
    names.push_back(group.context.valid() ? model.contexts[group.context].name
                    : groups.size() == 1 && !model.name->empty()
                        ? *model.name
                        : service_name_for(model.aggregates[main].name));
    members.push_back(group.members);
    TeamId team;
    if (group.service.valid() && model.services[group.service].team)
      team = model.services[group.service].team->id;
    else if (group.context.valid() && model.contexts[group.context].team)
      team = model.contexts[group.context].team->id;
    given.push_back(team);
  }
  const std::vector<ContextKind> kinds = kinds_of(model, groups);
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
    draft.set(context.kind, kinds[g], context_path + ".kind");
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
    const std::string language = runtime_for(ws, team);
    Draft draft(ws, service.name + ".language", "boundaries",
                fmt::format("in what is {} written?", service.name));
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

// The best cut with the natural separations, else without them, else with what is given alone; then
// the conflict between the model's own lines is an open question. `input` is left as it was cut.
cut::Result search(Workspace& ws, cut::Input& input) {
  cut::Options options;
  options.seed = ws.options.seed;
  options.jobs = ws.options.jobs;
  const std::vector<int> together(input.entities.size(), 0);
  if (input.constraints.services_high == 1) return cut::assess(input, together, options);
  const cut::Constraints asked = input.constraints;
  for (auto& pair : natural_separations(ws))
    input.constraints.keep_apart.push_back(std::move(pair));
  cut::Result result = cut::decompose(input, options);
  if (!result.conflicts.empty() && input.constraints.keep_apart.size() > asked.keep_apart.size()) {
    input.constraints = asked;
    result = cut::decompose(input, options);
  }
  if (!result.conflicts.empty()) {
    for (const cut::Conflict& conflict : result.conflicts)
      ws.assume("constraints", "these can't all hold: " + conflict.reason,
                "which of them gives way?");
    input.constraints = {};
    input.constraints.pins = asked.pins;
    result = cut::decompose(input, options);
  }
  return result.chosen.group.empty() ? cut::assess(input, together, options) : result;
}

}  // namespace

void pass_boundaries(Workspace& ws) {
  Architecture& model = ws.model;
  if (model.aggregates.empty()) {
    decide_languages(ws);
    return;
  }
  const bool complete = std::ranges::all_of(model.aggregates.ids(), [&](AggregateId id) {
    const ServiceId owner = owner_of(model, id);
    return owner.valid() && model.services[owner].context;
  });
  if (!complete) {
    cut::Input input = boundaries_input(ws);
    const cut::Result result = search(ws, input);
    Draft draft(ws, "boundaries", "boundaries",
                "into how many services is the system cut, and along which lines?");
    decide_number(ws, input, result, draft);
    std::vector<Group> groups = groups_of(model, result.chosen.group);
    build(ws, draft, groups);
    note_placements(model, input, result, ws);
  }
  decide_languages(ws);
}

}  // namespace scantling
