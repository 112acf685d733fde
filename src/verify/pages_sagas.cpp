// Pages of the properties of sagas.
#include "verify/properties.h"

namespace scantling::verify {
namespace {

const PropertyPage kPages[] = {
    {{"bounded", Severity::Error, "verify", "a saga ends within its bound"},
     {R"(The timeouts of a saga's steps, times their attempts, forward and back again, add up to at most its `within` or its operation's. A sum, not a search.)",
      R"(The bound is what the customer was told, or how long a reservation lasts: what goes on after it works with what has expired. Attempts are easily more than they seem: three layers that each try four times make 64 ("Site Reliability Engineering", Beyer et al., 2016, chapter 22).)",
      R"(stores:
  stock-db: { engine: postgresql, owner: stock }
  orders-db: { engine: postgresql, owner: orders }
services:
  stock:
    endpoints:
      reserve: { http: POST /reservations, idempotent: by key, steps: [{ write: stock-db }] }
      release: { http: DELETE /reservations, idempotent: by key, steps: [{ write: stock-db }] }
  orders:
    endpoints:
      confirm: { http: POST /confirmations, idempotent: by key, steps: [{ write: orders-db }] }
sagas:
  place:
    style: orchestrated
    coordinator: orders
    within: 20s
    steps:
      - { do: stock.reserve, undo: stock.release, timeout: 10s, attempts: 2, tombstone: true }
      - { do: orders.confirm }
)",
      R"(stores:
  stock-db: { engine: postgresql, owner: stock }
  orders-db: { engine: postgresql, owner: orders }
services:
  stock:
    endpoints:
      reserve: { http: POST /reservations, idempotent: by key, steps: [{ write: stock-db }] }
      release: { http: DELETE /reservations, idempotent: by key, steps: [{ write: stock-db }] }
  orders:
    endpoints:
      confirm: { http: POST /confirmations, idempotent: by key, steps: [{ write: orders-db }] }
sagas:
  place:
    style: orchestrated
    coordinator: orders
    within: 20s
    steps:
      - { do: stock.reserve, undo: stock.release, timeout: 5s, attempts: 2, tombstone: true }
      - { do: orders.confirm }
)",
      R"(When it is known, and dearer to prevent than to repair by hand: say so in an acceptance.)"},
     nullptr},
    {{"ends", Severity::Error, "verify", "every run of a saga comes to rest"},
     {R"(Once no more faults happen, each run of the saga ends: no circle of steps among its states. No key of the language takes this away: what is derived asks again until it is answered, and answers come once faults stop. The check guards the derivation.)",
      R"(A saga that goes round for ever holds what it reserved for ever. In the library go-saga a compensation that failed was started again by its own failure, without end (lysu/go-saga#1).)",
      R"()",
      R"(stores:
  stock-db: { engine: postgresql, owner: stock }
  orders-db: { engine: postgresql, owner: orders }
services:
  stock:
    endpoints:
      reserve: { http: POST /reservations, idempotent: by key, steps: [{ write: stock-db }] }
      release: { http: DELETE /reservations, idempotent: by key, steps: [{ write: stock-db }] }
  orders:
    endpoints:
      confirm: { http: POST /confirmations, idempotent: by key, steps: [{ write: orders-db }] }
sagas:
  place:
    style: orchestrated
    coordinator: orders
    steps:
      - { do: stock.reserve, undo: stock.release, tombstone: true }
      - { do: orders.confirm }
)",
      R"(When it is known, and dearer to prevent than to repair by hand: say so in an acceptance.)"},
     nullptr},
    {{"ends-whole", Severity::Error, "verify", "a saga ends done or undone, never in between"},
     {R"(Wherever a run of the saga rests, all its steps are in effect, or none is.)",
      R"(Stock stays reserved, money stays taken, and nobody is told. A step that can't be undone before one that may be refused is enough, without any fault. In the very example of a book on sagas an undo that nobody had written left the steps before it in effect (microservices-patterns/ftgo-application#107, 2020).)",
      R"(stores:
  stock-db: { engine: postgresql, owner: stock }
  orders-db: { engine: postgresql, owner: orders }
services:
  stock:
    endpoints:
      reserve: { http: POST /reservations, idempotent: by key, steps: [{ write: stock-db }] }
      release: { http: DELETE /reservations, idempotent: by key, steps: [{ write: stock-db }] }
  orders:
    endpoints:
      confirm: { http: POST /confirmations, idempotent: by key, steps: [{ write: orders-db }] }
sagas:
  place:
    style: orchestrated
    coordinator: orders
    steps:
      - { do: orders.confirm }
      - { do: stock.reserve, undo: stock.release, tombstone: true }
)",
      R"(stores:
  stock-db: { engine: postgresql, owner: stock }
  orders-db: { engine: postgresql, owner: orders }
services:
  stock:
    endpoints:
      reserve: { http: POST /reservations, idempotent: by key, steps: [{ write: stock-db }] }
      release: { http: DELETE /reservations, idempotent: by key, steps: [{ write: stock-db }] }
  orders:
    endpoints:
      confirm: { http: POST /confirmations, idempotent: by key, steps: [{ write: orders-db }] }
sagas:
  place:
    style: orchestrated
    coordinator: orders
    steps:
      - { do: stock.reserve, undo: stock.release, tombstone: true }
      - { do: orders.confirm }
)",
      R"(When it is known, and dearer to prevent than to repair by hand: say so in an acceptance.)"},
     nullptr},
    {{"isolated", Severity::Error, "verify", "no saga rests on what another takes back"},
     {R"(An operation that is all or nothing doesn't act on a change that a saga has made and later undoes.)",
      R"(Sagas have no isolation: what a step has changed is visible while later steps may still be refused (Richardson, "Microservices Patterns", 2018, section 4.3). A semantic lock marks it pending until the saga has ended, and readers wait or refuse.)",
      R"(aggregates:
  Stock: { count: 1k }
  Order: { count: 1k }
operations:
  place-order:
    actor: customer
    atomic: true
    steps: [{ do: reserve Stock, undo: release Stock }, create Order]
  close-books:
    actor: clerk
    atomic: true
    steps: [read Stock, write Order]
stores:
  stock-db: { engine: postgresql, owner: stock, holds: [Stock] }
  orders-db: { engine: postgresql, owner: orders, holds: [Order] }
services:
  stock:
    owns: [Stock]
    endpoints:
      reserve: { http: POST /reservations, idempotent: by key, steps: [{ write: stock-db }] }
      release: { http: DELETE /reservations, idempotent: by key, steps: [{ write: stock-db }] }
  orders:
    owns: [Order]
    endpoints:
      confirm: { http: POST /confirmations, idempotent: by key, steps: [{ write: orders-db }] }
sagas:
  place:
    style: orchestrated
    coordinator: orders
    implements: place-order
    steps:
      - { do: stock.reserve, undo: stock.release }
      - { do: orders.confirm }
)",
      R"(aggregates:
  Stock: { count: 1k }
  Order: { count: 1k }
operations:
  place-order:
    actor: customer
    atomic: true
    steps: [{ do: reserve Stock, undo: release Stock }, create Order]
  close-books:
    actor: clerk
    atomic: true
    steps: [read Stock, write Order]
stores:
  stock-db: { engine: postgresql, owner: stock, holds: [Stock] }
  orders-db: { engine: postgresql, owner: orders, holds: [Order] }
services:
  stock:
    owns: [Stock]
    endpoints:
      reserve: { http: POST /reservations, idempotent: by key, steps: [{ write: stock-db }] }
      release: { http: DELETE /reservations, idempotent: by key, steps: [{ write: stock-db }] }
  orders:
    owns: [Order]
    endpoints:
      confirm: { http: POST /confirmations, idempotent: by key, steps: [{ write: orders-db }] }
sagas:
  place:
    style: orchestrated
    coordinator: orders
    implements: place-order
    steps:
      - { do: stock.reserve, undo: stock.release, semantic-lock: true }
      - { do: orders.confirm }
)",
      R"(When it is known, and dearer to prevent than to repair by hand: say so in an acceptance.)"},
     nullptr},
    {{"recovers", Severity::Error, "verify", "a crashed coordinator's sagas are taken up again"},
     {R"(After a crash of the coordinator each run of the saga is still known and goes on.)",
      R"(A saga that only memory knows is gone with it, half done. With a log it is replayed. Answers that arrived while a service was down were left lying until its next saga began (eventuate-tram/eventuate-tram-sagas#40, 2020); after a crash of Citus prepared transactions stayed, and blocked new ones (citusdata/citus#6548, 2022).)",
      R"(stores:
  stock-db: { engine: postgresql, owner: stock }
  orders-db: { engine: postgresql, owner: orders }
services:
  stock:
    endpoints:
      reserve: { http: POST /reservations, idempotent: by key, steps: [{ write: stock-db }] }
      release: { http: DELETE /reservations, idempotent: by key, steps: [{ write: stock-db }] }
  orders:
    endpoints:
      confirm: { http: POST /confirmations, idempotent: by key, steps: [{ write: orders-db }] }
sagas:
  place:
    style: orchestrated
    coordinator: orders
    durable: false
    steps:
      - { do: stock.reserve, undo: stock.release, tombstone: true }
      - { do: orders.confirm }
)",
      R"(stores:
  stock-db: { engine: postgresql, owner: stock }
  orders-db: { engine: postgresql, owner: orders }
services:
  stock:
    endpoints:
      reserve: { http: POST /reservations, idempotent: by key, steps: [{ write: stock-db }] }
      release: { http: DELETE /reservations, idempotent: by key, steps: [{ write: stock-db }] }
  orders:
    endpoints:
      confirm: { http: POST /confirmations, idempotent: by key, steps: [{ write: orders-db }] }
sagas:
  place:
    style: orchestrated
    coordinator: orders
    steps:
      - { do: stock.reserve, undo: stock.release, tombstone: true }
      - { do: orders.confirm }
)",
      R"(When it is known, and dearer to prevent than to repair by hand: say so in an acceptance.)"},
     nullptr},
    {{"undo-follows-do", Severity::Error, "verify", "an undo follows what it undoes"},
     {R"(No step takes effect after its undo, and no undo takes effect on what was never done.)",
      R"(The coordinator gives up a slow request and undoes it; the undo overtakes the request, finds nothing, and then the request is carried out: stock reserved for ever. Seata's guide calls it the empty rollback and the suspension. A tombstone that the undo leaves bars the late request.)",
      R"(stores:
  stock-db: { engine: postgresql, owner: stock }
  orders-db: { engine: postgresql, owner: orders }
services:
  stock:
    endpoints:
      reserve: { http: POST /reservations, idempotent: by key, steps: [{ write: stock-db }] }
      release: { http: DELETE /reservations, idempotent: by key, steps: [{ write: stock-db }] }
  orders:
    endpoints:
      confirm: { http: POST /confirmations, idempotent: by key, steps: [{ write: orders-db }] }
sagas:
  place:
    style: orchestrated
    coordinator: orders
    steps:
      - { do: stock.reserve, undo: stock.release, timeout: 5s, attempts: 2 }
      - { do: orders.confirm }
)",
      R"(stores:
  stock-db: { engine: postgresql, owner: stock }
  orders-db: { engine: postgresql, owner: orders }
services:
  stock:
    endpoints:
      reserve: { http: POST /reservations, idempotent: by key, steps: [{ write: stock-db }] }
      release: { http: DELETE /reservations, idempotent: by key, steps: [{ write: stock-db }] }
  orders:
    endpoints:
      confirm: { http: POST /confirmations, idempotent: by key, steps: [{ write: orders-db }] }
sagas:
  place:
    style: orchestrated
    coordinator: orders
    steps:
      - { do: stock.reserve, undo: stock.release, timeout: 5s, attempts: 2, tombstone: true }
      - { do: orders.confirm }
)",
      R"(When it is known, and dearer to prevent than to repair by hand: say so in an acceptance.)"},
     nullptr},
};

}  // namespace

std::span<const PropertyPage> pages_of_sagas() {
  return kPages;
}

}  // namespace scantling::verify
