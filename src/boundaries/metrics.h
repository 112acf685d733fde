// Measures of a cut, each exactly as its authors define it, and agreement between two cuts. Every
// single one can be gamed by a lopsided cut, so the number of services and the largest are always
// beside them.
#pragma once

#include <string>
#include <vector>

namespace scantling::boundaries {

struct Entity {
  std::string name;
  double size = 1;  // weight in the size limits and in balance
  int team = -1;
};

struct Access {
  int entity = -1;
  bool write = false;
  double times = 1;  // per call of the functionality
};

struct Functionality {
  std::string name;
  double rate = 1;               // calls per second, or any unit common to all
  std::vector<Access> accesses;  // in order
  bool atomic = false;           // its writes must hold together
};

struct CutMetrics {
  int services = 0;
  int largest = 0;         // entities in the largest service
  double complexity = 0;   // Rito Silva et al., ICSA 2020: mean migration cost per functionality
  double icp = 0;          // inter-call percentage: crossing / all volume, each as ln v + 1
  double bcp = 0;          // business context purity: mean over services of ln |use cases in it|
  double sm = 0;           // structural modularity
  double ifn = 0;          // interface number: crossing pairs / services
  double ned = 0;          // non-extreme distribution: 1 - share of entities in services of 5..20
  double split = 0;        // share of functionalities that touch more than one service
  double write_split = 0;  // share that write more than one service
};

// `group` has a label from 0 per entity. "Calls" between entities are consecutive accesses of a
// functionality; volume is the functionality's rate times the access's times (at least 1).
CutMetrics measure(const std::vector<Entity>& entities,
                   const std::vector<Functionality>& functionalities,
                   const std::vector<int>& group);

// The same on a call graph: `calls` between classes (directed; self-calls are ignored) and, per use
// case, the classes it runs through. Complexity and the splits need accesses and stay 0.
struct Call {
  int from = -1;
  int to = -1;
  double volume = 1;
};
CutMetrics measure_calls(const std::vector<Call>& calls,
                         const std::vector<std::vector<int>>& use_cases,
                         const std::vector<int>& group);

double complexity(int entities, const std::vector<Functionality>& functionalities,
                  const std::vector<int>& group);

// Agreement on pairs of entities that share a service. Entities with a negative label in either cut
// are left out.
struct PairAgreement {
  double precision = 0;
  double recall = 0;
  double f = 0;
};
PairAgreement pair_agreement(const std::vector<int>& cut, const std::vector<int>& reference);

// MoJoFM in percent (Wen and Tzerpos, IWPC 2004): 100 (1 - mno(cut, reference) / max mno(any,
// reference)), with mno the fewest moves and joins that turn the cut into the reference.
double mojofm(const std::vector<int>& cut, const std::vector<int>& reference);

}  // namespace scantling::boundaries
