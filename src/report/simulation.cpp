#include "report/simulation.h"

#include <algorithm>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "report/document.h"
#include "report/report.h"

namespace scantling {
namespace {

std::string interval_text(const Judgement& j) {
  if (j.measured.half_width < 0) return readable_measure(j.measured.mean, j.unit);
  return fmt::format("{} ({} to {})", readable_measure(j.measured.mean, j.unit),
                     readable_measure(std::max(0.0, j.measured.low()), j.unit),
                     readable_measure(j.measured.high(), j.unit));
}

Tone tone_of(Verdict verdict) {
  return verdict == Verdict::Holds   ? Tone::Good
         : verdict == Verdict::Fails ? Tone::Bad
                                     : Tone::Warn;
}

Block verdicts(const ExperimentResult& run) {
  Block block = make_block("verdicts", fmt::format("Verdicts of {}", run.name));
  Table table;
  table.columns = {{"expectation", false, 0},
                   {"measured", false, 0},
                   {"asked for", true, 0},
                   {"verdict", false, 0}};
  for (const Judgement& j : run.judgements)
    table.rows.push_back({{fmt::format("{} {}", j.subject, j.what), Tone::Plain},
                          {interval_text(j), Tone::Plain},
                          {fmt::format("{} {}", j.at_least ? "at least" : "at most",
                                       readable_measure(j.target, j.unit)),
                           Tone::Plain},
                          {std::string(to_text(j.verdict)), tone_of(j.verdict)}});
  if (!table.rows.empty()) block.tables.push_back(std::move(table));
  for (const Judgement& j : run.judgements)
    if (j.verdict == Verdict::Fails)
      for (const std::string& cause : j.causes)
        block.items.push_back(
            line(fmt::format("{} {}", j.subject, j.what), cause, Origin::Absent, Tone::Bad));
  return block;
}

Block operations(const Architecture& model, const ExperimentResult& run) {
  Block block = make_block("operations", fmt::format("Operations in {}", run.name));
  Table table;
  table.columns = {{"operation", false, 0},   {"offered", true, 0}, {"good", true, 3},
                   {"availability", true, 0}, {"p50", true, 2},     {"p99", true, 0},
                   {"p99.9", true, 3},        {"lost to", false, 4}};
  for (const OperationResult& of : run.operations) {
    std::vector<std::string> lost;
    const auto add = [&](const char* what, double rate) {
      if (rate > 0) lost.push_back(fmt::format("{} {}", what, readable(Rate{rate})));
    };
    add("timeout", of.errors.timeout), add("rejected", of.errors.rejected),
        add("failed", of.errors.failed);
    add("breaker", of.errors.breaker_open), add("lost", of.errors.lost),
        add("throttled", of.errors.throttled);
    table.rows.push_back({{model.operations[of.operation].name, Tone::Plain},
                          {readable(Rate{of.offered.mean}), Tone::Plain},
                          {readable(Rate{of.goodput.mean}), Tone::Plain},
                          {number_text(of.availability.mean * 100, 6) + "%", Tone::Plain},
                          {readable_seconds(of.latency.p50.mean), Tone::Plain},
                          {readable_seconds(of.latency.p99.mean), Tone::Plain},
                          {readable_seconds(of.latency.p999.mean), Tone::Plain},
                          {join(lost, ", "), Tone::Dim}});
  }
  block.tables.push_back(std::move(table));
  for (const auto& [id, hops] : run.critical_path) {
    std::vector<HopShare> sorted = hops;
    std::ranges::stable_sort(
        sorted, [](const HopShare& a, const HopShare& b) { return a.p99_seconds > b.p99_seconds; });
    std::vector<Item> children;
    for (std::size_t i = 0; i < sorted.size() && i < 4; ++i)
      children.push_back(
          line(sorted[i].name, fmt::format("{} on average, {} of the slowest 1%",
                                           readable_seconds(sorted[i].mean_seconds),
                                           readable_seconds(sorted[i].p99_seconds))));
    if (!children.empty())
      block.items.push_back(branch(fmt::format("where {}'s time goes", model.operations[id].name),
                                   std::move(children)));
  }
  return block;
}

Block stations(const ExperimentResult& run) {
  Block block = make_block("stations", fmt::format("What saturates first in {}", run.name));
  std::vector<const StationResult*> sorted;
  for (const StationResult& s : run.stations)
    sorted.push_back(&s);
  std::ranges::stable_sort(sorted, [](const StationResult* a, const StationResult* b) {
    return a->utilisation.mean > b->utilisation.mean;
  });
  Table table;
  table.columns = {{"station", false, 0}, {"kind", false, 3},       {"busy", true, 0},
                   {"arrivals", true, 0}, {"in progress", true, 2}, {"waiting", true, 1},
                   {"refused", true, 2},  {"instances", true, 4}};
  for (std::size_t i = 0; i < sorted.size() && i < 12; ++i) {
    const StationResult& s = *sorted[i];
    const Tone tone = s.utilisation.mean > .85  ? Tone::Bad
                      : s.utilisation.mean > .7 ? Tone::Warn
                                                : Tone::Plain;
    table.rows.push_back({{s.name, Tone::Plain},
                          {s.kind, Tone::Dim},
                          {number_text(s.utilisation.mean * 100, 3) + "%", tone},
                          {readable(Rate{s.rate.mean}), Tone::Plain},
                          {number_text(s.in_progress.mean, 3), Tone::Plain},
                          {number_text(s.queue.mean, 3), Tone::Plain},
                          {s.rejected > 0 ? readable(Rate{s.rejected}) : "",
                           s.rejected > 0 ? Tone::Bad : Tone::Plain},
                          {number_text(s.instances, 3), Tone::Plain}});
  }
  block.tables.push_back(std::move(table));
  for (const EdgeResult& edge : run.edges)
    if (edge.amplification > 1.01 || edge.breaker_open_share > 0)
      block.items.push_back(
          line(fmt::format("{} -> {}", edge.from, edge.to),
               fmt::format("x{} attempts{}", number_text(edge.amplification, 3),
                           edge.breaker_open_share > 0
                               ? fmt::format(", breaker open {}% of the time",
                                             number_text(edge.breaker_open_share * 100, 3))
                               : "")));
  return block;
}

Block channels(const Architecture& model, const ExperimentResult& run) {
  Block block = make_block("channels", fmt::format("Channels in {}", run.name));
  Table table;
  table.columns = {{"channel", false, 0},    {"published", true, 0},   {"handled", true, 1},
                   {"behind", true, 0},      {"most behind", true, 2}, {"delay p99", true, 0},
                   {"dead letters", true, 2}};
  for (const ChannelResult& c : run.channels)
    table.rows.push_back(
        {{model.channels[c.channel].name, Tone::Plain},
         {readable(Rate{c.published.mean}), Tone::Plain},
         {readable(Rate{c.consumed.mean}), Tone::Plain},
         {number_text(c.lag.mean, 3), Tone::Plain},
         {number_text(c.lag_max, 4), Tone::Plain},
         {readable_seconds(c.delay.p99.mean), Tone::Plain},
         {c.dead_lettered > 0 ? number_text(c.dead_lettered, 3) : "", Tone::Plain}});
  if (!table.rows.empty()) block.tables.push_back(std::move(table));
  return block;
}

Block about(const ExperimentResult& run) {
  Block block = make_block("about", fmt::format("About the run of {}", run.name));
  block.add(line(
      "measured",
      fmt::format("{} after a warm-up of {}, {}, {} events{}",
                  readable_seconds(run.measured_seconds), readable_seconds(run.warm_up_seconds),
                  plural(run.replications, "replication"), run.events,
                  run.incomplete ? "; incomplete: it was stopped" : ""),
      Origin::Absent, run.incomplete ? Tone::Warn : Tone::Plain));
  for (const std::string& note : run.notes)
    block.add(line("note", note, Origin::Absent, Tone::Dim));
  return block;
}

}  // namespace

std::string simulation_terminal(const Architecture& model, const SimulationResult& result,
                                const SimulationTextOptions& options) {
  Document document;
  document.title = fmt::format("Simulation of {}", model.name->empty() ? "the model" : *model.name);
  std::size_t counts[3] = {0, 0, 0};
  for (const ExperimentResult& run : result.experiments)
    for (const Judgement& j : run.judgements)
      ++counts[static_cast<std::size_t>(j.verdict)];
  document.facts.push_back(
      line("expectations",
           fmt::format("{} hold, {} fail, {} undecided", counts[0], counts[1], counts[2]),
           Origin::Absent,
           counts[1] > 0   ? Tone::Bad
           : counts[2] > 0 ? Tone::Warn
                           : Tone::Good));
  Section first;
  first.title = "VERDICTS";
  for (const ExperimentResult& run : result.experiments)
    if (Block block = verdicts(run); !block.empty()) first.blocks.push_back(std::move(block));
  if (!first.blocks.empty()) document.sections.push_back(std::move(first));
  for (const ExperimentResult& run : result.experiments) {
    Section section;
    section.title = run.name;
    for (Block block : {operations(model, run), stations(run), channels(model, run), about(run)})
      if (!block.empty()) section.blocks.push_back(std::move(block));
    document.sections.push_back(std::move(section));
  }
  return terminal_text(document, options.width, options.color);
}

std::string simulation_json(const Architecture& model, const SimulationResult& result) {
  DesignResult design;
  design.model = model;
  design.simulation = result;
  nlohmann::json all = nlohmann::json::parse(report_json(design, Sources()));
  const nlohmann::json out = {{"schema", "scantling.simulation/1"},
                              {"experiments", std::move(all["simulation"]["experiments"])}};
  return out.dump() + "\n";
}

}  // namespace scantling
