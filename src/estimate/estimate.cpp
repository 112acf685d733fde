#include "estimate/estimate.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/units.h"
#include "catalog/catalog.h"
#include "estimate/closed_load.h"
#include "estimate/defaults.h"
#include "estimate/network.h"

namespace scantling {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// Nothing that has a bound takes longer than this: it stems from a queue that grows for ever.
constexpr double kEndless = 1e6;

double seconds_or_endless(double seconds) {
  return seconds > kEndless ? kInfinity : seconds;
}

Stability judge(double utilisation, double amplified_utilisation) {
  if (utilisation >= 1) return Stability::Overloaded;
  if (amplified_utilisation >= defaults::kDrainMargin) return Stability::Vulnerable;
  return Stability::Stable;
}

class Assembly {
 public:
  Assembly(const Architecture& model, const EstimateOptions& options,
           const EstimateNetwork& network, const NetworkSolution& solution, bool closed = false)
      : model_(model), options_(options), net_(network), solution_(solution), closed_(closed) {}

  void stations(Estimate& out) const;
  void endpoints(Estimate& out) const;
  void operations(Estimate& out) const;

 private:
  StationEstimate service(std::size_t i) const;
  StationEstimate store(std::size_t i) const;
  StationEstimate external(std::size_t i) const;
  StationEstimate channel(std::size_t i) const;
  std::string name_of(const NetDependency& needed) const;

  const Architecture& model_;
  const EstimateOptions& options_;
  const EstimateNetwork& net_;
  const NetworkSolution& solution_;
  const bool closed_;  // loads are `solution_.asked` times the peak loads
};

StationEstimate named(std::string kind, const Element& element) {
  StationEstimate out;
  out.kind = std::move(kind);
  out.name = element.name;
  return out;
}

// Capacity and the frontier from what is asked for now, plainly and amplified. `most`: arrivals per
// second at full use.
void finish(StationEstimate& out, double demand, double amplified, double most) {
  out.capacity = most;
  const double factor = demand > 0 ? std::max(1.0, amplified / demand) : 1;
  out.hidden_capacity = most / factor;
  const double utilisation = most > 0 ? out.arrival_rate / most : out.arrival_rate > 0 ? 2 : 0;
  out.stability = judge(utilisation, utilisation * factor);
}

StationEstimate Assembly::service(std::size_t i) const {
  const StationState& cpu = solution_.services[i];
  const StationState& slots = solution_.slots[i];
  StationEstimate out = named("service", model_.services.raw()[i]);
  out.servers = cpu.servers;
  double visits_per_request = 1;
  double accepted = 0;
  const auto first = static_cast<std::size_t>(net_.first_endpoint[i]);
  for (std::size_t e = first; e < first + model_.services.raw()[i].endpoints.size(); ++e) {
    const EndpointState& endpoint = solution_.endpoints[e];
    out.arrival_rate += endpoint.rate;
    accepted += endpoint.rate * endpoint.accepted;
    out.in_progress += endpoint.rate * endpoint.accepted * endpoint.hold;
  }
  double most = solution_.instances[i] < 1 ? 0 : kInfinity;
  double offered = 0;  // seconds of the processor a second, refused requests included
  if (accepted > 0) {
    out.service_seconds = cpu.demand / accepted;
    visits_per_request = cpu.rate / accepted;
    offered = out.service_seconds * out.arrival_rate;
    if (cpu.demand > 0) most = std::min(most, cpu.servers / out.service_seconds);
    // The slots' limit counts all requests that come here, with the mean stay of those that hold.
    if (slots.demand > 0 && !std::isinf(slots.servers))
      most = std::min(most, slots.servers / slots.demand * out.arrival_rate);
  }
  out.utilisation = cpu.utilisation;
  out.slots_in_use = slots.utilisation;
  out.wait_mean_seconds = seconds_or_endless(slots.wait.mean + visits_per_request * cpu.wait.mean);
  out.wait_p99_seconds =
      seconds_or_endless(std::max(slots.wait.quantile(.99), cpu.wait.quantile(.99)));
  finish(out, offered, cpu.amplified, most);
  return out;
}

StationEstimate Assembly::store(std::size_t i) const {
  const StationState& state = solution_.stores[i];
  StationEstimate out = named("store", model_.stores.raw()[i]);
  out.servers = state.servers;
  out.arrival_rate = state.rate;
  out.service_seconds =
      state.rate > 0
          ? (state.reads * net_.stores[i].read.mean + state.writes * net_.stores[i].write.mean) /
                state.rate
          : 0;
  out.utilisation = state.utilisation;
  out.wait_mean_seconds = seconds_or_endless(state.wait.mean);
  out.wait_p99_seconds = seconds_or_endless(state.wait.quantile(.99));
  for (std::size_t p = 0; p < net_.pools.size(); ++p)
    if (net_.pools[p].store == static_cast<std::int32_t>(i)) {
      const StationState& pool = solution_.pools[p];
      out.wait_mean_seconds =
          std::max(out.wait_mean_seconds, seconds_or_endless(state.wait.mean + pool.wait.mean));
      out.wait_p99_seconds =
          std::max(out.wait_p99_seconds,
                   seconds_or_endless(std::max(pool.wait.quantile(.99), state.wait.quantile(.99))));
    }
  out.in_progress = state.read_seconds(state.read_trips, state.any_trips) +
                    state.write_trips * state.write.mean + state.extra;
  out.connections =
      out.in_progress + (state.read_trips + state.write_trips) * net_.stores[i].reach.mean;
  finish(out, state.demand, state.amplified,
         state.utilisation > 0                  ? state.rate / state.utilisation
         : state.rate > 0 || state.servers <= 0 ? 0
                                                : kInfinity);
  return out;
}

StationEstimate Assembly::external(std::size_t i) const {
  const StationState& state = solution_.externals[i];
  StationEstimate out = named("external", model_.externals.raw()[i]);
  out.servers = kInfinity;
  out.arrival_rate = state.rate;
  out.service_seconds = net_.externals[i].latency.mean;
  out.utilisation = state.utilisation;
  out.in_progress = state.rate * out.service_seconds;
  finish(out, state.rate, state.amplified, net_.externals[i].limit);
  return out;
}

StationEstimate Assembly::channel(std::size_t i) const {
  const StationState& state = solution_.channels[i];
  StationEstimate out = named("channel", model_.channels.raw()[i]);
  out.servers = state.servers;
  out.arrival_rate = state.rate;
  double amplified = 0;
  double consumed = 0;
  for (std::size_t e = 0; e < net_.endpoints.size(); ++e)
    if (net_.endpoints[e].channel == static_cast<std::int32_t>(i)) {
      consumed += solution_.endpoints[e].rate;
      amplified += solution_.endpoints[e].amplified;
    }
  out.utilisation = state.utilisation;
  out.service_seconds = state.rate > 0 ? state.demand / state.rate : 0;
  out.wait_mean_seconds = seconds_or_endless(state.wait.mean);
  out.wait_p99_seconds = seconds_or_endless(state.wait.quantile(.99));
  out.in_progress = state.rate * (state.wait.mean + out.service_seconds);
  finish(out, consumed, amplified,
         state.utilisation > 0 ? state.rate / state.utilisation : kInfinity);
  return out;
}

void Assembly::stations(Estimate& out) const {
  for (std::size_t i = 0; i < net_.services.size(); ++i)
    out.stations.push_back(service(i));
  for (std::size_t i = 0; i < net_.stores.size(); ++i)
    out.stations.push_back(store(i));
  for (std::size_t i = 0; i < net_.externals.size(); ++i)
    out.stations.push_back(external(i));
  for (std::size_t i = 0; i < net_.channels.size(); ++i)
    out.stations.push_back(channel(i));
}

std::string Assembly::name_of(const NetDependency& needed) const {
  const auto i = static_cast<std::size_t>(needed.index);
  switch (needed.kind) {
    case NetDependency::Kind::Service: return "services." + model_.services.raw()[i].name;
    case NetDependency::Kind::Copies:
    case NetDependency::Kind::Store: return "stores." + model_.stores.raw()[i].name;
    case NetDependency::Kind::External: return "externals." + model_.externals.raw()[i].name;
    case NetDependency::Kind::Channel: return "channels." + model_.channels.raw()[i].name;
  }
  return {};
}

template <class Result>
void set_times(Result& out, const Moments& time) {
  out.mean_seconds = seconds_or_endless(time.mean);
  out.p50_seconds = seconds_or_endless(quantile(time, Percentile::P50));
  out.p95_seconds = seconds_or_endless(quantile(time, Percentile::P95));
  out.p99_seconds = seconds_or_endless(quantile(time, Percentile::P99));
  out.p999_seconds = seconds_or_endless(quantile(time, Percentile::P999));
}

// A store and its copies have one name.
void add_once(std::vector<std::string>& names, std::string name) {
  if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
}

void Assembly::endpoints(Estimate& out) const {
  for (std::size_t e = 0; e < net_.endpoints.size(); ++e) {
    const EndpointState& state = solution_.endpoints[e];
    EndpointEstimate estimate;
    estimate.endpoint = net_.endpoint_ids[e];
    estimate.rate = state.rate;
    set_times(estimate, state.time);
    estimate.availability = solution_.availability[e];
    for (const NetDependency& needed : net_.dependencies[e])
      add_once(estimate.hard_dependencies, name_of(needed));
    out.endpoints.push_back(std::move(estimate));
  }
}

void Assembly::operations(Estimate& out) const {
  for (const OperationId id : model_.operations.ids()) {
    OperationEstimate estimate;
    estimate.operation = id;
    const std::int32_t entry = net_.operation_entry[static_cast<std::size_t>(id.index)];
    if (entry >= 0) {
      const auto e = static_cast<std::size_t>(entry);
      const EndpointState& state = solution_.endpoints[e];
      estimate.entry = net_.endpoint_ids[e];
      const auto o = static_cast<std::size_t>(id.index);
      const double own = closed_ ? net_.operation_peak[o] * solution_.asked
                                 : (options_.basis == LoadBasis::Peak ? net_.operation_peak[o]
                                                                      : net_.operation_mean[o]) *
                                       options_.load_factor;
      // Started by events or by a schedule, it runs as often as its endpoint.
      estimate.rate = own > 0 && net_.endpoints[e].channel < 0 ? own : state.rate;
      Moments time = state.time;
      if (net_.endpoints[e].channel >= 0 && state.delay.mean > 0)
        time += exponential_wait(state.delay.p_wait, state.delay.mean / state.delay.p_wait);
      set_times(estimate, time);
      estimate.availability = solution_.availability[e];
      estimate.synchronous_depth = net_.depth[e];
    }
    out.operations.push_back(std::move(estimate));
  }
}

}  // namespace

std::string_view to_text(Stability stability) {
  switch (stability) {
    case Stability::Stable: return "stable";
    case Stability::Vulnerable: return "vulnerable";
    case Stability::Overloaded: return "overloaded";
  }
  return "";
}

const StationEstimate* Estimate::station(std::string_view kind, std::string_view name) const {
  for (const StationEstimate& station : stations)
    if (station.kind == kind && station.name == name) return &station;
  return nullptr;
}

const OperationEstimate* Estimate::of(OperationId operation) const {
  for (const OperationEstimate& estimate : operations)
    if (estimate.operation == operation) return &estimate;
  return nullptr;
}

const EndpointEstimate* Estimate::of(EndpointId endpoint) const {
  for (const EndpointEstimate& estimate : endpoints)
    if (estimate.endpoint == endpoint) return &estimate;
  return nullptr;
}

namespace {

// Stations where a request meets itself: arrivals are no Poisson stream there. Held against
// simulation (bench/README.md), times come out too low by up to a third.
void crowded(const Architecture& model, const EstimateNetwork& network,
             const NetworkSolution& solution, std::vector<std::string>& out) {
  for (const ServiceId id : model.services.ids()) {
    const auto i = static_cast<std::size_t>(id.index);
    const double visits = network.services[i].visits;
    const double busy = solution.services[i].utilisation;
    if (busy < .7 || busy >= 1 || (visits - 1) / std::max(1.0, solution.instances[i]) < .5)
      continue;
    out.push_back("services." + model.services[id].name + ": a request comes to it " +
                  number_text(visits, 2) + " times, and it is " + number_text(100 * busy, 2) +
                  "% busy: times there are longer than estimated, by up to a third");
  }
}

// Breakers that open at this load: a mean over time hides that all is well, and then nothing is.
void opening(const Architecture& model, const EstimateNetwork& network,
             const NetworkSolution& solution, std::vector<std::string>& out) {
  for (std::size_t i = 0; i < network.breakers.size(); ++i) {
    const NetBreaker& breaker = network.breakers[i];
    const double refused = 1 - solution.breakers[i].passed;
    if (refused < .001) continue;
    out.push_back("services." + model.services[ServiceId(breaker.service)].name +
                  ": its breaker to " + breaker.to + " opens, and refuses " +
                  number_text(100 * refused, 2) +
                  "% of the calls: means over its cycle; a backlog that comes and goes with it is "
                  "left out");
  }
}

}  // namespace

Estimate estimate(const Architecture& model, const EstimateOptions& options) {
  return estimate(model, options, catalog_in_use());
}

Estimate estimate(const Architecture& model, const EstimateOptions& options,
                  const Catalog& catalog) {
  const EstimateNetwork network = compile_network(model);
  NetworkSolution solution;
  solve(network, options, solution);
  solve_availability(network, options, solution);
  Estimate out;
  const Assembly assembly(model, options, network, solution);
  assembly.stations(out);
  assembly.endpoints(out);
  assembly.operations(out);
  out.does_not_apply = network.does_not_apply;
  crowded(model, network, solution, out.does_not_apply);
  opening(model, network, solution, out.does_not_apply);
  if (!solution.converged)
    out.does_not_apply.push_back(
        "retries: their rates did not settle in 100 rounds (near the edge of overload)");
  NetworkSolution mean;
  NetworkSolution peak;
  EstimateOptions mean_load;
  mean_load.basis = LoadBasis::Mean;
  solve(network, mean_load, mean);
  solve(network, {}, peak);
  out.cost = estimate_cost(model, network, mean, peak, catalog);
  for (const CostLine& line : out.cost)
    out.cost_per_month += line.per_month;
  return out;
}

namespace {

// Leaves the operations that the experiment names, or all, with what it changes.
void ask_for(const Experiment& experiment, EstimateNetwork& network) {
  const std::vector<LoadChange>& changes = experiment.load->changes;
  if (changes.empty()) return;
  for (std::size_t o = 0; o < network.operation_peak.size(); ++o) {
    double& peak = network.operation_peak[o];
    double wanted = 0;
    for (const LoadChange& change : changes)
      if (change.operation.id.index == static_cast<std::int32_t>(o))
        wanted = change.absolute ? change.rate.per_second : peak * change.factor.value;
    const std::int32_t entry = network.operation_entry[o];
    if (entry >= 0) network.endpoints[static_cast<std::size_t>(entry)].peak_load += wanted - peak;
    peak = wanted;
  }
}

// A queue that refuses some of the users when all are there.
void refusing(const Architecture& model, const EstimateNetwork& network,
              const NetworkSolution& solution, double users, std::vector<std::string>& out) {
  for (const ServiceId id : model.services.ids()) {
    const auto i = static_cast<std::size_t>(id.index);
    const NetService& service = network.services[i];
    const double room = solution.instances[i] * (service.concurrency + service.queue);
    if (solution.slots[i].rate > 0 && users > room)
      out.push_back("services." + model.services[id].name + ": has room for " +
                    number_text(room, 3) + " of " + number_text(users, 3) +
                    " users: none is taken to be refused");
  }
}

}  // namespace

Estimate estimate_closed(const Architecture& model, const Experiment& experiment) {
  if (!experiment.load->closed) return estimate(model);
  const ClosedLoad& closed = *experiment.load->closed;
  ClosedUsers users;
  users.users = std::max(1.0, static_cast<double>(closed.users.or_else(Count{1}).value));
  users.think_seconds = closed.think ? closed.think->mean_seconds() : 0;
  const EstimateOptions options;
  EstimateNetwork network = compile_network(model);
  ask_for(experiment, network);
  NetworkSolution solution;
  solve_closed(network, options, users, solution);
  solve_availability(network, options, solution);
  Estimate out;
  const Assembly assembly(model, options, network, solution, true);
  assembly.stations(out);
  assembly.endpoints(out);
  assembly.operations(out);
  out.does_not_apply = network.does_not_apply;
  refusing(model, network, solution, users.users, out.does_not_apply);
  opening(model, network, solution, out.does_not_apply);
  return out;
}

}  // namespace scantling
