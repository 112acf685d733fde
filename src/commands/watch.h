// What someone who waits for a run sees, and how they end it.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "commands/command.h"
#include "simulate/simulate.h"

namespace scantling {

// From here on the first Ctrl-C, or the first request to terminate (as a batch system sends before
// it kills), only sets `interrupted`; a second one ends the program.
void listen_for_interrupts();
bool interrupted();
int exit_of_interrupt();  // 130, or 143 after a request to terminate

// Progress of several runs on standard error: one line that is written over on a terminal, a line a
// replication with --watch elsewhere, nothing otherwise. Says the precision so far and the time
// left, by the clock; never part of a result.
class RunWatch {
 public:
  RunWatch(const Invocation& invocation, std::size_t runs);
  // What to give the run as its progress; valid until `end`.
  std::function<void(const RunProgress&)> begin(const std::string& name);
  void end();

 private:
  void show(const RunProgress& progress) const;

  const Streams& streams_;
  bool on_terminal_ = false;
  bool by_lines_ = false;
  std::size_t runs_ = 1, at_ = 0;
  std::string name_;
  std::chrono::steady_clock::time_point began_;
};

}  // namespace scantling
