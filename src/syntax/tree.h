// A concrete syntax tree of one YAML or JSON document, with the byte span of every node. Flat:
// nodes index one vector, children are a run of indices.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "source/source.h"
#include "source/span.h"

namespace scantling {

enum class NodeKind : std::uint8_t { Null, Scalar, Sequence, Map };
enum class ScalarStyle : std::uint8_t { Plain, SingleQuoted, DoubleQuoted, Literal, Folded };

struct Node;
using NodeId = Id<Node>;

struct MapEntry {
  Span key_span;
  std::string_view key;  // unescaped; lives as long as the tree and its Sources
  NodeId value;
};

struct Node {
  NodeKind kind = NodeKind::Null;
  ScalarStyle style = ScalarStyle::Plain;
  bool flow = false;        // [..] or {..}
  Span span;                // of the value, without trailing comment or line end
  std::string_view scalar;  // unescaped, of Null as written; lives as long as tree and Sources
  std::int32_t first = 0;   // Sequence: into `items`; Map: into `entries`
  std::int32_t count = 0;
};

class SyntaxTree {
 public:
  NodeId root() const { return root_; }
  const Node& node(NodeId id) const { return nodes_[static_cast<std::size_t>(id.index)]; }
  NodeId item(const Node& sequence, int i) const {
    return items_[static_cast<std::size_t>(sequence.first + i)];
  }
  const MapEntry& entry(const Node& map, int i) const {
    return entries_[static_cast<std::size_t>(map.first + i)];
  }
  // The first entry with the key; nothing when there is none.
  const MapEntry* find(const Node& map, std::string_view key) const;
  FileId file() const { return file_; }
  std::size_t node_count() const { return nodes_.size(); }

  SyntaxTree() = default;
  SyntaxTree(SyntaxTree&&) = default;
  SyntaxTree& operator=(SyntaxTree&&) = default;

 private:
  friend class TreeBuilder;
  FileId file_;
  NodeId root_;
  std::vector<Node> nodes_;
  std::vector<NodeId> items_;
  std::vector<MapEntry> entries_;
  std::vector<std::unique_ptr<char[]>>
      text_;  // unescaped scalars that differ from the source bytes
};

// What is wrong with a text, one of a closed set; the language room turns it into a diagnostic.
struct SyntaxProblem {
  enum class Kind : std::uint8_t {
    Malformed,     // `detail` is a sentence about what the parser met
    BadEncoding,   // not UTF-8
    DuplicateKey,  // `other` is the first one's span
    Alias,         // `*x` or `&x`: not in our files
    Tag,           // `!x`
    SecondDocument,
    TooDeep,       // over limits.depth
    TooManyNodes,  // over limits.nodes
    TooLarge,      // over limits.bytes
    TooManyProblems,
  };
  Kind kind = Kind::Malformed;
  Span span;
  Span other;
  std::string detail;
};

struct SyntaxLimits {
  std::size_t bytes = std::size_t{64} << 20;
  int depth = 100;
  std::size_t nodes = 4'000'000;
  // Importers: an alias is the very node of its anchor, so that subtrees are shared. What they
  // would come to written out is held to expanded_nodes, expanded_bytes and depth.
  bool aliases = false;
  bool many_documents = false;  // parse_yaml reads the first without a word about the others
  std::size_t expanded_nodes = 1'000'000;
  std::size_t expanded_bytes = std::size_t{64} << 20;
};

struct SyntaxResult {
  SyntaxTree tree;                      // root() is invalid when nothing could be read
  std::vector<SyntaxProblem> problems;  // in order of place; the tree holds what was readable
};

// YAML 1.2 (JSON is a subset of it), with two limits of libyaml: a key has at most 1024 characters
// and stands on one line with its ':', and U+0085, U+2028 and U+2029 must be escaped. All scalars
// stay text; plain `~`, `null`, `Null`, `NULL` and nothing are Null. An empty file is a Null root.
// A BOM and CRLF line ends are accepted. Never throws, never hangs: time is linear in the bytes.
SyntaxResult parse_yaml(const Sources& sources, FileId file, const SyntaxLimits& limits = {});
// Every document of a file, at least one and at most 100,000 (importers).
std::vector<SyntaxResult> parse_yaml_documents(const Sources& sources, FileId file,
                                               const SyntaxLimits& limits);

}  // namespace scantling
