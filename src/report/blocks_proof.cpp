// What was shown: load, faults, messaging, checks, the loop.
#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "report/blocks.h"

namespace scantling {

namespace {

Tone tone_of(RequirementVerdict verdict) {
  switch (verdict) {
    case RequirementVerdict::Met: return Tone::Good;
    case RequirementVerdict::AtRisk: return Tone::Warn;
    case RequirementVerdict::NotMet: return Tone::Bad;
    case RequirementVerdict::NotShown: return Tone::Dim;
  }
  return Tone::Plain;
}

RequirementVerdict worse(RequirementVerdict a, RequirementVerdict b) {
  auto rank = [](RequirementVerdict verdict) {
    switch (verdict) {
      case RequirementVerdict::NotMet: return 3;
      case RequirementVerdict::AtRisk: return 2;
      case RequirementVerdict::NotShown: return 1;
      case RequirementVerdict::Met: return 0;
    }
    return 0;
  };
  return rank(a) >= rank(b) ? a : b;
}

Item requirement_item(const Requirement& item, const std::vector<std::string>& causes) {
  Item out;
  out.verdict = true;
  out.label = item.what.empty() ? item.subject : item.subject + " " + item.what;
  out.value = fmt::format("{}: ", to_text(item.verdict));
  out.value +=
      item.reached.empty() ? item.target : fmt::format("{}, asked {}", item.reached, item.target);
  out.tone = tone_of(item.verdict);
  if (item.verdict == RequirementVerdict::NotShown || item.scenario == "design")
    add_line(out.children, line("evidence", item.evidence));
  for (const std::string& cause : causes)
    add_line(out.children, line("because", cause));
  add_line(out.children, line("would hold with", item.relax));
  add_line(out.children, line("or without one of", enumerate(item.conflict, "or")));
  return out;
}

Block unmet_block(const std::vector<Requirement>& requirements) {
  Block block = make_block("unmet", "Requirements not met");
  for (const Requirement& item : requirements) {
    if (item.verdict != RequirementVerdict::NotMet) continue;
    Item row = requirement_item(item, main_causes(item));
    if (item.scenario != "design") row.label += fmt::format(" ({})", item.scenario);
    block.add(std::move(row));
  }
  return block;
}

Table operations_table(const Facts& facts, const std::vector<Requirement>& requirements) {
  Table table;
  table.caption = facts.peak ? "operations at peak, simulated" : "operations at peak, estimated";
  table.columns = {{"operation", false, 0}, {"offered", true, 2},     {"p50", true, 5},
                   {"p99", true, 0},        {"asked", true, 1},       {"availability", true, 0},
                   {"asked", true, 1},      {"synchronous", true, 4}, {"verdict", false, 0}};
  for (const OperationId id : facts.model.operations.ids()) {
    const Operation& op = facts.model.operations[id];
    const OperationResult* run = facts.peak ? facts.operation(*facts.peak, id) : nullptr;
    const OperationEstimate* estimate = facts.result.estimate.of(id);
    if (!run && !estimate) continue;
    bool judged = false;
    RequirementVerdict verdict = RequirementVerdict::Met;
    for (const Requirement& item : requirements)
      if (item.subject == op.name && item.scenario == "at peak") {
        verdict = judged ? worse(verdict, item.verdict) : item.verdict;
        judged = true;
      }
    const double p50 = run ? run->latency.p50.mean : estimate->p50_seconds;
    const double p99 = run ? run->latency.p99.mean : estimate->p99_seconds;
    const double available = run ? run->availability.mean : estimate->availability;
    const Objective& asked = op.objective.value;
    const double rate = facts.operation_rate(id);
    table.rows.push_back({{op.name},
                          {rate < 0 ? "-" : per_second(rate)},
                          {readable_seconds(p50)},
                          {readable_seconds(p99)},
                          {asked.p99 ? to_text(*asked.p99) : "-"},
                          {percent(available, 5)},
                          {asked.availability ? to_text(*asked.availability) : "-"},
                          {estimate ? plural(estimate->synchronous_depth, "service") : "-"},
                          {judged ? std::string(to_text(verdict)) : "no objective",
                           judged ? tone_of(verdict) : Tone::Dim}});
  }
  return table;
}

Block load_block(const Facts& facts, const std::vector<Requirement>& requirements) {
  Block block = make_block("load", "Load");
  if (facts.peak) {
    block.add(line("run", fmt::format("{} of {} after {} of warm-up, {} events",
                                      plural(facts.peak->replications, "replication"),
                                      readable_seconds(facts.peak->measured_seconds),
                                      readable_seconds(facts.peak->warm_up_seconds),
                                      count_text(facts.peak->events))));
    for (const std::string& note : own_notes(facts.result.simulation, *facts.peak))
      block.add(line("note", note));
  }
  for (const Requirement& item : requirements)
    if (item.scenario == "at peak" && item.verdict != RequirementVerdict::Met)
      block.add(requirement_item(item, item.causes));
  for (const StationEstimate& station : facts.result.estimate.stations)
    if (station.stability != Stability::Stable)
      block.add(line(
          fmt::format("{} {}", station.kind, station.name),
          fmt::format("{}: takes {}, or {} when every retry and miss happens; peak is {}",
                      to_text(station.stability), per_second(station.capacity),
                      per_second(station.hidden_capacity), per_second(station.arrival_rate)),
          Origin::Absent, station.stability == Stability::Overloaded ? Tone::Bad : Tone::Warn));
  for (const std::string& part : facts.result.estimate.does_not_apply)
    block.add(line("not estimated", part));
  Table table = operations_table(facts, requirements);
  if (!table.rows.empty()) block.tables.push_back(std::move(table));
  return block;
}

std::string fault_text(const Fault& fault) {
  std::string text(to_text_enum(fault.kind));
  if (!fault.target.name.empty()) text += " " + fault.target.name;
  if (!fault.to.name.empty()) text += " -> " + fault.to.name;
  if (fault.kind == FaultKind::Slow || fault.kind == FaultKind::Cpu)
    text += " " + to_text(fault.factor);
  if (fault.kind == FaultKind::Fail || fault.kind == FaultKind::Drop)
    text += " " + to_text(fault.share);
  if (fault.at) text += " at " + to_text(*fault.at);
  if (fault.lasts) text += " for " + to_text(*fault.lasts);
  return text;
}

Block experiments_block(const Facts& facts, const std::vector<Requirement>& requirements) {
  Block block = make_block("faults", "Experiments");
  for (const Experiment& experiment : facts.model.experiments) {
    std::vector<std::string> what;
    for (const Fault& fault : experiment.faults.value)
      what.push_back(fault_text(fault));
    if (experiment.load)
      for (const LoadChange& change : experiment.load->changes)
        what.push_back(
            fmt::format("{} {}", change.operation.name,
                        change.absolute ? to_text(change.rate) : to_text(change.factor)));
    Item item = line(experiment.name, list_of(what), experiment.from.origin);
    for (const Requirement& judged : requirements)
      if (judged.scenario == experiment.name)
        item.children.push_back(requirement_item(judged, judged.causes));
    for (const ExperimentResult& run : facts.result.simulation.experiments)
      if (run.name == experiment.name)
        for (const std::string& note : own_notes(facts.result.simulation, run))
          item.children.push_back(line("note", note));
    if (item.value.empty() && item.children.empty()) continue;
    block.add(std::move(item));
  }
  return block;
}

// What the simulator took for what in every run: said once.
Block model_notes_block(const Facts& facts) {
  Block block = make_block("notes", "What the runs leave out");
  for (const std::string& note : common_notes(facts.result.simulation))
    block.add(line("", note));
  return block;
}

Block messaging_block(const Facts& facts) {
  Block block = make_block("messaging", "Sagas and messaging");
  // A design that was verified says so in its own block.
  for (const Saga& saga : facts.model.sagas)
    if (facts.result.verification.result.protocols.empty())
      block.add(line("saga " + saga.name, "not shown: its states have not been explored",
                     Origin::Absent, Tone::Dim));
  Table table;
  table.caption = "channels, simulated";
  table.columns = {{"run", false, 0},           {"channel", false, 0},
                   {"published", true, 1},      {"consumed", true, 2},
                   {"behind at most", true, 1}, {"p99 to handled", true, 0},
                   {"dead letters", true, 3}};
  for (const ExperimentResult& run : facts.result.simulation.experiments)
    for (const ChannelResult& channel : run.channels)
      table.rows.push_back({{run.name},
                            {facts.model.channels[channel.channel].name},
                            {per_second(channel.published.mean)},
                            {per_second(channel.consumed.mean)},
                            {number_text(channel.lag_max, 4)},
                            {readable_seconds(channel.delay.p99.mean)},
                            {number_text(channel.dead_lettered, 4)}});
  if (!table.rows.empty()) block.tables.push_back(std::move(table));
  return block;
}

Item finding_item(const Diagnostic& finding) {
  Item item = line(fmt::format("{} {}", to_text(finding.severity),
                               finding.kind ? finding.kind->name : std::string_view("finding")),
                   finding.title);
  item.tone = finding.accepted                        ? Tone::Dim
              : finding.severity == Severity::Error   ? Tone::Bad
              : finding.severity == Severity::Warning ? Tone::Warn
                                                      : Tone::Plain;
  add_line(item.children, line("chain", join(finding.chain, " -> ")));
  add_line(item.children, line("because", finding.because));
  add_line(item.children, line("effect", finding.effect));
  if (!finding.fixes.empty()) add_line(item.children, line("fix", finding.fixes.front().text));
  if (finding.accepted)
    add_line(item.children, line("accepted", finding.accepted_reason, Origin::Given));
  return item;
}

Block checks_block(const Facts& facts) {
  Block block = make_block("checks", "Checks");
  const Diagnostics& findings = facts.result.findings;
  std::size_t accepted = 0;
  for (const Diagnostic& finding : findings.all())
    if (finding.accepted) ++accepted;
  std::string text = fmt::format("{}, {}, {}", plural_of(findings.count(Severity::Error), "error"),
                                 plural_of(findings.count(Severity::Warning), "warning"),
                                 plural_of(findings.count(Severity::Note), "note"));
  if (accepted > 0) text += fmt::format(", {} accepted", accepted);
  if (findings.dropped() > 0) text += fmt::format(", {} more not kept", findings.dropped());
  block.add(line("findings", text, Origin::Absent,
                 findings.has_errors()                   ? Tone::Bad
                 : findings.count(Severity::Warning) > 0 ? Tone::Warn
                                                         : Tone::Good));
  for (const Diagnostic& finding : findings.all())
    block.add(finding_item(finding));
  return block;
}

Block loop_block(const Facts& facts) {
  Block block = make_block("loop", "Rounds of the loop");
  for (const LoopRound& round : facts.result.rounds) {
    Item item = branch(fmt::format("round {}", round.number), {});
    for (const std::string& failed : round.failed)
      item.children.push_back(line("failed", failed));
    for (const std::string& changed : round.changed)
      item.children.push_back(line("changed", changed));
    if (item.children.empty()) item.value = "everything held";
    block.add(std::move(item));
  }
  return block;
}

}  // namespace

void add_proof_blocks(const Facts& facts, const std::vector<Requirement>& requirements,
                      Blocks& to) {
  for (Block block : {unmet_block(requirements), load_block(facts, requirements),
                      experiments_block(facts, requirements), messaging_block(facts),
                      checks_block(facts), loop_block(facts), model_notes_block(facts)})
    if (!block.empty()) to.push_back(std::move(block));
}

}  // namespace scantling
