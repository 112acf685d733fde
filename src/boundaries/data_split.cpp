#include "boundaries/data_split.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/units.h"
#include "boundaries/index.h"

namespace scantling::boundaries {
namespace {

// A copy pays where what is joined is read so many times as often as it changes.
constexpr double reads_per_change = 10;

struct Uses {
  double joins = 0, both_written = 0, changes = 0;
};

struct EntityUse {
  bool read = false, written = false;
  double writes = 0;  // per run
};

EntityUse use_of(const Functionality& f, int entity) {
  EntityUse use;
  for (const Access& access : f.accesses) {
    if (access.entity != entity) continue;
    (access.write ? use.written : use.read) = true;
    if (access.write) use.writes += access.times;
  }
  return use;
}

Uses uses_of(const Input& input, int from, int to) {
  Uses uses;
  for (const Functionality& f : input.functionalities) {
    const EntityUse a = use_of(f, from), b = use_of(f, to);
    uses.changes += f.rate * b.writes;
    if ((!a.read && !a.written) || (!b.read && !b.written)) continue;
    uses.joins += f.rate;
    if (a.written && b.written) uses.both_written += f.rate;
  }
  return uses;
}

void decide(CutKey& key, const std::string& unit) {
  const auto text = [&](double rate) { return number_text(rate, 3) + unit; };
  if (key.joins <= 0) {
    key.instead = JoinReplacement::Id;
    key.reason = "no functionality uses both";
  } else if (key.both_written > 0) {
    key.instead = JoinReplacement::Saga;
    key.reason =
        fmt::format("{} write both, of {} that use both", text(key.both_written), text(key.joins));
  } else if (key.joins >= reads_per_change * key.changes) {
    key.instead = JoinReplacement::Copy;
    key.reason = fmt::format("{} use both, and {} changes {}", text(key.joins), key.to,
                             key.changes > 0 ? text(key.changes) : std::string("never"));
  } else {
    key.instead = JoinReplacement::Call;
    key.reason = fmt::format(
        "{} use both, but {} changes {}: a copy would be kept current for "
        "less than {} reads a change",
        text(key.joins), key.to, text(key.changes), reads_per_change);
  }
}

// Services that run functionalities which touch each entity, other than its own.
struct Others {
  std::vector<std::set<int>> readers, writers;
};

Others others_of(const Input& input, const std::vector<int>& group) {
  Others others;
  others.readers.resize(group.size());
  others.writers.resize(group.size());
  for (const Functionality& f : input.functionalities) {
    if (f.accesses.empty()) continue;
    const int runs_it = group[at(f.accesses.front().entity)];
    for (const Access& access : f.accesses)
      if (group[at(access.entity)] != runs_it)
        (access.write ? others.writers : others.readers)[at(access.entity)].insert(runs_it);
  }
  return others;
}

std::vector<TableKey> keys_of(const Subject& subject) {
  if (!subject.keys.empty() || !subject.tables.empty()) return subject.keys;
  std::vector<TableKey> keys;
  for (const Relation& relation : subject.input.relations)
    keys.push_back({subject.input.entities[at(relation.a)].name,
                    subject.input.entities[at(relation.b)].name, relation.a, relation.b});
  return keys;
}

std::vector<Table> tables_of(const Subject& subject) {
  if (!subject.tables.empty()) return subject.tables;
  std::vector<Table> tables;
  for (std::size_t e = 0; e < subject.input.entities.size(); ++e)
    tables.push_back({subject.input.entities[e].name, static_cast<int>(e)});
  return tables;
}

}  // namespace

DataSplit split_data(const Subject& subject, const std::vector<int>& group) {
  DataSplit split;
  const Others others = others_of(subject.input, group);
  for (const Table& table : tables_of(subject)) {
    OwnedTable& owned = split.tables.emplace_back();
    owned.name = table.name;
    owned.entity = table.entity;
    if (table.entity < 0) continue;
    owned.service = group[at(table.entity)];
    const auto& readers = others.readers[at(table.entity)];
    const auto& writers = others.writers[at(table.entity)];
    owned.readers.assign(readers.begin(), readers.end());
    owned.writers.assign(writers.begin(), writers.end());
  }
  for (const TableKey& key : keys_of(subject)) {
    if (key.from_entity < 0 || key.to_entity < 0) continue;
    const int from = group[at(key.from_entity)], to = group[at(key.to_entity)];
    if (from == to) {
      ++split.keys_kept;
      continue;
    }
    CutKey& cut = split.cut_keys.emplace_back();
    cut.from = key.from;
    cut.to = key.to;
    cut.from_entity = key.from_entity;
    cut.to_entity = key.to_entity;
    cut.from_service = from;
    cut.to_service = to;
    const Uses uses = uses_of(subject.input, key.from_entity, key.to_entity);
    cut.joins = uses.joins;
    cut.changes = uses.changes;
    cut.both_written = uses.both_written;
    decide(cut, subject.input.rated ? "/s" : "");
  }
  std::stable_sort(split.cut_keys.begin(), split.cut_keys.end(),
                   [](const CutKey& a, const CutKey& b) { return a.joins > b.joins; });
  return split;
}

std::string to_text(JoinReplacement replacement) {
  switch (replacement) {
    case JoinReplacement::Id: return "id";
    case JoinReplacement::Call: return "call";
    case JoinReplacement::Copy: return "copy";
    case JoinReplacement::Saga: return "saga";
  }
  return {};
}

}  // namespace scantling::boundaries
