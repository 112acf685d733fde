// Verdicts on what an experiment expects.
#include <algorithm>
#include <cmath>

#include "base/units.h"
#include "simulate/results.h"
#include "simulate/statistics.h"

namespace scantling::sim {
namespace {

class Judge {
 public:
  Judge(const Architecture& model, const Experiment& experiment, const Runs& runs,
        ExperimentResult& result)
      : model_(model), experiment_(experiment), runs_(runs), result_(result) {}

  void all();

 private:
  struct Phases {
    std::size_t first = 0, end = 0;
  };

  Judgement& add(std::string subject, std::string what, double target, Interval measured,
                 std::string unit, bool at_least);
  void objective(const Objective& objective, const std::string& subject, std::uint32_t operation,
                 Span span, const std::string& path, Phases phases, const std::string& prefix);
  bool ended(std::uint32_t operation) const;
  void after_faults();
  void recovers();
  void amplification();
  void lag();
  void data_loss();
  Phases from(Time at) const;
  Time last_fault_end() const;
  std::string path(const std::string& rest) const {
    return "experiments." + experiment_.name + ".expect." + rest;
  }

  const Architecture& model_;
  const Experiment& experiment_;
  const Runs& runs_;
  ExperimentResult& result_;
};

Judgement& Judge::add(std::string subject, std::string what, double target, Interval measured,
                      std::string unit, bool at_least) {
  Judgement j;
  j.experiment = experiment_.name;
  j.subject = std::move(subject);
  j.what = std::move(what);
  j.target = target;
  j.measured = measured;
  j.unit = std::move(unit);
  j.at_least = at_least;
  // What was never measured was not reached.
  j.verdict = std::isnan(measured.mean) ? Verdict::Fails : verdict_of(target, measured, at_least);
  result_.judgements.push_back(std::move(j));
  return result_.judgements.back();
}

Time Judge::last_fault_end() const {
  Time last = 0;
  for (const Disturbance& d : runs_.program.disturbances)
    last = std::max(last, d.until == never ? runs_.program.measured : d.until);
  return last;
}

// The phases that begin at this time or later.
Judge::Phases Judge::from(Time at) const {
  const auto& ends = runs_.program.phase_ends;
  std::size_t first = 0;
  while (first < ends.size() && (first == 0 ? 0 : ends[first - 1]) < at)
    ++first;
  return {std::min(first, ends.size() - 1), ends.size()};
}

void Judge::objective(const Objective& wanted, const std::string& subject, std::uint32_t operation,
                      Span span, const std::string& where, Phases phases,
                      const std::string& prefix) {
  const std::size_t begin = result_.judgements.size();
  const auto quantile = [&](const Field<Duration>& field, const char* name, double q) {
    if (!field) return;
    const Interval measured = latency_quantile(runs_, operation, phases.first, phases.end, q);
    Judgement& j = add(subject, prefix + name, field->seconds(), measured, "s", false);
    j.path = where + "." + name;
    if (measured.mean <= 0) {  // not one good answer: no time can be said to hold
      const Interval good = goodput_of(runs_, operation, phases.first, phases.end);
      j.verdict = good.mean > 0 ? j.verdict : Verdict::Undecided;
    }
  };
  quantile(wanted.p50, "p50", .5);
  quantile(wanted.p95, "p95", .95);
  quantile(wanted.p99, "p99", .99);
  quantile(wanted.p999, "p99.9", .999);
  if (wanted.availability) {
    Interval a = availability_of(runs_, operation, phases.first, phases.end);
    a.mean *= 100;
    if (a.half_width > 0) a.half_width *= 100;
    Judgement& j =
        add(subject, prefix + "availability", wanted.availability->value * 100, a, "%", true);
    j.path = where + ".availability";
  }
  if (wanted.throughput) {
    const Interval g = goodput_of(runs_, operation, phases.first, phases.end);
    Judgement& j =
        add(subject, prefix + "throughput", wanted.throughput->per_second, g, "/s", true);
    j.path = where + ".throughput";
  }
  for (std::size_t i = begin; i < result_.judgements.size(); ++i) {
    Judgement& j = result_.judgements[i];
    j.span = span;
    if (j.verdict == Verdict::Fails) j.causes = causes_of(runs_, result_, operation);
  }
}

// Not so of a schedule by the hour in a run of minutes. Where more than a few came and none ended,
// something is the matter.
bool Judge::ended(std::uint32_t operation) const {
  constexpr std::uint64_t few = 16;
  return std::ranges::any_of(runs_.replications, [&](const Replication& r) {
    const OperationCounters& a = r.start.operations[operation];
    const OperationCounters& b = r.end.operations[operation];
    return b.good > a.good || b.bad() > a.bad() || r.overdue[operation] > 0 ||
           b.offered - a.offered > few;
  });
}

void Judge::all() {
  const Expectation& expect = *experiment_.expect;
  const Phases whole{0, runs_.program.phase_ends.size()};
  for (const OperationExpectation& e : expect.operations) {
    if (!e.operation.id.valid()) continue;
    const auto operation = static_cast<std::uint32_t>(e.operation.id.index);
    const bool simulated =
        std::any_of(result_.operations.begin(), result_.operations.end(),
                    [&](const OperationResult& r) { return r.operation == e.operation.id; });
    if (!simulated) {
      result_.notes.push_back("nothing is expected of " + e.operation.name +
                              " that can be judged: it has no load");
      continue;
    }
    if (!ended(operation)) {
      result_.notes.push_back("nothing is expected of " + e.operation.name +
                              " that can be judged: none ended in the measured time");
      continue;
    }
    // `peak` judges the operations' own objectives, which are written with them.
    const std::string where =
        experiment_.name == "peak" && experiment_.expect.from.origin != Origin::Given
            ? "operations." + e.operation.name + ".objective"
            : path(e.operation.name);
    objective(e.objective, e.operation.name, operation, e.span, where, whole, "");
  }
  after_faults();
  recovers();
  amplification();
  lag();
  data_loss();
}

// Goodput in the window after the faults over goodput before them, of every operation with load.
void Judge::after_faults() {
  const Expectation& expect = *experiment_.expect;
  if (!expect.after_faults || runs_.program.disturbances.empty()) return;
  if (runs_.program.disturbances.front().at <= 0) {
    result_.notes.push_back(
        "after-faults is not judged: the fault is there from the start, so there is no steady "
        "state before it");
    return;
  }
  const Phases window = from(last_fault_end() + expect.after_faults->within->nanoseconds);
  for (const OperationResult& r : result_.operations) {
    const auto operation = static_cast<std::uint32_t>(r.operation.index);
    const Interval before = goodput_of(runs_, operation, 0, 1);
    const Interval after = goodput_of(runs_, operation, window.first, window.end);
    if (before.mean <= 0) continue;
    Interval share;
    share.mean = 100 * after.mean / before.mean;
    // The ratio's relative error is at most the sum of both.
    if (after.half_width >= 0 && before.half_width >= 0)
      share.half_width =
          100 * after.half_width / before.mean + share.mean * before.half_width / before.mean;
    const double target = expect.after_faults->goodput->value * 100;
    Judgement& j =
        add(model_.operations[r.operation].name, "goodput after faults", target, share, "%", true);
    j.path = path("after-faults");
    j.span = expect.after_faults.from.span;
    if (j.verdict == Verdict::Fails) j.causes = causes_of(runs_, result_, operation);
  }
}

// Every expectation of an operation holds again from this long after the last fault.
void Judge::recovers() {
  const Expectation& expect = *experiment_.expect;
  if (!expect.recovers_within || runs_.program.disturbances.empty()) return;
  const Phases window = from(last_fault_end() + expect.recovers_within->nanoseconds);
  for (const OperationExpectation& e : expect.operations)
    if (e.operation.id.valid())
      objective(e.objective, e.operation.name, static_cast<std::uint32_t>(e.operation.id.index),
                expect.recovers_within.from.span, path("recovers-within"), window,
                "recovers-within ");
}

void Judge::amplification() {
  const Expectation& expect = *experiment_.expect;
  if (!expect.amplification) return;
  const EdgeResult* worst = nullptr;
  for (const EdgeResult& e : result_.edges)
    if (e.first_attempts.mean > 0 && (worst == nullptr || e.amplification > worst->amplification))
      worst = &e;
  Interval measured;
  measured.mean = worst == nullptr ? 1 : worst->amplification;
  measured.half_width = 0;
  if (worst != nullptr) {
    std::vector<double> values;
    const auto i = static_cast<std::size_t>(worst - result_.edges.data());
    for (const Replication& r : runs_.replications) {
      const auto first = static_cast<double>(r.end.edges[i].first - r.start.edges[i].first);
      const auto attempts =
          static_cast<double>(r.end.edges[i].attempts - r.start.edges[i].attempts);
      if (first > 0) values.push_back(attempts / first);
    }
    measured = interval(values, runs_.confidence);
  }
  Judgement& j = add(worst == nullptr ? "calls" : worst->from + " -> " + worst->to, "amplification",
                     expect.amplification->value, measured, "x", false);
  j.path = path("amplification");
  j.span = expect.amplification.from.span;
}

void Judge::lag() {
  const Expectation& expect = *experiment_.expect;
  if (!expect.lag) return;
  for (std::size_t c = 0; c < result_.channels.size(); ++c) {
    std::vector<double> values;
    for (const Replication& r : runs_.replications)
      values.push_back(static_cast<double>(r.end.channels[c].behind_max));
    const Interval measured = interval(values, runs_.confidence);
    Judgement& j = add(model_.channels[result_.channels[c].channel].name, "lag",
                       static_cast<double>(expect.lag->value), measured, "messages", false);
    j.path = path("lag");
    j.span = expect.lag.from.span;
  }
}

// What went with a leader that was lost, against the store's recovery point.
void Judge::data_loss() {
  for (std::size_t i = 0; i < result_.copies.size(); ++i) {
    const CopiesResult& copies = result_.copies[i];
    if (copies.failovers <= 0 || copies.allowed_seconds < 0) continue;
    std::vector<double> values;
    for (const Replication& r : runs_.replications)
      values.push_back(static_cast<double>(r.replicated[i].longest) * 1e-9);
    const Store& store = model_.stores[copies.store];
    Judgement& j = add(store.name, "data loss", copies.allowed_seconds,
                       interval(values, runs_.confidence), "s", false);
    j.path = "stores." + store.name + ".backup.rpo";
    j.span = store.backup->rpo.from.span;
    if (j.verdict == Verdict::Fails)
      j.causes.push_back("writes are answered before a copy has them: " +
                         number_text(copies.lost_writes.mean, 3) + " were lost with the leader");
  }
}

}  // namespace

void judge(const Architecture& model, const Experiment& experiment, const Runs& runs,
           ExperimentResult& result) {
  if (runs.replications.empty()) return;
  Judge(model, experiment, runs, result).all();
}

// The chain that was seen: what saturated first, who refused, what retries added, who waited.
std::vector<std::string> causes_of(const Runs& runs, const ExperimentResult& result,
                                   std::uint32_t operation) {
  std::vector<std::string> causes;
  const auto percent = [](double share) { return number_text(100 * share, 3) + "%"; };
  const StationResult* first = nullptr;
  std::size_t first_at = SIZE_MAX;
  for (const StationResult& s : result.stations) {
    const Series& u = s.series[0];
    for (std::size_t b = 0; b < u.values.size() && b < first_at; ++b)
      if (u.values[b] >= .95) {
        first_at = b;
        first = &s;
      }
  }
  if (first != nullptr)
    causes.push_back(
        first->kind + " " + first->name + " is the first to saturate, " +
        number_text(static_cast<double>(first_at) * first->series[0].bucket_seconds, 3) +
        " s into the measured time (" + percent(first->utilisation.mean) + " busy over all of it)");
  for (const OperationResult& o : result.operations) {
    if (static_cast<std::uint32_t>(o.operation.index) != operation) continue;
    const ErrorsByCause& e = o.errors;
    const std::pair<const char*, double> parts[] = {
        {"timeouts", e.timeout}, {"rejections", e.rejected},
        {"failures", e.failed},  {"open breakers", e.breaker_open},
        {"lost calls", e.lost},  {"throttled calls", e.throttled}};
    for (const auto& [name, rate] : parts)
      if (rate > 0 && rate > .1 * e.total())
        causes.push_back(std::string(name) + " end " + number_text(rate, 3) +
                         " requests a second of " + number_text(o.offered.mean, 3));
  }
  for (const StationResult& s : result.stations)
    if (s.rejected > .001 * s.rate.mean && s.rejected > 0)
      causes.push_back(s.kind + " " + s.name + " refuses " + number_text(s.rejected, 3) + " of " +
                       number_text(s.rate.mean, 3) + " requests a second");
  for (const EdgeResult& e : result.edges) {
    if (e.amplification > 1.05)
      causes.push_back("retries multiply the calls of " + e.from + " to " + e.to + " by " +
                       number_text(e.amplification, 3));
    if (e.breaker_open_share > .001)
      causes.push_back("the breaker from " + e.from + " to " + e.to + " is open " +
                       percent(e.breaker_open_share) + " of the time");
  }
  for (const auto& [id, hops] : result.critical_path) {
    if (static_cast<std::uint32_t>(id.index) != operation || hops.empty()) continue;
    causes.push_back("of the slowest 1%, " + readable_seconds(hops[0].p99_seconds) + " are " +
                     hops[0].name);
    if (hops.size() > 1 && hops[1].p99_seconds > .25 * hops[0].p99_seconds)
      causes.back() += " and " + readable_seconds(hops[1].p99_seconds) + " " + hops[1].name;
  }
  (void)runs;
  return causes;
}

}  // namespace scantling::sim
