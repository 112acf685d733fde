// The table of services and a block a service.
#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "model/reads.h"
#include "report/blocks.h"

namespace scantling {

namespace {

Tone utilisation_tone(double value) {
  if (value < 0) return Tone::Dim;
  return value > .9 ? Tone::Bad : value > .75 ? Tone::Warn : Tone::Plain;
}

std::string or_dash(std::string text) {
  return text.empty() ? "-" : text;
}

Table services_table(const Facts& facts) {
  const Architecture& model = facts.model;
  Table table;
  table.caption = facts.peak ? "at peak, simulated" : "at peak, estimated";
  table.columns = {{"service", false, 0}, {"context", false, 5},    {"instances", true, 1},
                   {"cpu each", true, 4}, {"utilisation", true, 0}, {"p99", true, 0},
                   {"requests", true, 3}, {"a month", true, 2}};
  for (const ServiceId id : model.services.ids()) {
    const Service& service = model.services[id];
    const double used = facts.utilisation("service", service.name);
    const double p99 = facts.p99_seconds(id);
    const double cost = facts.cost_per_month("services." + service.name);
    double rate = -1;
    for (std::size_t i = 0; i < service.endpoints.size(); ++i) {
      const double one = facts.endpoint_rate({id, static_cast<std::int32_t>(i)});
      if (one >= 0) rate = std::max(rate, 0.0) + one;
    }
    table.rows.push_back(
        {{service.name},
         {or_dash(service.context ? service.context->name : "")},
         {or_dash(service.runtime && service.runtime->instances
                      ? to_text(*service.runtime->instances)
                      : "")},
         {or_dash(service.runtime && service.runtime->cpu ? to_text(*service.runtime->cpu) : "")},
         {used < 0 ? "-" : percent(used), utilisation_tone(used)},
         {p99 < 0 ? "-" : readable_seconds(p99)},
         {or_dash(per_second(rate))},
         {cost > 0 ? number_text(cost, 4) + " " + facts.result.estimate.currency : "-"}});
  }
  return table;
}

std::string route_text(const Endpoint& endpoint) {
  if (endpoint.http) return fmt::format("{} {}", endpoint.http->method, endpoint.http->path);
  if (endpoint.grpc) return "gRPC " + *endpoint.grpc;
  if (endpoint.graphql) return "GraphQL " + *endpoint.graphql;
  if (endpoint.websocket) return "WebSocket " + *endpoint.websocket;
  if (endpoint.consumes) return "consumes " + endpoint.consumes->name;
  if (endpoint.every) return "every " + to_text(*endpoint.every);
  return "";
}

Item endpoint_item(const Facts& facts, EndpointId id) {
  const Endpoint& endpoint = facts.model.endpoint(id);
  std::vector<std::string> parts;
  auto part = [&](std::string text) {
    if (!text.empty()) parts.push_back(std::move(text));
  };
  part(route_text(endpoint));
  if (endpoint.implements && endpoint.implements->name != endpoint.name)
    part("for " + endpoint.implements->name);
  if (endpoint.version) part("version " + *endpoint.version);
  if (endpoint.idempotent)
    part(endpoint.idempotent.value == Idempotency::No ? "not idempotent"
         : endpoint.idempotent.value == Idempotency::Yes
             ? "idempotent"
             : fmt::format("idempotent {}", to_text_enum(*endpoint.idempotent)));
  const double rate = facts.endpoint_rate(id);
  if (rate > 0) part(per_second(rate) + " at peak");
  return line(endpoint.name, join(parts, ", "), endpoint.from.origin);
}

Item data_item(const Facts& facts, ServiceId id) {
  Item item = branch("data", {});
  const Service& service = facts.model.services[id];
  if (service.owns)
    add_line(item.children,
             line("owns", list_of(names_of(service.owns.value)), service.owns.from.origin));
  for (const StoreId store_id : facts.stores_of(id)) {
    const Store& store = facts.model.stores[store_id];
    std::vector<std::string> parts;
    if (store.engine) parts.push_back(*store.engine);
    if (is_cache(store))
      parts.push_back("cache");
    else if (!store.holds.value.empty())
      parts.push_back("holds " + list_of(names_of(store.holds.value)));
    if (store.copies) parts.push_back(plural(store.copies->value, "copy"));
    add_line(item.children, line(store.name, join(parts, ", "), store.engine.from.origin));
  }
  return item;
}

std::string stack_text(const Runtime& runtime) {
  std::vector<std::string> parts;
  if (runtime.language) parts.push_back(*runtime.language);
  if (runtime.cpu) parts.push_back(to_text(*runtime.cpu) + " cpu");
  if (runtime.memory) parts.push_back(to_text(*runtime.memory));
  if (runtime.concurrency)
    parts.push_back(runtime.concurrency->value < 0
                        ? "any number of requests at once"
                        : plural(runtime.concurrency->value, "request") + " at once");
  if (runtime.queue)
    parts.push_back(runtime.queue->value < 0 ? "unbounded queue"
                                             : fmt::format("queue of {}", runtime.queue->value));
  return join(parts, ", ");
}

// "any copy for view-order": whose reads choose it, whatever the store says.
std::string chosen_copies(const Service& service, StoreId store) {
  std::vector<std::string> endpoints;
  for (const Endpoint& endpoint : service.endpoints) {
    bool chooses = false;
    for_each_step(*endpoint.steps, [&](const Step& step) {
      chooses = chooses || (step.store == store && chooses_any_copy(step));
    });
    if (chooses) endpoints.push_back(endpoint.name);
  }
  return endpoints.empty() ? "" : "any copy for " + enumerate(endpoints);
}

std::string consistency_text(const Facts& facts, ServiceId id) {
  std::vector<std::string> parts;
  for (const StoreId store_id : facts.stores_of(id)) {
    const Store& store = facts.model.stores[store_id];
    if (!store.consistency) continue;
    std::string text = fmt::format("{} {}", store.name, to_text_enum(store.consistency->kind));
    if (store.consistency->kind == ConsistencyKind::Quorum)
      text += fmt::format(" (read {}, write {})", store.consistency->quorum.read,
                          store.consistency->quorum.write);
    parts.push_back(std::move(text));
    if (std::string any = chosen_copies(facts.model.services[id], store_id); !any.empty())
      parts.back() += " (" + any + ")";
  }
  for (const Saga& saga : facts.model.sagas)
    if (saga.coordinator && saga.coordinator->id == id)
      parts.push_back("coordinates saga " + saga.name);
  return join(parts, ", ");
}

// Asynchronous parts of what the service does are seen from its steps.
std::vector<std::string> pattern_names(const Facts& facts, ServiceId id) {
  const Service& service = facts.model.services[id];
  std::vector<std::string> out = service.patterns.value;
  auto add = [&](const char* name) {
    if (std::find(out.begin(), out.end(), name) == out.end()) out.emplace_back(name);
  };
  for (const Flow& flow : facts.flows) {
    if (flow.from.service != id) continue;
    const CallPolicy& policy = flow.step->policy;
    if (policy.breaker) add("circuit breaker");
    if (policy.retry && policy.retry->attempts && policy.retry->attempts->value > 1) add("retry");
    if (policy.hedge) add("hedged request");
    if (policy.at_once) add("bulkhead");
    if (!flow.step->fallback.empty()) add("fallback");
    if (flow.step->kind == StepKind::Publish && flow.step->via.has() &&
        flow.step->via.value == PublishVia::Outbox)
      add("outbox");
    if (flow.step->miss) add("cache-aside");
  }
  if (service.rate_limit) add("rate limit");
  if (service.shed) add("load shedding");
  return out;
}

Item objectives_item(const Facts& facts, ServiceId id) {
  Item item = branch("objectives", {});
  for (const OperationId op_id : facts.operations_of(id)) {
    const Operation& op = facts.model.operations[op_id];
    if (!op.objective) continue;
    const std::vector<EndpointId> endpoints = endpoints_of(facts.model, op_id);
    if (endpoints.empty() || endpoints.front().service != id) continue;
    std::vector<std::string> parts;
    const Objective& objective = *op.objective;
    if (objective.p50) parts.push_back("p50 " + to_text(*objective.p50));
    if (objective.p95) parts.push_back("p95 " + to_text(*objective.p95));
    if (objective.p99) parts.push_back("p99 " + to_text(*objective.p99));
    if (objective.p999) parts.push_back("p99.9 " + to_text(*objective.p999));
    if (objective.availability) parts.push_back(to_text(*objective.availability));
    if (objective.throughput) parts.push_back(to_text(*objective.throughput));
    const Origin origin = objective.p99 ? objective.p99.from.origin : op.objective.from.origin;
    add_line(item.children, line(op.name, join(parts, ", "), origin));
  }
  return item;
}

Item cost_item(const Facts& facts, ServiceId id) {
  const Service& service = facts.model.services[id];
  Item item = branch("cost", {});
  auto lines_of = [&](const std::string& element) {
    for (const CostLine& cost : facts.result.estimate.cost)
      if (cost.element == element)
        add_line(item.children,
                 line(element,
                      fmt::format("{} ({})", money(cost.per_month, facts.result.estimate.currency),
                                  cost.what)));
  };
  lines_of("services." + service.name);
  for (const StoreId store : facts.stores_of(id))
    lines_of("stores." + facts.model.stores[store].name);
  return item;
}

Block service_block(const Facts& facts, ServiceId id) {
  const Architecture& model = facts.model;
  const Service& service = model.services[id];
  Block block = make_block("service", service.name);
  std::vector<std::string> operations;
  for (const OperationId op : facts.operations_of(id))
    operations.push_back(model.operations[op].name);
  block.add(line("responsibility", service.summary ? *service.summary : list_of(operations),
                 service.summary ? service.summary.from.origin : service.from.origin));
  if (service.context)
    block.add(line("context", service.context->name, service.context.from.origin));
  block.add(data_item(facts, id));
  Item api = branch("API", {});
  for (std::size_t i = 0; i < service.endpoints.size(); ++i)
    add_line(api.children, endpoint_item(facts, {id, static_cast<std::int32_t>(i)}));
  block.add(std::move(api));
  if (service.runtime)
    block.add(line("stack", stack_text(*service.runtime), service.runtime->language.from.origin));
  block.add(line("patterns", list_of(pattern_names(facts, id))));
  block.add(line("consistency", consistency_text(facts, id)));
  block.add(line("scaling", scaling_text(service), service.runtime.value.instances.from.origin));
  if (service.team) block.add(line("team", service.team->name, service.team.from.origin));
  block.add(objectives_item(facts, id));
  block.add(cost_item(facts, id));
  return block;
}

}  // namespace

std::string scaling_text(const Service& service) {
  std::vector<std::string> parts;
  if (service.runtime && service.runtime->instances)
    parts.push_back(to_text(*service.runtime->instances) + " instances");
  if (service.scale && service.scale->on) {
    std::string text = fmt::format("on {}", to_text_enum(*service.scale->on));
    if (service.scale->target)
      text += service.scale->on.value == ScaleMetric::Utilisation
                  ? " " + percent(*service.scale->target)
                  : " " + number_text(*service.scale->target, 4);
    if (service.scale->delay) text += ", ready after " + to_text(*service.scale->delay);
    parts.push_back(std::move(text));
  }
  if (service.spread) parts.push_back(fmt::format("spread over {}", to_text_enum(*service.spread)));
  return join(parts, ", ");
}

void add_service_blocks(const Facts& facts, Blocks& to) {
  if (facts.model.services.empty()) return;
  Block all = make_block("services", "All services");
  all.tables.push_back(services_table(facts));
  to.push_back(std::move(all));
  for (const ServiceId id : facts.model.services.ids())
    to.push_back(service_block(facts, id));
}

}  // namespace scantling
