// What the gateway's own target and those of its classes must agree on.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "generate/plan.h"

namespace scantling::generate {

// KongPlugins that the routes of a public service name.
std::string kong_plugin(const ServicePlan& service, std::string_view suffix);
std::vector<std::string> kong_plugins(const Plan& plan, const ServicePlan& service);

// The GatewayClass that the model's gateway, else its mesh, comes with; "" for a gateway that has
// none.
std::string_view gateway_class(const Plan& plan);

}  // namespace scantling::generate
