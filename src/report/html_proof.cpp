// Runs of the simulator as HTML: judgements, charts, critical paths.
#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "report/chart.h"
#include "report/html.h"
#include "report/svg.h"

namespace scantling {

namespace {

constexpr std::size_t kPathsShown = 4;    // critical paths of a run, the nearest to their limits
constexpr std::size_t kStationLines = 4;  // the busiest, in one chart

const Series* find_series(const std::vector<Series>& list, std::string_view name) {
  for (const Series& series : list)
    if (series.name == name) return &series;
  return nullptr;
}

ChartLine line_of(const Series& series, std::string name, std::string style, bool peaks) {
  return {std::move(name), std::move(style), series.values, series.bucket_seconds, peaks};
}

// No answer takes no time: a quantile of 0 is that of a second without good answers.
ChartLine without_zeros(ChartLine line) {
  for (double& value : line.values)
    if (value == 0) value = std::numeric_limits<double>::quiet_NaN();
  return line;
}

const Judgement* judgement_of(const ExperimentResult& run, std::string_view subject,
                              std::string_view what) {
  for (const Judgement& judgement : run.judgements)
    if (judgement.subject == subject && judgement.what == what) return &judgement;
  return nullptr;
}

std::string operation_charts(const Facts& facts, const ExperimentResult& run,
                             const OperationResult& result) {
  const Operation& op = facts.model.operations[result.operation];
  std::string out;
  LineChart rate{op.name + ": rate", "/s", {}, {}, {}, run.fault_bands};
  if (const Series* offered = find_series(result.series, "offered"))
    rate.lines.push_back(line_of(*offered, "offered", "offered", false));
  if (const Series* goodput = find_series(result.series, "goodput"))
    rate.lines.push_back(line_of(*goodput, "answered well", "good", false));
  if (const Series* errors = find_series(result.series, "errors")) {
    const bool any = std::any_of(errors->values.begin(), errors->values.end(),
                                 [](double value) { return value > 0; });
    if (any) rate.lines.push_back(line_of(*errors, "failed", "slow", false));
  }
  out += chart_svg(rate);
  LineChart latency{op.name + ": p99", "s", {}, {}, {}, run.fault_bands};
  if (const Series* p99 = find_series(result.series, "p99"))
    latency.lines.push_back(without_zeros(line_of(*p99, "p99", "good", true)));
  if (const Judgement* judged = judgement_of(run, op.name, "p99")) {
    latency.threshold = judged->target;
    latency.threshold_label = "asked";
  } else if (op.objective && op.objective->p99) {
    latency.threshold = op.objective->p99->seconds();
    latency.threshold_label = "objective";
  }
  return out + chart_svg(latency);
}

std::string station_chart(const ExperimentResult& run) {
  std::vector<const StationResult*> stations;
  for (const StationResult& station : run.stations)
    if (find_series(station.series, "utilisation")) stations.push_back(&station);
  std::stable_sort(stations.begin(), stations.end(),
                   [](const StationResult* a, const StationResult* b) {
                     return a->utilisation.mean > b->utilisation.mean;
                   });
  if (stations.size() > kStationLines) stations.resize(kStationLines);
  LineChart chart{"the busiest: utilisation", "share", {}, {}, {}, run.fault_bands};
  const char* styles[] = {"a", "b", "c", "d"};
  for (std::size_t i = 0; i < stations.size(); ++i)
    chart.lines.push_back(line_of(*find_series(stations[i]->series, "utilisation"),
                                  stations[i]->name, styles[i], false));
  return chart_svg(chart);
}

std::string causes_html(const std::vector<std::string>& causes) {
  if (causes.empty()) return "<td></td>";
  std::string out = "<td class=\"causes\"><ul>";
  for (const std::string& cause : causes)
    out += fmt::format("<li>{}</li>", escape_html(cause));
  return out + "</ul></td>";
}

std::string judgements_html(const ExperimentResult& run,
                            const std::vector<Requirement>& requirements) {
  const std::string scenario = run.name == "peak" ? "at peak" : run.name;
  std::string out;
  auto is_judged = [&](const Requirement& item) {
    return item.scenario == scenario && !item.reached.empty();
  };
  const bool any_cause =
      std::any_of(requirements.begin(), requirements.end(),
                  [&](const Requirement& item) { return is_judged(item) && !item.causes.empty(); });
  for (const Requirement& item : requirements) {
    if (!is_judged(item)) continue;
    out += fmt::format(
        "<tr><th scope=\"row\">{}</th><td><span class=\"chip {}\">{}</span></td><td "
        "class=\"num\">{}</td><td class=\"asked\">{}</td>{}</tr>",
        escape_html(item.what.empty() ? item.subject : item.subject + " " + item.what),
        style_of(item.verdict), to_text(item.verdict), escape_html(item.reached),
        escape_html(item.target), any_cause ? causes_html(item.causes) : "");
  }
  if (out.empty()) return "<p>Nothing is expected of this run.</p>";
  return fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"expectations\"><table>"
      "<thead><tr><th scope=\"col\">expectation</th><th scope=\"col\">verdict</th><th "
      "class=\"num\" scope=\"col\">reached</th><th scope=\"col\">asked</th>{}</tr></thead><tbody>{}"
      "</tbody></table></div>\n",
      any_cause ? "<th scope=\"col\">because</th>" : "", out);
}

// How near the operation's slowest answers are to what is asked: failing ones first.
double nearness(const Facts& facts, const ExperimentResult& run, OperationId id,
                const std::vector<HopShare>& hops) {
  const Operation& op = facts.model.operations[id];
  double nearest = -1, slowest = 0;
  for (const Judgement& judgement : run.judgements)
    if (judgement.subject == op.name && judgement.verdict != Verdict::Holds) nearest = 1;
  for (const HopShare& hop : hops)
    slowest += hop.p99_seconds;
  if (op.objective && op.objective->p99)
    nearest = std::max(nearest, slowest / op.objective->p99->seconds());
  return nearest;
}

// Hops that add less than a hundredth of the slowest answers' time become one.
std::vector<BarPart> main_hops(const std::vector<HopShare>& hops) {
  double all = 0, mean_all = 0;
  for (const HopShare& hop : hops) {
    all += hop.p99_seconds;
    mean_all += hop.mean_seconds;
  }
  std::vector<BarPart> out;
  BarPart rest;
  std::size_t merged = 0;
  for (const HopShare& hop : hops) {
    if (hop.p99_seconds >= .01 * all || hop.mean_seconds >= .01 * mean_all) {
      out.push_back({hop.name, hop.mean_seconds, hop.p99_seconds});
      continue;
    }
    rest.name = hop.name;
    rest.mean += hop.mean_seconds;
    rest.p99 += hop.p99_seconds;
    ++merged;
  }
  if (merged > 0) {
    if (merged > 1) rest.name = plural_of(merged, "smaller hop");
    out.push_back(rest);
  }
  return out;
}

std::string critical_paths(const Facts& facts, const ExperimentResult& run) {
  using Path = std::pair<OperationId, std::vector<HopShare>>;
  std::vector<std::pair<double, const Path*>> paths;
  for (const Path& path : run.critical_path)
    if (!path.second.empty())
      paths.push_back({nearness(facts, run, path.first, path.second), &path});
  if (paths.empty()) return "";
  std::stable_sort(paths.begin(), paths.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  const std::size_t left_out = paths.size() - std::min(paths.size(), kPathsShown);
  paths.resize(paths.size() - left_out);
  std::string out;
  for (const auto& [near, path] : paths) {
    const std::vector<BarPart> parts = main_hops(path->second);
    out += fmt::format(
        "<figure class=\"panel\"><figcaption><h4>Critical path of {}</h4></figcaption>{}"
        "</figure>\n",
        escape_html(facts.model.operations[path->first].name), bars_html(parts));
  }
  out = "<div class=\"paths\">" + out + "</div>\n";
  if (left_out > 0)
    out += fmt::format("<p class=\"note\">{} further from what is asked not shown.</p>",
                       plural_of(left_out, "critical path"));
  return out;
}

std::string run_html(const Facts& facts, const ExperimentResult& run,
                     const std::vector<Requirement>& requirements) {
  std::string out = fmt::format(
      "<article class=\"run\" id=\"experiment-{}\"><h3>{}</h3><p class=\"note\">{} of {} after {} "
      "of "
      "warm-up, {} events{}</p>",
      anchor(run.name), escape_html(run.name == "peak" ? "Peak load" : run.name),
      plural(run.replications, "run"), readable_seconds(run.measured_seconds),
      readable_seconds(run.warm_up_seconds), count_text(run.events),
      run.incomplete ? "; stopped early" : "");
  const Id<Experiment> id = find_by_name(facts.model.experiments, run.name);
  if (id.valid() && facts.model.experiments[id].summary)
    out += fmt::format("<p>{}</p>", escape_html(*facts.model.experiments[id].summary));
  out += judgements_html(run, requirements);
  // Charts of what is judged in this run; the numbers of all operations are in the tables.
  std::string charts;
  std::size_t left_out = 0;
  for (const OperationResult& result : run.operations) {
    const std::string& name = facts.model.operations[result.operation].name;
    const bool judged =
        std::any_of(run.judgements.begin(), run.judgements.end(),
                    [&](const Judgement& judgement) { return judgement.subject == name; });
    if (judged)
      charts += operation_charts(facts, run, result);
    else if (!result.series.empty())
      ++left_out;
  }
  charts += station_chart(run);
  if (!charts.empty()) out += "<div class=\"charts\">" + charts + "</div>\n";
  if (left_out > 0)
    out += fmt::format("<p class=\"note\">Not drawn: {} of which this run expects nothing.</p>",
                       plural_of(left_out, "operation"));
  out += critical_paths(facts, run);
  for (const std::string& note : own_notes(facts.result.simulation, run))
    out += fmt::format("<p class=\"note\">{}</p>", escape_html(note));
  return out + "</article>\n";
}

}  // namespace

std::string experiments_html(const Facts& facts, const std::vector<Requirement>& requirements) {
  std::string out;
  for (const ExperimentResult& run : facts.result.simulation.experiments)
    out += run_html(facts, run, requirements);
  return out;
}

}  // namespace scantling
