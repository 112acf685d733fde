// A run of a protocol for people: swim lanes with numbered steps, faults and what changed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "verify/verify.h"

namespace scantling {

// One step of a run, ready to be drawn.
struct RunStep {
  int from = 0, to = 0;              // lanes of `Run`; equal: nobody else takes part
  std::string text;                  // "asks for inventory.reserve"
  std::string fault;                 // "early timeout"; empty: the protocol's own step
  std::string element;               // path
  std::vector<std::string> changes;  // "orders: idle -> to do inventory.reserve"
};

struct Run {
  std::vector<std::string> lanes;  // that take part in it, in the protocol's order
  std::vector<RunStep> steps;
  int loop_from = -1;  // as in Trace
};

Run run_of(const verify::System& system, const verify::Trace& trace);

struct RunTextOptions {
  std::size_t width = 100;
  bool color = false;
  std::string mark;  // beside the last step: "breaks effect-once"; empty: none
};

// The run as text, each line ended; lanes as columns while they fit, else "a -> b" before the text.
std::string run_text(const Run& run, const RunTextOptions& options);

// The run as a Mermaid sequence diagram.
std::string run_mermaid(const Run& run, std::string_view mark);

// The states of each of the protocol's participants and the steps between them, as Mermaid state
// diagrams: what `verify --show` prints.
std::string automata_mermaid(const verify::System& system);

// Breaks text at blanks into lines of at most `width` columns.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

}  // namespace scantling
