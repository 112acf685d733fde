#include "language/comments.h"

#include <algorithm>

namespace scantling {

namespace {

std::vector<Span> tokens_of(const SyntaxTree& tree) {
  std::vector<Span> tokens;
  for (std::size_t i = 0; i < tree.node_count(); ++i) {
    const Node& node = tree.node(NodeId(i));
    if (node.kind == NodeKind::Scalar || node.kind == NodeKind::Null) tokens.push_back(node.span);
    for (int k = 0; node.kind == NodeKind::Map && k < node.count; ++k)
      tokens.push_back(tree.entry(node, k).key_span);
  }
  std::sort(tokens.begin(), tokens.end());
  return tokens;
}

}  // namespace

std::vector<Comment> comments_of(std::string_view text, const SyntaxTree& tree) {
  std::vector<Comment> out;
  const std::vector<Span> tokens = tokens_of(tree);
  std::size_t next = 0;
  std::size_t line_start = 0;
  bool only_blanks = true;  // before here on the line, or dashes
  for (std::size_t i = 0; i < text.size();) {
    while (next < tokens.size() && tokens[next].end <= i)
      ++next;
    if (next < tokens.size() && tokens[next].begin <= i) {
      i = tokens[next].end;
      only_blanks = false;
      // A token of several lines: the rest of its last line is behind it.
      const std::size_t line = i == 0 ? std::string_view::npos : text.rfind('\n', i - 1);
      line_start = line == std::string_view::npos ? 0 : line + 1;
      if (i == line_start) only_blanks = true;
      continue;
    }
    const char c = text[i];
    if (c == '#') {
      const std::size_t end = std::min(text.find('\n', i), text.size());
      std::string_view comment = text.substr(i, end - i);
      while (!comment.empty() &&
             (comment.back() == ' ' || comment.back() == '\t' || comment.back() == '\r'))
        comment.remove_suffix(1);
      out.push_back({i, comment, only_blanks, i - line_start});
      i = end;
      continue;
    }
    if (c == '\n') {
      line_start = i + 1;
      only_blanks = true;
    } else if (c != ' ' && c != '\t' && c != '-' && c != '\r') {
      only_blanks = false;
    }
    ++i;
  }
  return out;
}

}  // namespace scantling
