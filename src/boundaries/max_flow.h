// Maximum flow and minimum cut in an undirected network: Dinic's algorithm.
#pragma once

#include <cstddef>
#include <vector>

namespace scantling::boundaries {

class FlowNetwork {
 public:
  explicit FlowNetwork(int nodes) : out_(static_cast<std::size_t>(nodes)) {}

  // Capacity `forward` from a to b and `backward` from b to a.
  void connect(int a, int b, double forward, double backward);
  double run(int source, int sink);
  // After run(): true for the nodes that the source still reaches, one side of a minimum cut.
  const std::vector<char>& source_side() const { return reached_; }

 private:
  struct Arc {
    int to = 0;
    double capacity = 0;
  };
  bool layer(int source, int sink);
  double push(int source, int sink);

  std::vector<Arc> arcs_;  // arc i and i ^ 1 are each other's reverse
  std::vector<std::vector<std::size_t>> out_;
  std::vector<int> depth_;
  std::vector<std::size_t> next_;
  std::vector<char> reached_;
};

}  // namespace scantling::boundaries
