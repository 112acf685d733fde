// Local search for the best cut into a given number of services.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "boundaries/problem.h"

namespace scantling::boundaries {

struct Found {
  std::vector<int> group;  // per atom, compact; empty: nothing found
  int services = 0;
  Objectives objectives;
  bool admissible = false;
  double energy() const { return objectives.score; }
};

// Every local optimum that was met, for the archive.
using Visit = std::function<void(const Found&)>;

// Moves and swaps from a start to a local optimum.
Found polish(const Problem& problem, std::vector<int> group, int services, std::uint64_t seed,
             bool traced);

// One group split in two: the few splits that leave the least energy.
std::vector<std::vector<int>> one_split(const Problem& problem, const std::vector<int>& group,
                                        int services, bool traced, std::uint64_t seed);

// Simulated annealing by moves and swaps, cooled from the size of usual changes to nothing, then
// polished.
// `heat` scales the start.
Found anneal(const Problem& problem, std::vector<int> group, int services, int moves, double heat,
             std::uint64_t seed, bool traced);

// The pair of groups merged that leaves the least energy.
std::vector<int> one_merged(const Problem& problem, const std::vector<int>& group, int services,
                            bool traced);

// Merges groups until there are `services`, or splits the largest: any partition to any number.
// Groups that must stay apart are merged only when nothing else is left.
std::vector<int> resized(const Problem& problem, std::vector<int> group, int services,
                         std::uint64_t seed);

// Best of all starts, each polished, then `rounds` of merge one pair and split another.
Found search(const Problem& problem, const std::vector<std::vector<int>>& starts, int services,
             int rounds, std::uint64_t seed, bool traced, const Visit& visit);

// Admissible before not, then less energy.
bool better(const Found& a, const Found& b);

// Average linkage over the votes: `services` groups per atom. Only with dense votes.
std::vector<int> linked(const Problem& problem, int services);

}  // namespace scantling::boundaries
