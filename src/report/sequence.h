// What happens, in order, when an operation is asked for: from its endpoint's steps, calls
// followed.
#pragma once

#include <string>
#include <vector>

#include "report/facts.h"

namespace scantling {

struct SequenceMessage {
  int from = 0, to = 0;  // participants
  std::string text;      // "call quote", "read", "publish OrderPlaced"
  bool asynchronous = false;
  bool maybe = false;  // in a branch, a cache miss or a fallback
  std::string when;    // maybe: "miss", "30% of requests", "on failure"
};

struct Sequence {
  std::string title;  // the operation
  std::vector<std::string> participants;
  std::vector<SequenceMessage> messages;
  bool cut = false;  // longer than kMaxMessages, or deeper than kMaxDepth
};

inline constexpr std::size_t kMaxMessages = 60;
inline constexpr std::size_t kMaxCallDepth = 12;

Sequence sequence_of(const Facts& facts, OperationId operation);
// Of the operations that an actor asks for, those with the most messages first, at most `most`.
std::vector<Sequence> main_sequences(const Facts& facts, std::size_t most = 4);

std::string to_mermaid(const Sequence& sequence);
// The context map as a Mermaid flowchart; empty without relations.
std::string context_map_mermaid(const Architecture& model);
// Text for a Mermaid label: what would end or alter the statement is replaced.
std::string mermaid_text(const std::string& text);

}  // namespace scantling
