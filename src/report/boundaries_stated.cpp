// The context map that a compared cut states, beside what crosses its borders.
#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "boundaries/metrics.h"
#include "report/boundaries_parts.h"
#include "report/facts.h"

namespace scantling {

namespace cut = boundaries;

namespace {

constexpr std::size_t unstated_shown = 5;

Cell cell(std::string text, Tone tone = Tone::Plain) {
  return {std::move(text), tone};
}

// The group of `scored` that a context's name stands for; nothing where it has no entity here.
std::map<std::string, int> groups_by_name(const ComparedCut& other) {
  std::map<std::string, int> groups;
  for (std::size_t e = 0; e < other.cut.group.size(); ++e)
    if (const int label = other.cut.group[e]; label >= 0)
      groups.emplace(other.cut.names[static_cast<std::size_t>(label)], other.scored.group[e]);
  return groups;
}

const cut::BoundaryCost* border(const ComparedCut& other, int a, int b) {
  const auto between = [&](const cut::BoundaryCost& cost) {
    return (cost.a == a && cost.b == b) || (cost.a == b && cost.b == a);
  };
  const auto found = std::ranges::find_if(other.boundaries, between);
  return found == other.boundaries.end() ? nullptr : &*found;
}

// Whether the chosen cut puts the entities of two groups of another cut into one service.
std::string together(const std::vector<int>& chosen, const std::vector<int>& other, int a, int b) {
  std::size_t pairs = 0, joined = 0;
  for (std::size_t x = 0; x < other.size(); ++x)
    for (std::size_t y = 0; y < other.size(); ++y)
      if (other[x] == a && other[y] == b) {
        ++pairs;
        joined += chosen[x] == chosen[y] ? 1 : 0;
      }
  if (joined == 0) return "apart";
  return joined == pairs ? "one service" : "partly one service";
}

Table stated_table(const BoundariesReport& report, const ComparedCut& other) {
  Table table;
  table.caption =
      "OHS: open host service, PL: published language, ACL: anticorruption layer; reads are of the "
      "upstream";
  table.columns = {{"upstream", false, 0},         {"downstream", false, 0}, {"relation", false, 0},
                   {"operations", true, 0},        {"reads", true, 2},       {"writes", true, 2},
                   {"in the chosen cut", false, 1}};
  for (const StatedRelation& r : stated_relations(report, other)) {
    std::vector<Cell> row = {cell(r.stated->upstream), cell(r.stated->downstream),
                             cell(cut::describe(*r.stated))};
    const Tone tone = r.measured && r.functionalities == 0 ? Tone::Dim : Tone::Plain;
    const auto number = [&](const std::string& text) {
      row.push_back(cell(r.measured ? text : "-", tone));
    };
    number(std::to_string(r.functionalities));
    number(volume_text(report, r.reads_upstream));
    number(volume_text(report, r.writes));
    row.push_back(cell(r.in_chosen.empty() ? "-" : r.in_chosen));
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

std::vector<StatedRelation> stated_relations(const BoundariesReport& report,
                                             const ComparedCut& other) {
  const std::map<std::string, int> groups = groups_by_name(other);
  std::vector<StatedRelation> out;
  for (const cut::ContextRelation& relation : other.cut.relations) {
    StatedRelation& stated = out.emplace_back();
    stated.stated = &relation;
    const auto up = groups.find(relation.upstream), down = groups.find(relation.downstream);
    if (up == groups.end() || down == groups.end()) continue;
    stated.measured = true;
    if (!report.result.chosen.group.empty())
      stated.in_chosen =
          together(report.result.chosen.group, other.scored.group, up->second, down->second);
    const cut::BoundaryCost* cost = border(other, up->second, down->second);
    if (cost == nullptr) continue;
    stated.functionalities = cost->split_transactions.size();
    stated.writes = cost->crossing_writes;
    const double of_b = cost->crossing_reads - cost->reads_of_a;
    stated.reads_upstream = cost->a == up->second ? cost->reads_of_a : of_b;
    stated.reads_downstream = cost->a == up->second ? of_b : cost->reads_of_a;
  }
  return out;
}

std::vector<UnstatedRelation> unstated_relations(const ComparedCut& other) {
  std::map<int, std::string> names;
  for (const auto& [name, group] : groups_by_name(other))
    names.emplace(group, name);
  const auto stated = [&](const std::string& a, const std::string& b) {
    return std::ranges::any_of(other.cut.relations, [&](const cut::ContextRelation& r) {
      return (r.upstream == a && r.downstream == b) || (r.upstream == b && r.downstream == a);
    });
  };
  std::vector<UnstatedRelation> out;
  for (const cut::BoundaryCost& cost : other.boundaries) {
    const auto a = names.find(cost.a), b = names.find(cost.b);
    if (a == names.end() || b == names.end() || cost.split_transactions.empty() ||
        stated(a->second, b->second))
      continue;
    out.push_back({a->second, b->second, cost.split_transactions.size()});
  }
  std::ranges::stable_sort(out, [](const UnstatedRelation& x, const UnstatedRelation& y) {
    return x.functionalities > y.functionalities;
  });
  return out;
}

std::vector<Block> stated_map_blocks(const BoundariesReport& report) {
  std::vector<Block> blocks;
  for (const ComparedCut& other : report.compared) {
    if (other.cut.relations.empty()) continue;
    Block block = make_block("stated map", "Context map of " + other.cut.name);
    block.tables.push_back(stated_table(report, other));
    std::vector<Item> missing;
    const std::vector<UnstatedRelation> unstated = unstated_relations(other);
    for (std::size_t i = 0; i < std::min(unstated_shown, unstated.size()); ++i)
      missing.push_back(
          line(fmt::format("{} and {}", unstated[i].a, unstated[i].b),
               plural(static_cast<std::int64_t>(unstated[i].functionalities), "operation")));
    if (unstated.size() > unstated_shown)
      missing.push_back(
          line("", fmt::format("and {} more pairs", unstated.size() - unstated_shown)));
    if (!missing.empty())
      block.add(branch("crossed, but no relation is stated", std::move(missing)));
    blocks.push_back(std::move(block));
  }
  return blocks;
}

}  // namespace scantling
