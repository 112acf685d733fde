#include "design/copy_reads.h"

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/core.h>

#include "base/text.h"
#include "design/failovers.h"
#include "estimate/estimate.h"
#include "model/entries.h"

namespace scantling {
namespace {

// What the requests of one operation come to before they are answered, and after.
struct Reach {
  std::set<EndpointId> endpoints;
  std::set<StoreId> written;
};

void follow(const Architecture& model, EndpointId id, Reach& out) {
  std::vector<EndpointId> next{id};
  while (!next.empty()) {
    const EndpointId at = next.back();
    next.pop_back();
    if (!out.endpoints.insert(at).second) continue;
    for_each_step(*model.endpoint(at).steps, [&](const Step& step) {
      if (step.kind == StepKind::Call && step.endpoint.valid()) next.push_back(step.endpoint);
      if (step.kind == StepKind::Write && step.store.valid()) out.written.insert(step.store);
    });
  }
}

// Reads of one store that any of its copies may answer.
struct CopyReads {
  std::vector<Step*> steps;
  std::set<OperationId> operations;
  Duration allowed{INT64_MAX};  // by the strictest of them
};

// By operation.
std::vector<Reach> reaches_of(const Architecture& model) {
  std::vector<Reach> out(model.operations.size());
  const auto entries = endpoints_by_operation(model);
  for (std::size_t i = 0; i < out.size(); ++i)
    for (const EndpointId entry : entries[i])
      follow(model, entry, out[i]);
  return out;
}

class Candidates {
 public:
  Candidates(Workspace& ws, const std::vector<Reach>& reaches, StoreId store, Duration behind)
      : ws_(ws), reaches_(reaches), store_(store), behind_(behind) {}

  CopyReads find() {
    for (const EndpointId id : all_endpoints(ws_.model)) {
      const std::size_t before = found_.steps.size();
      collect(ws_.model.endpoint(id).steps.value);
      if (found_.steps.size() == before) continue;
      if (asked_for_old(id))
        found_.operations.merge(of_this_);
      else
        found_.steps.resize(before);
    }
    for (const OperationId id : found_.operations)
      found_.allowed = std::min(found_.allowed, *ws_.model.operations[id].staleness);
    return std::move(found_);
  }

 private:
  // Whether somebody's requests come to the endpoint, and none minds an answer of a copy.
  bool asked_for_old(EndpointId endpoint) {
    of_this_.clear();
    for (const OperationId id : ws_.model.operations.ids()) {
      const Reach& reach = reaches_[static_cast<std::size_t>(id.index)];
      if (!reach.endpoints.contains(endpoint)) continue;
      const Operation& operation = ws_.model.operations[id];
      if (!operation.staleness || *operation.staleness < behind_ || reach.written.contains(store_))
        return false;
      of_this_.insert(id);
    }
    return !of_this_.empty();
  }

  void collect(std::vector<Step>& steps) {
    for (Step& step : steps) {
      if (step.kind == StepKind::Read && step.store == store_ && !step.consistency.fixed() &&
          step.from.origin == Origin::Decided)
        found_.steps.push_back(&step);
      collect(step.steps);
      collect(step.fallback);
      for (Branch& branch : step.branches)
        collect(branch.steps);
    }
  }

  Workspace& ws_;
  const std::vector<Reach>& reaches_;
  StoreId store_;
  Duration behind_;
  std::set<OperationId> of_this_;
  CopyReads found_;
};

// The age of what a copy answers at most, by what is said of the store and known of its engine;
// none where only the leader answers.
std::optional<Duration> behind(const Workspace& ws, const Store& store) {
  const Technology* engine = store.engine ? ws.catalog.find(*store.engine) : nullptr;
  if (engine == nullptr || engine->copies_behind.nanoseconds <= 0 || !store.consistency ||
      !is_led(store) || store.copies.or_else({1}).value < 2)
    return std::nullopt;
  return std::max(engine->copies_behind, store.lag.or_else({}));
}

struct Leader {
  double busy = 0;   // at peak, of what it can do
  double cores = 0;  // of one machine, as it is billed
};
Leader leader_of(const Workspace& ws, const std::string& name) {
  const Estimate now = estimate(ws.model, {}, ws.catalog);
  Leader out;
  if (const StationEstimate* station = now.station("store", name)) out.busy = station->utilisation;
  for (const CostLine& line : now.cost)
    if (line.element == "stores." + name) out.cores = line.cores;
  return out;
}

std::vector<Score> scores(const Leader& leader, double age_seconds, double needed) {
  std::vector<Score> out{score("the leader's load at peak", 100 * leader.busy, "%"),
                         score("age of an answer, at most", age_seconds, "s"),
                         score("copies that must be there for such a read", needed)};
  if (leader.cores > 0) out.push_back(score("cores of one copy", leader.cores));
  return out;
}

// The store's leader were any copy to answer the reads.
Leader relieved_leader(const Workspace& ws, const std::string& store, const CopyReads& reads) {
  for (Step* step : reads.steps)
    step->consistency = Field<ConsistencyKind>(ConsistencyKind::Eventual, step->from);
  const Leader out = leader_of(ws, store);
  for (Step* step : reads.steps)
    step->consistency = {};
  return out;
}

void decide(Workspace& ws, const std::vector<Reach>& reaches, StoreId id, Duration behind) {
  const CopyReads reads = Candidates(ws, reaches, id, behind).find();
  if (reads.steps.empty()) return;
  const Store& store = ws.model.stores[id];
  Draft draft(ws, store.name + ".reads", "data",
              fmt::format("which copies of {} answer reads that may be old?", store.name));
  const std::string any = "any copy", leader = "the leader";
  const Leader alone = leader_of(ws, store.name);
  const Leader relieved = relieved_leader(ws, store.name, reads);
  const auto with = scores(relieved, behind.seconds(), 1);
  const auto without = scores(alone, 0, static_cast<double>(store.copies->value / 2 + 1));
  const auto busy = [](const Leader& of) { return number_text(100 * of.busy, 2) + "%"; };
  const bool copies = draft.pick({leader, any}, 1) == 1;
  if (copies)
    draft.choose(any, with).reject(
        leader, without, "it would be " + busy(alone) + " busy, and they wait while there is none");
  else
    draft.choose(leader, without)
        .reject(any, with, "answers would be up to " + to_text(behind) + " old");
  std::vector<std::string> names, paths;
  for (const OperationId of : reads.operations) {
    names.push_back(ws.model.operations[of].name);
    paths.push_back("operations." + names.back() + ".staleness");
  }
  draft
      .because(
          fmt::format("{} may answer with what is {} old, and copies are taken to be {} behind; "
                      "the leader is {} busy at peak, not {}",
                      enumerate(names), to_text(reads.allowed), to_text(behind),
                      busy(copies ? relieved : alone), busy(copies ? alone : relieved)))
      .flips(
          fmt::format("flips if less than {} of staleness is allowed, or copies are more than {} "
                      "behind",
                      to_text(behind), to_text(reads.allowed)))
      .traces(paths)
      .reversibility(Reversibility::Easy)
      .keep();
  if (!copies) return;
  for (Step* step : reads.steps)
    draft.fill(step->consistency, ConsistencyKind::Eventual);
}

}  // namespace

void decide_copy_reads(Workspace& ws) {
  const std::vector<Reach> reaches = reaches_of(ws.model);
  for (const StoreId id : ws.model.stores.ids())
    if (const auto age = behind(ws, ws.model.stores[id])) decide(ws, reaches, id, *age);
}

}  // namespace scantling
