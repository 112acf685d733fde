// What an exploration found, for people and for programs.
#pragma once

#include <string>

#include "explore/explore.h"

namespace scantling::explore {

struct OutputOptions {
  int width = 100;
  bool color = false;
};

std::string terminal(const Architecture& given, const Result& result, const OutputOptions& options);
// docs/schemas/explore.schema.json
std::string json(const Architecture& given, const Result& result);

}  // namespace scantling::explore
