#include "generate/plan.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "generate/names.h"
#include "model/reads.h"

namespace scantling::generate {
namespace {

template <class T>
void add_once(std::vector<T>& list, const T& item) {
  if (std::ranges::find(list, item) == list.end()) list.push_back(item);
}

// Distinct labels in order: a second "orders" becomes "orders-2".
template <class Items, class Make>
std::vector<std::string> distinct_names(const Items& items, Make make,
                                        std::set<std::string>& used) {
  std::vector<std::string> out;
  for (const auto& item : items) {
    std::string name = make(item.name);
    for (int n = 2; !used.insert(name).second; ++n)
      name = make(item.name + "-" + std::to_string(n));
    out.push_back(std::move(name));
  }
  return out;
}

bool harmless(const Field<Idempotency>& idempotent) {
  return idempotent && *idempotent != Idempotency::No;
}

}  // namespace

Plan::Plan(const Architecture& model, const GenerateOptions& options)
    : model_(model),
      options_(options),
      estimate_(scantling::estimate(model, {.basis = LoadBasis::Mean})),
      calls_(model),
      system_(dns_label(model.name.value)) {
  name_all();
  for (const ServiceId id : model.services.ids())
    plan_service(id);
  plan_sagas();
  connect();
  find_public();
  find_objectives();
}

void Plan::name_all() {
  // Services, stores and externals become Services of one namespace.
  std::set<std::string> used;
  const auto services = distinct_names(model_.services, dns_label, used);
  for (std::size_t i = 0; i < services.size(); ++i) {
    services_.emplace_back();
    services_.back().id = ServiceId(i);
    services_.back().name = services[i];
  }
  store_names_ = distinct_names(model_.stores, dns_label, used);
  external_names_ = distinct_names(model_.externals, dns_label, used);
  std::set<std::string> topics;
  channel_names_ = distinct_names(model_.channels, topic_name, topics);
}

void Plan::plan_service(ServiceId id) {
  const Service& service = model_.services[id];
  ServicePlan& out = services_[index(id.index)];
  out.owner = service.team ? dns_label(service.team->name) : system_;
  const CountRange instances = service.runtime->instances.or_else({2, 2});
  out.low = std::max<std::int64_t>(1, instances.low);
  out.high = std::max(out.low, instances.high);
  out.longest_request_seconds = 0;
  bool only_every = !service.endpoints.empty();
  for (std::size_t i = 0; i < service.endpoints.size(); ++i) {
    const Endpoint& endpoint = service.endpoints[i];
    const EndpointId endpoint_id{id, static_cast<std::int32_t>(i)};
    const Protocol protocol = endpoint.protocol.value;
    out.grpc = out.grpc || protocol == Protocol::Grpc;
    out.http = out.http || protocol == Protocol::Http || protocol == Protocol::Graphql ||
               protocol == Protocol::Websocket;
    only_every = only_every && protocol == Protocol::Every;
    if (protocol == Protocol::Consumes && endpoint.consumes->id.valid())
      out.consumes.push_back(
          {endpoint.consumes->id,
           endpoint.events.or_else(model_.channels[endpoint.consumes->id].events.value),
           static_cast<int>(i)});
    out.longest_request_seconds =
        std::max(out.longest_request_seconds, calls_.longest_seconds(endpoint_id).value_or(30));
    plan_steps(out, endpoint, endpoint_id);
    for (const OperationId operation : calls_.operations_through(endpoint_id))
      out.priority =
          std::max(out.priority, model_.operations[operation].priority.or_else({1}).value);
  }
  out.scheduled = only_every;
}

void Plan::plan_steps(ServicePlan& out, const Endpoint& endpoint, EndpointId id) {
  for_each_step(*endpoint.steps, [&](const Step& step) {
    if (step.kind == StepKind::Call && step.endpoint.valid()) {
      // A step to an endpoint of the same service stays inside the process.
      if (step.endpoint.service == id.service) return;
      const bool repeatable = harmless(model_.endpoint(step.endpoint).idempotent) ||
                              !calls_.changes_something(step.endpoint);
      out.calls.push_back({id, step.endpoint, {}, &step.policy, repeatable});
      add_once(out.callees, step.endpoint.service);
    } else if (step.kind == StepKind::Call && step.external.valid()) {
      out.calls.push_back({id,
                           {},
                           step.external,
                           &step.policy,
                           harmless(model_.externals[step.external].idempotent)});
      add_once(out.externals, step.external);
    } else if (step.store.valid()) {
      auto known = std::ranges::find(out.stores, step.store, &StoreUse::store);
      if (known == out.stores.end()) {
        out.stores.push_back({step.store, &step.policy, false, {}});
        known = out.stores.end() - 1;
      }
      known->writes = known->writes || step.kind == StepKind::Write;
      if (chooses_any_copy(step)) add_once(known->any_copy, endpoint.name);
    } else if (step.kind == StepKind::Publish && step.channel.valid()) {
      auto known = std::ranges::find(out.publishes, step.channel, &ChannelUse::channel);
      if (known == out.publishes.end()) {
        out.publishes.push_back({step.channel, {}, -1});
        known = out.publishes.end() - 1;
      }
      if (!step.event.empty()) add_once(known->events, step.event);
    }
  });
}

// An orchestrator calls its participants, whether or not a step of an endpoint says so.
void Plan::plan_sagas() {
  for (const Saga& saga : model_.sagas) {
    if (!saga.coordinator || !saga.coordinator->id.valid() || !saga.steps) continue;
    ServicePlan& coordinator = services_[index(saga.coordinator->id.index)];
    for (const SagaStep& step : *saga.steps)
      for (const EndpointId target : {step.do_endpoint, step.undo_endpoint}) {
        if (!target.valid() || target.service == coordinator.id) continue;
        const bool known = std::ranges::any_of(
            coordinator.calls, [&](const CallPlan& call) { return call.callee == target; });
        if (known) continue;
        coordinator.calls.push_back({{coordinator.id, -1},
                                     target,
                                     {},
                                     nullptr,
                                     harmless(model_.endpoint(target).idempotent)});
        add_once(coordinator.callees, target.service);
      }
  }
}

void Plan::connect() {
  for (ServicePlan& service : services_) {
    std::ranges::sort(service.callees);
    std::ranges::sort(service.externals);
    for (const ServiceId callee : service.callees)
      add_once(services_[index(callee.index)].callers, service.id);
  }
  for (ServicePlan& service : services_)
    std::ranges::sort(service.callers);
}

void Plan::find_public() {
  for (const OperationId id : model_.operations.ids()) {
    const Operation& operation = model_.operations[id];
    if (!operation.actor) continue;
    const auto endpoints = endpoints_of(model_, id);
    if (endpoints.empty()) continue;
    const Protocol protocol = model_.endpoint(endpoints.front()).protocol.value;
    if (protocol == Protocol::Consumes || protocol == Protocol::Every) continue;
    public_.push_back({endpoints.front(), id});
    services_[index(endpoints.front().service.index)].is_public = true;
  }
}

void Plan::find_objectives() {
  for (const OperationId id : model_.operations.ids()) {
    const Operation& operation = model_.operations[id];
    const auto endpoints = endpoints_of(model_, id);
    if (!operation.objective || endpoints.empty()) continue;
    ObjectivePlan out;
    out.operation = id;
    out.entry = endpoints.front();
    out.name = dns_label(operation.name);
    out.availability = operation.objective->availability.or_else({0}).value;
    out.p99_seconds = operation.objective->p99.or_else({}).seconds();
    out.consumed = model_.endpoint(out.entry).protocol.value == Protocol::Consumes;
    if (const OperationEstimate* known = estimate_.of(id)) out.per_second = known->rate;
    if (out.availability > 0 || out.p99_seconds > 0) objectives_.push_back(out);
  }
}

bool Plan::selected(std::string_view target) const {
  return std::ranges::find(selected_, target) != selected_.end();
}

bool Plan::rolled_out(const ServicePlan& service) const {
  return selected("rollouts") && service.serves();
}

std::string Plan::mesh() const {
  if (model_.placement->mesh) return *model_.placement->mesh;
  return model_.constraints->mesh.or_else("");
}

std::string Plan::gateway() const {
  if (model_.placement->gateway) return *model_.placement->gateway;
  return model_.constraints->gateway.or_else("");
}

std::string Plan::broker() const {
  for (const Channel& channel : model_.channels)
    if (channel.broker) return *channel.broker;
  return model_.constraints->broker.or_else("");
}

bool Plan::uses_engine(std::string_view engine) const {
  return std::ranges::any_of(model_.stores,
                             [&](const Store& store) { return store.engine.value == engine; });
}

bool Plan::uses_run_by(RunBy run_by) const {
  return std::ranges::any_of(model_.stores, [&](const Store& store) {
    return engine_of(store.engine.value).run_by == run_by;
  });
}

std::vector<std::string> Plan::store_nodes(StoreId id) const {
  const Store& store = model_.stores[id];
  const std::int64_t shards = store.shards.or_else({1}).value;
  const Engine& engine = engine_of(store.engine.value);
  if (shards <= 1 || engine.shards_itself || engine.run_by == RunBy::Elsewhere)
    return {store_name(id)};
  std::vector<std::string> out;
  for (std::int64_t i = 0; i < std::min<std::int64_t>(shards, 256); ++i)
    out.push_back(dns_label(store_name(id) + "-" + std::to_string(i)));
  return out;
}

bool Plan::uses_broker(const ServicePlan& service) const {
  return (!service.publishes.empty() || !service.consumes.empty()) &&
         broker_of(broker()).run_by != BrokerBy::InStore;
}

std::vector<ServiceId> Plan::users_of(StoreId id) const {
  std::vector<ServiceId> out;
  for (const ServicePlan& service : services_)
    if (std::ranges::find(service.stores, id, &StoreUse::store) != service.stores.end())
      out.push_back(service.id);
  return out;
}

bool Plan::reads_any_copy(StoreId id) const {
  return std::ranges::any_of(services_, [&](const ServicePlan& service) {
    const auto use = std::ranges::find(service.stores, id, &StoreUse::store);
    return use != service.stores.end() && !use->any_copy.empty();
  });
}

std::vector<ServiceId> Plan::broker_users() const {
  std::vector<ServiceId> out;
  for (const ServicePlan& service : services_)
    if (uses_broker(service)) out.push_back(service.id);
  return out;
}

CostLine Plan::size_of(std::string_view element) const {
  for (const CostLine& line : estimate_.cost)
    if (line.element == element && (line.cores > 0 || line.disk_gib > 0)) return line;
  return {std::string(element), "", 0};
}

std::int64_t Plan::zones() const {
  return model_.placement->zones.or_else(model_.constraints->zones.or_else({1})).value;
}

std::vector<std::string> Plan::environments() const {
  std::vector<std::string> out;
  for (const std::string& name : model_.placement->environments.value)
    add_once(out, dns_label(name));
  if (out.empty()) out = {"dev", "production"};
  return out;
}

std::string Plan::image(const ServicePlan& service) const {
  return options_.registry + "/" + system_ + "/" + service.name;
}

std::optional<double> Plan::timeout_to(EndpointId callee) const {
  std::optional<double> out;
  for (const ServicePlan& service : services_)
    for (const CallPlan& call : service.calls)
      if (call.callee == callee && call.policy != nullptr)
        if (const auto seconds = try_seconds(*call.policy))
          out = std::max(out.value_or(0), *seconds);
  return out;
}

std::string service_element(const Architecture& model, ServiceId id) {
  return "services." + model.services[id].name;
}

std::string decisions_for(const Architecture& model, std::string_view path) {
  std::vector<std::string> out;
  for (const Decision& decision : model.decisions) {
    const bool sets = std::ranges::any_of(decision.sets.value, [&](const std::string& set) {
      return set.starts_with(path) && (set.size() == path.size() || set[path.size()] == '.');
    });
    if (sets && out.size() < 5) out.push_back(decision.name);
  }
  return join(out, ", ");
}

HttpRoute http_route(const Endpoint& endpoint) {
  HttpRoute out{"POST", "/" + dns_label(endpoint.name)};
  if (endpoint.http) {
    if (!endpoint.http->method.empty()) out.method = endpoint.http->method;
    if (endpoint.http->path.starts_with('/')) out.path = endpoint.http->path;
  }
  if (endpoint.protocol.value == Protocol::Graphql) out = {"POST", "/graphql"};
  if (endpoint.protocol.value == Protocol::Websocket)
    out = {"GET", endpoint.websocket.value.starts_with('/') ? *endpoint.websocket : out.path};
  return out;
}

std::string path_with(std::string_view path, std::string_view parameter) {
  std::string out;
  while (!path.empty()) {
    const std::size_t open = path.find('{');
    const std::size_t close = open == path.npos ? path.npos : path.find('}', open);
    if (close == path.npos) return out + std::string(path);
    out += path.substr(0, open);
    out += parameter;
    path.remove_prefix(close + 1);
  }
  return out;
}

std::string grpc_package(const Plan& plan, ServiceId service) {
  return snake_name(plan.system()) + "." + snake_name(plan.service(service).name) + ".v1";
}

std::string grpc_path(const Plan& plan, EndpointId id) {
  const GrpcMethod method =
      grpc_method(plan.model().services[id.service], plan.model().endpoint(id));
  return "/" + grpc_package(plan, id.service) + "." + method.service + "/" + method.method;
}

GrpcMethod grpc_method(const Service& service, const Endpoint& endpoint) {
  const auto parts = split(endpoint.grpc.value, '/');
  if (parts.size() == 2 && !parts[0].empty() && !parts[1].empty())
    return {pascal_name(parts[0]), pascal_name(parts[1])};
  return {pascal_name(service.name), pascal_name(endpoint.name)};
}

}  // namespace scantling::generate
