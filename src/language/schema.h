// The language as one table. For each struct of the model there is a StructType: an array of
// entries, one a key, made from member pointers. From a member's C++ type follow its form, its
// reading and writing, its JSON Schema and its line on the reference page.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "model/architecture.h"

namespace scantling {

class Reader;
class Writer;
struct Out;
struct Place;
struct StructType;

// The kinds of element that a reference may mean.
enum class RefKind : std::uint8_t {
  Team,
  Aggregate,
  External,
  Operation,
  Context,
  Service,
  Store,
  Channel,
  Saga,
  Policy
};
inline constexpr std::size_t kRefKinds = 10;
std::string_view to_text(RefKind kind);     // "team"
std::string_view section_of(RefKind kind);  // "teams"

enum class TypeKind : std::uint8_t {
  Scalar,     // one scalar of text
  Enum,       // one of a closed list of texts
  Reference,  // the name of an element
  List,       // a sequence; a single scalar is accepted for a list of one
  Named,      // a map from names to structs
  Struct,     // a map with the struct's keys
  Custom      // reads and writes itself
};

struct ScalarOps {
  bool (*parse)(std::string_view text, void* value) = nullptr;
  std::string (*print)(const void* value) = nullptr;
  bool (*equal)(const void* a, const void* b) = nullptr;
};

// A std::vector (or IdVector), its item type erased.
struct ListOps {
  std::size_t (*size)(const void* list) = nullptr;
  void (*resize)(void* list, std::size_t n) = nullptr;
  void* (*at)(void* list, std::size_t i) = nullptr;
  // Nullptr where items don't have it.
  std::string* (*name)(void* item) = nullptr;
  Provenance* (*from)(void* item) = nullptr;
  Span* (*span)(void* item) = nullptr;
};

struct CustomOps {
  bool (*read)(Reader& reader, const Place& place, void* value) = nullptr;
  Out (*write)(const Writer& writer, const void* value) = nullptr;
  bool (*equal)(const void* a, const void* b) = nullptr;
  std::string_view schema;  // JSON Schema
};

struct Type {
  TypeKind kind = TypeKind::Scalar;
  std::string_view name;     // "duration"
  std::string_view forms;    // what may be written: "250us, 3ms, 2s, 5min"
  std::string_view example;  // in the language
  std::string_view pattern;  // of the text, for the JSON Schema; empty: any text
  std::string_view bare[2];  // a bare number made right: "{}ms", "{}s"; empty: needs no unit
  std::string_view json = "string";  // or "number", "integer", "boolean": what else is accepted
  ScalarOps scalar;
  std::span<const std::string_view> names;  // Enum
  RefKind refers = RefKind::Team;           // Reference
  std::string* (*ref_name)(void* value) = nullptr;
  std::int32_t* (*ref_id)(void* value) = nullptr;
  const Type* item = nullptr;                  // List
  ListOps list;                                // List, Named
  const StructType& (*structure)() = nullptr;  // Struct, Named
  CustomOps custom;
};

// An entry that reads or writes in a way of its own.
struct OwnForm {
  // `place.value` is the key's value. Says what is wrong itself; false: nothing was read.
  bool (*read)(Reader& reader, const Place& place, void* owner) = nullptr;
  Out (*write)(const Writer& writer, const void* owner) = nullptr;  // Out::none(): leave it out
};

struct Entry {
  std::string_view key;
  std::string_view about;      // what it holds
  std::string_view example;    // empty: the type's
  std::string_view otherwise;  // what holds when it is left out; empty: open, `design` decides
  const Type* type = nullptr;
  void* (*value)(void* owner) = nullptr;         // nullptr: only its own form knows
  Provenance* (*from)(void* owner) = nullptr;    // nullptr: the value has none of its own
  bool (*applies)(const void* owner) = nullptr;  // nullptr: always; else whether it is in use
  OwnForm own;
  bool required = false;
  bool hidden = false;  // read, but written under another key (an alias)

  constexpr Entry eg(std::string_view text) const {
    Entry e = *this;
    e.example = text;
    return e;
  }
  constexpr Entry by_default(std::string_view text) const {
    Entry e = *this;
    e.otherwise = text;
    return e;
  }
  constexpr Entry as(const Type& other) const {
    Entry e = *this;
    e.type = &other;
    return e;
  }
  constexpr Entry needed() const {
    Entry e = *this;
    e.required = true;
    return e;
  }
  constexpr Entry when(bool (*predicate)(const void*)) const {
    Entry e = *this;
    e.applies = predicate;
    return e;
  }
  constexpr Entry with(OwnForm form) const {
    Entry e = *this;
    e.own = form;
    return e;
  }
  constexpr Entry alias() const {
    Entry e = *this;
    e.hidden = true;
    return e;
  }
};

struct StructType {
  std::string_view name;   // "service"
  std::string_view about;  // a sentence, no full stop
  std::span<const Entry> entries = {};
  // Keys of a member struct that stand among the struct's own (a step's call policy).
  const StructType& (*flat)() = nullptr;
  void* (*flat_at)(void* object) = nullptr;
  // What the flat member took its missing values from (a policy bundle), or nullptr.
  const void* (*inherits)(const Architecture& model, const void* object) = nullptr;

  // The text form, when there is one: `read Product x20` for a step. `read_text` says what is wrong
  // itself. `write_text` gives Out::none() when the object needs the map form.
  bool (*read_text)(Reader& reader, const Place& place, void* object) = nullptr;
  Out (*write_text)(const Writer& writer, const void* object) = nullptr;
  std::string_view text_forms = {};
  std::string_view text_pattern = {};

  // Called after the keys were read: contradictions, what follows from what.
  void (*finish)(Reader& reader, const Place& place, void* object) = nullptr;

  // Names of elements as keys (an experiment's load per operation). `read_other` is asked for each
  // key that no entry has.
  bool (*read_other)(Reader& reader, const Place& place, void* object) = nullptr;
  void (*write_other)(const Writer& writer, const void* object, Out& map) = nullptr;
  std::string_view other_about = {};
  const Type* other_type = nullptr;
};

// The struct's description; specialised in schema/*.cpp.
template <class S>
const StructType& structure_of();

// The entry with the key, among own and flat ones; `hint` is where to look first.
const Entry* find_entry(const StructType& type, std::string_view key, std::size_t& hint);
// The owner of an entry of `type` in `object` (the flat member for a flat entry).
void* owner_of_entry(const StructType& type, const Entry& entry, void* object);
// Own entries, then flat ones.
std::vector<const Entry*> entries_of(const StructType& type);
// Whether there is something to write.
bool is_present(const Entry& entry, const void* owner);

const StructType& root_structure();  // of Architecture

// Gives an endpoint's protocol the provenance of the key that implies it (`http`, `consumes`, ...),
// when it was read from that key.
void align_protocol(Endpoint& endpoint);

// --- scalars (scalars.cpp) ---
extern const Type duration_type, rate_type, bytes_type, share_type, factor_type, count_type,
    count_range_type, money_type, cores_type, time_law_type, bool_type, number_type, text_type;
extern const Type unlimited_count_type;  // or "unlimited"
extern const Type unbounded_count_type;  // or "unbounded"
extern const Type calls_count_type;      // or "20 calls"
extern const Type growth_type;           // a share that may exceed 100%
extern const Type scale_target_type;     // "60%", or a number
extern const Type emission_type;         // "OrderPlaced", "AlarmRaised 0.2%"
extern const Type load_change_type;      // "x3", or "40/s"
extern const Type context_end_type;      // the name of a context or an external
// For the description of keys with a form of their own.
extern const Type operation_loads_type, operation_objectives_type, path_list_type;
extern const Type http_route_type, pool_type, failure_threshold_type, glossary_type;

// --- from C++ types to Types ---
template <class T>
struct ScalarType {
  static constexpr const Type* value = nullptr;
};
#define SCANTLING_SCALAR(T, type)                 \
  template <>                                     \
  struct ScalarType<T> {                          \
    static constexpr const Type* value = &(type); \
  }
SCANTLING_SCALAR(Duration, duration_type);
SCANTLING_SCALAR(Rate, rate_type);
SCANTLING_SCALAR(Bytes, bytes_type);
SCANTLING_SCALAR(Share, share_type);
SCANTLING_SCALAR(Factor, factor_type);
SCANTLING_SCALAR(Count, count_type);
SCANTLING_SCALAR(CountRange, count_range_type);
SCANTLING_SCALAR(MoneyPerMonth, money_type);
SCANTLING_SCALAR(Cores, cores_type);
SCANTLING_SCALAR(TimeLaw, time_law_type);
SCANTLING_SCALAR(bool, bool_type);
SCANTLING_SCALAR(double, number_type);
SCANTLING_SCALAR(std::string, text_type);
SCANTLING_SCALAR(HttpRoute, http_route_type);
SCANTLING_SCALAR(Pool, pool_type);
SCANTLING_SCALAR(FailureThreshold, failure_threshold_type);
#undef SCANTLING_SCALAR

template <class IdType>
struct RefKindOf;
#define SCANTLING_REF(T)                         \
  template <>                                    \
  struct RefKindOf<Id<T>> {                      \
    static constexpr RefKind value = RefKind::T; \
  }
SCANTLING_REF(Team);
SCANTLING_REF(Aggregate);
SCANTLING_REF(External);
SCANTLING_REF(Operation);
SCANTLING_REF(Context);
SCANTLING_REF(Service);
SCANTLING_REF(Store);
SCANTLING_REF(Channel);
SCANTLING_REF(Saga);
SCANTLING_REF(Policy);
#undef SCANTLING_REF

namespace schema_detail {

template <class T>
struct IsRef : std::false_type {};
template <class I>
struct IsRef<Ref<I>> : std::true_type {};
template <class T>
struct ItemOf {
  using type = void;
};
template <class T>
struct ItemOf<std::vector<T>> {
  using type = T;
};
template <class T>
struct ItemOf<IdVector<T>> {
  using type = T;
};

template <class L>
auto& raw_list(void* list) {
  if constexpr (requires(L& l) { l.raw(); })
    return static_cast<L*>(list)->raw();
  else
    return *static_cast<L*>(list);
}

template <class L>
constexpr ListOps list_ops() {
  using T = typename ItemOf<L>::type;
  ListOps ops;
  ops.size = [](const void* l) { return raw_list<L>(const_cast<void*>(l)).size(); };
  ops.resize = [](void* l, std::size_t n) { raw_list<L>(l).resize(n); };
  ops.at = [](void* l, std::size_t i) -> void* { return &raw_list<L>(l)[i]; };
  if constexpr (requires(T& t) { t.name; } && !IsRef<T>::value)
    ops.name = [](void* i) { return &static_cast<T*>(i)->name; };
  if constexpr (requires(T& t) { t.from.origin; })
    ops.from = [](void* i) -> Provenance* { return &static_cast<T*>(i)->from; };
  if constexpr (requires(T& t) { t.span.begin; })
    ops.span = [](void* i) -> Span* { return &static_cast<T*>(i)->span; };
  return ops;
}

template <class E>
constexpr Type make_enum() {
  static_assert(sizeof(E) == 1, "enums of the model are one byte");
  Type t;
  t.kind = TypeKind::Enum;
  t.name = "choice";
  t.names = EnumNames<E>::value;
  t.example = EnumNames<E>::value[0];
  return t;
}

template <class R>
constexpr Type make_ref() {
  Type t;
  t.kind = TypeKind::Reference;
  t.name = "reference";
  t.refers = RefKindOf<decltype(R::id)>::value;
  t.ref_name = [](void* r) { return &static_cast<R*>(r)->name; };
  t.ref_id = [](void* r) { return &static_cast<R*>(r)->id.index; };
  return t;
}

template <class S>
constexpr Type make_struct() {
  Type t;
  t.kind = TypeKind::Struct;
  t.name = "map";
  t.structure = &structure_of<S>;
  return t;
}

template <class E>
inline constexpr Type enum_type = make_enum<E>();
template <class R>
inline constexpr Type ref_type = make_ref<R>();
template <class S>
inline constexpr Type struct_type = make_struct<S>();

template <class T>
consteval const Type* type_of();

template <class L>
constexpr Type make_list() {
  using T = typename ItemOf<L>::type;
  Type t;
  t.list = list_ops<L>();
  if constexpr (std::is_base_of_v<Element, T> || std::is_same_v<T, ExistingTable>) {
    t.kind = TypeKind::Named;
    t.name = "map";
    t.structure = &structure_of<T>;
  } else {
    t.kind = TypeKind::List;
    t.name = "list";
    t.item = type_of<T>();
  }
  return t;
}
template <class L>
inline constexpr Type list_type = make_list<L>();

template <class T>
consteval const Type* type_of() {
  if constexpr (std::is_enum_v<T>)
    return &enum_type<T>;
  else if constexpr (IsRef<T>::value)
    return &ref_type<T>;
  else if constexpr (!std::is_void_v<typename ItemOf<T>::type>)
    return &list_type<T>;
  else if constexpr (ScalarType<T>::value != nullptr)
    return ScalarType<T>::value;
  else
    return &struct_type<T>;
}

// A list whose items are read as `Item` instead of by their C++ type.
template <class L, const Type& Item>
constexpr Type make_list_of() {
  Type t;
  t.kind = TypeKind::List;
  t.name = "list";
  t.list = list_ops<L>();
  t.item = &Item;
  return t;
}
template <class L, const Type& Item>
inline constexpr Type list_of = make_list_of<L, Item>();

template <class M>
struct MemberOf;
template <class S, class T>
struct MemberOf<T S::*> {
  using Owner = S;
  using Value = T;
};
template <class T>
struct IsField : std::false_type {};
template <class T>
struct IsField<Field<T>> : std::true_type {};

}  // namespace schema_detail

// The entry of a member: `field<&Service::context>("context", "bounded context it belongs to")`.
template <auto Member>
constexpr Entry field(std::string_view key, std::string_view about) {
  using Owner = typename schema_detail::MemberOf<decltype(Member)>::Owner;
  using Held = typename schema_detail::MemberOf<decltype(Member)>::Value;
  Entry e;
  e.key = key;
  e.about = about;
  if constexpr (schema_detail::IsField<Held>::value) {
    e.type = schema_detail::type_of<typename Held::Value>();
    e.value = [](void* o) -> void* { return &(static_cast<Owner*>(o)->*Member).value; };
    e.from = [](void* o) -> Provenance* { return &(static_cast<Owner*>(o)->*Member).from; };
  } else {
    e.type = schema_detail::type_of<Held>();
    e.value = [](void* o) -> void* { return &(static_cast<Owner*>(o)->*Member); };
  }
  return e;
}

// An entry that only its own form reads and writes; `type` describes what it takes.
constexpr Entry own_entry(std::string_view key, std::string_view about, const Type& type,
                          OwnForm form) {
  Entry e;
  e.key = key;
  e.about = about;
  e.type = &type;
  e.own = form;
  return e;
}

// Declares or defines structure_of<S>().
#define SCANTLING_STRUCTURE(S) \
  template <>                  \
  const StructType& structure_of<S>()

SCANTLING_STRUCTURE(Team);
SCANTLING_STRUCTURE(Aggregate);
SCANTLING_STRUCTURE(External);
SCANTLING_STRUCTURE(ProblemStep);
SCANTLING_STRUCTURE(OperationLoad);
SCANTLING_STRUCTURE(Objective);
SCANTLING_STRUCTURE(Operation);
SCANTLING_STRUCTURE(RateLimitRule);
SCANTLING_STRUCTURE(Constraints);
SCANTLING_STRUCTURE(ExistingTable);
SCANTLING_STRUCTURE(Existing);
SCANTLING_STRUCTURE(Context);
SCANTLING_STRUCTURE(ContextRelation);
SCANTLING_STRUCTURE(Branch);
SCANTLING_STRUCTURE(Miss);
SCANTLING_STRUCTURE(Step);
SCANTLING_STRUCTURE(Endpoint);
SCANTLING_STRUCTURE(Runtime);
SCANTLING_STRUCTURE(ScalePolicy);
SCANTLING_STRUCTURE(HealthPolicy);
SCANTLING_STRUCTURE(Service);
SCANTLING_STRUCTURE(Consistency);
SCANTLING_STRUCTURE(BackupPolicy);
SCANTLING_STRUCTURE(Store);
SCANTLING_STRUCTURE(Channel);
SCANTLING_STRUCTURE(SagaStep);
SCANTLING_STRUCTURE(Saga);
SCANTLING_STRUCTURE(RetryPolicy);
SCANTLING_STRUCTURE(BreakerPolicy);
SCANTLING_STRUCTURE(HedgePolicy);
SCANTLING_STRUCTURE(BulkheadPolicy);
SCANTLING_STRUCTURE(CallPolicy);
SCANTLING_STRUCTURE(Policy);
SCANTLING_STRUCTURE(NodeSize);
SCANTLING_STRUCTURE(Placement);
SCANTLING_STRUCTURE(Operating);
SCANTLING_STRUCTURE(MigrationStep);
SCANTLING_STRUCTURE(Fault);
SCANTLING_STRUCTURE(ClosedLoad);
SCANTLING_STRUCTURE(LoadRamp);
SCANTLING_STRUCTURE(LoadSpike);
SCANTLING_STRUCTURE(LoadStep);
SCANTLING_STRUCTURE(ExperimentLoad);
SCANTLING_STRUCTURE(AfterFaults);
SCANTLING_STRUCTURE(Expectation);
SCANTLING_STRUCTURE(Experiment);
SCANTLING_STRUCTURE(Decision);
SCANTLING_STRUCTURE(Acceptance);
SCANTLING_STRUCTURE(Architecture);

}  // namespace scantling
