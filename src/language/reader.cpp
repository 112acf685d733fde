#include "language/reader.h"

#include <algorithm>
#include <unordered_set>

#include "base/text.h"
#include "language/kinds.h"

namespace scantling {

// Notes which element or item is being read, for the findings made meanwhile.
class Reader::Enter {
 public:
  Enter(Reader& reader, std::string_view key, std::string_view name, int index)
      : reader_(reader), before_(reader.scope_) {
    reader.scopes_.push_back({before_, key, name, index});
    reader.scope_ = static_cast<int>(reader.scopes_.size()) - 1;
  }
  ~Enter() { reader_.scope_ = before_; }
  Enter(const Enter&) = delete;
  Enter& operator=(const Enter&) = delete;

 private:
  Reader& reader_;
  int before_;
};

std::string Reader::path_of(int scope) const {
  std::string path;
  for (; scope >= 0; scope = scopes_[static_cast<std::size_t>(scope)].parent) {
    const Scope& s = scopes_[static_cast<std::size_t>(scope)];
    std::string part(s.key);
    part += '.';
    part += s.name.empty() ? std::to_string(s.index) : std::string(s.name);
    path = path.empty() ? part : part + "." + path;
  }
  return path;
}

Provenance Reader::given(const Place& place) const {
  const Value& value = at(place.value);
  if (!place.key_span.valid()) return {Origin::Given, value.span, {}};
  const bool block = !value.flow && value.kind != NodeKind::Scalar;
  Span span = place.key_span;
  if (!block && value.span.file == span.file && value.span.end > span.end)
    span.end = value.span.end;
  return {Origin::Given, span, {}};
}

bool Reader::read(const Type& type, const Place& place, void* value) {
  const std::string_view before = key_;
  key_ = place.key;
  bool good = false;
  switch (type.kind) {
    case TypeKind::Scalar: good = read_scalar(type, place, value); break;
    case TypeKind::Enum: good = read_enum(type, place, value); break;
    case TypeKind::Reference: good = read_reference(type, place, value); break;
    case TypeKind::List: good = read_list(type, place, value); break;
    case TypeKind::Named: good = read_named(type, place, value); break;
    case TypeKind::Struct: good = read_struct(type.structure(), place, value); break;
    case TypeKind::Custom: good = type.custom.read(*this, place, value); break;
  }
  key_ = before;
  return good;
}

bool Reader::text_of(const Place& place, std::string_view forms, std::string_view& text) {
  const Value& value = at(place.value);
  if (value.kind == NodeKind::Scalar) {
    text = value.scalar;
    return true;
  }
  wrong_shape(place, forms, "");
  return false;
}

bool Reader::text_of(const Place& place, const Type& type, std::string_view& text) {
  // Describing the type costs more than reading the value.
  return at(place.value).kind == NodeKind::Scalar ? text_of(place, "", text)
                                                  : text_of(place, describe(type), text);
}

bool Reader::read_scalar(const Type& type, const Place& place, void* value) {
  std::string_view text;
  if (!text_of(place, type, text)) return false;
  if (type.scalar.parse(text, value)) return true;
  bad_scalar(place, type, text);
  return false;
}

bool Reader::read_enum(const Type& type, const Place& place, void* value) {
  std::string_view text;
  if (!text_of(place, type, text)) return false;
  for (std::size_t i = 0; i < type.names.size(); ++i) {
    if (type.names[i] != text) continue;
    *static_cast<std::uint8_t*>(value) = static_cast<std::uint8_t>(i);
    return true;
  }
  bad_scalar(place, type, text);
  return false;
}

bool Reader::read_reference(const Type& type, const Place& place, void* value) {
  std::string_view text;
  if (!text_of(place, type, text)) return false;
  *type.ref_name(value) = std::string(text);
  refer(type.refers, text, at(place.value).span, type.ref_id(value));
  return true;
}

bool Reader::read_item(const Type& list, const Place& place, void* item, int index) {
  if (list.list.from != nullptr) *list.list.from(item) = given(place);
  if (list.list.span != nullptr) *list.list.span(item) = at(place.value).span;
  if (list.item->kind != TypeKind::Struct) return read(*list.item, place, item);
  const Enter enter(*this, place.key, {}, index);
  return read(*list.item, place, item);
}

bool Reader::read_list(const Type& type, const Place& place, void* value) {
  const Value list = at(place.value);
  const bool text_item = type.item->kind != TypeKind::Struct || type.item->structure().read_text;
  if (list.kind == NodeKind::Scalar && text_item) {
    type.list.resize(value, 1);
    return read_item(type, {place.key, {}, place.value}, type.list.at(value, 0), 1);
  }
  if (list.kind != NodeKind::Sequence) {
    wrong_shape(place, "a list", "");
    return false;
  }
  // One group of names where a list of groups is asked for: [A, B] for [[A, B]].
  if (type.item->kind == TypeKind::List && list.count > 0 &&
      at(document_.item(list, 0)).kind == NodeKind::Scalar) {
    type.list.resize(value, 1);
    return read_item(type, {place.key, {}, place.value}, type.list.at(value, 0), 1);
  }
  type.list.resize(value, static_cast<std::size_t>(list.count));
  bool good = true;
  for (int i = 0; i < list.count; ++i) {
    const Place item{place.key, {}, document_.item(list, i)};
    good &= read_item(type, item, type.list.at(value, static_cast<std::size_t>(i)), i + 1);
  }
  // A list with a bad item is still a list: the finding says what is wrong.
  return good || list.count > 0;
}

bool Reader::good_name(const Member& member) {
  constexpr std::size_t kLongest = 200;
  std::string_view why;
  if (member.key.empty()) why = "the name is empty";
  if (member.key.size() > kLongest) why = "a name has at most 200 bytes";
  for (const char c : member.key)
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f)
      why = "a blank in a name would part it where other lines refer to it";
  if (why.empty()) return true;
  Diagnostic& d = problem(kBadName, member.key_span,
                          std::string(shown(member.key)) + " can't be an element's name");
  d.because = std::string(why);
  d.allowed = {"letters, digits, '-', '_' and '.', for example place-order"};
  return false;
}

bool Reader::read_named(const Type& type, const Place& place, void* value) {
  const Value map = at(place.value);
  if (map.kind == NodeKind::Null) return true;
  if (map.kind != NodeKind::Map) {
    wrong_shape(place, "a map from names to what they are", "");
    return false;
  }
  std::vector<const Member*> elements;
  elements.reserve(static_cast<std::size_t>(map.count));
  std::unordered_set<std::string_view> names;
  for (int i = 0; i < map.count; ++i) {
    const Member& member = document_.member(map, i);
    if (good_name(member) && names.insert(member.key).second) elements.push_back(&member);
  }
  type.list.resize(value, elements.size());
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const Member& member = *elements[i];
    void* element = type.list.at(value, i);
    *type.list.name(element) = std::string(member.key);
    if (type.list.from != nullptr) *type.list.from(element) = {Origin::Given, member.key_span, {}};
    if (type.list.span != nullptr) *type.list.span(element) = member.key_span;
    const Enter enter(*this, place.key, member.key, 0);
    read_struct(type.structure(), {member.key, member.key_span, member.value}, element);
  }
  return true;
}

bool Reader::read_struct(const StructType& type, const Place& place, void* object) {
  const Value value = at(place.value);
  if (value.kind == NodeKind::Scalar && type.read_text != nullptr) {
    if (!type.read_text(*this, place, object)) return false;
  } else if (value.kind == NodeKind::Map || value.kind == NodeKind::Null) {
    read_members(type, value, place, object);
  } else {
    std::string needed = "a map with the keys of a";
    needed +=
        std::string_view("aeiou").find(type.name.front()) == std::string_view::npos ? " " : "n ";
    needed += type.name;
    wrong_shape(place, needed, type.text_forms);
    return false;
  }
  if (type.finish != nullptr) type.finish(*this, place, object);
  return true;
}

Span Reader::heading_of(const Place& place) const {
  if (place.key_span.valid()) return place.key_span;
  const Value& value = at(place.value);
  const bool block = value.kind == NodeKind::Map && !value.flow && value.count > 0;
  return block ? document_.member(value, 0).key_span : value.span;
}

void Reader::read_members(const StructType& type, const Value& map, const Place& place,
                          void* object) {
  std::vector<const Entry*> seen;
  std::size_t hint = 0;
  for (int i = 0; i < map.count; ++i) {
    const Member& member = document_.member(map, i);
    const Place inner{member.key, member.key_span, member.value};
    const Entry* entry = find_entry(type, member.key, hint);
    if (entry == nullptr) {
      if (type.read_other == nullptr || !type.read_other(*this, inner, object))
        unknown_key(type, member);
      continue;
    }
    // A duplicate was reported with the syntax; the first one holds.
    if (std::find(seen.begin(), seen.end(), entry) != seen.end()) continue;
    seen.push_back(entry);
    read_entry(*entry, inner, owner_of_entry(type, *entry, object));
  }
  for (const Entry& entry : type.entries) {
    if (!entry.required || std::find(seen.begin(), seen.end(), &entry) != seen.end()) continue;
    Diagnostic& d = problem(kMissingKey, heading_of(place),
                            std::string(place.key.empty() ? type.name : place.key) + " has no `" +
                                std::string(entry.key) + "`");
    d.because = std::string(entry.about);
    d.caret = "without " + std::string(entry.key);
    const std::string_view example = entry.example.empty() ? entry.type->example : entry.example;
    d.allowed = {std::string(entry.key) + ": " + std::string(example)};
  }
}

void Reader::read_entry(const Entry& entry, const Place& place, void* owner) {
  if (entry.own.read != nullptr) {
    const std::string_view before = key_;
    key_ = place.key;
    entry.own.read(*this, place, owner);
    key_ = before;
    return;
  }
  if (read(*entry.type, place, entry.value(owner)) && entry.from != nullptr)
    *entry.from(owner) = given(place);
}

void Reader::pend(Pending::What what, RefKind kind, std::string_view name, Span span, void* where) {
  pending_.push_back({what, kind, where, name, span, scope_, key_});
}

void Reader::refer(RefKind kind, std::string_view name, Span span, std::int32_t* id) {
  pend(Pending::What::Reference, kind, name, span, id);
}

Diagnostic& Reader::problem(const DiagnosticKind& kind, Span span, std::string title) {
  Diagnostic& d = out_.add(kind, span, std::move(title));
  d.element = path_of(scope_);
  return d;
}

}  // namespace scantling
