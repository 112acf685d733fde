#include "verify/explore.h"

#include <algorithm>

#include "verify/reduce.h"
#include "verify/search.h"
#include "verify/search_levels.h"
#include "verify/search_traces.h"

namespace scantling::verify {

int Trace::faults(const System& system) const {
  return static_cast<int>(std::ranges::count_if(
      steps, [&](const TraceStep& s) { return system.rules[s.rule].fault != Fault::None; }));
}

std::string_view to_text(Outcome outcome) {
  static constexpr std::string_view kTexts[] = {"holds", "fails", "undecided", "vacuous"};
  return kTexts[static_cast<std::size_t>(outcome)];
}

namespace {

template <std::size_t W>
Exploration search(const System& system, const Packed& packed, const Limits& limits) {
  Search<W> search(system, packed, limits);
  return search.run();
}

}  // namespace

Exploration explore(const System& system, const Limits& limits) {
  Reductions reductions;
  if (limits.reduce) reductions = find_reductions(system);
  Packed packed;
  bool fits = pack(system, reductions, packed);
  if (!fits && reductions.symmetric) {  // blocks of whole words may need more of them
    reductions.symmetric = false;
    fits = pack(system, reductions, packed);
  }
  Exploration out;
  if (!fits) {
    out.ended = Ended::TooWide;
    out.properties.resize(system.properties.size());
    return out;
  }
  switch (packed.words) {
    case 1: out = search<1>(system, packed, limits); break;
    case 2: out = search<2>(system, packed, limits); break;
    case 3: out = search<3>(system, packed, limits); break;
    case 4: out = search<4>(system, packed, limits); break;
    default: out = search<kMaxWords>(system, packed, limits); break;
  }
  out.symmetric = reductions.symmetric;
  out.dead_messages = reductions.dead.size();
  for (const Place& p : packed.places)
    out.bits += p.bits;
  return out;
}

}  // namespace scantling::verify
