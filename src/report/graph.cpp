#include "report/graph.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "report/svg.h"

namespace scantling {

namespace {

std::string_view protocol_word(Protocol protocol) {
  switch (protocol) {
    case Protocol::Http: return "HTTP";
    case Protocol::Grpc: return "gRPC";
    case Protocol::Graphql: return "GraphQL";
    case Protocol::Websocket: return "WebSocket";
    case Protocol::Consumes: return "consume";
    case Protocol::Every: return "timer";
  }
  return "";
}

class Builder {
 public:
  explicit Builder(const Facts& facts) : facts_(facts), model_(facts.model) {
    for (const Context& context : model_.contexts)
      out_.clusters.push_back(context.name);
  }

  SystemGraph build() {
    add_actors();
    add_services();
    add_stores();
    add_channels();
    add_externals();
    add_entries();
    for (const Flow& flow : facts_.flows)
      add_flow(flow);
    add_consumers();
    return std::move(out_);
  }

 private:
  int add(GraphNode node) {
    out_.nodes.push_back(std::move(node));
    return static_cast<int>(out_.nodes.size()) - 1;
  }
  static std::string dotted(const std::vector<std::string>& parts) { return join(parts, " · "); }

  int cluster_of(ServiceId service) const {
    if (!service.valid()) return -1;
    const auto& context = model_.services[service].context;
    return context ? context->id.index : -1;
  }

  void add_actors() {
    for (const Operation& op : model_.operations)
      if (op.actor && actor_index(*op.actor) < 0) {
        actors_.push_back(*op.actor);
        GraphNode node;
        node.kind = GraphKind::Actor;
        node.name = *op.actor;
        node.detail = "actor";
        add(std::move(node));
      }
    if (model_.placement && model_.placement->gateway && !actors_.empty()) {
      GraphNode node;
      node.kind = GraphKind::Gateway;
      node.name = *model_.placement->gateway;
      node.detail = "gateway";
      gateway_ = add(std::move(node));
    }
  }
  int actor_index(const std::string& name) const {
    const auto found = std::find(actors_.begin(), actors_.end(), name);
    return found == actors_.end() ? -1 : static_cast<int>(found - actors_.begin());
  }

  void add_services() {
    first_service_ = static_cast<int>(out_.nodes.size());
    for (const ServiceId id : model_.services.ids()) {
      const Service& service = model_.services[id];
      GraphNode node;
      node.name = service.name;
      node.cluster = cluster_of(id);
      node.utilisation = facts_.utilisation("service", service.name);
      node.p99_seconds = facts_.p99_seconds(id);
      node.cost_per_month = facts_.cost_per_month("services." + service.name);
      std::vector<std::string> parts;
      if (service.runtime && service.runtime->instances)
        parts.push_back(to_text(*service.runtime->instances));
      if (node.utilisation >= 0) parts.push_back(percent(node.utilisation, 2));
      if (node.p99_seconds >= 0) parts.push_back(readable_seconds(node.p99_seconds));
      node.detail = dotted(parts);
      add(std::move(node));
    }
  }

  void add_stores() {
    first_store_ = static_cast<int>(out_.nodes.size());
    for (const Store& store : model_.stores) {
      GraphNode node;
      node.kind = GraphKind::Store;
      node.name = store.name;
      node.cluster = store.owner ? cluster_of(store.owner->id) : -1;
      node.utilisation = facts_.utilisation("store", store.name);
      node.cost_per_month = facts_.cost_per_month("stores." + store.name);
      std::vector<std::string> parts;
      if (store.engine) parts.push_back(*store.engine);
      if (store.copies) parts.push_back("x" + to_text(*store.copies));
      if (node.utilisation >= 0) parts.push_back(percent(node.utilisation, 2));
      node.detail = dotted(parts);
      add(std::move(node));
    }
  }

  void add_channels() {
    first_channel_ = static_cast<int>(out_.nodes.size());
    for (const ChannelId id : model_.channels.ids()) {
      const Channel& channel = model_.channels[id];
      GraphNode node;
      node.kind = GraphKind::Channel;
      node.name = channel.name;
      node.cluster = channel.owner ? cluster_of(channel.owner->id) : -1;
      node.cost_per_month = facts_.cost_per_month("channels." + channel.name);
      if (facts_.peak)
        for (const ChannelResult& result : facts_.peak->channels)
          if (result.channel == id) node.p99_seconds = result.delay.p99.mean;
      std::vector<std::string> parts;
      if (channel.broker) parts.push_back(*channel.broker);
      if (channel.partitions) parts.push_back(plural(channel.partitions->value, "partition"));
      node.detail = dotted(parts);
      add(std::move(node));
    }
  }

  void add_externals() {
    first_external_ = static_cast<int>(out_.nodes.size());
    for (const External& external : model_.externals) {
      GraphNode node;
      node.kind = GraphKind::External;
      node.name = external.name;
      std::vector<std::string> parts{"external"};
      if (external.latency) {
        node.p99_seconds = external.latency->quantile_seconds(.99);
        parts.push_back("p99 " + readable_seconds(node.p99_seconds));
      }
      node.utilisation = facts_.utilisation("external", external.name);
      node.detail = dotted(parts);
      add(std::move(node));
    }
  }

  void connect(int from, int to, EdgeKind kind, std::string how, double rate) {
    if (from < 0 || to < 0) return;
    const auto known = std::find_if(out_.edges.begin(), out_.edges.end(), [&](const GraphEdge& e) {
      return e.from == from && e.to == to && e.kind == kind;
    });
    if (known == out_.edges.end()) {
      out_.edges.push_back({from, to, kind, {std::move(how)}, rate});
      return;
    }
    if (std::find(known->how.begin(), known->how.end(), how) == known->how.end())
      known->how.push_back(std::move(how));
    if (rate >= 0) known->rate = std::max(known->rate, 0.0) + rate;
  }

  // What an actor asks for goes through the gateway, if there is one.
  void add_entries() {
    for (const OperationId id : model_.operations.ids()) {
      const Operation& op = model_.operations[id];
      if (!op.actor) continue;
      const std::vector<EndpointId> endpoints = endpoints_of(model_, id);
      if (endpoints.empty()) continue;
      const std::string how(protocol_word(model_.endpoint(endpoints.front()).protocol.value));
      const double rate = facts_.operation_rate(id);
      const int actor = actor_index(*op.actor);
      const int service = first_service_ + endpoints.front().service.index;
      if (gateway_ >= 0) {
        connect(actor, gateway_, EdgeKind::Call, how, rate);
        connect(gateway_, service, EdgeKind::Call, how, rate);
      } else {
        connect(actor, service, EdgeKind::Call, how, rate);
      }
    }
  }

  void add_flow(const Flow& flow) {
    const Step& step = *flow.step;
    const int from = first_service_ + flow.from.service.index;
    if (step.kind == StepKind::Call && step.endpoint.valid()) {
      if (step.endpoint.service == flow.from.service) return;
      connect(from, first_service_ + step.endpoint.service.index, EdgeKind::Call,
              std::string(protocol_word(model_.endpoint(step.endpoint).protocol.value)), flow.rate);
    } else if (step.kind == StepKind::Call && step.external.valid()) {
      connect(from, first_external_ + step.external.index, EdgeKind::Call, "", flow.rate);
    } else if (step.store.valid()) {
      connect(from, first_store_ + step.store.index, EdgeKind::Data,
              std::string(to_text_enum(step.kind)), flow.rate);
    } else if (step.channel.valid()) {
      connect(from, first_channel_ + step.channel.index, EdgeKind::Message, "publish", flow.rate);
    }
  }

  void add_consumers() {
    for (const EndpointId id : all_endpoints(model_)) {
      const auto& consumes = model_.endpoint(id).consumes;
      if (consumes && consumes->id.valid())
        connect(first_channel_ + consumes->id.index, first_service_ + id.service.index,
                EdgeKind::Message, "consume", facts_.endpoint_rate(id));
    }
  }

  const Facts& facts_;
  const Architecture& model_;
  SystemGraph out_;
  std::vector<std::string> actors_;
  int gateway_ = -1;
  int first_service_ = 0, first_store_ = 0, first_channel_ = 0, first_external_ = 0;
};

}  // namespace

std::string_view to_text(GraphKind kind) {
  switch (kind) {
    case GraphKind::Actor: return "actor";
    case GraphKind::Gateway: return "gateway";
    case GraphKind::Service: return "service";
    case GraphKind::Store: return "store";
    case GraphKind::Channel: return "channel";
    case GraphKind::External: return "external";
  }
  return "";
}

std::string GraphEdge::label() const {
  const std::string often = per_second(rate);
  std::string word;
  if (kind == EdgeKind::Call)
    word = join(how, "+");
  else if (kind == EdgeKind::Data)
    word = how.size() == 2 ? "r/w" : how.front() == "write" ? "w" : "r";
  else if (often.empty())
    word = how.front();  // the dashes and the arrow say which; the rate is worth the room
  if (often.empty()) return word;
  return word.empty() ? often : word + " " + often;
}

std::string GraphEdge::described() const {
  const std::string often = per_second(rate);
  return join(how, " and ") + (often.empty() ? "" : " " + often);
}

SystemGraph system_graph(const Facts& facts) {
  return Builder(facts).build();
}

SystemGraph context_graph(const Facts& facts) {
  SystemGraph out;
  auto node_of = [&](const std::string& name) {
    for (std::size_t i = 0; i < out.nodes.size(); ++i)
      if (out.nodes[i].name == name) return static_cast<int>(i);
    GraphNode node;
    node.name = name;
    const ContextId id = find_by_name(facts.model.contexts, name);
    node.kind = id.valid() ? GraphKind::Service : GraphKind::External;
    if (id.valid() && facts.model.contexts[id].kind)
      node.detail = to_text_enum(*facts.model.contexts[id].kind);
    else
      node.detail = "external";
    out.nodes.push_back(std::move(node));
    return static_cast<int>(out.nodes.size()) - 1;
  };
  for (const Context& context : facts.model.contexts)
    node_of(context.name);
  for (const ContextRelation& relation : facts.model.relations) {
    const int from = node_of(*relation.upstream);
    const int to = node_of(*relation.downstream);
    out.edges.push_back({from,
                         to,
                         EdgeKind::Call,
                         {relation.kind ? std::string(to_text_enum(*relation.kind)) : ""},
                         -1});
  }
  return out;
}

}  // namespace scantling
