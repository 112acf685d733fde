// From C++ types to Types: what a member of the model is in the language follows from its type.
#pragma once

#include <type_traits>

#include "language/schema.h"

namespace scantling {

// --- scalars (scalars.cpp) ---
extern const Type duration_type, rate_type, bytes_type, share_type, factor_type, count_type,
    count_range_type, money_type, cores_type, time_law_type, bool_type, number_type, text_type;
extern const Type unlimited_count_type;  // or "unlimited"
extern const Type unbounded_count_type;  // or "unbounded"
extern const Type calls_count_type;      // or "20 calls"
extern const Type growth_type;           // a share that may exceed 100%
extern const Type scale_target_type;     // "60%", or a number
extern const Type date_type;             // "2027-01-31"
extern const Type emission_type;         // "OrderPlaced", "AlarmRaised 0.2%"
extern const Type load_change_type;      // "x3", or "40/s"
extern const Type context_end_type;      // the name of a context or an external
// For the description of keys with a form of their own.
extern const Type operation_loads_type, operation_objectives_type, path_list_type;
extern const Type http_route_type, pool_type, failure_threshold_type, glossary_type;

// --- from C++ types to Types ---
template <class T>
struct ScalarType {
  static constexpr bool is_scalar = false;
};
#define SCANTLING_SCALAR(T, type)                 \
  template <>                                     \
  struct ScalarType<T> {                          \
    static constexpr bool is_scalar = true;       \
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
  else if constexpr (ScalarType<T>::is_scalar)
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

}  // namespace scantling
