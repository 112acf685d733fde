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

}  // namespace scantling::boundaries
