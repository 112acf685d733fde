// Stores and channels.
#include "base/text.h"
#include "language/kinds.h"
#include "language/reader.h"
#include "language/table.h"
#include "language/writer.h"

namespace scantling {

namespace {

constexpr std::string_view kConsistencyForms =
    "strong, eventual, quorum read 2 write 2, or { quorum: { read: 2, write: 2 } }";

bool parse_consistency(std::string_view text, Consistency& out) {
  const auto words = split_words(text);
  if (words.size() == 1) {
    const auto kind = parse_enum<ConsistencyKind>(words[0]);
    if (!kind || *kind == ConsistencyKind::Quorum) return false;
    out.kind = *kind;
    return true;
  }
  if (words.size() != 5 || words[0] != "quorum" || words[1] != "read" || words[3] != "write")
    return false;
  const auto read = parse_count(words[2]);
  const auto write = parse_count(words[4]);
  if (!read || !write || read->value < 1 || write->value < 1) return false;
  out = {ConsistencyKind::Quorum, {read->value, write->value}};
  return true;
}

bool read_consistency(Reader& reader, const Place& place, void* object) {
  std::string_view text;
  if (!reader.text_of(place, kConsistencyForms, text)) return false;
  if (parse_consistency(text, *static_cast<Consistency*>(object))) return true;
  reader.bad_value(place, shown(text) + " is not a consistency", {std::string(kConsistencyForms)});
  return false;
}

// The numbers of a quorum are members of a map in the map form only, so they read themselves.
bool read_quorum(Reader& reader, const Place& place, void* owner) {
  auto& consistency = *static_cast<Consistency*>(owner);
  const Value map = reader.at(place.value);
  if (map.kind != NodeKind::Map) {
    reader.wrong_shape(place, "a map of read and write copies", "{ read: 2, write: 2 }");
    return false;
  }
  consistency.kind = ConsistencyKind::Quorum;
  for (int i = 0; i < map.count; ++i) {
    const Member& member = reader.document().member(map, i);
    Count count;
    if (member.key != "read" && member.key != "write") {
      Diagnostic& d = reader.problem(kUnknownKey, member.key_span,
                                     "unknown key " + shown(member.key) + " in a quorum");
      d.allowed = {"read and write, for example { read: 2, write: 2 }"};
    } else if (reader.read(count_type, {member.key, member.key_span, member.value}, &count)) {
      (member.key == "read" ? consistency.quorum.read : consistency.quorum.write) = count.value;
    }
  }
  if (consistency.quorum.read > 0 && consistency.quorum.write > 0) return true;
  Diagnostic& d = reader.problem(kMissingKey, place.key_span, "quorum needs `read` and `write`");
  d.allowed = {"{ read: 2, write: 2 }: copies asked for a read, and for a write"};
  return false;
}

Out write_quorum(const Writer&, const void* owner) {
  const auto& consistency = *static_cast<const Consistency*>(owner);
  if (consistency.kind != ConsistencyKind::Quorum) return Out::none();
  Out map = Out::map();
  map.add("read", Out::scalar(to_text(Count{consistency.quorum.read})));
  map.add("write", Out::scalar(to_text(Count{consistency.quorum.write})));
  return map;
}

constexpr std::string_view kQuorumSchema =
    R"({"type": "object", "additionalProperties": false, "required": ["read", "write"],
        "properties": {"read": {"type": "integer", "minimum": 1},
                       "write": {"type": "integer", "minimum": 1}}})";

constexpr Type make_quorum() {
  Type t;
  t.kind = TypeKind::Custom;
  t.name = "quorum";
  t.forms = "{ read: 2, write: 2 }";
  t.example = "{ read: 2, write: 2 }";
  t.custom.schema = kQuorumSchema;
  return t;
}
constexpr Type kQuorumType = make_quorum();

}  // namespace

SCANTLING_STRUCTURE(Consistency) {
  static constexpr Entry kEntries[] = {
      own_entry("quorum", "copies asked for a read, and for a write", kQuorumType,
                {read_quorum, write_quorum}),
  };
  static constexpr StructType kType{
      .name = "consistency",
      .about = "Which copies answer",
      .entries = kEntries,
      .read_text = read_consistency,
      .write_text =
          [](const Writer&, const void* object) {
            const auto& consistency = *static_cast<const Consistency*>(object);
            if (consistency.kind == ConsistencyKind::Quorum) return Out::none();
            return Out::scalar(std::string(to_text_enum(consistency.kind)));
          },
      .text_forms = kConsistencyForms,
      .text_pattern = "^(strong|eventual|quorum read [0-9]+ write [0-9]+)$"};
  return kType;
}

SCANTLING_STRUCTURE(BackupPolicy) {
  static constexpr Entry kEntries[] = {
      field<&BackupPolicy::rpo>("rpo", "data that may be lost: recovery point objective")
          .eg("5min"),
      field<&BackupPolicy::rto>("rto", "time to be back: recovery time objective").eg("1h"),
      field<&BackupPolicy::every>("every", "between backups").eg("1d"),
      field<&BackupPolicy::keep>("keep", "how long backups are kept").eg("30d"),
  };
  static constexpr StructType kType{
      .name = "backup policy", .about = "How data survives its store", .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(Store) {
  static constexpr Entry kEntries[] = {
      field<&Store::summary>("summary", "a sentence about it").eg("Orders and carts"),
      field<&Store::engine>("engine", "technology, by catalogue name").eg("postgresql"),
      field<&Store::owner>("owner", "service that alone writes it").eg("orders"),
      field<&Store::holds>("holds", "aggregates in it").eg("[Cart, Order]"),
      field<&Store::copies>("copies", "of each shard").eg("3"),
      field<&Store::shards>("shards", "parts by key").eg("8").by_default("1"),
      field<&Store::shard_key>("shard-key", "what it is parted by").eg("customer-id"),
      field<&Store::skew>("skew", "Zipf exponent over keys; 0: even").eg("0.8"),
      field<&Store::consistency>("consistency", "which copies answer").eg("strong"),
      field<&Store::pool>("pool", "connections").eg("20 per instance"),
      field<&Store::waiting>("waiting", "requests that may wait for a connection")
          .as(unbounded_count_type)
          .eg("40"),
      field<&Store::max_connections>("max-connections", "that the server of each shard accepts")
          .eg("500"),
      field<&Store::concurrency>("concurrency", "requests that one copy serves at once").eg("32"),
      field<&Store::read>("read", "time of a read at the server").eg("1ms"),
      field<&Store::write>("write", "time of a write at the server").eg("3ms"),
      field<&Store::spread>("spread", "what its copies are kept apart over").eg("zones"),
      field<&Store::in_sync>("in-sync", "copies that must have a write before it counts").eg("2"),
      field<&Store::fenced>("fenced", "a former leader's writes are refused").eg("true"),
      field<&Store::bootstrap>("bootstrap", "a new copy has its data before it answers").eg("true"),
      field<&Store::read_repair>("read-repair", "a read leaves what it returned on its quorum")
          .eg("true"),
      field<&Store::pre_vote>("pre-vote",
                              "asks before an election whether it could be won, and calls none "
                              "while a leader is heard")
          .eg("true"),
      field<&Store::check_quorum>("check-quorum", "a leader that hears no quorum leads no more")
          .eg("true"),
      field<&Store::failover>("failover", "time until another copy leads").eg("30s"),
      field<&Store::rebuild>("rebuild",
                             "after a failover: copies that are built anew before they answer; "
                             "those that have what the new leader lacks, or all")
          .eg("diverged"),
      field<&Store::lag>("lag", "of asynchronous copies").eg("50ms"),
      field<&Store::backup>("backup", "how data survives its store").eg("{ rpo: 5min, rto: 1h }"),
      field<&Store::keep>("keep", "how long data stays").eg("7y"),
      field<&Store::encrypted>("encrypted", "at rest").eg("true"),
      field<&Store::expires>("expires", "a cache: how long an entry lives").eg("60s"),
      field<&Store::capacity>("capacity", "a cache: how much fits").eg("4 GiB"),
      field<&Store::single_flight>("single-flight", "a cache: one fill of a key at a time")
          .eg("true"),
      field<&Store::leases>("leases",
                            "a cache: one fill of a key at a time over all "
                            "instances; the others wait for it")
          .eg("true"),
      field<&Store::serve_stale>("serve-stale", "a cache: an old entry when the fill fails")
          .eg("true"),
      field<&Store::snapshot_every>("snapshot-every", "an event store: events between snapshots")
          .eg("100"),
      field<&Store::crdt>("crdt", "data type whose copies merge").eg("or-set"),
  };
  static constexpr StructType kType{
      .name = "store", .about = "A database, a cache or an event store", .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(Channel) {
  static constexpr Entry kEntries[] = {
      field<&Channel::summary>("summary", "a sentence about it").eg("What happens to orders"),
      field<&Channel::broker>("broker", "technology, by catalogue name").eg("kafka"),
      field<&Channel::kind>("kind",
                            "topic: every group of consumers gets each message; queue: one "
                            "consumer does")
          .eg("topic"),
      field<&Channel::owner>("owner", "service that publishes to it").eg("orders"),
      field<&Channel::events>("events", "that it carries").eg("[OrderPlaced, OrderShipped]"),
      field<&Channel::partitions>("partitions", "within which order holds").eg("24"),
      field<&Channel::key>("key", "what messages are parted by").eg("order-id"),
      field<&Channel::copies>("copies", "of each partition").eg("3"),
      field<&Channel::in_sync>("in-sync", "copies that must have a message before it counts")
          .eg("2"),
      field<&Channel::delivery>("delivery", "how often a message may arrive").eg("at-least-once"),
      field<&Channel::keep>("keep", "how long messages stay").eg("7d"),
      field<&Channel::schema>("schema", "format of the messages").eg("avro"),
      field<&Channel::compatible>("compatible", "how the schema may change").eg("backward"),
      field<&Channel::dead_letter>("dead-letter", "where messages go that can't be handled")
          .eg("orders.events.dlq"),
      field<&Channel::attempts>("attempts", "to handle a message, at most").eg("5"),
      field<&Channel::spread>("spread", "what its copies are kept apart over").eg("zones"),
  };
  static constexpr StructType kType{
      .name = "channel", .about = "A topic or a queue of a broker", .entries = kEntries};
  return kType;
}

}  // namespace scantling
