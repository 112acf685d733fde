// The solution half of a model: what gets built. Stores and channels: stores.h; where it runs:
// placement.h.
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

}  // namespace scantling
