// A run as a diagram that is stepped through, for the pages that show one.
#pragma once

#include <string>
#include <string_view>

#include "report/counterexample.h"

namespace scantling {

struct Stepper {
  std::string title;    // "saga place-order"
  std::string verdict;  // "effect-once fails"
  std::string text;     // a sentence
  std::string mark;     // said at the last step: "This breaks effect-once."
  std::string foot;     // HTML below the diagram; may be empty
  bool broken = true;   // else the run is one of a property that holds
  int level = 2;        // of its heading
};

// A section; of a run without steps its text only. The page needs the style, and the script after
// the last of them, once.
std::string stepper_html(const Stepper& stepper, const Run& run);
std::string_view stepper_style();
std::string_view stepper_script();

}  // namespace scantling
