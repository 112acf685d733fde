#include "model/entries.h"

namespace scantling {

std::vector<std::vector<EndpointId>> endpoints_by_operation(const Architecture& model) {
  std::vector<std::vector<EndpointId>> out(model.operations.size());
  for (const EndpointId id : all_endpoints(model)) {
    const Endpoint& endpoint = model.endpoint(id);
    if (endpoint.implements && endpoint.implements->id.valid())
      out[static_cast<std::size_t>(endpoint.implements->id.index)].push_back(id);
  }
  return out;
}

}  // namespace scantling
