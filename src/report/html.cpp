// One self-contained HTML file: styles, script and drawings are inside, nothing is fetched.
#include "report/html.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/assert.h"
#include "base/embedded.h"
#include "base/text.h"
#include "report/graph.h"
#include "report/outline.h"
#include "report/svg.h"

namespace scantling {

std::span<const EmbeddedFile> embedded_report();

namespace {

std::string_view asset(std::string_view name) {
  for (const EmbeddedFile& file : embedded_report())
    if (file.name == name) return file.text;
  SCANTLING_ASSERT(false);
  return "";
}

// The rest of the tree's sections: what has no form of its own in the page.
bool has_own_form(const std::string& topic) {
  for (const char* known : {"unmet", "faults", "checks", "decisions", "cost"})
    if (topic == known) return true;
  return false;
}

std::string sentence_case(const std::string& title) {
  std::string out = title;
  for (std::size_t i = 1; i < out.size(); ++i)
    if (out[i] >= 'A' && out[i] <= 'Z') out[i] = static_cast<char>(out[i] - 'A' + 'a');
  return out;
}

std::string block_id(const Block& block) {
  if (block.topic == "service") return "service-" + anchor(block.title);
  if (block.topic == "load") return "operations";
  if (block.topic == "sagas" || block.topic == "services" || block.topic == "unmet")
    return block.topic;
  return "block-" + anchor(block.code.empty() ? block.title : block.code);
}

std::string blocks_html(const Section& section) {
  std::string out = "<div class=\"blocks\">\n";
  bool any = false;
  for (const Block& block : section.blocks) {
    if (has_own_form(block.topic)) continue;
    Block shown = block;
    std::erase_if(shown.items, [](const Item& item) { return item.verdict; });
    out += block_html(shown, block_id(shown));
    any = true;
  }
  return any ? out + "</div>\n" : "";
}

std::vector<PageSection> page_sections(const Facts& facts, const Sources& sources,
                                       const std::vector<Requirement>& requirements) {
  std::vector<PageSection> out;
  auto add = [&](const char* id, const std::string& title, std::string html) {
    if (!html.empty()) out.push_back({id, title, std::move(html)});
  };
  add("verdict", "Requirements", verdict_html(requirements));
  add("system", "System", system_html(facts));
  const Document document = build_document(facts.result, "tree");
  std::string proof;
  for (const Section& section : document.sections)
    if (section.title == "PROOF") proof = blocks_html(section);
  add("proof", "Proof",
      experiments_html(facts, requirements) + proof +
          verification_steppers_html(facts.result.verification));
  add("decisions", "Decisions", decisions_html(facts));
  add("findings", "Findings", findings_html(facts, sources));
  for (const Section& section : document.sections) {
    if (section.title == "PROOF") continue;
    std::string html = blocks_html(section);
    if (section.title == "COMMUNICATION") html += sequences_html(facts);
    if (section.title == "COST") html = cost_html(facts);
    const std::string title = section.title == "DECISIONS AND ASSUMPTIONS"
                                  ? "Assumptions and questions"
                                  : sentence_case(section.title);
    const std::string id = section.title == "COST" ? "cost" : "section-" + anchor(title);
    add(id.c_str(), title, std::move(html));
  }
  add("checklist", "Checklist", blocks_html(checklist_section(facts, requirements)));
  return out;
}

std::string head_html(const std::string& title, const std::string& kind) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      // Nothing may be fetched, whatever a model's text tries.
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"generator\" "
      "content=\"scantling\">\n<title>{}: {}</title>\n"
      "<link rel=\"icon\" href=\"data:,\">\n<style>\n{}</style>\n</head>\n",
      escape_html(title), escape_html(lower(kind)), asset("assets/report.css"));
}

std::string header_html(const Facts& facts, const Document& document,
                        const std::vector<Requirement>& requirements) {
  const VerdictCounts counts = count_verdicts(requirements);
  std::string out = fmt::format("<header><p class=\"over\">Architecture report</p><h1>{}</h1>",
                                escape_html(document.title));
  if (facts.model.summary)
    out += fmt::format("<p class=\"summary\">{}</p>", escape_html(*facts.model.summary));
  out += "<dl class=\"facts\">";
  for (const Item& item : document.facts) {
    if (item.label == "system domain") continue;
    out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", escape_html(item.label),
                       escape_html(item.value));
  }
  if (!facts.result.estimate.cost.empty())
    out += fmt::format(
        "<div><dt>cost</dt><dd>{}</dd></div>",
        escape_html(money(facts.result.estimate.cost_per_month, facts.result.estimate.currency)));
  out += "</dl>";
  if (counts.not_met > 0)
    out += fmt::format("<p class=\"headline bad\">{} not met.</p>",
                       plural_of(static_cast<std::size_t>(counts.not_met), "requirement"));
  return out + "</header>\n";
}

std::string nav_html(const std::vector<PageSection>& sections) {
  std::string out = "<nav aria-label=\"Sections\"><ol>";
  for (const PageSection& section : sections)
    out += fmt::format("<li><a href=\"#{}\">{}</a></li>", section.id, escape_html(section.title));
  return out + "</ol></nav>\n";
}

}  // namespace

std::string page_html(const Page& page, const std::vector<PageSection>& sections) {
  std::string out = head_html(page.title, page.kind);
  out += fmt::format(
      "<body>\n<a class=\"skip\" href=\"#{}\">Skip to the content</a>\n<header><p "
      "class=\"over\">{}</p><h1>{}</h1>{}</header>\n",
      sections.empty() ? "" : sections.front().id, escape_html(page.kind), escape_html(page.title),
      page.head);
  out += nav_html(sections) + "<main>\n";
  for (const PageSection& section : sections)
    out += fmt::format("<section id=\"{}\"><h2>{}</h2>\n{}</section>\n", section.id,
                       escape_html(section.title), section.html);
  return out + fmt::format(
                   "</main>\n<footer><p>{}</p></footer>\n<script>\n{}</script>\n</body>\n"
                   "</html>\n",
                   page.foot, asset("assets/report.js"));
}

std::string report_html(const DesignResult& result, const Sources& sources, const ReportOptions&) {
  const Facts facts(result);
  const std::vector<Requirement> requirements = requirements_of(facts);
  const Document document = build_document(result, "tree");
  const std::vector<PageSection> sections = page_sections(facts, sources, requirements);
  std::string out = head_html(document.title, "architecture report");
  out += "<body>\n<a class=\"skip\" href=\"#verdict\">Skip to the requirements</a>\n";
  out += header_html(facts, document, requirements) + nav_html(sections) + "<main>\n";
  for (const PageSection& section : sections)
    out += fmt::format("<section id=\"{}\"><h2>{}</h2>\n{}</section>\n", section.id,
                       escape_html(section.title), section.html);
  out +=
      "</main>\n<footer><p>Computed by scantling from the model alone. Marks: "
      "<span class=\"origin given\">given</span> <span class=\"origin decided\">decided</span> "
      "<span class=\"origin measured\">measured</span> "
      "<span class=\"origin assumed\">assumed</span></p></footer>\n";
  out += fmt::format("<script>\n{}</script>\n</body>\n</html>\n", asset("assets/report.js"));
  return out;
}

}  // namespace scantling
