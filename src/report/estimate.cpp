#include "report/estimate.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "base/text.h"
#include "report/document.h"
#include "report/facts.h"

namespace scantling {
namespace {

constexpr int kBar = 24;

std::string seconds_text(double seconds) {
  return std::isfinite(seconds) ? readable_seconds(seconds) : "grows for ever";
}

std::string rate_text(double rate) {
  return std::isfinite(rate) ? per_second(rate) : "no limit";
}

// Load with every retry and miss happening that it drains again: see judge in estimate.cpp.
double stable_up_to(const StationEstimate& station) {
  return std::min(station.hidden_capacity, station.capacity);
}

// From no load to what it can take: '#' the load, '.' stable, '~' where a trigger can push it into
// a state that it doesn't leave; '>' over what it can take.
std::string bar(const StationEstimate& station) {
  if (!std::isfinite(station.capacity)) return "no limit";
  if (station.capacity <= 0) return std::string(kBar, '#') + '>';
  const auto cells = [&](double rate) {
    return std::clamp(static_cast<int>(std::lround(kBar * rate / station.capacity)), 0, kBar);
  };
  std::string out(kBar, '~');
  std::fill_n(out.begin(), cells(stable_up_to(station)), '.');
  std::fill_n(out.begin(), std::max(station.arrival_rate > 0 ? 1 : 0, cells(station.arrival_rate)),
              '#');
  return out + (station.arrival_rate > station.capacity ? '>' : '|');
}

Tone tone_of(Stability stability) {
  switch (stability) {
    case Stability::Stable: return Tone::Good;
    case Stability::Vulnerable: return Tone::Warn;
    case Stability::Overloaded: return Tone::Bad;
  }
  return Tone::Plain;
}

// What is nearest to its frontier first.
std::vector<const StationEstimate*> by_headroom(const Estimate& estimate) {
  std::vector<const StationEstimate*> out;
  for (const StationEstimate& station : estimate.stations)
    if (station.arrival_rate > 0) out.push_back(&station);
  const auto used = [](const StationEstimate& s) {
    const double most = stable_up_to(s);
    return most > 0 ? s.arrival_rate / most : 2;
  };
  std::ranges::stable_sort(out, [&](const StationEstimate* a, const StationEstimate* b) {
    if (a->stability != b->stability) return a->stability > b->stability;
    return used(*a) > used(*b);
  });
  return out;
}

Block frontier(const Estimate& estimate, const std::string& at) {
  Block block = make_block("frontier", fmt::format("Stability frontier {}", at));
  Table table;
  table.columns = {{"element", false, 0}, {"load", true, 0},         {"busy", true, 2},
                   {"map", false, 0},     {"stable up to", true, 0}, {"takes at most", true, 1},
                   {"", false, 0}};
  bool vulnerable = false;
  for (const StationEstimate* s : by_headroom(estimate)) {
    vulnerable = vulnerable || s->stability == Stability::Vulnerable;
    table.rows.push_back({{s->kind + " " + s->name, Tone::Plain},
                          {rate_text(s->arrival_rate), Tone::Plain},
                          {percent(std::max(s->utilisation, s->slots_in_use), 3), Tone::Plain},
                          {bar(*s), tone_of(s->stability)},
                          {rate_text(stable_up_to(*s)), Tone::Plain},
                          {rate_text(s->capacity), Tone::Plain},
                          {std::string(to_text(s->stability)), tone_of(s->stability)}});
  }
  if (table.rows.empty()) {
    block.add(line("", "nothing is asked for: no operation has a load"));
    return block;
  }
  block.tables.push_back(std::move(table));
  block.add(line("#", "the load", Origin::Absent, Tone::Dim));
  block.add(line(".", "stable: taken for ever with every retry and miss happening", Origin::Absent,
                 Tone::Dim));
  block.add(line("~", "vulnerable: taken, but what once pushes it over keeps it there",
                 Origin::Absent, Tone::Dim));
  if (vulnerable)
    block.add(line("smallest trigger", "by simulation: scantling simulate MODEL --find trigger"));
  return block;
}

Block operations(const Architecture& model, const Estimate& estimate) {
  Block block = make_block("operations", "Operations");
  Table table;
  table.columns = {{"operation", false, 0}, {"load", true, 0},        {"mean", true, 2},
                   {"p50", true, 3},        {"p99", true, 0},         {"p99.9", true, 3},
                   {"asked", true, 1},      {"availability", true, 0}};
  for (const OperationEstimate& o : estimate.operations) {
    if (!o.entry.service.valid()) continue;
    const Operation& operation = model.operations[o.operation];
    const Objective& asked = operation.objective.value;
    const bool late = asked.p99 && o.p99_seconds > asked.p99->seconds();
    table.rows.push_back({{operation.name, Tone::Plain},
                          {rate_text(o.rate), Tone::Plain},
                          {seconds_text(o.mean_seconds), Tone::Plain},
                          {seconds_text(o.p50_seconds), Tone::Plain},
                          {seconds_text(o.p99_seconds), late ? Tone::Bad : Tone::Plain},
                          {seconds_text(o.p999_seconds), Tone::Plain},
                          {asked.p99 ? to_text(*asked.p99) : "-", Tone::Dim},
                          {percent(o.availability, 5), Tone::Plain}});
  }
  if (!table.rows.empty()) block.tables.push_back(std::move(table));
  return block;
}

Block cost(const Estimate& estimate) {
  Block block = make_block("cost", "Cost a month");
  if (estimate.cost.empty()) return block;
  block.add(line("in all", money(estimate.cost_per_month, estimate.currency)));
  return block;
}

Block left_out(const Estimate& estimate) {
  Block block = make_block("left-out", "Where it does not apply");
  for (const std::string& part : estimate.does_not_apply)
    block.add(line("", part, Origin::Absent, Tone::Warn));
  if (!block.items.empty()) block.add(line("", "for these, simulate: scantling simulate MODEL"));
  return block;
}

}  // namespace

std::string estimate_terminal(const Architecture& model, const Estimate& estimate,
                              const EstimateTextOptions& options) {
  Document document;
  document.title = fmt::format("Estimate of {}", model.name->empty() ? "the model" : *model.name);
  Section section;
  section.title = "ESTIMATED";
  for (Block block : {frontier(estimate, options.at), operations(model, estimate), cost(estimate),
                      left_out(estimate)})
    if (!block.empty()) section.blocks.push_back(std::move(block));
  document.sections.push_back(std::move(section));
  return terminal_text(document, options.width, options.color);
}

}  // namespace scantling
