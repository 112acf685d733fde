// Indices are int in the interfaces (-1 for none) and std::size_t in containers.
#pragma once

#include <cstddef>

namespace scantling::boundaries {

inline std::size_t at(int index) {
  return static_cast<std::size_t>(index);
}

}  // namespace scantling::boundaries
