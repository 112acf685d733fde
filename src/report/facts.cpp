#include "report/facts.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"

namespace scantling {

namespace {

struct PendingStep {
  const Step* step;
  double per_request;
  bool on_failure;
};

void push_steps(std::vector<PendingStep>& pending, const std::vector<Step>& steps,
                double per_request, bool on_failure) {
  for (auto it = steps.rbegin(); it != steps.rend(); ++it)
    pending.push_back({&*it, per_request, on_failure});
}

// Attempts by the endpoint at the target in the run, first ones only; -1 when the run has none.
double simulated_rate(const ExperimentResult& run, const std::string& from, std::string_view to) {
  double sum = -1;
  for (const EdgeResult& edge : run.edges)
    if (edge.from == from && edge.to == to) sum = std::max(sum, 0.0) + edge.first_attempts.mean;
  return sum;
}

bool goes_elsewhere(StepKind kind) {
  return kind == StepKind::Call || kind == StepKind::Read || kind == StepKind::Write ||
         kind == StepKind::Publish;
}

std::vector<Flow> collect_flows(const Architecture& model) {
  std::vector<Flow> flows;
  std::vector<PendingStep> pending;
  for (const EndpointId id : all_endpoints(model)) {
    push_steps(pending, model.endpoint(id).steps.value, 1, false);
    while (!pending.empty()) {
      const PendingStep at = pending.back();
      pending.pop_back();
      const Step& step = *at.step;
      const double each = at.per_request * step.times.or_else(Factor{1}).value;
      if (goes_elsewhere(step.kind)) {
        const double share =
            step.kind == StepKind::Publish ? step.share.or_else(Share{1}).value : 1;
        flows.push_back({id, &step, each * share, -1, false, at.on_failure});
      }
      push_steps(pending, step.fallback, at.per_request, true);
      if (step.miss)
        push_steps(pending, step.miss->then, each * step.miss->rate.or_else(Share{1}).value,
                   at.on_failure);
      for (auto it = step.branches.rbegin(); it != step.branches.rend(); ++it)
        push_steps(pending, it->steps, at.per_request * it->share.or_else(Share{1}).value,
                   at.on_failure);
      push_steps(pending, step.steps, each, at.on_failure);
    }
  }
  return flows;
}

void add_unique(std::vector<std::string>& to, const std::string& name) {
  if (std::find(to.begin(), to.end(), name) == to.end()) to.push_back(name);
}

bool contains(const std::vector<std::string>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

Facts::Facts(const DesignResult& design) : result(design), model(design.model) {
  for (const ExperimentResult& run : result.simulation.experiments)
    if (run.name == "peak") peak = &run;
  flows = collect_flows(model);
  for (Flow& flow : flows) {
    const double from_rate = endpoint_rate(flow.from);
    if (from_rate >= 0) flow.rate = from_rate * flow.per_request;
    if (!peak) continue;
    // The run adds up the steps of one endpoint that go to the same place.
    const auto same = std::count_if(flows.begin(), flows.end(), [&](const Flow& other) {
      return other.from == flow.from && target_name(other) == target_name(flow);
    });
    const double rate = simulated_rate(*peak, endpoint_name(model, flow.from), target_name(flow));
    if (rate >= 0 && same == 1) {
      flow.rate = rate;
      flow.simulated = true;
    }
  }
}

const StationEstimate* Facts::estimate_of(std::string_view kind, std::string_view name) const {
  for (const StationEstimate& station : result.estimate.stations)
    if (station.kind == kind && station.name == name) return &station;
  return nullptr;
}

const StationResult* Facts::station(const ExperimentResult& run, std::string_view kind,
                                    std::string_view name) const {
  for (const StationResult& item : run.stations)
    if (item.kind == kind && item.name == name) return &item;
  return nullptr;
}

const OperationResult* Facts::operation(const ExperimentResult& run, OperationId id) const {
  for (const OperationResult& item : run.operations)
    if (item.operation == id) return &item;
  return nullptr;
}

const EndpointResult* Facts::endpoint(const ExperimentResult& run, EndpointId id) const {
  for (const EndpointResult& item : run.endpoints)
    if (item.endpoint == id) return &item;
  return nullptr;
}

double Facts::utilisation(std::string_view kind, std::string_view name) const {
  if (peak)
    if (const StationResult* found = station(*peak, kind, name)) return found->utilisation.mean;
  if (const StationEstimate* found = estimate_of(kind, name)) return found->utilisation;
  return -1;
}

double Facts::p99_seconds(ServiceId id) const {
  double slowest = -1;
  const std::size_t count = model.services[id].endpoints.size();
  for (std::size_t i = 0; i < count; ++i) {
    const EndpointId endpoint_id{id, static_cast<std::int32_t>(i)};
    const Protocol protocol = model.endpoint(endpoint_id).protocol.value;
    if (protocol == Protocol::Consumes || protocol == Protocol::Every) continue;  // nobody waits
    if (peak) {
      if (const EndpointResult* found = endpoint(*peak, endpoint_id)) {
        slowest = std::max(slowest, found->latency.p99.mean);
        continue;
      }
    }
    for (const EndpointEstimate& found : result.estimate.endpoints)
      if (found.endpoint == endpoint_id) slowest = std::max(slowest, found.p99_seconds);
  }
  return slowest;
}

double Facts::cost_per_month(std::string_view element) const {
  double sum = 0;
  for (const CostLine& item : result.estimate.cost)
    if (item.element == element) sum += item.per_month;
  return sum;
}

double Facts::operation_rate(OperationId id) const {
  if (peak)
    if (const OperationResult* found = operation(*peak, id)) return found->offered.mean;
  for (const OperationEstimate& found : result.estimate.operations)
    if (found.operation == id) return found.rate;
  const Operation& op = model.operations[id];
  return op.load && op.load->peak ? op.load->peak->per_second : -1;
}

double Facts::endpoint_rate(EndpointId id) const {
  if (peak)
    if (const EndpointResult* found = endpoint(*peak, id)) return found->rate.mean;
  for (const EndpointEstimate& found : result.estimate.endpoints)
    if (found.endpoint == id) return found.rate;
  return -1;
}

double Facts::instances(ServiceId id) const {
  const Service& service = model.services[id];
  if (peak)
    if (const StationResult* found = station(*peak, "service", service.name))
      if (found->instances > 0) return found->instances;
  if (service.runtime && service.runtime->instances)
    return static_cast<double>(service.runtime->instances->low);
  return -1;
}

std::string Facts::target_name(const Flow& flow) const {
  const Step& step = *flow.step;
  if (step.endpoint.valid()) return endpoint_name(model, step.endpoint);
  if (step.external.valid()) return model.externals[step.external].name;
  if (step.store.valid()) return model.stores[step.store].name;
  if (step.channel.valid()) return model.channels[step.channel].name;
  return step.target;
}

std::vector<ServiceId> Facts::services_of(ContextId id) const {
  std::vector<ServiceId> out;
  for (const ServiceId service : model.services.ids())
    if (model.services[service].context && model.services[service].context->id == id)
      out.push_back(service);
  return out;
}

std::vector<ServiceId> Facts::services_of(TeamId id) const {
  std::vector<ServiceId> out;
  for (const ServiceId service : model.services.ids())
    if (model.services[service].team && model.services[service].team->id == id)
      out.push_back(service);
  return out;
}

std::vector<StoreId> Facts::stores_of(ServiceId id) const {
  std::vector<StoreId> out;
  for (const StoreId store : model.stores.ids())
    if (model.stores[store].owner && model.stores[store].owner->id == id) out.push_back(store);
  return out;
}

std::vector<OperationId> Facts::operations_of(ServiceId id) const {
  std::vector<OperationId> out;
  for (const Endpoint& item : model.services[id].endpoints)
    if (item.implements && item.implements->id.valid() &&
        std::find(out.begin(), out.end(), item.implements->id) == out.end())
      out.push_back(item.implements->id);
  return out;
}

std::vector<std::string> Facts::events() const {
  std::vector<std::string> out;
  for (const Operation& op : model.operations) {
    for (const std::string& event : op.emits.value)
      add_unique(out, event);
    for (const std::string& event : op.on.value)
      add_unique(out, event);
  }
  for (const Channel& channel : model.channels)
    for (const std::string& event : channel.events.value)
      add_unique(out, event);
  return out;
}

std::vector<std::string> Facts::emitters(std::string_view event) const {
  std::vector<std::string> out;
  for (const Operation& op : model.operations)
    if (contains(op.emits.value, event)) add_unique(out, op.name);
  return out;
}

std::vector<std::string> Facts::listeners(std::string_view event) const {
  std::vector<std::string> out;
  for (const Operation& op : model.operations)
    if (contains(op.on.value, event)) add_unique(out, op.name);
  return out;
}

bool Facts::in_saga(OperationId id) const {
  for (const Saga& saga : model.sagas)
    if (saga.implements && saga.implements->id == id) return true;
  return false;
}

std::vector<std::string> common_notes(const SimulationResult& simulation) {
  std::vector<std::string> out;
  if (simulation.experiments.size() < 2) return out;
  for (const std::string& note : simulation.experiments.front().notes)
    if (std::all_of(simulation.experiments.begin(), simulation.experiments.end(),
                    [&](const ExperimentResult& run) { return contains(run.notes, note); }))
      add_unique(out, note);
  return out;
}

std::vector<std::string> own_notes(const SimulationResult& simulation,
                                   const ExperimentResult& run) {
  const std::vector<std::string> common = common_notes(simulation);
  std::vector<std::string> out;
  for (const std::string& note : run.notes)
    if (!contains(common, note)) out.push_back(note);
  return out;
}

bool is_cache(const Store& store) {
  return store.expires.has() || store.capacity.has();
}

std::vector<std::string> names_of(const std::vector<Ref<AggregateId>>& refs) {
  std::vector<std::string> out;
  out.reserve(refs.size());
  for (const auto& ref : refs)
    out.push_back(ref.name);
  return out;
}

std::string list_of(const std::vector<std::string>& parts) {
  return enumerate(parts);
}

std::string percent(double share, int digits) {
  return number_text(share * 100, digits) + "%";
}

std::string per_second(double rate) {
  return rate < 0 ? "" : readable(Rate{rate});
}

std::string count_text(std::uint64_t n) {
  const auto value = static_cast<double>(n);
  if (value < 1e4) return number_text(value);
  if (value < 1e6) return number_text(value / 1e3, 3) + "k";
  if (value < 1e9) return number_text(value / 1e6, 3) + "M";
  return number_text(value / 1e9, 3) + "G";
}

std::string money(double per_month, std::string_view currency) {
  return fmt::format("{} {}/month", number_text(per_month, per_month >= 100 ? 5 : 3), currency);
}

std::string with_interval(const Interval& interval, double scale, std::string_view unit) {
  std::string text = number_text(interval.mean * scale, 3);
  if (interval.half_width > 0) text += " ± " + number_text(interval.half_width * scale, 2);
  if (unit == "%") return text + "%";
  return unit.empty() ? text : fmt::format("{} {}", text, unit);
}

std::string origin_text(Origin origin) {
  switch (origin) {
    case Origin::Absent: return "";
    case Origin::Given: return "given";
    case Origin::Decided: return "decided";
    case Origin::Measured: return "measured";
    case Origin::Assumed: return "assumed";
  }
  return "";
}

std::string plural_of(std::size_t n, std::string_view noun) {
  return plural(static_cast<std::int64_t>(n), noun);
}

}  // namespace scantling
