// Whatever the bytes: parsing neither crashes nor hangs, spans lie in the file and nest, scalars
// agree with their source bytes, and replacing one scalar's span changes nothing else.
#include <string>

#include "fuzz.h"
#include "syntax/tree.h"

namespace scantling {
namespace {

constexpr std::size_t kEditable = 400;  // nodes of a tree whose every scalar may be replaced

bool in_file(const Sources& sources, Span span) {
  return span.begin <= span.end && span.end <= sources.text(span.file).size();
}

bool inside(Span inner, Span outer) {
  return inner.begin >= outer.begin && inner.end <= outer.end;
}

void check_scalar(const Sources& sources, const Node& node) {
  const std::string_view source = sources.text(node.span);
  const bool one_line = source.find_first_of("\r\n") == std::string_view::npos;
  if (node.style == ScalarStyle::Plain && one_line) REQUIRE(node.scalar == source);
  const char quote = node.style == ScalarStyle::SingleQuoted   ? '\''
                     : node.style == ScalarStyle::DoubleQuoted ? '"'
                                                               : '\0';
  if (quote != '\0')
    REQUIRE(source.size() >= 2 && source.front() == quote && source.back() == quote);
  if (node.style == ScalarStyle::Literal) REQUIRE(source.starts_with('|'));
  if (node.style == ScalarStyle::Folded) REQUIRE(source.starts_with('>'));
}

// Of a tree without aliases, where every node has one parent. Iterative: the depth is the input's.
void check_tree(const Sources& sources, const SyntaxTree& tree) {
  std::vector<NodeId> open = {tree.root()};
  std::size_t seen = 0;
  while (!open.empty()) {
    const Node& node = tree.node(open.back());
    open.pop_back();
    ++seen;
    REQUIRE(in_file(sources, node.span));
    if (node.kind == NodeKind::Scalar || node.kind == NodeKind::Null) check_scalar(sources, node);
    std::uint32_t before = node.span.begin;
    for (int i = 0; i < node.count; ++i) {
      NodeId child;
      if (node.kind == NodeKind::Map) {
        const MapEntry& entry = tree.entry(node, i);
        REQUIRE(inside(entry.key_span, node.span) && entry.key_span.begin >= before);
        before = entry.key_span.end;
        child = entry.value;
      } else {
        child = tree.item(node, i);
      }
      const Span span = tree.node(child).span;
      REQUIRE(inside(span, node.span) && span.begin >= before);
      before = span.end;
      open.push_back(child);
    }
  }
  REQUIRE(seen <= tree.node_count());
}

void check_problems(const Sources& sources, const SyntaxResult& result) {
  std::uint32_t before = 0;
  for (const SyntaxProblem& problem : result.problems) {
    REQUIRE(in_file(sources, problem.span));
    if (problem.kind == SyntaxProblem::Kind::TooManyProblems) continue;
    REQUIRE(problem.span.begin >= before);
    before = problem.span.begin;
    if (problem.kind == SyntaxProblem::Kind::Malformed) REQUIRE(!problem.detail.empty());
    if (problem.kind == SyntaxProblem::Kind::DuplicateKey)
      REQUIRE(problem.other.begin < problem.span.begin);
  }
}

// The scalars in the order of their nodes: what an edit of one of them must leave alone.
std::vector<std::string> scalars(const SyntaxTree& tree) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < tree.node_count(); ++i)
    out.emplace_back(tree.node(NodeId(i)).scalar);
  return out;
}

// libyaml takes a block scalar on a line of its own at its parent's indentation ("a:\n|\n x"),
// where no other scalar may stand.
bool stands_loosely(std::string_view text, const Node& node) {
  if (node.style != ScalarStyle::Literal && node.style != ScalarStyle::Folded) return false;
  const std::size_t before = text.substr(0, node.span.begin).find_last_not_of(" \t");
  return before == std::string_view::npos || text[before] == '\n' || text[before] == '\r';
}

void check_edits(Sources& sources, FileId file, const SyntaxTree& tree, std::size_t pick) {
  const std::size_t i = pick % tree.node_count();
  const Node& node = tree.node(NodeId(i));
  if (node.kind != NodeKind::Scalar || node.span.begin == node.span.end ||
      stands_loosely(sources.text(file), node))
    return;
  const Expected<std::string> edited = apply_edits(sources, file, {{node.span, "\"Z\""}});
  REQUIRE(edited.has_value());
  std::vector<std::string> expected = scalars(tree);
  expected[i] = "Z";
  const SyntaxResult again = parse_yaml(sources, sources.add("edited", *edited));
  REQUIRE(again.problems.empty());
  REQUIRE(scalars(again.tree) == expected);
}

void run(std::string text) {
  Sources sources;
  const std::size_t pick = text.size();
  const FileId file = sources.add("input", std::move(text));
  const SyntaxResult result = parse_yaml(sources, file);
  REQUIRE(result.tree.root().valid() || !result.problems.empty());
  if (result.tree.root().valid()) check_tree(sources, result.tree);
  check_problems(sources, result);
  // A plain scalar takes blank lines with tabs behind it, a quoted one doesn't.
  const bool tabs = sources.text(file).find('\t') != std::string_view::npos;
  if (result.problems.empty() && !tabs && result.tree.node_count() <= kEditable)
    check_edits(sources, file, result.tree, pick);

  SyntaxLimits importer;
  importer.aliases = true;
  importer.nodes = 10'000;
  importer.expanded_nodes = 10'000;
  for (const SyntaxResult& document : parse_yaml_documents(sources, file, importer)) {
    check_problems(sources, document);
    for (std::size_t i = 0; i < document.tree.node_count(); ++i)
      REQUIRE(in_file(sources, document.tree.node(NodeId(i)).span));
  }
}

}  // namespace
}  // namespace scantling

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  scantling::run(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
