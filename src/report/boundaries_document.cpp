// The cut as a document: services with why each entity is there, borders with what they cost, the
// alternatives, constraints and comparisons.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/text.h"
#include "base/units.h"
#include "report/boundaries_parts.h"
#include "report/facts.h"
#include "report/svg.h"

namespace scantling {

namespace cut = boundaries;

namespace {

constexpr std::size_t deciding_shown = 2;
constexpr std::size_t name_columns = 28;  // of a functionality in a table
constexpr std::size_t placements_shown =
    10;  // of a service on a terminal; then the least sure ones
constexpr std::size_t unsure_shown = 5;
constexpr std::size_t boundaries_shown = 25;  // on a terminal
constexpr std::size_t archive_shown = 6;

std::size_t at(int i) {
  return static_cast<std::size_t>(i);
}

std::string text_of(double value, int digits = 3) {
  return number_text(value, digits);
}

Cell cell(std::string text, Tone tone = Tone::Plain) {
  return {std::move(text), tone};
}

// Of a long "Controller.method" the method, which tells it from the controller's others.
std::string brief_name(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  const bool method = name.size() > name_columns && dot != std::string_view::npos;
  return shortened(method ? name.substr(dot + 1) : name, name_columns);
}

std::string deciding_text(const BoundariesReport& report, const cut::Placement& p) {
  std::vector<std::string> parts;
  const auto& functionalities = report.subject.input.functionalities;
  for (const cut::DecidingFunctionality& d : p.deciding) {
    if (parts.size() == deciding_shown) break;
    parts.push_back(fmt::format("{} {}", brief_name(functionalities[at(d.functionality)].name),
                                percent(d.pull, 2)));
  }
  if (!parts.empty()) return join(parts, ", ");
  const auto uses = [&](const cut::Functionality& f) {
    return std::ranges::any_of(f.accesses,
                               [&](const cut::Access& a) { return a.entity == p.entity; });
  };
  return std::ranges::any_of(functionalities, uses) ? "" : "nothing uses it";
}

Tone confidence_tone(double confidence) {
  return confidence >= .75 ? Tone::Good : confidence >= .5 ? Tone::Plain : Tone::Warn;
}

// Of a large service only those that are the least sure, when the form is short.
std::vector<cut::Placement> placements_of(const BoundariesReport& report, int service, bool whole) {
  std::vector<cut::Placement> out;
  for (const cut::Placement& p : report.result.placements)
    if (p.group == service) out.push_back(p);
  if (whole || out.size() <= placements_shown) return out;
  std::stable_sort(out.begin(), out.end(), [](const cut::Placement& a, const cut::Placement& b) {
    return std::pair(a.forced, a.margin) < std::pair(b.forced, b.margin);
  });
  out.resize(unsure_shown);
  return out;
}

Block service_block(const BoundariesReport& report, int service, bool whole) {
  Block block = make_block("service", service_name(report, service));
  const std::vector<cut::Placement> placements = placements_of(report, service, whole);
  const std::vector<std::string> members = members_of(report, service);
  if (placements.size() < members.size())
    block.add(line(plural_of(members.size(), "entity"), join(members, ", ")));
  Table table;
  if (placements.size() < members.size())
    table.caption = fmt::format("the {} least sure", placements.size());
  table.columns = {{"holds", false, 0},
                   {"confidence", true, 1},
                   {"margin", true, 2},
                   {"second best", false, 3},
                   {"held by", false, 4}};
  for (const cut::Placement& p : placements) {
    const bool other = p.second_best >= 0;
    table.rows.push_back({cell(entity_name(report, p.entity)),
                          p.forced ? cell("given", Tone::Dim)
                                   : cell(percent(p.confidence, 2), confidence_tone(p.confidence)),
                          p.forced || !other
                              ? cell("-", Tone::Dim)
                              : cell(text_of(p.margin, 2), p.margin < 0 ? Tone::Warn : Tone::Plain),
                          other ? cell(service_name(report, p.second_best)) : cell("-", Tone::Dim),
                          cell(deciding_text(report, p))});
  }
  block.tables.push_back(std::move(table));
  return block;
}

Section services_section(const BoundariesReport& report, bool whole) {
  Section section{"SERVICES", {}};
  for (int s = 0; s < report.result.chosen.services; ++s)
    section.blocks.push_back(service_block(report, s, whole));
  return section;
}

std::string advice_text(const BoundariesReport& report, const cut::BoundaryCost& cost) {
  switch (cost.advice) {
    case cut::Advice::None: return "nothing: no traffic";
    case cut::Advice::Call: return cost.split_writes.empty() ? "call" : "call, and a saga";
    case cut::Advice::Event: return "event";
    case cut::Advice::Copy:
      return fmt::format(
          "replicated read model at {}",
          service_name(report, 2 * cost.reads_of_a >= cost.crossing_reads ? cost.b : cost.a));
    case cut::Advice::Merge: return "merge or move: must be atomic";
  }
  return {};
}

Table boundary_table(const BoundariesReport& report, std::size_t most) {
  Table table;
  table.columns = {{"between", false, 0},      {"and", false, 0},     {"split", true, 2},
                   {"write both", true, 1},    {"sagas", true, 3},    {"reads across", true, 2},
                   {"writes across", true, 2}, {"keys cut", true, 5}, {"advice", false, 0},
                   {"because", false, 4}};
  std::vector<const cut::BoundaryCost*> order;
  for (const cut::BoundaryCost& cost : report.result.boundaries)
    order.push_back(&cost);
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return std::tuple(-static_cast<int>(a->atomic_writes.size()),
                      -static_cast<int>(a->split_writes.size()), -a->crossing_rate) <
           std::tuple(-static_cast<int>(b->atomic_writes.size()),
                      -static_cast<int>(b->split_writes.size()), -b->crossing_rate);
  });
  for (const cut::BoundaryCost* cost : order) {
    if (table.rows.size() == most) break;
    table.rows.push_back({cell(service_name(report, cost->a)), cell(service_name(report, cost->b)),
                          cell(std::to_string(cost->split_transactions.size())),
                          cell(std::to_string(cost->split_writes.size()),
                               cost->split_writes.empty() ? Tone::Plain : Tone::Warn),
                          cell(std::to_string(cost->atomic_writes.size()),
                               cost->atomic_writes.empty() ? Tone::Plain : Tone::Bad),
                          cell(volume_text(report, cost->crossing_reads)),
                          cell(volume_text(report, cost->crossing_writes)),
                          cell(std::to_string(cost->relations.size())),
                          cell(advice_text(report, *cost)), cell(cost->reason)});
  }
  return table;
}

Section boundaries_section(const BoundariesReport& report, bool whole) {
  Section section{"BOUNDARIES", {}};
  if (report.result.boundaries.empty()) return section;
  Block block = make_block("boundaries", "What each border costs");
  block.tables.push_back(boundary_table(report, whole ? 10'000 : boundaries_shown));
  const std::size_t shown = block.tables.back().rows.size();
  if (shown < report.result.boundaries.size())
    block.add(line("", fmt::format("the {} dearest of {}; --detail full shows all", shown,
                                   report.result.boundaries.size())));
  section.blocks.push_back(std::move(block));
  Block sagas = make_block("sagas", "Sagas that the cut needs");
  std::set<int> named;
  for (const cut::BoundaryCost& cost : report.result.boundaries)
    for (const int f : cost.atomic_writes) {
      if (!named.insert(f).second) continue;
      std::set<int> services;
      const cut::Functionality& functionality = report.subject.input.functionalities[at(f)];
      for (const cut::Access& access : functionality.accesses)
        if (access.write) services.insert(report.result.chosen.group[at(access.entity)]);
      std::vector<std::string> names;
      for (const int s : services)
        names.push_back(service_name(report, s));
      sagas.add(
          line(functionality.name, fmt::format("must be atomic and writes {}; {}", enumerate(names),
                                               volume_text(report, functionality.rate))));
    }
  if (!sagas.empty()) section.blocks.push_back(std::move(sagas));
  return section;
}

std::vector<Column> metric_columns(std::string_view first) {
  return {{std::string(first), false, 0},
          {"services", true, 0},
          {"largest", true, 0},
          {"complexity", true, 1},
          {"ICP", true, 4},
          {"BCP", true, 5},
          {"SM", true, 5},
          {"IFN", true, 5},
          {"NED", true, 5},
          {"split", true, 2},
          {"write split", true, 1},
          {"steps across", true, 3}};
}

std::vector<Cell> metric_cells(const cut::Cut& cut) {
  const cut::CutMetrics& m = cut.metrics;
  return {cell(std::to_string(m.services)),
          cell(std::to_string(m.largest)),
          cell(text_of(m.complexity, 5)),
          cell(text_of(m.icp)),
          cell(text_of(m.bcp)),
          cell(text_of(m.sm)),
          cell(text_of(m.ifn)),
          cell(text_of(m.ned)),
          cell(percent(m.split)),
          cell(percent(m.write_split)),
          cell(percent(cut.objectives.crossing))};
}

Table numbers_table(const BoundariesReport& report) {
  Table table;
  table.caption = "the best cut for each number of services";
  table.columns = metric_columns("");
  table.columns.insert(table.columns.begin() + 3, {"modularity", true, 1});
  table.columns.insert(table.columns.begin() + 4, {"stability", true, 3});
  table.columns.push_back({"degenerate", false, 6});
  for (std::size_t i = 0; i < report.result.best.size(); ++i) {
    const cut::Cut& cut = report.result.best[i];
    const bool chosen = cut.group == report.result.chosen.group;
    std::vector<Cell> row = metric_cells(cut);
    row.insert(row.begin(), cell(chosen ? "chosen" : ""));
    const cut::ServicesScore* score =
        i < report.result.scores.size() ? &report.result.scores[i] : nullptr;
    row.insert(row.begin() + 3, cell(text_of(cut.objectives.modularity)));
    row.insert(row.begin() + 4, cell(score != nullptr ? text_of(score->stability, 2) : "-"));
    row.push_back(cell(join(cut.degenerate, "; "), Tone::Warn));
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::string cut_text(const BoundariesReport& report, const cut::Cut& cut) {
  // What moves against the chosen cut says more than all of it.
  const std::vector<int> label = cut::match_labels(cut.group, report.result.chosen.group);
  std::vector<std::string> moved;
  for (std::size_t e = 0; e < cut.group.size(); ++e)
    if (label[at(cut.group[e])] != report.result.chosen.group[e])
      moved.push_back(entity_name(report, static_cast<int>(e)));
  if (moved.empty()) return "as chosen";
  constexpr std::size_t most = 3;
  if (moved.size() <= most) return "elsewhere: " + join(moved, ", ");
  const std::size_t more = moved.size() - most;
  moved.resize(most);
  return fmt::format("elsewhere: {} and {} more", join(moved, ", "), more);
}

Table archive_table(const BoundariesReport& report, std::size_t most) {
  Table table;
  const auto& archive = report.result.archive;
  table.caption = fmt::format("cuts that no other beats in everything: {} of {}",
                              std::min(most, archive.size()), archive.size());
  table.columns = {
      {"services", true, 0},     {"largest", true, 0},     {"modularity", true, 1},
      {"split", true, 2},        {"write split", true, 1}, {"complexity", true, 1},
      {"steps across", true, 2}, {"team spread", true, 5}, {"against the chosen", false, 3}};
  for (const cut::Cut& cut : archive) {
    if (table.rows.size() == most) break;
    table.rows.push_back(
        {cell(std::to_string(cut.services)), cell(std::to_string(cut.metrics.largest)),
         cell(text_of(cut.objectives.modularity)), cell(percent(cut.metrics.split)),
         cell(percent(cut.metrics.write_split)), cell(text_of(cut.metrics.complexity, 5)),
         cell(percent(cut.objectives.crossing)), cell(percent(cut.objectives.team_spread)),
         cell(cut_text(report, cut))});
  }
  return table;
}

Section alternatives_section(const BoundariesReport& report, bool whole) {
  Section section{"ALTERNATIVES", {}};
  if (report.result.best.empty()) return section;
  Block block = make_block("alternatives", "Other cuts");
  block.tables.push_back(numbers_table(report));
  if (report.result.archive.size() > 1)
    block.tables.push_back(archive_table(report, whole ? 10'000 : archive_shown));
  section.blocks.push_back(std::move(block));
  return section;
}

Section constraints_section(const BoundariesReport& report) {
  Section section{"CONSTRAINTS", {}};
  Block conflicts = make_block("conflicts", "What can't all hold");
  for (const cut::Conflict& conflict : report.given_way)
    conflicts.add({"", conflict.reason, Origin::Absent, Tone::Bad, {}, false});
  for (const cut::Conflict& conflict : report.result.conflicts)
    conflicts.add({"", conflict.reason, Origin::Absent, Tone::Bad, {}, false});
  if (!conflicts.empty()) section.blocks.push_back(std::move(conflicts));
  if (report.costs.empty()) return section;
  Block block = make_block("constraints", "What each constraint costs");
  Table table;
  table.caption = "the chosen cut less the best one without it; below 0 it costs nothing";
  table.columns = {
      {"constraint", false, 0},        {"score", true, 0},        {"split", true, 1},
      {"write split", true, 1},        {"steps across", true, 2}, {"elsewhere without it", true, 2},
      {"services without it", true, 3}};
  const auto points = [](double share) {
    const double rounded = std::round(1e4 * share) / 100;
    return (rounded > 0 ? "+" : "") + text_of(rounded, 4) + " points";
  };
  for (const cut::ConstraintCost& cost : report.costs)
    table.rows.push_back({cell(cost.lifted.name),
                          cell(text_of(cost.score, 2), cost.score > .01 ? Tone::Warn : Tone::Plain),
                          cell(points(cost.split_transactions)), cell(points(cost.split_writes)),
                          cell(points(cost.crossing)), cell(std::to_string(cost.moved)),
                          cell(std::to_string(cost.services))});
  block.tables.push_back(std::move(table));
  section.blocks.push_back(std::move(block));
  return section;
}

std::string agreement_text(const std::optional<cut::PairAgreement>& pairs, double mojofm) {
  if (!pairs) return "-";
  return fmt::format("F {}, MoJoFM {}", text_of(pairs->f), text_of(mojofm));
}

// Metrics down, cuts across: few cuts are compared, and by every metric.
Table compared_table(const BoundariesReport& report) {
  Table table;
  const std::vector<Column> metrics = metric_columns("");
  for (std::size_t m = 1; m < metrics.size(); ++m)
    table.rows.push_back({cell(metrics[m].title)});
  table.rows.push_back({cell("agrees with the chosen")});
  if (!report.reference.empty()) table.rows.push_back({cell("agrees with " + report.reference)});
  table.columns.push_back({"metric", false, 0});
  const auto add = [&](const std::string& name, const cut::Cut& c, std::vector<Cell> agreement) {
    table.columns.push_back({name, true, static_cast<int>(table.columns.size())});
    std::vector<Cell> cells = metric_cells(c);
    cells.insert(cells.end(), agreement.begin(), agreement.end());
    for (std::size_t r = 0; r < table.rows.size(); ++r)
      table.rows[r].push_back(cells[r]);
  };
  if (!report.result.chosen.group.empty())
    add("chosen", report.result.chosen,
        {cell("-"), cell(agreement_text(report.with_reference, report.mojofm_reference))});
  for (const ComparedCut& other : report.compared)
    add(other.cut.name, other.scored,
        {cell(agreement_text(other.with_chosen, other.mojofm_chosen)),
         cell(agreement_text(other.with_reference, other.mojofm_reference))});
  return table;
}

Section compared_section(const BoundariesReport& report) {
  Section section{"COMPARED", {}};
  if (report.compared.empty() && !report.with_reference) return section;
  Block block = make_block("compared", "Cuts side by side");
  block.tables.push_back(compared_table(report));
  for (const ComparedCut& other : report.compared) {
    std::vector<Item> rows;
    if (!other.scored.degenerate.empty())
      rows.push_back(
          line("degenerate", join(other.scored.degenerate, "; "), Origin::Absent, Tone::Warn));
    if (other.left_out > 0)
      rows.push_back(line("not placed",
                          fmt::format("{}; each stands alone", plural(other.left_out, "entity"))));
    if (!other.cut.unknown.empty())
      rows.push_back(line("not known here", join(other.cut.unknown, ", ")));
    if (other.code)
      rows.push_back(
          line("code", fmt::format("coupling {}, cohesion {}", text_of(other.code->coupling, 4),
                                   text_of(other.code->cohesion, 3))));
    if (!rows.empty()) block.add(branch(other.cut.name, std::move(rows)));
  }
  section.blocks.push_back(std::move(block));
  for (Block& map : stated_map_blocks(report))
    section.blocks.push_back(std::move(map));
  return section;
}

Section near_section(const BoundariesReport& report) {
  Section section{"KEPT CLOSE", {}};
  if (report.near.empty()) return section;
  Block block = make_block("near", "Against " + report.near.name);
  const auto label = [&](int l) {
    return l >= 0 && at(l) < report.near.names.size() ? report.near.names[at(l)]
                                                      : std::string("a new service");
  };
  std::vector<Item> moved, further;
  for (const cut::Move& move : report.closeness.moves)
    moved.push_back(
        line(entity_name(report, move.entity),
             fmt::format("from {} to {}{}", label(move.from), service_name(report, move.to),
                         move.asked ? " (asked for)" : "")));
  for (const cut::Move& move : report.closeness.further)
    further.push_back(line(entity_name(report, move.entity),
                           fmt::format("to {}: the score falls by {}",
                                       service_name(report, move.to), text_of(move.gain, 2))));
  block.add(line("entities elsewhere", std::to_string(report.closeness.moves.size())));
  if (!moved.empty()) block.add(branch("moved", std::move(moved)));
  if (!further.empty()) block.add(branch("would pay further", std::move(further)));
  section.blocks.push_back(std::move(block));
  return section;
}

std::vector<Item> facts_of(const BoundariesReport& report) {
  const cut::Input& input = report.subject.input;
  std::vector<Item> facts;
  facts.push_back(line(
      "read from",
      fmt::format("{}; {}, {}", report.subject.format, plural_of(input.entities.size(), "entity"),
                  plural_of(input.functionalities.size(), "functionality"))));
  if (report.result.chosen.group.empty()) {
    facts.push_back(
        {"answer", "none: the constraints can't all hold", Origin::Absent, Tone::Bad, {}, false});
    return facts;
  }
  facts.push_back(line("answer", report.result.chosen.services == 1
                                     ? std::string("stay one service (a modular monolith)")
                                     : plural(report.result.chosen.services, "service")));
  for (const std::string& reason : report.result.reasons)
    facts.push_back(line("because", reason));
  for (const std::string& why : report.result.chosen.degenerate)
    facts.push_back(line("degenerate", why, Origin::Absent, Tone::Warn));
  for (const auto* notes : {&report.subject.notes, &report.result.notes, &report.notes})
    for (const std::string& note : *notes)
      facts.push_back(line("note", note, Origin::Absent, Tone::Dim));
  return facts;
}

}  // namespace

std::string volume_text(const BoundariesReport& report, double rate) {
  return report.subject.input.rated ? per_second(rate) : number_text(rate, 3);
}

std::string entity_name(const BoundariesReport& report, int entity) {
  return report.subject.input.entities[at(entity)].name;
}

std::string service_name(const BoundariesReport& report, int service) {
  return service >= 0 && at(service) < report.names.size() ? report.names[at(service)] : "nobody";
}

std::vector<std::string> members_of(const BoundariesReport& report, int service) {
  std::vector<std::string> out;
  for (std::size_t e = 0; e < report.result.chosen.group.size(); ++e)
    if (report.result.chosen.group[e] == service)
      out.push_back(report.subject.input.entities[e].name);
  return out;
}

std::string functionality_list(const BoundariesReport& report, const std::vector<int>& which,
                               std::size_t most) {
  std::vector<std::string> names;
  for (const int f : which)
    if (names.size() < most) names.push_back(report.subject.input.functionalities[at(f)].name);
  std::string out = join(names, ", ");
  if (which.size() > most) out += fmt::format(" and {} more", which.size() - most);
  return out;
}

Document boundaries_document(const BoundariesReport& report, bool whole) {
  Document document;
  document.title = report.subject.name + ": where to cut";
  document.facts = facts_of(report);
  const auto add = [&](Section section) {
    if (!section.blocks.empty()) document.sections.push_back(std::move(section));
  };
  if (!report.result.chosen.group.empty()) {
    if (report.result.chosen.services > 1) add(services_section(report, whole));
    add(boundaries_section(report, whole));
    add(near_section(report));
  }
  add(constraints_section(report));
  add(compared_section(report));
  add(alternatives_section(report, whole));
  if (!whole || report.result.chosen.group.empty()) return document;
  for (Section& section : plan_sections(report))
    add(std::move(section));
  for (Section& section : domain_sections(report))
    add(std::move(section));
  return document;
}

std::string boundaries_markdown(const BoundariesReport& report) {
  return markdown_text(boundaries_document(report, true));
}

std::string boundaries_terminal(const BoundariesReport& report, int width, bool color, bool whole) {
  return terminal_text(boundaries_document(report, whole), width, color);
}

}  // namespace scantling
