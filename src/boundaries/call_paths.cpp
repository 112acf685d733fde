#include "boundaries/call_paths.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>

#include "boundaries/index.h"

namespace scantling::boundaries {
namespace {

constexpr std::size_t visits_at_most = 2'000'000;  // over all entries

std::string name_of(const CodeUnit& unit) {
  return unit.owner.empty() ? unit.name : unit.owner + "." + unit.name;
}

class Walk {
 public:
  Walk(const CodeGraph& graph, const std::vector<int>& unit_entity)
      : unit_entity_(unit_entity), out_(graph.units.size()), seen_(graph.units.size()) {
    for (const CodeEdge& edge : graph.edges)
      out_[at(edge.from)].push_back(&edge);
  }

  // False when the budget is used up.
  bool from(int entry, Functionality& f) {
    ++stamp_;
    std::vector<std::pair<int, std::size_t>> open{{entry, 0}};  // method, its next edge
    seen_[at(entry)] = stamp_;
    while (!open.empty()) {
      auto& [method, next] = open.back();
      if (next == out_[at(method)].size()) {
        open.pop_back();
        continue;
      }
      if (++visits_ > visits_at_most) return false;
      const CodeEdge& edge = *out_[at(method)][next++];
      const int entity = unit_entity_[at(edge.to)];
      if (entity >= 0 && edge.kind != CodeEdgeKind::Calls) {
        f.accesses.push_back({entity, edge.kind == CodeEdgeKind::Persists, 1});
      } else if (edge.kind == CodeEdgeKind::Calls && seen_[at(edge.to)] != stamp_) {
        seen_[at(edge.to)] = stamp_;
        open.emplace_back(edge.to, 0);
      }
    }
    return true;
  }

 private:
  const std::vector<int>& unit_entity_;
  std::vector<std::vector<const CodeEdge*>> out_;
  std::vector<int> seen_;
  int stamp_ = 0;
  std::size_t visits_ = 0;
};

}  // namespace

Subject subject_of_code(CodeGraph graph) {
  Subject subject;
  subject.input.rated = false;
  subject.format = "code graph";
  std::map<std::string, int> times;
  for (const CodeUnit& unit : graph.units)
    if (unit.entity) ++times[unit.name];
  for (const CodeUnit& unit : graph.units) {
    subject.unit_entity.push_back(unit.entity ? static_cast<int>(subject.input.entities.size())
                                              : -1);
    if (unit.entity)
      subject.input.entities.push_back(
          {times[unit.name] > 1 ? fmt::format("{}-{}", unit.name, unit.id) : unit.name, 1, -1});
  }
  std::vector<char> called(graph.units.size(), 0);
  for (const CodeEdge& edge : graph.edges) {
    const int from = subject.unit_entity[at(edge.from)], to = subject.unit_entity[at(edge.to)];
    if (edge.kind == CodeEdgeKind::Calls && edge.from != edge.to) called[at(edge.to)] = 1;
    if (from >= 0 && to >= 0 && from != to)
      subject.input.relations.push_back({from, to, RelationKind::RefersTo});
  }
  Walk walk(graph, subject.unit_entity);
  for (std::size_t u = 0; u < graph.units.size(); ++u) {
    if (graph.units[u].entity || called[u]) continue;
    Functionality f;
    f.name = name_of(graph.units[u]);
    const bool whole = walk.from(static_cast<int>(u), f);
    if (!f.accesses.empty()) subject.input.functionalities.push_back(std::move(f));
    if (whole) continue;
    subject.notes.push_back(
        fmt::format("the call graph was followed for {} steps; entry methods "
                    "after {} are left out",
                    visits_at_most, name_of(graph.units[u])));
    break;
  }
  subject.code = std::move(graph);
  return subject;
}

}  // namespace scantling::boundaries
