// From plans to endpoints: which endpoints the services need, and the steps inside each. The
// consistency pass makes the endpoints, so that sagas can name them; the data pass fills them in
// once the stores are known.
#pragma once

#include "design/workspace.h"

namespace scantling {

// Endpoints for the operations that have none, and for every step that one service asks another to
// do. Also `<service>.events` channels for what is announced, and the consumers.
void create_endpoints(Workspace& ws);

// Steps of every endpoint that create_endpoints made. `stores` are those of the data pass.
void fill_endpoints(Workspace& ws);

// The endpoint of `owner` that does the step for others; invalid before create_endpoints.
EndpointId internal_endpoint(const Workspace& ws, ServiceId owner, const ProblemStep& step,
                             bool stale = false);

// The channel from which what is left of an operation is done when it has answered already.
std::string rest_channel(const Operation& operation);

// What a change of the aggregate is announced as, and "place-order" as "PlaceOrder".
std::string change_event(const Aggregate& aggregate);
std::string camel(std::string_view kebab);

// The first channel that carries the event; invalid: none does.
ChannelId channel_of_event(const Architecture& model, const std::string& event);

// Rows that one statement of that engine returns or writes in about its catalogue time.
double rows_a_statement(const Catalog& catalog, const Store& store, bool write);

}  // namespace scantling
