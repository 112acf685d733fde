#include "base/assert.h"
#include "language/table.h"

namespace scantling {

namespace {

struct RefNames {
  std::string_view one, section;
};
constexpr RefNames kRefNames[kRefKinds] = {{"team", "teams"},         {"aggregate", "aggregates"},
                                           {"external", "externals"}, {"operation", "operations"},
                                           {"context", "contexts"},   {"service", "services"},
                                           {"store", "stores"},       {"channel", "channels"},
                                           {"saga", "sagas"},         {"policy", "policies"}};

}  // namespace

std::string_view to_text(RefKind kind) {
  return kRefNames[static_cast<std::size_t>(kind)].one;
}
std::string_view section_of(RefKind kind) {
  return kRefNames[static_cast<std::size_t>(kind)].section;
}

const Entry* find_entry(const StructType& type, std::string_view key, std::size_t& hint) {
  // Keys mostly stand in the table's order: start behind the last one found.
  const std::size_t n = type.entries.size();
  for (std::size_t k = 0; k < n; ++k) {
    const std::size_t i = hint + k < n ? hint + k : hint + k - n;
    if (type.entries[i].key != key) continue;
    hint = i + 1 < n ? i + 1 : 0;
    return &type.entries[i];
  }
  if (type.flat == nullptr) return nullptr;
  for (const Entry& entry : type.flat().entries)
    if (entry.key == key) return &entry;
  return nullptr;
}

void* owner_of_entry(const StructType& type, const Entry& entry, void* object) {
  const bool own =
      &entry >= type.entries.data() && &entry < type.entries.data() + type.entries.size();
  if (own) return object;
  SCANTLING_ASSERT(type.flat_at != nullptr);
  return type.flat_at(object);
}

std::vector<const Entry*> entries_of(const StructType& type) {
  std::vector<const Entry*> out;
  for (const Entry& entry : type.entries)
    if (!entry.hidden) out.push_back(&entry);
  if (type.flat != nullptr)
    for (const Entry& entry : type.flat().entries)
      out.push_back(&entry);
  return out;
}

bool is_present(const Entry& entry, const void* owner) {
  if (entry.hidden || (entry.applies != nullptr && !entry.applies(owner))) return false;
  void* object = const_cast<void*>(owner);
  if (entry.from != nullptr) return entry.from(object)->origin != Origin::Absent;
  // Its own form knows; or it applies, and says so even when it is empty (`together: []`).
  if (entry.value == nullptr || entry.applies != nullptr) return true;
  const void* value = entry.value(object);
  switch (entry.type->kind) {
    case TypeKind::List:
    case TypeKind::Named: return entry.type->list.size(value) > 0;
    default: return true;
  }
}

const StructType& root_structure() {
  return structure_of<Architecture>();
}

}  // namespace scantling
