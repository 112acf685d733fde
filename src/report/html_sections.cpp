// Verdicts, graph, decisions, findings and cost as HTML.
#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "report/graph.h"
#include "report/html.h"
#include "report/svg.h"

namespace scantling {

namespace {

int urgency(RequirementVerdict verdict) {
  switch (verdict) {
    case RequirementVerdict::NotMet: return 0;
    case RequirementVerdict::AtRisk: return 1;
    case RequirementVerdict::NotShown: return 3;
    case RequirementVerdict::Met: return 2;
  }
  return 3;
}

std::string_view mark_of(RequirementVerdict verdict) {
  switch (verdict) {
    case RequirementVerdict::Met: return "✓";
    case RequirementVerdict::AtRisk: return "!";
    case RequirementVerdict::NotMet: return "✗";
    case RequirementVerdict::NotShown: return "?";
  }
  return "";
}

std::string tile_html(const Requirement& item) {
  std::string title = item.subject;
  if (!item.what.empty()) title += " " + item.what;
  std::string out = fmt::format(
      "<li class=\"tile {}\" data-path=\"{}\"><a href=\"#{}\"><span class=\"state\"><i "
      "aria-hidden=\"true\">{}</i>{}</span><span class=\"scenario\">{}</span><span "
      "class=\"subject\">{}</span>",
      style_of(item.verdict), escape_html(item.path), anchor(item.anchor), mark_of(item.verdict),
      to_text(item.verdict), escape_html(item.scenario), escape_html(title));
  if (!item.reached.empty())
    out += fmt::format("<span class=\"reached\">{}</span>", escape_html(item.reached));
  out += fmt::format("<span class=\"target\">{}{}</span></a>", item.reached.empty() ? "" : "asked ",
                     escape_html(item.target));
  if (item.verdict == RequirementVerdict::NotMet || item.verdict == RequirementVerdict::AtRisk) {
    const std::vector<std::string> causes = main_causes(item);
    for (const std::string& cause : causes)
      out += fmt::format("<p>{}</p>", escape_html(cause));
    if (causes.empty() && !item.evidence.empty())
      out += fmt::format("<p class=\"evidence\">{}</p>", escape_html(item.evidence));
    if (!item.relax.empty())
      out += fmt::format("<p><b>Would hold with:</b> {}</p>", escape_html(item.relax));
    if (!item.conflict.empty())
      out += fmt::format("<p><b>Or without one of:</b> {}</p>",
                         escape_html(enumerate(item.conflict, "or")));
  } else {
    out += fmt::format("<p class=\"evidence\">{}</p>", escape_html(item.evidence));
  }
  return out + "</li>\n";
}

std::string bar_html(const VerdictCounts& counts) {
  const int all = counts.met + counts.at_risk + counts.not_met + counts.not_shown;
  if (all == 0) return "";
  std::string out = "<div class=\"verdict-bar\" aria-hidden=\"true\">";
  auto part = [&](int n, RequirementVerdict verdict) {
    if (n > 0) out += fmt::format("<i class=\"{}\" style=\"flex:{}\"></i>", style_of(verdict), n);
  };
  part(counts.not_met, RequirementVerdict::NotMet);
  part(counts.at_risk, RequirementVerdict::AtRisk);
  part(counts.met, RequirementVerdict::Met);
  part(counts.not_shown, RequirementVerdict::NotShown);
  return out + "</div>";
}

// Criteria of all alternatives, in order of first mention.
std::vector<std::string> criteria_of(const Decision& decision) {
  std::vector<std::string> out;
  for (const Alternative& alternative : decision.alternatives)
    for (const Score& score : alternative.scores)
      if (std::find(out.begin(), out.end(), score.criterion) == out.end())
        out.push_back(score.criterion);
  return out;
}

std::string score_text(const Alternative& alternative, const std::string& criterion) {
  for (const Score& score : alternative.scores)
    if (score.criterion == criterion)
      return number_text(score.value, 4) + (score.unit.empty() || score.unit == "%" ? "" : " ") +
             score.unit;
  return "";
}

std::string alternatives_html(const Decision& decision) {
  if (decision.alternatives.size() < 2) return "";
  const std::vector<std::string> criteria = criteria_of(decision);
  std::string out =
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"alternatives\"><table "
      "class=\"scores\"><thead><tr><th scope=\"col\">alternative</th>";
  for (const std::string& criterion : criteria)
    out += fmt::format("<th class=\"num\" scope=\"col\">{}</th>", escape_html(criterion));
  out += "</tr></thead><tbody>";
  for (const Alternative& alternative : decision.alternatives) {
    const bool chosen = alternative.name == *decision.chosen;
    out += fmt::format("<tr{}><th scope=\"row\">{}{}</th>", chosen ? " class=\"chosen\"" : "",
                       chosen ? "✓ " : "", escape_html(alternative.name));
    for (const std::string& criterion : criteria)
      out +=
          fmt::format("<td class=\"num\">{}</td>", escape_html(score_text(alternative, criterion)));
    out += "</tr>";
    if (!chosen && !alternative.why_not.empty())
      out += fmt::format("<tr class=\"why\"><td colspan=\"{}\">{}</td></tr>", criteria.size() + 1,
                         escape_html(alternative.why_not));
  }
  return out + "</tbody></table></div>";
}

std::string decision_html(const Decision& decision) {
  std::string out = fmt::format(
      "<article class=\"card decision\" id=\"decision-{}\"><p class=\"over\"><code>{}</code>",
      anchor(decision.name), escape_html(decision.name));
  if (decision.reversibility)
    out +=
        fmt::format("<span class=\"chip {}\">{} to reverse</span>",
                    to_text_enum(*decision.reversibility), to_text_enum(*decision.reversibility));
  if (decision.locked.value) out += "<span class=\"chip\">locked</span>";
  out += "</p>";
  if (decision.question)
    out += fmt::format("<p class=\"question\">{}</p>", escape_html(*decision.question));
  out += fmt::format("<h3>{}</h3>", escape_html(*decision.chosen));
  if (decision.because) out += fmt::format("<p>{}</p>", escape_html(*decision.because));
  out += alternatives_html(decision);
  if (decision.alternatives.size() < 2 && !decision.instead_of.value.empty())
    out += fmt::format("<p class=\"small\"><b>Instead of</b> {}</p>",
                       escape_html(list_of(*decision.instead_of)));
  if (decision.flips)
    out += fmt::format("<p class=\"small\"><b>Flips</b> {}</p>", escape_html(flip_text(decision)));
  if (!decision.traces_to.value.empty()) {
    out += "<p class=\"small\"><b>Traces to</b>";
    for (const std::string& path : *decision.traces_to)
      out += fmt::format(" <code>{}</code>", escape_html(path));
    out += "</p>";
  }
  return out + "</article>\n";
}

std::string place_text(const Sources& sources, const Span& span) {
  if (!span.valid() || static_cast<std::size_t>(span.file.index) >= sources.size()) return "";
  const LineColumn at = sources.position(span.file, span.begin);
  return fmt::format("{}:{}:{}", sources.path(span.file), at.line, at.column);
}

std::string finding_html(const Diagnostic& finding, const Sources& sources) {
  const std::string_view severity = to_text(finding.severity);
  std::string out = fmt::format(
      "<article class=\"card finding {}{}\"><p class=\"over\"><span class=\"chip {}\">{}</span>"
      "<code>{}</code>",
      severity, finding.accepted ? " accepted" : "", severity, severity,
      escape_html(finding.kind ? finding.kind->name : "finding"));
  const std::string place = place_text(sources, finding.span);
  if (!place.empty()) out += fmt::format("<span class=\"place\">{}</span>", escape_html(place));
  out += fmt::format("</p><h3>{}</h3>", escape_html(finding.title));
  if (!finding.chain.empty()) {
    out += "<ol class=\"chain\">";
    for (const std::string& link : finding.chain)
      out += fmt::format("<li>{}</li>", escape_html(link));
    out += "</ol>";
  }
  auto line_of = [&](const char* label, const std::string& text) {
    if (!text.empty())
      out += fmt::format("<p class=\"small\"><b>{}</b> {}</p>", label, escape_html(text));
  };
  line_of("Because", finding.because);
  line_of("Effect", finding.effect);
  for (const Fix& fix : finding.fixes)
    line_of("Fix", fix.text);
  if (finding.accepted) line_of("Accepted", finding.accepted_reason);
  return out + "</article>\n";
}

}  // namespace

std::string_view style_of(RequirementVerdict verdict) {
  switch (verdict) {
    case RequirementVerdict::Met: return "met";
    case RequirementVerdict::AtRisk: return "risk";
    case RequirementVerdict::NotMet: return "unmet";
    case RequirementVerdict::NotShown: return "unshown";
  }
  return "unshown";
}

std::string verdict_html(const std::vector<Requirement>& requirements) {
  if (requirements.empty()) return "<p>The model states no requirement.</p>";
  std::vector<const Requirement*> sorted;
  for (const Requirement& item : requirements)
    sorted.push_back(&item);
  std::stable_sort(sorted.begin(), sorted.end(), [](const Requirement* a, const Requirement* b) {
    return urgency(a->verdict) < urgency(b->verdict);
  });
  std::string out = bar_html(count_verdicts(requirements)) + "<ul class=\"tiles\">\n";
  for (const Requirement* item : sorted)
    out += tile_html(*item);
  return out + fmt::format(
                   "</ul><p class=\"note\">At risk: the runs' interval spans the target, or less "
                   "than {} of room is left under a limit, or more than {} of the failures allowed "
                   "are used. Not shown: nothing that ran judges it.</p>",
                   percent(1 - kLatencyRoom), percent(kBudgetRoom));
}

std::string system_html(const Facts& facts) {
  const SystemGraph graph = system_graph(facts);
  if (graph.nodes.empty()) return "";
  std::string out =
      "<div class=\"tools\"><label class=\"find\">Find <input type=\"search\" id=\"find\" "
      "autocomplete=\"off\" placeholder=\"service, store, ...\"></label>"
      "<output id=\"found\" aria-live=\"polite\"></output>"
      "<fieldset class=\"heat\"><legend>Heat</legend>"
      "<label><input type=\"radio\" name=\"heat\" value=\"u\" checked> utilisation</label>"
      "<label><input type=\"radio\" name=\"heat\" value=\"p\"> p99</label>"
      "<label><input type=\"radio\" name=\"heat\" value=\"c\"> cost</label>"
      "<label><input type=\"radio\" name=\"heat\" value=\"none\"> none</label></fieldset>"
      "<span class=\"scale\" aria-hidden=\"true\">cool<i></i><i></i><i></i><i></i><i></i><i></i>hot"
      "</span></div>\n";
  out +=
      "<div class=\"scroll graph-frame\" tabindex=\"0\" role=\"region\" "
      "aria-label=\"system graph\">";
  out += graph_svg(graph, "system-graph", "system graph");
  out += "</div>\n<p class=\"note\">";
  out += facts.peak ? "Rates, utilisation and p99 are simulated at peak load."
                    : "Rates and utilisation are estimated at peak load.";
  out += " Solid: waits for the answer; thin: data; dashed: messages.</p>\n";
  out += "<script type=\"application/json\" id=\"graph-data\">" + graph_json(graph) + "</script>\n";
  if (!facts.model.relations.empty())
    out +=
        "<figure class=\"panel\" id=\"context-map\"><figcaption><h3>Context map</h3>"
        "</figcaption><div class=\"scroll\" tabindex=\"0\" role=\"region\" "
        "aria-label=\"context map\">" +
        graph_svg(context_graph(facts), "context-graph", "context map") +
        "</div><p class=\"note\">From upstream to downstream.</p></figure>\n";
  return out;
}

std::string decisions_html(const Facts& facts) {
  const auto& decisions = facts.model.decisions;
  if (decisions.empty()) return "";
  // By pass, in the order in which passes first decided something.
  std::vector<std::string> passes;
  for (const Decision& decision : decisions)
    if (std::find(passes.begin(), passes.end(), *decision.pass) == passes.end())
      passes.push_back(*decision.pass);
  std::string out;
  for (const std::string& pass : passes) {
    if (!pass.empty()) out += fmt::format("<h3 class=\"group\">{}</h3>", escape_html(pass));
    out += "<div class=\"cards\">\n";
    for (const Decision& decision : decisions)
      if (*decision.pass == pass) out += decision_html(decision);
    out += "</div>\n";
  }
  return out;
}

std::string findings_html(const Facts& facts, const Sources& sources) {
  const Diagnostics& findings = facts.result.findings;
  if (findings.all().empty()) return "<p>The checks found nothing.</p>";
  std::string out = fmt::format("<p>{}, {}, {}.</p><div class=\"cards\">\n",
                                plural_of(findings.count(Severity::Error), "error"),
                                plural_of(findings.count(Severity::Warning), "warning"),
                                plural_of(findings.count(Severity::Note), "note"));
  std::vector<const Diagnostic*> sorted;
  for (const Diagnostic& finding : findings.all())
    sorted.push_back(&finding);
  std::stable_sort(sorted.begin(), sorted.end(), [](const Diagnostic* a, const Diagnostic* b) {
    if (a->accepted != b->accepted) return !a->accepted;
    return a->severity > b->severity;
  });
  for (const Diagnostic* finding : sorted)
    out += finding_html(*finding, sources);
  return out + "</div>\n";
}

std::string cost_html(const Facts& facts) {
  const Estimate& estimate = facts.result.estimate;
  if (estimate.cost.empty()) return "";
  std::string out = fmt::format("<p class=\"lead\"><b>{}</b>",
                                escape_html(money(estimate.cost_per_month, estimate.currency)));
  if (facts.model.constraints && facts.model.constraints->budget)
    out += fmt::format(" of {} budget{}",
                       escape_html(money(facts.model.constraints->budget->amount,
                                         facts.model.constraints->budget->currency)),
                       origin_html(facts.model.constraints->budget.from.origin));
  out += "</p>\n";
  std::vector<const CostLine*> lines;
  double most = 0;
  for (const CostLine& item : estimate.cost) {
    lines.push_back(&item);
    most = std::max(most, item.per_month);
  }
  std::stable_sort(lines.begin(), lines.end(), [](const CostLine* a, const CostLine* b) {
    return a->per_month > b->per_month;
  });
  out +=
      "<table class=\"bars\"><thead><tr><th scope=\"col\">element</th><th scope=\"col\">what</th>"
      "<th><span class=\"vh\">share</span></th><th class=\"num\" scope=\"col\">a month</th></tr>"
      "</thead><tbody>";
  for (const CostLine* item : lines)
    out += fmt::format(
        "<tr><th scope=\"row\">{}</th><td class=\"what\">{}</td><td class=\"bar\" "
        "aria-hidden=\"true\"><span><i class=\"mean\" style=\"width:{}%\"></i></span></td><td "
        "class=\"num\">{} {}</td></tr>",
        escape_html(item->element), escape_html(item->what),
        px(most > 0 ? 100 * item->per_month / most : 0), number_text(item->per_month, 4),
        escape_html(estimate.currency));
  return out + "</tbody></table>\n";
}

}  // namespace scantling
