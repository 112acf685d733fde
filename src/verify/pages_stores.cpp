// Pages of the properties of stores.
#include "verify/properties.h"

namespace scantling::verify {
namespace {

const PropertyPage
    kPages[] =
        {
            {{"converges", Severity::Error, "verify", "copies that saw the same updates agree"},
             {R"(The merge of a store's replicated data type is commutative, associative and idempotent on states that occur together, and copies that have seen the same updates have the same value. Every history of up to 3 updates on 3 copies is tried.)",
              R"(Copies that don't converge differ for ever, and nothing reports it. The types of the language all converge, so no model breaks this; the check guards their definitions, and a hand-made type would be held to the same laws. They are needed: lists of a Redis with such types (elem-azar-unis/CRDT-Redis#1, 2022) and puts and deletes of go-ds-crdt (ipfs/go-ds-crdt#238, 2024) stayed different for ever.)",
              R"()",
              R"(stores:
  ledger-db: { engine: cassandra, owner: ledger, copies: 3, consistency: eventual, crdt: or-set }
services:
  ledger:
    endpoints:
      read: { http: GET /accounts, steps: [{ read: ledger-db }] }
      post: { http: POST /accounts, steps: [{ write: ledger-db }] }
)",
              R"(When it is known, and dearer to prevent than to repair by hand: say so in an acceptance.)"},
             nullptr},
            {{"fresh-within", Severity::Error, "verify", "answers are no older than allowed"},
             {R"(What caches keep and copies lag along the way of a read is at most the operation's `staleness`. A sum, not a search.)",
              R"(A cache on a lagging copy adds both: an entry filled just before the copy caught up is old from the start. OpenFGA's cache over a store that caches too kept old answers for the sum of both (openfga/openfga pull request 2843, 2025).)",
              R"(aggregates:
  Product: { count: 1k }
operations:
  browse: { actor: customer, steps: [read Product], staleness: 5s }
stores:
  catalog-db: { engine: postgresql, owner: catalog, holds: [Product] }
  catalog-cache: { engine: redis, owner: catalog, expires: 30s }
services:
  catalog:
    endpoints:
      get:
        http: GET /products
        implements: browse
        steps: [{ read: catalog-cache, miss: { rate: 8%, then: [{ read: catalog-db }] } }]
)",
              R"(aggregates:
  Product: { count: 1k }
operations:
  browse: { actor: customer, steps: [read Product], staleness: 5s }
stores:
  catalog-db: { engine: postgresql, owner: catalog, holds: [Product] }
  catalog-cache: { engine: redis, owner: catalog, expires: 5s }
services:
  catalog:
    endpoints:
      get:
        http: GET /products
        implements: browse
        steps: [{ read: catalog-cache, miss: { rate: 8%, then: [{ read: catalog-db }] } }]
)",
              R"(When it is known, and dearer to prevent than to repair by hand: say so in an acceptance.)"},
             nullptr},
            {{"invariant", Severity::Error, "verify", "runs at once keep an aggregate's invariant"},
             {R"(Two runs of an endpoint that reads a store and later writes what follows from it don't break the invariant of an aggregate in it together.)",
              R"(Both read that one piece is left, both take it: each was right by what it saw. A check before the write doesn't help when something comes between the two; a write that is refused when the value has changed does. In twelve programs for shops on the web 22 attacks by requests at once were found (Warszawski and Bailis, "ACIDRain", SIGMOD 2017).)",
              R"(aggregates:
  Stock: { count: 1k, invariant: available >= 0 }
stores:
  plans-db: { engine: postgresql, owner: planner, consistency: strong, holds: [Stock] }
services:
  planner:
    endpoints:
      apply:
        http: POST /plans
        steps:
          - read: plans-db
          - work: 2s
          - { write: plans-db, guard: none }
)",
              R"(aggregates:
  Stock: { count: 1k, invariant: available >= 0 }
stores:
  plans-db: { engine: postgresql, owner: planner, consistency: strong, holds: [Stock] }
services:
  planner:
    endpoints:
      apply:
        http: POST /plans
        steps:
          - read: plans-db
          - work: 2s
          - { write: plans-db, guard: compare-and-set }
)",
              R"(When it is known, and dearer to prevent than to repair by hand: say so in an acceptance.)"},
             nullptr},
            {{"lease-covers-work", Severity::Error, "verify",
              "a lock's lease lasts longer than the work under it"},
             {R"(The longest that an endpoint may take, by its work, timeouts and attempts, is at most the lease of the lock that it takes. A sum, not a search.)",
              R"(A lease that is shorter than the work runs out without any fault: two holders, every busy day. Celery over Redis gives a task to a second worker when it takes longer than the visibility timeout, an hour by default (celery/celery#5935).)",
              R"(stores:
  plans-db: { engine: postgresql, owner: planner }
services:
  planner:
    endpoints:
      apply:
        http: POST /plans
        steps:
          - { lock: plans, lease: 1s, fenced: true }
          - { work: 2s }
          - { write: plans-db, timeout: 5s }
)",
              R"(stores:
  plans-db: { engine: postgresql, owner: planner }
services:
  planner:
    endpoints:
      apply:
        http: POST /plans
        steps:
          - { lock: plans, lease: 30s, fenced: true }
          - { work: 2s }
          - { write: plans-db, timeout: 5s }
)",
              R"(When it is known, and dearer to prevent than to repair by hand: say so in an acceptance.)"},
             nullptr},
            {{"monotonic", Severity::Error, "verify", "reads don't go back in time"},
             {R"(A read that follows another never gets an older value than that one did.)",
              R"(Quorums that overlap are not enough: while a write is on its way, one reader's quorum meets the new value and the next one's doesn't. With 2 of 3 copies each way this happens without any fault, unless a read leaves what it returned on its quorum.)",
              R"(stores:
  ledger-db: { engine: cassandra, owner: ledger, copies: 3, consistency: quorum read 2 write 2 }
services:
  ledger:
    endpoints:
      read: { http: GET /accounts, steps: [{ read: ledger-db }] }
      post: { http: POST /accounts, steps: [{ write: ledger-db }] }
)",
              R"(stores:
  ledger-db: { engine: cassandra, owner: ledger, copies: 3, consistency: quorum read 2 write 2, read-repair: true }
services:
  ledger:
    endpoints:
      read: { http: GET /accounts, steps: [{ read: ledger-db }] }
      post: { http: POST /accounts, steps: [{ write: ledger-db }] }
)",
              R"(For readers that don't compare answers: then say `staleness` on the operation.)"},
             nullptr},
            {{"no-history-lost", Severity::Error, "verify", "what was acknowledged is still there"},
             {R"(A write that was acknowledged is in what leads or answers after a failover or a change of members.)",
              R"(On 2018-10-21 GitHub promoted a copy that lacked writes of the last seconds: 24 hours of repair. On 2019-07-29 Monzo added six empty members to a store at once, and quorums of them answered that accounts don't exist.)",
              R"(stores:
  orders-db: { engine: postgresql, owner: orders, copies: 3, consistency: strong, lag: 100ms, failover: 30s, fenced: true }
services:
  orders:
    endpoints:
      place: { http: POST /orders, steps: [{ write: orders-db }] }
)",
              R"(stores:
  orders-db: { engine: postgresql, owner: orders, copies: 3, consistency: strong, lag: 100ms, failover: 30s, fenced: true, in-sync: 2 }
services:
  orders:
    endpoints:
      place: { http: POST /orders, steps: [{ write: orders-db }] }
)",
              R"(When so much may be lost: then say it, `backup: { rpo: 1min }`.)"},
             nullptr},
            {{"no-lost-update", Severity::Error, "verify",
              "a write doesn't take away what it knew nothing of"},
             {R"(Of two runs of an endpoint that read, decide and write, the slower one doesn't overwrite the newer value.)",
              R"(On 2025-10-19 a slow enactor of DNS plans in AWS's us-east-1 overwrote a newer plan with an old one: it had checked the version when it began, not when it wrote.)",
              R"(stores:
  plans-db: { engine: postgresql, owner: planner, consistency: strong }
services:
  planner:
    endpoints:
      apply:
        http: POST /plans
        steps:
          - read: plans-db
          - work: 2s
          - { write: plans-db, guard: check-first }
)",
              R"(stores:
  plans-db: { engine: postgresql, owner: planner, consistency: strong }
services:
  planner:
    endpoints:
      apply:
        http: POST /plans
        steps:
          - read: plans-db
          - work: 2s
          - { write: plans-db, guard: compare-and-set }
)",
              R"(When it is known, and dearer to prevent than to repair by hand: say so in an acceptance.)"},
             nullptr},
            {{"one-holder", Severity::Error, "verify", "a lock has one holder"},
             {R"(No run writes under a lock that another run has got since.)",
              R"(A pause of the runtime is longer than the lease, and the former holder goes on writing: the lock alone can't prevent it (Jepsen's analysis of etcd 3.4.3, 2020, shows it for etcd's locks). A token that what is written compares does.)",
              R"(stores:
  plans-db: { engine: postgresql, owner: planner }
services:
  planner:
    endpoints:
      apply:
        http: POST /plans
        steps:
          - { lock: plans, lease: 30s }
          - { work: 2s }
          - { write: plans-db, timeout: 5s }
)",
              R"(stores:
  plans-db: { engine: postgresql, owner: planner }
services:
  planner:
    endpoints:
      apply:
        http: POST /plans
        steps:
          - { lock: plans, lease: 30s, fenced: true }
          - { work: 2s }
          - { write: plans-db, timeout: 5s }
)",
              R"(When it is known, and dearer to prevent than to repair by hand: say so in an acceptance.)"},
             nullptr},
            {{"reads-own-writes", Severity::Error, "verify",
              "a read sees what was acknowledged before it"},
             {R"(A read that begins after a write was acknowledged returns that write, or a later one.)", R"(Quorums that don't overlap answer from copies that the write hasn't reached: the customer doesn't see what they have just done, and does it again. A copy behind its leader does the same without any quorum: a shop read back the row that it had just written, got nothing, and crashed (chobbledotcom/tickets pull request 1509, 2026).)",
              R"(stores:
  ledger-db: { engine: cassandra, owner: ledger, copies: 3, consistency: quorum read 1 write 1 }
services:
  ledger:
    endpoints:
      read: { http: GET /accounts, steps: [{ read: ledger-db }] }
      post: { http: POST /accounts, steps: [{ write: ledger-db }] }
)",
              R"(stores:
  ledger-db: { engine: cassandra, owner: ledger, copies: 3, consistency: quorum read 2 write 2, read-repair: true }
services:
  ledger:
    endpoints:
      read: { http: GET /accounts, steps: [{ read: ledger-db }] }
      post: { http: POST /accounts, steps: [{ write: ledger-db }] }
)",
              R"(When it is known, and dearer to prevent than to repair by hand: say so in an acceptance.)"},
             nullptr},
            {{"survives-zone", Severity::Error, "verify", "a quorum is left when a zone is lost"},
             {R"(With copies dealt to the zones, the worst zone's loss leaves as many as a quorum needs. A sum over the zones, not a search.)",
              R"(Copies on different machines of one zone are gone together. Three copies over two zones survive the loss of one zone and not of the other. Contrail's Cassandra was deployed without being told the zones, so that all copies of a row might be in one (Juniper/contrail-charms#97, 2019).)",
              R"(placement: { platform: kubernetes, zones: 3 }
stores:
  ledger-db: { engine: cassandra, owner: ledger, copies: 3, consistency: quorum read 2 write 2, spread: nodes, read-repair: true }
services:
  ledger:
    endpoints:
      read: { http: GET /accounts, steps: [{ read: ledger-db }] }
      post: { http: POST /accounts, steps: [{ write: ledger-db }] }
)",
              R"(placement: { platform: kubernetes, zones: 3 }
stores:
  ledger-db: { engine: cassandra, owner: ledger, copies: 3, consistency: quorum read 2 write 2, spread: zones, read-repair: true }
services:
  ledger:
    endpoints:
      read: { http: GET /accounts, steps: [{ read: ledger-db }] }
      post: { http: POST /accounts, steps: [{ write: ledger-db }] }
)",
              R"(When it is known, and dearer to prevent than to repair by hand: say so in an acceptance.)"},
             nullptr},
};

}  // namespace

std::span<const PropertyPage> pages_of_stores() {
  return kPages;
}

}  // namespace scantling::verify
