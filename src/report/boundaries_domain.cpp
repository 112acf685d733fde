// What a cut means for the domain: kinds of contexts, context map, teams, event storming board,
// bounded-context canvases, aggregate canvases.
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "design/classify.h"
#include "design/workspace.h"
#include "report/boundaries_parts.h"
#include "report/facts.h"

namespace scantling {
namespace {

Cell cell(std::string text, Tone tone = Tone::Plain) {
  return {std::move(text), tone};
}

std::vector<AggregateId> aggregates_of(const Architecture& model, ContextId id) {
  std::vector<AggregateId> out;
  for (const AggregateId aggregate : model.aggregates.ids())
    if (context_of(model, aggregate) == id) out.push_back(aggregate);
  return out;
}

std::vector<std::string> names_of(const Architecture& model, const std::vector<AggregateId>& ids) {
  std::vector<std::string> out;
  for (const AggregateId id : ids)
    out.push_back(model.aggregates[id].name);
  return out;
}

Block classification_block(const Architecture& model) {
  Block block = make_block("kinds", "Core, supporting, generic");
  std::vector<std::vector<AggregateId>> groups;
  for (const ContextId id : model.contexts.ids())
    groups.push_back(aggregates_of(model, id));
  const std::vector<Classification> kinds = classify(model, groups);
  Table table;
  table.columns = {{"context", false, 0}, {"kind", false, 0}, {"because", false, 1}};
  for (const ContextId id : model.contexts.ids()) {
    const Context& context = model.contexts[id];
    const Classification& found = kinds[static_cast<std::size_t>(id.index)];
    const bool given = context.kind && context.kind.from.origin == Origin::Given;
    const ContextKind kind = given ? *context.kind : found.kind;
    std::string why = given ? "given" : found.why;
    if (given && *context.kind != found.kind)
      why += fmt::format("; its operations alone would say {}: {}", to_text_enum(found.kind),
                         found.why);
    table.rows.push_back({cell(context.name), cell(std::string(to_text_enum(kind))), cell(why)});
  }
  block.tables.push_back(std::move(table));
  return block;
}

Block context_map_block(const std::vector<InferredRelation>& relations) {
  Block block = make_block("map", "Context map");
  Table table;
  table.columns = {{"upstream", false, 0},
                   {"downstream", false, 0},
                   {"relation", false, 0},
                   {"because", false, 1}};
  for (const InferredRelation& relation : relations)
    table.rows.push_back({cell(relation.upstream), cell(relation.downstream),
                          cell(std::string(to_text_enum(relation.kind))), cell(relation.why)});
  block.tables.push_back(std::move(table));
  return block;
}

// Teams whose contexts an operation touches.
std::set<std::string> teams_of(const Architecture& model, const Operation& operation) {
  std::set<std::string> out;
  for (const ProblemStep& step : *operation.steps) {
    const ContextId id =
        step.aggregate.id.valid() ? context_of(model, step.aggregate.id) : ContextId();
    if (id.valid() && model.contexts[id].team) out.insert(model.contexts[id].team->name);
  }
  return out;
}

Table team_table(const Architecture& model) {
  Table table;
  table.columns = {{"team", false, 0},
                   {"people", true, 1},
                   {"services", true, 0},
                   {"at most", true, 2},
                   {"aggregates", true, 1},
                   {"operations", true, 1},
                   {"with other teams", true, 2},
                   {"fit", false, 0}};
  for (const TeamId id : model.teams.ids()) {
    const Team& team = model.teams[id];
    int services = 0, aggregates = 0, operations = 0, shared = 0;
    for (const Service& service : model.services)
      if (service.team && service.team->id == id) {
        ++services;
        aggregates += static_cast<int>(service.owns->size());
      }
    for (const Operation& operation : model.operations) {
      const std::set<std::string> teams = teams_of(model, operation);
      if (!teams.contains(team.name)) continue;
      ++operations;
      shared += teams.size() > 1 ? 1 : 0;
    }
    const auto people = team.size ? team.size->value : 0;
    const auto most = team.owns_at_most ? team.owns_at_most->value : 0;
    std::string fit = services == 0 ? "owns nothing" : "";
    Tone tone = Tone::Plain;
    if (most > 0 && services > most)
      fit = "more than it said it can own", tone = Tone::Bad;
    else if (people > 0 && services > 0)
      fit = fmt::format("{} people a service",
                        number_text(static_cast<double>(people) / services, 2));
    if (people > 0 && services > 0 && people < 2 * services && tone != Tone::Bad)
      fit += ": too few to be on call", tone = Tone::Warn;
    table.rows.push_back({cell(team.name), cell(people > 0 ? std::to_string(people) : "-"),
                          cell(std::to_string(services)),
                          cell(most > 0 ? std::to_string(most) : "-"),
                          cell(std::to_string(aggregates)), cell(std::to_string(operations)),
                          cell(std::to_string(shared)), cell(fit, tone)});
  }
  return table;
}

Block teams_block(const Architecture& model) {
  Block block = make_block("teams", "Team fit and cognitive load");
  if (model.teams.empty()) return block;
  block.tables.push_back(team_table(model));
  const std::vector<double> rates = operation_rates(model, false);
  double all = 0, shared = 0;
  std::vector<Item> rows;
  for (const OperationId id : model.operations.ids()) {
    const std::set<std::string> teams = teams_of(model, model.operations[id]);
    const double rate = rates[static_cast<std::size_t>(id.index)];
    all += rate;
    if (teams.size() < 2) continue;
    shared += rate;
    rows.push_back(
        line(model.operations[id].name,
             fmt::format("{}; {}", enumerate(std::vector<std::string>(teams.begin(), teams.end())),
                         per_second(rate))));
  }
  if (all > 0) block.add(line("work that needs more than one team", percent(shared / all)));
  if (!rows.empty()) block.add(branch("operations across teams", std::move(rows)));
  return block;
}

// Everything that has to do with events, gathered once.
struct Events {
  std::map<std::string, std::vector<std::string>> emitters, listeners;
};

Events events_of(const Architecture& model) {
  Events events;
  for (const Operation& operation : model.operations) {
    for (const std::string& emission : *operation.emits)
      events.emitters[parse_emission(emission).event].push_back(operation.name);
    for (const std::string& event : *operation.on)
      events.listeners[event].push_back(operation.name);
  }
  return events;
}

std::string trigger_of(const Operation& operation) {
  if (operation.actor) return *operation.actor;
  if (!operation.on->empty()) return "policy: whenever " + enumerate(*operation.on, "or");
  if (operation.every) return "every " + readable(*operation.every);
  return "-";
}

std::vector<std::string> hot_spots(const Architecture& model, const Operation& operation,
                                   const Events& events) {
  std::vector<std::string> out;
  std::set<ContextId> written;
  for (const ProblemStep& step : *operation.steps)
    if (step.aggregate.id.valid() && is_write(step.verb))
      written.insert(context_of(model, step.aggregate.id));
  if (written.size() > 1)
    out.push_back(fmt::format("writes {}{}", plural(static_cast<int>(written.size()), "context"),
                              operation.atomic.or_else(false) ? " and must be whole" : ""));
  for (const std::string& emission : *operation.emits)
    if (!events.listeners.contains(parse_emission(emission).event))
      out.push_back("nobody follows " + parse_emission(emission).event);
  return out;
}

// Orange: events; blue: commands; yellow: actors and aggregates; lilac: policies; pink: externals.
Table storming_table(const Architecture& model, ContextId id, const Events& events) {
  Table table;
  table.columns = {{"actor or policy", false, 1}, {"command", false, 0}, {"aggregates", false, 0},
                   {"externals", false, 3},       {"events", false, 0},  {"then", false, 2},
                   {"hot spots", false, 1}};
  for (const Operation& operation : model.operations) {
    if (home_of(model, operation) != id) continue;
    std::vector<std::string> aggregates, externals, emitted, then;
    for (const ProblemStep& step : *operation.steps) {
      if (step.aggregate.id.valid())
        aggregates.push_back(fmt::format("{} {}", to_text_enum(step.verb),
                                         model.aggregates[step.aggregate.id].name));
      if (step.calls) externals.push_back(step.calls->name);
    }
    for (const std::string& emission : *operation.emits) {
      const std::string event = parse_emission(emission).event;
      emitted.push_back(event);
      if (const auto found = events.listeners.find(event); found != events.listeners.end())
        for (const std::string& name : found->second)
          then.push_back(name);
    }
    const std::vector<std::string> spots = hot_spots(model, operation, events);
    table.rows.push_back({cell(trigger_of(operation)), cell(operation.name),
                          cell(join(aggregates, ", ")), cell(join(externals, ", ")),
                          cell(join(emitted, ", ")), cell(join(then, ", ")),
                          cell(join(spots, "; "), spots.empty() ? Tone::Plain : Tone::Warn)});
  }
  return table;
}

Section storming_section(const Architecture& model) {
  Section section{"EVENT STORMING", {}};
  const Events events = events_of(model);
  for (const ContextId id : model.contexts.ids()) {
    Block block = make_block("storming", model.contexts[id].name);
    block.tables.push_back(storming_table(model, id, events));
    if (!block.tables.front().rows.empty()) section.blocks.push_back(std::move(block));
  }
  return section;
}

std::string kind_of_message(const Operation& operation) {
  if (!operation.on->empty()) return "event";
  for (const ProblemStep& step : *operation.steps)
    if (is_write(step.verb)) return "command";
  return "query";
}

void add_messages(const Architecture& model, ContextId id, Block& block) {
  std::vector<Item> inbound, outbound;
  for (const Operation& operation : model.operations) {
    const ContextId home = home_of(model, operation);
    if (home == id)
      inbound.push_back(line(operation.name, fmt::format("{} from {}", kind_of_message(operation),
                                                         trigger_of(operation))));
    std::set<std::string> asked_here, asked_there;
    for (const ProblemStep& step : *operation.steps) {
      if (!step.aggregate.id.valid()) continue;
      const ContextId owner = context_of(model, step.aggregate.id);
      const std::string what = fmt::format("{} {}", is_write(step.verb) ? "command" : "query",
                                           model.aggregates[step.aggregate.id].name);
      if (owner == id && home != id && home.valid())
        asked_here.insert(fmt::format("{} for {}", what, model.contexts[home].name));
      if (owner != id && home == id && owner.valid())
        asked_there.insert(fmt::format("{} of {}", what, model.contexts[owner].name));
      if (home == id && step.calls) asked_there.insert("asks " + step.calls->name);
    }
    for (const std::string& text : asked_here)
      inbound.push_back(line(operation.name, text));
    for (const std::string& text : asked_there)
      outbound.push_back(line(operation.name, text));
    if (home == id)
      for (const std::string& emission : *operation.emits)
        outbound.push_back(line(operation.name, "event " + parse_emission(emission).event));
  }
  if (!inbound.empty()) block.add(branch("inbound", std::move(inbound)));
  if (!outbound.empty()) block.add(branch("outbound", std::move(outbound)));
}

// The fields of the Bounded Context Canvas (ddd-crew, version 5) that a model can answer.
Block context_canvas(const Architecture& model, ContextId id) {
  const Context& context = model.contexts[id];
  Block block = make_block("canvas", context.name);
  const std::vector<AggregateId> aggregates = aggregates_of(model, id);
  block.add(line("purpose",
                 context.summary ? *context.summary
                                 : fmt::format("keeps {}", enumerate(names_of(model, aggregates))),
                 context.summary.from.origin));
  if (context.kind)
    block.add(
        line("classification", std::string(to_text_enum(*context.kind)), context.kind.from.origin));
  if (context.team) block.add(line("team", context.team->name, context.team.from.origin));
  add_messages(model, id, block);
  std::vector<std::string> words = *context.language;
  for (const std::string& name : names_of(model, aggregates))
    words.push_back(name);
  block.add(line("language", join(words, ", ")));
  std::vector<Item> decisions, questions;
  for (const AggregateId aggregate : aggregates)
    if (model.aggregates[aggregate].invariant)
      decisions.push_back(line(model.aggregates[aggregate].name,
                               *model.aggregates[aggregate].invariant, Origin::Given));
  for (const Assumption& assumption : model.assumptions)
    for (const AggregateId aggregate : aggregates)
      if (assumption.path == "aggregates." + model.aggregates[aggregate].name &&
          !assumption.question.empty())
        questions.push_back(line("", assumption.question));
  if (!decisions.empty()) block.add(branch("business rules", std::move(decisions)));
  if (!questions.empty()) block.add(branch("open questions", std::move(questions)));
  return block;
}

Section canvas_section(const Architecture& model) {
  Section section{"BOUNDED CONTEXT CANVASES", {}};
  for (const ContextId id : model.contexts.ids())
    section.blocks.push_back(context_canvas(model, id));
  return section;
}

// The fields of the Aggregate Design Canvas (ddd-crew) that a model can answer.
Block aggregate_canvas(const Architecture& model, AggregateId id,
                       const std::vector<double>& rates) {
  const Aggregate& aggregate = model.aggregates[id];
  Block block = make_block("aggregate", aggregate.name);
  if (aggregate.invariant)
    block.add(line("invariant", *aggregate.invariant, aggregate.invariant.from.origin));
  std::vector<std::string> commands, undo, events;
  double changes = 0, reads = 0;
  for (const OperationId op : model.operations.ids()) {
    const Operation& operation = model.operations[op];
    const double rate = rates[static_cast<std::size_t>(op.index)];
    AggregateId last_written;  // what an operation announces is about
    for (const ProblemStep& step : *operation.steps) {
      if (step.aggregate.id.valid() && is_write(step.verb)) last_written = step.aggregate.id;
      if (step.has_undo && step.undo_aggregate.id == id)
        undo.push_back(
            fmt::format("{} when {} fails", to_text_enum(step.undo_verb), operation.name));
      if (step.aggregate.id != id) continue;
      (is_write(step.verb) ? changes : reads) += rate * step.times.value;
      if (!is_write(step.verb)) continue;
      commands.push_back(fmt::format("{} ({})", to_text_enum(step.verb), operation.name));
    }
    if (last_written == id)
      for (const std::string& emission : *operation.emits)
        events.push_back(parse_emission(emission).event);
  }
  block.add(line("handled commands", join(commands, ", ")));
  block.add(line("corrective policies", join(undo, ", ")));
  block.add(line("created events", join(events, ", ")));
  block.add(line("throughput",
                 fmt::format("{} changes, {} reads", per_second(changes), per_second(reads))));
  std::string size;
  if (aggregate.count) size = fmt::format("{} of them", to_text(*aggregate.count));
  if (aggregate.size) size += fmt::format(", {} each", to_text(*aggregate.size));
  if (aggregate.growth) size += fmt::format(", growing {} a year", readable(*aggregate.growth));
  block.add(line("size", size, aggregate.count.from.origin));
  if (aggregate.history && *aggregate.history == History::Full)
    block.add(line("history", "every change is kept", aggregate.history.from.origin));
  return block;
}

Section aggregate_section(const Architecture& model) {
  Section section{"AGGREGATE CANVASES", {}};
  const std::vector<double> rates = operation_rates(model, false);
  for (const AggregateId id : model.aggregates.ids())
    section.blocks.push_back(aggregate_canvas(model, id, rates));
  return section;
}

}  // namespace

Section context_map_section(const Architecture& model) {
  Section section{"CONTEXT MAP", {}};
  const std::vector<InferredRelation> relations = infer_relations(model);
  if (!relations.empty()) section.blocks.push_back(context_map_block(relations));
  return section;
}

std::vector<Section> domain_sections(const BoundariesReport& report) {
  if (report.model == nullptr) return {};
  const Architecture& model = *report.model;
  std::vector<Section> sections;
  Section domain{"DOMAIN", {}};
  if (!model.contexts.empty()) domain.blocks.push_back(classification_block(model));
  for (Block& map : context_map_section(model).blocks)
    domain.blocks.push_back(std::move(map));
  Block teams = teams_block(model);
  if (!teams.empty()) domain.blocks.push_back(std::move(teams));
  sections.push_back(std::move(domain));
  sections.push_back(storming_section(model));
  sections.push_back(canvas_section(model));
  sections.push_back(aggregate_section(model));
  return sections;
}

}  // namespace scantling
