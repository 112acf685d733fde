#include "verify/protocol.h"

#include <algorithm>

namespace scantling::verify {

bool Protocol::has_property(std::string_view name) const {
  return system.find_property(name) != nullptr ||
         std::ranges::any_of(sums, [&](const Sum& s) { return s.property == name; });
}

std::string path_of(const Architecture& model, EndpointId id) {
  return "services." + model.services[id.service].name + ".endpoints." + model.endpoint(id).name;
}

bool is_cache(const Store& store) {
  return store.expires || store.capacity || store.single_flight || store.serve_stale ||
         store.leases;
}

bool at_least_once(const Channel& channel) {
  return channel.delivery.or_else(Delivery::AtLeastOnce) == Delivery::AtLeastOnce;
}

Idempotency repeat_of(const Derivation& d, EndpointId id) {
  const Endpoint& endpoint = d.model.endpoint(id);
  if (endpoint.idempotent) return *endpoint.idempotent;
  return d.calls.changes_something(id) ? Idempotency::No : Idempotency::Yes;
}

std::string repeater_of(const Derivation& d, EndpointId id) {
  const Endpoint& endpoint = d.model.endpoint(id);
  if (endpoint.consumes && endpoint.consumes->id.valid()) {
    const Channel& channel = d.model.channels[endpoint.consumes->id];
    return at_least_once(channel) ? channel.name : "";
  }
  for (const CallEdge* edge : d.calls.calls_to(id)) {
    const CallPolicy& policy = edge->step->policy;
    if (policy.retry && attempts_of(policy) > 1) return endpoint_name(d.model, edge->caller);
  }
  return "";
}

std::vector<const Step*> steps_of(const Endpoint& endpoint) {
  std::vector<const Step*> out;
  for_each_step(endpoint.steps.value, [&](const Step& step) { out.push_back(&step); });
  return out;
}

Step* same_step(Architecture& copy, const Architecture& model, EndpointId id, const Step& step) {
  const std::vector<const Step*> before = steps_of(model.endpoint(id));
  const std::vector<const Step*> after = steps_of(copy.endpoint(id));
  const auto at = std::ranges::find(before, &step);
  if (at == before.end() || before.size() != after.size()) return nullptr;
  return const_cast<Step*>(after[static_cast<std::size_t>(at - before.begin())]);
}

Builder::Builder(std::string name, std::string element) {
  out_.system.name = std::move(name);
  out_.system.element = std::move(element);
}

int Builder::lane(const std::string& name) {
  auto& lanes = out_.system.lanes;
  const auto it = std::ranges::find(lanes, name);
  if (it != lanes.end()) return static_cast<int>(it - lanes.begin());
  lanes.push_back(name);
  return static_cast<int>(lanes.size()) - 1;
}

Var Builder::variable(std::string name, int lane, std::vector<std::string> texts) {
  Variable v;
  v.name = std::move(name);
  v.values = static_cast<int>(texts.size());
  v.texts = std::move(texts);
  v.lane = lane;
  out_.system.variables.push_back(std::move(v));
  return static_cast<Var>(out_.system.variables.size() - 1);
}

Var Builder::place(std::string name, int lane, std::vector<std::string> texts) {
  const Var v = variable(std::move(name), lane, std::move(texts));
  out_.system.variables[v].quiet = true;
  return v;
}

Var Builder::message(std::string name, int most) {
  Variable v;
  v.name = std::move(name);
  v.values = most + 1;
  v.message = true;
  out_.system.variables.push_back(std::move(v));
  return static_cast<Var>(out_.system.variables.size() - 1);
}

Draft Builder::rule(int lane, std::string text) {
  Draft d(out_.system, lane, std::move(text));
  d.element(out_.system.element);
  return d;
}

void Builder::property(Shape shape, std::string name, std::vector<Conds> states,
                       std::vector<Conds> premise, std::string broken) {
  out_.system.properties.push_back({std::move(name), shape, std::move(states), std::move(premise),
                                    std::move(broken), out_.system.element});
}

void Builder::never(std::string name, std::vector<Conds> states, std::vector<Conds> premise,
                    std::string broken) {
  property(Shape::Never, std::move(name), std::move(states), std::move(premise), std::move(broken));
}

void Builder::rests(std::string name, std::vector<Conds> states, std::vector<Conds> premise,
                    std::string broken) {
  property(Shape::Rests, std::move(name), std::move(states), std::move(premise), std::move(broken));
}

void Builder::ends(std::string name, std::vector<Conds> premise, std::string broken) {
  property(Shape::Ends, std::move(name), {}, std::move(premise), std::move(broken));
}

void Builder::note(std::string text) {
  out_.system.notes.push_back(std::move(text));
}

void Builder::repair(std::string property, std::string text, std::string element,
                     std::function<void(Mender&)> apply) {
  out_.repairs.push_back(
      {std::move(property), std::move(text), std::move(element), std::move(apply), false});
}

Protocol Builder::finish(Span span) {
  out_.span = span;
  validate(out_.system);
  return std::move(out_);
}

Conds all_of(std::vector<std::pair<Var, int>> list) {
  Conds out;
  for (const auto& [var, value] : list)
    out.push_back({var, static_cast<std::uint8_t>(value)});
  std::ranges::sort(out);
  return out;
}

}  // namespace scantling::verify
