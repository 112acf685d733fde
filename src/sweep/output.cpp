#include "sweep/output.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/units.h"
#include "report/document.h"

namespace scantling::sweep {
namespace {

constexpr std::size_t kMostPointsShown = 32;
constexpr std::size_t kMostEffectsShown = 30;
constexpr double kLeastShare = .001;  // of the variance; what explains less is counted, not shown

std::string count(std::uint64_t n, std::string_view noun) {
  return plural(static_cast<std::int64_t>(n), noun);
}

std::string value_text(double value, const std::string& unit) {
  if (std::isnan(value)) return "not one good answer in some run";
  if (unit.ends_with("/month"))
    return readable(MoneyPerMonth{value, unit.substr(0, unit.size() - 6)});
  if (unit == "/s") return readable(Rate{value});
  return readable_measure(value, unit);
}

std::string interval_text(const Interval& i, const std::string& unit) {
  if (i.half_width <= 0 || std::isnan(i.mean)) return value_text(i.mean, unit);
  return fmt::format("{} ± {}", value_text(i.mean, unit), value_text(i.half_width, unit));
}

Tone tone_of(Verdict verdict) {
  return verdict == Verdict::Holds   ? Tone::Good
         : verdict == Verdict::Fails ? Tone::Bad
                                     : Tone::Warn;
}

// "cart.instances=3 load=x1.5"
std::string point_text(const Plan& plan, std::uint64_t point) {
  const auto at = plan.levels(point);
  std::string out;
  for (std::size_t i = 0; i < at.size(); ++i)
    out += fmt::format("{}{}={}", out.empty() ? "" : ", ", plan.parameters[i].label,
                       plan.parameters[i].values[at[i]]);
  return out.empty() ? "the model as it is" : out;
}

const ObjectiveResult* cost_of(const Analysis& analysis, const PointResult& point,
                               std::string& unit) {
  for (std::size_t i = 0; i < analysis.objectives.size(); ++i)
    if (analysis.objectives[i].of_point && !std::isnan(point.results[i].measured.mean)) {
      unit = analysis.objectives[i].unit;
      return &point.results[i];
    }
  return nullptr;
}

// The expectation that does worst at the point: what fails, else what is undecided.
std::string worst_text(const Plan& plan, const Analysis& analysis, const PointResult& point) {
  if (!point.problem.empty()) return point.problem;
  for (const Verdict wanted : {Verdict::Fails, Verdict::Undecided})
    for (std::size_t i = 0; i < point.results.size(); ++i) {
      const Objective& o = analysis.objectives[i];
      if (!o.judged || point.results[i].verdict != wanted) continue;
      return fmt::format(
          "{} {}, {} {}", to_text(plan, o), interval_text(point.results[i].measured, o.unit),
          o.at_least ? "at least" : "at most", value_text(point.results[i].target, o.unit));
    }
  return "";
}

std::vector<Cell> point_row(const Plan& plan, const Analysis& analysis, const PointResult& point) {
  std::string unit;
  const ObjectiveResult* cost = cost_of(analysis, point, unit);
  return {{std::to_string(point.point), Tone::Dim},
          {point_text(plan, point.point), Tone::Plain},
          {cost == nullptr ? "" : value_text(cost->measured.mean, unit), Tone::Plain},
          {point.complete ? std::string(to_text(point.verdict))
                          : fmt::format("{} so far", to_text(point.verdict)),
           tone_of(point.verdict)},
          {worst_text(plan, analysis, point), Tone::Dim}};
}

Table point_table() {
  Table table;
  table.columns = {{"point", true, 1},
                   {"values", false, 0},
                   {"cost", true, 2},
                   {"verdict", false, 0},
                   {"what decides it", false, 0}};
  return table;
}

Block points_block(const Plan& plan, const Analysis& analysis) {
  Block block = make_block("points", "Points");
  std::size_t holds = 0, fails = 0;
  for (const PointResult& p : analysis.points) {
    holds += p.verdict == Verdict::Holds;
    fails += p.verdict == Verdict::Fails;
  }
  const std::size_t rest = analysis.points.size() - holds - fails;
  block.add(line("verdicts", fmt::format("{} hold every expectation, {} fail one, {} undecided",
                                         holds, fails, rest)));
  if (analysis.first_failing) {
    const PointResult& first = analysis.points[*analysis.first_failing];
    Item item = branch("first that fails", {});
    item.children.push_back(line(fmt::format("point {}", first.point),
                                 point_text(plan, first.point), Origin::Absent, Tone::Bad));
    item.children.push_back(line("fails", worst_text(plan, analysis, first)));
    block.items.push_back(std::move(item));
  }
  if (!analysis.best.empty()) {
    Item item = branch("best that hold, the cheapest first", {});
    for (const std::size_t i : analysis.best) {
      const PointResult& p = analysis.points[i];
      std::string unit;
      const ObjectiveResult* cost = cost_of(analysis, p, unit);
      const std::string price =
          cost == nullptr ? "" : fmt::format(" ({})", value_text(cost->measured.mean, unit));
      item.children.push_back(line(fmt::format("point {}", p.point),
                                   point_text(plan, p.point) + price, Origin::Absent, Tone::Good));
    }
    block.items.push_back(std::move(item));
  }
  if (analysis.points.size() > kMostPointsShown)
    block.add(line("not shown", fmt::format("the table of {}; --format csv and the database have "
                                            "every run",
                                            count(analysis.points.size(), "point"))));
  return block;
}

Block table_block(const Plan& plan, const Analysis& analysis) {
  Block block = make_block("point-table", "Every point");
  if (analysis.points.size() > kMostPointsShown) return block;
  Table table = point_table();
  for (const PointResult& p : analysis.points)
    table.rows.push_back(point_row(plan, analysis, p));
  if (!table.rows.empty()) block.tables.push_back(std::move(table));
  return block;
}

Block effects_block(const Plan& plan, const Analysis& analysis) {
  Block block = make_block("effects", "Which parameter moves what");
  for (const std::size_t o : analysis.uncompared)
    block.add(line(
        "left out",
        fmt::format("{}: there is no value at some points", to_text(plan, analysis.objectives[o])),
        Origin::Absent, Tone::Warn));
  if (analysis.effects.empty()) {
    block.add(line("", analysis.no_effects));
    return block;
  }
  if (plan.replications < 2)
    block.add(line("intervals", "none with one seed; give --replications 5 or more"));
  Table table;
  table.columns = {{"objective", false, 0},
                   {"parameter", false, 0},
                   {"from first to last value", false, 1},
                   {"changes by", false, 0},
                   {"explains", true, 0}};
  std::size_t left_out = 0;
  for (const Effect& e : analysis.effects) {
    if (e.share < kLeastShare || table.rows.size() >= kMostEffectsShown) {
      ++left_out;
      continue;
    }
    const Objective& o = analysis.objectives[e.objective];
    const Parameter& p = plan.parameters[e.parameter];
    const bool sure = e.change.half_width >= 0 && std::abs(e.change.mean) > e.change.half_width;
    const std::string sign = e.change.mean > 0 ? "+" : e.change.mean < 0 ? "-" : "";
    Interval size = e.change;
    size.mean = std::abs(size.mean);
    table.rows.push_back({{to_text(plan, o), Tone::Plain},
                          {p.label, Tone::Plain},
                          {fmt::format("{} to {}", p.values.front(), p.values.back()), Tone::Dim},
                          {sign + interval_text(size, o.unit),
                           sure || e.change.half_width == 0 ? Tone::Plain : Tone::Dim},
                          {number_text(e.share * 100, 3) + "%", Tone::Plain}});
  }
  if (!table.rows.empty()) block.tables.push_back(std::move(table));
  if (left_out > 0) block.add(line("not shown", count(left_out, "effect") + " smaller than these"));
  return block;
}

nlohmann::json number(double x) {
  return std::isfinite(x) ? nlohmann::json(x) : nlohmann::json();
}

using Json = nlohmann::json;

Json interval_json(const Interval& i) {
  if (i.half_width < 0 || std::isnan(i.mean)) return {{"mean", number(i.mean)}};
  return {{"mean", number(i.mean)}, {"low", number(i.low())}, {"high", number(i.high())}};
}

Json plan_json(const Plan& plan) {
  Json parameters = Json::array();
  for (const Parameter& p : plan.parameters)
    parameters.push_back({{"path", p.path}, {"values", p.values}});
  Json scenarios = Json::array();
  for (const Scenario& s : plan.scenarios)
    scenarios.push_back({{"name", s.name}, {"fault", s.fault.empty() ? Json() : Json(s.fault)}});
  return {{"parameters", std::move(parameters)},
          {"scenarios", std::move(scenarios)},
          {"replications", plan.replications},
          {"seed", plan.seed},
          {"measured_seconds", plan.measured.seconds()}};
}

Json point_json(const Plan& plan, const Analysis& analysis, const PointResult& point) {
  Json values = Json::object();
  for (const Setting& s : plan.settings(point.point))
    values[s.path] = s.value;
  Json results = Json::array();
  for (std::size_t i = 0; i < point.results.size(); ++i) {
    const Objective& o = analysis.objectives[i];
    const ObjectiveResult& r = point.results[i];
    Json one = interval_json(r.measured);
    one["objective"] = i;
    if (o.judged) {
      one["target"] = number(r.target);
      one["verdict"] = scantling::to_text(r.verdict);
    }
    results.push_back(std::move(one));
  }
  return {{"point", point.point},
          {"values", std::move(values)},
          {"runs", point.runs},
          {"complete", point.complete},
          {"verdict", scantling::to_text(point.verdict)},
          {"problem", point.problem.empty() ? Json() : Json(point.problem)},
          {"results", std::move(results)}};
}

}  // namespace

std::string terminal(const Plan& plan, const Analysis& analysis, const OutputOptions& options) {
  Document document;
  document.title = fmt::format("Sweep of {}", options.system.empty() ? "a model" : options.system);
  std::string all = fmt::format("{} x {} x {}", count(plan.points(), "point"),
                                count(plan.scenarios.size(), "scenario"),
                                count(static_cast<std::uint64_t>(plan.replications), "seed"));
  document.facts.push_back(line("campaign", std::move(all)));
  const bool incomplete = analysis.done < analysis.wanted;
  document.facts.push_back(
      line("runs",
           fmt::format("{} of {}{}", analysis.done, analysis.wanted,
                       incomplete ? "; incomplete: the same command goes on from here" : ""),
           Origin::Absent, incomplete ? Tone::Warn : Tone::Plain));
  if (!options.database.empty()) document.facts.push_back(line("database", options.database));
  Section section;
  section.title = "FOUND";
  for (Block block :
       {points_block(plan, analysis), effects_block(plan, analysis), table_block(plan, analysis)})
    if (!block.empty()) section.blocks.push_back(std::move(block));
  document.sections.push_back(std::move(section));
  return terminal_text(document, options.width, options.color);
}

std::string json(const Plan& plan, const Analysis& analysis, const OutputOptions& options) {
  Json objectives = Json::array();
  for (const Objective& o : analysis.objectives)
    objectives.push_back({{"scenario", o.of_point ? Json() : Json(plan.scenarios[o.scenario].name)},
                          {"subject", o.subject},
                          {"what", o.what},
                          {"unit", o.unit},
                          {"judged", o.judged},
                          {"at_least", o.at_least}});
  Json points = Json::array();
  for (const PointResult& p : analysis.points)
    points.push_back(point_json(plan, analysis, p));
  Json effects = Json::array();
  for (const Effect& e : analysis.effects) {
    Json one = {{"objective", e.objective},
                {"parameter", plan.parameters[e.parameter].path},
                {"change", interval_json(e.change)},
                {"share", number(e.share)}};
    effects.push_back(std::move(one));
  }
  Json best = Json::array();
  for (const std::size_t i : analysis.best)
    best.push_back(analysis.points[i].point);
  const Json out = {
      {"schema", "scantling.sweep/1"},
      {"system", options.system},
      {"plan", plan_json(plan)},
      {"runs", {{"done", analysis.done}, {"wanted", analysis.wanted}}},
      {"incomplete", analysis.done < analysis.wanted},
      {"objectives", std::move(objectives)},
      {"points", std::move(points)},
      {"effects", std::move(effects)},
      {"no_effects", analysis.no_effects.empty() ? Json() : Json(analysis.no_effects)},
      {"best", std::move(best)},
      {"first_failing",
       analysis.first_failing ? Json(analysis.points[*analysis.first_failing].point) : Json()}};
  return out.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace scantling::sweep
