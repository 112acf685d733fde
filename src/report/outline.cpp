#include "report/outline.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>

namespace scantling {

namespace {

// `CODE` numbers its blocks CODE-01, CODE-02, ...: several topics may share one.
struct TopicLine {
  std::string_view topic;
  std::string_view code;
};
struct SectionLine {
  std::string_view title;
  std::vector<TopicLine> topics;
};
struct OutlineLine {
  std::string_view name;
  std::vector<SectionLine> sections;
};

const std::vector<OutlineLine>& outlines() {
  static const std::vector<OutlineLine> all = {
      {"tree",
       {{"REQUIREMENTS NOT MET", {{"unmet", "RQ"}}},
        {"DOMAIN DECOMPOSITION", {{"contexts", "DD"}, {"boundaries", "DD"}}},
        {"EVENT STORMING", {{"events", "ES"}}},
        {"SERVICES", {{"services", ""}, {"service", "MA"}}},
        {"COMMUNICATION", {{"sync", "CA"}, {"async", "CA"}, {"pattern", "CP"}}},
        {"DATA CONSISTENCY", {{"sagas", "DC"}, {"stores", "DC"}}},
        {"SERVICE MESH", {{"mesh", "SM"}, {"trust", "SM"}}},
        {"DEPLOYMENT", {{"deploy", "DP"}}},
        {"OBSERVABILITY", {{"tracing", "OC"}, {"slo", "OC"}}},
        {"COMPLIANCE", {{"compliance", "CO"}}},
        {"PROOF",
         {{"load", "PR"},
          {"faults", "PR"},
          {"messaging", "PR"},
          {"verification", "PR"},
          {"checks", "PR"},
          {"loop", "PR"},
          {"notes", "PR"}}},
        {"COST", {{"cost", "CC"}}},
        {"MIGRATION", {{"migration", "MP"}}},
        {"DECISIONS AND ASSUMPTIONS",
         {{"decisions", "DR"}, {"assumptions", "AQ"}, {"questions", "AQ"}}}}},
      {"nine",
       {{"1. Architecture analysis",
         {{"existing", ""}, {"unmet", ""}, {"checks", ""}, {"assumptions", ""}, {"questions", ""}}},
        {"2. Service boundaries",
         {{"contexts", ""}, {"boundaries", ""}, {"events", ""}, {"services", ""}, {"service", ""}}},
        {"3. Communication design", {{"sync", ""}, {"async", ""}, {"sequence", ""}}},
        {"4. Data management strategy", {{"sagas", ""}, {"stores", ""}}},
        {"5. Resilience architecture",
         {{"pattern", ""},
          {"load", ""},
          {"faults", ""},
          {"messaging", ""},
          {"verification", ""},
          {"loop", ""},
          {"notes", ""}}},
        {"6. Service mesh configuration", {{"mesh", ""}, {"trust", ""}, {"compliance", ""}}},
        {"7. Deployment strategy", {{"deploy", ""}, {"cost", ""}}},
        {"8. Observability plan", {{"tracing", ""}, {"slo", ""}}},
        {"9. Migration path", {{"migration", ""}}}}},
      {"five",
       {{"1. High-level architecture", {{"unmet", ""}, {"contexts", ""}}},
        {"2. Components and responsibilities", {{"services", ""}, {"service", ""}}},
        {"3. Data flow and communication patterns",
         {{"sync", ""}, {"async", ""}, {"sequence", ""}, {"sagas", ""}, {"stores", ""}}},
        {"4. Scaling and reliability mechanisms",
         {{"deploy", ""}, {"pattern", ""}, {"load", ""}, {"faults", ""}, {"slo", ""}}},
        {"5. Technology selections with justifications", {{"technology", ""}, {"cost", ""}}}}},
      {"short",
       {{"Service decomposition", {{"contexts", ""}, {"services", ""}}},
        {"Communication patterns", {{"sync", ""}, {"async", ""}}},
        {"Data management", {{"sagas", ""}, {"stores", ""}}},
        {"Technology recommendations", {{"technology", ""}}},
        {"Risks and mitigations", {{"unmet", ""}, {"risks", ""}}}}},
      {"checklist", {}}};
  return all;
}

std::string code_of(std::string_view code, std::map<std::string_view, int>& counters) {
  if (code.empty()) return "";
  return fmt::format("{}-{:02}", code, ++counters[code]);
}

}  // namespace

std::vector<std::string_view> outline_names() {
  std::vector<std::string_view> out;
  for (const OutlineLine& outline : outlines())
    out.push_back(outline.name);
  return out;
}

bool is_outline(std::string_view name) {
  const std::vector<std::string_view> names = outline_names();
  return std::find(names.begin(), names.end(), name) != names.end();
}

Document build_document(const DesignResult& result, std::string_view outline) {
  const Facts facts(result);
  const std::vector<Requirement> requirements = requirements_of(facts);
  Document document;
  document.title = result.model.name.value.empty() ? "unnamed system" : *result.model.name;
  document.facts = title_facts(facts);
  add_line(document.facts,
           line("requirements", summary_text(count_verdicts(requirements)), Origin::Absent,
                count_verdicts(requirements).not_met > 0 ? Tone::Bad : Tone::Plain));
  if (outline == "checklist") {
    document.sections.push_back(checklist_section(facts, requirements));
    return document;
  }
  Blocks blocks;
  add_domain_blocks(facts, blocks);
  add_service_blocks(facts, blocks);
  add_communication_blocks(facts, blocks);
  add_data_blocks(facts, blocks);
  add_operating_blocks(facts, blocks);
  add_compliance_blocks(facts, blocks);
  add_proof_blocks(facts, requirements, blocks);
  add_verification_block(facts, blocks);
  add_plan_blocks(facts, blocks);
  const std::string_view chosen = is_outline(outline) ? outline : "tree";
  for (const OutlineLine& candidate : outlines()) {
    if (candidate.name != chosen) continue;
    std::map<std::string_view, int> counters;
    for (const SectionLine& wanted : candidate.sections) {
      Section section{std::string(wanted.title), {}};
      for (const TopicLine& topic : wanted.topics)
        for (const Block& block : blocks)
          if (block.topic == topic.topic) {
            section.blocks.push_back(block);
            section.blocks.back().code = code_of(topic.code, counters);
          }
      if (!section.blocks.empty()) document.sections.push_back(std::move(section));
    }
  }
  return document;
}

}  // namespace scantling
