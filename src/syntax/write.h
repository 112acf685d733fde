// Writers of YAML and JSON: what they write reads back as the same strings. Both append to a
// string of their own; take() hands it over.
//
//   YamlWriter yaml;
//   yaml.begin_map();
//   yaml.key("teams");
//   yaml.begin_map();
//   yaml.key("ordering");
//   yaml.begin_map(Layout::Flow);
//   yaml.key("size");
//   yaml.value("8");
//   yaml.end();
//   yaml.end();
//   yaml.end();
//   yaml.take();                       // "teams:\n  ordering: { size: 8 }\n"
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scantling {

enum class Layout : std::uint8_t { Block, Flow };

class YamlWriter {
 public:
  // Collections inside a flow collection are flow ones too. An empty one is written {} or [].
  void begin_map(Layout layout = Layout::Block);
  void begin_sequence(Layout layout = Layout::Block);
  void end();  // of the innermost collection
  void key(std::string_view key);

  // A string: quoted when any reader of YAML 1.1 or 1.2 would take the plain text for something
  // else ("true", "no", "012", "1e3", "2024-01-01"). Text of several lines becomes a literal block.
  void string(std::string_view text);
  // Text whose type its place decides ("8", "3ms", "6..24", "true"): quoted only where it would not
  // read back as the same text, or as null.
  void value(std::string_view text);
  // As it stands: the caller knows that it is one value here ("{ mean: 3ms, p99: 15ms }").
  void raw(std::string_view yaml);
  void null();

  // Lines of "# text" before the next key or item; behind the value just written. Not between a key
  // and its value, and not inside flow collections.
  void comment(std::string_view text);
  void remark(std::string_view text);
  void blank_line();

  // The document, ended by a line end; the writer is empty again.
  std::string take();

 private:
  struct Level {
    bool map;
    bool flow;
    bool opened;  // a comment or an item of it is written
    bool has_items;
    std::size_t indent;
  };
  void begin(bool map, Layout layout);
  void before_item();
  void before_value();
  void new_line(std::size_t indent);
  void write_scalar(std::string_view text, bool typed);
  void write_literal(std::string_view text);
  bool in_flow() const { return !levels_.empty() && levels_.back().flow; }

  std::string out_;
  std::vector<Level> levels_;
  bool line_open_ = false;      // the line has something in it
  bool after_mark_ = false;     // "key:" or "-" was just written
  bool after_key_ = false;      // a key waits for its value
  bool after_literal_ = false;  // the last thing was a literal block
  bool keeps_blanks_ = false;   // ... to which blank lines would belong
};

// One scalar as it would stand in a block or flow collection, on one line: for edits.
std::string yaml_string(std::string_view text, Layout layout);
std::string yaml_value(std::string_view text, Layout layout);

class JsonWriter {
 public:
  // Spaces a level; 0 writes everything on one line. `for_html` escapes '<', so that the text can
  // stand in a script element.
  explicit JsonWriter(int indent = 2, bool for_html = false)
      : indent_(indent), for_html_(for_html) {}

  void begin_object();
  void begin_array();
  void end();  // of the innermost one
  void key(std::string_view key);
  void string(std::string_view text);  // bytes that are not UTF-8 become U+FFFD
  void number(double value);           // shortest that reads back the same; NaN and infinity: null
  void integer(std::int64_t value);
  void boolean(bool value);
  void null();
  void raw(std::string_view json);

  // What was written, ended by a line end; the writer is empty again.
  std::string take();

 private:
  struct Level {
    bool object;
    bool empty;
  };
  void before_value();
  void begin(bool object);
  void new_line();
  void write_quoted(std::string_view text);

  int indent_;
  bool for_html_;
  std::string out_;
  std::vector<Level> levels_;
  bool after_key_ = false;
};

}  // namespace scantling
