// Steps inside an endpoint.
#include "base/text.h"
#include "language/kinds.h"
#include "language/reader.h"
#include "language/schema/forms.h"
#include "language/table.h"
#include "language/writer.h"

namespace scantling {

namespace {

using schema_detail::list_of;
using schema_detail::list_type;

Step& step_of(void* owner) {
  return *static_cast<Step*>(owner);
}
const Step& step_of(const void* owner) {
  return *static_cast<const Step*>(owner);
}

template <StepKind K>
bool is_kind(const void* owner) {
  return step_of(owner).kind == K;
}

// Until a key says what a step does, its provenance is that of the list's item: the whole step.
// The key moves it to its own line.
bool claim(Reader& reader, const Place& place, Step& step, StepKind kind) {
  if (step.from.span.valid() && step.from.span != step.span && place.key_span.valid()) {
    reader.contradiction(place.key_span,
                         "a step with both `" + std::string(to_text_enum(step.kind)) + "` and `" +
                             std::string(to_text_enum(kind)) + "`",
                         "a step does one thing; what follows is a step of its own");
    return false;
  }
  step.kind = kind;
  step.from = reader.given(place);
  return true;
}

// A key that says what the step does, with a member that holds its value.
template <StepKind K, auto Member>
constexpr Entry kind_entry(std::string_view about) {
  constexpr bool kIsField =
      schema_detail::IsField<typename schema_detail::MemberOf<decltype(Member)>::Value>::value;
  Entry e = field<Member>(to_text_enum(K), about).when(is_kind<K>);
  e.own.read = [](Reader& reader, const Place& place, void* owner) {
    Step& step = step_of(owner);
    if (!claim(reader, place, step, K)) return false;
    const Entry plain = field<Member>(to_text_enum(K), "");
    if (!reader.read(*plain.type, place, plain.value(owner))) return false;
    if constexpr (kIsField) (step.*Member).from = reader.given(place);
    return true;
  };
  return e;
}

bool read_call(Reader& reader, const Place& place, void* owner) {
  Step& step = step_of(owner);
  if (!claim(reader, place, step, StepKind::Call)) return false;
  std::string_view text;
  if (!reader.text_of(place, "an endpoint or an external: catalog.quote, psp", text)) return false;
  step.target = std::string(text);
  reader.pend(Pending::What::Call, RefKind::Service, text, reader.at(place.value).span, &step);
  return true;
}

template <StepKind K>
bool read_access(Reader& reader, const Place& place, void* owner) {
  Step& step = step_of(owner);
  if (!claim(reader, place, step, K)) return false;
  std::string_view text;
  if (!reader.text_of(place, "the name of a store", text)) return false;
  step.target = std::string(text);
  reader.refer(RefKind::Store, text, reader.at(place.value).span, &step.store.index);
  return true;
}

bool read_publish(Reader& reader, const Place& place, void* owner) {
  Step& step = step_of(owner);
  if (!claim(reader, place, step, StepKind::Publish)) return false;
  std::string_view text;
  if (!reader.text_of(place, "a channel and an event: orders.events OrderPlaced", text))
    return false;
  const auto words = split_words(text);
  if (words.empty() || words.size() > 2) {
    reader.bad_value(place, "publish: " + shown(text) + " is not a channel and an event",
                     {"orders.events OrderPlaced"});
    return false;
  }
  step.target = std::string(words[0]);
  if (words.size() == 2) step.event = std::string(words[1]);
  reader.refer(RefKind::Channel, words[0], part_span(reader, place, words[0]), &step.channel.index);
  return true;
}

template <class T>
std::string name_or(const IdVector<T>& items, Id<T> id) {
  return id.valid() && static_cast<std::size_t>(id.index) < items.size() ? items[id].name
                                                                         : std::string();
}

// The target as written, or from its id when a pass left the text out.
Out write_target(const Writer& writer, const void* owner) {
  const Step& step = step_of(owner);
  const Architecture& model = writer.model();
  std::string target = step.target;
  if (target.empty() && step.kind == StepKind::Call)
    target = step.endpoint.valid() ? endpoint_name(model, step.endpoint)
                                   : name_or(model.externals, step.external);
  if (target.empty()) target = name_or(model.stores, step.store);
  if (target.empty()) target = name_or(model.channels, step.channel);
  if (step.kind == StepKind::Publish && !step.event.empty()) target += " " + step.event;
  return Out::string(target);
}

bool read_lock(Reader& reader, const Place& place, void* owner) {
  Step& step = step_of(owner);
  return claim(reader, place, step, StepKind::Lock) && reader.read(text_type, place, &step.lock);
}

Out write_lock(const Writer&, const void* owner) {
  return Out::string(step_of(owner).lock);
}

constexpr std::uint32_t bit(StepKind kind) {
  return 1U << static_cast<unsigned>(kind);
}
constexpr std::uint32_t kAccesses =
    bit(StepKind::Call) | bit(StepKind::Read) | bit(StepKind::Write) | bit(StepKind::Publish);

// Which kinds of step each key of `Step` (but the kinds' own) says something about.
struct KeyUse {
  std::string_view key;
  std::uint32_t kinds;
};
constexpr KeyUse kKeyUses[] = {
    {"via", bit(StepKind::Publish)},
    {"relay", bit(StepKind::Publish)},
    {"lease", bit(StepKind::Lock)},
    {"fenced", bit(StepKind::Lock)},
    {"guard", bit(StepKind::Write)},
    {"times", bit(StepKind::Read) | bit(StepKind::Write)},
    {"batch", bit(StepKind::Read) | bit(StepKind::Write)},
    {"steps", bit(StepKind::Repeat)},
    {"first", bit(StepKind::Together)},
    {"miss", bit(StepKind::Read)},
    {"consistency", bit(StepKind::Read)},
    {"fallback", kAccesses},
    {"use", kAccesses},
    {"timeout", kAccesses},
    {"retry", kAccesses},
    {"breaker", kAccesses},
    {"hedge", kAccesses},
    {"at-once", kAccesses},
    {"throttle", kAccesses},
    {"deadline", kAccesses},
    {"optimistic", bit(StepKind::Lock)},
};

std::vector<std::string> kinds_of(std::uint32_t set) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < EnumNames<StepKind>::value.size(); ++i)
    if ((set >> i & 1) != 0) out.emplace_back(EnumNames<StepKind>::value[i]);
  return out;
}

void finish_step(Reader& reader, const Place& place, void* object) {
  const Step& step = step_of(object);
  const Value map = reader.at(place.value);
  bool has_kind = false;
  for (int i = 0; i < map.count; ++i)
    has_kind |= parse_enum<StepKind>(reader.document().member(map, i).key).has_value();
  if (!has_kind) {
    Diagnostic& d = reader.problem(kMissingKey, map.span, "a step that does nothing");
    d.because = "a step needs one of " + enumerate(kinds_of(~0U), "or");
    d.allowed = {"work: 3ms", "call: catalog.quote"};
    return;
  }
  for (int i = 0; i < map.count; ++i) {
    const Member& member = reader.document().member(map, i);
    for (const KeyUse& use : kKeyUses) {
      if (use.key != member.key || (use.kinds & bit(step.kind)) != 0) continue;
      Diagnostic& d = reader.problem(kMisplacedKey, member.key_span,
                                     "`" + std::string(member.key) + "` means nothing for `" +
                                         std::string(to_text_enum(step.kind)) + "`");
      d.allowed = {std::string(member.key) + " belongs to " + enumerate(kinds_of(use.kinds), "or")};
    }
  }
}

// The policy bundle that the step uses; null: none.
const void* bundle_of(const Architecture& model, const void* object) {
  const Step& step = step_of(object);
  const bool known = step.use && step.use->id.valid() &&
                     static_cast<std::size_t>(step.use->id.index) < model.policies.size();
  return known ? &model.policies[step.use->id].policy : nullptr;
}

bool repeats(const void* owner) {
  return step_of(owner).kind == StepKind::Repeat;
}
bool accesses(const void* owner) {
  return (bit(step_of(owner).kind) & (bit(StepKind::Read) | bit(StepKind::Write))) != 0;
}

}  // namespace

SCANTLING_STRUCTURE(Branch) {
  static constexpr Entry kEntries[] = {
      field<&Branch::share>("share", "how often it is taken").eg("20%").needed(),
      field<&Branch::steps>("steps", "what is done then").eg("[call: fraud.score]"),
  };
  static constexpr StructType kType{
      .name = "branch", .about = "One alternative of `choose`", .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(Miss) {
  static constexpr Entry kEntries[] = {
      field<&Miss::rate>("rate", "share of the reads that find nothing").eg("8%"),
      field<&Miss::keys>("keys",
                         "number of keys, from which the share follows with the store's "
                         "skew and capacity")
          .eg("1M"),
      field<&Miss::then>("then", "what fills the cache").eg("[read: catalog-db]"),
  };
  static constexpr StructType kType{
      .name = "miss",
      .about = "What a read of a cache does when the entry is not there",
      .entries = kEntries,
      .finish = [](Reader& reader, const Place& place, void* object) {
        const auto& miss = *static_cast<const Miss*>(object);
        if (miss.rate && miss.keys)
          reader.contradiction(miss.keys.from.span, "a miss with both `rate` and `keys`",
                               "the rate is given, or follows from the keys");
        const Value& map = reader.at(place.value);
        const bool tried = reader.document().find(map, "rate") != nullptr ||
                           reader.document().find(map, "keys") != nullptr;
        if (miss.rate || miss.keys || tried) return;
        Diagnostic& d =
            reader.problem(kMissingKey, place.key_span.valid() ? place.key_span : map.span,
                           "miss has neither `rate` nor `keys`");
        d.allowed = {"{ rate: 8%, then: [read: catalog-db] }",
                     "{ keys: 1M, then: [read: catalog-db] }"};
      }};
  return kType;
}

SCANTLING_STRUCTURE(Step) {
  static constexpr Entry kEntries[] = {
      kind_entry<StepKind::Work, &Step::time>("processor time").eg("{ mean: 2ms, p99: 9ms }"),
      kind_entry<StepKind::Wait, &Step::time>("time that needs no processor").eg("10ms"),
      own_entry("call", "an endpoint or an external", text_type, {read_call, write_target})
          .when(is_kind<StepKind::Call>)
          .eg("catalog.quote"),
      own_entry("read", "a store", text_type, {read_access<StepKind::Read>, write_target})
          .when(is_kind<StepKind::Read>)
          .eg("orders-db"),
      own_entry("write", "a store", text_type, {read_access<StepKind::Write>, write_target})
          .when(is_kind<StepKind::Write>)
          .eg("orders-db"),
      own_entry("publish", "a channel, and the event", text_type, {read_publish, write_target})
          .when(is_kind<StepKind::Publish>)
          .eg("orders.events OrderPlaced"),
      kind_entry<StepKind::Together, &Step::steps>("steps done in parallel, each a branch; waits "
                                                   "for all")
          .eg("[call: catalog.quote, call: inventory.check]"),
      kind_entry<StepKind::Choose, &Step::branches>("alternatives, each with its share")
          .eg("[{ share: 20%, steps: [call: fraud.score] }, { share: 80%, steps: [] }]"),
      kind_entry<StepKind::Repeat, &Step::times>("how many times `steps` are done").eg("x20"),
      own_entry("lock", "name of a lock, held until the endpoint ends", text_type,
                {read_lock, write_lock})
          .when(is_kind<StepKind::Lock>)
          .eg("stock"),
      kind_entry<StepKind::Fail, &Step::share>("share of the runs that end here with an error")
          .eg("0.1%"),
      kind_entry<StepKind::Spawn, &Step::steps>("steps started and not waited for")
          .eg("[call: mail.send]"),
      field<&Step::via>("via", "publish: how the event leaves").eg("outbox").by_default("direct"),
      field<&Step::relay>("relay", "outbox: sends unsent rows, or by their id").eg("unsent"),
      field<&Step::lease>("lease", "lock: how long it is held without renewal").eg("30s"),
      field<&Step::fenced>("fenced", "lock: what it guards refuses former holders").eg("true"),
      field<&Step::guard>("guard", "write: how it holds against what changed meanwhile")
          .eg("compare-and-set"),
      field<&Step::times>("times", "read, write: how often")
          .when(accesses)
          .eg("x20")
          .by_default("x1"),
      field<&Step::batch>("batch",
                          "read, write: statements of one round trip; of writes, one commit")
          .when(accesses)
          .eg("3")
          .by_default("1"),
      field<&Step::steps>("steps", "repeat: what is repeated")
          .when(repeats)
          .eg("[read: orders-db]"),
      field<&Step::first>("first", "together: go on after this many").eg("2").by_default("all"),
      field<&Step::optimistic>("optimistic",
                               "lock: nobody waits; fails when another ended meanwhile")
          .eg("true")
          .by_default("false"),
      field<&Step::miss>("miss", "read of a cache: what happens when the entry is not there")
          .eg("{ rate: 8%, then: [read: catalog-db] }"),
      field<&Step::consistency>("consistency", "read: which copies answer it").eg("eventual"),
      field<&Step::use>("use", "a bundle of `policies`; own values count over its").eg("critical"),
      field<&Step::fallback>("fallback", "steps done where this one would have failed")
          .eg("[read: catalog-cache]"),
  };
  static constexpr StructType kType{
      .name = "step",
      .about = "What an endpoint does, in order; one key says what, the others how",
      .entries = kEntries,
      .flat = &structure_of<CallPolicy>,
      .flat_at = [](void* object) -> void* { return &step_of(object).policy; },
      .inherits = bundle_of,
      .finish = finish_step};
  return kType;
}

}  // namespace scantling
