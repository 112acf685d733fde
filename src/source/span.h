// A place in an input file: byte offsets, end excluded.
#pragma once

#include <compare>
#include <cstdint>

namespace scantling {

struct FileId {
  std::int32_t index = -1;
  bool valid() const { return index >= 0; }
  friend auto operator<=>(FileId, FileId) = default;
};

struct Span {
  FileId file;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  bool valid() const { return file.valid(); }
  friend auto operator<=>(Span, Span) = default;
};

}  // namespace scantling
