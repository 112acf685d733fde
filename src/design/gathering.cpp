#include "design/gathering.h"

#include <algorithm>

#include <fmt/core.h>

namespace scantling {
namespace {

TimeLaw fixed_law(Duration time) {
  TimeLaw out;
  out.mean = time;
  return out;
}

// An answer that takes this many times the wait hides it: its objective is not what decides.
constexpr double kHidden = 4;

std::ptrdiff_t writes_to(const Operation& operation, const StoreNeed& need) {
  return std::ranges::count_if(*operation.steps, [&](const ProblemStep& step) {
    return is_write(step.verb) &&
           std::ranges::find(need.members, step.aggregate.id) != need.members.end();
  });
}

// At peak, each of a row or more.
double inserts_per_second(const Workspace& ws, const StoreNeed& need) {
  const std::vector<double> rates = operation_rates(ws.model, true);
  double out = 0;
  for (const OperationId id : ws.model.operations.ids())
    out += rates[static_cast<std::size_t>(id.index)] *
           static_cast<double>(writes_to(ws.model.operations[id], need));
  return out;
}

// The operation that writes there and has to answer before the rows could be written together;
// invalid: none.
OperationId in_a_hurry(const Workspace& ws, const StoreNeed& need, Duration wait) {
  for (const OperationId id : ws.model.operations.ids()) {
    const Operation& operation = ws.model.operations[id];
    if (!operation.objective || writes_to(operation, need) == 0) continue;
    for (const Field<Duration>* limit : {&operation.objective->p95, &operation.objective->p99})
      if (*limit && (*limit)->seconds() < kHidden * wait.seconds()) return id;
  }
  return {};
}

}  // namespace

void decide_inserts(Workspace& ws, StoreId id, const StoreNeed& need, const Technology& engine) {
  Store& store = ws.model.stores[id];
  const double inserts = engine.gathers.nanoseconds > 0 ? inserts_per_second(ws, need) : 0;
  if (inserts <= 0) return;
  if (store.write.has() && store.write.from.origin == Origin::Given) return;
  const OperationId hurried = in_a_hurry(ws, need, engine.gathers);
  const std::vector<Score> together{
      score("slots busy with inserts", inserts * engine.gathered.mean_seconds()),
      score("added to each write", engine.gathers.milliseconds(), "ms at most")};
  const std::vector<Score> alone{
      score("slots busy with inserts", inserts * engine.write.mean_seconds()),
      score("added to each write", 0, "ms at most")};
  const std::string names[] = {"one by one",
                               "gathered for " + to_text(engine.gathers) + " by the server"};
  Draft draft(ws, store.name + ".inserts", "data",
              fmt::format("how are rows written to {}?", store.name));
  const bool gathered = draft.pick({names[0], names[1]}, !hurried.valid()) == 1;
  draft.choose(names[gathered], gathered ? together : alone);
  const std::string hurry =
      hurried.valid() ? fmt::format("{} answers before", ws.model.operations[hurried].name)
                      : "it is answered later than need be";
  draft.reject(names[!gathered], gathered ? alone : together,
               gathered ? fmt::format("each would write a part of its own: {}/s at peak",
                                      number_text(inserts, 3))
                        : hurry);
  draft.reject("a batch in each consumer", together,
               "each would have to hold back its offsets until its batch is written: what the "
               "server does already");
  draft
      .because(gathered ? fmt::format(
                              "{}/s inserts at peak, none of them awaited within {}",
                              number_text(inserts, 3),
                              to_text(Duration::from_seconds(kHidden * engine.gathers.seconds())))
                        : hurry)
      .flips(gathered
                 ? fmt::format("flips if an operation that writes there has to answer within {}",
                               to_text(Duration::from_seconds(kHidden * engine.gathers.seconds())))
                 : fmt::format("flips if {} may take {}",
                               hurried.valid() ? ws.model.operations[hurried].name : "all",
                               to_text(Duration::from_seconds(kHidden * engine.gathers.seconds()))))
      .traces({"operations"})
      .reversibility(Reversibility::Easy);
  draft.set(store.write, gathered ? engine.gathered : engine.write,
            "stores." + store.name + ".write");
  if (gathered) ws.gathering.emplace_back(id, engine.gathers);
}

void wait_for_inserts(const Workspace& ws, std::vector<Step>& steps, const Provenance& from) {
  std::vector<Step> out;
  for (Step& step : steps) {
    const auto gathers = std::ranges::find_if(ws.gathering, [&](const auto& known) {
      return step.kind == StepKind::Write && known.first == step.store;
    });
    out.push_back(std::move(step));
    if (gathers == ws.gathering.end()) continue;
    Step wait;
    wait.kind = StepKind::Wait;
    wait.from = from;
    wait.time = Field<TimeLaw>(fixed_law(gathers->second), from);
    out.push_back(std::move(wait));
  }
  steps = std::move(out);
}

}  // namespace scantling
