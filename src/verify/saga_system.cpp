// The protocol of a saga. A participant's local transaction is atomic, and so is the coordinator's
// entry in its log. A crash with its restart is one fault: what was in memory is gone, and the log
// is replayed. A timeout is a step when nothing is on its way any more, and a fault before that.
#include <algorithm>

#include "verify/saga_shape.h"

namespace scantling::verify {
namespace {

const std::vector<std::string> kStepTexts = {"nothing",
                                             "done",
                                             "refused",
                                             "undone",
                                             "barred",
                                             "done twice",
                                             "done after undo",
                                             "undone too often",
                                             "nothing, undo came first"};

struct StepVars {
  Var state = 0, ask = 0, yes = 0, no = 0, ask_undo = 0, undone = 0;
  Var pending = 0;  // where runs meet in a lock
};

constexpr std::uint8_t kInEffect[] = {kDone, kTwice, kLate};

bool in_effect(int state) {
  return std::ranges::find(kInEffect, state) != std::ranges::end(kInEffect);
}

class SagaSystem {
 public:
  explicit SagaSystem(const SagaShape& shape) : shape_(shape), at_{count()} {
    out_.name = "saga " + shape.name;
    out_.element = shape.element;
    out_.lanes = shape.lanes;
    out_.instances = shape.instances;
    out_.notes = shape.notes;
  }

  System build() {
    for (int i = 0; i < shape_.instances; ++i)
      variables(i);
    for (int i = 0; i < shape_.instances; ++i) {
      instance_ = i;
      if (shape_.orchestrated) {
        coordinator();
      } else {
        Draft(out_, 0, of_run("starts the saga"))
            .move(control(), at_.idle(), at_.asks(0))
            .put(vars(0).ask)
            .to(step(0).lane)
            .element(shape_.element)
            .instance(i)
            .add();
      }
      for (int k = 0; k < count(); ++k) {
        participant_does(k);
        if (step(k).has_undo()) participant_undoes(k);
        transport(k);
      }
    }
    properties();
    return std::move(out_);
  }

 private:
  int count() const { return static_cast<int>(shape_.steps.size()); }
  const SagaStepShape& step(int k) const { return shape_.steps[static_cast<std::size_t>(k)]; }
  const StepVars& vars(int k) const {
    return vars_[static_cast<std::size_t>(instance_ * count() + k)];
  }
  Var control() const { return control_[static_cast<std::size_t>(instance_)]; }
  Var tries() const { return tries_[static_cast<std::size_t>(instance_)]; }
  std::string of_run(const std::string& text) const {
    return (shape_.instances > 1 ? "run " + std::to_string(instance_ + 1) + ": " : "") + text;
  }
  Draft draft(int lane, const std::string& text, int k) {
    Draft d(out_, lane, of_run(text));
    d.element(step(k).element).instance(instance_);
    return d;
  }

  Var variable(const std::string& name, int values, int lane, std::vector<std::string> texts,
               bool message) {
    Variable v;
    v.name = of_run(name);
    v.values = values;
    v.lane = lane;
    v.instance = instance_;
    v.slot = slot_++;
    v.texts = std::move(texts);
    v.message = message;
    out_.variables.push_back(std::move(v));
    return static_cast<Var>(out_.variables.size() - 1);
  }

  std::vector<std::string> coordinator_texts() const {
    std::vector<std::string> out(static_cast<std::size_t>(at_.count()));
    const auto text = [&](int value) -> std::string& {
      return out[static_cast<std::size_t>(value)];
    };
    text(at_.idle()) = "idle";
    for (int k = 0; k < count(); ++k) {
      text(at_.asks(k)) = "to do " + step(k).name;
      text(at_.waits(k)) = "waits for " + step(k).name;
      text(at_.undoes(k)) = "to undo " + step(k).name;
      text(at_.waits_undo(k)) = "waits for the undo of " + step(k).name;
    }
    text(at_.completed()) = "completed";
    text(at_.compensated()) = "compensated";
    text(at_.lost()) = "forgotten";
    return out;
  }

  void variables(int i) {
    instance_ = i;
    slot_ = 0;
    control_.push_back(variable(shape_.name, at_.count(), 0, coordinator_texts(), false));
    out_.variables.back().quiet = true;
    int most = 1;
    for (const SagaStepShape& s : shape_.steps)
      most = std::max(most, s.attempts);
    tries_.push_back(variable("attempts", most, 0, {}, false));
    out_.variables.back().quiet = true;
    const int n = shape_.copies + 1;
    for (int k = 0; k < count(); ++k) {
      const std::string& name = step(k).name;
      StepVars v;
      v.state = variable(name, kStepStates, step(k).lane, kStepTexts, false);
      v.ask = variable("request " + name, n, -1, {}, true);
      v.yes = variable("answer " + name, n, -1, {}, true);
      v.no = variable("refusal " + name, n, -1, {}, true);
      v.ask_undo = variable("request " + undo_name(k), n, -1, {}, true);
      v.undone = variable("answer " + undo_name(k), n, -1, {}, true);
      if (locks(k))
        v.pending = variable("lock of " + name, 2, step(k).lane, {"free", "held"}, false);
      vars_.push_back(v);
    }
  }

  std::string undo_name(int k) const {
    return step(k).has_undo() ? step(k).undo_name : "undo of " + step(k).name;
  }
  // The step to undo before k is reached again, from k downwards; -1: none.
  int undo_from(int k) const {
    while (k >= 0 && !step(k).has_undo())
      --k;
    return k;
  }
  int after_undo(int k) const {
    const int next = undo_from(k);
    return next < 0 ? at_.compensated() : at_.undoes(next);
  }
  bool must_succeed(int k) const { return shape_.pivot >= 0 && k > shape_.pivot; }

  // --- the coordinator ---

  void coordinator() {
    Draft(out_, 0, of_run("starts the saga"))
        .move(control(), at_.idle(), at_.asks(0))
        .element(shape_.element)
        .instance(instance_)
        .add();
    for (int k = 0; k < count(); ++k) {
      forward(k);
      if (step(k).has_undo()) backward(k);
      crashes(k);
    }
  }

  void forward(int k) {
    const int lane = step(k).lane, waits = at_.waits(k);
    draft(0, "asks for " + step(k).name, k)
        .move(control(), at_.asks(k), waits)
        .put(vars(k).ask)
        .to(lane)
        .add();
    const int next = k + 1 < count() ? at_.asks(k + 1) : at_.completed();
    Draft done = draft(0, "learns that " + step(k).name + " is done", k);
    done.move(control(), waits, next).take(vars(k).yes).set(tries(), 0).from(lane);
    if (next == at_.completed()) free_all(done);
    done.add();
    if (may_refuse(k))
      draft(0, "learns that " + step(k).name + " is refused", k)
          .move(control(), waits, after_undo(k - 1))
          .take(vars(k).no)
          .set(tries(), 0)
          .from(lane)
          .add();
    no_answer(k, "has no answer to " + step(k).name, Fault::None);
    if (shape_.early_timeouts)
      no_answer(k, "stops waiting for " + step(k).name + ", which is still on its way",
                Fault::Timeout);
  }

  // A refusal is an answer only while the saga can still go back.
  bool may_refuse(int k) const { return !must_succeed(k); }

  void no_answer(int k, const std::string& text, Fault fault) {
    const int attempts = must_succeed(k) ? 0 : step(k).attempts;
    const auto begin = [&](const std::string& what) {
      Draft d = draft(0, text + ": " + what, k);
      d.fault(fault);
      if (fault == Fault::None) d.when(vars(k).ask, 0).when(vars(k).yes, 0).when(vars(k).no, 0);
      return d;
    };
    if (attempts == 0) {
      begin("asks again").move(control(), at_.waits(k), at_.asks(k)).add();
      return;
    }
    for (int tried = 0; tried + 1 < attempts; ++tried)
      begin("asks again")
          .move(control(), at_.waits(k), at_.asks(k))
          .move(tries(), tried, tried + 1)
          .add();
    begin("gives it up")
        .move(control(), at_.waits(k), after_undo(k))
        .move(tries(), attempts - 1, 0)
        .add();
  }

  void backward(int k) {
    const int lane = step(k).lane, waits = at_.waits_undo(k);
    draft(0, "asks for " + undo_name(k), k)
        .move(control(), at_.undoes(k), waits)
        .put(vars(k).ask_undo)
        .to(lane)
        .add();
    draft(0, "learns that " + step(k).name + " is undone", k)
        .move(control(), waits, after_undo(k - 1))
        .take(vars(k).undone)
        .from(lane)
        .add();
    draft(0, "has no answer to " + undo_name(k) + ": asks again", k)
        .move(control(), waits, at_.undoes(k))
        .when(vars(k).ask_undo, 0)
        .when(vars(k).undone, 0)
        .add();
    if (shape_.early_timeouts)
      draft(0, "stops waiting for " + undo_name(k) + ", which is still on its way: asks again", k)
          .move(control(), waits, at_.undoes(k))
          .fault(Fault::Timeout)
          .add();
  }

  void crashes(int k) {
    if (!shape_.crashes) return;
    const auto crash = [&](int from, int to, const char* text) {
      draft(0, text, k).move(control(), from, to).fault(Fault::Crash).add();
    };
    if (!shape_.durable) {
      const char* text = "crashes, and knows nothing of the saga any more";
      crash(at_.asks(k), at_.lost(), text);
      crash(at_.waits(k), at_.lost(), text);
      if (!step(k).has_undo()) return;
      crash(at_.undoes(k), at_.lost(), text);
      crash(at_.waits_undo(k), at_.lost(), text);
      return;
    }
    const char* text = "crashes, restarts, and goes on from its log";
    crash(at_.waits(k), at_.asks(k), text);
    if (step(k).has_undo()) crash(at_.waits_undo(k), at_.undoes(k), text);
  }

  // --- participants ---

  // Orchestrated: an answer to the coordinator. Choreographed: the event that the next one hears.
  void answer_done(Draft& d, int k) const {
    if (shape_.orchestrated)
      d.put(vars(k).yes);
    else if (k + 1 < count())
      d.put(vars(k + 1).ask);
  }
  void answer_refused(Draft& d, int k) const {
    if (shape_.orchestrated)
      d.put(vars(k).no);
    else if (const int back = undo_from(k - 1); back >= 0)
      d.put(vars(back).ask_undo);
  }
  void answer_undone(Draft& d, int k) const {
    if (shape_.orchestrated)
      d.put(vars(k).undone);
    else if (const int back = undo_from(k - 1); back >= 0)
      d.put(vars(back).ask_undo);
  }

  // --- semantic locks: what a run has changed is pending until it ends ---

  // With one run there is nobody to meet. A lock is taken to name its run: it is free at once when
  // that run's end is recorded. Waiting for it is no timeout by itself: giving up is a fault here.
  bool locks(int k) const { return shape_.instances > 1 && step(k).locks; }
  void await_lock(Draft& d, int k) const {
    if (!locks(k)) return;
    for (int other = 0; other < shape_.instances; ++other)
      if (other != instance_)
        d.when(vars_[static_cast<std::size_t>(other * count() + k)].pending, 0);
  }
  void lock(Draft& d, int k) const {
    await_lock(d, k);
    if (locks(k)) d.set(vars(k).pending, 1);
  }
  void free_all(Draft& d) const {
    for (int k = 0; k < count(); ++k)
      if (locks(k)) d.set(vars(k).pending, 0);
  }

  enum class Answer { Done, Refused, None };
  void handle(int k, int from, int to, Answer answer, const std::string& text) {
    Draft d = draft(step(k).lane, text, k);
    d.move(vars(k).state, from, to).take(vars(k).ask).from(0);
    // Nobody asks a second time in a choreography: a repetition is ignored, not answered.
    const bool again = from == to && !shape_.orchestrated;
    if (answer == Answer::Done && !again) answer_done(d, k);
    if (answer == Answer::Refused && !again) answer_refused(d, k);
    const bool takes_effect = in_effect(to) && !in_effect(from);
    const bool last = !shape_.orchestrated && k + 1 == count();
    if (takes_effect && last) free_all(d);
    if (takes_effect && !last) lock(d, k);
    if (from == kNothing && to == kRefused) await_lock(d, k);  // what is pending may decide it
    d.add();
    if (!step(k).direct || answer != Answer::Done || from == to || k + 1 == count()) return;
    Draft crash = draft(step(k).lane, text + ", and crashes before it publishes that", k);
    crash.move(vars(k).state, from, to).has(vars(k).ask).fault(Fault::Crash);
    if (takes_effect) lock(crash, k);
    crash.add();
  }

  void participant_does(int k) {
    const SagaStepShape& s = step(k);
    const std::string& name = s.name;
    const bool by_key = s.repeat == Idempotency::ByKey;
    const bool refuses = s.refuses && !must_succeed(k);
    handle(k, kNothing, kDone, Answer::Done, "does " + name);
    if (refuses) handle(k, kNothing, kRefused, Answer::Refused, "refuses " + name);
    if (s.repeat == Idempotency::No)
      handle(k, kDone, kTwice, Answer::Done, "does " + name + " a second time");
    else
      handle(k, kDone, kDone, Answer::Done, "has done " + name + " already");
    handle(k, kTwice, kTwice, Answer::Done, "has done " + name + " already");
    if (refuses) {
      handle(k, kRefused, kRefused, Answer::Refused, "refuses " + name + " again");
      if (!by_key)
        handle(k, kRefused, kDone, Answer::Done, "does " + name + ", which it had refused");
    }
    if (!s.has_undo()) return;
    for (const int undone : {int{kUndone}, int{kOverdone}}) {
      if (s.tombstone)
        handle(k, undone, undone, Answer::Refused, "finds " + name + " undone and refuses it");
      else if (by_key)
        handle(k, undone, undone, Answer::Done, "knows " + name + " by its key and does nothing");
      else
        handle(k, undone, kLate, Answer::Done, "does " + name + " after its undo");
    }
    if (s.tombstone)
      handle(k, kBarred, kBarred, Answer::Refused, "finds the undo of " + name + ": refuses it");
    handle(k, kEmpty, kLate, Answer::Done, "does " + name + " after its undo");
    handle(k, kLate, kLate, Answer::Done, "has done " + name + " already");
  }

  void undo(int k, int from, int to, const std::string& text) {
    Draft d = draft(step(k).lane, text, k);
    d.move(vars(k).state, from, to).take(vars(k).ask_undo).from(0);
    if (shape_.orchestrated || from != to) answer_undone(d, k);
    if (in_effect(from) && locks(k)) d.set(vars(k).pending, 0);
    d.add();
  }

  void participant_undoes(int k) {
    const SagaStepShape& s = step(k);
    const std::string& name = s.undo_name;
    const bool repeatable = s.undo_repeat != Idempotency::No;
    for (const int done : {int{kDone}, int{kTwice}, int{kLate}})
      undo(k, done, kUndone, "does " + name);
    for (const int empty : {int{kNothing}, int{kRefused}, int{kEmpty}}) {
      if (s.tombstone)
        undo(k, empty, kBarred, "finds nothing to undo and bars " + s.name);
      else if (repeatable)
        undo(k, empty, empty == kRefused ? empty : kEmpty, "finds nothing to undo for " + name);
      else
        undo(k, empty, kOverdone, "does " + name + " though there is nothing to undo");
    }
    if (repeatable)
      undo(k, kUndone, kUndone, "has done " + name + " already");
    else
      undo(k, kUndone, kOverdone, "does " + name + " a second time");
    undo(k, kBarred, kBarred, "has done " + name + " already");
    undo(k, kOverdone, kOverdone, "has done " + name + " already");
  }

  // --- what happens on the way ---

  void message_faults(int k, Var message, const Transport& transport, const std::string& text) {
    if (transport.loses)
      draft(step(k).lane, text + " is lost", k).take(message).fault(Fault::Loss).add();
    if (transport.duplicates)
      draft(step(k).lane, text + " is delivered twice", k)
          .when(message, 1)
          .set(message, std::min(2, shape_.copies))
          .fault(Fault::Duplicate)
          .add();
  }

  void transport(int k) {
    const SagaStepShape& s = step(k);
    message_faults(k, vars(k).ask, s.transport, "the request " + s.name);
    if (shape_.orchestrated) {
      message_faults(k, vars(k).yes, s.transport, "the answer of " + s.name);
      if (may_refuse(k)) message_faults(k, vars(k).no, s.transport, "the refusal of " + s.name);
    }
    if (!s.has_undo()) return;
    message_faults(k, vars(k).ask_undo, s.undo_transport, "the request " + s.undo_name);
    if (shape_.orchestrated)
      message_faults(k, vars(k).undone, s.undo_transport, "the answer of " + s.undo_name);
  }

  // --- what must hold ---

  void never(const std::string& name, const std::vector<std::uint8_t>& wrong,
             const std::vector<std::uint8_t>& premise, const std::string& broken) {
    Property p{name, Shape::Never, {}, {}, broken, shape_.element};
    for (instance_ = 0; instance_ < shape_.instances; ++instance_)
      for (int k = 0; k < count(); ++k) {
        for (const std::uint8_t w : wrong)
          p.states.push_back({{vars(k).state, w}});
        for (const std::uint8_t w : premise)
          p.premise.push_back({{vars(k).state, w}});
      }
    out_.properties.push_back(std::move(p));
  }

  void ends_whole() {
    Property p{"ends-whole", Shape::Rests, {}, {}, "", shape_.element};
    p.broken = "the saga rests with some steps done and others not";
    for (instance_ = 0; instance_ < shape_.instances; ++instance_) {
      shape_.orchestrated ? whole_by_coordinator(p) : whole_by_steps(p);
      if (!shape_.orchestrated) whole_by_locks(p);
    }
    out_.properties.push_back(std::move(p));
  }

  static constexpr std::uint8_t kNotInEffect[] = {kNothing, kRefused,  kUndone,
                                                  kBarred,  kOverdone, kEmpty};

  void whole_by_coordinator(Property& p) {
    const auto value = [](int v) { return static_cast<std::uint8_t>(v); };
    for (int c = 0; c < at_.count(); ++c) {
      if (c == at_.completed()) {
        for (int k = 0; k < count(); ++k)
          for (const std::uint8_t w : kNotInEffect)
            p.states.push_back({{control(), value(c)}, {vars(k).state, w}});
      } else if (c == at_.compensated()) {
        for (int k = 0; k < count(); ++k)
          for (const std::uint8_t w : kInEffect)
            p.states.push_back({{control(), value(c)}, {vars(k).state, w}});
      } else if (c != at_.lost()) {
        p.states.push_back({{control(), value(c)}});
      }
    }
    p.premise.push_back({{control(), value(at_.completed())}});
  }

  void whole_by_steps(Property& p) {
    for (int a = 0; a < count(); ++a)
      for (int b = 0; b < count(); ++b) {
        if (a == b) continue;
        for (const std::uint8_t done : kInEffect)
          for (const std::uint8_t not_done : kNotInEffect) {
            Conds c{{vars(a).state, done}, {vars(b).state, not_done}};
            std::ranges::sort(c);
            p.states.push_back(std::move(c));
          }
      }
    p.premise.push_back({{vars(count() - 1).state, kDone}});
  }

  // A request that nobody will take: it waits for a lock.
  void whole_by_locks(Property& p) const {
    for (int k = 0; k < count(); ++k)
      for (int n = 1; locks(k) && n <= shape_.copies; ++n)
        p.states.push_back({{vars(k).ask, static_cast<std::uint8_t>(n)}});
  }

  void properties() {
    ends_whole();
    Property ends{"ends", Shape::Ends, {}, {}, "the saga never comes to rest", shape_.element};
    out_.properties.push_back(std::move(ends));
    const bool undoes =
        std::ranges::any_of(shape_.steps, [](const SagaStepShape& s) { return s.has_undo(); });
    if (undoes)
      never("undo-follows-do", {kLate, kOverdone}, {kUndone, kBarred, kEmpty},
            "a step took effect after its undo, or its undo without it");
    never("effect-once", {kTwice}, {kDone}, "a step took effect twice");
    if (!shape_.orchestrated || !shape_.crashes) return;
    Property p{"recovers", Shape::Never, {}, {}, "", shape_.element};
    p.broken = "after a crash nobody goes on with the saga";
    for (instance_ = 0; instance_ < shape_.instances; ++instance_) {
      p.states.push_back({{control(), static_cast<std::uint8_t>(at_.lost())}});
      p.premise.push_back({{control(), static_cast<std::uint8_t>(at_.completed())}});
    }
    out_.properties.push_back(std::move(p));
  }

  const SagaShape& shape_;
  CoordinatorStates at_;
  System out_;
  std::vector<Var> control_, tries_;
  std::vector<StepVars> vars_;
  int instance_ = 0;
  int slot_ = 0;
};

}  // namespace

System saga_system(const SagaShape& shape) {
  return SagaSystem(shape).build();
}

}  // namespace scantling::verify
