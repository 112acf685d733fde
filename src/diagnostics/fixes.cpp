#include "diagnostics/fixes.h"

#include <algorithm>

namespace scantling {
namespace {

bool same(const Edit& a, const Edit& b) {
  return a.span == b.span && a.replacement == b.replacement;
}

// Two insertions at one place meet too: which comes first would be chance.
bool meets(const Edit& a, const Edit& b) {
  if (a.span.file != b.span.file) return false;
  if (a.span.begin == b.span.begin) return true;
  return a.span.begin < b.span.end && b.span.begin < a.span.end;
}

const Fix* fix_of(const Diagnostic& d, FixSafety limit) {
  if (d.accepted) return nullptr;
  for (const Fix& fix : d.fixes)
    if (fix.safety <= limit && !fix.edits.empty()) return &fix;
  return nullptr;
}

}  // namespace

Expected<FixResult> make_fixes(const Diagnostics& findings, const Sources& sources,
                               FixSafety limit) {
  std::vector<Edit> chosen;
  FixResult out;
  for (const Diagnostic& d : findings.all()) {
    const Fix* fix = fix_of(d, limit);
    if (!fix) continue;
    const auto taken = [&](const Edit& edit) {
      return std::ranges::any_of(chosen, [&](const Edit& e) { return same(e, edit); });
    };
    const auto blocked = [&](const Edit& edit) {
      return !taken(edit) &&
             std::ranges::any_of(chosen, [&](const Edit& e) { return meets(e, edit); });
    };
    if (std::ranges::any_of(fix->edits, blocked)) {
      ++out.postponed;
      continue;
    }
    std::vector<Edit> added;
    std::ranges::copy_if(fix->edits, std::back_inserter(added),
                         [&](const Edit& edit) { return !taken(edit); });
    std::ranges::move(added, std::back_inserter(chosen));
    ++out.made;
  }
  std::ranges::stable_sort(chosen, {}, [](const Edit& edit) { return edit.span; });
  for (auto begin = chosen.begin(); begin != chosen.end();) {
    const FileId file = begin->span.file;
    const auto end =
        std::find_if(begin, chosen.end(), [&](const Edit& edit) { return edit.span.file != file; });
    auto text = apply_edits(sources, file, {begin, end});
    if (!text) return std::unexpected(text.error());
    out.files.push_back({file, std::move(*text)});
    begin = end;
  }
  return out;
}

}  // namespace scantling
