// A process of this program that computes runs, one after the other, so that one that dies takes
// nothing else with it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "base/error.h"
#include "sweep/campaign.h"

namespace scantling::sweep {

class Child {
 public:
  // Both must outlive it. Nothing is started before the first run.
  Child(const BaseModel& base, const Plan& plan) : base_(base), plan_(plan) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { end(); }

  // Begins the run with this index; none may be under way. Fails when no process can be started.
  Expected<void> begin(std::uint64_t index);

  enum class Answer : std::uint8_t { NotYet, Record, Died };
  // Waits at most so long. Record: `bytes` is a packed record. Died: `bytes` says how ("signal 9");
  // the next `begin` starts another process.
  Answer wait(int milliseconds, std::string& bytes);

  void end();                                 // kills it
  pid_t process() const { return process_; }  // -1: none

 private:
  Expected<void> start();
  Answer died(std::string& bytes);
  [[noreturn]] void compute(int requests, int answers) const;

  const BaseModel& base_;
  const Plan& plan_;
  pid_t process_ = -1;
  int requests_ = -1, answers_ = -1;  // our ends of the pipes
  std::string received_;              // of an answer that is not whole yet
};

}  // namespace scantling::sweep
