// Classes and methods: which service each belongs to once the entities are placed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace scantling::boundaries {

enum class CodeEdgeKind : std::uint8_t { Calls, Persists, Uses, References, Extends };

struct CodeUnit {
  int id = -1;  // as in the file
  std::string name;
  std::string owner;    // the class of a method; empty for an entity
  bool entity = false;  // an anchor
};

struct CodeEdge {
  int from = -1;  // indices into units
  int to = -1;
  CodeEdgeKind kind = CodeEdgeKind::Calls;
};

struct CodeGraph {
  std::vector<CodeUnit> units;
  std::vector<CodeEdge> edges;
};

// Weights of Filippone et al., ICSA 2023 (they follow from its published couplings).
struct CodeWeights {
  double calls = .8;
  double persists = 1;
  double uses = .6;
  double references = .2;
  double extends = 0;
  double of(CodeEdgeKind kind) const;
};

// Coupling and cohesion as that paper has them. Edges of units without a service (-1) don't count.
struct CodeQuality {
  int services = 0;
  double coupling = 0;  // weight of the edges between services
  double cohesion = 0;  // mean over services of inside / (inside + outgoing); 1 where both are 0
  int crossing[5] = {0, 0, 0, 0, 0};  // edges by CodeEdgeKind
};
CodeQuality measure_code(const CodeGraph& graph, const std::vector<int>& group,
                         const CodeWeights& weights = {});

struct CodeAssignment {
  std::vector<int> group;    // per unit; -1: in the library, or tied to nothing
  std::vector<int> library;  // hubs: helpers that most services call and that own nothing
  CodeQuality quality;
  bool exact = false;  // two services or fewer: a minimum cut; else within twice of it
};

// Each unit to the service that leaves the least weight crossing, with the entities fixed: a
// multiway cut by alpha-expansion (Boykov, Veksler and Zabih, PAMI 2001), each step a minimum cut.
// `anchors` has a label from 0 per unit that is fixed, -1 elsewhere.
CodeAssignment assign_code(const CodeGraph& graph, const std::vector<int>& anchors,
                           const CodeWeights& weights = {});

}  // namespace scantling::boundaries
