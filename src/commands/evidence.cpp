#include "commands/evidence.h"

#include <filesystem>

#include <fmt/core.h>

#include "base/text.h"
#include "boundaries/history.h"

namespace scantling {
namespace {

std::vector<CodeTie> ties(const std::vector<boundaries::CoChange>& from) {
  std::vector<CodeTie> out;
  for (const boundaries::CoChange& tie : from)
    out.push_back({AggregateId(static_cast<std::size_t>(tie.a)),
                   AggregateId(static_cast<std::size_t>(tie.b)), tie.weight});
  return out;
}

}  // namespace

std::string beside(const std::string& model_path, const std::string& named) {
  const std::filesystem::path path(named);
  if (path.is_absolute() || model_path == "-") return named;
  return (std::filesystem::path(model_path).parent_path() / path).lexically_normal().string();
}

Expected<std::vector<std::string>> read_evidence(Architecture& model,
                                                 const std::string& model_path) {
  std::vector<std::string> notes;
  if (!model.existing || !model.existing->history) return notes;
  const auto commits = boundaries::read_history(beside(model_path, *model.existing->history));
  if (!commits) return fail(commits.error().message);
  std::vector<boundaries::Entity> entities;
  for (const Aggregate& aggregate : model.aggregates)
    entities.push_back({aggregate.name, 1, -1});
  std::vector<std::pair<std::string, int>> tables;
  for (const ExistingTable& table : *model.existing->tables)
    if (table.aggregate && table.aggregate->id.valid())
      tables.emplace_back(table.name, table.aggregate->id.index);
  const boundaries::HistoryEvidence evidence =
      boundaries::evidence_of(*commits, boundaries::FileOwners(entities, tables), entities.size());
  model.existing->changed_together = ties(evidence.co_changes);
  model.existing->shared_authors = ties(evidence.shared_authors);
  notes.push_back(fmt::format(
      "history: {} of {} touch an aggregate, by {}; {} of {} are an aggregate's by name",
      evidence.commits, plural(static_cast<std::int64_t>(commits->size()), "commit"),
      plural(static_cast<std::int64_t>(evidence.authors), "author"), evidence.matched_files,
      plural(static_cast<std::int64_t>(evidence.files), "file")));
  return notes;
}

}  // namespace scantling
