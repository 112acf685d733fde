// Pages of the properties of messages.
#include "verify/properties.h"

namespace scantling::verify {
namespace {

const PropertyPage kPages[] = {
    {{"effect-once", Severity::Error, "verify", "what must happen once happens once"},
     {R"(No effect of an endpoint or of a saga's step takes place twice, though requests are repeated, messages are delivered again and processes crash between an effect and its record.)",
      R"(On 2013-07-18 Twilio charged cards again and again: the charge succeeded, the balance could not be written, and the job was tried again. Recognising a repetition by a key, where the effect takes place, is what helps; a limit of retries only makes it rarer.)",
      R"(stores:
  ship-db: { engine: postgresql, owner: shipping }
channels:
  orders.events: { broker: kafka, events: [OrderPlaced, OrderChanged], partitions: 6, key: order-id, dead-letter: orders.dlq }
services:
  shipping:
    endpoints:
      on-order: { consumes: orders.events, idempotent: no, steps: [{ write: ship-db }] }
)",
      R"(stores:
  ship-db: { engine: postgresql, owner: shipping }
channels:
  orders.events: { broker: kafka, events: [OrderPlaced, OrderChanged], partitions: 6, key: order-id, dead-letter: orders.dlq }
services:
  shipping:
    endpoints:
      on-order: { consumes: orders.events, idempotent: by key, steps: [{ write: ship-db }] }
)",
      R"(When a second effect is harmless: then say `idempotent: yes`.)"},
     nullptr},
    {{"no-blocked-partition", Severity::Error, "verify",
      "a message that can't be handled doesn't stop the others"},
     {R"(A message that fails whatever is tried is given up after some attempts, so that what waits behind it goes on.)",
      R"(In November 2022 a poison message stopped incident.io again and again within half an hour ("Intermittent downtime from repeated crashes", 2022); symfony's pull request 34107 is about messages that are delivered again for ever and block their queue. Restarting faster only fails faster.)",
      R"(stores:
  ship-db: { engine: postgresql, owner: shipping }
channels:
  orders.events: { broker: kafka, events: [OrderPlaced, OrderChanged], partitions: 6, key: order-id }
services:
  shipping:
    endpoints:
      on-order: { consumes: orders.events, idempotent: by key, steps: [{ write: ship-db }] }
)",
      R"(stores:
  ship-db: { engine: postgresql, owner: shipping }
channels:
  orders.events: { broker: kafka, events: [OrderPlaced, OrderChanged], partitions: 6, key: order-id, dead-letter: orders.dlq, attempts: 5 }
services:
  shipping:
    endpoints:
      on-order: { consumes: orders.events, idempotent: by key, steps: [{ write: ship-db }] }
)",
      R"(When it is known, and dearer to prevent than to repair by hand: say so in an acceptance.)"},
     nullptr},
    {{"no-deadlock", Severity::Error, "verify", "requests don't wait for each other in a circle"},
     {R"(Services with bounded pools that call each other and wait never hold all places while each waits for another's.)",
      R"(Each pool is full of requests that wait for a place in the other: nothing is busy, nothing moves, and health checks may be fine. It needs as many requests at once as there are places, so no test shows it. A timeout on each call of the circle frees the places; taking the circle apart is better. Of one pool the same: five nested transactions of Sequelize on a pool of five connections wait for each other (sequelize/sequelize#10976, 2019).)",
      R"(services:
  a:
    runtime: { concurrency: 64 }
    endpoints:
      x: { http: POST /x, steps: [{ call: b.y }] }
      v: { http: POST /v, steps: [{ work: 1ms }] }
  b:
    runtime: { concurrency: 64 }
    endpoints:
      y: { http: POST /y, steps: [{ work: 1ms }] }
      u: { http: POST /u, steps: [{ call: a.v }] }
)",
      R"(services:
  a:
    runtime: { concurrency: 64 }
    endpoints:
      x: { http: POST /x, steps: [{ call: b.y, timeout: 1s }] }
      v: { http: POST /v, steps: [{ work: 1ms }] }
  b:
    runtime: { concurrency: 64 }
    endpoints:
      y: { http: POST /y, steps: [{ work: 1ms }] }
      u: { http: POST /u, steps: [{ call: a.v, timeout: 1s }] }
)",
      R"(When it is known, and dearer to prevent than to repair by hand: say so in an acceptance.)"},
     nullptr},
    {{"no-lost-event", Severity::Error, "verify", "no change without its event"},
     {R"(Wherever a run rests, a change that was to be announced has been announced.)",
      R"(A crash between the write and the publication swallows the event, and no retry knows of it. The outbox puts both into one transaction. It may publish twice (issue 1816 of Particular's documentation, 2016), so that consumers recognise repetitions. A relay that goes on after the last id skips a row whose transaction commits later than one with a higher id (Eventuous/eventuous#222, 2023): `relay: unsent`.)",
      R"(stores:
  orders-db: { engine: postgresql, owner: orders }
channels:
  orders.events: { broker: kafka, partitions: 6, key: order-id }
services:
  orders:
    endpoints:
      place:
        http: POST /orders
        steps: [{ write: orders-db }, { publish: orders.events OrderPlaced, via: direct }]
)",
      R"(stores:
  orders-db: { engine: postgresql, owner: orders }
channels:
  orders.events: { broker: kafka, partitions: 6, key: order-id }
services:
  orders:
    endpoints:
      place:
        http: POST /orders
        steps: [{ write: orders-db }, { publish: orders.events OrderPlaced, via: outbox }]
)",
      R"(When it is known, and dearer to prevent than to repair by hand: say so in an acceptance.)"},
     nullptr},
    {{"no-phantom-event", Severity::Error, "verify", "no event without its change"},
     {R"(An event is heard only of a change that has been made.)",
      R"(Published first and rolled back then: others act on what never happened. NEventStore published commits whose transaction was rolled back (NEventStore/NEventStore#54, 2011).)",
      R"(stores:
  orders-db: { engine: postgresql, owner: orders }
channels:
  orders.events: { broker: kafka, partitions: 6, key: order-id }
services:
  orders:
    endpoints:
      place:
        http: POST /orders
        steps: [{ publish: orders.events OrderPlaced, via: direct }, { write: orders-db }]
)",
      R"(stores:
  orders-db: { engine: postgresql, owner: orders }
channels:
  orders.events: { broker: kafka, partitions: 6, key: order-id }
services:
  orders:
    endpoints:
      place:
        http: POST /orders
        steps: [{ publish: orders.events OrderPlaced, via: outbox }, { write: orders-db }]
)",
      R"(When it is known, and dearer to prevent than to repair by hand: say so in an acceptance.)"},
     nullptr},
    {{"order-kept", Severity::Error, "verify", "events of a key are handled in order"},
     {R"(A consumer whose writes follow from events handles a later event of a key after the earlier one.)",
      R"(Without a key, events of one thing are on several partitions, and the later one may be read first: the state goes back. Apache Pinot's issue 11796 (2023) tells of rows whose values are gone again because an update came late.)",
      R"(stores:
  ship-db: { engine: postgresql, owner: shipping }
channels:
  orders.events: { broker: kafka, events: [OrderPlaced, OrderChanged], partitions: 6, dead-letter: orders.dlq }
services:
  shipping:
    endpoints:
      on-order: { consumes: orders.events, idempotent: by key, steps: [{ write: ship-db }] }
)",
      R"(stores:
  ship-db: { engine: postgresql, owner: shipping }
channels:
  orders.events: { broker: kafka, events: [OrderPlaced, OrderChanged], partitions: 6, key: order-id, dead-letter: orders.dlq }
services:
  shipping:
    endpoints:
      on-order: { consumes: orders.events, idempotent: by key, steps: [{ write: ship-db }] }
)",
      R"(When it is known, and dearer to prevent than to repair by hand: say so in an acceptance.)"},
     nullptr},
};

}  // namespace

std::span<const PropertyPage> pages_of_messages() {
  return kPages;
}

}  // namespace scantling::verify
