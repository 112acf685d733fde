// JSON writes characters beyond U+FFFF as two escapes ("\ud83d\ude00"), which libyaml refuses. It
// is given a text of the same length in which each such pair is two escapes of a character that the
// file doesn't use; the values are set right afterwards.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scantling {

class SurrogatePairs {
 public:
  explicit SurrogatePairs(std::string_view text);

  // What libyaml is to read; the text itself when there is no pair in it.
  std::string_view text() const { return places_.empty() ? original_ : rewritten_; }
  // True when a scalar's bytes [begin, end) hold a pair.
  bool any_in(std::uint32_t begin, std::uint32_t end) const;
  // The scalar's value as it should be.
  std::string restore(std::string_view value, std::uint32_t begin, bool double_quoted) const;

 private:
  std::string_view original_;
  std::string rewritten_;
  std::vector<std::uint32_t> places_;  // of the pairs, in order
  std::string stand_in_;               // the unused character twice, in UTF-8
  std::string stand_in_escapes_;       // ... as two escapes
};

}  // namespace scantling
