// libyaml's events with byte offsets. The only header-facing side of libyaml: yaml.h itself is
// included by events.cpp alone.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "syntax/tree.h"

namespace scantling {

enum class EventKind : std::uint8_t {
  DocumentStart,
  DocumentEnd,
  Scalar,
  Alias,
  SequenceStart,
  SequenceEnd,
  MapStart,
  MapEnd,
  StreamEnd,
  Failed,
};

struct Event {
  EventKind kind = EventKind::StreamEnd;
  ScalarStyle style = ScalarStyle::Plain;
  bool flow = false;
  std::uint32_t begin = 0;  // as libyaml has it: with anchor and tag
  std::uint32_t end = 0;    // of this event alone; block ends lie at the next token
  // Views into the event: until the next call of next().
  std::string_view text;  // Scalar: its value; Alias: the name
  std::string_view anchor;
  bool has_anchor = false;
  bool has_tag = false;
};

class EventStream {
 public:
  // `text` has passed find_bad_byte. Offsets count from its beginning plus `base`.
  EventStream(std::string_view text, std::uint32_t base);
  ~EventStream();
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;

  Event next();
  // After Failed: what was met, as a sentence, and where (no file in the span).
  const SyntaxProblem& problem() const;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace scantling
