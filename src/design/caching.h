// Whether a cache pays, and what share of the reads misses it.
#pragma once

#include "design/workspace.h"

namespace scantling {

// Share of lookups that miss a cache whose entries expire `expires` after they were filled, when
// lookups of `keys` keys arrive at `rate` a second with Zipf popularity: 1 - sum p_i l_i T / (1 +
// l_i T) for rates l_i = rate p_i. The renewal argument for time-to-live caches: Jung, Berger,
// Balakrishnan, "Modeling TTL-based Internet Caches", INFOCOM 2003. Summed over geometric runs of
// ranks (error below .5%).
double ttl_miss_share(double keys, double zipf, double rate, double expires_seconds);

// Decides which aggregates are read through a cache, into ws.caches.
void decide_caches(Workspace& ws);

}  // namespace scantling
