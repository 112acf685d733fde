#include "boundaries/subject.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "boundaries/call_paths.h"
#include "boundaries/cml.h"
#include "boundaries/formats.h"
#include "boundaries/index.h"
#include "boundaries/json_input.h"
#include "boundaries/observed_traces.h"
#include "boundaries/service_cutter.h"

namespace scantling::boundaries {
namespace {

using Json = nlohmann::ordered_json;  // the file's order of functionalities

enum class FileKind : std::uint8_t {
  Model,
  AccessSequences,
  ObservedTraces,
  EntityIds,  // of observed traces
  Clusters,
  ErModel,
  UserRepresentations,
  Cml,
  Scl,
  Nodes,
  Edges,
  Csv,
  Listing,    // a cut as text
  OtherJson,  // none of ours
};

constexpr std::string_view allowed_inputs =
    "access sequences {\"Controller.method\": [[\"Entity\", \"R\"]]}, observed traces "
    "{\"Controller.method\": {\"t\": [{\"a\": [[\"R\", 20]]}]}}, a Service Cutter model "
    "{\"entities\": [...]} with its user representations, a Context Mapper model (.cml, .scl), or "
    "nodes (id,Entity|Method,name) and edges (source,Calls|...,target) of a code graph (.csv)";

std::string_view file_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string stem_of(std::string_view path) {
  const std::string_view name = file_name(path);
  std::string stem(name.substr(0, name.find('.')));
  for (const std::string_view ending : {"_nodes", "-nodes"})  // of a code graph's two files
    if (stem.ends_with(ending)) stem.resize(stem.size() - ending.size());
  return stem;
}

FileKind csv_kind(std::string_view text) {
  for (const std::string_view line : split(text, '\n')) {
    const auto fields = split(line, ',');
    if (fields.size() < 2) continue;
    const std::string_view second = trim(fields[1]);
    if (second == "Entity" || second == "Method") return FileKind::Nodes;
    for (const std::string_view kind : {"Calls", "Persists", "Uses", "References", "Extends"})
      if (second == kind) return FileKind::Edges;
    return FileKind::Csv;
  }
  return FileKind::Csv;
}

FileKind json_kind(std::string_view text) {
  const auto json = parse_json_object<Json>(text);
  if (!json) return FileKind::OtherJson;
  if (json->contains("clusters")) return FileKind::Clusters;
  if (json->contains("entities")) return FileKind::ErModel;
  for (const char* key : {"useCases", "predefinedServices", "sharedOwnerGroups", "compatibilities"})
    if (json->contains(key)) return FileKind::UserRepresentations;
  if (!json->empty() && json->begin()->is_array()) return FileKind::AccessSequences;
  if (!json->empty() && json->begin()->is_object() && json->begin()->contains("t"))
    return FileKind::ObservedTraces;
  if (!json->empty() && json->begin()->is_number_integer()) return FileKind::EntityIds;
  return FileKind::OtherJson;
}

FileKind kind_of(const InputFile& file) {
  if (file.path.ends_with(".cml")) return FileKind::Cml;
  if (file.path.ends_with(".scl")) return FileKind::Scl;
  if (file.path.ends_with(".csv")) return csv_kind(file.text);
  if (file.path.ends_with(".json")) return json_kind(file.text);
  if (file.path.ends_with(".txt")) return FileKind::Listing;
  return FileKind::Model;
}

std::string at_file(const InputFile& file, const std::string& problem) {
  return file.path + ": " + problem;
}

const InputFile* first_of(std::span<const InputFile> files, FileKind kind) {
  for (const InputFile& file : files)
    if (kind_of(file) == kind) return &file;
  return nullptr;
}

Expected<Subject> read_code(const InputFile& nodes, std::span<const InputFile> files) {
  const InputFile* edges = first_of(files, FileKind::Edges);
  if (edges == nullptr)
    return fail(at_file(nodes, "a code graph is two files: give the file of its edges too"));
  auto graph = parse_code_graph(nodes.text, edges->text);
  if (!graph) return fail(at_file(nodes, graph.error().message));
  Subject subject = subject_of_code(std::move(*graph));
  if (subject.input.entities.empty())
    return fail(at_file(nodes, "no node is an Entity: there is nothing to cut"));
  return subject;
}

Expected<Subject> read_er(const InputFile& model, std::span<const InputFile> files) {
  auto subject = parse_er_model(model.text);
  if (!subject) return fail(at_file(model, subject.error().message));
  if (const InputFile* use = first_of(files, FileKind::UserRepresentations)) {
    if (auto added = add_user_representations(use->text, *subject); !added)
      return fail(at_file(*use, added.error().message));
  } else {
    subject->notes.push_back("no use cases were given: only relations and names speak");
  }
  return subject;
}

Expected<Subject> read_traces(const InputFile& traces, std::span<const InputFile> files) {
  const InputFile* ids = first_of(files, FileKind::EntityIds);
  auto input = parse_observed_traces(traces.text, ids == nullptr ? std::string_view() : ids->text);
  if (!input) return fail(at_file(traces, input.error().message));
  Subject subject;
  subject.format = "observed traces";
  subject.input = std::move(*input);
  if (ids == nullptr)
    subject.notes.push_back(
        "entities are called by their numbers: a second file {\"Entity\": 20} names them");
  return subject;
}

Expected<Subject> read_main(std::span<const InputFile> files) {
  const InputFile& main = files[0];
  if (const InputFile* cml = first_of(files, FileKind::Cml)) {
    const InputFile* scl = first_of(files, FileKind::Scl);
    auto subject = parse_cml(cml->text, scl == nullptr ? std::string_view() : scl->text);
    if (!subject) return fail(at_file(*cml, subject.error().message));
    return subject;
  }
  if (const InputFile* model = first_of(files, FileKind::ErModel)) return read_er(*model, files);
  if (const InputFile* nodes = first_of(files, FileKind::Nodes)) return read_code(*nodes, files);
  if (const InputFile* sequences = first_of(files, FileKind::AccessSequences)) {
    auto input = parse_access_sequences(sequences->text);
    if (!input) return fail(at_file(*sequences, input.error().message));
    Subject subject;
    subject.format = "access sequences";
    subject.input = std::move(*input);
    return subject;
  }
  if (const InputFile* traces = first_of(files, FileKind::ObservedTraces))
    return read_traces(*traces, files);
  if (kind_of(main) == FileKind::Clusters || kind_of(main) == FileKind::Listing)
    return fail(at_file(main, "this is a cut, not a system: give it to --compare"));
  if (kind_of(main) == FileKind::OtherJson)
    if (const auto json = parse_json_object<Json>(main.text); !json)
      return fail(at_file(main, json.error().message));
  return fail(at_file(main, fmt::format("not a system in a known format; allowed are a model in "
                                        "YAML, {}",
                                        allowed_inputs)));
}

// "Order,orders" lines; for a code graph "12,0".
Expected<NamedCut> cut_of_csv(std::string_view text, const Subject& subject) {
  NamedCut cut;
  cut.group.assign(subject.input.entities.size(), -1);
  std::map<std::string, int, std::less<>> index, label;
  for (std::size_t e = 0; e < cut.group.size(); ++e)
    index.emplace(subject.input.entities[e].name, static_cast<int>(e));
  for (std::size_t u = 0; u < subject.code.units.size(); ++u)
    index.emplace(std::to_string(subject.code.units[u].id), subject.unit_entity[u]);
  int number = 0;
  for (const std::string_view line : split(text, '\n')) {
    ++number;
    if (trim(line).empty()) continue;
    const auto fields = split(line, ',');
    if (fields.size() != 2)
      return fail(fmt::format("line {}: not entity,service; for example Order,orders", number));
    const std::string entity(trim(fields[0])), service(trim(fields[1]));
    const auto found = index.find(entity);
    if (found == index.end()) {
      if (number > 1) cut.unknown.push_back(entity);  // the first line may be a header
      continue;
    }
    const auto [it, added] = label.emplace(service, static_cast<int>(label.size()));
    if (added) cut.names.push_back(service);
    if (found->second >= 0) cut.group[at(found->second)] = it->second;
  }
  return cut;
}

// A heading that ends in a colon, then its entities as "- Order" lines; the rest is prose.
Expected<NamedCut> cut_of_listing(std::string_view text, const Subject& subject) {
  NamedCut cut;
  cut.group.assign(subject.input.entities.size(), -1);
  std::map<std::string, int, std::less<>> index;
  for (std::size_t e = 0; e < cut.group.size(); ++e)
    index.emplace(subject.input.entities[e].name, static_cast<int>(e));
  std::string heading;
  for (const std::string_view raw : split(text, '\n')) {
    const std::string_view line = trim(raw);
    if (!line.starts_with("- ")) {
      if (line.empty()) continue;
      heading = line.ends_with(":") ? std::string(line.substr(0, line.size() - 1)) : "";
      continue;
    }
    if (heading.empty()) continue;
    if (cut.names.empty() || cut.names.back() != heading) cut.names.push_back(heading);
    const std::string entity(trim(line.substr(2)));
    if (const auto found = index.find(entity); found != index.end())
      cut.group[at(found->second)] = static_cast<int>(cut.names.size()) - 1;
    else
      cut.unknown.push_back(entity);
  }
  return cut;
}

Expected<NamedCut> cut_of_clusters(std::string_view text, const Subject& subject) {
  auto group = parse_clusters(text, subject.input);
  if (!group) return fail(group.error().message);
  const auto json = parse_json_object<Json>(text);
  NamedCut cut;
  cut.group = std::move(*group);
  std::set<std::string, std::less<>> known;
  for (const Entity& entity : subject.input.entities)
    known.insert(entity.name);
  for (const auto& [name, members] : (*json)["clusters"].items()) {
    cut.names.push_back(name);
    for (const Json& member : members)
      if (member.is_string() && !known.contains(member.get<std::string>()))
        cut.unknown.push_back(member.get<std::string>());
  }
  return cut;
}

// The contexts of another system, by the names of the aggregates.
Expected<NamedCut> cut_of_contexts(std::string_view text, const Subject& subject) {
  const auto other = parse_cml(text, {});
  if (!other) return fail(other.error().message);
  std::map<std::string, int> label;
  for (std::size_t e = 0; e < other->input.entities.size(); ++e)
    label.emplace(other->input.entities[e].name, other->given.group[e]);
  NamedCut cut;
  cut.names = other->given.names;
  cut.relations = other->given.relations;
  std::set<std::string> known;
  for (const Entity& entity : subject.input.entities) {
    const auto found = label.find(entity.name);
    cut.group.push_back(found == label.end() ? -1 : found->second);
    known.insert(entity.name);
  }
  for (const Entity& entity : other->input.entities)
    if (!known.contains(entity.name)) cut.unknown.push_back(entity.name);
  return cut;
}

}  // namespace

bool is_published_format(const InputFile& file) {
  return kind_of(file) != FileKind::Model;
}

Expected<Subject> read_subject(std::span<const InputFile> files) {
  if (files.empty()) return fail("no file");
  auto subject = read_main(files);
  if (!subject) return subject;
  if (subject->name.empty()) subject->name = stem_of(files[0].path);
  if (subject->input.entities.empty())
    return fail(at_file(files[0], "it holds no entity: there is nothing to cut"));
  return subject;
}

Expected<NamedCut> read_cut(const InputFile& file, const Subject& subject) {
  const auto read = [&]() -> Expected<NamedCut> {
    switch (kind_of(file)) {
      case FileKind::Clusters: return cut_of_clusters(file.text, subject);
      case FileKind::Cml: return cut_of_contexts(file.text, subject);
      case FileKind::Listing: return cut_of_listing(file.text, subject);
      case FileKind::Csv:
      case FileKind::Nodes:
      case FileKind::Edges: return cut_of_csv(file.text, subject);
      default:
        return fail(
            "not a cut; allowed are {\"clusters\": {\"orders\": [\"Order\"]}} in .json, "
            "lines entity,service in .csv, a heading \"orders:\" and lines \"- Order\" in .txt, "
            "the contexts of a .cml model, or a model whose services own aggregates");
    }
  };
  auto cut = read();
  if (!cut) return fail(at_file(file, cut.error().message));
  cut->name = stem_of(file.path);
  if (std::ranges::none_of(cut->group, [](int g) { return g >= 0; }))
    return fail(at_file(file, "the cut names no entity of the system"));
  return cut;
}

namespace {

// What speaks for an entity as the one that names its service.
std::vector<double> prominence(const Input& input) {
  std::vector<double> weight(input.entities.size(), 0);
  for (const Functionality& f : input.functionalities)
    for (const Access& access : f.accesses)
      weight[at(access.entity)] += f.rate * access.times * (access.write ? 1 : .1);
  double all = 0;
  for (const double w : weight)
    all += w;
  for (const Relation& relation : input.relations)
    if (relation.kind == RelationKind::PartOf) weight[at(relation.b)] += all;
  return weight;
}

}  // namespace

std::vector<std::string> service_names(const Subject& subject, const std::vector<int>& group,
                                       const NamedCut& like) {
  const std::vector<double> weight = prominence(subject.input);
  int services = 0;
  for (const int g : group)
    services = std::max(services, g + 1);
  std::vector<int> best(at(services), -1), size(at(services), 0);
  std::map<std::pair<int, int>, int> overlap;  // service, label of `like`
  for (std::size_t e = 0; e < group.size(); ++e) {
    if (group[e] < 0) continue;
    int& known = best[at(group[e])];
    ++size[at(group[e])];
    if (known < 0 || weight[e] > weight[at(known)]) known = static_cast<int>(e);
    if (!like.empty() && like.group[e] >= 0) ++overlap[{group[e], like.group[e]}];
  }
  std::vector<std::string> names(at(services));
  std::set<std::string> taken;
  for (const auto& [pair, count] : overlap) {
    const std::string& name = like.names[at(pair.second)];
    if (2 * count <= size[at(pair.first)] || !names[at(pair.first)].empty()) continue;
    if (taken.insert(name).second) names[at(pair.first)] = name;
  }
  for (std::size_t s = 0; s < names.size(); ++s) {
    if (!names[s].empty()) continue;
    const std::string base =
        best[s] < 0 ? "empty" : kebab_case(subject.input.entities[at(best[s])].name);
    names[s] = base;
    for (int n = 2; !taken.insert(names[s]).second; ++n)
      names[s] = fmt::format("{}-{}", base, n);
  }
  return names;
}

}  // namespace scantling::boundaries
