// Small problem-only models for the tests of this room.
#pragma once

#include <string>
#include <vector>

#include "design/workspace.h"

namespace scantling::test {

template <class T>
Field<T> given(T value) {
  return Field<T>(std::move(value), {Origin::Given, {}, {}});
}

inline AggregateId add_aggregate(Architecture& model, std::string name,
                                 std::int64_t count = 100'000, std::int64_t bytes = 1024) {
  Aggregate aggregate;
  aggregate.name = std::move(name);
  aggregate.from.origin = Origin::Given;
  aggregate.count = given(Count{count});
  aggregate.size = given(Bytes{bytes});
  aggregate.data = given(DataClass::Internal);
  return model.aggregates.add(std::move(aggregate));
}

inline ProblemStep step(const Architecture& model, Verb verb, AggregateId aggregate,
                        double times = 1) {
  ProblemStep out;
  out.verb = verb;
  out.aggregate = {model.aggregates[aggregate].name, aggregate};
  out.times.value = times;
  return out;
}

inline ProblemStep undoable(ProblemStep of, Verb undo) {
  of.has_undo = true;
  of.undo_verb = undo;
  of.undo_aggregate = of.aggregate;
  return of;
}

inline OperationId add_operation(Architecture& model, std::string name,
                                 std::vector<ProblemStep> steps, double mean, double peak) {
  Operation operation;
  operation.name = std::move(name);
  operation.from.origin = Origin::Given;
  operation.steps = given(std::move(steps));
  if (peak > 0) {
    operation.actor = given(std::string("customer"));
    OperationLoad load;
    load.mean = given(Rate{mean});
    load.peak = given(Rate{peak});
    operation.load = given(load);
  }
  return model.operations.add(std::move(operation));
}

inline TeamId add_team(Architecture& model, std::string name, std::int64_t size,
                       std::vector<std::string> knows) {
  Team team;
  team.name = std::move(name);
  team.size = given(Count{size});
  team.knows = given(std::move(knows));
  return model.teams.add(std::move(team));
}

// Orders with stock and payments: an operation that writes all three, one that only reads.
struct Shop {
  Architecture model;
  AggregateId order, stock, payment;
  OperationId place, track;
  ExternalId psp;
};

inline Shop shop() {
  Shop out;
  out.model.name = given(std::string("shop"));
  add_team(out.model, "ordering", 8, {"java", "postgresql", "kafka"});
  add_team(out.model, "money", 6, {"java", "postgresql"});
  out.order = add_aggregate(out.model, "Order", 10'000'000, 3000);
  out.stock = add_aggregate(out.model, "Stock");
  out.payment = add_aggregate(out.model, "Payment", 10'000'000);
  External psp;
  psp.name = "psp";
  psp.latency = given(*fit_lognormal(Duration::from_seconds(.2), Duration::from_seconds(.9)));
  psp.availability = given(Share{.999});
  psp.idempotent = given(Idempotency::ByKey);
  out.psp = out.model.externals.add(std::move(psp));
  ProblemStep pay = undoable(step(out.model, Verb::Create, out.payment), Verb::Refund);
  pay.calls = given(Ref<ExternalId>("psp", out.psp));
  out.place =
      add_operation(out.model, "place-order",
                    {pay, undoable(step(out.model, Verb::Reserve, out.stock), Verb::Release),
                     undoable(step(out.model, Verb::Create, out.order), Verb::Cancel)},
                    20, 100);
  Operation& place = out.model.operations[out.place];
  place.atomic = given(true);
  place.emits = given(std::vector<std::string>{"OrderPlaced"});
  Objective objective;
  objective.p99 = given(Duration::from_seconds(2));
  objective.availability = given(Share{.999});
  place.objective = given(objective);
  out.track =
      add_operation(out.model, "track-order", {step(out.model, Verb::Read, out.order)}, 50, 400);
  return out;
}

// The shop, three zones, and an experiment that loses one for five minutes.
inline Architecture zone_lost(double availability) {
  Architecture model = shop().model;
  model.constraints->zones = given(Count{3});
  Experiment experiment;
  experiment.name = "zone-down";
  Fault fault;
  fault.kind = FaultKind::Lose;
  fault.at = given(Duration::from_seconds(120));
  fault.lasts = given(Duration::from_seconds(300));
  fault.target.kind = Target::Kind::Zone;
  fault.target.name = "a";
  experiment.faults = given(std::vector<Fault>{fault});
  OperationExpectation expected;
  expected.operation = {"place-order", find_by_name(model.operations, "place-order")};
  expected.objective.availability = given(Share{availability});
  experiment.expect.from.origin = Origin::Given;
  experiment.expect->operations.push_back(expected);
  model.experiments.add(std::move(experiment));
  return model;
}

}  // namespace scantling::test
