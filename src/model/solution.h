// The solution half of a model: what gets built.
#pragma once

#include <string>
#include <vector>

#include "base/time_law.h"
#include "base/units.h"
#include "model/enums.h"
#include "model/field.h"
#include "model/policy.h"
#include "model/problem.h"

namespace scantling {

struct Context;
struct Service;
struct Store;
struct Channel;
struct Saga;
struct Policy;
using ContextId = Id<Context>;
using ServiceId = Id<Service>;
using StoreId = Id<Store>;
using ChannelId = Id<Channel>;
using SagaId = Id<Saga>;
using PolicyId = Id<Policy>;

// `orders.place-order`: an endpoint within its service.
struct EndpointId {
  ServiceId service;
  std::int32_t index = -1;
  bool valid() const { return index >= 0; }
  friend auto operator<=>(EndpointId, EndpointId) = default;
};

// A bounded context.
struct Context : Element {
  Field<std::string> summary;
  Field<ContextKind> kind;
  Field<std::vector<Ref<AggregateId>>> owns;
  Field<Ref<TeamId>> team;
  Field<std::vector<std::string>> language;  // glossary: "Order: what a customer has asked to buy"
};

// A line of the context map. Either end is a context or an external.
struct ContextRelation {
  Span span;
  Provenance from;
  Field<std::string> upstream;
  Field<std::string> downstream;
  Field<RelationKind> kind;
};

struct Step;
// One alternative of `choose`, or the fill of a cache miss.
struct Branch {
  Field<Share> share;
  std::vector<Step> steps;
};

// What `read: store` does when the store is a cache and has not got it.
struct Miss {
  Field<Share> rate;  // given as a number, or
  Field<Count> keys;  // from this many keys and the store's skew and capacity
  std::vector<Step> then;
};

// One step inside an endpoint. Which members mean something depends on `kind`:
//   Work, Wait     time
//   Call           endpoint or external, use, policy, fallback
//   Read, Write    store, use, policy, miss and consistency (Read), times, batch
//   Publish        channel, event, via, use, policy
//   Together       steps (each its own branch), first (0: wait for all)
//   Choose         branches
//   Repeat         times, steps
//   Lock           lock: held until the endpoint ends; or optimistic: compared then
//   Fail, Spawn    share; steps
struct Step {
  Span span;
  Provenance from;
  StepKind kind = StepKind::Work;

  Field<TimeLaw> time;
  std::string target;  // as written: "catalog.quote", "psp", "orders-db"
  EndpointId endpoint;
  ExternalId external;
  StoreId store;
  ChannelId channel;
  std::string event;
  Field<PublishVia> via;
  Field<OutboxRelay> relay;  // of an outbox
  Field<Ref<PolicyId>> use;  // a bundle of `policies`
  CallPolicy policy;         // after reading: own values over those of `use`
  std::vector<Step> fallback;
  Field<Miss> miss;
  Field<ConsistencyKind> consistency;  // Read: which copies answer it; else as the store says
  std::vector<Step> steps;
  std::vector<Branch> branches;
  Field<Count> first;
  Field<Factor> times;
  Field<Count> batch;  // statements of one round trip; writes of one commit
  std::string lock;
  Field<Duration> lease;           // Lock: it is lost after so long
  Field<WriteGuard> guard;         // Write
  Field<bool> optimistic, fenced;  // Lock; fenced: what it guards refuses former holders
  Field<Share> share;
};

struct HttpRoute {
  std::string method;  // "POST"
  std::string path;    // "/orders/{id}"
};

struct Endpoint : Element {
  Field<std::string> summary;
  Field<Protocol> protocol;
  Field<HttpRoute> http;                   // Http
  Field<std::string> grpc;                 // "Catalog/Quote"
  Field<std::string> graphql;              // "Query.products"
  Field<std::string> websocket;            // "/prices"
  Field<Ref<ChannelId>> consumes;          // Consumes
  Field<std::vector<std::string>> events;  // Consumes: only these events; none means all
  Field<Duration> every;                   // Every
  Field<Ref<OperationId>> implements;
  Field<Idempotency> idempotent;
  Field<std::string> version;
  Field<Count> concurrency;  // Consumes: messages in progress per instance
  Field<Count> prefetch, priority;
  Field<std::vector<Step>> steps;
};

struct Runtime {
  Field<std::string> language;
  Field<CountRange> instances;
  Field<Cores> cpu;  // of one instance
  Field<Bytes> memory;
  Field<Count> concurrency;  // requests in progress; -1: unlimited (an event loop)
  Field<Count> queue;        // admission queue; -1: explicitly unbounded
  Field<Discipline> discipline;
  Field<Slowdown> slows;
  Field<Duration> start;  // from scheduled to ready
};

struct ScalePolicy {
  Field<ScaleMetric> on;
  Field<double> target;   // utilisation .6 ("60%"), or a plain number
  Field<Duration> delay;  // from decision to ready
  Field<Duration> interval;
  Field<Count> step;  // instances at a time
};

struct HealthPolicy {
  Field<HealthCheck> check;
  Field<Duration> every, timeout;
  Field<Count> failures;
  Field<bool> apart;  // served beside the request pool
  Field<Share> eject_at_most;
};

struct Service : Element {
  Field<std::string> summary;
  Field<Ref<ContextId>> context;
  Field<std::vector<Ref<AggregateId>>> owns;
  Field<Ref<TeamId>> team;
  Field<Runtime> runtime;
  Field<ScalePolicy> scale;
  Field<Balance> balance;
  Field<RateLimitRule> rate_limit;
  Field<Count> shed;  // requests in progress above which low priorities go
  Field<HealthPolicy> health;
  Field<Spread> spread;
  Field<std::vector<std::string>> patterns;  // "bff", "gateway", "cqrs": for the reader
  std::vector<Endpoint> endpoints;
};

struct Quorum {
  std::int64_t read = 0;
  std::int64_t write = 0;
};
struct Consistency {
  ConsistencyKind kind = ConsistencyKind::Strong;
  Quorum quorum;  // Quorum only
};

// "20 per instance" (of the calling service) or "200" (in all).
struct Pool {
  std::int64_t size = 0;
  bool per_instance = false;
};

struct BackupPolicy {
  Field<Duration> rpo, rto;
  Field<Duration> every;
  Field<Duration> keep;
};

struct Store : Element {
  Field<std::string> summary;
  Field<std::string> engine;  // catalogue name
  Field<Ref<ServiceId>> owner;
  Field<std::vector<Ref<AggregateId>>> holds;
  Field<Count> copies, in_sync;  // of each shard; that have a write before it counts
  Field<Count> shards;
  Field<std::string> shard_key;
  Field<double> skew;  // Zipf exponent over keys; 0: even
  Field<Consistency> consistency;
  Field<Pool> pool;
  Field<Count> waiting;          // that may wait for a connection; -1: unbounded
  Field<Count> max_connections;  // the server's own limit
  Field<Count> concurrency;      // requests that one copy serves at once
  Field<TimeLaw> read, write;    // times at the server
  Field<Spread> spread;
  Field<Duration> failover, lag;  // until another copy leads; of asynchronous copies
  Field<Rebuild> rebuild;         // after a promotion
  Field<BackupPolicy> backup;
  Field<Duration> keep;
  Field<bool> encrypted, fenced, bootstrap, read_repair, pre_vote, check_quorum;
  // caches
  Field<Duration> expires;
  Field<Bytes> capacity;
  Field<bool> single_flight, serve_stale, leases;
  // event stores
  Field<Count> snapshot_every;
  Field<CrdtType> crdt;
};

struct Channel : Element {
  Field<std::string> summary;
  Field<std::string> broker;  // catalogue name
  Field<ChannelKind> kind;
  Field<Ref<ServiceId>> owner;
  Field<std::vector<std::string>> events;
  Field<Count> partitions;
  Field<std::string> key;
  Field<Count> copies, in_sync;  // that must have it before it counts
  Field<Delivery> delivery;
  Field<Duration> keep;
  Field<SchemaFormat> schema;
  Field<Compatibility> compatible;
  Field<std::string> dead_letter;
  Field<Count> attempts;
  Field<Spread> spread;
};

struct SagaStep {
  Span span;
  std::string do_target;  // "inventory.reserve"
  EndpointId do_endpoint;
  std::string undo_target;
  EndpointId undo_endpoint;
  Field<Duration> timeout;
  Field<Count> attempts;
  Field<bool> pivot, tombstone, semantic_lock;  // docs/guide/verify.md says what they do
};

struct Saga : Element {
  Field<std::string> summary;
  Field<SagaStyle> style;
  Field<Ref<ServiceId>> coordinator;
  Field<Ref<OperationId>> implements;
  Field<Duration> within;
  Field<bool> durable;  // the coordinator's log; default yes
  Field<std::vector<SagaStep>> steps;
};

// A named bundle of call policy: "critical" or "best-effort" is said once.
struct Policy : Element {
  CallPolicy policy;
};

struct NodeSize {
  Field<Cores> cpu;
  Field<Bytes> memory;
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
