// Pages of the properties of groups that elect a leader.
#include "verify/properties.h"

namespace scantling::verify {
namespace {

const PropertyPage kPages[] = {
    {{"elections-end", Severity::Error, "verify", "elections of a leader come to an end"},
     {R"(Whatever one cut there is between the voters, one way or both ways, elections end: the voters don't call one after the other for ever. Read for stores that say `pre-vote` or `check-quorum`, which are those whose copies elect their leader by votes.)",
      R"(A voter that doesn't hear the leader calls an election, and its new term takes the leader down though everybody else heard it. On 2020-11-02 a switch that failed in part did this to an etcd cluster of Cloudflare, whose API was impaired for 6 h 33 min ("A Byzantine failure in the real world", 2020). With `pre-vote` a voter asks first, and those who hear a leader say no (Ongaro, "Consensus: Bridging Theory and Practice", 2014, section 9.6).)",
      R"(stores:
  members-db: { engine: etcd, owner: members, copies: 3, consistency: strong, check-quorum: true }
services:
  members:
    endpoints:
      join: { http: POST /members, steps: [{ write: members-db }] }
)",
      R"(stores:
  members-db: { engine: etcd, owner: members, copies: 3, consistency: strong, pre-vote: true, check-quorum: true }
services:
  members:
    endpoints:
      join: { http: POST /members, steps: [{ write: members-db }] }
)",
      R"(When it is known, and dearer to prevent than to repair by hand: say so in an acceptance.)"},
     nullptr},
    {{"leader-writes", Severity::Error, "verify",
      "the voters rest with a leader that a quorum answers"},
     {R"(Where elections have ended, one voter leads and hears a quorum, so that writes are committed. Read for stores that say `pre-vote` or `check-quorum`.)",
      R"(A leader whose messages arrive and whose answers don't keeps everybody from voting, and commits nothing. With `check-quorum` it gives up when it hears no quorum (Howard and Abraham, "Raft does not Guarantee Liveness in the face of Network Faults", 2020).)",
      R"(stores:
  members-db: { engine: etcd, owner: members, copies: 3, consistency: strong, pre-vote: true }
services:
  members:
    endpoints:
      join: { http: POST /members, steps: [{ write: members-db }] }
)",
      R"(stores:
  members-db: { engine: etcd, owner: members, copies: 3, consistency: strong, pre-vote: true, check-quorum: true }
services:
  members:
    endpoints:
      join: { http: POST /members, steps: [{ write: members-db }] }
)",
      R"(When it is known, and dearer to prevent than to repair by hand: say so in an acceptance.)"},
     nullptr},
};

}  // namespace

std::span<const PropertyPage> pages_of_votes() {
  return kPages;
}

}  // namespace scantling::verify
