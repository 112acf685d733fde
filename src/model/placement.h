// Where and on what it runs, how it is watched, and how what exists is left.
#pragma once

#include <string>
#include <vector>

#include "model/solution.h"

namespace scantling {

struct NodeSize {
  Field<Cores> cpu;
  Field<Bytes> memory;
};

// What fails together for a reason other than where it stands: a control plane, a discovery
// service, a certificate, a rack. When it is lost, all of its members are.
struct FailureDomain : Element {
  Field<std::string> summary;
  Field<bool> all_services;
  Field<std::vector<Ref<ServiceId>>> services;
  Field<std::vector<Ref<StoreId>>> stores;
  Field<std::vector<Ref<ChannelId>>> channels;
  Field<std::vector<Ref<ExternalId>>> externals;
  Field<Share> availability;  // of what they share
};

struct Placement {
  Field<std::vector<std::string>> regions;
  Field<Count> zones;
  Field<RegionMode> mode;
  Field<NodeSize> nodes;
  Field<std::string> platform, mesh, gateway, discovery, identity, secrets, network_policy,
      provider;
  Field<bool> mtls;
  Field<Rollout> rollout;
  Field<Share> canary;  // first step
  Field<std::vector<std::string>> environments;
  Field<Duration> same_zone, other_zone, other_region;  // network latency, one way
  std::vector<FailureDomain> failure_domains;
};

// How it is watched and run.
struct Operating {
  Field<std::string> metrics, logs, traces;  // technologies
  Field<Share> trace_sampling;
  Field<Duration> keep_logs, keep_traces, keep_metrics;
  Field<std::vector<std::string>> redact;  // fields
  Field<std::vector<std::string>> alerts;  // "burn-rate 14.4x over 1h and 5min: page"
  Field<std::vector<std::string>> chaos;
  Field<Duration> rpo, rto;
};

// The order in which services leave what exists.
struct MigrationStep {
  Span span;
  Provenance from;
  Field<std::string> extract;  // service
  Field<std::string> how;      // "strangler", "branch by abstraction", ...
  Field<std::string> interim;  // calls that cross while it stands
  Field<std::string> data;     // how its data moves
  Field<std::string> rollback;
};

}  // namespace scantling
