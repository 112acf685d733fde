// A path as a relative or file: URI reference (RFC 3986), for the formats that want one.
#pragma once

#include <string>
#include <string_view>

namespace scantling {

std::string artifact_uri(std::string_view path);

}  // namespace scantling
