// What the loss of a zone asks of the stores: how long an operation's writes may be without a
// leader, and how long a request of it may wait for the next one.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "design/workspace.h"

namespace scantling {

// What the resilience pass decides of health checks.
inline constexpr double kHealthEverySeconds = .5;
inline constexpr double kHealthTimeoutSeconds = .25;
inline constexpr int kHealthFailures = 2;
// From the silent loss of an instance until no request is sent to it.
inline constexpr double kDetectionSeconds =
    kHealthFailures * kHealthEverySeconds + kHealthTimeoutSeconds;

// Of an external's limit, what is sent to it when more is waiting.
inline constexpr double kPace = .95;

// From the start of an experiment to a minute after its last fault ends; 60 s at least.
double window_seconds(const Experiment& experiment);
// Whether it takes a zone or a store, and with it leaders.
bool loses_leaders(const Experiment& experiment);

// Whether requests to it go to one copy of each shard, and wait for another to lead when that is
// lost. A store is strong where nothing is said.
bool is_led(const Store& store);

// An experiment in which leaders are lost and an operation's availability is asked for.
struct FailoverNeed {
  OperationId operation;
  std::string path;    // of the expectation
  double target = 1;   // share of the requests that must be answered
  double window = 60;  // seconds over which that counts
  double room() const { return (1 - target) * window; }  // seconds without any answer
};
std::vector<FailoverNeed> failover_needs(const Architecture& model);

// How long a request of the operation may be kept waiting for a leader, in seconds: five times its
// p99, 5 s at least, `within` at most. An expectation on the p99 meanwhile is judged by itself.
double patience_seconds(const Operation& operation);
// Whether its requests wait for a new leader rather than fail: what detection and the first tries
// after it take is in.
bool outlasts(const Operation& operation, double failover_seconds);

// Which requests wait for a new leader: those of an operation with a need, at the endpoints that
// answer them, on strong stores whose failover every such operation outlasts.
class FailoverWaits {
 public:
  explicit FailoverWaits(const Architecture& model);

  bool at(EndpointId endpoint, const Store& store) const;
  // Whether availability is asked of what the endpoint answers while leaders are lost.
  bool asked_of(EndpointId endpoint) const { return operations_.contains(endpoint); }
  bool empty() const { return operations_.empty(); }
  // The longest wait of a request at the endpoint, on its own stores or at whom it calls, in
  // seconds; 0: it waits for none.
  double seconds(EndpointId endpoint) const;
  // How long the last of those that a failover has held up at the endpoint waits for its turn at an
  // external with a limit, which is asked for `wanted` calls a second in all.
  double backlog_seconds(EndpointId endpoint, const External& external, double wanted) const;

 private:
  const Architecture& model_;
  std::map<EndpointId, std::set<OperationId>> operations_;  // with a need, by what answers them
};

// Calls of an external per second, of everybody's.
double calls_at_peak(const Architecture& model, const Estimate& at_peak, ExternalId external);

}  // namespace scantling
