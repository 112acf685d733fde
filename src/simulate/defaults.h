// What the simulator takes where a model leaves something open. Nothing else in this room invents a
// number about the modelled system. The structural ones are those of the analytic twin
// (estimate/defaults.h), so that both answer for the same system.
#pragma once

#include <cstdint>

namespace scantling::sim::defaults {

// --- services ---
inline constexpr std::int64_t instances = 1;
inline constexpr double cpu = 1;                 // cores
inline constexpr std::int64_t concurrency = -1;  // unlimited: an event loop
inline constexpr std::int64_t queue = -1;        // unbounded
inline constexpr double start_seconds = 10;      // from the end of a loss to ready

// --- health: how long a lost instance stays in the rotation is every x failures + timeout ---
inline constexpr double health_every_seconds = 1;
inline constexpr std::int64_t health_failures = 3;
inline constexpr double health_timeout_seconds = 1;

// --- autoscaling: of a service whose instances are a range ---
inline constexpr double scale_target = .6;            // utilisation
inline constexpr double scale_interval_seconds = 15;  // as Kubernetes' autoscaler
inline constexpr double scale_delay_seconds = 60;     // from decision to ready
inline constexpr std::int64_t scale_step = 4;         // instances at a time, upwards

// --- machines, for faults of nodes ---
inline constexpr double node_cpu = 8, node_memory_gib = 32;
inline constexpr double store_cpu = 2, store_memory_gib = 8;  // of a copy, a broker
inline constexpr double instance_memory_gib = 1;

// --- work that takes longer while answers fail and after a start ---
inline constexpr double slow_failing_seconds = 10;  // what of late is
inline constexpr double warms_seconds = 30;

// --- calls: of a policy that is written without saying these ---
inline constexpr std::int64_t attempts = 2;
inline constexpr double backoff_seconds = .02;
inline constexpr double backoff_cap_seconds = 1;
inline constexpr double breaker_share = .5;
inline constexpr std::int64_t breaker_window = 20;  // calls
inline constexpr double breaker_open_seconds = 5;
inline constexpr std::int64_t breaker_probes = 1;
inline constexpr double hedge_at_most = .1;

inline constexpr double throttle_accepts = 2;  // Site Reliability Engineering, chapter 21
inline constexpr double throttle_seconds = 120;

// --- ejection: Envoy's defaults ---
inline constexpr std::int64_t eject_failures = 5;
inline constexpr double eject_seconds = 30;

// --- stores ---
inline constexpr std::int64_t copies = 1;
inline constexpr std::int64_t shards = 1;
inline constexpr std::int64_t store_concurrency = 32;  // requests that one copy serves at once
inline constexpr double read_seconds = .001;
inline constexpr double write_seconds = .002;
inline constexpr double failover_seconds = 30;
inline constexpr double rebuild_bytes_per_second = 100 * 0x1p20;  // of a copy, over the network
inline constexpr std::int64_t record_bytes = 1024;                // of aggregates without a size
inline constexpr double skewed_keys = 1'000'000;  // of a store whose aggregates have no count

// --- externals ---
inline constexpr double external_seconds = .1;
inline constexpr double external_availability = .999;

// --- channels ---
inline constexpr std::int64_t partitions = 1;
inline constexpr std::int64_t consumer_concurrency = 1;  // messages in progress, of one instance
inline constexpr double publish_seconds = .002;          // until the broker has said that it has it
inline constexpr std::int64_t channel_copies = 3;
inline constexpr double outbox_poll_seconds = .1;  // a row waits for half of it on average
inline constexpr double capture_seconds = .1;
inline constexpr double redelivery_seconds = 1;
inline constexpr double rebalance_seconds = 3;
inline constexpr std::int64_t dead_letter_attempts = 5;

// --- network, one way ---
inline constexpr double same_zone_seconds = .00025;
inline constexpr double other_zone_seconds = .0005;
inline constexpr double other_region_seconds = .035;

// --- experiments ---
inline constexpr double after_faults_seconds = 60;  // measured after the last fault, at least

}  // namespace scantling::sim::defaults
