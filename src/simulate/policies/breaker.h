// A breaker lives per caller instance and callee. Closed: outcomes go into a window of the last
// `over` calls (or a count of failures in a row); at the threshold it opens. Open: calls fail at
// once, until `open` has passed. Half open: `probes` calls are let through; all good close it, one
// bad opens it again.
#pragma once

#include "simulate/state.h"

namespace scantling::sim {

inline void breaker_open(Breaker& b, const BreakerInfo& info, Time now) {
  b.state = Breaker::State::Open;
  b.until = now + info.open;
  b.opened = now;
}

inline bool breaker_allows(Breaker& b, const BreakerInfo& info, Time now, bool& probe) {
  probe = false;
  if (b.state == Breaker::State::Closed) return true;
  if (b.state == Breaker::State::Open) {
    if (now < b.until) return false;
    b.open_time += now - b.opened;
    b.state = Breaker::State::HalfOpen;
    b.probes_out = b.probes_good = 0;
  }
  if (b.probes_out >= info.probes) return false;
  ++b.probes_out;
  probe = true;
  return true;
}

inline void breaker_close(Breaker& b) {
  b.state = Breaker::State::Closed;
  b.seen = b.failed = b.position = b.row = 0;
}

inline void breaker_takes_back(Breaker& b) {
  if (b.state == Breaker::State::HalfOpen && b.probes_out > 0) --b.probes_out;
}

inline void breaker_learns(Breaker& b, const BreakerInfo& info, Time now, bool good, bool probe) {
  if (b.state == Breaker::State::HalfOpen) {
    if (!probe) return;  // an answer from before
    if (!good)
      breaker_open(b, info, now);
    else if (++b.probes_good >= info.probes)
      breaker_close(b);
    return;
  }
  if (b.state == Breaker::State::Open) return;
  if (info.share <= 0) {
    b.row = good ? 0 : b.row + 1;
    if (b.row >= info.consecutive) breaker_open(b, info, now);
    return;
  }
  if (b.window.empty()) b.window.resize(info.window);
  if (b.seen == info.window)
    b.failed -= b.window[b.position] ? 1U : 0U;
  else
    ++b.seen;
  b.window[b.position] = !good;
  b.failed += good ? 0U : 1U;
  b.position = b.position + 1 == info.window ? 0 : b.position + 1;
  if (b.seen == info.window &&
      static_cast<double>(b.failed) >= info.share * static_cast<double>(info.window))
    breaker_open(b, info, now);
}

}  // namespace scantling::sim
