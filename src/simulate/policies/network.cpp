// The network: a latency by where the two ends are (same zone, other zone, other region); while a
// cut or loss lasts, requests and answers on its way, in its direction, disappear with its share.
#include "simulate/engine.h"
#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_network = {
    "network",
    "latency by zone and region, loss and cuts one way; who is not answered notices by its timeout",
    "Bailis, Kingsbury, The Network is Reliable, ACM Queue 12(7), 2014"};

// Sets the child on its way to its instance.
void Engine::send(std::uint32_t child) {
  Frame& f = frames_[child];
  if (network_faulty_) {
    const double lost = drop_share(f.caller_instance, f.instance);
    if (lost > 0 && stream(fault_stream_).uniform() < lost) {
      f.cause = Cause::Lost;
      vanish(child);
      return;
    }
  }
  const Time t = p_.has_latency ? latency(f.caller_instance, f.instance) : 0;
  if (t > 0) {
    f.state = FrameState::Outbound;
    on_the_wire(f.caller_instance, f.instance, EventKind::Arrive, child);
  } else {
    ready_.push_back({Ready::Arrive, child});
  }
}

// Nobody will ever answer. The caller's timeout tells it; without one the connection does, after
// `silence_noticed`. The record stays until then, for what it holds.
void Engine::vanish(std::uint32_t child) {
  Frame& f = frames_[child];
  if (f.kind == FrameKind::Leg && f.parent == none) {
    missed(child);
    release(child);
    return;
  }
  f.cause = Cause::Lost;
  f.seen = seen_error;
  f.state = FrameState::Returning;
  if (f.kind == FrameKind::Entry) {
    // Lost when it was asked, not when whoever asked gives up: see counted_as_lost.
    ++operation_[p_.sources[f.item].operation].errors[static_cast<std::size_t>(Cause::Lost)];
    f.seen = seen_local;
  }
  const Time timeout = f.edge != none ? p_.edges[f.edge].timeout : 0;
  heap_.push(now_ + (timeout > 0 ? timeout : silence_noticed), EventKind::Answered, child);
}

double Engine::drop_share(std::uint32_t from, std::uint32_t to) const {
  double through = 1;
  for (std::uint32_t index : active_network_) {
    const FaultInfo& fault = p_.faults[index];
    const bool applies =
        std::binary_search(fault.instances.begin(), fault.instances.end(), from) &&
        std::binary_search(fault.to_instances.begin(), fault.to_instances.end(), to);
    if (applies) through *= fault.kind == FaultKind::Cut ? 0 : 1 - fault.share;
  }
  return 1 - through;
}

bool Engine::answer_is_lost(std::uint32_t frame) {
  Frame& f = frames_[frame];
  if (f.kind == FrameKind::Entry || f.kind == FrameKind::Message) return false;
  const double lost = drop_share(f.instance, f.caller_instance);
  if (lost <= 0 || stream(fault_stream_).uniform() >= lost) return false;
  vanish(frame);
  return true;
}

}  // namespace scantling::sim
