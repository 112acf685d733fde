// What to do and what to know: migration, assumptions, decisions, cost, technology, risks.
#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "report/blocks.h"

namespace scantling {

namespace {

Block existing_block(const Facts& facts) {
  Block block = make_block("existing", "What stands today");
  if (!facts.model.existing) return block;
  const Existing& existing = *facts.model.existing;
  block.add(line("summary", *existing.summary, existing.summary.from.origin));
  block.add(line("kind", *existing.kind, existing.kind.from.origin));
  block.add(line("database", *existing.engine, existing.engine.from.origin));
  Item tables = branch("tables", {});
  for (const ExistingTable& table : existing.tables.value) {
    std::vector<std::string> parts;
    if (table.rows) parts.push_back(to_text(*table.rows) + " rows");
    if (table.aggregate) parts.push_back("is " + table.aggregate->name);
    if (!table.references.value.empty()) parts.push_back("refers to " + list_of(*table.references));
    tables.children.push_back(
        line(table.name, parts.empty() ? "no details" : join(parts, ", "), table.rows.from.origin));
  }
  block.add(std::move(tables));
  block.add(line("modules", list_of(*existing.modules), existing.modules.from.origin));
  block.add(
      line("technologies", list_of(*existing.technologies), existing.technologies.from.origin));
  return block;
}

void add_migration(const Facts& facts, Blocks& to) {
  int number = 0;
  for (const MigrationStep& step : facts.model.migration) {
    Block block = make_block("migration", fmt::format("Step {}: {}", ++number, step.extract.value));
    block.add(line("how", *step.how, step.how.from.origin));
    block.add(line("meanwhile", *step.interim, step.interim.from.origin));
    block.add(line("data", *step.data, step.data.from.origin));
    block.add(line("rollback", *step.rollback, step.rollback.from.origin));
    if (block.items.empty()) block.add(line("extract", step.extract.value));
    to.push_back(std::move(block));
  }
}

void add_assumptions(const Facts& facts, Blocks& to) {
  Block assumed = make_block("assumptions", "Assumptions");
  Block questions = make_block("questions", "Open questions");
  for (const Assumption& item : facts.model.assumptions) {
    assumed.add(line(item.path, item.text, Origin::Assumed));
    if (!item.question.empty()) questions.add(line(item.path, item.question));
  }
  if (!assumed.empty()) to.push_back(std::move(assumed));
  if (!questions.empty()) to.push_back(std::move(questions));
}

Item decision_item(const Decision& decision) {
  Item item = line(decision.name, *decision.chosen, decision.chosen.from.origin);
  if (decision.reversibility && decision.reversibility.value != Reversibility::Easy)
    item.value += fmt::format(", {} to reverse", to_text_enum(*decision.reversibility));
  auto& rows = item.children;
  add_line(rows, line("because", *decision.because));
  for (const Alternative& alternative : decision.alternatives)
    if (alternative.name != *decision.chosen && !alternative.why_not.empty())
      add_line(rows, line("not " + alternative.name, alternative.why_not));
  add_line(rows, line("flips", flip_text(decision)));
  add_line(rows, line("traces to", list_of(*decision.traces_to)));
  return item;
}

// The easy ones are counted: `why` and the HTML report have each.
Block decisions_block(const Facts& facts) {
  Block block = make_block("decisions", "Decisions");
  std::size_t easy = 0, locked = 0;
  for (const Decision& decision : facts.model.decisions) {
    if (decision.locked.value) ++locked;
    if (!decision.reversibility || decision.reversibility.value == Reversibility::Easy) ++easy;
  }
  if (facts.model.decisions.empty()) return block;
  block.add(line("made", fmt::format("{}: {} easy to reverse, {} locked by a person",
                                     facts.model.decisions.size(), easy, locked)));
  for (const Decision& decision : facts.model.decisions)
    if (decision.reversibility && decision.reversibility.value != Reversibility::Easy)
      block.add(decision_item(decision));
  return block;
}

Block cost_block(const Facts& facts) {
  Block block = make_block("cost", "Cost");
  const Estimate& estimate = facts.result.estimate;
  if (estimate.cost.empty()) return block;
  Item total = line("in all", money(estimate.cost_per_month, estimate.currency));
  if (facts.model.constraints && facts.model.constraints->budget)
    add_line(total.children, line("budget",
                                  money(facts.model.constraints->budget->amount,
                                        facts.model.constraints->budget->currency),
                                  facts.model.constraints->budget.from.origin));
  block.add(std::move(total));
  Table table;
  table.columns = {{"element", false, 0}, {"what", false, 1}, {"a month", true, 0}};
  std::vector<const CostLine*> lines;
  for (const CostLine& item : estimate.cost)
    lines.push_back(&item);
  std::stable_sort(lines.begin(), lines.end(), [](const CostLine* a, const CostLine* b) {
    return a->per_month > b->per_month;
  });
  for (const CostLine* item : lines)
    table.rows.push_back({{item->element},
                          {item->what},
                          {number_text(item->per_month, 4) + " " + estimate.currency}});
  block.tables.push_back(std::move(table));
  return block;
}

// One line a technology: what it is used for, and the reason that a decision gave.
Block technology_block(const Facts& facts) {
  const Architecture& model = facts.model;
  Block block = make_block("technology", "Technology");
  auto add = [&](const std::string& name, const std::string& used_for, const Provenance& from) {
    if (name.empty()) return;
    auto known = std::find_if(block.items.begin(), block.items.end(),
                              [&](const Item& item) { return item.label == name; });
    if (known != block.items.end()) {
      known->value += ", " + used_for;
      return;
    }
    Item item = line(name, used_for, from.origin);
    if (const Decision* decision = decision_of(model, from)) {
      add_line(item.children, line("because", *decision->because));
      add_line(item.children, line("instead of", list_of(*decision->instead_of)));
    }
    block.items.push_back(std::move(item));
  };
  for (const Service& service : model.services)
    if (service.runtime)
      add(*service.runtime->language, service.name, service.runtime->language.from);
  for (const Store& store : model.stores)
    add(*store.engine, store.name, store.engine.from);
  for (const Channel& channel : model.channels)
    add(*channel.broker, channel.name, channel.broker.from);
  const Placement& placement = model.placement.value;
  const Operating& operating = model.operating.value;
  const std::pair<const char*, const Field<std::string>*> parts[] = {
      {"platform", &placement.platform},
      {"mesh", &placement.mesh},
      {"gateway", &placement.gateway},
      {"discovery", &placement.discovery},
      {"identity", &placement.identity},
      {"secrets", &placement.secrets},
      {"network policy", &placement.network_policy},
      {"metrics", &operating.metrics},
      {"logs", &operating.logs},
      {"traces", &operating.traces}};
  for (const auto& [used_for, field] : parts)
    add(**field, used_for, field->from);
  return block;
}

// What could go wrong, from what was computed: unstable stations, single copies, findings.
Block risks_block(const Facts& facts) {
  Block block = make_block("risks", "Risks and mitigations");
  for (const Unmet& item : facts.result.unmet) {
    Item row = line(item.path, item.text, Origin::Absent, Tone::Bad);
    add_line(row.children, line("mitigation", item.relax));
    block.add(std::move(row));
  }
  for (const StationEstimate& station : facts.result.estimate.stations) {
    if (station.stability == Stability::Stable) continue;
    Item row = line(fmt::format("{} {}", station.kind, station.name),
                    fmt::format("{} at peak: {} of {} it can take", to_text(station.stability),
                                per_second(station.arrival_rate), per_second(station.capacity)),
                    Origin::Absent, Tone::Warn);
    block.add(std::move(row));
  }
  for (const Diagnostic& finding : facts.result.findings.all()) {
    if (finding.severity == Severity::Note) continue;
    Item row = line(std::string(finding.kind ? finding.kind->name : "finding"), finding.title,
                    Origin::Absent, finding.accepted ? Tone::Dim : Tone::Warn);
    if (finding.accepted)
      add_line(row.children, line("accepted", finding.accepted_reason, Origin::Given));
    else if (!finding.fixes.empty())
      add_line(row.children, line("mitigation", finding.fixes.front().text));
    block.add(std::move(row));
  }
  for (const External& external : facts.model.externals) {
    if (!external.availability) continue;
    block.add(line("external " + external.name, "available " + to_text(*external.availability),
                   external.availability.from.origin));
  }
  return block;
}

}  // namespace

std::string flip_text(const Decision& decision) {
  std::string_view text = decision.flips.value;
  if (text.starts_with("flips ")) text.remove_prefix(6);
  return std::string(text);
}

void add_plan_blocks(const Facts& facts, Blocks& to) {
  for (Block block : {existing_block(facts), technology_block(facts), cost_block(facts),
                      risks_block(facts), decisions_block(facts)})
    if (!block.empty()) to.push_back(std::move(block));
  add_migration(facts, to);
  add_assumptions(facts, to);
}

}  // namespace scantling
