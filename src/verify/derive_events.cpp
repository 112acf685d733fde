// A change and the event about it: in one transaction (outbox, change capture) or in two; and the
// event's way to those who hear it.
#include <algorithm>

#include "verify/protocol.h"

namespace scantling::verify {
namespace {

class Announcement {
 public:
  Announcement(const Derivation& d, EndpointId id, const Step& write, const Step& publish,
               bool write_first)
      : d_(d),
        id_(id),
        write_(write),
        publish_(publish),
        write_first_(write_first),
        direct_(publish.via.or_else(PublishVia::Direct) == PublishVia::Direct),
        by_id_(publish.via.or_else(PublishVia::Direct) == PublishVia::Outbox &&
               publish.relay.or_else(OutboxRelay::Unsent) == OutboxRelay::ById),
        channel_(d.model.channels[publish.channel]),
        b_(publish.event + " of " + endpoint_name(d.model, id), path_of(d.model, id)) {}

  void read() {
    me_ = b_.lane(d_.model.services[id_.service].name);
    store_ = b_.lane(d_.model.stores[write_.store].name);
    broker_ = b_.lane(channel_.name);
    hearer_ = b_.lane("consumers");
    at_ = b_.place(d_.model.endpoint(id_).name, me_, {"to begin", "half done", "done", "crashed"});
    changed_ = b_.variable("change", store_, {"none", "written"});
    outbox_ = b_.variable("outbox", store_, {"empty", "holds the event"});
    heard_ = b_.variable("event", hearer_, {"not heard", "heard"});
    flight_ = b_.message("event " + publish_.event, 2);
    if (by_id_)
      other_ = b_.place("another", store_, {"none", "committed, with a later id", "sent"});
    direct_ ? two_steps() : one_transaction();
    delivery();
    const Conds half{{changed_, 1}, {heard_, 0}};
    b_.rests("no-lost-event", {half}, {{{changed_, 1}}},
             write_.target + " has changed and nobody ever hears of " + publish_.event);
    b_.never("no-phantom-event", {{{changed_, 0}, {heard_, 1}}}, {{{heard_, 1}}},
             publish_.event + " is heard of a change that isn't there");
    repairs();
    d_.out.push_back(b_.finish(publish_.span));
  }

 private:
  void two_steps() {
    Draft first = b_.rule(me_, write_first_ ? "writes " + write_.target : publishes());
    first.move(at_, 0, 1);
    write_first_ ? first.set(changed_, 1).to(store_).add() : first.put(flight_).to(broker_).add();
    Draft second = b_.rule(me_, write_first_ ? publishes() : "writes " + write_.target);
    second.move(at_, 1, 2);
    write_first_ ? second.put(flight_).to(broker_).add() : second.set(changed_, 1).to(store_).add();
    b_.rule(me_, "crashes between the two").move(at_, 1, 3).fault(Fault::Crash).add();
    if (!write_first_)
      b_.rule(me_, "fails to write " + write_.target + ": it is rolled back").move(at_, 1, 3).add();
  }

  void one_transaction() {
    if (by_id_) overtaken();
    b_.rule(me_,
            by_id_ ? "commits" : "writes " + write_.target + " and the event in one transaction")
        .move(at_, by_id_ ? 1 : 0, 2)
        .set(changed_, 1)
        .set(outbox_, 1)
        .to(store_)
        .add();
    b_.rule(me_, by_id_ ? "crashes before it commits" : "crashes before the transaction")
        .move(at_, by_id_ ? 1 : 0, 3)
        .fault(Fault::Crash)
        .add();
    const std::string text = publish_.via.value == PublishVia::ChangeCapture
                                 ? "reads the change from the log and publishes it"
                                 : "publishes the event of the outbox and removes it";
    Draft sends = b_.rule(store_, text);
    sends.move(outbox_, 1, 0).put(flight_).to(broker_);
    Draft again = b_.rule(store_, "publishes the event and crashes before it has noted that");
    again.when(outbox_, 1).put(flight_).fault(Fault::Crash);
    for (Draft* d : {&sends, &again}) {
      if (by_id_) d->one_of(other_, {0, 1});  // rows up to the last that it sent aren't looked at
      d->add();
    }
  }

  // Ids are given when rows are written, and rows are seen when they are committed.
  void overtaken() {
    b_.rule(me_, "writes " + write_.target + " and the event: the row has an id")
        .move(at_, 0, 1)
        .to(store_)
        .add();
    b_.rule(store_, "another transaction gets a later id, and commits")
        .move(other_, 0, 1)
        .when(at_, 1)
        .add();
    b_.rule(store_, "sends the other's event, and goes on after its id")
        .move(other_, 1, 2)
        .to(broker_)
        .add();
  }

  std::string publishes() const { return "publishes " + publish_.event; }

  void delivery() {
    b_.rule(broker_, "delivers " + publish_.event).take(flight_).set(heard_, 1).to(hearer_).add();
    if (channel_.delivery.or_else(Delivery::AtLeastOnce) == Delivery::AtMostOnce)
      b_.rule(broker_, "loses " + publish_.event).take(flight_).fault(Fault::Loss).add();
    else if (at_least_once(channel_))
      b_.rule(broker_, "delivers " + publish_.event + " twice")
          .move(flight_, 1, 2)
          .fault(Fault::Duplicate)
          .add();
  }

  void repairs() {
    const EndpointId id = id_;
    if (direct_)
      for (const char* property : {"no-lost-event", "no-phantom-event"})
        b_.repair(property, "via: outbox on " + publishes(), path_of(d_.model, id),
                  [id, &model = d_.model, &step = publish_](Mender& m) {
                    if (Step* same = same_step(m.model, model, id, step))
                      m.set(same->via, PublishVia::Outbox);
                  });
    if (by_id_)
      b_.repair("no-lost-event", "relay: unsent on " + publishes(), path_of(d_.model, id),
                [id, &model = d_.model, &step = publish_](Mender& m) {
                  if (Step* same = same_step(m.model, model, id, step))
                    m.set(same->relay, OutboxRelay::Unsent);
                });
    if (channel_.delivery.or_else(Delivery::AtLeastOnce) == Delivery::AtMostOnce)
      b_.repair("no-lost-event", "delivery: at-least-once", "channels." + channel_.name,
                [c = publish_.channel](Mender& m) {
                  m.set(m.model.channels[c].delivery, Delivery::AtLeastOnce);
                });
  }

  const Derivation& d_;
  EndpointId id_;
  const Step& write_;
  const Step& publish_;
  bool write_first_, direct_;
  bool by_id_;  // the outbox is relayed in the order of its ids
  const Channel& channel_;
  Builder b_;
  int me_ = 0, store_ = 0, broker_ = 0, hearer_ = 0;
  Var at_ = 0, changed_ = 0, outbox_ = 0, heard_ = 0, flight_ = 0, other_ = 0;
};

}  // namespace

void derive_events(const Derivation& d) {
  for (const EndpointId id : all_endpoints(d.model)) {
    const Step* write = nullptr;
    std::vector<const Step*> earlier;  // published before the first write
    std::vector<std::string> seen;
    for (const Step* step : steps_of(d.model.endpoint(id))) {
      if (step->kind == StepKind::Write && step->store.valid() &&
          !is_cache(d.model.stores[step->store])) {
        write = step;
        for (const Step* publish : earlier)
          Announcement(d, id, *write, *publish, false).read();
        earlier.clear();
      }
      if (step->kind != StepKind::Publish || !step->channel.valid()) continue;
      const std::string name = step->target + " " + step->event;
      if (std::ranges::find(seen, name) != seen.end()) continue;
      seen.push_back(name);
      if (write)
        Announcement(d, id, *write, *step, true).read();
      else
        earlier.push_back(step);
    }
  }
}

}  // namespace scantling::verify
