// The system graph as SVG.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/graph.h"
#include "report/svg.h"

namespace scantling {

namespace {

constexpr double kNameSize = 13, kDetailSize = 11, kLabelSize = 10.5, kTitleSize = 11.5;
constexpr double kNodeHeight = 46;
constexpr double kPadX = 12;
constexpr double kIcon = 18;  // room for the kind's sign
constexpr std::size_t kMostName = 26;

std::string node_name(const GraphNode& node) {
  return shortened(node.name, kMostName);
}
std::string node_detail(const GraphNode& node) {
  return shortened(node.detail, 32);
}

LayoutGraph to_layout(const SystemGraph& graph) {
  LayoutGraph out;
  for (const GraphNode& node : graph.nodes) {
    const double text = std::max(text_width(node_name(node), kNameSize) * 1.1,
                                 text_width(node_detail(node), kDetailSize));
    out.nodes.push_back(
        {std::max(96.0, std::ceil(text) + 2 * kPadX + kIcon), kNodeHeight, node.cluster});
  }
  for (const GraphEdge& edge : graph.edges) {
    const double width = text_width(edge.label(), kLabelSize);
    out.edges.push_back(
        {edge.from, edge.to, width > 0 ? std::ceil(width) + 8 : 0, width > 0 ? kLabelSize + 5 : 0});
  }
  for (const std::string& cluster : graph.clusters)
    out.clusters.push_back(
        {std::ceil(text_width(shortened(cluster, kMostName), kTitleSize)) + 4, kTitleSize + 4});
  return out;
}

// 0 (cool) to 5 (hot); -1 when not known.
int step_of(double value, std::initializer_list<double> bounds) {
  if (value < 0) return -1;
  int step = 0;
  for (const double bound : bounds)
    if (value > bound) ++step;
  return step;
}

std::string heat_attributes(const GraphNode& node, double most_cost) {
  std::string out;
  auto add = [&](const char* name, int step) {
    if (step >= 0) out += fmt::format(" data-{}=\"{}\"", name, step);
  };
  add("u", step_of(node.utilisation, {.3, .5, .65, .8, .9}));
  add("p", step_of(node.p99_seconds, {.01, .05, .2, 1, 3}));
  if (node.cost_per_month > 0 && most_cost > 0)
    add("c", step_of(node.cost_per_month / most_cost, {.1, .25, .45, .65, .85}));
  return out;
}

std::string shape_of(GraphKind kind, const Box& box) {
  const double w = box.width, h = box.height;
  switch (kind) {
    case GraphKind::Store: {
      const double e = 5;  // half height of the lid
      return fmt::format(
          "<path class=\"box\" d=\"M0 {e}A{r} {e} 0 0 1 {w} {e}V{b}A{r} {e} 0 0 1 0 {b}Z\"/>"
          "<path class=\"lid\" d=\"M0 {e}A{r} {e} 0 0 0 {w} {e}\"/>",
          fmt::arg("e", px(e)), fmt::arg("r", px(w / 2)), fmt::arg("w", px(w)),
          fmt::arg("b", px(h - e)));
    }
    case GraphKind::Channel:
      return fmt::format("<rect class=\"box\" width=\"{}\" height=\"{}\" rx=\"{}\"/>", px(w), px(h),
                         px(h / 2));
    case GraphKind::Actor:
      return fmt::format("<rect class=\"box\" width=\"{}\" height=\"{}\" rx=\"{}\"/>", px(w), px(h),
                         px(h / 2));
    case GraphKind::Gateway:
      return fmt::format("<path class=\"box\" d=\"M10 0H{}L{} {}L{} {}H10L0 {}Z\"/>", px(w - 10),
                         px(w), px(h / 2), px(w - 10), px(h), px(h / 2));
    case GraphKind::External:
    case GraphKind::Service: break;
  }
  return fmt::format("<rect class=\"box\" width=\"{}\" height=\"{}\" rx=\"6\"/>", px(w), px(h));
}

// A sign for the kind, in a box of 14 by 14 with its middle at the left of the text.
std::string_view sign_of(GraphKind kind) {
  switch (kind) {
    case GraphKind::Actor:
      return "<circle cx=\"7\" cy=\"4\" r=\"3\"/><path d=\"M1 14a6 6 0 0 1 12 0\"/>";
    case GraphKind::Gateway: return "<path d=\"M1 13V5a6 4 0 0 1 12 0v8M7 2v11\"/>";
    case GraphKind::Service: return "<path d=\"M7 1l6 3v6l-6 3-6-3V4zM1 4l6 3 6-3M7 7v6\"/>";
    case GraphKind::Store:
      return "<ellipse cx=\"7\" cy=\"3\" rx=\"5.5\" ry=\"2\"/><path d=\"M1.5 3v8c0 2.6 11 2.6 11 "
             "0V3\"/>";
    case GraphKind::Channel: return "<path d=\"M1 4h9m-3-3 3 3-3 3M13 10H4m3-3-3 3 3 3\"/>";
    case GraphKind::External:
      return "<path d=\"M4 12h6a3 3 0 0 0 .6-5.9A4 4 0 0 0 3 6.4 2.8 2.8 0 0 0 4 12z\"/>";
  }
  return "";
}

std::string value_text(const GraphNode& node) {
  std::vector<std::string> parts;
  if (!node.detail.empty()) parts.push_back(node.detail);
  if (node.p99_seconds >= 0) parts.push_back("p99 " + readable_seconds(node.p99_seconds));
  if (node.cost_per_month > 0) parts.push_back(number_text(node.cost_per_month, 4) + " a month");
  return join(parts, ", ");
}

std::string node_svg(const SystemGraph& graph, std::size_t index, const Box& box,
                     const std::string& id, double most_cost) {
  const GraphNode& node = graph.nodes[index];
  const std::string kind(to_text(node.kind));
  std::string described = fmt::format("{} {}", kind, node.name);
  if (!value_text(node).empty()) described += ": " + value_text(node);
  const bool two = !node.detail.empty();
  const double lid = node.kind == GraphKind::Store ? 4 : 0;  // the text stands below it
  std::string out = fmt::format(
      "<g class=\"node {}\" id=\"{}-n{}\" data-node=\"{}\" tabindex=\"0\" role=\"button\" "
      "aria-pressed=\"false\" aria-label=\"{}\" transform=\"translate({} {})\"{}><title>{}</title>",
      kind, id, index, index, escape_html(described), px(box.x), px(box.y),
      heat_attributes(node, most_cost), escape_html(described));
  out += shape_of(node.kind, box);
  out += fmt::format("<g class=\"sign\" transform=\"translate({} {})\">{}</g>", px(kPadX - 2),
                     px(box.height / 2 - 7 + lid / 2), sign_of(node.kind));
  const double x = kPadX + kIcon;
  out +=
      fmt::format("<text class=\"name\" x=\"{}\" y=\"{}\">{}</text>", px(x),
                  px((two ? 20 : box.height / 2 + 4.5) + lid / 1.5), escape_html(node_name(node)));
  if (two)
    out += fmt::format("<text class=\"detail\" x=\"{}\" y=\"{}\">{}</text>", px(x),
                       px(35 + lid / 2), escape_html(node_detail(node)));
  return out + "</g>\n";
}

std::string path_of(const std::vector<Point>& points) {
  std::string out = fmt::format("M{} {}", px(points[0].x), px(points[0].y));
  for (std::size_t i = 1; i < points.size(); ++i) {
    const Point& a = points[i - 1];
    const Point& b = points[i];
    if (a.y == b.y) {
      if (a.x != b.x) out += fmt::format("H{}", px(b.x));
      continue;
    }
    const double middle = (a.x + b.x) / 2;
    out += fmt::format("C{} {} {} {} {} {}", px(middle), px(a.y), px(middle), px(b.y), px(b.x),
                       px(b.y));
  }
  return out;
}

std::string_view class_of(EdgeKind kind) {
  switch (kind) {
    case EdgeKind::Call: return "call";
    case EdgeKind::Data: return "data";
    case EdgeKind::Message: return "message";
  }
  return "";
}

std::string edge_svg(const SystemGraph& graph, std::size_t index, const PlacedEdge& placed,
                     const std::string& id) {
  if (placed.points.size() < 2) return "";
  const GraphEdge& edge = graph.edges[index];
  std::string out = fmt::format(
      "<g class=\"edge {}\" data-from=\"{}\" data-to=\"{}\"><title>{}</title>"
      "<path d=\"{}\" marker-end=\"url(#{}-arrow)\"/>",
      class_of(edge.kind), edge.from, edge.to,
      escape_html(fmt::format("{} to {}: {}", graph.nodes[static_cast<std::size_t>(edge.from)].name,
                              graph.nodes[static_cast<std::size_t>(edge.to)].name,
                              edge.described())),
      path_of(placed.points), id);
  if (placed.label.width > 0)
    out += fmt::format(
        "<rect class=\"plate\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"3\"/>"
        "<text x=\"{}\" y=\"{}\">{}</text>",
        px(placed.label.x), px(placed.label.y), px(placed.label.width), px(placed.label.height),
        px(placed.label.x + placed.label.width / 2),
        px(placed.label.y + placed.label.height / 2 + 3.7), escape_html(edge.label()));
  return out + "</g>\n";
}

}  // namespace

std::string graph_svg(const SystemGraph& graph, const std::string& id, const std::string& title) {
  if (graph.nodes.empty()) return "";
  const Layout drawn = layout(to_layout(graph));
  double most_cost = 0;
  for (const GraphNode& node : graph.nodes)
    most_cost = std::max(most_cost, node.cost_per_month);
  std::string out = fmt::format(
      "<svg class=\"graph\" id=\"{0}\" data-heat=\"u\" width=\"{1}\" height=\"{2}\" "
      "style=\"--w:{1}px\" viewBox=\"0 0 {1} {2}\" role=\"group\" aria-label=\"{3}\">\n"
      "<defs><marker id=\"{0}-arrow\" viewBox=\"0 0 8 8\" refX=\"7.2\" refY=\"4\" "
      "markerWidth=\"7\" markerHeight=\"7\" orient=\"auto-start-reverse\">"
      "<path class=\"head\" d=\"M0 .8 7.4 4 0 7.2Z\"/></marker></defs>\n",
      id, px(drawn.width), px(drawn.height), escape_html(title));
  for (std::size_t c = 0; c < drawn.clusters.size(); ++c) {
    const Box& box = drawn.clusters[c];
    if (box.width <= 0) continue;
    out += fmt::format(
        "<g class=\"cluster\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"10\"/>"
        "<text x=\"{}\" y=\"{}\">{}</text></g>\n",
        px(box.x), px(box.y), px(box.width), px(box.height), px(drawn.titles[c].x),
        px(drawn.titles[c].y + kTitleSize), escape_html(shortened(graph.clusters[c], kMostName)));
  }
  out += "<g class=\"edges\">\n";
  for (std::size_t e = 0; e < graph.edges.size(); ++e)
    out += edge_svg(graph, e, drawn.edges[e], id);
  out += "</g>\n<g class=\"nodes\">\n";
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    out += node_svg(graph, i, drawn.nodes[i].box, id, most_cost);
  return out + "</g>\n</svg>\n";
}

std::string graph_json(const SystemGraph& graph) {
  std::string out = "{\"nodes\":[";
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    out += fmt::format("{}{{\"kind\":{},\"name\":{}}}", i > 0 ? "," : "",
                       script_string(to_text(graph.nodes[i].kind)),
                       script_string(graph.nodes[i].name));
  out += "],\"edges\":[";
  for (std::size_t e = 0; e < graph.edges.size(); ++e)
    out += fmt::format("{}[{},{}]", e > 0 ? "," : "", graph.edges[e].from, graph.edges[e].to);
  return out + "]}";
}

}  // namespace scantling
