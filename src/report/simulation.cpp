#include "report/simulation.h"

#include <algorithm>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "report/document.h"
#include "report/facts.h"
#include "report/report.h"
#include "simulate/burn_rate.h"

namespace scantling {
namespace {

std::string interval_text(const Judgement& j) {
  if (j.measured.half_width <= 0) return readable_measure(j.measured.mean, j.unit);
  return fmt::format("{} ({} to {})", readable_measure(j.measured.mean, j.unit),
                     readable_measure(std::max(0.0, j.measured.low()), j.unit),
                     readable_measure(j.measured.high(), j.unit));
}

Tone tone_of(Verdict verdict) {
  return verdict == Verdict::Holds   ? Tone::Good
         : verdict == Verdict::Fails ? Tone::Bad
                                     : Tone::Warn;
}

std::string share_text(double share) {
  return number_text(std::min(1.0, share) * 100, 5) + "%";
}

Block verdicts(const ExperimentResult& run) {
  Block block = make_block("verdicts", fmt::format("Verdicts of {}", run.name));
  Table table;
  table.columns = {{"expectation", false, 0},
                   {"measured", false, 0},
                   {"asked for", true, 0},
                   {"verdict", false, 0}};
  for (const Judgement& j : run.judgements)
    table.rows.push_back(
        {{fmt::format("{} {}", j.subject, j.what), Tone::Plain},
         {interval_text(j) + (j.by_splitting ? ", by splitting" : ""), Tone::Plain},
         {fmt::format("{} {}", j.at_least ? "at least" : "at most",
                      readable_measure(j.target, j.unit)),
          Tone::Plain},
         {std::string(to_text(j.verdict)), tone_of(j.verdict)}});
  if (!table.rows.empty()) block.tables.push_back(std::move(table));
  return block;
}

// Why expectations fail; those that fail for the same reasons stand together.
Block reasons(const ExperimentResult& run) {
  Block block = make_block("reasons", fmt::format("Why {} fails", run.name));
  std::vector<std::pair<std::vector<std::string>, const std::vector<std::string>*>> seen;
  for (const Judgement& j : run.judgements) {
    if (j.verdict != Verdict::Fails || j.causes.empty()) continue;
    auto same = std::ranges::find_if(seen, [&](const auto& s) { return *s.second == j.causes; });
    if (same == seen.end()) same = seen.insert(seen.end(), {{}, &j.causes});
    same->first.push_back(fmt::format("{} {}", j.subject, j.what));
  }
  for (const auto& [what, causes] : seen) {
    std::vector<Item> children;
    for (const std::string& cause : *causes)
      children.push_back(line("", cause));
    Item item = branch(enumerate(what), std::move(children));
    item.tone = Tone::Bad;
    block.items.push_back(std::move(item));
  }
  return block;
}

Block operations(const Architecture& model, const ExperimentResult& run) {
  Block block = make_block("operations", "Operations");
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
    const bool none = of.offered.mean <= 0 && of.goodput.mean <= 0 && lost.empty();
    const auto seconds = [&](const Interval& time) -> Cell {
      return {none ? "" : readable_seconds(time.mean), Tone::Plain};
    };
    table.rows.push_back({{model.operations[of.operation].name, Tone::Plain},
                          {readable(Rate{of.offered.mean}), Tone::Plain},
                          {readable(Rate{of.goodput.mean}), Tone::Plain},
                          {none ? "" : share_text(of.availability.mean), Tone::Plain},
                          seconds(of.latency.p50),
                          seconds(of.latency.p99),
                          seconds(of.latency.p999),
                          {none ? "none came" : join(lost, ", "), Tone::Dim}});
  }
  block.tables.push_back(std::move(table));
  return block;
}

bool judged(const ExperimentResult& run, const std::string& operation) {
  return std::ranges::any_of(run.judgements,
                             [&](const Judgement& j) { return j.subject == operation; });
}

// What each hop adds to the median and to the slowest answers: the main ones, and the rest as one.
void hop_rows(const std::string& operation, const std::vector<HopShare>& hops, Table& table) {
  constexpr std::size_t shown = 4;
  const auto row = [&](const std::string& name, const HopShare& hop) {
    table.rows.push_back({{table.rows.empty() || name == operation ? operation : "", Tone::Plain},
                          {hop.name, Tone::Plain},
                          {readable_seconds(hop.p50_seconds), Tone::Plain},
                          {readable_seconds(hop.p99_seconds), Tone::Plain},
                          {readable_seconds(hop.mean_seconds), Tone::Plain}});
  };
  HopShare rest;
  for (std::size_t i = 0; i < hops.size(); ++i) {
    if (i < shown || hops.size() == shown + 1) {
      row(i == 0 ? operation : "", hops[i]);
      continue;
    }
    rest.p50_seconds += hops[i].p50_seconds;
    rest.p99_seconds += hops[i].p99_seconds;
    rest.mean_seconds += hops[i].mean_seconds;
  }
  if (hops.size() > shown + 1) {
    rest.name = fmt::format("{} more", hops.size() - shown);
    row("", rest);
  }
}

// Of an experiment that judges some operations, theirs alone.
Block times(const Architecture& model, const ExperimentResult& run) {
  Block block = make_block("times", "Where the time goes");
  const bool any = std::ranges::any_of(run.critical_path, [&](const auto& path) {
    return judged(run, model.operations[path.first].name);
  });
  Table table;
  table.columns = {{"operation", false, 0},
                   {"hop", false, 0},
                   {"adds to the median", true, 0},
                   {"to the slowest 1%", true, 0},
                   {"to the mean", true, 2}};
  for (const auto& [id, hops] : run.critical_path) {
    const std::string& name = model.operations[id].name;
    if (any && !judged(run, name)) continue;
    std::vector<HopShare> sorted = hops;
    std::ranges::stable_sort(
        sorted, [](const HopShare& a, const HopShare& b) { return a.p99_seconds > b.p99_seconds; });
    hop_rows(name, sorted, table);
  }
  if (!table.rows.empty()) block.tables.push_back(std::move(table));
  return block;
}

Block stations(const ExperimentResult& run) {
  Block block = make_block("stations", "What saturates first");
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
  return block;
}

// The calls that are tried more than once, or fail, or are cut off: the most multiplied first.
Block amplification(const ExperimentResult& run) {
  Block block = make_block("amplification", "Calls that multiply or fail");
  std::vector<const EdgeResult*> sorted;
  for (const EdgeResult& edge : run.edges)
    if (edge.amplification > 1.0005 || edge.breaker_open_share > 0 || edge.errors.total() > 0)
      sorted.push_back(&edge);
  std::ranges::stable_sort(sorted, [](const EdgeResult* a, const EdgeResult* b) {
    return a->amplification > b->amplification;
  });
  constexpr std::size_t shown = 12;
  Table table;
  table.columns = {{"call", false, 0},       {"first tries", true, 2},  {"all tries", true, 1},
                   {"times", true, 0},       {"failed tries", true, 0}, {"most by", false, 3},
                   {"breaker open", true, 1}};
  for (std::size_t i = 0; i < std::min(shown, sorted.size()); ++i) {
    const EdgeResult& e = *sorted[i];
    const std::pair<const char*, double> causes[] = {
        {"timeout", e.errors.timeout}, {"rejection", e.errors.rejected},
        {"failure", e.errors.failed},  {"open breaker", e.errors.breaker_open},
        {"loss", e.errors.lost},       {"throttling", e.errors.throttled}};
    const auto* worst =
        std::ranges::max_element(causes, {}, &std::pair<const char*, double>::second);
    table.rows.push_back(
        {{fmt::format("{} -> {}", e.from, e.to), Tone::Plain},
         {readable(Rate{e.first_attempts.mean}), Tone::Plain},
         {readable(Rate{e.attempts.mean}), Tone::Plain},
         {"x" + number_text(e.amplification, 4), e.amplification > 1.1 ? Tone::Warn : Tone::Plain},
         {e.errors.total() > 0 ? readable(Rate{e.errors.total()}) : "", Tone::Plain},
         {worst->second > 0 ? worst->first : "", Tone::Dim},
         {e.breaker_open_share > 0 ? number_text(e.breaker_open_share * 100, 3) + "%" : "",
          Tone::Plain}});
  }
  if (table.rows.empty() && !run.edges.empty())
    block.items.push_back(line("", "every call was answered well at the first try"));
  if (!table.rows.empty()) block.tables.push_back(std::move(table));
  if (sorted.size() > shown)
    block.items.push_back(line("", fmt::format("{} less multiplied are in the JSON",
                                               plural_of(sorted.size() - shown, "call"))));
  return block;
}

Tone part_tone(const PartResult& part, const PartResult& before) {
  if (part.seconds <= 0 || before.seconds <= 0) return Tone::Plain;
  return part.availability.mean < before.availability.mean - .001 ? Tone::Bad : Tone::Plain;
}

Block around_fault(const Architecture& model, const ExperimentResult& run,
                   const FaultWindow& window) {
  Block block =
      make_block("fault", fmt::format("Before, during and after {} ({} to {})", window.faults,
                                      readable_seconds(window.from_seconds),
                                      readable_seconds(window.to_seconds)));
  const bool any = std::ranges::any_of(window.operations, [&](const FaultEffect& e) {
    return judged(run, model.operations[e.operation].name);
  });
  Table table;
  table.columns = {{"operation", false, 0},   {"", false, 0},   {"good", true, 0},
                   {"availability", true, 0}, {"p50", true, 2}, {"p99", true, 0},
                   {"good again", false, 1}};
  for (const FaultEffect& e : window.operations) {
    const std::string& name = model.operations[e.operation].name;
    // Of those that nothing is asked of, only what suffers.
    const bool hurt =
        part_tone(e.during, e.before) == Tone::Bad || part_tone(e.after, e.before) == Tone::Bad;
    if (any && !judged(run, name) && !hurt) continue;
    const std::pair<const char*, const PartResult*> parts[] = {
        {"before", &e.before}, {"during", &e.during}, {"after", &e.after}};
    bool first = true;
    for (const auto& [when, part] : parts) {
      if (part->seconds <= 0) continue;
      std::string again;
      if (part == &e.after && e.before.seconds > 0)
        again = e.back_after_seconds < 0    ? "not in this run"
                : e.back_after_seconds == 0 ? "at once"
                                            : "after " + readable_seconds(e.back_after_seconds);
      const bool some = part->goodput.mean > 0;
      table.rows.push_back({{first ? name : "", Tone::Plain},
                            {when, Tone::Dim},
                            {readable(Rate{part->goodput.mean}), Tone::Plain},
                            {share_text(part->availability.mean), part_tone(*part, e.before)},
                            {some ? readable_seconds(part->p50.mean) : "", Tone::Plain},
                            {some ? readable_seconds(part->p99.mean) : "", Tone::Plain},
                            {again, again == "not in this run" ? Tone::Bad : Tone::Plain}});
      first = false;
    }
  }
  if (!table.rows.empty()) block.tables.push_back(std::move(table));
  return block;
}

Block channels(const Architecture& model, const ExperimentResult& run) {
  Block block = make_block("channels", "Channels");
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

// Of operations with an objective, the burn-rate alerts that a run with faults would have fired.
Block alerts(const Architecture& model, const ExperimentResult& run) {
  Block block = make_block("alerts", "Alerts that would have fired");
  if (run.fault_windows.empty()) return block;
  for (const OperationResult& o : run.operations) {
    const Operation& operation = model.operations[o.operation];
    if (!operation.objective || !operation.objective->availability) continue;
    std::vector<std::string> fired;
    for (const BurnAlert& alert : kBurnAlerts)
      if (const auto at = fires_after(o, operation.objective->availability->value, alert))
        fired.push_back(fmt::format("{} after {}", alert.name, readable_seconds(*at)));
    if (!fired.empty()) block.add(line(operation.name, enumerate(fired)));
  }
  return block;
}

// What was refused for its priority, where something was.
Block shed(const ExperimentResult& run) {
  Block block = make_block("shed", "Shed by priority");
  Table table;
  table.columns = {{"service", false, 0},
                   {"priority", true, 0},
                   {"refused from", true, 1},
                   {"arrivals", true, 2},
                   {"shed", true, 0}};
  for (const StationResult& s : run.stations) {
    if (std::ranges::none_of(s.shed, [](const ShedResult& c) { return c.refused.mean > 0; }))
      continue;
    for (const ShedResult& c : s.shed)
      table.rows.push_back(
          {{&c == &s.shed.front() ? s.name : "", Tone::Plain},
           {std::to_string(c.priority), Tone::Plain},
           {c.from < 0 ? "never" : fmt::format("{} in progress", c.from), Tone::Dim},
           {readable(Rate{c.offered.mean}), Tone::Plain},
           {c.refused.mean > 0
                ? fmt::format("{} ({})", readable(Rate{c.refused.mean}),
                              share_text(c.refused.mean / std::max(1e-12, c.offered.mean)))
                : "",
            c.refused.mean > 0 ? Tone::Warn : Tone::Plain}});
  }
  if (!table.rows.empty()) block.tables.push_back(std::move(table));
  return block;
}

// Shares so small that four digits after the point would hide them.
std::string small_share(double share) {
  return share <= 0 ? "none" : number_text(share * 100, 2) + "%";
}

Block stale_reads(const Architecture& model, const ExperimentResult& run) {
  Block block = make_block("reads", "Reads of copies that are behind");
  Table table;
  table.columns = {{"operation", false, 0},      {"reads", true, 2},
                   {"miss a write", true, 0},    {"may be as old as", true, 0},
                   {"older than that", true, 0}, {"oldest", true, 1}};
  for (const OperationResult& o : run.operations) {
    if (o.reads.rate.mean <= 0) continue;
    table.rows.push_back(
        {{model.operations[o.operation].name, Tone::Plain},
         {readable(Rate{o.reads.rate.mean}), Tone::Plain},
         {small_share(o.reads.outdated.mean), Tone::Plain},
         {readable_seconds(o.reads.allowed_seconds), Tone::Plain},
         {small_share(o.reads.stale.mean), o.reads.stale.mean > 0 ? Tone::Warn : Tone::Plain},
         {o.reads.oldest_seconds > 0 ? readable_seconds(o.reads.oldest_seconds) : "",
          Tone::Plain}});
  }
  if (!table.rows.empty()) block.tables.push_back(std::move(table));
  return block;
}

Block copies(const Architecture& model, const ExperimentResult& run) {
  Block block = make_block("copies", "Copies that writes do not wait for");
  Table table;
  table.columns = {{"store", false, 0},        {"behind p50", true, 1}, {"behind p99", true, 0},
                   {"most", true, 2},          {"failovers", true, 3},  {"lost writes", true, 0},
                   {"the oldest by", true, 2}, {"may lose", true, 1}};
  for (const CopiesResult& c : run.copies)
    table.rows.push_back(
        {{model.stores[c.store].name, Tone::Plain},
         {readable_seconds(c.lag.p50.mean), Tone::Plain},
         {readable_seconds(c.lag.p99.mean), Tone::Plain},
         {readable_seconds(c.lag.max), Tone::Plain},
         {c.failovers > 0 ? number_text(c.failovers, 3) : "", Tone::Plain},
         {c.failovers > 0 ? number_text(c.lost_writes.mean, 3) : "",
          c.lost_writes.mean > 0 ? Tone::Warn : Tone::Plain},
         {c.lost_seconds > 0 ? readable_seconds(c.lost_seconds) : "", Tone::Plain},
         {c.allowed_seconds >= 0 ? readable_seconds(c.allowed_seconds) : "", Tone::Plain}});
  if (!table.rows.empty()) block.tables.push_back(std::move(table));
  return block;
}

// Half widths of 99% intervals, as a share of what they are about.
std::string precision_text(double precision) {
  if (!(precision > 0) || precision > 10) return "";
  return fmt::format(", the least certain figure to within {}%", number_text(precision * 100, 2));
}

Block about(const SimulationResult& all, const ExperimentResult& run) {
  Block block = make_block("about", "About this run");
  block.add(line(
      "measured",
      fmt::format("{} after a warm-up of {}, {}, {} events{}{}",
                  readable_seconds(run.measured_seconds), readable_seconds(run.warm_up_seconds),
                  plural(run.replications, "replication"), count_text(run.events),
                  precision_text(run.precision),
                  run.incomplete ? "; incomplete: it was stopped" : ""),
      Origin::Absent, run.incomplete ? Tone::Warn : Tone::Plain));
  for (const std::string& note : own_notes(all, run))
    block.add(line("note", note, Origin::Absent, Tone::Dim));
  return block;
}

Item summary(const SimulationResult& result) {
  std::size_t counts[3] = {0, 0, 0};
  for (const ExperimentResult& run : result.experiments)
    for (const Judgement& j : run.judgements)
      ++counts[static_cast<std::size_t>(j.verdict)];
  return line("expectations",
              fmt::format("{} hold, {} fail, {} undecided", counts[0], counts[1], counts[2]),
              Origin::Absent,
              counts[1] > 0   ? Tone::Bad
              : counts[2] > 0 ? Tone::Warn
                              : Tone::Good);
}

Section run_section(const Architecture& model, const SimulationResult& result,
                    const ExperimentResult& run) {
  Section section;
  section.title = fmt::format("IN {}", run.name);
  std::vector<Block> blocks = {operations(model, run), times(model, run), stations(run),
                               amplification(run), shed(run)};
  for (const FaultWindow& window : run.fault_windows)
    blocks.push_back(around_fault(model, run, window));
  blocks.push_back(alerts(model, run));
  blocks.push_back(channels(model, run));
  blocks.push_back(stale_reads(model, run));
  blocks.push_back(copies(model, run));
  blocks.push_back(about(result, run));
  for (Block& block : blocks)
    if (!block.empty()) section.blocks.push_back(std::move(block));
  return section;
}

}  // namespace

std::string simulation_terminal(const Architecture& model, const SimulationResult& result,
                                const SimulationTextOptions& options) {
  Document document;
  document.title = fmt::format("Simulation of {}", model.name->empty() ? "the model" : *model.name);
  document.facts.push_back(summary(result));
  for (const std::string& name : options.not_run)
    document.facts.push_back(line("not run", name, Origin::Absent, Tone::Warn));
  Section first;
  first.title = "VERDICTS";
  for (const ExperimentResult& run : result.experiments) {
    for (Block block : {verdicts(run), reasons(run)})
      if (!block.empty()) first.blocks.push_back(std::move(block));
  }
  if (!first.blocks.empty()) document.sections.push_back(std::move(first));
  for (const ExperimentResult& run : result.experiments)
    document.sections.push_back(run_section(model, result, run));
  Block shared = make_block("notes", "Of every run");
  for (const std::string& note : common_notes(result))
    shared.add(line("note", note, Origin::Absent, Tone::Dim));
  if (!shared.empty()) document.sections.push_back({"NOTES", {shared}});
  return terminal_text(document, options.width, options.color);
}

std::string simulation_json(const Architecture& model, const SimulationResult& result,
                            const std::vector<std::string>& not_run) {
  DesignResult design;
  design.model = model;
  design.simulation = result;
  nlohmann::json all = nlohmann::json::parse(report_json(design, Sources()));
  const bool incomplete =
      !not_run.empty() || std::ranges::any_of(result.experiments, &ExperimentResult::incomplete);
  const nlohmann::json out = {{"schema", "scantling.simulation/1"},
                              {"incomplete", incomplete},
                              {"not_run", not_run},
                              {"experiments", std::move(all["simulation"]["experiments"])}};
  return out.dump() + "\n";
}

}  // namespace scantling
