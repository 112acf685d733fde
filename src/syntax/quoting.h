// When a YAML scalar needs quotes, and how it is quoted.
#pragma once

#include <string>
#include <string_view>

#include "syntax/write.h"

namespace scantling {

// Plain text reads back as the same text there: no indicator, comment or line end in it.
bool plain_is_safe(std::string_view text, Layout layout);

// A reader of YAML 1.1 or 1.2 would take the plain text for a boolean, a number, a date or null.
bool looks_typed(std::string_view text);

// In double quotes where that needs no escape, else in single ones where they can hold it.
std::string quoted(std::string_view text);

// In double quotes with \-escapes. `json`: only escapes that JSON knows.
void append_escaped(std::string& out, std::string_view text, bool json, bool for_html);

// A literal block (|) can hold it.
bool fits_literal(std::string_view text);

}  // namespace scantling
