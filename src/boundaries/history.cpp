#include "boundaries/history.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/text.h"
#include "boundaries/index.h"

namespace scantling::boundaries {
namespace {

constexpr std::size_t words_at_most = 24;               // of a file's name
constexpr std::size_t words_of_name_at_most = 8;        // of an entity's
constexpr std::size_t authors_compared_at_most = 1500;  // entities; above, pairs are too many

// "order", "orders"; "category", "categories"; "address", "addresses".
std::vector<std::string> forms_of(const std::string& kebab) {
  std::vector<std::string> forms{kebab};
  if (kebab.empty()) return forms;
  if (kebab.ends_with("y")) forms.push_back(kebab.substr(0, kebab.size() - 1) + "ies");
  forms.push_back(kebab + (kebab.ends_with("s") || kebab.ends_with("x") ? "es" : "s"));
  return forms;
}

// Per entity: weight of each author.
using AuthorWeights = std::vector<std::map<int, double>>;

std::vector<CoChange> shared_authors(const AuthorWeights& weights, std::size_t authors) {
  std::vector<CoChange> pairs;
  if (authors < 2 || weights.size() > authors_compared_at_most) return pairs;
  std::vector<double> bearers(authors, 0);
  double touched = 0;
  for (const auto& of : weights) {
    touched += of.empty() ? 0 : 1;
    for (const auto& [author, commits] : of)
      bearers[at(author)] += 1;
  }
  const auto weight = [&](int author, double commits) {
    return std::log1p(commits) * std::log(touched / bearers[at(author)]);
  };
  std::vector<double> norm(weights.size(), 0);
  for (std::size_t e = 0; e < weights.size(); ++e)
    for (const auto& [author, commits] : weights[e])
      norm[e] += weight(author, commits) * weight(author, commits);
  for (std::size_t a = 0; a < weights.size(); ++a)
    for (std::size_t b = a + 1; b < weights.size(); ++b) {
      double product = 0;
      for (const auto& [author, commits] : weights[a])
        if (const auto other = weights[b].find(author); other != weights[b].end())
          product += weight(author, commits) * weight(author, other->second);
      if (product > 1e-12)
        pairs.push_back(
            {static_cast<int>(a), static_cast<int>(b), product / std::sqrt(norm[a] * norm[b])});
    }
  return pairs;
}

}  // namespace

Expected<std::vector<Commit>> parse_git_log(std::string_view log) {
  std::vector<Commit> commits;
  std::size_t number = 0;
  while (!log.empty()) {
    const std::size_t end = log.find('\n');
    std::string_view line = log.substr(0, end);
    log.remove_prefix(end == std::string_view::npos ? log.size() : end + 1);
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (line.front() == '\x01') {
      if (commits.size() == commits_at_most) break;
      commits.emplace_back().author = std::string(line.substr(1));
      continue;
    }
    if (commits.empty())
      return fail(
          fmt::format("line {}: a file before the first commit; the history is what git log "
                      "--no-merges --name-only --pretty=format:%x01%aN prints",
                      number));
    commits.back().files.emplace_back(line);
  }
  return commits;
}

FileOwners::FileOwners(const std::vector<Entity>& entities,
                       const std::vector<std::pair<std::string, int>>& further) {
  for (std::size_t e = 0; e < entities.size(); ++e)
    add(entities[e].name, static_cast<int>(e));
  for (const auto& [name, entity] : further)
    add(name, entity);
  std::stable_sort(names_.begin(), names_.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
  names_.erase(std::unique(names_.begin(), names_.end(), same), names_.end());
}

void FileOwners::add(const std::string& name, int entity) {
  for (std::string& form : forms_of(kebab_case(name)))
    if (!form.empty()) names_.emplace_back(std::move(form), entity);
}

// The entity with the longest name among whole words of the text, or of all of it.
int FileOwners::longest(std::string_view kebab, bool whole) const {
  const auto find = [&](std::string_view name) {
    const auto less = [](const auto& known, std::string_view wanted) {
      return known.first < wanted;
    };
    const auto it = std::lower_bound(names_.begin(), names_.end(), name, less);
    return it != names_.end() && it->first == name ? it->second : -1;
  };
  if (whole) return find(kebab);
  const std::vector<std::string_view> words = split(kebab, '-');
  int best = -1;
  std::size_t length = 0;
  for (std::size_t i = 0; i < std::min(words.size(), words_at_most); ++i)
    for (std::size_t n = 1; n <= words_of_name_at_most && i + n <= words.size(); ++n) {
      const char* begin = words[i].data();
      const char* end = words[i + n - 1].data() + words[i + n - 1].size();
      const std::string_view name(begin, static_cast<std::size_t>(end - begin));
      if (name.size() <= length) continue;
      if (const int entity = find(name); entity >= 0) {
        best = entity;
        length = name.size();
      }
    }
  return best;
}

int FileOwners::owner(std::string_view path) const {
  const std::vector<std::string_view> parts = split(path, '/');
  const std::string_view file = parts.back();
  const std::string stem = kebab_case(file.substr(0, file.find('.')));
  if (const int entity = longest(stem, false); entity >= 0) return entity;
  for (std::size_t i = parts.size() - 1; i-- > 0;)
    if (const int entity = longest(kebab_case(parts[i]), true); entity >= 0) return entity;
  return -1;
}

HistoryEvidence evidence_of(const std::vector<Commit>& commits, const FileOwners& owners,
                            std::size_t entities) {
  HistoryEvidence evidence;
  evidence.commits_of.assign(entities, 0);
  std::map<std::string, int, std::less<>> owner_of_path, authors;
  AuthorWeights weights(entities);
  std::vector<std::vector<int>> changed;
  for (const Commit& commit : commits) {
    std::set<int> touched;
    for (const std::string& path : commit.files) {
      const auto [it, added] = owner_of_path.emplace(path, -1);
      if (added) it->second = owners.owner(path);
      if (it->second >= 0) touched.insert(it->second);
    }
    if (touched.empty()) continue;
    ++evidence.commits;
    const int author =
        authors.emplace(commit.author, static_cast<int>(authors.size())).first->second;
    for (const int entity : touched) {
      ++evidence.commits_of[at(entity)];
      weights[at(entity)][author] += 1;
    }
    changed.emplace_back(touched.begin(), touched.end());
  }
  evidence.authors = authors.size();
  evidence.files = owner_of_path.size();
  for (const auto& [path, entity] : owner_of_path)
    evidence.matched_files += entity >= 0 ? 1 : 0;
  evidence.co_changes = co_changes(changed);
  evidence.shared_authors = shared_authors(weights, authors.size());
  return evidence;
}

}  // namespace scantling::boundaries
