#include "sweep/campaign.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "base/text.h"
#include "estimate/estimate.h"
#include "model/enums.h"
#include "sweep/scenarios.h"

namespace scantling::sweep {
namespace {

void add(RunRecord& out, const std::string& subject, const char* what, const char* unit,
         double value) {
  Measure m;
  m.subject = subject;
  m.what = what;
  m.unit = unit;
  m.value = std::isfinite(value) ? value : std::nan("");
  out.measures.push_back(std::move(m));
}

// What is judged first, then what was measured of every operation.
void measure(const Architecture& model, const ExperimentResult& result, RunRecord& out) {
  for (const Judgement& j : result.judgements) {
    Measure m;
    // Which call it was differs from run to run, the expectation is the same.
    m.subject = j.what == "amplification" ? "calls" : j.subject;
    m.what = j.what;
    m.unit = j.unit;
    m.judged = true;
    m.at_least = j.at_least;
    const bool no_answer = j.unit == "s" && j.measured.mean <= 0 && j.verdict == Verdict::Undecided;
    m.value = no_answer || !std::isfinite(j.measured.mean) ? std::nan("") : j.measured.mean;
    m.target = j.target;
    out.measures.push_back(std::move(m));
  }
  for (const OperationResult& r : result.operations) {
    const std::string& name = model.operations[r.operation].name;
    const bool answered = r.goodput.mean > 0;
    const auto time = [&](const Interval& i) { return answered ? i.mean : std::nan(""); };
    add(out, name, "offered", "/s", r.offered.mean);
    add(out, name, "goodput", "/s", r.goodput.mean);
    add(out, name, "availability", "%", r.availability.mean * 100);
    add(out, name, "mean", "s", time(r.latency.mean));
    add(out, name, "p50", "s", time(r.latency.p50));
    add(out, name, "p99", "s", time(r.latency.p99));
  }
  double busiest = 0;
  for (const StationResult& s : result.stations)
    if (s.kind == "service" || s.kind == "store") busiest = std::max(busiest, s.utilisation.mean);
  add(out, "", "busiest", "%", busiest * 100);
}

}  // namespace

std::uint64_t Plan::points() const {
  std::uint64_t n = 1;
  for (const Parameter& p : parameters) {
    if (n > kMostRuns) return n;  // more than anyone may ask for: enough is known
    n *= p.values.size();
  }
  return n;
}

std::uint64_t Plan::runs() const {
  return points() * scenarios.size() * static_cast<std::uint64_t>(replications);
}

std::vector<std::size_t> Plan::levels(std::uint64_t point) const {
  std::vector<std::size_t> out(parameters.size());
  for (std::size_t i = parameters.size(); i-- > 0;) {
    out[i] = point % parameters[i].values.size();
    point /= parameters[i].values.size();
  }
  return out;
}

std::vector<Setting> Plan::settings(std::uint64_t point) const {
  const std::vector<std::size_t> at = levels(point);
  std::vector<Setting> out;
  for (std::size_t i = 0; i < parameters.size(); ++i)
    out.push_back({parameters[i].path, parameters[i].values[at[i]]});
  return out;
}

Unit unit_at(const Plan& plan, std::uint64_t index) {
  const auto replications = static_cast<std::uint64_t>(plan.replications);
  const std::uint64_t rest = index / replications;
  return {rest / plan.scenarios.size(), static_cast<std::uint32_t>(rest % plan.scenarios.size()),
          static_cast<std::uint32_t>(index % replications)};
}

std::uint64_t index_of(const Plan& plan, const Unit& unit) {
  return (unit.point * plan.scenarios.size() + unit.scenario) *
             static_cast<std::uint64_t>(plan.replications) +
         unit.replication;
}

std::string_view to_text(RunState state) {
  switch (state) {
    case RunState::Done: return "done";
    case RunState::Limited: return "limited";
    case RunState::Invalid: return "invalid";
    case RunState::Failed: return "failed";
  }
  return "";
}

bool Campaign::model_of(std::uint64_t point) {
  if (has_model_ && point == point_) return problem_.empty();
  has_model_ = true;
  point_ = point;
  problem_.clear();
  std::vector<Setting> settings = plan_.settings(point);
  std::erase_if(settings, [](const Setting& s) { return s.path == "load"; });
  auto model = base_.with(settings, fault_overlay(plan_));
  if (!model) {
    problem_ = model.error().message;
    return false;
  }
  model_ = std::move(*model);
  const Estimate twin = estimate(model_);
  cost_ = twin.cost_per_month;
  currency_ = twin.currency;
  return true;
}

bool Campaign::run(const Unit& unit, const std::function<bool()>& stop, RunRecord& out) {
  out = {};
  out.unit = unit;
  if (!model_of(unit.point)) {
    out.state = RunState::Invalid;
    out.message = problem_;
    return true;
  }
  SimulateOptions options;
  options.seed = plan_.seed + unit.replication;
  options.jobs = 1;
  options.replications = 1;
  options.most_replications = 1;
  options.measured = plan_.measured;
  options.warm_up = plan_.warm_up;
  options.stop = stop;
  for (const Setting& s : plan_.settings(unit.point)) {
    Quantity q;
    if (s.path == "load" && parse_quantity(s.value, q)) options.load *= q.number;
  }
  const auto experiment = experiment_of(model_, plan_, unit.scenario);
  auto result = experiment ? simulate(model_, *experiment, options)
                           : Expected<ExperimentResult>(std::unexpected(experiment.error()));
  if (stop && stop()) return false;
  if (!result) {
    out.state = RunState::Failed;
    out.message = result.error().message;
    return true;
  }
  if (result->incomplete) {
    out.state = RunState::Limited;
    out.message = "ended by the limit on events";
  }
  out.events = result->events;
  out.fingerprint = result->fingerprint;
  measure(model_, *result, out);
  Measure cost;
  cost.what = "cost";
  cost.unit = currency_ + "/month";
  cost.value = cost_;
  out.measures.push_back(std::move(cost));
  return true;
}

std::string identity(const BaseModel& base, const Plan& plan) {
  std::string out =
      fmt::format("model {}\nseed {}\nfor {}\nwarm-up {}\n", hex16(fnv1a(base.text())), plan.seed,
                  to_text(plan.measured), to_text(plan.warm_up));
  for (const Parameter& p : plan.parameters) {
    out += fmt::format("set {}", p.path);
    // Lengths first: no value can be read as two.
    for (const std::string& value : p.values)
      out += fmt::format(" {}:{}", value.size(), value);
    out += '\n';
  }
  for (const Scenario& s : plan.scenarios)
    out += fmt::format("scenario {} {}\n", s.name, s.fault);
  return out;
}

}  // namespace scantling::sweep
