// What the text forms of several structs share.
#pragma once

#include <string_view>

#include "language/reader.h"

namespace scantling {

// The place of a part of the place's scalar: exact for a plain scalar on one line, else the whole.
Span part_span(const Reader& reader, const Place& place, std::string_view part);

}  // namespace scantling
