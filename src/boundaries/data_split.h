// What a cut does to a database: whose each table is, which foreign keys end at a border, and what
// takes the place of the joins along them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "boundaries/subject.h"

namespace scantling::boundaries {

enum class JoinReplacement : std::uint8_t {
  Id,    // nothing joins them: the key stays as a plain id
  Call,  // the rows are asked for by id when they are needed
  Copy,  // the owner announces changes, the reader keeps the columns that it joins
  Saga,  // both ends are written by one functionality
};

struct CutKey {
  std::string from, to;  // tables, or entities when the tables aren't known
  int from_entity = -1, to_entity = -1;
  int from_service = -1, to_service = -1;
  double joins = 0;         // runs per second of functionalities that use both ends
  double changes = 0;       // writes per second to the end that is referred to
  double both_written = 0;  // runs per second of functionalities that write both ends
  JoinReplacement instead = JoinReplacement::Id;
  std::string reason;  // in numbers
};

struct OwnedTable {
  std::string name;
  int entity = -1;
  int service = -1;          // the one that writes it from now on; -1: no entity has it
  std::vector<int> readers;  // other services whose functionalities read it
  std::vector<int> writers;  // other services whose functionalities write it
};

struct DataSplit {
  std::vector<OwnedTable> tables;
  std::vector<CutKey> cut_keys;  // by joins, the most first
  int keys_kept = 0;             // foreign keys that stay within a service
};

// A functionality is run by the service of its first access.
DataSplit split_data(const Subject& subject, const std::vector<int>& group);

std::string to_text(JoinReplacement replacement);

}  // namespace scantling::boundaries
