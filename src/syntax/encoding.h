// What has to hold of a text before YAML is looked for in it, and libyaml's marks as bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scantling {

// The first place that is not text: broken UTF-8, or a character that YAML doesn't allow.
struct BadByte {
  bool broken_utf8 = false;
  std::size_t offset = 0;
  std::size_t length = 1;
  std::string detail;
};
std::optional<BadByte> find_bad_byte(std::string_view text);

// libyaml counts code points; we count bytes. Built in one pass, answers in constant time.
class ByteMap {
 public:
  explicit ByteMap(std::string_view text);
  // The byte at which the code point with this index begins; the size when it is past the end.
  std::uint32_t offset(std::size_t code_point) const;

 private:
  static constexpr std::size_t kStep = 64;
  std::string_view text_;
  std::vector<std::uint32_t> every_step_;  // offset of each kStep-th code point; empty for ASCII
};

}  // namespace scantling
