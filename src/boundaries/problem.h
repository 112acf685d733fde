// The input compiled for the search: entities that constraints tie together are one node ("atom").
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "boundaries/boundaries.h"
#include "boundaries/graph.h"
#include "boundaries/traces.h"

namespace scantling::boundaries {

// Entities tied together by keep-together or by pins to one label; what must stay apart.
struct Atoms {
  std::vector<int> of;                    // atom per entity
  std::vector<std::vector<int>> members;  // entities per atom, ascending
  std::vector<double> size;
  std::vector<std::vector<int>> apart;  // atoms per atom, ascending
  double total_size = 0;
  int count() const { return static_cast<int>(members.size()); }
};

// Atoms, or the minimal sets of constraints that can't all hold.
std::expected<Atoms, std::vector<Conflict>> make_atoms(const Input& input);

// A functionality as the atoms it touches.
struct Touch {
  int atom = 0;
  bool write = false;
};
struct Use {
  double rate = 0;        // share of all rate
  double write_rate = 0;  // the same, what must be atomic counted several times
  std::vector<Touch> touches;
};

struct AtomUse {
  int use = 0;
  bool write = false;
};

// Value of each objective for the cut into single atoms: what the weights are relative to.
struct Scales {
  double split_transactions = 0, split_writes = 0, complexity = 0, crossing = 0, spread = 0,
         imbalance = 0, team_spread = 0;
};

struct Problem {
  const Input* input = nullptr;
  Atoms atoms;
  Graph layered;             // of atoms
  Graph steps;               // of atoms: share of access steps that pass between two
  std::vector<float> votes;  // dense consensus of atoms, or empty
  std::vector<Use> uses;
  std::vector<std::vector<AtomUse>> uses_of;  // per atom
  int teams = 0;
  std::vector<std::vector<std::pair<int, double>>> team_sizes;  // per atom: team, size
  std::vector<int> reference;      // label per atom, -1 none; empty when there is no reference
  std::unique_ptr<Traces> traces;  // null when complexity is not searched
  ObjectiveWeights weights;
  Scales scales;
};

// `graph` is the layered graph of entities.
Problem compile(const Input& input, Atoms atoms, const Graph& graph,
                const ObjectiveWeights& weights);
// After the consensus is known.
void set_votes(Problem& problem, const Consensus& consensus);

}  // namespace scantling::boundaries
