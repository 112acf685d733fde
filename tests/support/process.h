// Runs a program as a user would, and gives back everything that it said.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace scantling::testing {

struct Command {
  std::vector<std::string> argv;                                 // argv[0] is the program's path
  std::vector<std::pair<std::string, std::string>> environment;  // the whole of it
  std::string folder;                                            // where it runs
  std::string input;                                             // standard input
  double limit_seconds = 60;
};

struct Outcome {
  bool started = false;    // false: `problem` says why, and the rest is empty
  bool timed_out = false;  // killed, with every process that it had started
  int exit = -1;           // its status, or 128 + the signal that ended it
  std::string out, err;
  std::string problem;
};

Outcome run(const Command& command);

}  // namespace scantling::testing
