// The cut as one self-contained HTML page: services and what crosses between them as a drawing,
// then every table.
#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "report/boundaries_parts.h"
#include "report/facts.h"
#include "report/graph.h"
#include "report/html.h"
#include "report/outline.h"
#include "report/svg.h"

namespace scantling {

namespace cut = boundaries;

namespace {

constexpr std::size_t edges_drawn = 60;

// Services, and the borders between them with the most traffic. An edge goes from the side that
// asks more.
std::string drawing(const BoundariesReport& report) {
  SystemGraph graph;
  for (int s = 0; s < report.result.chosen.services; ++s) {
    GraphNode node;
    node.name = service_name(report, s);
    const std::size_t members = members_of(report, s).size();
    node.detail = plural_of(members, "entity");
    graph.nodes.push_back(std::move(node));
  }
  std::vector<const cut::BoundaryCost*> borders;
  for (const cut::BoundaryCost& cost : report.result.boundaries)
    if (cost.advice != cut::Advice::None) borders.push_back(&cost);
  std::stable_sort(borders.begin(), borders.end(), [](const auto* a, const auto* b) {
    return a->crossing_rate > b->crossing_rate;
  });
  const std::size_t left_out = borders.size() > edges_drawn ? borders.size() - edges_drawn : 0;
  borders.resize(borders.size() - left_out);
  for (const cut::BoundaryCost* cost : borders) {
    const bool a_is_asked = 2 * cost->reads_of_a >= cost->crossing_reads && cost->reads_of_a > 0;
    const bool message = cost->advice == cut::Advice::Event;
    std::vector<std::string> how{cut::to_text(cost->advice)};
    if (!cost->atomic_writes.empty()) how.push_back("saga");
    graph.edges.push_back({a_is_asked ? cost->b : cost->a, a_is_asked ? cost->a : cost->b,
                           message ? EdgeKind::Message : EdgeKind::Call, std::move(how),
                           report.subject.input.rated ? cost->crossing_rate : -1});
  }
  std::string out =
      "<div class=\"scroll graph-frame\" tabindex=\"0\" role=\"region\" aria-label=\"services\">" +
      graph_svg(graph, "cut-graph", "services and what crosses between them") + "</div>\n";
  out += "<p class=\"note\">Each line is labelled with the advice for that border";
  if (left_out > 0) out += fmt::format("; {} with less traffic are left out", left_out);
  return out + ".</p>\n";
}

std::string section_html(const Section& section) {
  std::string out = "<div class=\"blocks\">\n";
  for (const Block& block : section.blocks)
    out += block_html(block, "block-" + anchor(section.title + "-" + block.title));
  return out + "</div>\n";
}

std::string sentence_case(const std::string& title) {
  std::string out = lower(title);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z')
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

std::string facts_html(const Document& document) {
  std::string out = "<dl class=\"facts\">";
  for (const Item& item : document.facts)
    out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", escape_html(item.label),
                       escape_html(item.value));
  return out + "</dl>";
}

}  // namespace

std::string boundaries_html(const BoundariesReport& report) {
  const Document document = boundaries_document(report, true);
  std::vector<PageSection> sections;
  if (report.result.chosen.services > 1) sections.push_back({"cut", "The cut", drawing(report)});
  for (const Section& section : document.sections)
    sections.push_back({"section-" + anchor(sentence_case(section.title)),
                        sentence_case(section.title), section_html(section)});
  Page page;
  page.title = report.subject.name;
  page.kind = "Service boundaries";
  page.head = facts_html(document);
  page.foot = "Computed by scantling from the input alone.";
  return page_html(page, sections);
}

}  // namespace scantling
