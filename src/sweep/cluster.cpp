#include "sweep/cluster.h"

namespace scantling::sweep {

#ifndef SCANTLING_MPI

Expected<Cluster> Cluster::join() {
  return fail(
      "this scantling was built without MPI; build it with cmake -DSCANTLING_MPI=ON, or "
      "leave --mpi out");
}
Expected<void> Cluster::run(const BaseModel&, const Plan&, const std::vector<std::uint64_t>&,
                            const std::function<bool()>&, const Deliver&) {
  return fail("built without MPI");
}
void Cluster::dismiss() {}
bool Cluster::work() {
  return false;
}

#endif

}  // namespace scantling::sweep
