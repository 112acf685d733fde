// A file of the source tree that is part of the binary. A room that embeds files (EMBED in
// CMakeLists.txt) gets a function `std::span<const EmbeddedFile> embedded_<room>()`, sorted by
// name.
#pragma once

#include <span>
#include <string_view>

namespace scantling {

struct EmbeddedFile {
  std::string_view name;  // relative to the room's folder: "data/brokers.yaml"
  std::string_view text;
};

}  // namespace scantling
