// Two sagas over one aggregate: what one has changed and may still take back, the other reads. The
// classic countermeasure is a semantic lock: what is changed is marked pending until the saga ends
// (Richardson, "Microservices Patterns", 2018, section 4.3).
#include <algorithm>

#include "base/text.h"
#include "verify/protocol.h"

namespace scantling::verify {
namespace {

struct Change {
  SagaId saga;
  std::size_t step;
  AggregateId aggregate;
};

const Operation* operation_of(const Architecture& model, const Saga& saga) {
  if (!saga.implements || !saga.implements->id.valid()) return nullptr;
  return &model.operations[saga.implements->id];
}

// The saga's step that changes the aggregate: in the service that owns it, by name where several
// are.
int step_for(const Architecture& model, const Saga& saga, AggregateId aggregate) {
  const ServiceId owner = owner_of(model, aggregate);
  const std::string name = kebab_case(model.aggregates[aggregate].name);
  int found = -1;
  for (std::size_t k = 0; k < saga.steps->size(); ++k) {
    const SagaStep& step = saga.steps.value[k];
    if (!step.do_endpoint.valid() || step.do_endpoint.service != owner) continue;
    const bool named = model.endpoint(step.do_endpoint).name.find(name) != std::string::npos;
    if (named) return static_cast<int>(k);
    if (found < 0) found = static_cast<int>(k);
  }
  return found;
}

std::vector<Change> changes_that_may_be_undone(const Architecture& model) {
  std::vector<Change> out;
  for (const SagaId id : model.sagas.ids()) {
    const Saga& saga = model.sagas[id];
    const Operation* operation = operation_of(model, saga);
    if (!operation) continue;
    for (const ProblemStep& step : operation->steps.value) {
      if (!step.has_undo || !step.aggregate.id.valid()) continue;
      const int k = step_for(model, saga, step.aggregate.id);
      // The last step's undo is never asked for once it is done.
      if (k < 0 || k + 1 == static_cast<int>(saga.steps->size())) continue;
      out.push_back({id, static_cast<std::size_t>(k), step.aggregate.id});
    }
  }
  return out;
}

void derive_pair(const Derivation& d, const Change& change, const Operation& reader) {
  const Saga& saga = d.model.sagas[change.saga];
  const std::string& what = d.model.aggregates[change.aggregate].name;
  const SagaStep& step = saga.steps.value[change.step];
  const bool locked = step.semantic_lock.or_else(false);
  Builder b(reader.name + " beside saga " + saga.name + " over " + what, "sagas." + saga.name);
  const int first = b.lane("saga " + saga.name), store = b.lane(what), second = b.lane(reader.name);
  const Var run =
      b.variable("saga " + saga.name, first, {"to begin", "going on", "completed", "compensated"});
  const Var state = b.variable(what, store, {"as before", "changed", "pending", "undone"});
  const Var read = b.variable(reader.name, second,
                              {"to begin", "has read what was settled", "has read what was changed",
                               "waits", "has acted on it"});
  b.rule(first, "does " + step.do_target)
      .move(run, 0, 1)
      .move(state, 0, locked ? 2 : 1)
      .to(store)
      .add();
  b.rule(first, "completes").move(run, 1, 2).one_of(state, {1, 2}).set(state, 1).to(store).add();
  b.rule(first, "a later step is refused: does " + step.undo_target)
      .move(run, 1, 3)
      .one_of(state, {1, 2})
      .set(state, 3)
      .to(store)
      .add();
  for (const int settled : {0, 3})
    b.rule(second, "reads " + what).move(read, 0, 1).when(state, settled).from(store).add();
  b.rule(second, "reads " + what).move(read, 0, 1).when(state, 1).when(run, 2).from(store).add();
  b.rule(second, "reads " + what + ", which the saga may still take back")
      .move(read, 0, 2)
      .when(state, 1)
      .when(run, 1)
      .from(store)
      .add();
  b.rule(second, "finds " + what + " pending and waits")
      .move(read, 0, 3)
      .when(state, 2)
      .from(store)
      .add();
  for (const int settled : {1, 3})
    b.rule(second, "reads " + what + ", settled now")
        .move(read, 3, 1)
        .when(state, settled)
        .from(store)
        .add();
  b.rule(second, "acts on what it has read").move(read, 2, 4).add();
  b.never("isolated", {all_of({{read, 4}, {run, 3}})}, {{{read, 1}}},
          reader.name + " acts on a change of " + what + " that is taken back");
  b.repair("isolated", "semantic-lock: true",
           "sagas." + saga.name + ".steps[" + std::to_string(change.step) + "]",
           [c = change](Mender& m) {
             m.set(m.model.sagas[c.saga].steps.value[c.step].semantic_lock, true);
           });
  d.out.push_back(b.finish(step.span));
}

}  // namespace

// The model forbids it where the reader too is all or nothing: it must not rest on half of another.
void derive_isolation(const Derivation& d) {
  for (const Change& change : changes_that_may_be_undone(d.model))
    for (const Operation& reader : d.model.operations) {
      if (!reader.atomic.or_else(false)) continue;
      const bool reads = std::ranges::any_of(reader.steps.value, [&](const ProblemStep& s) {
        return s.verb == Verb::Read && s.aggregate.id == change.aggregate;
      });
      if (reads && operation_of(d.model, d.model.sagas[change.saga]) != &reader)
        derive_pair(d, change, reader);
    }
}

}  // namespace scantling::verify
