// What the reader says about a value that it can't take.
#include "base/text.h"
#include "language/kinds.h"
#include "language/reader.h"
#include "language/types.h"

namespace scantling {

namespace {

constexpr std::size_t kShownCharacters = 32;

bool bare_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  bool digit = false;
  for (const char c : text) {
    if (c >= '0' && c <= '9')
      digit = true;
    else if (c != '.')
      return false;
  }
  return digit;
}

template <class T>
bool is_a(const Type& type, std::string_view text) {
  T value;
  return type.scalar.parse(text, &value);
}

// The quantity that the text is, when it is one.
const Type* quantity_of(std::string_view text) {
  if (is_a<Duration>(duration_type, text)) return &duration_type;
  if (is_a<Rate>(rate_type, text)) return &rate_type;
  if (is_a<Bytes>(bytes_type, text)) return &bytes_type;
  if (is_a<Share>(share_type, text)) return &share_type;
  if (is_a<Factor>(factor_type, text)) return &factor_type;
  if (is_a<MoneyPerMonth>(money_type, text)) return &money_type;
  return nullptr;
}

// The text would be of the type with another number: "400y" is longer than a duration may be.
bool is_out_of_range(const Type& type, std::string_view text) {
  const std::size_t first = text.find_first_of("0123456789");
  if (type.bare[0].empty() || first == std::string_view::npos) return false;
  const std::size_t last = text.find_first_not_of("0123456789.", first);
  std::string one(text.substr(0, first));
  one += '1';
  if (last != std::string_view::npos) one += text.substr(last);
  return quantity_of(one) == &type;
}

// 0.999 most likely means 99.9%.
std::vector<std::string> share_forms(const Type& type, std::string_view text) {
  if (&type != &share_type) return {};
  double number = 0;
  if (!number_type.scalar.parse(text, &number) || number > 1) return {};
  return {to_text(Share{number})};
}

std::string_view range_of(const Type& type) {
  if (&type == &share_type) return "a share is at most 100%";
  if (&type == &duration_type) return "a duration is whole nanoseconds, and at most 292 years";
  if (&type == &bytes_type) return "a size is whole bytes, and below 8 EiB";
  return "";
}

std::string with_article(std::string_view noun) {
  const bool vowel =
      !noun.empty() && std::string_view("aeiou").find(noun.front()) != std::string_view::npos;
  return (vowel ? "an " : "a ") + std::string(noun);
}

std::string in_key(const Place& place) {
  return place.key.empty() ? std::string() : std::string(place.key) + ": ";
}

std::string valid_example(const Place& place, const Type& type) {
  const bool item = !place.key_span.valid();
  std::string text(type.example);
  return item ? text : in_key(place) + text;
}

std::vector<std::string> texts(std::span<const std::string_view> names) {
  return {names.begin(), names.end()};
}

}  // namespace

std::string shown(std::string_view text) {
  std::string out = "'";
  std::size_t characters = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) != 0x80 && ++characters > kShownCharacters) {
      out += "...";
      break;
    }
    out += byte < ' ' || byte == 0x7f ? ' ' : c;
  }
  return out + "'";
}

std::string describe(const Type& type) {
  switch (type.kind) {
    case TypeKind::Enum: return "one of " + enumerate(texts(type.names), "or");
    case TypeKind::Reference: return "the name of " + with_article(to_text(type.refers));
    case TypeKind::List: return "a list, each item " + describe(*type.item);
    case TypeKind::Named: return "a map from names to " + std::string(section_of(type.refers));
    case TypeKind::Struct: return with_article(type.structure().name);
    case TypeKind::Custom:
    case TypeKind::Scalar: break;
  }
  std::string out = with_article(type.name);
  if (!type.forms.empty()) out += " (" + std::string(type.forms) + ")";
  return out;
}

void Reader::bad_value(const Place& place, std::string title, std::vector<std::string> allowed) {
  problem(kBadValue, at(place.value).span, std::move(title)).allowed = std::move(allowed);
}

// Beyond the limit findings are only counted: composing a million messages takes seconds.
bool Reader::only_counted(const DiagnosticKind& kind, Span span) {
  if (out_.all().size() < Diagnostics::kLimit) return false;
  out_.add(kind, span, "");
  return true;
}

void Reader::bad_scalar(const Place& place, const Type& type, std::string_view text) {
  if (only_counted(kBadValue, at(place.value).span)) return;
  const Span span = at(place.value).span;
  if (!type.bare[0].empty() && bare_number(text)) {
    Diagnostic& d = problem(kMissingUnit, span, in_key(place) + std::string(text) + " has no unit");
    std::vector<std::string> forms = share_forms(type, text);
    for (const std::string_view form : type.bare)
      if (!form.empty()) forms.push_back(replace_all(form, "{}", text));
    d.caret = "write " + enumerate(forms, "or");
    d.allowed = {describe(type), in_key(place) + forms.front()};
    for (const std::string& form : forms)
      d.fixes.push_back({form, FixSafety::Manual, {}});
    return;
  }
  const Type* other = type.bare[0].empty() ? nullptr : quantity_of(text);
  if (other != nullptr && other != &type) {
    Diagnostic& d = problem(kWrongUnit, span,
                            in_key(place) + shown(text) + " is " + with_article(other->name) +
                                ", not " + with_article(type.name));
    d.caret = with_article(type.name) + " is needed";
    d.allowed = {describe(type), valid_example(place, type)};
    return;
  }
  const std::string_view noun =
      type.kind == TypeKind::Enum ? std::string_view("a known choice") : std::string_view();
  if (is_out_of_range(type, text)) {
    Diagnostic& d = problem(kBadValue, span, in_key(place) + shown(text) + " is out of range");
    d.because = std::string(range_of(type));
    d.allowed = {describe(type), valid_example(place, type)};
    return;
  }
  Diagnostic& d = problem(kBadValue, span,
                          in_key(place) + shown(text) + " is not " +
                              (noun.empty() ? with_article(type.name) : std::string(noun)));
  d.allowed = {describe(type), valid_example(place, type)};
  if (type.kind != TypeKind::Enum) return;
  const std::vector<std::string> names = texts(type.names);
  if (const auto near = nearest(text, names)) {
    d.caret = "did you mean " + *near + "?";
    d.fixes.push_back({*near, FixSafety::Unsafe, {{span, *near}}});
  }
}

void Reader::wrong_shape(const Place& place, std::string_view needed, std::string_view example) {
  const Value& value = at(place.value);
  if (only_counted(kWrongShape, value.span)) return;
  std::string_view here = "nothing";
  if (value.kind == NodeKind::Map) here = "a map";
  if (value.kind == NodeKind::Sequence) here = "a list";
  if (value.kind == NodeKind::Scalar) here = "a single value";
  const bool item = !place.key_span.valid();
  Span span = item ? value.span : place.key_span;
  if (value.kind == NodeKind::Scalar) span = value.span;
  std::string title = item ? "an item of `" + std::string(place.key) + "` is "
                           : "`" + std::string(place.key) + "` is ";
  Diagnostic& d = problem(kWrongShape, span, title + std::string(here));
  d.caret = std::string(needed.substr(0, needed.find(" ("))) + " is needed";
  d.allowed = {std::string(needed)};
  if (!example.empty()) d.allowed.emplace_back(example);
}

void Reader::unknown_key(const StructType& type, const Member& member) {
  if (only_counted(kUnknownKey, member.key_span)) return;
  Diagnostic& d = problem(kUnknownKey, member.key_span,
                          "unknown key " + shown(member.key) + " in " + with_article(type.name));
  std::vector<std::string> keys;
  for (const Entry* entry : entries_of(type))
    keys.emplace_back(entry->key);
  if (const auto near = nearest(member.key, keys)) {
    d.caret = "did you mean " + *near + "?";
    d.fixes.push_back({*near, FixSafety::Unsafe, {{member.key_span, *near}}});
  }
  d.allowed = {with_article(type.name) + " has " + enumerate(keys)};
}

void Reader::contradiction(Span span, std::string title, std::string because) {
  problem(kContradictoryValues, span, std::move(title)).because = std::move(because);
}

}  // namespace scantling
