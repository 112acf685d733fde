#include "design/cutting.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/core.h>

#include "base/text.h"
#include "design/passes.h"
#include "design/stores.h"
#include "design/teams.h"

namespace scantling {
namespace {

namespace cut = boundaries;

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

void add_relations(const Architecture& model, cut::Input& input) {
  for (const AggregateId id : model.aggregates.ids()) {
    const Aggregate& aggregate = model.aggregates[id];
    if (aggregate.part_of && aggregate.part_of->id.valid())
      input.relations.push_back({id.index, aggregate.part_of->id.index, cut::RelationKind::PartOf});
    for (const auto& other : *aggregate.refers_to)
      if (other.id.valid())
        input.relations.push_back({id.index, other.id.index, cut::RelationKind::RefersTo});
  }
}

std::vector<cut::CoChange> ties(const std::vector<CodeTie>& from) {
  std::vector<cut::CoChange> out;
  for (const CodeTie& tie : from)
    if (tie.a.valid() && tie.b.valid()) out.push_back({tie.a.index, tie.b.index, tie.weight});
  return out;
}

void add_tables(const Architecture& model, cut::Subject& subject) {
  std::map<std::string, int> owner;
  for (const ExistingTable& table : *model.existing->tables) {
    const int entity =
        table.aggregate && table.aggregate->id.valid() ? table.aggregate->id.index : -1;
    owner.emplace(table.name, entity);
    subject.tables.push_back({table.name, entity});
  }
  for (const ExistingTable& table : *model.existing->tables)
    for (const std::string& other : *table.references)
      if (const auto to = owner.find(other); to != owner.end())
        subject.keys.push_back({table.name, other, owner[table.name], to->second});
}

// A pair that an architect keeps apart unless there are too few hands, and why.
struct Separation {
  std::vector<int> pair;
  bool by_role = false;  // else by class of data
};

// What is scanned or appended in bulk from what is changed record by record (they scale, fail and
// are stored differently), and card data from the rest where PCI DSS assesses every service that
// holds it.
std::vector<Separation> natural_separations(const Workspace& ws) {
  const Architecture& model = ws.model;
  const std::vector<AggregateRates> rates = aggregate_rates(model, operation_rates(model, true));
  const bool pci = std::ranges::find(*model.constraints->compliance, Regime::PciDss) !=
                   model.constraints->compliance->end();
  const auto role = [&](AggregateId id) {
    return store_role(model, id, rates[static_cast<std::size_t>(id.index)]);
  };
  const auto card = [&](AggregateId id) {
    return pci && model.aggregates[id].data.or_else(DataClass::Internal) == DataClass::Cardholder;
  };
  std::vector<Separation> out;
  for (const AggregateId a : model.aggregates.ids())
    for (const AggregateId b : model.aggregates.ids())
      if (a.index < b.index && (role(a) != role(b) || card(a) != card(b)) &&
          !owner_of(model, a).valid() && !owner_of(model, b).valid())
        out.push_back({{a.index, b.index}, role(a) != role(b)});
  return out;
}

// What is given apart: services, contexts, and the largest group to keep apart.
int services_given(const cut::Constraints& constraints) {
  std::set<int> labels;
  for (const cut::Pin& pin : constraints.pins)
    labels.insert(pin.group);
  std::size_t most = std::max<std::size_t>(1, labels.size());
  for (const std::vector<int>& apart : constraints.keep_apart)
    most = std::max(most, apart.size());
  return static_cast<int>(most);
}

void add_number(const Workspace& ws, cut::Input& input) {
  const Architecture& model = ws.model;
  if (model.constraints->services) {
    input.constraints.services_low = static_cast<int>(model.constraints->services->low);
    input.constraints.services_high = static_cast<int>(model.constraints->services->high);
    return;
  }
  const int most = std::max(1, static_cast<int>(model.aggregates.size()));
  // What the teams can own is a guess of ours; it gives way to what the model says.
  input.constraints.services_high = std::max(services_given(input.constraints),
                                             std::clamp(services_the_teams_can_own(ws), 1, most));
  // A team that owns nothing of its own waits for the others' releases.
  input.constraints.services_low =
      std::clamp(static_cast<int>(product_teams(ws).size()), 1, input.constraints.services_high);
}

// The aggregates that are locked to a service: with those of the same, and with the one that would
// name it; apart from those of another. A service that is there holds them.
void add_locked_owners(const Workspace& ws, cut::Input& input) {
  const Architecture& model = ws.model;
  std::map<std::string, std::vector<int>> by_service;
  for (const AggregateId id : model.aggregates.ids()) {
    const std::string service = owner_lock(ws, id);
    if (service.empty()) continue;
    if (const ServiceId given = find_by_name(model.services, service); !given.valid())
      by_service[service].push_back(id.index);
    else if (!owner_of(model, id).valid())
      input.constraints.pins.push_back({id.index, given.index});
  }
  std::vector<int> apart;
  for (auto& [service, members] : by_service) {
    apart.push_back(members.front());
    for (const AggregateId id : model.aggregates.ids())
      if (service_name_for(model.aggregates[id].name) == service && owner_lock(ws, id).empty() &&
          !owner_of(model, id).valid())
        members.push_back(id.index);
    if (members.size() > 1) input.constraints.keep_together.push_back(members);
  }
  if (apart.size() > 1) input.constraints.keep_apart.push_back(apart);
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
  add_number(ws, input);
}

// One set a line of the model; the separations, which no line names, by their reason.
std::vector<cut::ConstraintSet> named_constraints(const Workspace& ws, const cut::Input& input,
                                                  const std::vector<Separation>& separations) {
  const Architecture& model = ws.model;
  const std::size_t own = input.constraints.keep_apart.size() - separations.size();
  std::vector<cut::ConstraintSet> sets;
  for (cut::ConstraintSet& set : cut::each_constraint(input)) {
    const cut::ConstraintRef ref = set.constraints.front();
    const bool natural =
        ref.kind == cut::ConstraintKind::KeepApart && static_cast<std::size_t>(ref.index) >= own;
    if (natural) continue;
    if (ref.kind == cut::ConstraintKind::Pin) {
      const cut::Pin& pin = input.constraints.pins[static_cast<std::size_t>(ref.index)];
      const int services = static_cast<int>(model.services.size());
      set.name = fmt::format(
          "{} in {}", input.entities[static_cast<std::size_t>(pin.entity)].name,
          pin.group < services
              ? model.services[ServiceId(static_cast<std::size_t>(pin.group))].name
              : model.contexts[ContextId(static_cast<std::size_t>(pin.group - services))].name);
    } else if (!model.constraints->services && ref.kind == cut::ConstraintKind::ServicesHigh) {
      set.name += ", which is what the teams can own";
    } else if (!model.constraints->services && ref.kind == cut::ConstraintKind::ServicesLow) {
      if (input.constraints.services_low <= 1) continue;
      set.name += ", one for each team";
    }
    sets.push_back(std::move(set));
  }
  for (const bool by_role : {true, false}) {
    cut::ConstraintSet set{by_role ? "data that is scanned or appended in bulk apart from records"
                                   : "card data apart from the rest (PCI DSS)",
                           {}};
    for (std::size_t i = 0; i < separations.size(); ++i)
      if (separations[i].by_role == by_role)
        set.constraints.push_back({cut::ConstraintKind::KeepApart, static_cast<int>(own + i)});
    if (!set.constraints.empty()) sets.push_back(std::move(set));
  }
  return sets;
}

cut::Result search(const cut::Input& input, const cut::Options& options) {
  const bool one = input.constraints.services_high == 1 && input.reference.empty() &&
                   services_given(input.constraints) == 1;
  if (one) return cut::assess(input, std::vector<int>(input.entities.size(), 0), options);
  return input.reference.empty() ? cut::decompose(input, options)
                                 : cut::decompose_near(input, options);
}

}  // namespace

cut::Subject subject_of(const Workspace& ws) {
  const Architecture& model = ws.model;
  cut::Subject subject;
  subject.name = *model.name;
  subject.format = "model";
  for (const Aggregate& aggregate : model.aggregates)
    subject.input.entities.push_back({aggregate.name, 1, -1});
  add_functionalities(model, subject.input);
  add_relations(model, subject.input);
  subject.input.co_changes = ties(model.existing->changed_together);
  subject.input.shared_authors = ties(model.existing->shared_authors);
  add_constraints(ws, subject.input);
  if (model.existing) add_tables(model, subject);
  return subject;
}

Cutting cut_aggregates(const Workspace& ws, const CutQuestion& question) {
  Cutting out;
  out.options.seed = question.seed;
  out.options.jobs = question.jobs;
  out.subject = subject_of(ws);
  cut::Input& input = out.subject.input;
  input.reference = question.reference;
  if (question.locked_owners) {
    add_locked_owners(ws, input);
    add_number(ws, input);
  }
  if (question.services > 0)
    input.constraints.services_low = input.constraints.services_high = question.services;
  const cut::Constraints asked = input.constraints;
  std::vector<Separation> separations = natural_separations(ws);
  if (input.constraints.services_high == 1) separations.clear();
  std::erase_if(separations, [&](const Separation& separation) {
    return std::ranges::any_of(asked.keep_together, [&](const std::vector<int>& group) {
      return std::ranges::all_of(separation.pair, [&](int entity) {
        return std::ranges::find(group, entity) != group.end();
      });
    });
  });
  for (const Separation& separation : separations)
    input.constraints.keep_apart.push_back(separation.pair);
  out.result = search(input, out.options);
  if (!out.result.conflicts.empty() && !separations.empty()) {
    separations.clear();
    input.constraints = asked;
    out.result = search(input, out.options);
  }
  out.constraints = named_constraints(ws, input, separations);
  if (!out.result.conflicts.empty()) {
    out.given_way = out.result.conflicts;
    input.constraints = {};
    input.constraints.pins = asked.pins;
    out.result = search(input, out.options);
    out.constraints.clear();
  }
  if (out.result.chosen.group.empty())
    out.result = cut::assess(input, std::vector<int>(input.entities.size(), 0), out.options);
  return out;
}

std::string owner_lock(const Workspace& ws, AggregateId id) {
  std::string out = ws.locked_choice(kebab_case(ws.model.aggregates[id].name) + ".owner");
  const bool name = std::ranges::all_of(
      out, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
  return name && !out.starts_with('-') ? out : std::string();
}

std::string locked_owner(const Workspace& ws, const std::vector<AggregateId>& members) {
  for (const AggregateId id : members)
    if (std::string service = owner_lock(ws, id); !service.empty()) return service;
  return {};
}

bool boundaries_complete(const Architecture& model) {
  return std::ranges::all_of(model.aggregates.ids(), [&](AggregateId id) {
    const ServiceId owner = owner_of(model, id);
    return owner.valid() && model.services[owner].context;
  });
}

cut::NamedCut owners_in(const Architecture& model, const cut::Subject& subject) {
  cut::NamedCut out;
  out.name = *model.name;
  for (const Service& service : model.services)
    out.names.push_back(service.name);
  for (const cut::Entity& entity : subject.input.entities) {
    const AggregateId id = find_by_name(model.aggregates, entity.name);
    const ServiceId owner = id.valid() ? owner_of(model, id) : ServiceId();
    out.group.push_back(owner.valid() ? owner.index : -1);
  }
  for (const AggregateId id : model.aggregates.ids()) {
    const auto same = [&](const cut::Entity& e) { return e.name == model.aggregates[id].name; };
    if (owner_of(model, id).valid() && std::ranges::none_of(subject.input.entities, same))
      out.unknown.push_back(model.aggregates[id].name);
  }
  return out;
}

CutModel cut_model(Architecture model, const Catalog& catalog, const CutQuestion& question) {
  CutModel out;
  out.model = std::move(model);
  DesignOptions options;
  options.seed = question.seed;
  options.jobs = question.jobs;
  const Demands demands;
  Workspace ws(out.model, catalog, options, demands);
  pass_understand(ws);
  if (out.model.aggregates.empty()) return out;
  out.cutting = cut_aggregates(ws, question);
  if (!boundaries_complete(out.model)) apply_cutting(ws, out.cutting);
  return out;
}

Architecture problem_half(const Architecture& model) {
  Architecture out;
  out.version = model.version;
  out.name = model.name;
  out.summary = model.summary;
  out.profiles = model.profiles;
  out.teams = model.teams;
  out.aggregates = model.aggregates;
  out.externals = model.externals;
  out.operations = model.operations;
  out.constraints = model.constraints;
  out.existing = model.existing;
  return out;
}

}  // namespace scantling
