// Version-control history as evidence: which entities' code changes together, and who changes it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "boundaries/boundaries.h"

namespace scantling::boundaries {

struct Commit {
  std::string author;
  std::vector<std::string> files;  // paths within the repository
};

inline constexpr std::size_t commits_at_most = 20'000;  // the newest
inline constexpr std::size_t history_bytes_at_most = std::size_t{64} << 20;

// What `git log --no-merges --name-only --pretty=format:%x01%aN` prints: a line of \x01 and the
// author, then the files of the commit, one a line. Lines before the first author are an error.
Expected<std::vector<Commit>> parse_git_log(std::string_view log);

// The history of HEAD of the repository in (or around) a folder, by the `git` program: no shell, no
// pager, no hooks, no user's configuration, no network, at most 60 s. Or the same from a file that
// holds the output of the command above. Errors name the folder and what git said.
Expected<std::vector<Commit>> read_history(const std::string& folder_or_file);

// The entity whose code a file is: whole words of the file's name that are the entity's name or its
// plural ("order_line_repository.rb" is OrderLine's; the longest name wins), else a folder of that
// name, the innermost first. -1: no entity's. Names are any spelling of the same words.
class FileOwners {
 public:
  // Further names per entity (its tables), may be empty.
  explicit FileOwners(const std::vector<Entity>& entities,
                      const std::vector<std::pair<std::string, int>>& further = {});
  int owner(std::string_view path) const;

 private:
  int longest(std::string_view kebab, bool whole) const;
  void add(const std::string& name, int entity);

  std::vector<std::pair<std::string, int>> names_;  // sorted
};

struct HistoryEvidence {
  std::vector<CoChange> co_changes;      // damped by commit size
  std::vector<CoChange> shared_authors;  // cosine over commits by author; rare authors count more
  std::size_t commits = 0;               // that touch any entity
  std::size_t authors = 0;
  std::size_t files = 0, matched_files = 0;  // distinct paths, and those of an entity
  std::vector<int> commits_of;               // per entity
};

HistoryEvidence evidence_of(const std::vector<Commit>& commits, const FileOwners& owners,
                            std::size_t entities);

}  // namespace scantling::boundaries
