// Text that goes into HTML and SVG.
#pragma once

#include <string>
#include <string_view>

#include "base/text.h"

namespace scantling {

inline std::string escape_html(std::string_view text) {
  return escape_markup(text);
}
// A length or coordinate with at most one decimal: "12.5".
std::string px(double value);
// An id of letters, digits, '-' and '_' from any name; two names may give the same.
std::string anchor(std::string_view name);
// About how wide the text is in the report's font at a size in pixels; on the wide side.
double text_width(std::string_view text, double font_size);
// At most `columns` columns, ending in an ellipsis where it was cut.
std::string shortened(std::string_view text, std::size_t columns);
// A JSON string literal that is safe inside a <script> element.
std::string script_string(std::string_view text);

}  // namespace scantling
