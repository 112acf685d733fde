// Pages of the properties of what a failover leaves behind.
#include "verify/properties.h"

namespace scantling::verify {
namespace {

const PropertyPage kPages[] = {
    {{"copies-serve", Severity::Error, "verify", "a promotion leaves copies that serve"},
     {R"(Of a store that says `rebuild`: after a failover a copy that was well still answers beside the new leader. Copies that are gone by faults don't count.)",
      R"(On 2020-11-02 Cloudflare's cluster manager promoted a database, and a defect had every copy of it built anew from the new primary, the sound ones too. Until the first was there, hours later, one machine had the reads of all: the API and the dashboard were impaired for 6 hours and 33 minutes.)",
      R"(stores:
  users-db: { engine: postgresql, owner: users, copies: 3, consistency: strong, failover: 30s, fenced: true, in-sync: 2, rebuild: all }
services:
  users:
    endpoints:
      add: { http: POST /users, steps: [{ write: users-db }] }
)",
      R"(stores:
  users-db: { engine: postgresql, owner: users, copies: 3, consistency: strong, failover: 30s, fenced: true, in-sync: 2, rebuild: diverged }
services:
  users:
    endpoints:
      add: { http: POST /users, steps: [{ write: users-db }] }
)",
      R"(When one machine bears all reads for as long as building takes; `promotion-rebuilds-all` says whether it does.)"},
     nullptr},
    {{"one-history", Severity::Error, "verify",
      "after a promotion only the new leader's history is answered"},
     {R"(Of a store that says `rebuild`: a copy that answers after a failover has no write that the new leader lacks. Who led before may have such writes, and so may a copy that was cut off when another was promoted; that the former leader is fenced, or that a write counts only when two have it, doesn't take them away.)",
      R"(Writes that no copy had when GitHub failed over on 2018-10-21 stayed on the former primaries, so that they could not simply follow the new ones. Compose's Governor didn't rewind a former leader of PostgreSQL, which then has pages that the new one never had (compose/governor#38); Patroni does it by `pg_rewind` or a new base backup.)",
      R"(stores:
  orders-db: { engine: postgresql, owner: orders, copies: 3, consistency: strong, failover: 30s, fenced: true, in-sync: 2, rebuild: none }
services:
  orders:
    endpoints:
      place: { http: POST /orders, steps: [{ write: orders-db }] }
)",
      R"(stores:
  orders-db: { engine: postgresql, owner: orders, copies: 3, consistency: strong, failover: 30s, fenced: true, in-sync: 2, rebuild: diverged }
services:
  orders:
    endpoints:
      place: { http: POST /orders, steps: [{ write: orders-db }] }
)",
      R"(When the former leader is looked through by hand before it may answer, and nothing starts it before.)"},
     nullptr},
    {{"one-leader", Severity::Error, "verify", "one copy of a store leads"},
     {R"(No two copies accept writes at the same time: who led before is refused once another leads.)",
      R"(A leader that is cut off from the copies still has clients on its side. On 2018-10-21 GitHub had writes on both sides of a partition of 43 seconds that could not be brought together by machine.)",
      R"(stores:
  orders-db: { engine: postgresql, owner: orders, copies: 3, consistency: strong, lag: 100ms, failover: 30s, backup: { rpo: 1min } }
services:
  orders:
    endpoints:
      place: { http: POST /orders, steps: [{ write: orders-db }] }
)",
      R"(stores:
  orders-db: { engine: postgresql, owner: orders, copies: 3, consistency: strong, lag: 100ms, failover: 30s, backup: { rpo: 1min }, fenced: true }
services:
  orders:
    endpoints:
      place: { http: POST /orders, steps: [{ write: orders-db }] }
)",
      R"(When it is known, and dearer to prevent than to repair by hand: say so in an acceptance.)"},
     nullptr},
};

}  // namespace

std::span<const PropertyPage> pages_of_failovers() {
  return kPages;
}

}  // namespace scantling::verify
