#include "language/writer.h"
#include "language/types.h"

namespace scantling {

namespace {

template <class T>
std::string name_at(const IdVector<T>& items, std::int32_t index) {
  const auto i = static_cast<std::size_t>(index);
  return index >= 0 && i < items.size() ? items.raw()[i].name : std::string();
}

bool same_provenance(const Provenance& a, const Provenance& b) {
  return a.origin == b.origin && a.span == b.span && a.decision == b.decision;
}

}  // namespace

std::string Writer::name_of(const Type& reference, const void* value) const {
  void* ref = const_cast<void*>(value);
  if (!reference.ref_name(ref)->empty()) return *reference.ref_name(ref);
  const std::int32_t id = *reference.ref_id(ref);
  switch (reference.refers) {
    case RefKind::Team: return name_at(model_.teams, id);
    case RefKind::Aggregate: return name_at(model_.aggregates, id);
    case RefKind::External: return name_at(model_.externals, id);
    case RefKind::Operation: return name_at(model_.operations, id);
    case RefKind::Context: return name_at(model_.contexts, id);
    case RefKind::Service: return name_at(model_.services, id);
    case RefKind::Store: return name_at(model_.stores, id);
    case RefKind::Channel: return name_at(model_.channels, id);
    case RefKind::Saga: return name_at(model_.sagas, id);
    case RefKind::Policy: return name_at(model_.policies, id);
  }
  return {};
}

Out Writer::write(const Type& type, const void* value) const {
  void* object = const_cast<void*>(value);
  switch (type.kind) {
    case TypeKind::Scalar:
      return &type == &text_type ? Out::string(type.scalar.print(value))
                                 : Out::scalar(type.scalar.print(value));
    case TypeKind::Enum:
      return Out::scalar(std::string(type.names[*static_cast<const std::uint8_t*>(value)]));
    case TypeKind::Reference: return Out::string(name_of(type, value));
    case TypeKind::Custom: return type.custom.write(*this, value);
    case TypeKind::Struct: return write_struct(type.structure(), value);
    case TypeKind::List: {
      Out list = Out::list();
      for (std::size_t i = 0; i < type.list.size(value); ++i)
        list.add(write(*type.item, type.list.at(object, i)));
      return list;
    }
    case TypeKind::Named: {
      Out map = Out::map();
      map.block = true;
      for (std::size_t i = 0; i < type.list.size(value); ++i) {
        void* element = type.list.at(object, i);
        map.add(*type.list.name(element), write_struct(type.structure(), element));
      }
      return map;
    }
  }
  return Out::none();
}

Out Writer::write_entry(const Entry& entry, const void* owner) const {
  if (!is_present(entry, owner)) return Out::none();
  if (entry.own.write != nullptr) return entry.own.write(*this, owner);
  return write(*entry.type, entry.value(const_cast<void*>(owner)));
}

bool Writer::is_inherited(const Entry& entry, const void* owner, const void* base) const {
  if (base == nullptr || entry.from == nullptr || !is_present(entry, owner) ||
      !is_present(entry, base))
    return false;
  void* mine = const_cast<void*>(owner);
  void* theirs = const_cast<void*>(base);
  if (!same_provenance(*entry.from(mine), *entry.from(theirs))) return false;
  if (entry.type->kind != TypeKind::Struct)
    return same_value(write_entry(entry, owner), write_entry(entry, base));
  for (const Entry& inner : entry.type->structure().entries)
    if (is_present(inner, entry.value(mine)) &&
        !is_inherited(inner, entry.value(mine), entry.value(theirs)))
      return false;
  return true;
}

Out Writer::write_member(const Entry& entry, const void* owner, const void* inherited) const {
  if (is_inherited(entry, owner, inherited)) return Out::none();
  const bool partly = inherited != nullptr && entry.type->kind == TypeKind::Struct &&
                      is_present(entry, owner) && is_present(entry, inherited);
  if (!partly) return write_entry(entry, owner);
  return write_struct(entry.type->structure(), entry.value(const_cast<void*>(owner)),
                      entry.value(const_cast<void*>(inherited)));
}

Out Writer::write_struct(const StructType& type, const void* object, const void* inherited) const {
  if (type.write_text != nullptr)
    if (Out text = type.write_text(*this, object); text.any()) return text;
  Out map = Out::map();
  if (type.write_other != nullptr) type.write_other(*this, object, map);
  for (const Entry& entry : type.entries)
    map.add(entry.key, write_member(entry, object, inherited));
  if (type.flat != nullptr) {
    const void* flat = type.flat_at(const_cast<void*>(object));
    const void* base = type.inherits != nullptr ? type.inherits(model_, object) : nullptr;
    for (const Entry& entry : type.flat().entries)
      map.add(entry.key, write_member(entry, flat, base));
  }
  return map;
}

}  // namespace scantling
