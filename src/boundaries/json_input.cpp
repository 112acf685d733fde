#include "boundaries/json_input.h"

#include <string>
#include <vector>

namespace scantling::boundaries {

std::string too_large_json(std::string_view text) {
  std::vector<std::size_t> members;  // of each object or list that is open
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\')
      ++i;
    else if (c == '"')
      quoted = !quoted;
    else if (quoted)
      continue;
    else if (c == '[' || c == '{')
      members.push_back(0);
    else if ((c == ']' || c == '}') && !members.empty())
      members.pop_back();
    else if (c == ':' && !members.empty() && ++members.back() > json_members_at_most)
      return "an object has more than " + std::to_string(json_members_at_most) + " members";
    if (members.size() > json_depth_at_most)
      return "lists and objects nest more than " + std::to_string(json_depth_at_most) + " deep";
  }
  return {};
}

}  // namespace scantling::boundaries
