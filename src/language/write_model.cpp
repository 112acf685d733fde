#include "language/language.h"
#include "language/writer.h"

namespace scantling {

Out write_document(const Architecture& model, const OriginLists& origins) {
  return Writer(model, &origins).write_struct(root_structure(), &model);
}

std::string write_model(const Architecture& model) {
  const OriginLists origins = origin_lists(model);
  Architecture whole = model;
  complete(whole, origins);
  const Out document = write_document(whole, origins);
  std::string text;
  bool after_block = false;
  for (const auto& [key, value] : document.members) {
    const std::string section = member_text(key, value, 0);
    // A blank line around sections of more than one line.
    const bool is_block = section.find('\n') + 1 < section.size();
    if (!text.empty() && (is_block || after_block)) text += '\n';
    text += section;
    after_block = is_block;
  }
  return text;
}

}  // namespace scantling
