#include "boundaries/formats.h"

#include <charconv>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "base/text.h"
#include "boundaries/json_input.h"

namespace scantling::boundaries {
namespace {

using Json = nlohmann::ordered_json;  // the file's order of functionalities

bool is_access(const Json& access) {
  return access.is_array() && access.size() == 2 && access[0].is_string() &&
         access[1].is_string() && (access[1] == "R" || access[1] == "W");
}

std::optional<int> parse_int(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<CodeEdgeKind> parse_edge_kind(std::string_view text) {
  if (text == "Calls") return CodeEdgeKind::Calls;
  if (text == "Persists") return CodeEdgeKind::Persists;
  if (text == "Uses") return CodeEdgeKind::Uses;
  if (text == "References") return CodeEdgeKind::References;
  if (text == "Extends") return CodeEdgeKind::Extends;
  return std::nullopt;
}

// Lines of comma-separated fields, blank lines left out; `number` counts from 1.
struct CsvLine {
  int number = 0;
  std::vector<std::string_view> fields;
};

std::vector<CsvLine> csv_lines(std::string_view csv) {
  std::vector<CsvLine> lines;
  int number = 0;
  for (const std::string_view line : split(csv, '\n')) {
    ++number;
    if (trim(line).empty()) continue;
    CsvLine& out = lines.emplace_back(CsvLine{number, split(line, ',')});
    for (std::string_view& field : out.fields)
      field = trim(field);
  }
  return lines;
}

std::map<int, int> unit_of_id(const CodeGraph& graph) {
  std::map<int, int> index;
  for (std::size_t i = 0; i < graph.units.size(); ++i)
    index.emplace(graph.units[i].id, static_cast<int>(i));
  return index;
}

}  // namespace

Expected<Input> parse_access_sequences(std::string_view text) {
  const Expected<Json> json = parse_json_object<Json>(text);
  if (!json) return std::unexpected(json.error());
  std::map<std::string, int> index;
  for (const auto& [name, sequence] : json->items()) {
    if (!sequence.is_array()) return fail("functionality '" + name + "' is not a list of accesses");
    for (const Json& access : sequence) {
      if (!is_access(access))
        return fail("functionality '" + name +
                    "' has an access that is not [entity, \"R\" or \"W\"]");
      index.emplace(access[0].get<std::string>(), 0);
    }
  }
  Input input;
  input.rated = false;
  for (auto& [name, id] : index) {
    id = static_cast<int>(input.entities.size());
    input.entities.push_back({name, 1, -1});
  }
  for (const auto& [name, sequence] : json->items()) {
    Functionality& f = input.functionalities.emplace_back();
    f.name = name;
    for (const Json& access : sequence)
      f.accesses.push_back({index[access[0].get<std::string>()], access[1] == "W", 1});
  }
  return input;
}

Expected<std::vector<int>> parse_clusters(std::string_view text, const Input& input) {
  const Expected<Json> json = parse_json_object<Json>(text);
  if (!json) return std::unexpected(json.error());
  if (!json->contains("clusters") || !(*json)["clusters"].is_object())
    return fail("no object 'clusters'");
  std::map<std::string, int> label;
  int next = 0;
  for (const auto& [name, members] : (*json)["clusters"].items()) {
    for (const Json& member : members)
      if (member.is_string()) label.emplace(member.get<std::string>(), next);
    ++next;
  }
  std::vector<int> group;
  for (const Entity& entity : input.entities) {
    const auto found = label.find(entity.name);
    group.push_back(found == label.end() ? -1 : found->second);
  }
  return group;
}

Expected<CodeGraph> parse_code_graph(std::string_view nodes_csv, std::string_view edges_csv) {
  CodeGraph graph;
  for (const CsvLine& line : csv_lines(nodes_csv)) {
    const std::optional<int> id = parse_int(line.fields[0]);
    if (!id || line.fields.size() < 3 || (line.fields[1] != "Entity" && line.fields[1] != "Method"))
      return fail("nodes, line " + std::to_string(line.number) +
                  ": not id,Entity|Method,name[,class]");
    graph.units.push_back({*id, std::string(line.fields[2]),
                           line.fields.size() > 3 ? std::string(line.fields[3]) : std::string(),
                           line.fields[1] == "Entity"});
  }
  const std::map<int, int> index = unit_of_id(graph);
  for (const CsvLine& line : csv_lines(edges_csv)) {
    const std::optional<int> from = parse_int(line.fields[0]);
    const std::optional<int> to =
        line.fields.size() == 3 ? parse_int(line.fields[2]) : std::nullopt;
    const auto kind = line.fields.size() == 3 ? parse_edge_kind(line.fields[1]) : std::nullopt;
    if (!from || !to || !kind || !index.contains(*from) || !index.contains(*to))
      return fail("edges, line " + std::to_string(line.number) +
                  ": not source,kind,target of known nodes");
    graph.edges.push_back({index.at(*from), index.at(*to), *kind});
  }
  return graph;
}

Expected<std::vector<int>> parse_assignment(std::string_view csv, const CodeGraph& graph) {
  const std::map<int, int> index = unit_of_id(graph);
  std::vector<int> group(graph.units.size(), -1);
  bool header = true;
  for (const CsvLine& line : csv_lines(csv)) {
    const bool first = std::exchange(header, false);
    const std::optional<int> id = parse_int(line.fields[0]);
    if (first && !id) continue;
    const int service = line.fields.size() == 2 ? parse_int(line.fields[1]).value_or(-1) : -1;
    if (!id || service < 0 || !index.contains(*id))
      return fail("assignment, line " + std::to_string(line.number) +
                  ": not node,service of a known node");
    group[static_cast<std::size_t>(index.at(*id))] = service;
  }
  return group;
}

Expected<std::string> read_text(const std::string& path) {
  constexpr std::streamsize limit = 64 << 20;
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) return fail("can't read " + path);
  const std::streamsize size = in.tellg();
  if (size > limit) return fail(path + " has more than 64 MiB");
  std::string text(static_cast<std::size_t>(size), '\0');
  in.seekg(0);
  if (!in.read(text.data(), size)) return fail("can't read " + path);
  return text;
}

}  // namespace scantling::boundaries
