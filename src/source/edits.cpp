#include <algorithm>

#include "source/source.h"

namespace scantling {

namespace {

std::string place(const Sources& sources, FileId file, std::uint32_t offset) {
  const LineColumn at = sources.position(file, offset);
  return sources.path(file) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

}  // namespace

Expected<std::string> apply_edits(const Sources& sources, FileId file, std::vector<Edit> edits) {
  const std::string_view text = sources.text(file);
  std::size_t size = text.size();
  for (const Edit& edit : edits) {
    if (edit.span.file != file)
      return fail("an edit of another file was given for " + sources.path(file));
    if (edit.span.begin > edit.span.end || edit.span.end > text.size())
      return fail("an edit lies outside of " + sources.path(file));
    size += edit.replacement.size();
  }
  // At one place insertions come before a replacement that begins there, each in the given order.
  std::stable_sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) {
    const bool a_replaces = a.span.end > a.span.begin;
    const bool b_replaces = b.span.end > b.span.begin;
    return a.span.begin != b.span.begin ? a.span.begin < b.span.begin : a_replaces < b_replaces;
  });
  std::string out;
  out.reserve(size);
  std::size_t copied = 0;
  for (const Edit& edit : edits) {
    if (edit.span.begin < copied)
      return fail("two edits overlap at " + place(sources, file, edit.span.begin));
    out += text.substr(copied, edit.span.begin - copied);
    out += edit.replacement;
    copied = edit.span.end;
  }
  out += text.substr(copied);
  return out;
}

}  // namespace scantling
