#include "report/search.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "report/document.h"

namespace scantling {
namespace {

std::string factor(double x) {
  return "x" + number_text(x, 3);
}

double offered(const Architecture& model) {
  double sum = 0;
  for (const Operation& operation : model.operations)
    if (operation.load && operation.load->peak) sum += operation.load->peak->per_second;
  return sum;
}

// What limits, as children of the answer.
void add_limit(const SearchRun* run, std::vector<Item>& items) {
  if (run == nullptr || run->first.empty()) return;
  Item limit = branch(fmt::format("at {} {} {}", factor(run->at), run->first,
                                  run->verdict == Verdict::Fails ? "fails" : "is undecided"),
                      {});
  for (const std::string& cause : run->causes)
    limit.children.push_back(line("", cause));
  if (limit.children.empty()) {
    limit.value = limit.label;
    limit.label.clear();
  }
  items.push_back(std::move(limit));
}

// `limited`: what that leaves; empty: nothing.
Item made(std::size_t runs, bool stopped, const std::string& limited) {
  std::string text = plural(static_cast<std::int64_t>(runs), "run");
  if (stopped)
    text += "; incomplete: it was stopped";
  else if (!limited.empty())
    text += "; ended at the most events of a search: " + limited;
  return line("searched", text, Origin::Absent,
              text.find(';') < text.size() ? Tone::Warn : Tone::Dim);
}

constexpr const char* kWider = "the interval is wider than asked for";

// Users of an experiment with a closed load; 0 for others.
std::int64_t closed_users(const Architecture& model, const std::string& name) {
  for (const Experiment& experiment : model.experiments)
    if (experiment.name == name && experiment.load->closed)
      return experiment.load->closed->users.or_else(Count{1}).value;
  return 0;
}

Block capacity_block(const Architecture& model, const FoundInExperiment& found) {
  const Bisection& b = found.capacity;
  Block block = make_block("capacity", fmt::format("Capacity in {}", found.experiment));
  const double rate = offered(model);
  const std::int64_t users = closed_users(model, found.experiment);
  const auto also = [&](double x) {
    if (users > 0)
      return fmt::format(" ({} users)", std::floor(x * static_cast<double>(users) + 1e-9));
    return rate > 0 ? fmt::format(" ({})", readable(Rate{x * rate})) : "";
  };
  if (b.holds <= 0)
    block.add(line("holds at", "no load that was tried", Origin::Absent, Tone::Bad));
  else
    block.add(line("holds at", fmt::format("{} of the load{}", factor(b.holds), also(b.holds)),
                   Origin::Absent, b.holds >= 1 ? Tone::Good : Tone::Warn));
  if (!std::isfinite(b.fails))
    block.add(line("fails at", "no load that was tried"));
  else
    block.add(line("fails at", fmt::format("{} of the load{}", factor(b.fails), also(b.fails))));
  add_limit(b.failing(), block.items);
  block.add(made(b.runs.size(), b.stopped, b.limited ? kWider : ""));
  return block;
}

Block replicas_block(const Architecture& model, const FoundInExperiment& found) {
  const ReplicaSearch& r = found.replicas;
  Block block = make_block("replicas", fmt::format("Instances needed in {}", found.experiment));
  if (!r.holds) {
    block.add(line("needed", "no number up to 64 times the given one holds every expectation",
                   Origin::Absent, Tone::Bad));
    if (!r.runs.empty()) add_limit(&r.runs.back(), block.items);
  } else {
    Table table;
    table.columns = {{"service", false, 0},
                     {"in the model", true, 0},
                     {"needed", true, 0},
                     {"with one less", false, 1}};
    for (const ServiceReplicas& s : r.services) {
      const std::string less =
          s.below.replications == 0
              ? ""
              : fmt::format("{} {}", s.below.first,
                            s.below.verdict == Verdict::Fails ? "fails" : "is undecided");
      table.rows.push_back({{model.services[s.service].name, Tone::Plain},
                            {std::to_string(s.given), Tone::Plain},
                            {std::to_string(s.needed), s.needed > s.given ? Tone::Bad : Tone::Good},
                            {less, Tone::Dim}});
    }
    block.tables.push_back(std::move(table));
  }
  block.add(made(r.runs.size(), r.stopped,
                 r.limited ? "fewer instances may do, of the last services above all" : ""));
  return block;
}

Block trigger_block(const FoundInExperiment& found) {
  Block block = make_block(
      "trigger", fmt::format("Smallest spike that {} does not recover from", found.experiment));
  Table table;
  table.columns = {{"length", true, 0},
                   {"recovers from", true, 0},
                   {"stays down from", true, 0},
                   {"waited", true, 2},
                   {"what stays down", false, 1}};
  std::size_t runs = 0;
  bool stopped = false;
  bool limited = false;
  for (const Trigger& t : found.triggers) {
    const SearchRun* run = t.spike.failing();
    const bool any = std::isfinite(t.spike.fails);
    table.rows.push_back(
        {{readable_seconds(t.length.seconds()), Tone::Plain},
         {t.spike.holds > 0 ? factor(t.spike.holds) : "none", Tone::Plain},
         {any               ? factor(t.spike.fails)
          : t.spike.limited ? "not searched"
                            : "none up to x16",
          any               ? Tone::Bad
          : t.spike.limited ? Tone::Warn
                            : Tone::Good},
         {readable_seconds(t.recovery.seconds()), Tone::Dim},
         {run == nullptr ? "" : run->first.substr(0, run->first.find(' ')), Tone::Plain}});
    runs += t.spike.runs.size();
    stopped = stopped || t.spike.stopped;
    limited = limited || t.spike.limited;
  }
  block.tables.push_back(std::move(table));
  block.add(made(runs, stopped, limited ? kWider : ""));
  return block;
}

using Json = nlohmann::json;

Json number(double x) {
  return std::isfinite(x) ? Json(x) : Json();
}

Json run_json(const SearchRun& run) {
  return {{"at", number(run.at)},
          {"verdict", to_text(run.verdict)},
          {"replications", run.replications},
          {"first", run.first},
          {"causes", run.causes}};
}

Json runs_json(const std::vector<SearchRun>& runs) {
  Json out = Json::array();
  for (const SearchRun& run : runs)
    out.push_back(run_json(run));
  return out;
}

Json bisection_json(const Bisection& b) {
  return {{"holds", b.holds > 0 ? number(b.holds) : Json()},
          {"fails", number(b.fails)},
          {"incomplete", b.stopped || b.limited},
          {"runs", runs_json(b.runs)}};
}

Json found_json(const Architecture& model, const std::string& what,
                const FoundInExperiment& found) {
  Json out = {{"experiment", found.experiment}};
  if (what == "capacity") {
    out["capacity"] = bisection_json(found.capacity);
  } else if (what == "replicas") {
    Json services = Json::array();
    for (const ServiceReplicas& s : found.replicas.services)
      services.push_back(
          {{"service", model.services[s.service].name},
           {"given", s.given},
           {"needed", found.replicas.holds ? Json(s.needed) : Json()},
           {"with_one_less", s.below.replications == 0 ? Json() : run_json(s.below)}});
    out["replicas"] = {{"holds", found.replicas.holds},
                       {"incomplete", found.replicas.stopped || found.replicas.limited},
                       {"services", std::move(services)},
                       {"runs", runs_json(found.replicas.runs)}};
  } else {
    Json triggers = Json::array();
    for (const Trigger& t : found.triggers)
      triggers.push_back({{"length_seconds", number(t.length.seconds())},
                          {"recovery_seconds", number(t.recovery.seconds())},
                          {"spike", bisection_json(t.spike)}});
    out["triggers"] = std::move(triggers);
  }
  return out;
}

}  // namespace

std::string search_terminal(const Architecture& model, const std::string& what,
                            const std::vector<FoundInExperiment>& found,
                            const SimulationTextOptions& options) {
  Document document;
  document.title = fmt::format("{} of {}",
                               what == "capacity"   ? "Capacity"
                               : what == "replicas" ? "Instances"
                                                    : "Triggers",
                               model.name->empty() ? "the model" : *model.name);
  Section section;
  section.title = "FOUND";
  for (const FoundInExperiment& f : found)
    section.blocks.push_back(what == "capacity"   ? capacity_block(model, f)
                             : what == "replicas" ? replicas_block(model, f)
                                                  : trigger_block(f));
  document.sections.push_back(std::move(section));
  return terminal_text(document, options.width, options.color);
}

std::string search_json(const Architecture& model, const std::string& what,
                        const std::vector<FoundInExperiment>& found) {
  Json all = Json::array();
  for (const FoundInExperiment& f : found)
    all.push_back(found_json(model, what, f));
  const Json out = {{"schema", "scantling.search/1"}, {"find", what}, {"experiments", all}};
  return out.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace scantling
