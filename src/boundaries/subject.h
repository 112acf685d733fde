// A system to be cut, with the names that an answer needs. Read from a file in any of the formats
// that others publish, or filled from an architecture model.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "boundaries/boundaries.h"
#include "boundaries/code_units.h"
#include "boundaries/context_map.h"

namespace scantling::boundaries {

// A cut with names, made by somebody.
struct NamedCut {
  std::string name;                        // of the file or the system
  std::vector<int> group;                  // label per entity, -1: the cut doesn't say
  std::vector<std::string> names;          // per label
  std::vector<std::string> unknown;        // entities that it names and the system hasn't got
  std::vector<ContextRelation> relations;  // between what is named, where the file states them
  bool empty() const { return group.empty(); }
};

// A foreign key between two tables, each owned by the entity that it belongs to.
struct TableKey {
  std::string from, to;
  int from_entity = -1, to_entity = -1;
};

struct Table {
  std::string name;
  int entity = -1;  // -1: nobody's
};

struct Subject {
  std::string name;
  std::string format;  // "model", "access sequences", ...
  Input input;
  std::vector<std::string> teams;  // by Entity::team
  NamedCut given;                  // a cut that the file itself holds
  std::vector<Table> tables;       // of the database that stands today
  std::vector<TableKey> keys;
  CodeGraph code;
  std::vector<int> unit_entity;    // per unit of `code`: its entity, -1 none
  std::vector<std::string> notes;  // what was left out or taken instead while reading
};

struct InputFile {
  std::string path;
  std::string text;
};

// True when the file is in a format of this room, by its name and its first bytes; a YAML model
// isn't.
bool is_published_format(const InputFile& file);

// One system from the files: one access-sequence file, one .cml model (with .scl use cases), a
// Service Cutter model (with its user representations), or nodes and edges of a code graph. The
// error names the file, what is wrong and what is allowed.
Expected<Subject> read_subject(std::span<const InputFile> files);

// A cut of the subject's entities: {"clusters": {"Name": ["Entity", ...]}}, "entity,service" lines
// (for a code graph: "node id,service"), headings "orders:" and "- Order" lines in a .txt, or the
// bounded contexts of a .cml model.
Expected<NamedCut> read_cut(const InputFile& file, const Subject& subject);

// Names for the services of a cut: each after the entity that its functionalities write and read
// most, or that others are part of; with the names of `like` where a service holds most of it.
std::vector<std::string> service_names(const Subject& subject, const std::vector<int>& group,
                                       const NamedCut& like = {});

}  // namespace scantling::boundaries
