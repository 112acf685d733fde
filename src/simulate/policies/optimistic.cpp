// Optimistic locking. Nobody waits: the frame notes the row's version; when its endpoint ends well
// and another has ended on the row meanwhile, it fails instead, as a conflict that its caller may
// try again (Kung, Robinson 1981, "On Optimistic Methods for Concurrency Control").
#include "simulate/engine.h"
#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_optimistic = {
    "optimistic", "nobody waits for the lock; who ends on a version that is gone fails",
    "Kung, Robinson, On Optimistic Methods for Concurrency Control, TODS 6(2), 1981"};

void Engine::read_version(std::uint32_t frame, std::uint32_t row) {
  if (versions_read_.size() <= frame) versions_read_.resize(frames_.size());
  versions_read_[frame] = {row, row_version_[row]};
  frames_[frame].flags |= frame_versioned;
}

// The endpoint has ended well: may it count?
bool Engine::commits(std::uint32_t frame) {
  const auto [row, version] = versions_read_[frame];
  if (row_version_[row] != version) return false;
  ++row_version_[row];
  return true;
}

}  // namespace scantling::sim
