// What keeps data and carries events.
#pragma once

#include <string>
#include <vector>

#include "model/solution.h"

namespace scantling {

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

}  // namespace scantling
