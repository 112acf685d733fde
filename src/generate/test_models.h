// Models that the room's tests are written in.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "language/language.h"

namespace scantling::generate {

// The model of a text without mistakes.
inline Architecture model_of(const std::string& text, const std::string& name = "model") {
  MemoryFiles files;
  files.add(name + ".yaml", text);
  Sources sources;
  Diagnostics problems;
  Architecture out = read_model(sources, files, name + ".yaml", {}, problems);
  EXPECT_FALSE(problems.has_errors()) << name << ": " << problems.all().front().title;
  return out;
}

}  // namespace scantling::generate
