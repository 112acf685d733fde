// Where traces and logs are kept: one instance with a disk in the monitoring namespace. For more
// than a few thousand spans or lines a second, or more than a disk holds, take their distributed
// forms.
#pragma once

#include <string>
#include <vector>

#include "generate/output.h"
#include "generate/plan.h"

namespace scantling::generate {

struct BackendPort {
  std::string name;
  int number = 0;
};

struct Backend {
  std::string name;   // of the objects
  std::string image;  // with its tag
  std::string config_flag, ready_path;
  std::vector<BackendPort>
      ports;  // the first answers probes, queries, metrics; the last takes data
  Value config;
  std::int64_t disk_gib = 50;
  std::vector<std::string> writers;  // pods that write to it
};
void add_backend(const Plan& plan, const Backend& backend, Output& out);

}  // namespace scantling::generate
