#include "report/network_simplex.h"

#include <algorithm>
#include <limits>

#include "base/assert.h"

namespace scantling {

namespace {

class Simplex {
 public:
  Simplex(int count, std::vector<DistanceConstraint> constraints)
      : count_(static_cast<std::size_t>(count)), constraints_(std::move(constraints)) {
    join_sources();
    outgoing_.resize(count_);
    incoming_.resize(count_);
    net_weight_.assign(count_, 0);
    for (std::size_t e = 0; e < constraints_.size(); ++e) {
      const DistanceConstraint& c = constraints_[e];
      outgoing_[index(c.from)].push_back(e);
      incoming_[index(c.to)].push_back(e);
      net_weight_[index(c.from)] += c.weight;
      net_weight_[index(c.to)] -= c.weight;
    }
  }

  std::vector<int> run(std::int64_t max_pivots, int wanted) {
    longest_paths();
    tight_tree();
    walk_tree();
    std::size_t search_from = 0;
    for (std::int64_t pivot = 0; pivot < max_pivots; ++pivot) {
      const std::size_t leaving = leaving_child(search_from);
      if (leaving == count_) break;
      search_from = leaving;
      exchange(leaving);
    }
    position_.resize(static_cast<std::size_t>(wanted));
    const int least = position_.empty() ? 0 : *std::min_element(position_.begin(), position_.end());
    for (int& p : position_)
      p -= least;
    return std::move(position_);
  }

 private:
  static std::size_t index(int i) { return static_cast<std::size_t>(i); }

  // One root before every source, without weight: the constraints are connected then.
  void join_sources() {
    std::vector<bool> has_before(count_, false);
    for (const DistanceConstraint& c : constraints_)
      has_before[index(c.to)] = true;
    const int root = static_cast<int>(count_);
    for (std::size_t i = 0; i < count_; ++i)
      if (!has_before[i]) constraints_.push_back({root, static_cast<int>(i), 0, 0});
    ++count_;
  }

  int slack(const DistanceConstraint& c) const {
    return position_[index(c.to)] - position_[index(c.from)] - c.least;
  }

  void longest_paths() {
    position_.assign(count_, 0);
    std::vector<std::size_t> waiting(count_);
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < count_; ++i) {
      waiting[i] = incoming_[i].size();
      if (waiting[i] == 0) ready.push_back(i);
    }
    std::size_t done = 0;
    while (done < ready.size()) {
      const std::size_t at = ready[done++];
      for (const std::size_t e : outgoing_[at]) {
        const std::size_t to = index(constraints_[e].to);
        position_[to] = std::max(position_[to], position_[at] + constraints_[e].least);
        if (--waiting[to] == 0) ready.push_back(to);
      }
    }
    SCANTLING_ASSERT(done == count_);  // a cycle
  }

  // Grows a spanning tree of constraints without slack, moving it as a whole where none is left.
  void tight_tree() {
    in_tree_.assign(constraints_.size(), false);
    reached_.assign(count_, false);
    members_.clear();
    reach(count_ - 1);
    grow(0);
    while (members_.size() < count_) {
      std::size_t best = constraints_.size();
      for (std::size_t e = 0; e < constraints_.size(); ++e) {
        const DistanceConstraint& c = constraints_[e];
        if (reached_[index(c.from)] == reached_[index(c.to)]) continue;
        if (best == constraints_.size() || slack(c) < slack(constraints_[best])) best = e;
      }
      SCANTLING_ASSERT(best < constraints_.size());
      const bool forward = reached_[index(constraints_[best].from)];
      const int by = forward ? slack(constraints_[best]) : -slack(constraints_[best]);
      for (const std::size_t member : members_)
        position_[member] += by;
      grow_over(best);
    }
  }

  void reach(std::size_t node) {
    reached_[node] = true;
    members_.push_back(node);
  }
  void grow_over(std::size_t e) {
    const DistanceConstraint& c = constraints_[e];
    in_tree_[e] = true;
    const std::size_t before = members_.size();
    reach(index(reached_[index(c.from)] ? c.to : c.from));
    grow(before);
  }
  void grow(std::size_t from_member) {
    for (std::size_t at = from_member; at < members_.size(); ++at) {
      const std::size_t node = members_[at];
      for (const auto* list : {&outgoing_[node], &incoming_[node]})
        for (const std::size_t e : *list) {
          const DistanceConstraint& c = constraints_[e];
          const std::size_t other = index(index(c.from) == node ? c.to : c.from);
          if (reached_[other] || slack(c) != 0) continue;
          in_tree_[e] = true;
          reach(other);
        }
    }
  }

  // Parents, a preorder (a node's subtree is the run [first_, last_) of it), and the net weight
  // that leaves each subtree: with its sign, the cut value of the edge to the parent.
  void walk_tree() {
    parent_edge_.assign(count_, constraints_.size());
    first_.assign(count_, 0);
    last_.assign(count_, 0);
    order_.clear();
    std::vector<std::size_t> pending{count_ - 1};
    std::vector<bool> seen(count_, false);
    seen[count_ - 1] = true;
    while (!pending.empty()) {
      const std::size_t node = pending.back();
      pending.pop_back();
      first_[node] = order_.size();
      order_.push_back(node);
      for (const auto* list : {&outgoing_[node], &incoming_[node]})
        for (const std::size_t e : *list) {
          if (!in_tree_[e]) continue;
          const DistanceConstraint& c = constraints_[e];
          const std::size_t other = index(index(c.from) == node ? c.to : c.from);
          if (seen[other]) continue;
          seen[other] = true;
          parent_edge_[other] = e;
          pending.push_back(other);
        }
    }
    SCANTLING_ASSERT(order_.size() == count_);
    subtree_weight_ = net_weight_;
    for (std::size_t i = 0; i < count_; ++i)
      last_[i] = first_[i] + 1;
    for (std::size_t i = order_.size(); i-- > 1;) {
      const std::size_t node = order_[i];
      const DistanceConstraint& c = constraints_[parent_edge_[node]];
      const std::size_t parent = index(index(c.from) == node ? c.to : c.from);
      subtree_weight_[parent] += subtree_weight_[node];
      last_[parent] = std::max(last_[parent], last_[node]);
    }
  }

  bool in_subtree(std::size_t node, std::size_t root) const {
    return first_[node] >= first_[root] && first_[node] < last_[root];
  }

  // A child whose edge to its parent has a negative cut value, searched round from the last one.
  std::size_t leaving_child(std::size_t from) const {
    for (std::size_t i = 0; i < count_; ++i) {
      const std::size_t node = (from + i) % count_;
      const std::size_t e = parent_edge_[node];
      if (e == constraints_.size()) continue;
      const bool child_is_tail = index(constraints_[e].from) == node;
      const std::int64_t cut = child_is_tail ? subtree_weight_[node] : -subtree_weight_[node];
      if (cut < 0) return node;
    }
    return count_;
  }

  void exchange(std::size_t child) {
    const std::size_t leaving = parent_edge_[child];
    const bool child_is_tail = index(constraints_[leaving].from) == child;
    // The edge that enters goes from the head's side to the tail's: the other way over the cut.
    std::size_t entering = constraints_.size();
    for (std::size_t e = 0; e < constraints_.size(); ++e) {
      if (in_tree_[e]) continue;
      const DistanceConstraint& c = constraints_[e];
      const bool from_below = in_subtree(index(c.from), child);
      const bool to_below = in_subtree(index(c.to), child);
      const bool crosses = child_is_tail ? (!from_below && to_below) : (from_below && !to_below);
      if (!crosses) continue;
      if (entering == constraints_.size() || slack(c) < slack(constraints_[entering])) entering = e;
    }
    SCANTLING_ASSERT(entering < constraints_.size());
    const int by = slack(constraints_[entering]);
    for (std::size_t i = first_[child]; i < last_[child]; ++i)
      position_[order_[i]] += child_is_tail ? -by : by;
    in_tree_[leaving] = false;
    in_tree_[entering] = true;
    walk_tree();
  }

  std::size_t count_;
  std::vector<DistanceConstraint> constraints_;
  std::vector<std::vector<std::size_t>> outgoing_, incoming_;
  std::vector<std::int64_t> net_weight_, subtree_weight_;
  std::vector<int> position_;
  std::vector<bool> in_tree_, reached_;
  std::vector<std::size_t> members_, parent_edge_, first_, last_, order_;
};

}  // namespace

std::vector<int> least_total_length(int count, const std::vector<DistanceConstraint>& constraints,
                                    std::int64_t max_pivots) {
  if (count == 0) return {};
  return Simplex(count, constraints).run(max_pivots, count);
}

std::int64_t total_length(const std::vector<int>& positions,
                          const std::vector<DistanceConstraint>& constraints) {
  std::int64_t sum = 0;
  for (const DistanceConstraint& c : constraints)
    sum += std::int64_t{c.weight} * (positions[static_cast<std::size_t>(c.to)] -
                                     positions[static_cast<std::size_t>(c.from)]);
  return sum;
}

}  // namespace scantling
