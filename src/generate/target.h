// The registry of targets: what can be generated, and for which models it is chosen by itself.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "generate/output.h"
#include "generate/plan.h"

namespace scantling::generate {

struct Target {
  std::string name;  // "github-actions"
  std::string_view title;
  std::string_view summary;
  bool (*chosen)(const Plan& plan);  // without being named
  void (*run)(const Plan& plan, Output& out);
};

std::span<const Target> all_targets();  // in order
const Target* find_target(std::string_view name);
std::vector<std::string> target_names();

#define TARGET(name, title, when, summary) void target_##name(const Plan& plan, Output& out);
#include "generate/targets.def"
#undef TARGET

}  // namespace scantling::generate
