// A campaign over the processes that mpirun started. Rank 0 keeps the database and hands out runs,
// one at a time; the others compute. They get the model and the plan from rank 0, so that they need
// no files but those that a model's loads replay.
//
// A rank computes in a process of its own that it started: one that dies (a crash, the kernel's
// out-of-memory killer) costs that run alone, which is done again. A run that kills three of them
// is recorded as failed. When a whole rank is lost, what happens is up to the MPI: Open MPI ends
// the job unless it was started with --enable-recovery; with it, rank 0 notices and goes on with
// the others. Whatever happens, what was delivered is in the database, and the same command goes
// on.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/error.h"
#include "sweep/crew.h"

namespace scantling::sweep {

class Cluster {
 public:
  // Fails when this program was built without MPI, or when the MPI can't be started.
  static Expected<Cluster> join();

  int rank() const { return rank_; }
  int size() const { return size_; }

  // Rank 0: as run_on_threads. Returns when every run was delivered, or when `stop` says so.
  Expected<void> run(const BaseModel& base, const Plan& plan,
                     const std::vector<std::uint64_t>& indices, const std::function<bool()>& stop,
                     const Deliver& deliver);
  // Rank 0, at the very end, whether or not anything was run.
  void dismiss();
  // The others: computes what rank 0 asks for until it is dismissed. False: the machinery failed.
  bool work();

 private:
  int rank_ = 0, size_ = 1;
  [[maybe_unused]] bool lost_ = false;  // rank 0: some rank is not heard of any more
};

}  // namespace scantling::sweep
