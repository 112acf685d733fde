// `scantling fmt`: two blanks a level, one behind a colon, flow collections on one line or as
// blocks, at most one blank line. Comments stay with what they stand at.
#include <algorithm>

#include "base/text.h"
#include "language/comments.h"
#include "language/language.h"
#include "language/load.h"
#include "language/output.h"
#include "syntax/write.h"

namespace scantling {

namespace {

class Formatter {
 public:
  Formatter(std::string_view text, const SyntaxTree& tree)
      : text_(text), tree_(tree), comments_(comments_of(text, tree)) {}

  std::string run() {
    collection(tree_.root(), 0, false);
    flush_before(text_.size(), 0);
    return std::move(out_);
  }

 private:
  const Node& node(NodeId id) const { return tree_.node(id); }

  // --- comments and blank lines ---

  bool blank_line_before(std::size_t offset) const {
    int line_ends = 0;
    for (std::size_t i = offset; i-- > 0 && line_ends < 2;) {
      const char c = text_[i];
      const bool dash = c == '-' && line_ends == 0;  // of the item that begins there
      if (c == '\n')
        ++line_ends;
      else if (c != ' ' && c != '\t' && c != '\r' && !dash)
        return false;
    }
    return line_ends == 2;
  }

  void blank_line() {
    if (!out_.empty() && !out_.ends_with("\n\n") && !opened_) out_ += '\n';
  }

  void own_line(const Comment& comment, std::size_t indent) {
    if (blank_line_before(comment.offset)) blank_line();
    out_.append(indent, ' ');
    out_ += comment.text;
    out_ += '\n';
    opened_ = false;
  }

  // The comments before `offset`, each on a line of its own.
  void flush_before(std::size_t offset, std::size_t indent) {
    while (next_ < comments_.size() && comments_[next_].offset < offset)
      own_line(comments_[next_++], indent);
  }

  // Comments behind a block's last entry that are indented like it.
  void flush_inside(std::size_t column, std::size_t indent) {
    while (next_ < comments_.size() && comments_[next_].own_line &&
           comments_[next_].column >= column && column > 0 && comments_[next_].offset < next_token_)
      own_line(comments_[next_++], indent);
  }

  // Ends the line, with the comment that stands behind it in the source.
  void end_line(std::size_t before) {
    const bool behind =
        next_ < comments_.size() && !comments_[next_].own_line && comments_[next_].offset < before;
    if (behind) {
      out_ += "  ";
      out_ += comments_[next_++].text;
    }
    out_ += '\n';
    opened_ = false;
  }

  bool has_comment_within(Span span) const {
    return next_ < comments_.size() && comments_[next_].offset < span.end;
  }

  // --- values ---

  static bool is_block_scalar(const Node& n) {
    return n.kind == NodeKind::Scalar &&
           (n.style == ScalarStyle::Literal || n.style == ScalarStyle::Folded);
  }

  std::string scalar(const Node& n, bool in_flow) const {
    const std::string_view source = text_.substr(n.span.begin, n.span.end - n.span.begin);
    if (n.kind == NodeKind::Null) return std::string(source);
    if (source.find('\n') == std::string_view::npos) return std::string(source);
    const Layout layout = in_flow ? Layout::Flow : Layout::Block;
    return n.style == ScalarStyle::Plain ? yaml_value(n.scalar, layout)
                                         : yaml_string(n.scalar, layout);
  }

  std::string key(const MapEntry& entry) const {
    const std::string_view source =
        text_.substr(entry.key_span.begin, entry.key_span.end - entry.key_span.begin);
    return source.find('\n') == std::string_view::npos && !source.empty()
               ? std::string(source)
               : scalar_text(entry.key, true, true);
  }

  // On one line.
  std::string flow(NodeId id, bool in_list) const {
    const Node& n = node(id);
    if (n.kind == NodeKind::Scalar || n.kind == NodeKind::Null) return scalar(n, true);
    std::string inside;
    for (int i = 0; i < n.count; ++i) {
      if (i > 0) inside += ", ";
      inside +=
          n.kind == NodeKind::Sequence ? flow(tree_.item(n, i), true) : pair(tree_.entry(n, i));
    }
    if (n.kind == NodeKind::Sequence) return "[" + inside + "]";
    const bool bare = in_list && n.count == 1 && text_[n.span.begin] != '{';
    if (bare) return inside;
    return inside.empty() ? "{}" : "{ " + inside + " }";
  }

  std::string pair(const MapEntry& entry) const {
    const std::string value = flow(entry.value, false);
    return key(entry) + ":" + (value.empty() ? "" : " " + value);
  }

  // Whether the value goes behind `used` columns on the line.
  bool fits(NodeId id, std::size_t used, std::string& line) const {
    const Node& n = node(id);
    if (n.kind == NodeKind::Scalar || n.kind == NodeKind::Null) {
      line = is_block_scalar(n) ? "" : scalar(n, false);
      return !is_block_scalar(n);
    }
    if (n.count == 0) {
      line = n.kind == NodeKind::Map ? "{}" : "[]";
      return true;
    }
    if (!n.flow || has_comment_within(n.span)) return false;
    line = flow(id, false);
    return used + display_width(line) <= kLineWidth;
  }

  std::size_t begin_of(NodeId id) const { return node(id).span.begin; }

  std::size_t source_column(std::size_t offset) const {
    const std::size_t line = offset == 0 ? std::string_view::npos : text_.rfind('\n', offset - 1);
    return line == std::string_view::npos ? offset : offset - line - 1;
  }

  // A map or a list as a block. The first line continues an item's dash when `after_dash`.
  void collection(NodeId id, std::size_t indent, bool after_dash) {
    const Node n = node(id);
    const std::size_t end_token = next_token_;
    opened_ = true;
    for (int i = 0; i < n.count; ++i) {
      const bool map = n.kind == NodeKind::Map;
      const std::size_t begin = map ? tree_.entry(n, i).key_span.begin : begin_of(tree_.item(n, i));
      if (i > 0 || !after_dash) {
        flush_before(begin, indent);
        if (blank_line_before(begin)) blank_line();
        out_.append(indent, ' ');
      }
      opened_ = false;
      next_token_ = i + 1 < n.count ? (map ? tree_.entry(n, i + 1).key_span.begin
                                           : begin_of(tree_.item(n, i + 1)))
                                    : end_token;
      if (map)
        entry(tree_.entry(n, i), indent);
      else
        item(tree_.item(n, i), indent);
    }
    next_token_ = end_token;
    if (n.count == 0 || n.flow) return;
    flush_inside(
        source_column(n.kind == NodeKind::Map ? tree_.entry(n, 0).key_span.begin : n.span.begin),
        indent);
  }

  void entry(const MapEntry& e, std::size_t indent) {
    const std::string name = key(e);
    out_ += name;
    out_ += ':';
    value(e.value, indent, indent + display_width(name) + 2);
  }

  void item(NodeId id, std::size_t indent) {
    out_ += '-';
    const Node& n = node(id);
    const bool is_pair = n.kind == NodeKind::Map && n.count == 1;
    std::string line;
    // "- read: orders-db" rather than "- { read: orders-db }".
    if ((n.kind == NodeKind::Map || n.kind == NodeKind::Sequence) && n.count > 0 &&
        (is_pair || !fits(id, indent + 2, line))) {
      out_ += ' ';
      collection(id, indent + 2, true);
      return;
    }
    value(id, indent, indent + 2);
  }

  void value(NodeId id, std::size_t indent, std::size_t used) {
    const Node& n = node(id);
    std::string line;
    if (is_block_scalar(n)) {
      block_scalar(n, indent + 2);
    } else if (fits(id, used, line)) {
      if (!line.empty()) out_ += " " + line;
      end_line(next_token_);
    } else {
      const std::size_t first =
          n.kind == NodeKind::Map ? tree_.entry(n, 0).key_span.begin : begin_of(tree_.item(n, 0));
      end_line(first);
      collection(id, indent + 2, false);
    }
  }

  void block_scalar(const Node& n, std::size_t indent) {
    const std::string_view source = text_.substr(n.span.begin, n.span.end - n.span.begin);
    const std::size_t header_end = std::min(source.find('\n'), source.size());
    const std::string_view header = trim(source.substr(0, header_end));
    const bool explicit_indent = header.substr(0, 3).find_first_of("123456789") != header.npos;
    if (explicit_indent || trim(source.substr(header_end)).empty()) {
      out_ += " " + yaml_string(n.scalar, Layout::Block);
      end_line(next_token_);
      return;
    }
    out_ += ' ';
    out_ += header;
    out_ += '\n';
    opened_ = false;
    std::vector<std::string_view> lines = split(source.substr(header_end + 1), '\n');
    const bool keeps_blanks = header.substr(0, 3).find('+') != header.npos;
    while (!lines.empty() && trim(lines.back()).empty() && !keeps_blanks)
      lines.pop_back();
    if (keeps_blanks && !lines.empty() && lines.back().empty()) lines.pop_back();
    std::size_t base = 0;
    for (const std::string_view line : lines) {
      base = line.find_first_not_of(' ');
      if (base != std::string_view::npos && line[base] != '\r') break;
    }
    for (std::string_view line : lines) {
      while (line.ends_with('\r'))
        line.remove_suffix(1);
      if (line.size() > base) {
        out_.append(indent, ' ');
        out_ += line.substr(base);
      }
      out_ += '\n';
    }
  }

  std::string_view text_;
  const SyntaxTree& tree_;
  std::vector<Comment> comments_;
  std::size_t next_ = 0;                             // into comments_
  std::size_t next_token_ = std::string_view::npos;  // behind what is being written
  bool opened_ = true;                               // the last line opened a block
  std::string out_;
};

bool same_tree(const SyntaxTree& a, NodeId a_id, const SyntaxTree& b, NodeId b_id) {
  const Node& x = a.node(a_id);
  const Node& y = b.node(b_id);
  if (x.kind != y.kind || x.count != y.count || x.scalar != y.scalar) return false;
  for (int i = 0; i < x.count; ++i) {
    if (x.kind == NodeKind::Map && (a.entry(x, i).key != b.entry(y, i).key ||
                                    !same_tree(a, a.entry(x, i).value, b, b.entry(y, i).value)))
      return false;
    if (x.kind == NodeKind::Sequence && !same_tree(a, a.item(x, i), b, b.item(y, i))) return false;
  }
  return true;
}

}  // namespace

std::string format_model(const Sources& sources, FileId file, Diagnostics& out) {
  const std::string original(sources.text(file));
  const SyntaxResult before = parse_yaml(sources, file);
  report_syntax(before.problems, out);
  const bool readable = before.problems.empty() && before.tree.root().valid();
  if (!readable || before.tree.node(before.tree.root()).count == 0) return original;
  std::string_view text = sources.text(file);
  std::string formatted = Formatter(text, before.tree).run();
  // Nothing that this can't format is worth a changed meaning.
  Sources check;
  const SyntaxResult after = parse_yaml(check, check.add("formatted", formatted));
  const bool same = after.problems.empty() && after.tree.root().valid() &&
                    same_tree(before.tree, before.tree.root(), after.tree, after.tree.root());
  return same ? formatted : original;
}

}  // namespace scantling
