// The system as a graph: actors, gateway, services, stores, channels and externals, with who asks
// whom, how and how often.
#pragma once

#include <string>
#include <vector>

#include "report/facts.h"
#include "report/layout.h"

namespace scantling {

enum class GraphKind : std::uint8_t { Actor, Gateway, Service, Store, Channel, External };
std::string_view to_text(GraphKind kind);

struct GraphNode {
  GraphKind kind = GraphKind::Service;
  std::string name;
  std::string detail;                                              // a short second line
  int cluster = -1;                                                // index of its context
  double utilisation = -1, p99_seconds = -1, cost_per_month = -1;  // -1: not known
};

enum class EdgeKind : std::uint8_t { Call, Data, Message };

struct GraphEdge {
  int from = 0, to = 0;
  EdgeKind kind = EdgeKind::Call;
  std::vector<std::string> how;   // "gRPC", "read", "write", "publish", ...
  double rate = -1;               // per second at peak; -1: not known
  std::string label() const;      // short: "gRPC 240/s", "r/w 720/s"
  std::string described() const;  // "read and write 720/s"
};

struct SystemGraph {
  std::vector<GraphNode> nodes;
  std::vector<GraphEdge> edges;
  std::vector<std::string> clusters;  // names of contexts
};

SystemGraph system_graph(const Facts& facts);
// Contexts (and externals) with their relations.
SystemGraph context_graph(const Facts& facts);

// `id` is unique in the page. The drawing is complete without scripts; heat is by utilisation until
// the script changes it.
std::string graph_svg(const SystemGraph& graph, const std::string& id, const std::string& title);
// Nodes and edges for the page's script.
std::string graph_json(const SystemGraph& graph);

}  // namespace scantling
