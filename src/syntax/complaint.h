// libyaml's error messages, said in terms of what stands in the file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace scantling {

// What libyaml reports. Offsets are bytes of `text`.
struct RawComplaint {
  std::string_view text;
  std::string_view context;
  std::string_view problem;
  std::uint32_t context_at = 0;
  std::uint32_t problem_at = 0;
  int context_line = 1;
};

struct Complaint {
  std::string detail;  // lower case, no full stop
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

Complaint explain(const RawComplaint& raw);

}  // namespace scantling
