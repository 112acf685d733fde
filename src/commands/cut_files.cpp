#include "commands/cut_files.h"

#include <map>

#include <fmt/core.h>

#include "base/text.h"
#include "boundaries/formats.h"
#include "commands/evidence.h"
#include "design/cutting.h"

namespace scantling {
namespace {

bool read_file(const Invocation& invocation, const std::string& path, boundaries::InputFile& out) {
  auto text = disk().read(path);
  if (!text) {
    invocation.streams.complain(text.error().message);
    return false;
  }
  out = {path, std::move(*text)};
  return true;
}

// Models have these endings; anything else is looked into.
bool named_as_model(const std::string& path) {
  return path == "-" || path.ends_with(".yaml") || path.ends_with(".yml");
}

bool read_model_input(const Invocation& invocation, const std::string& path, CutInput& out) {
  ModelInput loaded;
  // Cut from what was given, not from what the last design made of it.
  load_model(invocation, path, loaded, {.overlays = {}, .forget_decided = true});
  if (!loaded.ok) return false;
  out.model = std::move(loaded.model.model);
  auto notes = read_evidence(*out.model, path);
  if (!notes) {
    invocation.streams.complain(notes.error().message);
    return false;
  }
  out.notes = std::move(*notes);
  return true;
}

}  // namespace

bool read_cut_input(const Invocation& invocation, CutInput& out) {
  const std::vector<std::string>& paths = invocation.arguments;
  if (named_as_model(paths[0])) {
    if (paths.size() == 1) return read_model_input(invocation, paths[0], out);
    invocation.streams.complain(
        fmt::format("{} is a model, and a model is one file; to score another cut use --compare {}",
                    paths[0], paths[1]));
    return false;
  }
  std::vector<boundaries::InputFile> files(paths.size());
  for (std::size_t i = 0; i < paths.size(); ++i)
    if (!read_file(invocation, paths[i], files[i])) return false;
  if (files.size() == 1 && !boundaries::is_published_format(files[0]))
    return read_model_input(invocation, paths[0], out);
  auto subject = boundaries::read_subject(files);
  if (!subject) {
    invocation.streams.complain(subject.error().message);
    return false;
  }
  out.subject = std::move(*subject);
  return true;
}

bool read_named_cut(const Invocation& invocation, const std::string& path,
                    const boundaries::Subject& subject, boundaries::NamedCut& out) {
  if (named_as_model(path)) {
    ModelInput loaded;
    load_model(invocation, path, loaded);
    if (!loaded.ok) return false;
    out = owners_in(loaded.model.model, subject);
    for (const int label : out.group)
      if (label >= 0) return true;
    invocation.streams.complain(
        fmt::format("{}: none of its services owns an aggregate of {}: there is no cut in it", path,
                    subject.name));
    return false;
  }
  boundaries::InputFile file;
  if (!read_file(invocation, path, file)) return false;
  auto cut = boundaries::read_cut(file, subject);
  if (!cut) {
    invocation.streams.complain(cut.error().message);
    return false;
  }
  out = std::move(*cut);
  return true;
}

bool read_model_code(const Invocation& invocation, const Architecture& model,
                     const std::string& model_path, boundaries::Subject& subject,
                     std::vector<std::string>& unmatched) {
  if (!model.existing || !model.existing->code) return true;
  const ExistingCode& code = *model.existing->code;
  if (!code.nodes || !code.edges) {
    invocation.streams.complain(
        "existing.code needs both files: { nodes: nodes.csv, edges: edges.csv }");
    return false;
  }
  boundaries::InputFile nodes, edges;
  if (!read_file(invocation, beside(model_path, *code.nodes), nodes) ||
      !read_file(invocation, beside(model_path, *code.edges), edges))
    return false;
  auto graph = boundaries::parse_code_graph(nodes.text, edges.text);
  if (!graph) {
    invocation.streams.complain(fmt::format("{}: {}", nodes.path, graph.error().message));
    return false;
  }
  std::map<std::string, int> index;
  for (std::size_t e = 0; e < subject.input.entities.size(); ++e)
    index.emplace(kebab_case(subject.input.entities[e].name), static_cast<int>(e));
  for (const boundaries::CodeUnit& unit : graph->units) {
    const auto found = unit.entity ? index.find(kebab_case(unit.name)) : index.end();
    subject.unit_entity.push_back(found == index.end() ? -1 : found->second);
    if (unit.entity && found == index.end()) unmatched.push_back(unit.name);
  }
  subject.code = std::move(*graph);
  return true;
}

}  // namespace scantling
