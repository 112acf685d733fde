// A decision is the unit of a design: a question, what was chosen, from what, and why, in numbers.
#pragma once

#include <string>
#include <vector>

#include "model/enums.h"
#include "model/field.h"

namespace scantling {

// One criterion's value for one alternative, in the criterion's own unit.
struct Score {
  std::string criterion;  // "p99", "monthly cost", "split writes"
  double value = 0;
  std::string unit;  // "ms", "USD/month", "" for a count
};

struct Alternative {
  std::string name;
  std::vector<Score> scores;
  std::string why_not;  // one clause; empty for the chosen one
};

struct Decision : Element {  // name: "place-order.style", "orders.instances"
  Field<std::string> pass;
  Field<std::string> question;
  Field<std::string> chosen;
  Field<std::vector<std::string>> instead_of;
  Field<std::string> because;
  Field<std::string> flips;                   // "flips if peak > 14k/s"
  Field<std::vector<std::string>> traces_to;  // paths: "operations.place-order.within"
  Field<std::vector<std::string>> sets;       // paths of the values it set
  Field<Reversibility> reversibility;
  Field<bool> locked;                     // a person's: the passes work around it
  std::vector<Alternative> alternatives;  // with scores; the chosen one too. Not in the language
};

// A finding that its owner lives with.
struct Acceptance {
  Span span;
  Provenance from;
  Field<std::string> rule;
  Field<std::string> element;  // a path, or a prefix of one ending in "*"
  Field<std::string> reason;
  Field<std::string> until;  // "2027-01-31"
  Field<std::string> owner;
};

// Something that the problem doesn't say, and what was taken instead.
struct Assumption {
  std::string path;
  std::string text;      // "no objective: p99 1s and 99.9% taken from profile production"
  std::string question;  // to put to the person who knows; may be empty
};

}  // namespace scantling
