// Experiments: load, faults, and what is expected of them.
#include <unordered_map>

#include "base/text.h"
#include "language/kinds.h"
#include "language/load.h"
#include "language/reader.h"
#include "language/table.h"
#include "language/writer.h"

namespace scantling {

namespace {

using schema_detail::ref_type;
using schema_detail::struct_type;

// --- changes of load, by operation ---

bool read_change(Reader& reader, const Place& place, LoadChange& change) {
  change.span = reader.at(place.value).span;
  change.operation.name = std::string(place.key);
  std::string_view text;
  if (!reader.text_of(place, "x3, or 40/s", text)) return false;
  if (const auto factor = parse_factor(text)) {
    change.factor = *factor;
    return true;
  }
  if (const auto rate = parse_rate(text)) {
    change.absolute = true;
    change.rate = *rate;
    return true;
  }
  reader.bad_scalar(place, load_change_type, text);
  return false;
}

bool is_key_of(const StructType& type, std::string_view name) {
  for (const Entry& entry : type.entries)
    if (entry.key == name) return true;
  return false;
}

bool add_change(Reader& reader, const Place& place, ExperimentLoad& load) {
  LoadChange change;
  if (read_change(reader, place, change)) load.changes.push_back(std::move(change));
  return true;
}

// What the file of `replay` says; it lies beside the model.
void read_recorded(Reader& reader, const Place& place, ExperimentLoad& load) {
  const Span span = load.replay.from.span;
  if (!is_plain_relative(*load.replay)) {
    reader.bad_value(place, "replay " + shown(*load.replay) + " is not a relative path",
                     {"a path relative to the model's folder, for example traffic.csv"});
    return;
  }
  const std::string path = path_beside(reader.sources().path(span.file), *load.replay);
  const Expected<std::string> text = reader.files().read(path);
  if (!text) {
    reader.problem(kUnreadableFile, span, text.error().message);
    return;
  }
  auto recorded = parse_recorded(*text);
  if (recorded)
    load.recorded = std::move(*recorded);
  else
    reader.bad_value(place, path + ": " + recorded.error().message,
                     {"0.25,place-order", "120 (requests a second, one line a second)"});
}

Out write_change(const LoadChange& change) {
  return Out::scalar(change.absolute ? to_text(change.rate) : to_text(change.factor));
}

std::string operation_name(const Writer& writer, const Ref<OperationId>& operation) {
  return writer.name_of(ref_type<Ref<OperationId>>, &operation);
}

// The operations whose names are keys of the struct, under `operations`; the others beside it.
template <class List, class Write>
void write_changes(const Writer& writer, const StructType& type, const List& list, bool colliding,
                   Out& map, Write write) {
  for (const auto& item : list) {
    const std::string name = operation_name(writer, item.operation);
    if (is_key_of(type, name) == colliding) map.add(name, write(item));
  }
}

template <class Add>
bool read_operations(Reader& reader, const Place& place, Add add) {
  const Value map = reader.at(place.value);
  if (map.kind != NodeKind::Map) {
    reader.wrong_shape(place, "a map from operations", "{ place-order: x3 }");
    return false;
  }
  for (int i = 0; i < map.count; ++i) {
    const Member& member = reader.document().member(map, i);
    add(Place{member.key, member.key_span, member.value});
  }
  return true;
}

// References point into the list, so they are noted when it has its final size: the operation's key
// is found again in the map, or in its `operations`.
template <class List>
void refer_all(Reader& reader, const Place& place, List& list) {
  std::unordered_map<std::string_view, const Member*> keys;
  const auto note = [&](const Value& map) {
    if (map.kind != NodeKind::Map) return;
    for (int i = 0; i < map.count; ++i) {
      const Member& member = reader.document().member(map, i);
      keys.emplace(member.key, &member);
    }
  };
  const Value map = reader.at(place.value);
  if (const Member* more = reader.document().find(map, "operations")) note(reader.at(more->value));
  note(map);
  for (auto& item : list) {
    const auto key = keys.find(item.operation.name);
    if (key == keys.end()) continue;
    reader.refer(RefKind::Operation, key->first, key->second->key_span, &item.operation.id.index);
  }
}

bool add_expectation(Reader& reader, const Place& place, Expectation& expect) {
  OperationExpectation item;
  item.span = reader.at(place.value).span;
  item.operation.name = std::string(place.key);
  if (reader.read(struct_type<Objective>, place, &item.objective))
    expect.operations.push_back(std::move(item));
  return true;
}

Out write_objective(const Writer& writer, const OperationExpectation& item) {
  return writer.write(struct_type<Objective>, &item.objective);
}

}  // namespace

SCANTLING_STRUCTURE(ClosedLoad) {
  static constexpr Entry kEntries[] = {
      field<&ClosedLoad::users>("users", "how many there are").eg("500").needed(),
      field<&ClosedLoad::think>("think", "time between an answer and the next request").eg("1s"),
  };
  static constexpr StructType kType{.name = "closed load",
                                    .about = "A fixed number of users, each waiting for its answer",
                                    .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(LoadRamp) {
  static constexpr Entry kEntries[] = {
      field<&LoadRamp::from>("from", "at the start").eg("x1"),
      field<&LoadRamp::to>("to", "at the end").eg("x5").needed(),
      field<&LoadRamp::over>("over", "how long it takes").eg("4min").needed(),
  };
  static constexpr StructType kType{
      .name = "ramp", .about = "Load that grows or falls evenly", .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(LoadSpike) {
  static constexpr Entry kEntries[] = {
      field<&LoadSpike::at>("at", "when").eg("2min").needed(),
      field<&LoadSpike::lasts>("for", "how long").eg("30s").needed(),
      field<&LoadSpike::by>("by", "how much").eg("x8").needed(),
  };
  static constexpr StructType kType{
      .name = "spike", .about = "Load that jumps up for a while", .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(LoadStep) {
  static constexpr Entry kEntries[] = {
      field<&LoadStep::at>("at", "from when").eg("1min").needed(),
      field<&LoadStep::by>("by", "how much").eg("x2").needed(),
  };
  static constexpr StructType kType{
      .name = "load step", .about = "Load from a time on", .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(LoadBursts) {
  static constexpr Entry kEntries[] = {
      field<&LoadBursts::every>("every", "mean time between bursts").eg("1min").needed(),
      field<&LoadBursts::lasts>("for", "mean length of one").eg("5s").needed(),
      field<&LoadBursts::by>("by", "how much more load there is then").eg("x4").needed(),
  };
  static constexpr StructType kType{
      .name = "bursts", .about = "Load that jumps up at random moments", .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(ExperimentLoad) {
  static constexpr Entry kEntries[] = {
      own_entry("operations", "load by operation, where an operation is named like a key here",
                operation_loads_type,
                {[](Reader& reader, const Place& place, void* owner) {
                   auto& load = *static_cast<ExperimentLoad*>(owner);
                   return read_operations(
                       reader, place, [&](const Place& inner) { add_change(reader, inner, load); });
                 },
                 [](const Writer& writer, const void* owner) {
                   Out map = Out::map();
                   const auto& load = *static_cast<const ExperimentLoad*>(owner);
                   write_changes(writer, structure_of<ExperimentLoad>(), load.changes, true, map,
                                 write_change);
                   return map.members.empty() ? Out::none() : map;
                 }})
          .eg("{ spike: x3 }"),
      field<&ExperimentLoad::all>("all", "of every operation's").eg("x2"),
      field<&ExperimentLoad::base>("base", "what factors multiply: peak or mean")
          .eg("mean")
          .by_default("peak"),
      field<&ExperimentLoad::over>("over", "how long it lasts").eg("10min"),
      field<&ExperimentLoad::closed>("closed", "a fixed number of users instead of arrivals")
          .eg("{ users: 500, think: 1s }"),
      field<&ExperimentLoad::ramp>("ramp", "load that grows or falls evenly")
          .eg("{ from: x1, to: x5, over: 4min }"),
      field<&ExperimentLoad::spike>("spike", "load that jumps up for a while")
          .eg("{ at: 2min, for: 30s, by: x8 }"),
      field<&ExperimentLoad::steps>("steps", "load that changes at given times")
          .eg("[{ at: 1min, by: x2 }, { at: 2min, by: x4 }]"),
      field<&ExperimentLoad::bursts>("bursts", "load that jumps up at random moments")
          .eg("{ every: 1min, for: 5s, by: x4 }"),
      field<&ExperimentLoad::replay>("replay",
                                     "file of `offset,operation` lines, or of rates a "
                                     "second")
          .eg("traffic.csv"),
  };
  static constexpr StructType kType{
      .name = "load of an experiment",
      .about = "Load by operation, and how it varies; what isn't said is at peak",
      .entries = kEntries,
      .finish =
          [](Reader& reader, const Place& place, void* object) {
            auto& load = *static_cast<ExperimentLoad*>(object);
            refer_all(reader, place, load.changes);
            if (load.replay) read_recorded(reader, place, load);
            if (load.base && *load.base != "peak" && *load.base != "mean") {
              Diagnostic& d =
                  reader.problem(kBadValue, load.base.from.span,
                                 "base: " + shown(*load.base) + " is not a known choice");
              d.allowed = {"one of peak or mean"};
            }
          },
      .read_other =
          [](Reader& reader, const Place& place, void* object) {
            return add_change(reader, place, *static_cast<ExperimentLoad*>(object));
          },
      .write_other =
          [](const Writer& writer, const void* object, Out& map) {
            write_changes(writer, structure_of<ExperimentLoad>(),
                          static_cast<const ExperimentLoad*>(object)->changes, false, map,
                          write_change);
          },
      .other_about = "the name of an operation: its load, as a factor or a rate",
      .other_type = &load_change_type};
  return kType;
}

SCANTLING_STRUCTURE(AfterFaults) {
  static constexpr Entry kEntries[] = {
      field<&AfterFaults::within>("within", "how long after the last fault").eg("2min").needed(),
      field<&AfterFaults::goodput>("goodput", "share of the steady state before the fault")
          .eg("95%")
          .needed(),
  };
  static constexpr StructType kType{
      .name = "expectation after faults",
      .about = "What must be back, judged against the steady state before the fault",
      .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(Expectation) {
  static constexpr Entry kEntries[] = {
      own_entry("operations",
                "objectives by operation, where an operation is named like a key here",
                operation_objectives_type,
                {[](Reader& reader, const Place& place, void* owner) {
                   auto& expect = *static_cast<Expectation*>(owner);
                   return read_operations(reader, place, [&](const Place& inner) {
                     add_expectation(reader, inner, expect);
                   });
                 },
                 [](const Writer& writer, const void* owner) {
                   Out map = Out::map();
                   const auto& expect = *static_cast<const Expectation*>(owner);
                   write_changes(writer, structure_of<Expectation>(), expect.operations, true, map,
                                 [&](const auto& item) { return write_objective(writer, item); });
                   return map.members.empty() ? Out::none() : map;
                 }})
          .eg("{ lag: { p99: 3s } }"),
      field<&Expectation::after_faults>("after-faults", "what must be back, and when")
          .eg("{ within: 2min, goodput: 95% }"),
      field<&Expectation::recovers_within>("recovers-within",
                                           "every expectation holds again this "
                                           "long after the last fault")
          .eg("1min"),
      field<&Expectation::amplification>("amplification",
                                         "calls per request, against the steady "
                                         "state, at most")
          .eg("x1.5"),
      field<&Expectation::lag>("lag", "messages behind, at most").eg("10k"),
  };
  static constexpr StructType kType{
      .name = "set of expectations",
      .about = "What must hold while the experiment runs",
      .entries = kEntries,
      .finish =
          [](Reader& reader, const Place& place, void* object) {
            refer_all(reader, place, static_cast<Expectation*>(object)->operations);
          },
      .read_other =
          [](Reader& reader, const Place& place, void* object) {
            return add_expectation(reader, place, *static_cast<Expectation*>(object));
          },
      .write_other =
          [](const Writer& writer, const void* object, Out& map) {
            write_changes(writer, structure_of<Expectation>(),
                          static_cast<const Expectation*>(object)->operations, false, map,
                          [&](const auto& item) { return write_objective(writer, item); });
          },
      .other_about = "the name of an operation: what it must reach",
      .other_type = &struct_type<Objective>};
  return kType;
}

SCANTLING_STRUCTURE(Experiment) {
  static constexpr Entry kEntries[] = {
      field<&Experiment::summary>("summary", "a sentence about it").eg("Salaries arrive"),
      field<&Experiment::load>("load", "how much is asked for; peak when it isn't said")
          .eg("{ place-order: x3, over: 10min }"),
      field<&Experiment::faults>("faults", "what goes wrong")
          .eg("[{ at: 2min, for: 5min, lose: zone a }]"),
      field<&Experiment::expect>("expect", "what must hold")
          .eg("{ place-order: { p99: 3s, availability: 99.9% }, recovers-within: 1min }"),
      field<&Experiment::lasts>("for", "measured time").eg("10min").by_default("by the faults"),
  };
  static constexpr StructType kType{.name = "experiment",
                                    .about = "Load and faults, with what is expected of them",
                                    .entries = kEntries};
  return kType;
}

}  // namespace scantling
