// The words of a CML file: identifiers, strings and signs, without comments.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace scantling::boundaries {

struct CmlToken {
  enum class Kind : std::uint8_t { Word, Text, Sign };
  Kind kind = Kind::Word;
  std::string_view text;  // without the quotes of a Text and the ^ of a Word
  int line = 1;
  bool is(std::string_view word) const { return kind != Kind::Text && text == word; }
};

inline constexpr std::size_t cml_tokens_at_most = 500'000;

// Signs are single characters. Views into `cml`.
Expected<std::vector<CmlToken>> cml_tokens(std::string_view cml);

}  // namespace scantling::boundaries
