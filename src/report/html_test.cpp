#include <gtest/gtest.h>

#include "base/text.h"
#include "report/chart.h"
#include "report/graph.h"
#include "report/report.h"
#include "report/requirements.h"
#include "report/sample_design.h"
#include "report/sequence.h"
#include "report/svg.h"

namespace scantling {
namespace {

std::size_t count_of(const std::string& text, std::string_view wanted) {
  std::size_t count = 0;
  for (std::size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1))
    ++count;
  return count;
}

std::string html(const DesignResult& design) {
  return report_html(design, Sources(), {});
}

// Every text of the model that a person can write becomes an attack.
DesignResult hostile_design() {
  DesignResult design = sample_design();
  const std::string attack = "x</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
  Architecture& model = design.model;
  model.name.value = attack;
  model.summary.value = attack;
  for (Service& service : model.services) {
    service.name += attack;
    service.patterns = Field<std::vector<std::string>>({attack}, service.from);
    for (Endpoint& endpoint : service.endpoints)
      endpoint.name += attack;
  }
  for (Store& store : model.stores)
    store.name += attack;
  for (Channel& channel : model.channels)
    channel.name += attack;
  for (External& external : model.externals)
    external.name += attack;
  for (Operation& operation : model.operations)
    operation.actor.value += operation.actor ? attack : "";
  for (Context& context : model.contexts)
    context.name += attack;
  for (Decision& decision : model.decisions) {
    decision.because.value += attack;
    decision.name += attack;
  }
  for (Diagnostic& finding : design.findings.all())
    finding.title += attack;
  for (Assumption& assumption : model.assumptions)
    assumption.text += attack;
  for (Experiment& experiment : model.experiments)
    experiment.name += attack;
  for (ExperimentResult& run : design.simulation.experiments)
    if (run.name != "peak") run.name += attack;
  return design;
}

TEST(Html, NoTextOfTheModelBecomesMarkup) {
  const std::string page = html(hostile_design());
  EXPECT_EQ(page.find("<img"), std::string::npos);
  EXPECT_EQ(page.find("<script>alert"), std::string::npos);
  EXPECT_EQ(page.find("onerror=alert(2)>"), std::string::npos);
  // Ours: the graph's data and the page's script.
  EXPECT_EQ(count_of(page, "<script"), 2u);
  EXPECT_EQ(count_of(page, "</script>"), 2u);
  EXPECT_NE(page.find("&lt;script&gt;alert(1)"), std::string::npos);
}

TEST(Html, NamesNothingToFetch) {
  const std::string page = html(sample_design());
  for (const char* outside : {"src=", "@import", "url(http", "<iframe", "<link rel=\"s"})
    EXPECT_EQ(page.find(outside), std::string::npos) << outside;
  // The one address is the name space that scripts need to make SVG elements.
  EXPECT_EQ(count_of(page, "http://"), count_of(page, "http://www.w3.org/2000/svg"));
  EXPECT_EQ(count_of(page, "https://"), 0u);
}

TEST(Html, ShowsEachRequirementWithItsVerdict) {
  const DesignResult design = sample_design();
  const std::string page = html(design);
  const Facts facts(design);
  EXPECT_EQ(count_of(page, "<li class=\"tile "), requirements_of(facts).size());
  EXPECT_EQ(count_of(page, "<li class=\"tile unmet\""), 1u);
  EXPECT_EQ(count_of(page, "<li class=\"tile risk\""), 2u);
}

TEST(Html, DrawsEveryNodeOfTheSystemOnce) {
  const DesignResult design = sample_design();
  const SystemGraph graph = system_graph(Facts(design));
  // 2 actors, the gateway, 6 services, 5 stores, 2 channels, 3 externals.
  EXPECT_EQ(graph.nodes.size(), 19u);
  EXPECT_EQ(count_of(html(design), "id=\"system-graph-n"), 19u);
}

TEST(Html, IsTheSameTwice) {
  EXPECT_EQ(html(sample_design()), html(sample_design()));
}

TEST(Html, TakesAModelThatHoldsNothing) {
  const std::string page = html(empty_design());
  EXPECT_NE(page.find("The model states no requirement."), std::string::npos);
  EXPECT_EQ(page.find("id=\"system-graph\""), std::string::npos);
}

TEST(Graph, JoinsFlowsBetweenTheSameTwo) {
  const DesignResult design = sample_design();
  const SystemGraph graph = system_graph(Facts(design));
  const GraphEdge* found = nullptr;
  for (const GraphEdge& edge : graph.edges)
    if (graph.nodes[static_cast<std::size_t>(edge.from)].name == "orders" &&
        graph.nodes[static_cast<std::size_t>(edge.to)].name == "orders-db")
      found = &edge;
  ASSERT_NE(found, nullptr);
  // change-cart writes, place-order reads and writes: 240/s each.
  EXPECT_EQ(found->label(), "r/w 720/s");
}

TEST(Requirements, AtRiskIsLittleRoom) {
  const DesignResult design = sample_design();
  for (const Requirement& item : requirements_of(Facts(design))) {
    if (item.path == "operations.browse.objective.p99") {  // 186 of 250 ms
      EXPECT_EQ(item.verdict, RequirementVerdict::Met);
    }
    if (item.path == "operations.view-product.objective.p99") {  // 199 of 200 ms
      EXPECT_EQ(item.verdict, RequirementVerdict::AtRisk);
    }
    if (item.path == "operations.change-cart.objective.p99") {  // undecided
      EXPECT_EQ(item.verdict, RequirementVerdict::AtRisk);
    }
    if (item.path == "operations.place-order.objective.availability") {
      EXPECT_EQ(item.verdict, RequirementVerdict::NotMet);
      EXPECT_EQ(item.relax, "authorise after the answer, or psp at 99.97%");
    }
    if (item.path == "operations.place-order.atomic") {
      EXPECT_EQ(item.verdict, RequirementVerdict::NotShown);
    }
    if (item.path == "constraints.budget") {  // 10704 of 30000
      EXPECT_EQ(item.verdict, RequirementVerdict::Met);
    }
  }
}

TEST(Requirements, NothingRunIsNotShown) {
  DesignResult design = sample_design();
  design.simulation.experiments.clear();
  design.unmet.clear();
  const VerdictCounts counts = count_verdicts(requirements_of(Facts(design)));
  EXPECT_EQ(counts.not_met, 0);
  EXPECT_EQ(counts.met, 1);                    // the budget
  EXPECT_EQ(counts.not_shown, 5 * 2 + 2 + 2);  // objectives, atomic and within, experiments
}

TEST(Chart, TicksAreRound) {
  EXPECT_EQ(nice_ticks(240, 4), (std::vector<double>{0, 100, 200, 300}));
  EXPECT_EQ(nice_ticks(1, 4), (std::vector<double>{0, .5, 1}));
  EXPECT_EQ(time_ticks(60, 6), (std::vector<double>{0, 10, 20, 30, 40, 50, 60}));
  EXPECT_EQ(time_ticks(600, 5), (std::vector<double>{0, 120, 240, 360, 480, 600}));
}

TEST(Chart, DrawsTheThresholdAndTheFault) {
  const LineChart chart{"p99", "s", {{"p99", "good", {1, 2, 3}, 1, true}}, 2.5, "asked", {{1, 2}}};
  const std::string svg = chart_svg(chart);
  EXPECT_EQ(count_of(svg, "class=\"threshold\""), 1u);
  EXPECT_EQ(count_of(svg, "<rect class=\"band\""), 1u);
  EXPECT_NE(svg.find("data-values=\"1,2,3\""), std::string::npos);
}

TEST(Chart, LeavesGapsWhereThereIsNoNumber) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  const std::string svg =
      chart_svg({"x", "s", {{"a", "a", {1, none, 3, 4}, 1, false}}, {}, "", {}});
  EXPECT_NE(svg.find("data-values=\"1,,3,4\""), std::string::npos);
  EXPECT_EQ(chart_svg({"x", "s", {{"a", "a", {}, 1, false}}, {}, "", {}}), "");
}

TEST(Chart, MergesManyPointsAndKeepsPeaks) {
  std::vector<double> values(3000, 1);
  values[1234] = 9;
  const std::string svg = chart_svg({"x", "s", {{"a", "a", values, 1, true}}, {}, "", {}});
  EXPECT_NE(svg.find("data-bucket=\"10\""), std::string::npos);
  EXPECT_NE(svg.find(",9,"), std::string::npos);
}

TEST(Sequence, FollowsCallsInOrder) {
  const DesignResult design = sample_design();
  const Facts facts(design);
  const Sequence sequence =
      sequence_of(facts, find_by_name(design.model.operations, "place-order"));
  std::vector<std::string> said;
  for (const SequenceMessage& message : sequence.messages)
    said.push_back(sequence.participants[static_cast<std::size_t>(message.to)] + " " +
                   message.text);
  EXPECT_EQ(said,
            (std::vector<std::string>{"orders place-order", "orders-db read", "storefront quote",
                                      "catalog-cache read", "catalog-db read", "inventory reserve",
                                      "stock-db write", "payments authorize", "payments-db write",
                                      "psp call", "payments-db write", "orders-db write",
                                      "orders.events publish OrderPlaced"}));
  EXPECT_TRUE(sequence.messages[4].maybe);
  EXPECT_TRUE(sequence.messages.back().asynchronous);
}

TEST(Sequence, CallsThatGoRoundAreCut) {
  DesignResult design = sample_design();
  // quote calls itself.
  Endpoint& quote = design.model.services[ServiceId(0)].endpoints[2];
  Step again;
  again.kind = StepKind::Call;
  again.endpoint = {ServiceId(0), 2};
  quote.steps.value = {again, again};
  const Sequence sequence =
      sequence_of(Facts(design), find_by_name(design.model.operations, "place-order"));
  EXPECT_TRUE(sequence.cut);
  EXPECT_LE(sequence.messages.size(), kMaxMessages);
}

TEST(Markdown, EscapesTheModelAndFencesDiagrams) {
  ReportOptions options;
  options.outline = "nine";
  const std::string text = report_markdown(hostile_design(), Sources(), options);
  EXPECT_EQ(text.find("<script"), std::string::npos);
  EXPECT_EQ(text.find("<img"), std::string::npos);
  EXPECT_NE(text.find("```mermaid\nsequenceDiagram\n"), std::string::npos);
  EXPECT_NE(text.find("```mermaid\nflowchart LR\n"), std::string::npos);
  EXPECT_EQ(count_of(text, "```") % 2, 0u);
  EXPECT_NE(text.find("## 5. Resilience architecture"), std::string::npos);
}

TEST(Escape, CoversMarkupAndControls) {
  EXPECT_EQ(escape_html("a<b>&\"'\x01\x7f"), "a&lt;b&gt;&amp;&quot;&#39;");
  EXPECT_EQ(script_string("</script>\"\n"), "\"\\u003c/script\\u003e\\\"\\u000a\"");
  EXPECT_EQ(anchor("a b/<c>"), "a-b--c-");
}

}  // namespace
}  // namespace scantling
