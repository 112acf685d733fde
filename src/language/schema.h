// The language as one table. For each struct of the model there is a StructType: an array of
// entries, one a key, made from member pointers (table.h). From a member's C++ type (types.h)
// follow its form, its reading and writing, its JSON Schema and its line on the reference page.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
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

}  // namespace scantling
