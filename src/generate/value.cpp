#include "generate/value.h"

#include "base/text.h"
#include "base/units.h"
#include "syntax/write.h"

namespace scantling::generate {

Value Value::empty_map() {
  Value out;
  out.kind_ = Kind::Map;
  return out;
}

Value Value::empty_list() {
  Value out;
  out.kind_ = Kind::List;
  return out;
}

Value Value::map_of(std::vector<Entry> entries) {
  Value out = empty_map();
  for (auto& [key, value] : entries) {
    out.keys_.push_back(std::move(key));
    out.items_.push_back(std::move(value));
  }
  return out;
}

const Value* Value::find(std::string_view key) const {
  for (std::size_t i = 0; i < keys_.size(); ++i)
    if (keys_[i] == key) return &items_[i];
  return nullptr;
}

const Value* Value::path(std::initializer_list<std::string_view> keys) const {
  const Value* at = this;
  for (const std::string_view key : keys) {
    at = at->find(key);
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::string_view Value::text_at(std::initializer_list<std::string_view> keys) const {
  const Value* found = path(keys);
  return found != nullptr && found->is_string() ? std::string_view(found->text_)
                                                : std::string_view();
}

Value& Value::set(std::string key, Value value) {
  kind_ = Kind::Map;
  for (std::size_t i = 0; i < keys_.size(); ++i)
    if (keys_[i] == key) {
      items_[i] = std::move(value);
      return *this;
    }
  keys_.push_back(std::move(key));
  items_.push_back(std::move(value));
  return *this;
}

Value& Value::add(Value value) {
  kind_ = Kind::List;
  items_.push_back(std::move(value));
  return *this;
}

Value& Value::operator[](std::string_view key) {
  for (std::size_t i = 0; i < keys_.size(); ++i)
    if (keys_[i] == key) return items_[i];
  kind_ = Kind::Map;
  keys_.emplace_back(key);
  items_.emplace_back();
  return items_.back();
}

Value map(std::initializer_list<std::pair<const char*, Value>> entries) {
  Value out = Value::empty_map();
  for (const auto& [key, value] : entries)
    out.set(key, value);
  return out;
}

Value list(std::initializer_list<Value> items) {
  Value out = Value::empty_list();
  for (const Value& item : items)
    out.add(item);
  return out;
}

Value list_of(const std::vector<std::string>& texts) {
  Value out = Value::empty_list();
  for (const std::string& text : texts)
    out.add(text);
  return out;
}

namespace {

// Documents of ours are a few levels deep: the recursion follows what the generators build, never
// an input.
void write(YamlWriter& yaml, const Value& value) {
  switch (value.kind()) {
    case Value::Kind::Null: yaml.null(); break;
    case Value::Kind::Bool: yaml.raw(value.boolean() ? "true" : "false"); break;
    case Value::Kind::Integer: yaml.raw(std::to_string(value.integer())); break;
    case Value::Kind::Number: yaml.raw(number_text(value.number())); break;
    case Value::Kind::String: yaml.string(value.text()); break;
    case Value::Kind::List:
      yaml.begin_sequence();
      for (const Value& item : value.items())
        write(yaml, item);
      yaml.end();
      break;
    case Value::Kind::Map:
      yaml.begin_map();
      for (std::size_t i = 0; i < value.size(); ++i) {
        yaml.key(value.keys()[i]);
        write(yaml, value.at(i));
      }
      yaml.end();
      break;
  }
}

void write(JsonWriter& json, const Value& value) {
  switch (value.kind()) {
    case Value::Kind::Null: json.null(); break;
    case Value::Kind::Bool: json.boolean(value.boolean()); break;
    case Value::Kind::Integer: json.integer(value.integer()); break;
    case Value::Kind::Number: json.number(value.number()); break;
    case Value::Kind::String: json.string(value.text()); break;
    case Value::Kind::List:
      json.begin_array();
      for (const Value& item : value.items())
        write(json, item);
      json.end();
      break;
    case Value::Kind::Map:
      json.begin_object();
      for (std::size_t i = 0; i < value.size(); ++i) {
        json.key(value.keys()[i]);
        write(json, value.at(i));
      }
      json.end();
      break;
  }
}

std::string comment(std::string_view header) {
  std::string out;
  if (header.empty()) return out;
  for (const std::string_view line : split(header, '\n'))
    out += line.empty() ? "#\n" : "# " + std::string(line) + "\n";
  return out;
}

}  // namespace

std::string to_yaml(const Value& value, std::string_view header) {
  YamlWriter yaml;
  write(yaml, value);
  return comment(header) + yaml.take();
}

std::string to_yaml_stream(const std::vector<Value>& documents, std::string_view header) {
  std::string out = comment(header);
  for (std::size_t i = 0; i < documents.size(); ++i) {
    if (i > 0) out += "---\n";
    out += to_yaml(documents[i]);
  }
  return out;
}

std::string to_json(const Value& value) {
  JsonWriter json;
  write(json, value);
  return json.take();
}

}  // namespace scantling::generate
