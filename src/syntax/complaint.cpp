#include "syntax/complaint.h"

#include <algorithm>
#include <array>

namespace scantling {

namespace {

constexpr std::size_t kLongestKey = 1024;  // libyaml's, and YAML's own (1.2.2, section 7.4.2)
constexpr std::string_view kTab = "found a tab where indentation needs spaces";

bool is_line_end(char c) {
  return c == '\n' || c == '\r';
}
bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
bool is_bracket(char c) {
  return std::string_view("[]{},").find(c) != std::string_view::npos;
}
bool starts_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

class Explainer {
 public:
  explicit Explainer(const RawComplaint& raw)
      : raw_(raw), text_(raw.text), at_(raw.problem_at), from_(raw.context_at) {}

  Complaint run() const {
    if (raw_.context.find("directive") != std::string_view::npos) return of_directive();
    if (raw_.context.find(" tag") != std::string_view::npos ||
        problem("found undefined tag handle"))
      return at(from_, "text that begins with '!' needs quotes (tags are not allowed)");
    if (raw_.context == "while scanning an anchor" || raw_.context == "while scanning an alias") {
      const char mark = from_ < text_.size() ? text_[from_] : '*';
      return at(from_, std::string("text that begins with '") + mark + "' needs quotes");
    }
    if (raw_.context.find("quoted scalar") != std::string_view::npos) return of_quoted();
    if (raw_.context.find("block scalar") != std::string_view::npos) return of_block_scalar();
    if (raw_.context.find("while parsing") != std::string_view::npos ||
        problem("did not find expected <document start>"))
      return of_parser();
    return of_scanner();
  }

 private:
  bool problem(std::string_view text) const { return raw_.problem == text; }

  // One word or bracket as it stands, at most 24 bytes of whole characters.
  std::uint32_t word_end(std::uint32_t begin) const {
    std::uint32_t end = begin;
    if (end < text_.size() && is_bracket(text_[end])) return end + 1;
    while (end < text_.size() && !is_blank(text_[end]) && !is_line_end(text_[end]) &&
           !is_bracket(text_[end]))
      ++end;
    if (end > begin + 24) {
      end = begin + 24;
      while (end > begin && !starts_character(text_[end]))
        --end;
    }
    return end;
  }

  Complaint at(std::uint32_t begin, std::string detail) const {
    return {std::move(detail), begin, std::max(word_end(begin), begin)};
  }
  Complaint one_character(std::uint32_t begin, std::string detail) const {
    std::uint32_t end = begin;
    if (end < text_.size()) ++end;
    while (end < text_.size() && !starts_character(text_[end]))
      ++end;
    return {std::move(detail), begin, end};
  }
  std::uint32_t line_end(std::uint32_t begin) const {
    std::uint32_t end = begin;
    while (end < text_.size() && !is_line_end(text_[end]))
      ++end;
    while (end > begin && is_blank(text_[end - 1]))
      --end;
    return end;
  }
  // Past the end of what is written: nothing but blanks and line ends follow.
  bool nothing_after(std::uint32_t begin) const {
    return text_.find_first_not_of(" \t\r\n", begin) == std::string_view::npos;
  }

  std::string found(std::uint32_t begin) const {
    if (nothing_after(begin)) return "found the end of the file";
    if (text_[begin] == '\t') return "found a tab";
    if (is_blank(text_[begin]) || is_line_end(text_[begin])) return "found the end of the line";
    return "found '" + std::string(text_.substr(begin, word_end(begin) - begin)) + "'";
  }
  std::string line_of_context() const { return "line " + std::to_string(raw_.context_line); }

  Complaint of_directive() const {
    if (problem("found incompatible YAML document"))
      return {"the %YAML line names a version other than 1.1 and 1.2", at_, line_end(at_)};
    return {"a line that begins with '%' is a directive of YAML; put the text in quotes", from_,
            line_end(from_)};
  }

  Complaint of_quoted() const {
    if (problem("found unexpected end of stream"))
      return one_character(from_, "this quote is never closed");
    if (problem("found unexpected document indicator"))
      return one_character(from_, "this quote is not closed before the next document begins");
    if (problem("found unknown escape character")) {
      const std::uint32_t end =
          std::min<std::uint32_t>(at_ + 2, static_cast<std::uint32_t>(text_.size()));
      return {"unknown escape '" + std::string(text_.substr(at_, end - at_)) +
                  "' in double quotes; write '\\\\' for a backslash, or use single quotes",
              at_, end};
    }
    if (problem("did not find expected hexdecimal number"))
      return at(at_, "the escapes \\x, \\u and \\U need 2, 4 and 8 hexadecimal digits");
    if (problem("found invalid Unicode character escape code"))
      return at(at_, "this escape is not a character of Unicode");
    return generic();
  }

  Complaint of_block_scalar() const {
    if (problem("found an indentation indicator equal to 0"))
      return at(from_, "the indentation given after '|' or '>' is 1 to 9");
    if (problem("did not find expected comment or line break"))
      return at(at_,
                found(at_) + " after '|' or '>', where only a comment or a new line may follow");
    if (raw_.problem.find("tab") != std::string_view::npos)
      return one_character(at_, std::string(kTab));
    return generic();
  }

  Complaint of_flow(char open, char close) const {
    const std::string pair = std::string("',' or '") + close + "'";
    if (nothing_after(at_))
      return one_character(from_, std::string("this '") + open + "' is never closed");
    return at(at_, found(at_) + " where " + pair + " is expected; the '" + open + "' of " +
                       line_of_context() + " is still open");
  }

  Complaint of_parser() const {
    if (problem("did not find expected ',' or ']'")) return of_flow('[', ']');
    if (problem("did not find expected ',' or '}'")) return of_flow('{', '}');
    if (problem("did not find expected key") && text_.substr(at_).starts_with(':'))
      return one_character(at_, "a value without a key before it");
    if (problem("did not find expected key"))
      return at(at_, found(at_) + " where a key of the map that begins in " + line_of_context() +
                         " is expected; check the indentation");
    if (problem("did not find expected '-' indicator"))
      return at(at_, found(at_) + " where the next '-' of the list that begins in " +
                         line_of_context() + " is expected; check the indentation");
    if (problem("did not find expected node content"))
      return at(at_, found(at_) + " where a value is expected");
    if (problem("did not find expected <document start>"))
      return at(at_, found(at_) + " after the end of the file's value");
    return generic();
  }

  Complaint of_scanner() const {
    if (problem("could not find expected ':'"))
      return {"a key without a ':' after it", from_, line_end(from_)};
    if (problem("mapping values are not allowed in this context")) return of_second_colon();
    if (problem("found unexpected ':'"))
      return one_character(at_, "a ':' is not allowed here; put the text in quotes");
    if (problem("block sequence entries are not allowed in this context"))
      return one_character(at_,
                           "a list item '-' is not allowed here; begin it on a line of its own");
    if (problem("mapping keys are not allowed in this context"))
      return one_character(at_, "a '?' is not allowed here; text that begins with it needs quotes");
    if (problem("found character that cannot start any token")) return of_first_character();
    if (raw_.problem.find("tab") != std::string_view::npos)
      return one_character(at_, std::string(kTab));
    return generic();
  }

  // Either a second ": " in one line, or a line whose indentation makes it a part of the value
  // above.
  Complaint of_second_colon() const {
    std::uint32_t begin = at_;
    while (begin > 0 && !is_line_end(text_[begin - 1]))
      --begin;
    const std::string_view before = text_.substr(begin, at_ - begin);
    if (before.size() > kLongestKey)
      return one_character(at_, "a key of more than 1024 characters");
    if (before.find(": ") != std::string_view::npos || before.find(":\t") != std::string_view::npos)
      return one_character(at_, "a second ': ' in one line; put the value in quotes");
    return one_character(
        at_, "a ':' is not expected here: the line is indented as a part of the value above it");
  }

  Complaint of_first_character() const {
    if (at_ < text_.size() && text_[at_] == '\t') return one_character(at_, std::string(kTab));
    Complaint complaint = one_character(at_, "");
    complaint.detail = "text that begins with '" +
                       std::string(text_.substr(at_, complaint.end - at_)) + "' needs quotes";
    return complaint;
  }

  Complaint generic() const { return at(at_, "this is not YAML: " + std::string(raw_.problem)); }

  const RawComplaint& raw_;
  std::string_view text_;
  std::uint32_t at_;
  std::uint32_t from_;
};

}  // namespace

Complaint explain(const RawComplaint& raw) {
  return Explainer(raw).run();
}

}  // namespace scantling
