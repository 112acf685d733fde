// Finds function definitions by braces, with comments, literals and preprocessor lines blanked out.
// Not a parser: enough to measure functions in formatted code.
#include <algorithm>
#include <cctype>
#include <optional>

#include "support/tidy/tidy.h"

namespace scantling::tidy {
namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}
bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t';
}

// Replaces everything that isn't code by blanks; line ends stay.
class Blanker {
 public:
  explicit Blanker(std::string_view source) : text_(source) {}

  std::string result() {
    while (at_ < text_.size())
      step();
    return std::move(text_);
  }

 private:
  bool starts(std::string_view what) const {
    return std::string_view(text_).substr(at_).starts_with(what);
  }
  void blank_to(std::size_t end) {
    for (end = std::min(end, text_.size()); at_ < end; ++at_) {
      if (text_[at_] != '\n') text_[at_] = ' ';
    }
  }
  std::size_t after(std::string_view what, std::size_t from) const {
    const std::size_t found = text_.find(what, from);
    return found == std::string::npos ? text_.size() : found + what.size();
  }
  // Past the quote that closes the literal which begins at `at_`.
  std::size_t literal_end() const {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != text_[at_])
      end += text_[end] == '\\' ? 2 : 1;
    return end + 1;
  }
  std::size_t directive_end() const {
    std::size_t end = at_;
    while (end < text_.size() && (text_[end] != '\n' || text_[end - 1] == '\\'))
      ++end;
    return end;
  }
  void step() {
    const char c = text_[at_];
    const bool in_word = at_ > 0 && is_word(text_[at_ - 1]);
    if (starts("//")) {
      blank_to(text_.find('\n', at_));
    } else if (starts("/*")) {
      blank_to(after("*/", at_ + 2));
    } else if (starts("R\"") && !in_word) {
      const std::size_t open = text_.find('(', at_);
      const std::string close = ")" + text_.substr(at_ + 2, open - at_ - 2) + "\"";
      blank_to(after(close, open));
    } else if (c == '"' || (c == '\'' && !in_word)) {
      blank_to(literal_end());
    } else if (c == '#' && first_on_line()) {
      blank_to(directive_end());
    } else {
      ++at_;
    }
  }
  bool first_on_line() const {
    std::size_t i = at_;
    while (i > 0 && (text_[i - 1] == ' ' || text_[i - 1] == '\t'))
      --i;
    return i == 0 || text_[i - 1] == '\n';
  }

  std::string text_;
  std::size_t at_ = 0;
};

std::string_view trim_left(std::string_view text) {
  while (!text.empty() && is_blank(text.front()))
    text.remove_prefix(1);
  return text;
}

bool has_word(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_word(text[at - 1])) && (end == text.size() || !is_word(text[end]))) {
      return true;
    }
  }
  return false;
}

// The declaration before a brace, without access specifiers and template parameter lists.
std::string_view core(std::string_view declaration) {
  declaration = trim_left(declaration);
  for (const std::string_view word : {"public:", "private:", "protected:"}) {
    if (declaration.starts_with(word)) declaration = trim_left(declaration.substr(word.size()));
  }
  if (declaration.starts_with("template")) {
    int depth = 0;
    for (std::size_t i = declaration.find('<'); i < declaration.size(); ++i) {
      if (declaration[i] == '<') ++depth;
      if (declaration[i] == '>' && --depth == 0) return core(declaration.substr(i + 1));
    }
  }
  return declaration;
}

enum class Scope : char { Namespace, Type, Function, Opaque, Initializer };

// The first place of a character outside parentheses.
std::size_t find_outside(std::string_view text, char wanted) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (depth == 0 && text[i] == wanted) return i;
    if (text[i] == '(') ++depth;
    if (text[i] == ')') --depth;
  }
  return std::string_view::npos;
}

// Whether a constructor's initializer list is open, and the brace belongs to a member: `: a_{1}`.
bool in_member_list(std::string_view declaration) {
  const std::size_t close = declaration.find(')');
  if (close == declaration.npos) return false;
  bool colon = false;
  for (std::size_t i = close; i < declaration.size(); ++i) {
    if (declaration[i] != ':') continue;
    if (i + 1 < declaration.size() && declaration[i + 1] == ':') {
      ++i;
    } else {
      colon = true;
    }
  }
  std::size_t last = declaration.size();
  while (last > 0 && is_blank(declaration[last - 1]))
    --last;
  return colon && last > 0 && (is_word(declaration[last - 1]) || declaration[last - 1] == '>');
}

Scope classify(std::string_view declaration) {
  const std::string_view text = core(declaration);
  if (has_word(text, "namespace")) return Scope::Namespace;
  const bool type = has_word(text, "class") || has_word(text, "struct") ||
                    has_word(text, "union") || has_word(text, "enum");
  if (type && (text.find(')') == text.npos || has_word(text, "alignas"))) return Scope::Type;
  if (text.find(')') == text.npos) return Scope::Opaque;
  if (find_outside(text, '=') != text.npos && !has_word(text, "operator")) return Scope::Opaque;
  return in_member_list(text) ? Scope::Initializer : Scope::Function;
}

std::string function_name(std::string_view declaration) {
  const std::string_view text = core(declaration);
  std::size_t end = find_outside(text, '(');
  if (end == text.npos) return "";
  while (end > 0 && is_blank(text[end - 1]))
    --end;
  std::size_t begin = end;
  while (begin > 0 && (is_word(text[begin - 1]) || text[begin - 1] == ':'))
    --begin;
  if (begin == end) begin = std::min(text.rfind("operator", end), end);  // operator==
  std::string name(text.substr(begin, end - begin));
  if (name.starts_with("TEST")) {  // TEST(Suite, Name) is the test's name
    const std::size_t close = text.find(')', end);
    name = std::string(text.substr(begin, close + 1 - begin));
    std::erase(name, ' ');
  }
  return name;
}

class Scanner {
 public:
  explicit Scanner(std::string_view source) : text_(Blanker(source).result()) {}

  std::vector<FunctionSpan> functions() {
    for (at_ = 0; at_ < text_.size(); ++at_)
      step(text_[at_]);
    return std::move(found_);
  }

 private:
  bool looking() const {
    return scopes_.empty() || scopes_.back() == Scope::Namespace || scopes_.back() == Scope::Type;
  }
  int line_at(std::size_t offset) const {
    return 1 + static_cast<int>(std::count(text_.begin(), text_.begin() + offset_of(offset), '\n'));
  }
  static std::ptrdiff_t offset_of(std::size_t offset) {
    return static_cast<std::ptrdiff_t>(offset);
  }
  void step(char c) {
    if (c == '{') return open();
    if (c == '}') return close();
    if (!looking()) return;
    if (c == '(') ++parentheses_;
    if (c == ')') --parentheses_;
    if (c == ';' && parentheses_ == 0) declaration_ = at_ + 1;
  }
  void open() {
    if (!looking()) {
      scopes_.push_back(Scope::Opaque);
      return;
    }
    const auto declaration = std::string_view(text_).substr(declaration_, at_ - declaration_);
    const Scope scope = parentheses_ > 0 ? Scope::Initializer : classify(declaration);
    scopes_.push_back(scope);
    if (scope == Scope::Function) {
      const std::size_t begin = at_ - core(declaration).size();
      open_function_ = FunctionSpan{function_name(declaration), line_at(begin), 0};
    }
    if (scope == Scope::Namespace || scope == Scope::Type) declaration_ = at_ + 1;
  }
  void close() {
    if (scopes_.empty()) return;
    const Scope scope = scopes_.back();
    scopes_.pop_back();
    if (scope == Scope::Function && open_function_) {
      open_function_->lines = line_at(at_) - open_function_->line + 1;
      found_.push_back(*open_function_);
      open_function_.reset();
    }
    if (looking() && scope != Scope::Initializer) {
      declaration_ = at_ + 1;
      parentheses_ = 0;
    }
  }

  std::string text_;
  std::size_t at_ = 0;
  std::size_t declaration_ = 0;  // where the current declaration began
  int parentheses_ = 0;
  std::vector<Scope> scopes_;
  std::optional<FunctionSpan> open_function_;
  std::vector<FunctionSpan> found_;
};

}  // namespace

std::vector<FunctionSpan> find_functions(std::string_view source) {
  return Scanner(source).functions();
}

}  // namespace scantling::tidy
