// Parts of the boundaries report that several forms share.
#pragma once

#include <string>
#include <vector>

#include "report/boundaries.h"

namespace scantling {

// "240/s" for a model's rates, "240" where each functionality counts one.
std::string volume_text(const BoundariesReport& report, double rate);
std::string entity_name(const BoundariesReport& report, int entity);
std::string service_name(const BoundariesReport& report, int service);
std::vector<std::string> members_of(const BoundariesReport& report, int service);
// At most `most` names of functionalities and how many more there are.
std::string functionality_list(const BoundariesReport& report, const std::vector<int>& which,
                               std::size_t most);

// Relation between two bounded contexts, or a context and an external.
struct InferredRelation {
  std::string upstream, downstream;
  RelationKind kind = RelationKind::CustomerSupplier;
  std::string why;
  double calls = 0, events = 0;  // per second
};
// Those that the model gives are kept, with what the traffic would say.
std::vector<InferredRelation> infer_relations(const Architecture& model);

// Classification of a context, with its reason.
struct ContextClass {
  std::string context;
  ContextKind kind = ContextKind::Supporting;
  std::string why;
};

// The context of the service that owns the aggregate; invalid when none does.
ContextId context_of(const Architecture& model, AggregateId aggregate);
// The context that runs an operation: with most of its writes, the last of several; else that of
// its first step.
ContextId home_of(const Architecture& model, const Operation& operation);

// What a relation between two contexts of a compared cut comes to. The numbers are those of the
// border between the two; absent where the system has no entity of one.
struct StatedRelation {
  const boundaries::ContextRelation* stated = nullptr;
  bool measured = false;
  std::size_t functionalities = 0;  // that touch both
  double reads_upstream = 0, writes = 0, reads_downstream = 0;
  std::string in_chosen;  // "one service", "apart", "partly one service"; empty: not measured
};
std::vector<StatedRelation> stated_relations(const BoundariesReport& report,
                                             const ComparedCut& other);
// Pairs of contexts that functionalities cross and that no relation is stated for, most crossed
// first: their names and how many functionalities touch both.
struct UnstatedRelation {
  std::string a, b;
  std::size_t functionalities = 0;
};
std::vector<UnstatedRelation> unstated_relations(const ComparedCut& other);
// A block for each compared cut that states relations.
std::vector<Block> stated_map_blocks(const BoundariesReport& report);

// Sections of the domain: classification, context map, teams, event storming, canvases.
std::vector<Section> domain_sections(const BoundariesReport& report);
// Data split, extraction order, code units.
std::vector<Section> plan_sections(const BoundariesReport& report);

}  // namespace scantling
