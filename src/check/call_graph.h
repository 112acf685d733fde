// Who calls whom, and how long, how often and how surely: what the rules about calls, and passes
// that set timeouts, compute from.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/architecture.h"
#include "model/retries.h"

namespace scantling {

// Where a step stands within its endpoint.
struct StepPlace {
  double times = 1;       // per request, most: the product of enclosing repeats and its own `times`
  double mean_times = 1;  // per request, mean: with the shares of choices and misses
  double repeats = 1;     // of the enclosing `repeat` steps alone: one after the other
  bool waits = true;      // the endpoint waits for it: not in a `spawn`
  bool hard = true;       // its failure fails the endpoint: it waits, is no fallback, has none
};

struct PlacedStep {
  const Step* step = nullptr;
  StepPlace place;
};

// All steps, outermost first, in order.
std::vector<PlacedStep> placed_steps(const std::vector<Step>& steps);

// A call of an endpoint or an external.
struct CallEdge {
  EndpointId caller;
  EndpointId callee;    // or
  ExternalId external;  // exactly one is valid
  const Step* step = nullptr;
  StepPlace place;
};

// attempts x timeout + backoffs; nothing without a timeout.
std::optional<double> try_seconds(const CallPolicy& policy);
// "3 x 700 ms + 150 ms backoff"
std::string try_text(const CallPolicy& policy);

class CallGraph {
 public:
  explicit CallGraph(const Architecture& model);

  const std::vector<CallEdge>& edges() const { return edges_; }  // by caller, in order of steps
  std::span<const CallEdge> calls_of(EndpointId caller) const;
  std::vector<const CallEdge*> calls_to(EndpointId callee) const;

  // Services that read or write the store, and those that write it, in order.
  const std::vector<ServiceId>& users_of(StoreId store) const {
    return users_[static_cast<std::size_t>(store.index)];
  }
  const std::vector<ServiceId>& writers_of(StoreId store) const {
    return writers_[static_cast<std::size_t>(store.index)];
  }

  // Every endpoint, callees before callers where there is no cycle.
  const std::vector<EndpointId>& bottom_up() const { return bottom_up_; }
  // On a cycle of calls that are waited for.
  bool in_cycle(EndpointId endpoint) const;

  // The longest that the endpoint may take when its calls time out and are tried again, its work
  // and its other waits at their means. Nothing when a call has no timeout and no end of its own,
  // or in a cycle. An external without a timeout takes its 99th percentile.
  std::optional<double> longest_seconds(EndpointId endpoint) const;

  // Whether a second run of the endpoint may leave another state: it writes, publishes, or calls
  // what does. What is marked idempotent doesn't.
  bool changes_something(EndpointId endpoint) const;

  // Endpoints that answering `endpoint` waits for, itself first, each once, nearest first.
  std::vector<EndpointId> waited_for(EndpointId endpoint) const;

  // Operations whose entry reaches the endpoint by calls that are waited for.
  std::vector<OperationId> operations_through(EndpointId endpoint) const;

 private:
  std::size_t index(EndpointId id) const;
  void find_users();
  void order();
  void mark_cycles();
  void measure();
  std::optional<double> list_seconds(const std::vector<Step>& steps) const;
  std::optional<double> step_seconds(const Step& step) const;
  std::optional<double> access_seconds(const Step& step) const;

  const Architecture& model_;
  std::vector<CallEdge> edges_;
  std::vector<std::size_t> first_endpoint_;              // by service
  std::vector<std::size_t> first_edge_;                  // by endpoint; one more at the end
  std::vector<std::vector<std::size_t>> calls_to_;       // edges, by callee
  std::vector<std::vector<ServiceId>> users_, writers_;  // by store
  std::vector<EndpointId> endpoints_;
  std::vector<EndpointId> bottom_up_;
  std::vector<char> cyclic_;
  std::vector<std::optional<double>> longest_;
  std::vector<char> changes_;
};

}  // namespace scantling
