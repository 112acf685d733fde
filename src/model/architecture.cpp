#include "model/architecture.h"

#include "base/text.h"

namespace scantling {

EndpointId find_endpoint(const Architecture& model, std::string_view dotted) {
  const std::size_t dot = dotted.find('.');
  if (dot == std::string_view::npos) return {};
  const ServiceId service = find_by_name(model.services, dotted.substr(0, dot));
  if (!service.valid()) return {};
  const auto& endpoints = model.services[service].endpoints;
  for (std::size_t i = 0; i < endpoints.size(); ++i)
    if (endpoints[i].name == dotted.substr(dot + 1)) return {service, static_cast<std::int32_t>(i)};
  return {};
}

std::string endpoint_name(const Architecture& model, EndpointId id) {
  if (!id.valid()) return {};
  return model.services[id.service].name + "." + model.endpoint(id).name;
}

std::vector<EndpointId> all_endpoints(const Architecture& model) {
  std::vector<EndpointId> out;
  for (const ServiceId service : model.services.ids())
    for (std::size_t i = 0; i < model.services[service].endpoints.size(); ++i)
      out.push_back({service, static_cast<std::int32_t>(i)});
  return out;
}

ServiceId owner_of(const Architecture& model, AggregateId aggregate) {
  for (const ServiceId service : model.services.ids())
    for (const auto& owned : *model.services[service].owns)
      if (owned.id == aggregate) return service;
  return {};
}

StoreId store_of(const Architecture& model, AggregateId aggregate) {
  for (const StoreId store : model.stores.ids()) {
    if (model.stores[store].expires.has()) continue;  // a cache
    for (const auto& held : *model.stores[store].holds)
      if (held.id == aggregate) return store;
  }
  return {};
}

std::vector<EndpointId> endpoints_of(const Architecture& model, OperationId operation) {
  std::vector<EndpointId> out;
  for (const EndpointId id : all_endpoints(model)) {
    const Endpoint& endpoint = model.endpoint(id);
    if (endpoint.implements && endpoint.implements->id == operation) out.push_back(id);
  }
  return out;
}

bool has_solution(const Architecture& model) {
  return !model.services.empty();
}

Emission parse_emission(std::string_view text) {
  const auto words = split_words(text);
  Emission out;
  if (words.empty()) return out;
  out.event = std::string(words[0]);
  if (words.size() == 2)
    if (const auto share = parse_share(words[1])) out.share = *share;
  return out;
}

}  // namespace scantling
