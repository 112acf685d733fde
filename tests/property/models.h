// What the property tests share: the example models, models made by rule, and reading them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "language/language.h"
#include "source/source.h"

namespace scantling::testing {

struct NamedText {
  std::string name;
  std::string text;
};
std::vector<NamedText> example_models();  // examples/*.yaml, by name
// The examples, and models made by rule: problems of several shapes, and a whole solution.
std::vector<NamedText> all_models();

// A model with what it was read from.
struct Reading {
  std::unique_ptr<Sources> sources = std::make_unique<Sources>();
  Diagnostics findings;
  Architecture model;
  FileId file;
};
Reading read_text(const std::string& text, const ReadOptions& options = {});

std::string errors_of(
    const Diagnostics& findings);  // titles, a line each; empty when there are none

}  // namespace scantling::testing
