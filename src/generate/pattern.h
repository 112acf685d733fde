// Regular expressions of the schemas, matched in time linear in the text: what is checked may come
// from anywhere. The part of RE2's syntax that the embedded schemas use: classes, groups,
// alternatives, repetition, ^ and $, (?i), \d \w \s.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace scantling::generate {

class Pattern {
 public:
  // Nothing when the pattern says something that is not supported. Only patterns of ours: the
  // reader recurses as deep as groups are nested.
  static std::optional<Pattern> parse(std::string_view pattern);
  bool found_in(std::string_view text) const;

 private:
  friend class PatternReader;
  enum class Op : std::uint8_t { Byte, Split, Begin, End, Done };
  struct Step {
    Op op = Op::Done;
    int next = -1, other = -1;  // of Split
    std::bitset<256> bytes;     // of Byte
  };
  void follow(int step, std::size_t at, std::size_t size, std::vector<int>& list,
              std::vector<std::uint32_t>& seen, std::uint32_t mark) const;

  std::vector<Step> steps_;
  int start_ = 0;
};

}  // namespace scantling::generate
