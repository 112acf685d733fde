// Who is next at a full instance. `lifo`: the last to come, while the others wait. `adaptive-lifo`
// and `codel` (Maurer 2015, "Fail at Scale", ACM Queue 13:8): while the queue has not been empty
// for 100 ms it counts as standing; then a request that has waited over 5 ms (else 100 ms) is
// refused when its turn comes (controlled delay), and adaptive-lifo also takes the last first.
#pragma once

#include "simulate/state.h"

namespace scantling::sim {

inline constexpr Time standing_after = 100'000'000;
inline constexpr Time standing_wait = 5'000'000;

inline bool standing(const Station& station, Time now) {
  return now - station.queue_empty > standing_after;
}

inline bool takes_last_first(Station& station, bool line_empty, Time now) {
  if (line_empty) station.queue_empty = now;
  if (station.discipline == Discipline::Lifo) return true;
  return station.discipline == Discipline::AdaptiveLifo && standing(station, now);
}

inline bool controlled(const Station& station) {
  return station.discipline == Discipline::Codel || station.discipline == Discipline::AdaptiveLifo;
}
// Controlled delay: refused at its turn.
inline bool waited_too_long(const Station& station, Time waited, Time now) {
  return waited > (standing(station, now) ? standing_wait : standing_after);
}

}  // namespace scantling::sim
