// A consumer and two messages of one key: are they handled in order, and does one that can't be
// handled stop the other?
#include <algorithm>

#include "verify/protocol.h"

namespace scantling::verify {
namespace {

class Consumer {
 public:
  Consumer(const Derivation& d, EndpointId id)
      : d_(d),
        id_(id),
        endpoint_(d.model.endpoint(id)),
        channel_(d.model.channels[endpoint_.consumes->id]),
        topic_(channel_.kind.or_else(ChannelKind::Topic) == ChannelKind::Topic),
        b_("consumer " + endpoint_name(d.model, id), path_of(d.model, id)) {}

  void read() {
    variables();
    for (int i = 0; i < 2; ++i)
      handle(i);
    poison();
    if (needs_order())
      b_.never("order-kept", {{{order_, 1}}}, {{{at_[1], kHandled}}},
               "a later event of a key is handled before an earlier one");
    b_.ends("no-blocked-partition", {{{poison_, 1}}},
            "a message that can't be handled is tried for ever" +
                std::string(topic_ ? ", and its partition waits behind it" : ""));
    repairs();
    d_.out.push_back(b_.finish(endpoint_.from.span));
  }

 private:
  enum : std::uint8_t { kUnsent, kWaiting, kTaken, kHandled, kDead };

  // A topic hands out a key in order when the key picks the partition; a queue never promises it.
  bool in_order() const {
    if (!topic_) return false;
    return (channel_.key && !channel_.key->empty()) || channel_.partitions.or_else({1}).value == 1;
  }
  // What it writes follows from several kinds of event, or the model asks for order by a key.
  bool needs_order() const {
    const bool writes = std::ranges::any_of(
        steps_of(endpoint_), [](const Step* s) { return s->kind == StepKind::Write; });
    if (!writes || !topic_) return false;
    if (channel_.key && !channel_.key->empty()) return true;
    const std::size_t kinds = endpoint_.events  ? endpoint_.events->size()
                              : channel_.events ? channel_.events->size()
                                                : 0;
    return kinds > 1;
  }

  void variables() {
    broker_ = b_.lane(channel_.name);
    me_ = b_.lane(endpoint_name(d_.model, id_));
    for (const char* name : {"earlier message", "later message"})
      at_.push_back(
          b_.variable(name, broker_, {"not sent", "waiting", "taken", "handled", "dead letter"}));
    poison_ = b_.variable("earlier message is", broker_, {"fine", "poison"});
    tries_ = b_.variable("attempts", me_, {"0", "1", "2"});
    order_ = b_.variable("order", me_, {"kept", "lost"});
  }

  void handle(int i) {
    const Var me = at_[static_cast<std::size_t>(i)], other = at_[static_cast<std::size_t>(1 - i)];
    const std::string name = i == 0 ? "the earlier message" : "the later message";
    Draft send = b_.rule(broker_, "gets " + name);
    send.move(me, kUnsent, kWaiting);
    if (i == 1) send.one_of(other, {kWaiting, kTaken, kHandled, kDead});
    send.add();
    Draft take = b_.rule(broker_, "delivers " + name);
    take.move(me, kWaiting, kTaken).to(me_);
    if (in_order() && i == 1) take.one_of(other, {kHandled, kDead});
    take.add();
    if (i == 0) {
      b_.rule(me_, "handles " + name)
          .move(me, kTaken, kHandled)
          .when(poison_, 0)
          .one_of(other, {kUnsent, kWaiting, kTaken})
          .add();
      b_.rule(me_, "handles " + name + " after the later one")
          .move(me, kTaken, kHandled)
          .when(poison_, 0)
          .when(other, kHandled)
          .set(order_, 1)
          .add();
    } else {
      b_.rule(me_, "handles " + name).move(me, kTaken, kHandled).add();
    }
    b_.rule(me_, "crashes: " + name + " is delivered again")
        .move(me, kTaken, kWaiting)
        .fault(Fault::Crash)
        .add();
  }

  bool gives_up() const { return channel_.dead_letter || channel_.attempts; }

  void poison() {
    b_.rule(me_, "can't handle the earlier message, whatever it tries")
        .when(at_[0], kTaken)
        .move(poison_, 0, 1)
        .fault(Fault::Poison)
        .add();
    const auto fails = [&](const std::string& text) {
      Draft draft = b_.rule(me_, text);
      draft.when(poison_, 1);
      return draft;
    };
    if (!gives_up()) {
      fails("fails at the earlier message, which is delivered again")
          .move(at_[0], kTaken, kWaiting)
          .add();
      return;
    }
    const int most =
        static_cast<int>(std::clamp<std::int64_t>(channel_.attempts.or_else({3}).value, 1, 3));
    for (int tried = 0; tried + 1 < most; ++tried)
      fails("fails at the earlier message, which is delivered again")
          .move(at_[0], kTaken, kWaiting)
          .move(tries_, tried, tried + 1)
          .add();
    fails(channel_.dead_letter ? "gives it up: to " + *channel_.dead_letter
                               : "gives it up: it is dropped")
        .move(at_[0], kTaken, kDead)
        .when(tries_, most - 1)
        .add();
    b_.note(
        "what is in the dead letter is not sent again here; whoever sends it again later does "
        "so out of order");
    if (channel_.attempts && channel_.attempts->value > 3)
      b_.note("more than 3 attempts stand as 3");
  }

  void repairs() {
    const ChannelId c = endpoint_.consumes->id;
    if (!gives_up())
      b_.repair("no-blocked-partition",
                "dead-letter: " + channel_.name + ".dead-letter, attempts: 5",
                "channels." + channel_.name, [c](Mender& m) {
                  m.set(m.model.channels[c].dead_letter, m.model.channels[c].name + ".dead-letter");
                  m.set(m.model.channels[c].attempts, Count{5});
                });
    if (!in_order())
      b_.repair("order-kept", "key: the id of what the events are about",
                "channels." + channel_.name,
                [c](Mender& m) { m.set(m.model.channels[c].key, std::string("id")); });
  }

  const Derivation& d_;
  EndpointId id_;
  const Endpoint& endpoint_;
  const Channel& channel_;
  bool topic_;
  Builder b_;
  int broker_ = 0, me_ = 0;
  std::vector<Var> at_;
  Var poison_ = 0, tries_ = 0, order_ = 0;
};

}  // namespace

void derive_consumers(const Derivation& d) {
  for (const EndpointId id : all_endpoints(d.model)) {
    const Endpoint& endpoint = d.model.endpoint(id);
    if (endpoint.consumes && endpoint.consumes->id.valid()) Consumer(d, id).read();
  }
}

}  // namespace scantling::verify
