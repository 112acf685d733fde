#include "diagnostics/wording.h"

#include <algorithm>

#include "base/text.h"

namespace scantling {
namespace {

constexpr std::size_t kUsualName = 12;

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

// A word that is part of the element's path, quoted, or written as names are: "orders-db".
bool is_name(std::string_view word, const Diagnostic& d) {
  if (word.starts_with('\'') || word.starts_with('"') || word.starts_with('`')) return true;
  const std::string_view bare = word.substr(0, word.find_last_not_of(",:;") + 1);
  if (bare.find_first_of("-._0123456789") != std::string_view::npos) return true;
  const auto parts = split(d.element, '.');
  if (std::ranges::find(parts, bare) != parts.end()) return true;
  return std::ranges::any_of(bare.substr(std::min<std::size_t>(1, bare.size())), is_upper);
}

}  // namespace

std::optional<std::string> wording_problem(const Diagnostic& d) {
  if (d.title.empty()) return "the title is empty";
  const auto words = split_words(d.title);
  if (words.empty()) return "the title is blank";
  if (is_upper(d.title.front()) && !is_name(words.front(), d))
    return "the title starts with a capital letter: " + d.title;
  std::size_t columns = words.size() - 1;
  for (const std::string_view word : words) {
    const std::size_t width = display_width(word);
    columns += is_name(word, d) ? std::min(width, kUsualName) : width;
  }
  if (columns > kTitleColumns)
    return "the title takes " + std::to_string(columns) + " columns: " + d.title;
  for (const std::string* text : {&d.title, &d.because, &d.effect, &d.caret})
    if (text->ends_with('.')) return "a full stop ends: " + *text;
  for (const Fix& fix : d.fixes) {
    if (fix.text.empty()) return "a fix says nothing";
    if (fix.text.ends_with('.')) return "a full stop ends: " + fix.text;
    if (fix.safety != FixSafety::Manual && fix.edits.empty())
      return "a fix that is not manual has no edits: " + fix.text;
  }
  return std::nullopt;
}

}  // namespace scantling
