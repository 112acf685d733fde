#include "language/schema/forms.h"

#include "language/kinds.h"
#include "language/output.h"
#include "language/table.h"
#include "language/writer.h"

namespace scantling {

Span part_span(const Reader& reader, const Place& place, std::string_view part) {
  const Value& value = reader.at(place.value);
  Span span = value.span;
  const bool verbatim = value.plain && span.end - span.begin == value.scalar.size();
  if (!verbatim || part.data() < value.scalar.data() ||
      part.data() + part.size() > value.scalar.data() + value.scalar.size())
    return span;
  span.begin += static_cast<std::uint32_t>(part.data() - value.scalar.data());
  span.end = span.begin + static_cast<std::uint32_t>(part.size());
  return span;
}

namespace {

bool same_text(const void* a, const void* b) {
  return *static_cast<const std::string*>(a) == *static_cast<const std::string*>(b);
}

// --- an end of a context relation ---

bool read_end(Reader& reader, const Place& place, void* value) {
  std::string_view text;
  if (!reader.text_of(place, "the name of a context or an external", text)) return false;
  *static_cast<std::string*>(value) = std::string(text);
  reader.pend(Pending::What::ContextOrSystem, RefKind::Context, text, reader.at(place.value).span,
              nullptr);
  return true;
}

Out write_end(const Writer&, const void* value) {
  return Out::string(*static_cast<const std::string*>(value));
}

// --- glossary: "word: meaning" a line ---

bool read_glossary(Reader& reader, const Place& place, void* value) {
  auto& lines = *static_cast<std::vector<std::string>*>(value);
  const Value glossary = reader.at(place.value);
  if (glossary.kind != NodeKind::Map)
    return reader.read(schema_detail::list_type<std::vector<std::string>>, place, value);
  for (int i = 0; i < glossary.count; ++i) {
    const Member& member = reader.document().member(glossary, i);
    std::string_view meaning;
    if (reader.text_of({member.key, member.key_span, member.value}, "what the word means", meaning))
      lines.push_back(std::string(member.key) + ": " + std::string(meaning));
  }
  return true;
}

// As a map when every line is "word: meaning" with a word of its own.
Out write_glossary(const Writer&, const void* value) {
  const auto& lines = *static_cast<const std::vector<std::string>*>(value);
  Out list = Out::list();
  Out map = Out::map();
  bool all_words = true;
  for (const std::string& line : lines) {
    const std::size_t colon = line.find(": ");
    list.add(Out::string(line));
    all_words &= colon != std::string::npos && colon > 0;
    if (!all_words) continue;
    const std::string word = line.substr(0, colon);
    for (const auto& member : map.members)
      all_words &= member.first != word;
    map.add(word, Out::string(line.substr(colon + 2)));
  }
  return all_words && !lines.empty() ? map : list;
}

constexpr Type custom(std::string_view name, std::string_view forms, std::string_view example,
                      CustomOps ops) {
  Type t;
  t.kind = TypeKind::Custom;
  t.name = name;
  t.forms = forms;
  t.example = example;
  t.custom = ops;
  return t;
}

constexpr Type make_load_change() {
  Type t = custom("load change", "x3 (a factor), or 40/s (a rate)", "x3", {});
  t.bare[0] = "x{}";
  t.bare[1] = "{}/s";
  t.custom.schema = R"({"type": "string", "pattern": "^(x[0-9.]+|[0-9.]+[kMG]?/(s|min|h|d))$"})";
  return t;
}

}  // namespace

const Type context_end_type =
    custom("context or external", "the name of a context or an external", "ordering",
           {read_end, write_end, same_text, R"({"type": "string"})"});

const Type glossary_type =
    custom("glossary", "a map from words to meanings, or a list of texts",
           "{ Order: what a customer has asked to buy }",
           {read_glossary, write_glossary,
            [](const void* a, const void* b) {
              return *static_cast<const std::vector<std::string>*>(a) ==
                     *static_cast<const std::vector<std::string>*>(b);
            },
            R"({"oneOf": [{"type": "object", "additionalProperties": {"type": "string"}},
                   {"type": "array", "items": {"type": "string"}}, {"type": "string"}]})"});

const Type load_change_type = make_load_change();

const Type operation_loads_type =
    custom("loads by operation", "{ place-order: x3 }", "{ place-order: x3 }",
           {nullptr, nullptr, nullptr,
            R"({"type": "object", "additionalProperties": {"$ref": "#/$defs/load-change"}})"});
const Type operation_objectives_type = custom(
    "objectives by operation", "{ place-order: { p99: 3s } }", "{ place-order: { p99: 3s } }",
    {nullptr, nullptr, nullptr,
     R"({"type": "object", "additionalProperties": {"$ref": "#/$defs/objective"}})"});
const Type path_list_type =
    custom("list of paths", "a path, or a list of them", "[services.orders.runtime.cpu]",
           {nullptr, nullptr, nullptr,
            R"({"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})"});

}  // namespace scantling
