// What follows from a cut: whose each table is, in which order services leave, where code goes.
#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "base/units.h"
#include "report/boundaries_parts.h"
#include "report/facts.h"

namespace scantling {

namespace cut = boundaries;

namespace {

std::string services_text(const BoundariesReport& report, const std::vector<int>& services) {
  std::vector<std::string> names;
  for (const int s : services)
    names.push_back(service_name(report, s));
  return join(names, ", ");
}

std::string instead_text(cut::JoinReplacement instead) {
  switch (instead) {
    case cut::JoinReplacement::Id: return "the id stays, unchecked";
    case cut::JoinReplacement::Call: return "a call by id";
    case cut::JoinReplacement::Copy: return "a copy kept by events";
    case cut::JoinReplacement::Saga: return "ids, written by a saga";
  }
  return {};
}

Section data_section(const BoundariesReport& report) {
  Section section{"DATA SPLIT", {}};
  Block owners = make_block("tables", "Owner of each table");
  Table table;
  table.columns = {{"table", false, 0},
                   {"owner", false, 0},
                   {"also read by", false, 1},
                   {"also written by", false, 1}};
  for (const cut::OwnedTable& owned : report.data.tables)
    table.rows.push_back(
        {{owned.name, Tone::Plain},
         {owned.service < 0 ? std::string("no aggregate has it")
                            : service_name(report, owned.service),
          owned.service < 0 ? Tone::Warn : Tone::Plain},
         {services_text(report, owned.readers), Tone::Plain},
         {services_text(report, owned.writers), owned.writers.empty() ? Tone::Plain : Tone::Warn}});
  owners.tables.push_back(std::move(table));
  section.blocks.push_back(std::move(owners));
  if (report.data.cut_keys.empty()) return section;
  Block keys = make_block(
      "keys",
      fmt::format("Foreign keys that are cut: {} of {}", report.data.cut_keys.size(),
                  report.data.cut_keys.size() + static_cast<std::size_t>(report.data.keys_kept)));
  Table cuts;
  cuts.columns = {{"from", false, 0},
                  {"to", false, 0},
                  {"owners", false, 2},
                  {"instead of the join", false, 0},
                  {"because", false, 1}};
  for (const cut::CutKey& key : report.data.cut_keys)
    cuts.rows.push_back({{key.from, Tone::Plain},
                         {key.to, Tone::Plain},
                         {fmt::format("{} -> {}", service_name(report, key.from_service),
                                      service_name(report, key.to_service)),
                          Tone::Plain},
                         {instead_text(key.instead), Tone::Plain},
                         {key.reason, Tone::Plain}});
  keys.tables.push_back(std::move(cuts));
  section.blocks.push_back(std::move(keys));
  return section;
}

Section extraction_section(const BoundariesReport& report) {
  Section section{"EXTRACTION ORDER", {}};
  if (report.extraction.steps.size() < 2) return section;
  Block block =
      make_block("extraction", report.extraction.exact ? "Strangler order, the best of all"
                                                       : "Strangler order, by local search");
  Table table;
  table.caption = "what crosses between old and new after each step";
  table.columns = {{"step", true, 0},         {"leaves", false, 0},
                   {"calls across", true, 0}, {"split transactions", true, 1},
                   {"split writes", true, 0}, {"cost", true, 2}};
  for (std::size_t i = 0; i < report.extraction.steps.size(); ++i) {
    const cut::ExtractionStep& step = report.extraction.steps[i];
    const bool last = i + 1 == report.extraction.steps.size();
    table.rows.push_back(
        {{std::to_string(i + 1), Tone::Plain},
         {service_name(report, step.service) + (last ? " (what remains)" : ""), Tone::Plain},
         {volume_text(report, step.crossing_calls), Tone::Plain},
         {volume_text(report, step.split_transactions), Tone::Plain},
         {volume_text(report, step.split_writes), step.split_writes > 0 ? Tone::Warn : Tone::Plain},
         {number_text(step.cost, 3), Tone::Plain}});
  }
  block.tables.push_back(std::move(table));
  block.add(line("cost", "calls across and ten times the split writes, summed over the steps"));
  section.blocks.push_back(std::move(block));
  return section;
}

std::string unit_name(const cut::CodeUnit& unit) {
  return unit.owner.empty() ? unit.name : unit.owner + "." + unit.name;
}

Section code_section(const BoundariesReport& report) {
  Section section{"CODE", {}};
  if (!report.code) return section;
  const cut::CodeAssignment& a = report.code->assignment;
  const cut::CodeGraph& graph = report.subject.code;
  Block block = make_block("code", "Which code goes where");
  block.add(line("coupling", fmt::format("{}, the weight of the edges between services",
                                         number_text(a.quality.coupling, 4))));
  block.add(line("cohesion", number_text(a.quality.cohesion, 4)));
  block.add(line("assignment", a.exact ? "exact (a minimum cut)"
                                       : "multiway cut by alpha-expansion, within twice the best"));
  std::vector<std::string> library, loose;
  for (const int unit : a.library)
    library.push_back(unit_name(graph.units[static_cast<std::size_t>(unit)]));
  std::map<int, std::map<std::string, int>> classes;  // service -> class -> units
  for (std::size_t u = 0; u < graph.units.size(); ++u) {
    const cut::CodeUnit& unit = graph.units[u];
    const bool hub = std::ranges::find(a.library, static_cast<int>(u)) != a.library.end();
    if (a.group[u] < 0 && !hub) loose.push_back(unit_name(unit));
    if (a.group[u] >= 0) ++classes[a.group[u]][unit.owner.empty() ? unit.name : unit.owner];
  }
  if (!library.empty()) block.add(line("shared library (hubs)", join(library, ", ")));
  if (!loose.empty()) block.add(line("tied to nothing", join(loose, ", ")));
  if (!report.code->unmatched.empty())
    block.add(line("entities of the code that the model hasn't got",
                   join(report.code->unmatched, ", "), Origin::Absent, Tone::Warn));
  for (const auto& [service, units] : classes) {
    std::vector<std::string> parts;
    for (const auto& [name, count] : units)
      parts.push_back(count > 1 ? fmt::format("{} ({})", name, count) : name);
    block.add(line(service_name(report, service), join(parts, ", ")));
  }
  section.blocks.push_back(std::move(block));
  return section;
}

}  // namespace

std::vector<Section> plan_sections(const BoundariesReport& report) {
  std::vector<Section> sections;
  sections.push_back(data_section(report));
  sections.push_back(extraction_section(report));
  sections.push_back(code_section(report));
  return sections;
}

}  // namespace scantling
