// Sagas: each step's participant, the way of its messages, and what the model says about
// repetition. How long it may take is a sum.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "verify/protocol.h"
#include "verify/reduce.h"
#include "verify/saga_shape.h"

namespace scantling::verify {
namespace {

constexpr std::size_t kMostSteps = 16;

std::string step_path(const Saga& saga, std::size_t k) {
  return "sagas." + saga.name + ".steps[" + std::to_string(k) + "]";
}

int lane_of(std::vector<std::string>& lanes, const std::string& name) {
  const auto it = std::ranges::find(lanes, name);
  if (it != lanes.end()) return static_cast<int>(it - lanes.begin());
  lanes.push_back(name);
  return static_cast<int>(lanes.size()) - 1;
}

// A call's connection may break; a channel does what its delivery says.
Transport transport_of(const Derivation& d, EndpointId id) {
  const Endpoint& endpoint = d.model.endpoint(id);
  if (!endpoint.consumes || !endpoint.consumes->id.valid()) return {true, false};
  const Delivery delivery =
      d.model.channels[endpoint.consumes->id].delivery.or_else(Delivery::AtLeastOnce);
  return {delivery == Delivery::AtMostOnce, delivery == Delivery::AtLeastOnce};
}

bool publishes_directly(const Endpoint& endpoint) {
  bool direct = false;
  for (const Step* step : steps_of(endpoint))
    direct |= step->kind == StepKind::Publish &&
              step->via.or_else(PublishVia::Direct) == PublishVia::Direct;
  return direct;
}

int attempts_of_step(const SagaStep& step) {
  if (step.attempts) return static_cast<int>(std::clamp<std::int64_t>(step.attempts->value, 1, 3));
  return step.timeout ? 1 : 0;
}

class SagaReader {
 public:
  SagaReader(const Derivation& d, SagaId id) : d_(d), id_(id), saga_(d.model.sagas[id]) {}

  void read() {
    if (saga_.steps.value.empty()) return;
    if (saga_.steps->size() > kMostSteps) {
      d_.left_out.push_back("saga " + saga_.name + " has more than " + std::to_string(kMostSteps) +
                            " steps");
      return;
    }
    for (const SagaStep& step : *saga_.steps)
      if (!step.do_endpoint.valid()) return;  // the reader has said so
    shape();
    Protocol out{system_of_runs(), {}, {}, saga_.from.span};
    bound(out);
    repairs(out.repairs);
    d_.out.push_back(std::move(out));
  }

 private:
  const std::vector<SagaStep>& steps() const { return *saga_.steps; }

  void shape() {
    shape_.name = saga_.name;
    shape_.element = "sagas." + saga_.name;
    shape_.orchestrated = saga_.style.or_else(SagaStyle::Orchestrated) == SagaStyle::Orchestrated;
    shape_.durable = saga_.durable.or_else(true);
    const bool led = saga_.coordinator && saga_.coordinator->id.valid();
    shape_.lanes = {led                   ? d_.model.services[saga_.coordinator->id].name
                    : shape_.orchestrated ? "coordinator"
                                          : "who asks"};
    for (std::size_t k = 0; k < steps().size(); ++k) {
      shape_.steps.push_back(step_shape(k));
      if (steps()[k].pivot.or_else(false) && shape_.pivot < 0) shape_.pivot = static_cast<int>(k);
    }
    if (std::ranges::any_of(steps(),
                            [](const SagaStep& s) { return s.attempts && s.attempts->value > 3; }))
      shape_.notes.push_back("more than 3 attempts stand as 3");
  }

  // One run where runs share nothing: it stands for any number.
  System system_of_runs() {
    shape_.instances = d_.runs > 0 ? d_.runs : 2;
    System out = saga_system(shape_);
    if (d_.runs == 0 && instances_are_apart(out)) {
      shape_.instances = 1;
      out = saga_system(shape_);
      out.runs = "any number of runs at once";
      out.notes.push_back(
          "runs of a saga share nothing here, so that one stands for any number; what runs share "
          "is what `isolated` and `invariant` are about");
      return out;
    }
    out.runs = shape_.instances == 1 ? "1 run" : std::to_string(shape_.instances) + " runs at once";
    if (shape_.instances > 1 && std::ranges::any_of(shape_.steps, &SagaStepShape::locks))
      out.notes.push_back("runs of a saga that has semantic locks are about the same data");
    return out;
  }

  SagaStepShape step_shape(std::size_t k) {
    const SagaStep& step = steps()[k];
    SagaStepShape s;
    s.name = step.do_target;
    s.element = step_path(saga_, k);
    s.lane = lane_of(shape_.lanes, d_.model.services[step.do_endpoint.service].name);
    s.repeat = repeat_of(d_, step.do_endpoint);
    s.transport = transport_of(d_, step.do_endpoint);
    s.tombstone = step.tombstone.or_else(false);
    s.locks = step.semantic_lock.or_else(false);
    s.attempts = attempts_of_step(step);
    s.direct = publishes_directly(d_.model.endpoint(step.do_endpoint));
    if (step.undo_endpoint.valid()) {
      s.undo_name = step.undo_target;
      s.undo_repeat = repeat_of(d_, step.undo_endpoint);
      s.undo_transport = transport_of(d_, step.undo_endpoint);
    }
    return s;
  }

  // What the last steps add up to when each is tried to its end, and then all is undone.
  void bound(Protocol& out) const {
    Field<Duration> within = saga_.within;
    if (!within && saga_.implements && saga_.implements->id.valid())
      within = d_.model.operations[saga_.implements->id].within;
    if (!within) return;
    double total = 0;
    std::string text;
    for (const SagaStep& step : steps()) {
      if (!step.timeout) continue;
      const double attempts =
          static_cast<double>(std::max<std::int64_t>(1, step.attempts.or_else({1}).value));
      const double once = attempts * step.timeout->seconds();
      const bool undone = step.undo_endpoint.valid() && &step != &steps().back();
      total += once * (undone ? 2 : 1);
      text += (text.empty() ? "" : " + ") + std::string(undone ? "2 x " : "") +
              number_text(attempts, 3) + " x " + readable(*step.timeout) + " (" + step.do_target +
              ")";
    }
    if (text.empty()) return;
    const bool holds = total <= within->seconds();
    out.sums.push_back({"bounded", shape_.element, holds ? Outcome::Holds : Outcome::Fails,
                        text + " = " + readable_seconds(total) +
                            (holds ? ", within " : ", more than ") + readable(*within)});
    if (!holds)
      out.repairs.push_back(
          {"bounded", "within: " + to_text(Duration::from_seconds(std::ceil(total))),
           shape_.element, [id = id_, total](Mender& m) {
             const Saga& saga = m.model.sagas[id];
             // What was promised of the operation is not made longer by the saga's own bound.
             m.overrules |= saga.implements && saga.implements->id.valid() &&
                            m.model.operations[saga.implements->id].within.fixed();
             m.set(m.model.sagas[id].within, Duration::from_seconds(std::ceil(total)));
           }});
  }

  void by_key(std::vector<Repair>& out, const char* property, EndpointId e) const {
    if (!e.valid() || repeat_of(d_, e) != Idempotency::No) return;
    out.push_back({property, "idempotent: by key", path_of(d_.model, e),
                   [e](Mender& m) { m.set(m.model.endpoint(e).idempotent, Idempotency::ByKey); }});
  }

  void repairs(std::vector<Repair>& out) const {
    if (!shape_.durable)
      out.push_back({"recovers", "durable: true", shape_.element,
                     [id = id_](Mender& m) { m.set(m.model.sagas[id].durable, true); }});
    held_locks(out);
    for (std::size_t k = 0; k < steps().size(); ++k) {
      const SagaStep& step = steps()[k];
      by_key(out, "effect-once", step.do_endpoint);
      by_key(out, "undo-follows-do", step.undo_endpoint);
      if (step.undo_endpoint.valid() && !step.tombstone.or_else(false))
        out.push_back(
            {"undo-follows-do", "tombstone: true", step_path(saga_, k), [id = id_, k](Mender& m) {
               m.set(m.model.sagas[id].steps.value[k].tombstone, true);
             }});
      delivery(out, k);
    }
    forward_only(out);
    order(out);
  }

  // A run that nobody goes on with holds its locks for ever.
  void held_locks(std::vector<Repair>& out) const {
    if (shape_.durable || std::ranges::none_of(shape_.steps, &SagaStepShape::locks)) return;
    out.push_back({"ends-whole", "durable: true", shape_.element,
                   [id = id_](Mender& m) { m.set(m.model.sagas[id].durable, true); }});
  }

  void delivery(std::vector<Repair>& out, std::size_t k) const {
    const SagaStep& step = steps()[k];
    if (shape_.orchestrated) return;
    if (shape_.steps[k].direct && k + 1 < steps().size())
      out.push_back({"ends-whole", "via: outbox", path_of(d_.model, step.do_endpoint),
                     [e = step.do_endpoint](Mender& m) {
                       for (const Step* s : steps_of(m.model.endpoint(e)))
                         if (s->kind == StepKind::Publish)
                           m.set(const_cast<Step*>(s)->via, PublishVia::Outbox);
                     }});
    for (const EndpointId e : {step.do_endpoint, step.undo_endpoint}) {
      if (!e.valid() || !transport_of(d_, e).loses) continue;
      const Endpoint& endpoint = d_.model.endpoint(e);
      if (!endpoint.consumes) continue;
      const ChannelId channel = endpoint.consumes->id;
      out.push_back({"ends-whole", "delivery: at-least-once",
                     "channels." + d_.model.channels[channel].name, [channel](Mender& m) {
                       m.set(m.model.channels[channel].delivery, Delivery::AtLeastOnce);
                     }});
    }
  }

  // A step that can't be undone, and is given up though it may have been done.
  void forward_only(std::vector<Repair>& out) const {
    for (std::size_t k = 0; k < steps().size(); ++k) {
      const SagaStep& step = steps()[k];
      if (step.undo_endpoint.valid() || attempts_of_step(step) == 0) continue;
      out.push_back({"ends-whole", "no `timeout` and `attempts`: it is tried until it answers",
                     step_path(saga_, k), [id = id_, k](Mender& m) {
                       m.clear(m.model.sagas[id].steps.value[k].timeout);
                       m.clear(m.model.sagas[id].steps.value[k].attempts);
                     }});
    }
  }

  // Steps that can't be undone go last; the first of them decides.
  void order(std::vector<Repair>& out) const {
    const auto undoable = [&](std::size_t k) { return steps()[k].undo_endpoint.valid(); };
    std::vector<std::size_t> sorted;
    for (const bool wanted : {true, false})
      for (std::size_t k = 0; k < steps().size(); ++k)
        if (undoable(k) == wanted) sorted.push_back(k);
    const auto first = std::ranges::find_if_not(sorted, undoable);
    if (first == sorted.end()) return;
    const std::size_t pivot = *first;
    const bool same = std::ranges::is_sorted(sorted);
    if (same && steps()[pivot].pivot.or_else(false)) return;
    std::vector<std::string> names;
    for (const std::size_t k : sorted)
      names.push_back(steps()[k].do_target + (k == pivot ? " (pivot)" : ""));
    Repair r{"ends-whole", same ? "pivot: true" : "the order " + join(names, ", "),
             same ? step_path(saga_, pivot) : shape_.element,
             [id = id_, sorted, pivot, in_order = same](Mender& m) {
               std::vector<SagaStep> ordered;
               for (const std::size_t k : sorted) {
                 ordered.push_back(m.model.sagas[id].steps.value[k]);
                 Field<bool>& decides = ordered.back().pivot;
                 if (k == pivot)
                   m.set(decides, true);
                 else
                   m.clear(decides);
               }
               m.overrules |= m.model.sagas[id].steps.fixed() && !in_order;
               m.model.sagas[id].steps.value = std::move(ordered);
             }};
    r.last = true;
    out.push_back(std::move(r));
  }

  const Derivation& d_;
  SagaId id_;
  const Saga& saga_;
  SagaShape shape_;
};

}  // namespace

void derive_sagas(const Derivation& d) {
  for (const SagaId id : d.model.sagas.ids())
    SagaReader(d, id).read();
}

}  // namespace scantling::verify
