// A document to be written: what the writers build and the emitter lays out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scantling {

struct OutMember;

struct Out {
  enum class Kind : std::uint8_t { None, Scalar, List, Map };

  Kind kind = Kind::None;
  std::string text;  // Scalar: its value, unquoted
  // Scalar: a string for every YAML reader, so "12" and "true" are quoted.
  bool is_string = false;
  // A map that is never written on one line: sections, and services.
  bool block = false;
  std::vector<Out> items;
  std::vector<OutMember> members;

  static Out none();
  static Out scalar(std::string text);
  static Out string(std::string text);
  static Out list();
  static Out map();
  bool any() const { return kind != Kind::None; }
  // Nothing happens for Out::none().
  void add(std::string_view key, Out value);
  void add(Out item);
};

struct OutMember {
  std::string first;  // the key
  Out second;
};

// The same keys and texts in the same order, however they would be quoted.
bool same_value(const Out& a, const Out& b);

inline constexpr std::size_t kLineWidth = 100;

// As one line: "{ mean: 3ms, p99: 15ms }", "[a, b]", "3ms".
std::string flow_text(const Out& out);
// As lines, each indented by `indent` blanks and ended. The first line starts with the indentation.
std::string block_text(const Out& map_or_list, std::size_t indent);
// "key: value" with what follows it, at `indent`.
std::string member_text(std::string_view key, const Out& value, std::size_t indent);
// A scalar as YAML text that reads back the same; `in_flow` inside [] or {}.
std::string scalar_text(std::string_view text, bool in_flow, bool is_string);

}  // namespace scantling
