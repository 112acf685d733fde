// The problem half: teams, aggregates, externals, operations.
#include "base/text.h"
#include "language/kinds.h"
#include "language/reader.h"
#include "language/schema/forms.h"
#include "language/table.h"
#include "language/writer.h"

namespace scantling {

SCANTLING_STRUCTURE(Team) {
  static constexpr Entry kEntries[] = {
      field<&Team::size>("size", "people").eg("8"),
      field<&Team::knows>("knows", "technologies the team has run, by catalogue name")
          .eg("[java, postgresql, kafka]"),
      field<&Team::owns_at_most>("owns-at-most", "services it can own")
          .eg("3")
          .by_default("by its size"),
  };
  static constexpr StructType kType{
      .name = "team", .about = "People who own services, and what they know", .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(Aggregate) {
  static constexpr Entry kEntries[] = {
      field<&Aggregate::count>("count", "how many there are").eg("60M"),
      field<&Aggregate::size>("size", "of one, mean").eg("3 KiB"),
      field<&Aggregate::growth>("growth", "of the count, a year").as(growth_type).eg("40%"),
      field<&Aggregate::data>("data", "class of the data").eg("personal"),
      field<&Aggregate::keep>("keep", "how long it must be kept").eg("7y"),
      field<&Aggregate::history>("history",
                                 "full: every change is kept, a candidate for event "
                                 "sourcing")
          .eg("full")
          .by_default("none"),
      field<&Aggregate::invariant>("invariant", "what must hold for it after every transaction")
          .eg("available >= 0"),
      field<&Aggregate::part_of>("part-of", "aggregate that it is a part of").eg("Customer"),
      field<&Aggregate::refers_to>("refers-to", "aggregates that it names").eg("[Account]"),
      field<&Aggregate::residency>("residency", "region that it must not leave").eg("eu-central"),
  };
  static constexpr StructType kType{
      .name = "aggregate",
      .about = "A unit of consistency: what changes together, in one transaction",
      .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(External) {
  static constexpr Entry kEntries[] = {
      field<&External::latency>("latency", "time in which it answers")
          .eg("{ mean: 240ms, p99: 900ms }"),
      field<&External::availability>("availability", "share of requests that it answers")
          .eg("99.9%"),
      field<&External::limit>("limit", "requests that it accepts").eg("500/s"),
      field<&External::idempotent>("idempotent", "whether asking it twice is harmless")
          .eg("by key")
          .by_default("no"),
  };
  static constexpr StructType kType{
      .name = "external", .about = "A system that others run", .entries = kEntries};
  return kType;
}

namespace {

// "create Payment", "read Product x20"; `times` is null where no count may stand.
bool read_act(Reader& reader, const Place& place, Verb& verb, Ref<AggregateId>& aggregate,
              Factor* times) {
  const std::string_view forms =
      times != nullptr ? "a verb and an aggregate: read Product, read Product x20, create Order"
                       : "a verb and an aggregate: cancel Order, refund Payment";
  std::string_view text;
  if (!reader.text_of(place, forms, text)) return false;
  const auto words = split_words(text);
  const std::vector<std::string> verbs(EnumNames<Verb>::value.begin(),
                                       EnumNames<Verb>::value.end());
  const std::size_t most = times != nullptr ? 3 : 2;
  if (words.size() < 2 || words.size() > most) {
    reader.bad_value(place, shown(text) + " is not a step", {std::string(forms)});
    return false;
  }
  const auto known = parse_enum<Verb>(words[0]);
  const Span span = reader.at(place.value).span;
  if (!known) {
    Diagnostic& d = reader.problem(kBadValue, part_span(reader, place, words[0]),
                                   shown(words[0]) + " is not a known verb");
    if (const auto near = nearest(words[0], verbs)) d.caret = "did you mean " + *near + "?";
    d.allowed = {enumerate(verbs, "or"), "read Product x20"};
    return false;
  }
  if (words.size() == 3) {
    const auto factor = parse_factor(words[2]);
    if (!factor) {
      Diagnostic& d =
          reader.problem(kBadValue, span, shown(words[2]) + " is not a number of times");
      d.allowed = {"x20", std::string(words[0]) + " " + std::string(words[1]) + " x20"};
      return false;
    }
    *times = *factor;
  }
  verb = *known;
  aggregate.name = std::string(words[1]);
  reader.refer(RefKind::Aggregate, words[1], part_span(reader, place, words[1]),
               &aggregate.id.index);
  return true;
}

std::string act_text(const Writer& writer, Verb verb, const Ref<AggregateId>& aggregate,
                     Factor times) {
  std::string out = std::string(to_text_enum(verb)) + " " +
                    writer.name_of(schema_detail::ref_type<Ref<AggregateId>>, &aggregate);
  return times == Factor{} ? out : out + " " + to_text(times);
}

bool has_act(const ProblemStep& step) {
  return !step.aggregate.name.empty() || step.aggregate.id.valid();
}

bool read_step_text(Reader& reader, const Place& place, void* object) {
  auto& step = *static_cast<ProblemStep*>(object);
  return read_act(reader, place, step.verb, step.aggregate, &step.times);
}

Out write_step_text(const Writer& writer, const void* object) {
  const auto& step = *static_cast<const ProblemStep*>(object);
  if (!has_act(step) || step.calls || step.has_undo || step.undo_calls) return Out::none();
  return Out::scalar(act_text(writer, step.verb, step.aggregate, step.times));
}

constexpr OwnForm kDo = {
    read_step_text, [](const Writer& writer, const void* owner) {
      const auto& step = *static_cast<const ProblemStep*>(owner);
      if (!has_act(step)) return Out::none();
      return Out::scalar(act_text(writer, step.verb, step.aggregate, step.times));
    }};

constexpr OwnForm kUndo = {
    [](Reader& reader, const Place& place, void* owner) {
      auto& step = *static_cast<ProblemStep*>(owner);
      step.has_undo = read_act(reader, place, step.undo_verb, step.undo_aggregate, nullptr);
      return step.has_undo;
    },
    [](const Writer& writer, const void* owner) {
      const auto& step = *static_cast<const ProblemStep*>(owner);
      if (!step.has_undo) return Out::none();
      return Out::scalar(act_text(writer, step.undo_verb, step.undo_aggregate, Factor{}));
    }};

void finish_step(Reader& reader, const Place& place, void* object) {
  const auto& step = *static_cast<const ProblemStep*>(object);
  const Value& value = reader.at(place.value);
  if (value.kind == NodeKind::Scalar || has_act(step) || step.calls.has()) return;
  if (reader.document().find(value, "do") != nullptr ||
      reader.document().find(value, "calls") != nullptr)
    return;  // said already what is wrong with them
  Diagnostic& d = reader.problem(kMissingKey, value.span, "a step that does nothing");
  d.because = "a step needs `do` or `calls`";
  d.allowed = {"read Product x20", "{ do: create Payment, calls: psp, undo: refund Payment }"};
}

}  // namespace

SCANTLING_STRUCTURE(ProblemStep) {
  static constexpr Entry kEntries[] = {
      own_entry("do", "a verb, an aggregate and how many times", text_type, kDo)
          .eg("create Payment"),
      field<&ProblemStep::calls>("calls", "external that takes part").eg("psp"),
      own_entry("undo", "what takes it back when a later step fails: a verb and an aggregate",
                text_type, kUndo)
          .eg("refund Payment"),
      field<&ProblemStep::undo_calls>("undo-calls", "external that takes part in taking it back")
          .eg("psp")
          .by_default("as `calls`"),
  };
  static constexpr StructType kType{
      .name = "step of an operation",
      .about = "What an operation does to one aggregate, or asks of an external",
      .entries = kEntries,
      .read_text = read_step_text,
      .write_text = write_step_text,
      .text_forms = "read Product, read Product x20, reserve Stock",
      .text_pattern =
          "^(read|write|create|update|delete|reserve|release|cancel|refund|confirm|"
          "append|search) [^ ]+( x[0-9.]+)?$",
      .finish = finish_step};
  return kType;
}

SCANTLING_STRUCTURE(OperationLoad) {
  static constexpr Entry kEntries[] = {
      field<&OperationLoad::mean>("mean", "over a day").eg("30/s"),
      field<&OperationLoad::peak>("peak", "in the busiest minutes").eg("240/s"),
      field<&OperationLoad::shape>("shape", "how it varies").eg("daily").by_default("daily"),
  };
  static constexpr StructType kType{
      .name = "load",
      .about = "How often an operation is asked for",
      .entries = kEntries,
      .finish = [](Reader& reader, const Place& place, void* object) {
        const auto& load = *static_cast<const OperationLoad*>(object);
        if (load.mean && load.peak && *load.peak < *load.mean)
          reader.contradiction(load.peak.from.span,
                               std::string(place.key) + ": peak " + to_text(*load.peak) +
                                   " is below mean " + to_text(*load.mean),
                               "the peak is the highest load, so at least the mean");
      }};
  return kType;
}

SCANTLING_STRUCTURE(Objective) {
  static constexpr Entry kEntries[] = {
      field<&Objective::p50>("p50", "time in which half is answered, at most").eg("80ms"),
      field<&Objective::p95>("p95", "time in which 95% is answered, at most").eg("150ms"),
      field<&Objective::p99>("p99", "time in which 99% is answered, at most").eg("300ms"),
      field<&Objective::p999>("p99.9", "time in which 99.9% is answered, at most").eg("1s"),
      field<&Objective::availability>("availability", "share that is answered well, at least")
          .eg("99.95%"),
      field<&Objective::throughput>("throughput", "answered well, at least").eg("200/s"),
  };
  static constexpr StructType kType{
      .name = "objective",
      .about = "What an operation must reach",
      .entries = kEntries,
      .finish = [](Reader& reader, const Place&, void* object) {
        const auto& o = *static_cast<const Objective*>(object);
        const Field<Duration>* times[] = {&o.p50, &o.p95, &o.p99, &o.p999};
        constexpr std::string_view kNames[] = {"p50", "p95", "p99", "p99.9"};
        std::size_t below = 4;
        for (std::size_t i = 0; i < 4; ++i) {
          if (!times[i]->has()) continue;
          if (below < 4 && **times[i] < **times[below])
            reader.contradiction(times[i]->from.span,
                                 std::string(kNames[i]) + " " + to_text(**times[i]) +
                                     " is less than " + std::string(kNames[below]) + " " +
                                     to_text(**times[below]),
                                 "a higher percentile is never less than a lower one");
          below = i;
        }
      }};
  return kType;
}

SCANTLING_STRUCTURE(Operation) {
  static constexpr const Type& kEmissions =
      schema_detail::list_of<std::vector<std::string>, emission_type>;
  static constexpr Entry kEntries[] = {
      field<&Operation::summary>("summary", "a sentence about it")
          .eg("Moves money between two accounts"),
      field<&Operation::actor>("actor", "who asks for it").eg("customer"),
      field<&Operation::on>("on", "events that start it").eg("[OrderPlaced, OrderShipped]"),
      field<&Operation::every>("every", "how often a schedule starts it").eg("15min"),
      field<&Operation::steps>("steps", "what it does, in order")
          .eg("[read Cart, { do: create Payment, calls: psp, undo: refund Payment }]"),
      field<&Operation::atomic>("atomic", "all of it happens, or none of it")
          .eg("true")
          .by_default("false"),
      field<&Operation::within>("within",
                                "how long it may take in all, retries and waits "
                                "included")
          .eg("5min"),
      field<&Operation::emits>("emits",
                               "events that it announces; a share means in that share of "
                               "its runs")
          .as(kEmissions)
          .eg("[OrderPlaced, FraudSuspected 0.2%]"),
      field<&Operation::load>("load", "how often it is asked for")
          .eg("{ mean: 30/s, peak: 240/s }"),
      field<&Operation::objective>("objective", "what it must reach")
          .eg("{ p99: 2s, availability: 99.95% }"),
      field<&Operation::staleness>("staleness", "how old what it reads may be")
          .eg("60s")
          .by_default("0s: always the latest"),
      field<&Operation::idempotent>("idempotent", "whether asking twice is harmless").eg("by key"),
      field<&Operation::priority>("priority", "0 is shed first").eg("2").by_default("1"),
  };
  static constexpr StructType kType{.name = "operation",
                                    .about = "What an actor, a schedule or an event asks for",
                                    .entries = kEntries};
  return kType;
}

}  // namespace scantling
