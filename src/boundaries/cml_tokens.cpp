#include "boundaries/cml_tokens.h"

#include <algorithm>

#include <fmt/core.h>

namespace scantling::boundaries {
namespace {

bool in_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  Expected<std::vector<CmlToken>> run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\n') ++line_;
      if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '^') {
        ++at_;
      } else if (text_.substr(at_, 2) == "//") {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (text_.substr(at_, 2) == "/*") {
        if (!skip_to("*/", "comment")) return fail(problem_);
      } else if (c == '"' || c == '\'') {
        if (!string(c)) return fail(problem_);
      } else if (in_word(c)) {
        std::size_t end = at_;
        while (end < text_.size() && in_word(text_[end]))
          ++end;
        add(CmlToken::Kind::Word, at_, end);
        at_ = end;
      } else {
        add(CmlToken::Kind::Sign, at_, at_ + 1);
        ++at_;
      }
      if (tokens_.size() > cml_tokens_at_most)
        return fail(fmt::format("more than {} words", cml_tokens_at_most));
    }
    return std::move(tokens_);
  }

 private:
  void add(CmlToken::Kind kind, std::size_t begin, std::size_t end) {
    tokens_.push_back({kind, text_.substr(begin, end - begin), line_});
  }
  bool skip_to(std::string_view end, std::string_view what) {
    const std::size_t found = text_.find(end, at_ + 2);
    if (found == std::string_view::npos) {
      problem_ = fmt::format("line {}: a {} that does not end", line_, what);
      return false;
    }
    line_ += static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                         text_.begin() + static_cast<std::ptrdiff_t>(found), '\n'));
    at_ = found + end.size();
    return true;
  }
  bool string(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote)
      end += text_[end] == '\\' ? 2 : 1;
    if (end >= text_.size()) {
      problem_ = fmt::format("line {}: a text that does not end", line_);
      return false;
    }
    add(CmlToken::Kind::Text, at_ + 1, end);
    line_ += static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                         text_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
    at_ = end + 1;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::vector<CmlToken> tokens_;
  std::string problem_;
};

}  // namespace

Expected<std::vector<CmlToken>> cml_tokens(std::string_view cml) {
  return Scanner(cml).run();
}

}  // namespace scantling::boundaries
