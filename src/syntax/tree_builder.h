// Events to a tree. No recursion: open collections are frames on a stack, the children of an open
// collection wait on a second stack and are moved into one run when it closes.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "syntax/events.h"
#include "syntax/tree.h"

namespace scantling {

class TreeBuilder {
 public:
  // `text` is the file up to where it is read, a byte order mark included. The limits are kept by
  // reference.
  TreeBuilder(std::string_view text, FileId file, const SyntaxLimits& limits);

  // Makes room for as many nodes as such a text mostly has.
  void reserve();
  // False: nothing more is to be read.
  bool take(const Event& event);
  // False when the limit of problems is reached.
  bool report(SyntaxProblem::Kind kind, std::uint32_t begin, std::uint32_t end,
              std::string detail = {});
  void report_malformed(const SyntaxProblem& problem);
  // Closes what is open; the tree holds what was read. An empty text has a Null root at `start`,
  // unless something is wrong with it.
  SyntaxResult finish(std::uint32_t start, bool complete = true);

 private:
  // What a node stands for when the aliases in it are written out.
  struct Weight {
    std::size_t nodes = 0;
    std::size_t bytes = 0;
    int height = 0;

    void add(const Weight& child) {
      nodes += child.nodes;
      bytes += child.bytes;
      height = std::max(height, child.height + 1);
    }
  };
  struct Frame {
    NodeId node;
    bool map = false;
    bool is_key = false;    // the collection stands where a key should
    bool has_key = false;   // Map: the value of `entry` comes next
    bool drop = false;      // Map: the value that comes next has no usable key
    MapEntry entry;         // Map: its key, once read
    std::size_t first = 0;  // of its children, on the stack of waiting ones
    std::uint32_t end = 0;  // of what was read of it
    Weight weight;
    std::string anchor;
  };
  struct Anchor {
    NodeId node;
    Weight weight;
  };

  bool take_scalar(const Event& event);
  bool take_alias(const Event& event);
  bool open(const Event& event);
  bool close(const Event& event, bool cut_short);
  bool take_key(const Event& event, std::uint32_t begin);
  void take_key_span(Span key, bool drop);
  bool place(NodeId node, std::uint32_t end, const Weight& weight);
  bool check_duplicates(const Node& node);
  bool properties(const Event& event, std::uint32_t& begin);
  std::uint32_t property_end(std::uint32_t begin, std::uint32_t limit) const;
  NodeId add_node(Node node);
  bool room_for_node(std::uint32_t at);
  Span span(std::uint32_t begin, std::uint32_t end) const {
    return {result_.tree.file_, begin, end};
  }
  std::uint32_t character_end(std::uint32_t begin) const;
  std::string_view keep(std::string_view value, std::uint32_t begin, std::uint32_t end,
                        ScalarStyle style);
  std::uint32_t block_scalar_end(std::uint32_t begin, std::uint32_t end) const;
  bool key_expected() const {
    return !frames_.empty() && frames_.back().map && !frames_.back().has_key;
  }

  std::string_view text_;
  const SyntaxLimits& limits_;
  SyntaxResult result_;
  std::vector<Frame> frames_;
  std::vector<NodeId> waiting_items_;
  std::vector<MapEntry> waiting_entries_;
  std::vector<int> order_;  // scratch of check_duplicates
  std::map<std::string, Anchor, std::less<>> anchors_;
  std::size_t expanded_nodes_ = 0;  // by aliases, beyond the nodes of the tree
  std::size_t expanded_bytes_ = 0;
  char* chunk_ = nullptr;
  std::size_t chunk_left_ = 0;
};

}  // namespace scantling
