// Closed choices of the language. The text of each is in its names<E> array, in the order of the
// enumerators: the reader, the writers, the JSON Schema and the did-you-mean lists all use it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace scantling {

template <class E>
struct EnumNames;  // specialised beside each enum: static constexpr std::array<std::string_view, N>
                   // value

template <class E>
constexpr std::string_view to_text_enum(E e) {
  return EnumNames<E>::value[static_cast<std::size_t>(e)];
}

template <class E>
constexpr std::optional<E> parse_enum(std::string_view text) {
  const auto& names = EnumNames<E>::value;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == text) return static_cast<E>(i);
  return std::nullopt;
}

#define SCANTLING_ENUM_NAMES(E, ...)                                              \
  template <>                                                                     \
  struct EnumNames<E> {                                                           \
    static constexpr auto value = std::to_array<std::string_view>({__VA_ARGS__}); \
  }

// --- problem half ---
enum class Profile : std::uint8_t {
  Production,
  Startup,
  Regulated,
  LowLatency,
  DataIntensive,
  Legacy
};
SCANTLING_ENUM_NAMES(Profile, "production", "startup", "regulated", "low-latency", "data-intensive",
                     "legacy");

enum class DataClass : std::uint8_t { Public, Internal, Personal, Cardholder, Health, Secret };
SCANTLING_ENUM_NAMES(DataClass, "public", "internal", "personal", "cardholder", "health", "secret");

enum class History : std::uint8_t { None, Full };
SCANTLING_ENUM_NAMES(History, "none", "full");

// Whether asking twice is harmless: never, always by nature, or when a key is sent along.
enum class Idempotency : std::uint8_t { No, Yes, ByKey };
SCANTLING_ENUM_NAMES(Idempotency, "no", "yes", "by key");

// What a step of an operation does to an aggregate. Reserve, Update, ... are writes with a meaning.
enum class Verb : std::uint8_t {
  Read,
  Write,
  Create,
  Update,
  Delete,
  Reserve,
  Release,
  Cancel,
  Refund,
  Confirm,
  Append,
  Search
};
SCANTLING_ENUM_NAMES(Verb, "read", "write", "create", "update", "delete", "reserve", "release",
                     "cancel", "refund", "confirm", "append", "search");
constexpr bool is_write(Verb v) {
  return v != Verb::Read && v != Verb::Search;
}

enum class LoadShape : std::uint8_t { Flat, Daily, Weekly, Spiky };
SCANTLING_ENUM_NAMES(LoadShape, "flat", "daily", "weekly", "spiky");

enum class Regime : std::uint8_t { PciDss, Gdpr, Sox, Psd2, BaselIii, Hipaa, Soc2, Iso27001 };
SCANTLING_ENUM_NAMES(Regime, "pci-dss", "gdpr", "sox", "psd2", "basel-iii", "hipaa", "soc2",
                     "iso-27001");

// --- solution half ---
enum class ContextKind : std::uint8_t { Core, Supporting, Generic };
SCANTLING_ENUM_NAMES(ContextKind, "core", "supporting", "generic");

enum class RelationKind : std::uint8_t {
  Partnership,
  SharedKernel,
  CustomerSupplier,
  Conformist,
  AnticorruptionLayer,
  OpenHostService,
  PublishedLanguage,
  SeparateWays
};
SCANTLING_ENUM_NAMES(RelationKind, "partnership", "shared-kernel", "customer-supplier",
                     "conformist", "anticorruption-layer", "open-host-service",
                     "published-language", "separate-ways");

enum class Protocol : std::uint8_t { Http, Grpc, Graphql, Websocket, Consumes, Every };
SCANTLING_ENUM_NAMES(Protocol, "http", "grpc", "graphql", "websocket", "consumes", "every");

enum class Balance : std::uint8_t {
  RoundRobin,
  Random,
  RandomOfTwo,
  LeastRequest,
  Weighted,
  ConsistentHash,
  BoundedHash,
  ZoneLocal,
  RandomOfThree
};
SCANTLING_ENUM_NAMES(Balance, "round-robin", "random", "random-of-two", "least-request", "weighted",
                     "consistent-hash", "bounded-hash", "zone-local", "random-of-three");

enum class Discipline : std::uint8_t {
  Fifo,
  Lifo,
  Codel,
  AdaptiveLifo,
  ProcessorSharing,
  Priority
};
SCANTLING_ENUM_NAMES(Discipline, "fifo", "lifo", "codel", "adaptive-lifo", "processor-sharing",
                     "priority");

enum class ScaleMetric : std::uint8_t { Utilisation, Concurrency, Queue, Lag, RatePerInstance };
SCANTLING_ENUM_NAMES(ScaleMetric, "utilisation", "concurrency", "queue", "lag", "rate");

enum class HealthCheck : std::uint8_t { Shallow, Deep, None };
SCANTLING_ENUM_NAMES(HealthCheck, "shallow", "deep", "none");

enum class ConsistencyKind : std::uint8_t { Strong, Quorum, Eventual };
SCANTLING_ENUM_NAMES(ConsistencyKind, "strong", "quorum", "eventual");

enum class Spread : std::uint8_t { None, Nodes, Zones, Regions };
SCANTLING_ENUM_NAMES(Spread, "none", "nodes", "zones", "regions");

enum class CrdtType : std::uint8_t {
  GCounter,
  PnCounter,
  GSet,
  OrSet,
  LwwRegister,
  MvRegister,
  RgaList
};
SCANTLING_ENUM_NAMES(CrdtType, "g-counter", "pn-counter", "g-set", "or-set", "lww-register",
                     "mv-register", "rga-list");

enum class Delivery : std::uint8_t { AtMostOnce, AtLeastOnce, ExactlyOnce };
SCANTLING_ENUM_NAMES(Delivery, "at-most-once", "at-least-once", "exactly-once");

enum class ChannelKind : std::uint8_t { Topic, Queue };
SCANTLING_ENUM_NAMES(ChannelKind, "topic", "queue");

enum class SchemaFormat : std::uint8_t { Avro, Protobuf, JsonSchema };
SCANTLING_ENUM_NAMES(SchemaFormat, "avro", "protobuf", "json-schema");

enum class Compatibility : std::uint8_t { None, Backward, Forward, Full };
SCANTLING_ENUM_NAMES(Compatibility, "none", "backward", "forward", "full");

enum class SagaStyle : std::uint8_t { Orchestrated, Choreographed };
SCANTLING_ENUM_NAMES(SagaStyle, "orchestrated", "choreographed");

enum class PublishVia : std::uint8_t { Outbox, Direct, ChangeCapture };
SCANTLING_ENUM_NAMES(PublishVia, "outbox", "direct", "change-capture");

// What the relay of an outbox takes next: what isn't marked as sent; what has a higher number than
// the last that it sent, as a table's ids have, which aren't committed in their order.
enum class OutboxRelay : std::uint8_t { Unsent, ById };
SCANTLING_ENUM_NAMES(OutboxRelay, "unsent", "by-id");

// Whether a write holds against what changed since it was decided on: not looked at; looked at some
// time before the write; looked at by the write itself.
enum class WriteGuard : std::uint8_t { None, CheckFirst, CompareAndSet };
SCANTLING_ENUM_NAMES(WriteGuard, "none", "check-first", "compare-and-set");

// Which copies of a store are built anew from the new leader, after a promotion, before they
// answer: none; those that have what it lacks, the former leader first; every one.
enum class Rebuild : std::uint8_t { None, Diverged, All };
SCANTLING_ENUM_NAMES(Rebuild, "none", "diverged", "all");

enum class Jitter : std::uint8_t { None, Full, Equal, Decorrelated };
SCANTLING_ENUM_NAMES(Jitter, "none", "full", "equal", "decorrelated");

enum class RetryOn : std::uint8_t { Timeout, Error, Rejected };
SCANTLING_ENUM_NAMES(RetryOn, "timeout", "error", "rejected");

enum class Rollout : std::uint8_t { Rolling, Canary, BlueGreen };
SCANTLING_ENUM_NAMES(Rollout, "rolling", "canary", "blue-green");

enum class RegionMode : std::uint8_t { Single, ActivePassive, ActiveActive };
SCANTLING_ENUM_NAMES(RegionMode, "single", "active-passive", "active-active");

enum class FaultKind : std::uint8_t { Lose, Slow, Fail, Cut, Drop, Cpu, Flush, Pause, Flap };
SCANTLING_ENUM_NAMES(FaultKind, "lose", "slow", "fail", "cut", "drop", "cpu", "flush", "pause",
                     "flap");

enum class Reversibility : std::uint8_t { Easy, Costly, Hard };
SCANTLING_ENUM_NAMES(Reversibility, "easy", "costly", "hard");

// A step inside an endpoint; the text is its key.
enum class StepKind : std::uint8_t {
  Work,
  Wait,
  Call,
  Read,
  Write,
  Publish,
  Together,
  Choose,
  Repeat,
  Lock,
  Fail,
  Spawn
};
SCANTLING_ENUM_NAMES(StepKind, "work", "wait", "call", "read", "write", "publish", "together",
                     "choose", "repeat", "lock", "fail", "spawn");

}  // namespace scantling
