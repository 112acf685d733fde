// Endpoints that are asked twice: by a channel that delivers at least once, or by a caller that
// tries again. Each of their effects must happen once.
#include <algorithm>

#include "verify/protocol.h"

namespace scantling::verify {
namespace {

struct Effect {
  const Step* step = nullptr;
  std::string name;     // "writes pay-db", "calls psp"
  bool local = false;   // in a store of its own
  bool keyed = false;   // a repetition is recognised where it takes effect
  ExternalId external;  // of a call of one
};

constexpr std::size_t kMostEffects = 8;

class Repeated {
 public:
  Repeated(const Derivation& d, EndpointId id, std::string who)
      : d_(d),
        id_(id),
        endpoint_(d.model.endpoint(id)),
        name_(endpoint_name(d.model, id)),
        who_(std::move(who)),
        by_key_(repeat_of(d, id) != Idempotency::No),
        b_("repetition of " + name_, path_of(d.model, id)) {}

  void read() {
    collect();
    if (effects_.empty()) return;
    if (effects_.size() > kMostEffects) {
      d_.left_out.push_back("repetition of " + name_ + " has more than " +
                            std::to_string(kMostEffects) + " effects");
      return;
    }
    variables();
    worker();
    faults();
    std::vector<Conds> twice, once;
    for (std::size_t i = 0; i < effects_.size(); ++i) {
      twice.push_back({{done_[i], 2}});
      once.push_back({{done_[i], 1}});
    }
    b_.never("effect-once", twice, once, "an effect of " + name_ + " takes place twice");
    repairs();
    d_.out.push_back(b_.finish(endpoint_.from.span));
  }

 private:
  void collect() {
    for (const Step* step : steps_of(endpoint_)) {
      if (step->kind == StepKind::Write && step->store.valid() &&
          !is_cache(d_.model.stores[step->store]))
        effects_.push_back(
            {step, "writes " + d_.model.stores[step->store].name, true, by_key_, {}});
      if (step->kind != StepKind::Call) continue;
      if (step->external.valid()) external(*step);
      if (step->endpoint.valid() && d_.calls.changes_something(step->endpoint))
        effects_.push_back(
            {step, "calls " + step->target, false, sent_along(repeat_of(d_, step->endpoint)), {}});
    }
    const bool changes = std::ranges::any_of(effects_, &Effect::local);
    if (!changes && !endpoint_.idempotent) effects_.clear();  // it only asks others
  }

  // A callee that knows repetitions by a key needs the same key each time.
  bool sent_along(Idempotency callee) const {
    return callee == Idempotency::Yes || (callee == Idempotency::ByKey && by_key_);
  }

  void external(const Step& step) {
    const External& e = d_.model.externals[step.external];
    if (!e.idempotent) {
      b_.note(e.name + " doesn't say whether it is idempotent: what it does twice isn't judged");
      return;
    }
    effects_.push_back({&step, "calls " + e.name, false, sent_along(*e.idempotent), step.external});
  }

  void variables() {
    caller_ = b_.lane(who_);
    me_ = b_.lane(d_.model.services[id_.service].name);
    std::vector<std::string> texts{"idle"};
    for (const Effect& e : effects_)
      texts.push_back("before it " + e.name);
    texts.emplace_back("to answer");
    at_ = b_.place(endpoint_.name, me_, texts);
    asked_ = b_.message("request " + name_, 2);
    started_ = b_.place("asked", caller_, {"not yet", "asked"});
    for (const Effect& e : effects_) {
      const int lane =
          e.local ? b_.lane(d_.model.stores[e.step->store].name)
                  : b_.lane(e.external.valid() ? d_.model.externals[e.external].name
                                               : d_.model.services[e.step->endpoint.service].name);
      lanes_.push_back(lane);
      done_.push_back(b_.variable(e.name, lane, {"not done", "done", "done twice"}));
    }
  }

  int last() const { return static_cast<int>(effects_.size()) + 1; }

  // The next write of its own after effect i: its record of what has been done.
  int record_after(std::size_t i) const {
    for (std::size_t j = i + 1; j < effects_.size(); ++j)
      if (effects_[j].local) return static_cast<int>(j);
    return -1;
  }

  void worker() {
    b_.rule(caller_, "asks for " + name_).move(started_, 0, 1).put(asked_).to(me_).add();
    b_.rule(me_, "begins").move(at_, 0, 1).has(asked_).from(caller_).add();
    for (std::size_t i = 0; i < effects_.size(); ++i) {
      const int now = static_cast<int>(i) + 1;
      const Effect& e = effects_[i];
      b_.rule(me_, e.name).move(at_, now, now + 1).move(done_[i], 0, 1).to(lanes_[i]).add();
      const int record = by_key_ && !e.local ? record_after(i) : -1;
      const auto again = [&](const std::string& text) {
        Draft draft = b_.rule(me_, text);
        draft.move(at_, now, now + 1).to(lanes_[i]);
        return draft;
      };
      if (e.keyed) {
        again(e.name + ": it is known there").when(done_[i], 1).add();
      } else if (record >= 0) {
        again("has a record that it " + e.name).when(done_[i], 1).when(done_[at(record)], 1).add();
        again(e.name + " a second time").move(done_[i], 1, 2).when(done_[at(record)], 0).add();
      } else {
        again(e.name + " a second time").move(done_[i], 1, 2).add();
      }
      again(e.name + " once more").when(done_[i], 2).add();
    }
    b_.rule(me_, "answers").move(at_, last(), 0).take(asked_).to(caller_).add();
  }
  static std::size_t at(int i) { return static_cast<std::size_t>(i); }

  void faults() {
    for (int now = 1; now <= last(); ++now)
      b_.rule(me_, "crashes: the request is delivered again")
          .move(at_, now, 0)
          .fault(Fault::Crash)
          .add();
    const bool consumed = endpoint_.consumes.has();
    b_.rule(caller_, consumed ? "delivers the message twice" : "gives up waiting and asks again")
        .move(asked_, 1, 2)
        .to(me_)
        .fault(consumed ? Fault::Duplicate : Fault::Timeout)
        .add();
    b_.note("one request, repeated by " + who_ + "; repetitions are handled one after the other");
  }

  void repairs() {
    if (repeat_of(d_, id_) == Idempotency::No)
      b_.repair("effect-once", "idempotent: by key", path_of(d_.model, id_), [id = id_](Mender& m) {
        m.set(m.model.endpoint(id).idempotent, Idempotency::ByKey);
      });
    for (const Effect& e : effects_) {
      if (e.keyed || e.local) continue;
      if (e.external.valid()) {
        if (*d_.model.externals[e.external].idempotent == Idempotency::No)
          b_.repair(
              "effect-once", "idempotent: by key",
              "externals." + d_.model.externals[e.external].name + " (its owner has to offer that)",
              [x = e.external](Mender& m) {
                m.foreign = true;
                m.set(m.model.externals[x].idempotent, Idempotency::ByKey);
              });
      } else if (repeat_of(d_, e.step->endpoint) == Idempotency::No) {
        b_.repair("effect-once", "idempotent: by key", path_of(d_.model, e.step->endpoint),
                  [x = e.step->endpoint](Mender& m) {
                    m.set(m.model.endpoint(x).idempotent, Idempotency::ByKey);
                  });
      }
    }
  }

  const Derivation& d_;
  EndpointId id_;
  const Endpoint& endpoint_;
  std::string name_, who_;
  bool by_key_;
  Builder b_;
  std::vector<Effect> effects_;
  std::vector<int> lanes_;
  std::vector<Var> done_;
  int caller_ = 0, me_ = 0;
  Var at_ = 0, asked_ = 0, started_ = 0;
};

}  // namespace

void derive_repeats(const Derivation& d) {
  for (const EndpointId id : all_endpoints(d.model)) {
    const std::string who = repeater_of(d, id);
    if (!who.empty()) Repeated(d, id, who).read();
  }
}

}  // namespace scantling::verify
