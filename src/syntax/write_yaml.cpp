#include "base/assert.h"
#include "base/text.h"
#include "syntax/encoding.h"
#include "syntax/quoting.h"
#include "syntax/write.h"

namespace scantling {

namespace {

// Libyaml gives up on a key without '?' after 1024 characters.
constexpr std::size_t kLongestSimpleKey = 1000;

// A comment can't escape anything: what may not stand in YAML, or could end the line, is left out.
std::string comment_line(std::string_view text) {
  std::string out = text.empty() ? "#" : "# ";
  while (true) {
    const std::optional<BadByte> bad = find_bad_byte(text);
    out += text.substr(0, bad ? bad->offset : text.size());
    if (!bad) break;
    text.remove_prefix(bad->offset + bad->length);
  }
  return replace_all(replace_all(out, "\r", " "), "\n", " ");
}

std::string one_line(std::string_view text, Layout layout, bool typed) {
  const bool null = text.empty() || text == "~" || lower(text) == "null";
  const bool other = typed ? null : looks_typed(text);
  return plain_is_safe(text, layout) && !other ? std::string(text) : quoted(text);
}

}  // namespace

std::string yaml_string(std::string_view text, Layout layout) {
  return one_line(text, layout, false);
}

std::string yaml_value(std::string_view text, Layout layout) {
  return one_line(text, layout, true);
}

void YamlWriter::new_line(std::size_t indent) {
  if (line_open_) out_ += '\n';
  out_.append(indent, ' ');
  line_open_ = true;
  after_literal_ = false;
  keeps_blanks_ = false;
}

void YamlWriter::begin_map(Layout layout) {
  begin(true, layout);
}
void YamlWriter::begin_sequence(Layout layout) {
  begin(false, layout);
}

void YamlWriter::begin(bool map, Layout layout) {
  const bool flow = in_flow() || layout == Layout::Flow;
  const std::size_t indent = levels_.empty() ? 0 : levels_.back().indent + 2;
  before_value();
  levels_.push_back({map, flow, false, false, indent});
}

void YamlWriter::end() {
  SCANTLING_ASSERT(!levels_.empty() && !after_key_);
  const Level level = levels_.back();
  levels_.pop_back();
  if (!level.has_items) {
    if (after_mark_)
      out_ += ' ';
    else if (level.opened)
      new_line(level.indent);  // below its comments
    out_ += level.map ? "{}" : "[]";
    line_open_ = true;
  } else if (level.flow) {
    out_ += level.map ? " }" : "]";
  }
  after_mark_ = false;
}

// What separates a key or an item from what stands before it.
void YamlWriter::before_item() {
  Level& level = levels_.back();
  const bool first = !level.opened;
  level.opened = true;
  level.has_items = true;
  if (level.flow) {
    if (!first) {
      out_ += ", ";
    } else {
      if (after_mark_) out_ += ' ';
      out_ += level.map ? "{ " : "[";
      line_open_ = true;
    }
    after_mark_ = false;
    return;
  }
  // The first of a collection in a list stands behind its "-".
  const bool in_list = levels_.size() > 1 && !levels_[levels_.size() - 2].map;
  if (first && after_mark_ && in_list)
    out_ += ' ';
  else
    new_line(level.indent);
  after_mark_ = false;
}

void YamlWriter::before_value() {
  if (levels_.empty()) {
    SCANTLING_ASSERT(out_.empty() || !line_open_ || after_mark_);
    return;
  }
  if (levels_.back().map) {
    SCANTLING_ASSERT(after_key_);
    after_key_ = false;
    return;
  }
  before_item();
  if (!levels_.back().flow) {
    out_ += '-';
    after_mark_ = true;
  }
}

void YamlWriter::key(std::string_view key) {
  SCANTLING_ASSERT(!levels_.empty() && levels_.back().map && !after_key_);
  before_item();
  const std::string text = yaml_string(key, in_flow() ? Layout::Flow : Layout::Block);
  const bool simple = text.size() <= kLongestSimpleKey;
  if (!simple) out_ += "? ";
  out_ += text;
  if (!simple && in_flow())
    out_ += ' ';
  else if (!simple)
    new_line(levels_.back().indent);
  out_ += ':';
  after_key_ = true;
  after_mark_ = true;
}

void YamlWriter::raw(std::string_view yaml) {
  before_value();
  if (after_mark_) out_ += ' ';
  out_ += yaml;
  line_open_ = true;
  after_mark_ = false;
}

void YamlWriter::string(std::string_view text) {
  write_scalar(text, false);
}
void YamlWriter::value(std::string_view text) {
  write_scalar(text, true);
}
void YamlWriter::null() {
  raw("null");
}

void YamlWriter::write_scalar(std::string_view text, bool typed) {
  if (!in_flow() && fits_literal(text))
    write_literal(text);
  else
    raw(one_line(text, in_flow() ? Layout::Flow : Layout::Block, typed));
}

void YamlWriter::write_literal(std::string_view text) {
  const std::size_t indent = levels_.empty() ? 2 : levels_.back().indent + 2;
  const std::size_t ends = text.size() - 1 - text.find_last_not_of('\n');
  raw(ends == 0 ? "|-" : ends == 1 ? "|" : "|+");
  if (ends > 0) text.remove_suffix(1);
  for (const std::string_view line : split(text, '\n')) {
    out_ += '\n';
    if (!line.empty()) out_.append(indent, ' ').append(line);
  }
  after_literal_ = true;
  keeps_blanks_ = ends > 1;
}

void YamlWriter::comment(std::string_view text) {
  SCANTLING_ASSERT(!in_flow() && !after_key_);
  std::size_t indent = 0;
  if (!levels_.empty()) {
    levels_.back().opened = true;
    indent = levels_.back().indent;
  }
  after_mark_ = false;
  for (const std::string_view line : split(text, '\n')) {
    new_line(indent);
    out_ += comment_line(line);
  }
  if (levels_.empty()) {
    out_ += '\n';
    line_open_ = false;
  }
}

void YamlWriter::remark(std::string_view text) {
  SCANTLING_ASSERT(!in_flow() && !after_key_);
  if (after_literal_ || !line_open_) {
    comment(text);
    return;
  }
  out_.append("  ").append(comment_line(text));
}

void YamlWriter::blank_line() {
  SCANTLING_ASSERT(!in_flow() && !after_key_);
  if (!keeps_blanks_ && !out_.empty() && !after_mark_) out_ += '\n';
}

std::string YamlWriter::take() {
  SCANTLING_ASSERT(levels_.empty());
  if (line_open_) out_ += '\n';
  std::string document = std::move(out_);
  *this = YamlWriter();
  return document;
}

}  // namespace scantling
