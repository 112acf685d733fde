// A document as a tree of values: what every YAML and JSON artifact is written from. Maps keep the
// order in which their keys were set, so that output has one order.
//
//   map({{"apiVersion", "v1"}, {"kind", "Service"}, {"spec", map({{"ports", list({...})}})}})
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace scantling::generate {

class Value;
using Entry = std::pair<std::string, Value>;

class Value {
 public:
  enum class Kind : std::uint8_t { Null, Bool, Integer, Number, String, List, Map };

  Value() = default;
  Value(const char* text) : kind_(Kind::String), text_(text) {}
  Value(std::string text) : kind_(Kind::String), text_(std::move(text)) {}
  Value(std::string_view text) : kind_(Kind::String), text_(text) {}
  Value(double number) : kind_(Kind::Number), number_(number) {}
  template <class T>
    requires std::is_integral_v<T>
  Value(T n)
      : kind_(std::is_same_v<T, bool> ? Kind::Bool : Kind::Integer),
        integer_(static_cast<std::int64_t>(n)) {}

  static Value empty_map();
  static Value empty_list();
  // Keys as they come: none may come twice.
  static Value map_of(std::vector<Entry> entries);

  Kind kind() const { return kind_; }
  bool is_map() const { return kind_ == Kind::Map; }
  bool is_list() const { return kind_ == Kind::List; }
  bool is_string() const { return kind_ == Kind::String; }
  const std::string& text() const { return text_; }
  std::int64_t integer() const { return integer_; }
  double number() const { return number_; }
  bool boolean() const { return integer_ != 0; }

  const std::vector<Value>& items() const { return items_; }
  const std::vector<std::string>& keys() const { return keys_; }
  std::size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  const Value& at(std::size_t i) const { return items_[i]; }
  // The value of a key; nullptr when this is no map or has no such key.
  const Value* find(std::string_view key) const;
  // Follows keys from map to map: path({"spec", "selector"}).
  const Value* path(std::initializer_list<std::string_view> keys) const;
  // The text of a string there, else "".
  std::string_view text_at(std::initializer_list<std::string_view> keys) const;

  // Both turn a null into a map or a list. `set` replaces the value of a key that is there.
  Value& set(std::string key, Value value);
  Value& add(Value value);
  // The value of a key, made as a null when it is missing.
  Value& operator[](std::string_view key);

 private:
  Kind kind_ = Kind::Null;
  std::int64_t integer_ = 0;
  double number_ = 0;
  std::string text_;
  std::vector<std::string> keys_;  // of a map, one an item
  std::vector<Value> items_;
};

Value map(std::initializer_list<std::pair<const char*, Value>> entries);
Value list(std::initializer_list<Value> items);
Value list_of(const std::vector<std::string>& texts);

// Block style, two spaces a level; ends with a line end. `header` becomes comment lines on top.
std::string to_yaml(const Value& value, std::string_view header = "");
// Documents separated by `---`.
std::string to_yaml_stream(const std::vector<Value>& documents, std::string_view header = "");
std::string to_json(const Value& value);

}  // namespace scantling::generate
