// JSON as the readers of published formats take it: an object whose members keep the file's order.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace scantling::boundaries {

inline constexpr std::size_t json_depth_at_most = 64;
// Members of one object: they are looked up one after the other.
inline constexpr std::size_t json_members_at_most = 20'000;

// What is too large to be parsed (the parser recurses), or nothing.
std::string too_large_json(std::string_view text);

// An object, or what is wrong. `Json` is the JSON library's type, which is no business of a header.
template <class Json>
Expected<Json> parse_json_object(std::string_view text) {
  if (std::string problem = too_large_json(text); !problem.empty()) return fail(std::move(problem));
  Json json = Json::parse(text.begin(), text.end(), nullptr, false);
  if (json.is_discarded()) return fail("not valid JSON");
  if (!json.is_object()) return fail("the top of the file is not an object");
  return json;
}

}  // namespace scantling::boundaries
