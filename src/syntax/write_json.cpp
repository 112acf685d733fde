#include <cmath>

#include "base/assert.h"
#include "base/units.h"
#include "syntax/quoting.h"
#include "syntax/write.h"

namespace scantling {

void JsonWriter::new_line() {
  if (indent_ == 0) return;
  out_ += '\n';
  out_.append(static_cast<std::size_t>(indent_) * levels_.size(), ' ');
}

void JsonWriter::before_value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (levels_.empty()) {
    SCANTLING_ASSERT(out_.empty());
    return;
  }
  SCANTLING_ASSERT(!levels_.back().object);
  if (!levels_.back().empty) out_ += ',';
  levels_.back().empty = false;
  new_line();
}

void JsonWriter::begin(bool object) {
  before_value();
  out_ += object ? '{' : '[';
  levels_.push_back({object, true});
}

void JsonWriter::begin_object() {
  begin(true);
}
void JsonWriter::begin_array() {
  begin(false);
}

void JsonWriter::end() {
  SCANTLING_ASSERT(!levels_.empty() && !after_key_);
  const Level level = levels_.back();
  levels_.pop_back();
  if (!level.empty) new_line();
  out_ += level.object ? '}' : ']';
}

void JsonWriter::write_quoted(std::string_view text) {
  append_escaped(out_, text, true, for_html_);
}

void JsonWriter::key(std::string_view key) {
  SCANTLING_ASSERT(!levels_.empty() && levels_.back().object && !after_key_);
  if (!levels_.back().empty) out_ += ',';
  levels_.back().empty = false;
  new_line();
  write_quoted(key);
  out_ += indent_ == 0 ? ":" : ": ";
  after_key_ = true;
}

void JsonWriter::string(std::string_view text) {
  before_value();
  write_quoted(text);
}

void JsonWriter::number(double value) {
  raw(std::isfinite(value) ? number_text(value) : "null");
}
void JsonWriter::integer(std::int64_t value) {
  raw(std::to_string(value));
}
void JsonWriter::boolean(bool value) {
  raw(value ? "true" : "false");
}
void JsonWriter::null() {
  raw("null");
}

void JsonWriter::raw(std::string_view json) {
  before_value();
  out_ += json;
}

std::string JsonWriter::take() {
  SCANTLING_ASSERT(levels_.empty() && !after_key_);
  std::string document = std::move(out_);
  document += '\n';
  out_.clear();
  return document;
}

}  // namespace scantling
