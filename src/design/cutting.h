// The model's problem half as the boundaries room cuts it, and the cut put into the model.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "boundaries/closeness.h"
#include "boundaries/constraint_costs.h"
#include "boundaries/subject.h"
#include "design/workspace.h"

namespace scantling {

struct CutQuestion {
  std::uint64_t seed = 1;
  int jobs = 0;
  int services = 0;            // exactly so many; 0: open
  bool locked_owners = false;  // what is locked to a service is held together
  std::vector<int> reference;  // a cut to stay close to: a label per aggregate, -1 none; or empty
};

struct Cutting {
  boundaries::Subject subject;  // with the constraints that held
  boundaries::Options options;
  boundaries::Result result;  // its conflicts, when the model's own lines can't all hold
  std::vector<boundaries::ConstraintSet> constraints;  // with words of the model
  std::vector<boundaries::Conflict> given_way;         // what was dropped to find a cut at all
};

// Aggregates, operations with their rates, relations, tables, evidence from the history, and what
// is given as constraints.
boundaries::Subject subject_of(const Workspace& ws);

// The best cut with the natural separations (bulk data from records, card data from the rest), else
// without them, else with the given owners alone.
Cutting cut_aggregates(const Workspace& ws, const CutQuestion& question);

// Makes the cut's contexts and services, as decisions. Nothing when every aggregate has an owner.
void apply_cutting(Workspace& ws, const Cutting& cutting);

// The name of the service that an aggregate is locked to; empty: none, or no name.
std::string owner_lock(const Workspace& ws, AggregateId id);
// That of the first of them that is locked to one.
std::string locked_owner(const Workspace& ws, const std::vector<AggregateId>& members);

// Every aggregate has a service and that a context.
bool boundaries_complete(const Architecture& model);

// What services of a model own, for the aggregates of `subject` by name.
boundaries::NamedCut owners_in(const Architecture& model, const boundaries::Subject& subject);

// A model with assumptions filled in, cut, and its contexts, services and owning teams made.
struct CutModel {
  Architecture model;
  Cutting cutting;
};
CutModel cut_model(Architecture model, const Catalog& catalog, const CutQuestion& question);

// The problem half alone: nothing is settled any more.
Architecture problem_half(const Architecture& model);

}  // namespace scantling
