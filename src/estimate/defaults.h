// What the analytic twin takes for a value that the model leaves open, and the constants of its
// availability algebra. One place: every number that is nobody's decision is here.
//
// The structural defaults are those of the simulator (src/simulate/defaults.h), so that both
// answer for the same system. The reliability figures are assumptions: published service levels
// are promises of refunds and not measurements, but they are what an architect is held to. All of
// them are to be calibrated by one's own incident records.
#pragma once

#include <cstdint>

namespace scantling::defaults {

// --- services ---
inline constexpr std::int64_t kInstances = 1;
inline constexpr double kCpu = 1;                 // cores
inline constexpr std::int64_t kMemoryMib = 1024;  // for the cost only
inline constexpr std::int64_t kConcurrency = -1;  // unlimited: an event loop
inline constexpr std::int64_t kQueue = -1;        // unbounded
inline constexpr double kScaleTarget = .6;        // utilisation that autoscaling aims at

// --- calls ---
inline constexpr double kBackoffSeconds = .02;
inline constexpr double kBackoffCapSeconds = 1;
inline constexpr double kHedgeAtMost = .1;  // of the calls
inline constexpr double kBreakerShare = .5;
inline constexpr std::int64_t kBreakerWindow = 20;  // calls
inline constexpr double kBreakerOpenSeconds = 5;
inline constexpr std::int64_t kBreakerProbes = 1;

// --- stores ---
inline constexpr std::int64_t kCopies = 1;
inline constexpr std::int64_t kShards = 1;
inline constexpr std::int64_t kStoreConcurrency = 32;  // requests that one copy serves at once
inline constexpr double kReadSeconds = .001;
inline constexpr double kWriteSeconds = .002;
inline constexpr double kFailoverSeconds = 30;
inline constexpr double kStoreCpu = 2;  // cores of a copy, where the catalogue has no figure
inline constexpr double kStoreMemoryGib = 8;
// Of the data on a disk: indexes, free space and the write-ahead log over the bytes of the records.
inline constexpr double kStorageOverhead = 2;
inline constexpr double kItemBytes = 1024;
inline constexpr double kKeys = 1'000'000;  // of a store whose aggregates have no count

// --- externals ---
inline constexpr double kExternalSeconds = .1;
inline constexpr double kExternalAvailability = .999;  // usual promise of a public interface

// --- channels ---
inline constexpr std::int64_t kPartitions = 1;
inline constexpr std::int64_t kConsumerConcurrency = 1;  // messages in progress, of one instance
inline constexpr double kPublishSeconds = .002;          // until the broker has said that it has it
inline constexpr std::int64_t kChannelCopies = 3;
inline constexpr std::int64_t kDeadLetterAttempts = 5;

// --- network, one way ---
inline constexpr double kSameZoneSeconds = .00025;
inline constexpr double kOtherZoneSeconds = .0005;
inline constexpr double kOtherRegionSeconds = .035;

// --- availability ---
// A region with its zones' common control plane and entry: the region-level promise of Amazon
// Compute, Google Compute Engine and Azure availability zones is 99.99% (service level agreements,
// 2022 to 2024). Counted once for everything in it.
inline constexpr double kRegionAvailability = .9999;
// One zone. The promises for a single instance, whose loss includes its zone's, are 99.5% (Amazon)
// and 99.9% (Google, Azure with premium disks); major zone outages of several hours are reported
// about once in two years for a given zone: 4 h / 2 years = 99.977%. Rounded down.
inline constexpr double kZoneAvailability = .9995;
// One instance of a service, its zone apart: a crash, an eviction or a replaced node every 7 days
// that takes 2 min to be noticed and started anew: 1 - 120 / 604800.
inline constexpr double kInstanceAvailability = .9998;
// One node of a store or broker: lost or restarted for maintenance every 30 days (a monthly patch),
// back after 10 min: 1 - 600 / 2592000.
inline constexpr double kNodeAvailability = .99977;
inline constexpr double kNodeMeanSecondsBetweenLosses = 30.0 * 86400;

// --- stability ---
// An amplified load this near to capacity drains its backlog so slowly (50 times as long as it
// took to build up) that the trigger's effect lasts.
inline constexpr double kDrainMargin = .98;

// --- money ---
inline constexpr double kSecondsPerMonth = 730.0 * 3600;
inline constexpr double kBytesPerAnswer = 4096;  // that leaves the region, where sizes are unknown
inline constexpr double kBytesPerCall = 1024;    // between services, both ways
inline constexpr double kBytesPerEvent = 1024;

}  // namespace scantling::defaults
