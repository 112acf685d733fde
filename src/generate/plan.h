// The elaborated model as the targets see it: names settled, who talks to whom worked out once.
// Every target reads this, so that a policy of the model is the same number in a mesh's route, a
// dashboard and a test.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check/call_graph.h"
#include "estimate/estimate.h"
#include "generate/engines.h"
#include "generate/predicted.h"
#include "model/architecture.h"

namespace scantling::generate {

struct GenerateOptions {
  std::string registry = "registry.example.com";  // image registry, with a path when wanted
  std::string domain = "example.com";             // under which public APIs are reached
  std::string repository = "https://git.example.com";
  std::string tag = "1.0.0";  // of the images, until an overlay says a digest
  bool simulate = false;      // failures, for their modes and the experiments' steady states
  std::uint64_t seed = 1;
  int jobs = 0;
  std::string sunset;  // "2027-03-31": after which deprecated endpoints may be gone
};

// One call of a service's step to an endpoint or an external.
struct CallPlan {
  EndpointId caller;
  EndpointId callee;    // or
  ExternalId external;  // exactly one is valid
  const CallPolicy* policy = nullptr;
  bool repeatable = false;  // asking twice is harmless: retries are allowed
};

struct StoreUse {
  StoreId store;
  const CallPolicy* policy = nullptr;
  bool writes = false;
  std::vector<std::string> any_copy;  // endpoints with reads that any copy answers
};

struct ChannelUse {
  ChannelId channel;
  std::vector<std::string> events;
  int endpoint = -1;  // of a consumer
};

struct ServicePlan {
  ServiceId id;
  std::string name;   // DNS label
  std::string owner;  // team, a DNS label
  bool http = false, grpc = false;
  bool is_public = false;  // an actor calls one of its endpoints
  bool scheduled = false;  // nothing but `every` endpoints
  std::int64_t low = 2, high = 2;
  std::vector<CallPlan> calls;
  std::vector<StoreUse> stores;         // each store once
  std::vector<ChannelUse> publishes;    // each channel once
  std::vector<ChannelUse> consumes;     // one a consuming endpoint
  std::vector<ServiceId> callers;       // services, each once, by id
  std::vector<ServiceId> callees;       // services, each once, by id
  std::vector<ExternalId> externals;    // each once, by id
  double longest_request_seconds = 30;  // of its endpoints: what a drain has to wait for
  std::int64_t priority = 1;            // the highest of the operations through it

  bool serves() const { return http || grpc; }
  bool autoscaled() const { return high > low; }
};

// A public endpoint with the operation that an actor starts by it.
struct PublicEndpoint {
  EndpointId endpoint;
  OperationId operation;
};

// An objective that can be measured: an operation with its entry.
struct ObjectivePlan {
  OperationId operation;
  EndpointId entry;
  std::string name;         // "place-order"
  double availability = 0;  // 0: none
  double p99_seconds = 0;   // 0: none
  double per_second = 0;    // expected mean rate
  bool consumed = false;    // its entry consumes messages
};

class Plan {
 public:
  Plan(const Architecture& model, const GenerateOptions& options);
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  const Architecture& model() const { return model_; }
  const GenerateOptions& options() const { return options_; }
  const Estimate& estimate() const { return estimate_; }
  const CallGraph& calls() const { return calls_; }
  const std::string& system() const { return system_; }  // DNS label; the namespace too
  const std::vector<ServicePlan>& services() const { return services_; }
  const ServicePlan& service(ServiceId id) const {
    return services_[static_cast<std::size_t>(id.index)];
  }
  std::string store_name(StoreId id) const { return store_names_[index(id.index)]; }
  // What runs the store: one for each shard where shards are servers of their own ("rollups-db-0",
  // "rollups-db-1"), else the store itself.
  std::vector<std::string> store_nodes(StoreId id) const;
  bool uses_broker(const ServicePlan& service) const;  // one that its pods connect to
  // Services that connect to the store or the broker, by id.
  std::vector<ServiceId> users_of(StoreId id) const;
  bool reads_any_copy(StoreId id) const;  // one of them, with some step
  std::vector<ServiceId> broker_users() const;
  // The bill's machines for "stores.orders-db", "channels.orders.events".
  CostLine size_of(std::string_view element) const;
  std::string channel_name(ChannelId id) const { return channel_names_[index(id.index)]; }
  std::string external_name(ExternalId id) const { return external_names_[index(id.index)]; }
  const std::vector<PublicEndpoint>& public_endpoints() const { return public_; }
  const std::vector<ObjectivePlan>& objectives() const { return objectives_; }

  // What simulated failures do; nothing is in it unless they were run.
  void predict_with(Predictions predictions) { predictions_ = std::move(predictions); }
  const Predictions& predictions() const { return predictions_; }

  // Targets that run besides: an autoscaler scales another kind where `rollouts` runs.
  void select(std::vector<std::string> targets) { selected_ = std::move(targets); }
  bool selected(std::string_view target) const;
  bool rolled_out(const ServicePlan& service) const;  // by an Argo Rollout

  // "istio", "linkerd", ... of the placement, else of the constraints; "" for none.
  std::string mesh() const;
  std::string gateway() const;
  std::string broker() const;  // of the first channel, else of the constraints
  bool uses_engine(std::string_view engine) const;
  bool uses_run_by(RunBy run_by) const;  // a store that is run so
  std::int64_t zones() const;
  std::vector<std::string> environments() const;  // at least dev and production
  std::string image(const ServicePlan& service) const;
  // What answers that a caller waits for, at most: its objective's 99th percentile is no bound, its
  // timeouts are. Nothing when no policy bounds it.
  std::optional<double> timeout_to(EndpointId callee) const;

 private:
  static std::size_t index(std::int32_t i) { return static_cast<std::size_t>(i); }
  void name_all();
  void plan_service(ServiceId id);
  void plan_steps(ServicePlan& out, const Endpoint& endpoint, EndpointId id);
  void plan_sagas();
  void find_public();
  void find_objectives();
  void connect();

  const Architecture& model_;
  GenerateOptions options_;
  Estimate estimate_;
  CallGraph calls_;
  std::string system_;
  std::vector<ServicePlan> services_;
  std::vector<std::string> store_names_, channel_names_, external_names_;
  std::vector<PublicEndpoint> public_;
  std::vector<ObjectivePlan> objectives_;
  std::vector<std::string> selected_;
  Predictions predictions_;
};

// "services.orders" etc. for the annotation that says where an object comes from.
std::string service_element(const Architecture& model, ServiceId id);
// Names of the decisions that set values below the path, at most five, joined with ", ".
std::string decisions_for(const Architecture& model, std::string_view path);
// Path template as OpenAPI writes it; "/" + kebab of the endpoint when the model gives none.
HttpRoute http_route(const Endpoint& endpoint);
// The same path with every {parameter} replaced: for a regular expression, or a mesh's wildcard.
std::string path_with(std::string_view path, std::string_view parameter);
// "/shop.products.v1.Products/ReadCart": what a gRPC call's path is.
std::string grpc_package(const Plan& plan, ServiceId service);
std::string grpc_path(const Plan& plan, EndpointId endpoint);
// "Catalog/Quote" -> {"Catalog", "Quote"}; from the service's and endpoint's names when not given.
struct GrpcMethod {
  std::string service, method;
};
GrpcMethod grpc_method(const Service& service, const Endpoint& endpoint);

}  // namespace scantling::generate
