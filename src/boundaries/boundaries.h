// Cuts a system's entities (aggregates or tables) into services, and says why.
//
// This room knows nothing of the architecture model: it takes plain vectors and yields plain
// vectors. Entities, functionalities and groups are indices. Every result is a function of the
// input, the options and the seed; the number of threads does not change a byte.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "boundaries/metrics.h"

namespace scantling::boundaries {

enum class RelationKind : std::uint8_t { PartOf, RefersTo };  // weights 1 and .5

struct Relation {
  int a = -1;
  int b = -1;
  RelationKind kind = RelationKind::RefersTo;
};

// Two entities whose code changed together; already damped by commit size (co_changes() does it).
struct CoChange {
  int a = -1;
  int b = -1;
  double weight = 1;
};

// Pairs of each commit's entities, each pair weighing 1/(k-1) for a commit of k entities; commits
// of more than `largest` entities (renames, reformatting) are left out.
std::vector<CoChange> co_changes(const std::vector<std::vector<int>>& commits, int largest = 30);

struct Pin {
  int entity = -1;
  int group = -1;  // any label; two entities pinned to one label share a service
};

struct Constraints {
  std::vector<std::vector<int>> keep_together;
  std::vector<std::vector<int>> keep_apart;  // pairwise
  std::vector<Pin> pins;
  int services_low = 0;   // 0: open
  int services_high = 0;  // 0: open
  double size_low = 0;    // sum of entity sizes per service; 0: open
  double size_high = 0;   // 0: open
};

struct Input {
  std::vector<Entity> entities;
  std::vector<Functionality> functionalities;
  std::vector<Relation> relations;
  std::vector<CoChange> co_changes;
  Constraints constraints;
  std::vector<int> reference;  // a cut to stay close to: a label per entity, -1 unknown; or empty
  bool rated = true;           // rates are per second; otherwise each functionality counts one
  std::vector<CoChange> shared_authors;  // 0..1: how much the same people change both
};

// Shares of the layers in the weighted graph. A layer without data gives its share to the others.
struct LayerWeights {
  double co_access = .50;
  double sequence = .15;
  double relations = .15;
  double co_change = .12;
  double team = .05;
  double names = .03;  // held to .15 of the sum
  // Edges are divided by (strength of a * strength of b) ^ this, per layer: an entity that
  // everything touches (a user, a root) says less about its neighbours than one that few touch.
  double hub_damping = 0;
};

// What the local search weighs; each objective is first divided by its value for the cut that puts
// every entity on its own (objectives.h), so that the weights compare.
struct ObjectiveWeights {
  double modularity = 1;   // of the layered graph, against the configuration model
  double resolution = 1;   // of the modularity
  double consensus = .05;  // pairs that are parted or joined against the vote of the Leiden runs
  double split_transactions = .012;
  double split_writes = .012;
  double complexity = .01;
  double crossing = .05;    // share of access steps that pass from one service to another
  double spread = .02;      // services per functionality beyond the first
  double imbalance = 0;     // sum of squared shares of size, less 1/K
  double smallness = .5;    // services below a quarter of the mean size, by what they lack of it
  double team_spread = .1;  // share of size outside the main team of its service
  double distance = 1;      // share of entities that leave the reference cut
  double atomic = 10;       // a split write that must be atomic counts as so many others
};

struct Options {
  std::uint64_t seed = 1;
  int seeds = 20;      // Leiden runs per resolution, each on its own jittered weights
  double jitter = .3;  // weights are multiplied by a number drawn from 1 - jitter .. 1 + jitter
  LayerWeights layers;
  ObjectiveWeights objectives;
  int services_low = 0;   // 0: 2, or what the constraints say
  int services_high = 0;  // 0: min(12, entities / 2), or what the constraints say
  int restarts = 4;       // of the local search, per number of services
  int annealing = 150;    // moves tried by simulated annealing, per entity and restart
  int jobs = 0;           // threads; 0: as many as cores
};

// What a cut scores, in natural units; lower is better throughout but for modularity.
struct Objectives {
  double modularity = 0;
  double disagreement = 0;        // mean over pairs of |vote - together|
  double split_transactions = 0;  // share of rate
  double split_writes = 0;        // share of rate
  double complexity = 0;          // Rito Silva, mean over functionalities
  double crossing = 0;            // share of access steps
  double spread = 0;              // mean over rate
  double imbalance = 0;
  double smallness = 0;  // mean over services
  double team_spread = 0;
  double distance = 0;
  double score = 0;  // the weighted sum that the search minimised
};

struct Cut {
  std::vector<int> group;  // per entity, 0 .. services-1, numbered by first entity
  int services = 0;
  Objectives objectives;
  CutMetrics metrics;
  std::vector<std::string> degenerate;  // why the cut should not be taken; empty: sound
};

// How often two entities fell into one community over all Leiden runs. All pairs up to
// `dense_limit` entities, otherwise only the pairs of the layered graph.
class Consensus {
 public:
  static constexpr int dense_limit = 1500;
  void resize(int entities) {
    entities_ = entities;
    dense_.assign(static_cast<std::size_t>(entities) * static_cast<std::size_t>(entities), 0.0F);
  }
  bool dense() const { return !dense_.empty(); }
  int entities() const { return entities_; }
  double at(int a, int b) const { return static_cast<double>(dense_[index(a, b)]); }
  void set(int a, int b, double share) {
    dense_[index(a, b)] = dense_[index(b, a)] = static_cast<float>(share);
  }

 private:
  std::size_t index(int a, int b) const {
    return static_cast<std::size_t>(a) * static_cast<std::size_t>(entities_) +
           static_cast<std::size_t>(b);
  }
  int entities_ = 0;
  std::vector<float> dense_;
};

struct DecidingFunctionality {
  int functionality = -1;
  double pull = 0;  // share of the layered co-access weight that holds the entity where it is
};

struct Placement {
  int entity = -1;
  int group = -1;
  double confidence = 0;  // mean vote with the others of its service; 1 for one alone by votes
  int second_best = -1;   // group; -1 when there is no other that the constraints allow
  double margin = 0;      // score(second best) - score(as placed)
  std::vector<DecidingFunctionality> deciding;  // strongest first, at most five
  bool forced = false;                          // by a constraint
};

enum class Advice : std::uint8_t { None, Call, Event, Copy, Merge };

// What the line between two services costs. Rates are per second when the input's rates are.
struct BoundaryCost {
  int a = -1;
  int b = -1;
  std::vector<int> split_transactions;  // functionalities that touch both
  std::vector<int> split_writes;        // functionalities that write both: saga candidates
  std::vector<int> atomic_writes;       // ... and must be atomic
  double crossing_reads = 0;            // reads of one by functionalities that came from the other
  double crossing_writes = 0;
  double crossing_rate = 0;         // all steps across, either way
  double reads_of_a = 0;            // of crossing_reads, those that read `a`
  std::vector<Relation> relations;  // foreign keys cut
  Advice advice = Advice::None;
  std::string reason;  // in numbers
};

enum class ConstraintKind : std::uint8_t {
  KeepTogether,
  KeepApart,
  Pin,
  ServicesLow,
  ServicesHigh,
  SizeLow,
  SizeHigh
};

struct ConstraintRef {
  ConstraintKind kind = ConstraintKind::Pin;
  int index = 0;  // into its vector; 0 for the numbers
  friend bool operator==(ConstraintRef, ConstraintRef) = default;
};

// Constraints that can't all hold; without any one of them the rest can.
struct Conflict {
  std::vector<ConstraintRef> constraints;
  std::string reason;
};

// Why the number of services was chosen: one line per number tried.
struct ServicesScore {
  int services = 0;
  int cut = -1;          // into Result::best
  double stability = 0;  // mean vote within services less mean vote between neighbours, 0..1
  double modularity = 0;
  double benefit = 0;  // what the choice maximises
};

struct Result {
  Cut chosen;
  bool stay_one = false;              // one service (a modular monolith) is the better answer
  std::vector<std::string> reasons;   // for the number of services or for staying one, in numbers
  std::vector<Cut> best;              // per number of services, ascending
  std::vector<ServicesScore> scores;  // parallel to best
  std::vector<Cut> archive;           // non-dominated over all objectives, by services
  Consensus consensus;
  std::vector<Placement> placements;     // of the chosen cut, per entity
  std::vector<BoundaryCost> boundaries;  // of the chosen cut, per pair of services with any cost
  std::vector<Conflict> conflicts;       // when not empty, only this is filled
  std::vector<std::string> notes;        // limits that were met
};

Result decompose(const Input& input, const Options& options);

// Scores and explains a cut that somebody else made. Group labels may be any integers from 0.
Result assess(const Input& input, const std::vector<int>& group, const Options& options);

std::string to_text(Advice advice);
std::string to_text(ConstraintKind kind);

}  // namespace scantling::boundaries
