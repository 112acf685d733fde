// The experiment: its load, and how long it is measured.
#include <algorithm>
#include <cmath>

#include "base/units.h"
#include "simulate/compile.h"
#include "simulate/defaults.h"
#include "simulate/fault_windows.h"
#include "simulate/policies.h"

namespace scantling::sim {

namespace {

// How long the recorded load lasts.
Time recorded_time(const ExperimentLoad& load) {
  if (!load.recorded.rates.empty())
    return static_cast<Time>(load.recorded.rates.size()) * 1'000'000'000;
  return load.recorded.arrivals.empty() ? 0 : load.recorded.arrivals.back().at.nanoseconds + 1;
}

}  // namespace

// Who consumes what.
void Compiler::groups() {
  for (ServiceId id : model_.services.ids()) {
    const Service& service = model_.services[id];
    for (std::size_t e = 0; e < service.endpoints.size(); ++e) {
      const Endpoint& endpoint = service.endpoints[e];
      if (!endpoint.consumes || !endpoint.consumes->id.valid()) continue;
      GroupInfo group;
      group.endpoint = endpoint_[static_cast<std::size_t>(id.index)][e];
      group.channel = static_cast<std::uint32_t>(endpoint.consumes->id.index);
      const std::int64_t concurrency =
          endpoint.concurrency ? endpoint.concurrency->value : defaults::consumer_concurrency;
      group.concurrency =
          concurrency < 0
              ? unlimited
              : static_cast<std::uint32_t>(std::clamp<std::int64_t>(concurrency, 1, 1'000'000));
      const bool queue = !program_.channels[group.channel].ordered;
      if (endpoint.prefetch && queue) group.prefetch = clamped(endpoint.prefetch, 1, 1, 1'000'000);
      for (const std::string& name : *endpoint.events)
        group.events.push_back(event(name));
      if (endpoint.implements && endpoint.implements->id.valid())
        group.operation = static_cast<std::uint32_t>(endpoint.implements->id.index);
      program_.channels[group.channel].groups.push_back(
          static_cast<std::uint32_t>(program_.groups.size()));
      program_.groups.push_back(std::move(group));
    }
  }
}

double Compiler::rate_of(const Operation& operation, OperationId id) const {
  const OperationLoad& load = *operation.load;
  const ExperimentLoad& wanted = *experiment_.load;
  const bool mean = wanted.base && *wanted.base == "mean";
  const double peak = load.peak ? load.peak->per_second : load.mean ? load.mean->per_second : 0;
  double rate = mean && load.mean ? load.mean->per_second : peak;
  if (wanted.all) rate *= wanted.all->value;
  for (const LoadChange& change : wanted.changes) {
    if (change.operation.id != id) continue;
    rate = change.absolute ? change.rate.per_second : rate * change.factor.value;
  }
  return rate;
}

void Compiler::loads() {
  for (OperationId id : model_.operations.ids()) {
    OperationInfo info;
    info.model_id = static_cast<std::uint32_t>(id.index);
    info.name = model_.operations[id].name;
    if (model_.operations[id].staleness)
      info.staleness = std::max<Time>(0, model_.operations[id].staleness->nanoseconds);
    program_.operations.push_back(std::move(info));
  }
  for (OperationId id : model_.operations.ids())
    add_source(id);
  // Schedules that are nobody's operation are load all the same.
  for (ServiceId id : model_.services.ids()) {
    const Service& service = model_.services[id];
    for (std::size_t e = 0; e < service.endpoints.size(); ++e) {
      const Endpoint& endpoint = service.endpoints[e];
      if (!endpoint.every || endpoint.every->nanoseconds <= 0) continue;
      const std::uint32_t index = endpoint_[static_cast<std::size_t>(id.index)][e];
      bool known = false;
      for (const SourceInfo& source : program_.sources)
        known = known || source.endpoint == index;
      if (known) continue;
      OperationInfo info;
      info.name = program_.endpoints[index].name;
      info.nominal_rate = 1 / endpoint.every->seconds();
      SourceInfo source;
      source.kind = SourceKind::Every;
      source.operation = static_cast<std::uint32_t>(program_.operations.size());
      source.endpoint = index;
      source.link = link(0, service_[static_cast<std::size_t>(id.index)]);
      source.period = endpoint.every->nanoseconds;
      source.stream = stream("every " + info.name);
      program_.operations.push_back(std::move(info));
      program_.sources.push_back(std::move(source));
    }
  }
  if (options_.load != 1) scale_load(options_.load);
  if (experiment_.load && experiment_.load->closed) closed();
  if (experiment_.load && experiment_.load->bursts) bursts();
  if (experiment_.load && experiment_.load->replay) replay();
}

// Rates and schedules alike; users are multiplied where they are made.
void Compiler::scale_load(double factor) {
  for (SourceInfo& source : program_.sources) {
    source.rate *= factor;
    if (source.kind == SourceKind::Every)
      source.period =
          std::max<Time>(1, static_cast<Time>(static_cast<double>(source.period) / factor + .5));
    program_.operations[source.operation].nominal_rate *= factor;
  }
  if (experiment_.load && experiment_.load->replay)
    note("the recorded load is not multiplied: what it holds is replayed as it was");
}

// Recorded arrivals come at their times; recorded rates are shared out by the operations' own. Both
// begin with the measured time: before it the base load warms the system up where rates are
// recorded, and nothing comes of the operations whose arrivals are.
void Compiler::replay() {
  const RecordedLoad& recorded = experiment_.load->recorded;
  if (recorded.arrivals.empty() && recorded.rates.empty()) {
    note("replay of " + *experiment_.load->replay +
         " is not simulated: the file has not been read; the base load is used");
    return;
  }
  if (!recorded.rates.empty()) {
    replay_rates(recorded.rates);
    return;
  }
  std::map<std::string, std::uint32_t, std::less<>> source_of;
  for (std::uint32_t s = 0; s < program_.sources.size(); ++s)
    if (program_.sources[s].kind == SourceKind::Poisson)
      source_of.emplace(program_.operations[program_.sources[s].operation].name, s);
  std::map<std::string, std::size_t, std::less<>> unknown;
  for (const auto& [name, s] : source_of)
    program_.sources[s].kind = SourceKind::Replay;
  for (const RecordedLoad::Arrival& arrival : recorded.arrivals) {
    const auto found = source_of.find(arrival.operation);
    if (found == source_of.end())
      ++unknown[arrival.operation];
    else
      program_.sources[found->second].times.push_back(arrival.at.nanoseconds);
  }
  for (const auto& [name, count] : unknown)
    note("replay: " + std::to_string(count) + " arrivals of " + name +
         " are left out: no such operation has a load");
}

void Compiler::replay_rates(const std::vector<double>& rates) {
  double sum = 0;
  for (const SourceInfo& source : program_.sources)
    if (source.kind == SourceKind::Poisson) sum += source.rate;
  if (sum <= 0) return;
  std::vector<RatePoint> points;
  for (std::size_t second = 0; second < rates.size(); ++second)
    if (second == 0 || rates[second] != rates[second - 1])
      points.push_back({static_cast<Time>(second) * 1'000'000'000, rates[second] / sum});
  points.push_back({static_cast<Time>(rates.size()) * 1'000'000'000, 0});
  for (SourceInfo& source : program_.sources)
    if (source.kind == SourceKind::Poisson) source.profile = points;
}

void Compiler::bursts() {
  const LoadBursts& load = *experiment_.load->bursts;
  BurstInfo& info = program_.bursts;
  info.factor = load.by.or_else(Factor{1}).value;
  info.on = std::max<Time>(1, nanoseconds_or(load.lasts, 1));
  info.off = std::max<Time>(1, nanoseconds_or(load.every, 60));
  info.stream = stream("bursts");
}

void Compiler::add_source(OperationId id) {
  const Operation& operation = model_.operations[id];
  const double rate = rate_of(operation, id);
  const std::vector<EndpointId> candidates = endpoints_of(model_, id);
  const Duration every = operation.every.or_else(Duration{});
  if (candidates.empty()) {
    if (rate > 0 || every.nanoseconds > 0)
      note("operation " + operation.name + " is not simulated: no endpoint implements it");
    return;
  }
  const EndpointId entry = candidates.front();
  const Endpoint& endpoint = model_.endpoint(entry);
  if (endpoint.consumes) {
    if (rate > 0 && operation.on->empty())
      note("the load of " + operation.name +
           " is what its channel brings: its first endpoint is a consumer");
    return;
  }
  const auto s = static_cast<std::size_t>(entry.service.index);
  SourceInfo source;
  source.operation = static_cast<std::uint32_t>(id.index);
  source.endpoint = endpoint_[s][static_cast<std::size_t>(entry.index)];
  source.link = link(0, service_[s]);
  source.stream = stream("arrivals " + operation.name);
  const Duration period = endpoint.every ? *endpoint.every : every;
  if (rate <= 0 && period.nanoseconds > 0) {
    source.kind = SourceKind::Every;
    source.period = period.nanoseconds;
    program_.operations[source.operation].nominal_rate = 1 / period.seconds();
  } else {
    source.rate = rate;
    source.profile = profile();
    program_.operations[source.operation].nominal_rate = rate;
    if (rate <= 0) return;
  }
  program_.sources.push_back(std::move(source));
}

// The experiment's ramp, spike and steps, multiplied, as steps of constant load. A ramp is cut into
// hundredths.
std::vector<RatePoint> Compiler::profile() const {
  const ExperimentLoad& load = *experiment_.load;
  std::vector<Time> times;
  if (load.ramp) {
    const Time over = load.ramp->over.or_else(Duration{60'000'000'000}).nanoseconds;
    for (std::int64_t i = 0; i <= 100; ++i)
      times.push_back(over / 100 * i);
  }
  if (load.spike) {
    times.push_back(load.spike->at->nanoseconds);
    times.push_back(load.spike->at->nanoseconds + load.spike->lasts->nanoseconds);
  }
  for (const LoadStep& step : *load.steps)
    times.push_back(step.at->nanoseconds);
  if (times.empty()) return {};
  times.push_back(0);
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  std::vector<RatePoint> points;
  for (Time t : times) {
    double factor = 1;
    if (load.ramp) {
      const double from = load.ramp->from.or_else(Factor{1}).value;
      const double to = load.ramp->to.or_else(Factor{1}).value;
      const Time over = load.ramp->over.or_else(Duration{60'000'000'000}).nanoseconds;
      const double done = std::min(1.0, (static_cast<double>(t) + static_cast<double>(over) / 200) /
                                            static_cast<double>(std::max<Time>(1, over)));
      factor *= from + (to - from) * done;
    }
    if (load.spike && t >= load.spike->at->nanoseconds &&
        t < load.spike->at->nanoseconds + load.spike->lasts->nanoseconds)
      factor *= load.spike->by->value;
    double level = 1;
    for (const LoadStep& step : *load.steps)
      if (step.at->nanoseconds <= t) level = step.by->value;
    points.push_back({t, factor * level});
  }
  return points;
}

// The users of a closed load ask for the operations that the experiment names, or for all, in the
// proportion of their rates. Their open arrivals stop.
void Compiler::closed() {
  const ClosedLoad& load = *experiment_.load->closed;
  SourceInfo users;
  users.kind = SourceKind::Closed;
  users.users = static_cast<std::uint32_t>(std::clamp(
      static_cast<double>(load.users.or_else(Count{1}).value) * options_.load, 1.0, 1e7));
  TimeLaw none_law;
  users.think = TimeSampler(load.think.or_else(none_law));
  users.memoryless = load.think && load.think->kind == TimeLaw::Kind::Exponential;
  users.stream = stream("users");
  double sum = 0;
  for (std::uint32_t s = 0; s < program_.sources.size(); ++s) {
    SourceInfo& source = program_.sources[s];
    if (source.kind != SourceKind::Poisson) continue;
    bool named = experiment_.load->changes.empty();
    for (const LoadChange& change : experiment_.load->changes)
      named = named || static_cast<std::uint32_t>(change.operation.id.index) == source.operation;
    if (named) {
      sum += source.rate;
      users.mix.push_back({sum, s});
    }
    source.rate = 0;
    source.profile.clear();
    source.kind = SourceKind::Asked;
  }
  if (users.mix.empty()) {
    note("the closed load asks for no operation");
    return;
  }
  for (Choice& c : users.mix)
    c.up_to /= sum;
  program_.sources.push_back(std::move(users));
}

// --- how long ---

void Compiler::disturbances() {
  std::vector<Disturbance> all;
  for (const FaultInfo& fault : program_.faults) {
    const Time over = fault.kind == FaultKind::Flush ? fault.at : fault.until;
    all.push_back({fault.name, fault.at, over});
  }
  if (experiment_.load && experiment_.load->spike) {
    const LoadSpike& spike = *experiment_.load->spike;
    const Time at = spike.at->nanoseconds;
    const Time until = at + spike.lasts->nanoseconds;
    all.push_back({"load x" + number_text(spike.by->value, 3), at, until});
  }
  program_.disturbances = merged(std::move(all));
}

void Compiler::times() {
  disturbances();
  Time last = 0;
  const bool faulty = !program_.faults.empty();
  std::vector<Time> marks;
  const Expectation& expect = *experiment_.expect;
  // Each phase has its own histograms: of a great many faults, only the first and the last count.
  constexpr std::size_t most = 16;
  for (const Disturbance& d : program_.disturbances) {
    if (program_.disturbances.size() > most && marks.size() > 1) break;
    marks.push_back(d.at);
    if (d.until != never) marks.push_back(d.until);
  }
  for (const Disturbance& d : program_.disturbances) {
    last = std::max(last, d.at);
    if (d.until != never) last = std::max(last, d.until);
  }
  Time grace = 0;
  if (expect.after_faults) grace = std::max(grace, expect.after_faults->within->nanoseconds);
  if (expect.recovers_within) grace = std::max(grace, expect.recovers_within->nanoseconds);
  const ExperimentLoad& load = *experiment_.load;
  Time measured = options_.measured.nanoseconds;
  if (experiment_.lasts)
    measured = experiment_.lasts->nanoseconds;
  else if (load.over)
    measured = load.over->nanoseconds;
  else if (const Time recorded = recorded_time(load); recorded > 0)
    measured = recorded;
  else if (load.ramp && load.ramp->over)
    measured = std::max(measured, load.ramp->over->nanoseconds);
  else if (load.spike)
    measured =
        std::max(measured, 2 * (load.spike->at->nanoseconds + load.spike->lasts->nanoseconds));
  const bool constant = !faulty && !load.ramp && !load.spike && load.steps->empty() &&
                        !load.bursts && recorded_time(load) == 0;
  if (constant && load.over && !experiment_.lasts && measured > options_.measured.nanoseconds) {
    note("the load is constant: " + to_text(options_.measured) + " of its " +
         to_text(Duration{measured}) + " are measured");
    measured = options_.measured.nanoseconds;
  }
  const Time after = static_cast<Time>(defaults::after_faults_seconds * 1e9);
  if (faulty || (load.spike && grace > 0)) {
    const Time least =
        last + grace + (grace > 0 ? std::max<Time>(grace / 2, 10'000'000'000) : after);
    // A time that was given is taken at its word, but for what an expectation has to see.
    measured = experiment_.lasts ? std::max(measured, last + grace + 1'000'000'000)
               : load.over       ? std::max(measured, last + grace + 10'000'000'000)
                                 : std::max(least, measured);
    if (last > 0) marks.push_back(last);
    if (expect.after_faults) marks.push_back(last + expect.after_faults->within->nanoseconds);
    if (expect.recovers_within) marks.push_back(last + expect.recovers_within->nanoseconds);
  } else if (options_.scale < 1) {
    measured = std::max<Time>(static_cast<Time>(static_cast<double>(measured) * options_.scale),
                              1'000'000'000);
  }
  program_.measured = std::max<Time>(measured, 1'000'000);
  marks.push_back(program_.measured);
  std::sort(marks.begin(), marks.end());
  for (Time t : marks)
    if (t > 0 && t <= program_.measured &&
        (program_.phase_ends.empty() || t > program_.phase_ends.back()))
      program_.phase_ends.push_back(t);
  // At most 600 buckets, of whole seconds.
  const Time second = 1'000'000'000;
  program_.bucket = std::max(second, (program_.measured / 600 + second - 1) / second * second);
}

}  // namespace scantling::sim
