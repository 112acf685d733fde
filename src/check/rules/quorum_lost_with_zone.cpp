#include <algorithm>

#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  const std::int64_t zones = zones_of(c.model);
  if (zones < 2) return;
  for (const Store& store : c.model.stores) {
    if (!store.copies || store.copies->value < 2 || !store.consistency || !store.spread) continue;
    const std::int64_t copies = store.copies->value;
    std::int64_t needed = 0;
    std::string what;
    if (store.consistency->kind == ConsistencyKind::Quorum) {
      needed = std::max(store.consistency->quorum.read, store.consistency->quorum.write);
      what = "a quorum of " + std::to_string(needed);
    } else {
      continue;  // a leader with followers fails over; it needs no majority of copies
    }
    const bool spread = *store.spread == Spread::Zones || *store.spread == Spread::Regions;
    const std::int64_t lost = spread ? (copies + zones - 1) / zones : copies;
    if (copies - lost >= needed || needed > copies) continue;
    Diagnostic& d = report(c, rule_quorum_lost_with_zone, place_of(store.spread.from, store.from),
                           store.name + " stops when one zone is lost", path_of(store));
    d.because = std::to_string(copies) + " copies over " +
                (spread ? std::to_string(zones) + " zones" : std::string("one zone")) +
                ": losing one leaves " + std::to_string(copies - lost) + ", " + what + " is needed";
    const std::int64_t wanted = needed + (needed + zones - 2) / (zones - 1);
    d.fixes.push_back(manual_fix("spread: zones with " + std::to_string(std::max(wanted, copies)) +
                                 " copies over " + std::to_string(zones) + " zones" +
                                 (zones < 3 ? ", or a third zone" : "")));
  }
}

}  // namespace

const Rule rule_quorum_lost_with_zone = {
    {"quorum-lost-with-zone", Severity::Warning, "data",
     "the loss of one zone takes the quorum away"},
    {R"(Copies x zones: the fullest zone holds ceil(N / zones) copies (all of them when they are not spread over zones), and what remains is less than the larger of the quorums.)",
     R"(Two zones can never do it: one of them holds at least half. That is why quorums are placed in three or more.)",
     R"(placement: { zones: 2 }
stores:
  carts: { engine: cassandra, copies: 3, consistency: quorum read 2 write 2, spread: zones }
)",
     R"(placement: { zones: 3 }
stores:
  carts: { engine: cassandra, copies: 3, consistency: quorum read 2 write 2, spread: zones }
)",
     R"(When the objective of what uses it allows the loss of a zone.)"},
    run};

}  // namespace scantling
