#include "syntax/tree_builder.h"

#include <cstring>
#include <numeric>

namespace scantling {

namespace {

constexpr std::size_t kMaxProblems = 1000;
constexpr std::size_t kChunkBytes = std::size_t{64} << 10;
constexpr std::size_t kBytesPerNode = 16;  // in a typical model
constexpr std::size_t kMostReserved = 1'000'000;

bool is_blank_or_break(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

bool is_null_word(std::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

// The children that wait from `first` on become the node's run.
template <class T>
void move_run(std::vector<T>& waiting, std::size_t first, std::vector<T>& to, Node& node) {
  node.first = static_cast<std::int32_t>(to.size());
  node.count = static_cast<std::int32_t>(waiting.size() - first);
  to.insert(to.end(), waiting.begin() + static_cast<std::ptrdiff_t>(first), waiting.end());
  waiting.resize(first);
}

}  // namespace

TreeBuilder::TreeBuilder(std::string_view text, FileId file, const SyntaxLimits& limits)
    : text_(text), limits_(limits) {
  result_.tree.file_ = file;
}

void TreeBuilder::reserve() {
  const std::size_t nodes = std::min(text_.size() / kBytesPerNode, kMostReserved);
  result_.tree.nodes_.reserve(nodes);
  result_.tree.entries_.reserve(nodes / 2);
}

bool TreeBuilder::report(SyntaxProblem::Kind kind, std::uint32_t begin, std::uint32_t end,
                         std::string detail) {
  if (result_.problems.size() >= kMaxProblems) {
    if (result_.problems.back().kind != SyntaxProblem::Kind::TooManyProblems)
      result_.problems.push_back({SyntaxProblem::Kind::TooManyProblems, span(begin, end), {}, {}});
    return false;
  }
  result_.problems.push_back({kind, span(begin, end), {}, std::move(detail)});
  return true;
}

void TreeBuilder::report_malformed(const SyntaxProblem& problem) {
  report(problem.kind, problem.span.begin, problem.span.end, problem.detail);
}

NodeId TreeBuilder::add_node(Node node) {
  result_.tree.nodes_.push_back(node);
  return NodeId(result_.tree.nodes_.size() - 1);
}

bool TreeBuilder::room_for_node(std::uint32_t at) {
  if (result_.tree.nodes_.size() < limits_.nodes) return true;
  report(SyntaxProblem::Kind::TooManyNodes, at, at,
         "more than " + std::to_string(limits_.nodes) + " values");
  return false;
}

std::uint32_t TreeBuilder::character_end(std::uint32_t begin) const {
  std::uint32_t end = begin;
  do {
    if (end < text_.size()) ++end;
  } while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xC0) == 0x80);
  return end;
}

// The value as a view into the source where its bytes stand there, else a copy.
std::string_view TreeBuilder::keep(std::string_view value, std::uint32_t begin, std::uint32_t end,
                                   ScalarStyle style) {
  const std::uint32_t quote =
      style == ScalarStyle::SingleQuoted || style == ScalarStyle::DoubleQuoted ? 1 : 0;
  if (end >= begin + 2 * quote && value.size() == end - begin - 2 * quote) {
    const std::string_view source = text_.substr(begin + quote, value.size());
    if (source == value) return source;
  }
  if (value.empty()) return text_.substr(begin, 0);
  if (value.size() > chunk_left_) {
    chunk_left_ = std::max(kChunkBytes, value.size());
    result_.tree.text_.push_back(std::make_unique_for_overwrite<char[]>(chunk_left_));
    chunk_ = result_.tree.text_.back().get();
  }
  std::memcpy(chunk_, value.data(), value.size());
  const std::string_view kept(chunk_, value.size());
  chunk_ += value.size();
  chunk_left_ -= value.size();
  return kept;
}

// The end of the anchor or tag at `begin`, by libyaml's rules: an anchor's name ends where
// something else than a letter, digit, '_' or '-' follows, a tag at a blank or, in flow
// collections, a comma.
std::uint32_t TreeBuilder::property_end(std::uint32_t begin, std::uint32_t limit) const {
  const bool anchor = text_[begin] == '&';
  const bool verbatim = text_.substr(begin).starts_with("!<");
  std::uint32_t end = begin + 1;
  while (end < limit) {
    const char c = text_[end];
    const bool goes_on =
        anchor ? is_name_character(c)
               : !is_blank_or_break(c) &&
                     (verbatim || std::string_view(",[]{}").find(c) == std::string_view::npos);
    if (!goes_on) break;
    ++end;
  }
  return end;
}

// Moves `begin` past anchor and tag, and reports them where they are not allowed.
bool TreeBuilder::properties(const Event& event, std::uint32_t& begin) {
  if (!event.has_anchor && !event.has_tag) return true;
  bool go_on = true;
  while (begin < event.end && (text_[begin] == '&' || text_[begin] == '!')) {
    const std::uint32_t end = property_end(begin, event.end);
    if (text_[begin] == '!')
      go_on = report(SyntaxProblem::Kind::Tag, begin, end) && go_on;
    else if (!limits_.aliases)
      go_on = report(SyntaxProblem::Kind::Alias, begin, end) && go_on;
    begin = end;
    // Blanks, new lines and comments may stand between a property and its value.
    std::uint32_t after = begin;
    while (after < event.end && (is_blank_or_break(text_[after]) || text_[after] == '#')) {
      if (text_[after] == '#')
        after = static_cast<std::uint32_t>(
            std::min<std::size_t>(text_.find_first_of("\r\n", after), event.end));
      else
        ++after;
    }
    if (after < event.end) begin = after;
  }
  return go_on;
}

// libyaml's mark lies where the next token begins: back over blank lines and the last line end.
// Without content it is the header alone.
std::uint32_t TreeBuilder::block_scalar_end(std::uint32_t begin, std::uint32_t end) const {
  std::uint32_t last = end;
  while (last > begin && is_blank_or_break(text_[last - 1]))
    --last;
  std::uint32_t header = begin + 1;
  while (header < end &&
         std::string_view("+-0123456789").find(text_[header]) != std::string_view::npos)
    ++header;
  const std::size_t first_line_end = text_.find_first_of("\r\n", begin);
  if (first_line_end == std::string_view::npos || last <= first_line_end) return header;
  // Blanks at the end of the last line are content.
  while (last < end && (text_[last] == ' ' || text_[last] == '\t'))
    ++last;
  return last;
}

bool TreeBuilder::take(const Event& event) {
  switch (event.kind) {
    case EventKind::Scalar: return take_scalar(event);
    case EventKind::Alias: return take_alias(event);
    case EventKind::SequenceStart:
    case EventKind::MapStart: return open(event);
    case EventKind::SequenceEnd:
    case EventKind::MapEnd: return close(event, false);
    default: return true;
  }
}

bool TreeBuilder::take_scalar(const Event& event) {
  std::uint32_t begin = event.begin;
  if (!properties(event, begin)) return false;
  if (key_expected()) return take_key(event, begin);
  if (!room_for_node(begin)) return false;
  Node node;
  node.style = event.style;
  std::uint32_t end = event.end;
  if (event.style == ScalarStyle::Literal || event.style == ScalarStyle::Folded)
    end = block_scalar_end(begin, event.end);
  // An entry without ':' ("{ a, b }"): libyaml puts its empty value at the next token.
  if (begin == end && !frames_.empty() && frames_.back().map && begin > 0 &&
      text_[begin - 1] != ':' && !event.has_anchor && !event.has_tag && !frames_.back().drop)
    begin = end = frames_.back().entry.key_span.end;
  node.span = span(begin, end);
  node.scalar = keep(event.text, begin, end, event.style);
  const bool null = event.style == ScalarStyle::Plain && is_null_word(event.text);
  node.kind = null ? NodeKind::Null : NodeKind::Scalar;
  const NodeId id = add_node(node);
  const Weight weight{1, event.text.size(), 0};
  if (event.has_anchor && limits_.aliases) anchors_[std::string(event.anchor)] = Anchor{id, weight};
  return place(id, end, weight);
}

// The open map has its next key; with `drop` one that can't be used.
void TreeBuilder::take_key_span(Span key, bool drop) {
  Frame& frame = frames_.back();
  frame.has_key = true;
  frame.drop = drop;
  frame.entry.key_span = key;
  frame.end = std::max(frame.end, key.end);
}

bool TreeBuilder::take_key(const Event& event, std::uint32_t begin) {
  Frame& frame = frames_.back();
  std::uint32_t end = event.end;
  if (event.style == ScalarStyle::Literal || event.style == ScalarStyle::Folded)
    end = block_scalar_end(begin, event.end);
  take_key_span(span(begin, end), event.style == ScalarStyle::Plain && event.text.empty());
  frame.weight.bytes += event.text.size();
  if (frame.drop) {
    const bool colon = begin < text_.size() && text_[begin] == ':';
    return report(SyntaxProblem::Kind::Malformed, begin, begin + (colon ? 1 : 0),
                  "a value without a key before it");
  }
  frame.entry.key = keep(event.text, begin, end, event.style);
  if (event.has_anchor && limits_.aliases) {
    // A key is no node; an alias to its anchor needs one.
    if (!room_for_node(begin)) return false;
    Node node;
    node.kind = NodeKind::Scalar;
    node.style = event.style;
    node.span = frame.entry.key_span;
    node.scalar = frame.entry.key;
    anchors_[std::string(event.anchor)] = Anchor{add_node(node), {1, event.text.size(), 0}};
  }
  return true;
}

bool TreeBuilder::take_alias(const Event& event) {
  const auto found = limits_.aliases ? anchors_.find(event.text) : anchors_.end();
  const bool as_key = key_expected();
  Node null;
  null.span = span(event.begin, event.end);
  null.scalar = text_.substr(event.begin, event.end - event.begin);
  bool go_on = true;
  if (!limits_.aliases) {
    go_on = report(SyntaxProblem::Kind::Alias, event.begin, event.end);
  } else if (found == anchors_.end()) {
    go_on = report(SyntaxProblem::Kind::Malformed, event.begin, event.end,
                   "'*" + std::string(event.text) + "' names no complete value before it");
  } else if (as_key && result_.tree.node(found->second.node).kind == NodeKind::Scalar) {
    take_key_span(null.span, false);
    frames_.back().entry.key = result_.tree.node(found->second.node).scalar;
    return true;
  } else if (as_key) {
    go_on = report(SyntaxProblem::Kind::Malformed, event.begin, event.end, "a key must be text");
  } else {
    const Weight& weight = found->second.weight;
    expanded_nodes_ += weight.nodes;
    expanded_bytes_ += weight.bytes;
    if (expanded_nodes_ > limits_.expanded_nodes || expanded_bytes_ > limits_.expanded_bytes) {
      report(SyntaxProblem::Kind::TooManyNodes, event.begin, event.end,
             "the aliases up to here expand to more than " +
                 std::to_string(limits_.expanded_nodes) + " values or " +
                 std::to_string(limits_.expanded_bytes >> 20) + " MiB");
      return false;
    }
    if (static_cast<int>(frames_.size()) + weight.height <= limits_.depth)
      return place(found->second.node, event.end, weight);
    go_on = report(SyntaxProblem::Kind::TooDeep, event.begin, event.end);
  }
  if (!go_on || (!as_key && !room_for_node(event.begin))) return false;
  if (!as_key) return place(add_node(null), event.end, {1, 0, 0});
  take_key_span(null.span, true);
  return true;
}

bool TreeBuilder::open(const Event& event) {
  std::uint32_t begin = event.begin;
  // A collection's own event ends after its first token or its properties; a block's first token
  // lies behind that, so look as far as the text goes.
  Event wide = event;
  wide.end = static_cast<std::uint32_t>(text_.size());
  if (!properties(wide, begin)) return false;
  if (static_cast<int>(frames_.size()) >= limits_.depth) {
    report(SyntaxProblem::Kind::TooDeep, begin, character_end(begin));
    return false;
  }
  if (!room_for_node(begin)) return false;
  Frame frame;
  frame.map = event.kind == EventKind::MapStart;
  frame.is_key = key_expected();
  if (frame.is_key && !report(SyntaxProblem::Kind::Malformed, begin, character_end(begin),
                              frame.map ? "a key must be text, this is a map"
                                        : "a key must be text, this is a list"))
    return false;
  Node node;
  node.kind = frame.map ? NodeKind::Map : NodeKind::Sequence;
  node.flow = event.flow;
  node.span = span(begin, begin);
  frame.node = add_node(node);
  frame.first = frame.map ? waiting_entries_.size() : waiting_items_.size();
  frame.end = begin;
  frame.weight.nodes = 1;
  if (event.has_anchor && limits_.aliases) frame.anchor = std::string(event.anchor);
  frames_.push_back(std::move(frame));
  return true;
}

bool TreeBuilder::close(const Event& event, bool cut_short) {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  SyntaxTree& tree = result_.tree;
  Node& node = tree.nodes_[static_cast<std::size_t>(frame.node.index)];
  const char bracket = frame.map ? '{' : '[';
  const bool bracketed = node.flow && text_.substr(node.span.begin).starts_with(bracket);
  if (bracketed && !cut_short)
    frame.end = event.end;  // else the last thing in it ends it
  else if (bracketed)
    frame.end = std::max(frame.end, node.span.begin + 1);
  node.span.end = frame.end;
  if (frame.map)
    move_run(waiting_entries_, frame.first, tree.entries_, node);
  else
    move_run(waiting_items_, frame.first, tree.items_, node);
  bool go_on = !frame.map || check_duplicates(node);
  if (!frame.anchor.empty()) anchors_[frame.anchor] = Anchor{frame.node, frame.weight};
  if (!frame.is_key) return place(frame.node, frame.end, frame.weight) && go_on;
  take_key_span(node.span, true);
  return go_on;
}

// Hands a finished node to the collection that is open, or makes it the root.
bool TreeBuilder::place(NodeId node, std::uint32_t end, const Weight& weight) {
  if (frames_.empty()) {
    result_.tree.root_ = node;
    return true;
  }
  Frame& frame = frames_.back();
  frame.end = std::max(frame.end, end);
  frame.weight.add(weight);
  if (!frame.map) {
    waiting_items_.push_back(node);
    return true;
  }
  if (!frame.drop) {
    frame.entry.value = node;
    waiting_entries_.push_back(frame.entry);
  }
  frame.has_key = false;
  frame.drop = false;
  return true;
}

// By sorting: linear in the bytes of the keys but for a logarithm, whatever the keys are.
bool TreeBuilder::check_duplicates(const Node& node) {
  const MapEntry* entries = result_.tree.entries_.data() + node.first;
  order_.resize(static_cast<std::size_t>(node.count));
  std::iota(order_.begin(), order_.end(), 0);
  std::sort(order_.begin(), order_.end(), [entries](int a, int b) {
    const int compared = entries[a].key.compare(entries[b].key);
    return compared != 0 ? compared < 0 : a < b;
  });
  std::size_t first = 0;
  for (std::size_t i = 1; i < order_.size(); ++i) {
    const MapEntry& entry = entries[order_[i]];
    const MapEntry& earlier = entries[order_[first]];
    if (entry.key != earlier.key) {
      first = i;
      continue;
    }
    if (!report(SyntaxProblem::Kind::DuplicateKey, entry.key_span.begin, entry.key_span.end,
                std::string(entry.key)))
      return false;
    result_.problems.back().other = earlier.key_span;
  }
  return true;
}

SyntaxResult TreeBuilder::finish(std::uint32_t start, bool complete) {
  while (!frames_.empty()) {
    Frame& frame = frames_.back();
    if (frame.map && frame.has_key && !frame.drop) {
      Node null;
      null.span = span(frame.end, frame.end);
      null.scalar = text_.substr(frame.end, 0);
      place(add_node(null), frame.end, {1, 0, 0});
    }
    close(Event{}, true);
  }
  if (complete && !result_.tree.root_.valid() && result_.problems.empty()) {
    Node null;
    null.span = span(start, start);
    null.scalar = text_.substr(start, 0);
    result_.tree.root_ = add_node(null);
  }
  std::stable_sort(result_.problems.begin(), result_.problems.end(),
                   [](const SyntaxProblem& a, const SyntaxProblem& b) {
                     const bool a_last = a.kind == SyntaxProblem::Kind::TooManyProblems;
                     const bool b_last = b.kind == SyntaxProblem::Kind::TooManyProblems;
                     return a_last != b_last ? b_last : a.span.begin < b.span.begin;
                   });
  return std::move(result_);
}

}  // namespace scantling
