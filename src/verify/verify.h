// Verdicts about every protocol of a model, with the repairs that were tried.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "verify/derive.h"

namespace scantling::verify {

struct VerifyOptions {
  std::size_t memory = std::size_t{1} << 30;  // bytes, of one search
  int faults = -1;                            // in a run, at most; -1: any number
  std::uint64_t states = 0;  // of all searches together, those of repairs too; 0: any number
  int runs = 0;  // of a saga at once; 0: two where they meet, and one that stands for any number
  int threads = 1;
  bool repair = true;             // try repairs for what fails
  bool keep_given = false;        // prefer repairs that change nothing given
  std::vector<std::string> only;  // names or elements of protocols; empty: all
  std::function<bool()> stop;
};

// A change that was made to a copy of the model, and what the search of it said.
struct TriedRepair {
  std::vector<Repair> parts;  // together
  bool holds = false;         // the property, and nothing that held fails now
  bool overrules = false;     // what the model gives, or what isn't its own
  std::uint64_t states = 0;
};

struct PropertyVerdict {
  std::string property;
  std::string element;  // path
  Outcome outcome = Outcome::Undecided;
  std::string text;       // what is broken; of a sum, the sum
  bool by_sum = false;    // else by search
  PropertyResult result;  // by search
  std::vector<TriedRepair> tried;
  const TriedRepair* repair()
      const;  // the first that holds, of the model's own if there is one; none: null
};

struct ProtocolVerdict {
  Protocol protocol;
  Exploration exploration;
  double seconds = 0;  // of the search
  std::vector<PropertyVerdict> properties;
};

struct Verification {
  std::vector<ProtocolVerdict> protocols;
  std::vector<std::string> left_out;
  bool stopped = false;
  std::size_t count(Outcome outcome) const;  // of properties
};

Verification verify(const Architecture& model, const VerifyOptions& options);

}  // namespace scantling::verify
