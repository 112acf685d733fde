// Readers for data that others published, so that cuts can be compared with theirs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "boundaries/boundaries.h"
#include "boundaries/code_units.h"

namespace scantling::boundaries {

// mono2micro: { "Controller.method": [ ["Entity", "R" | "W"], ... ], ... }. Entities are numbered
// by name, functionalities keep the file's order; every rate is 1.
Expected<Input> parse_access_sequences(std::string_view json);

// mono2micro: { "clusters": { "Name": ["Entity", ...], ... } }: a label per entity of `input`, -1
// when the file does not name it.
Expected<std::vector<int>> parse_clusters(std::string_view json, const Input& input);

// Filippone et al., ICSA 2023: nodes "id,Entity|Method,name[,class]" and edges
// "source,Calls|Persists|Uses|References|Extends,target".
Expected<CodeGraph> parse_code_graph(std::string_view nodes_csv, std::string_view edges_csv);

// "node_key,service" with a header line: a label per unit of `graph`, -1 when not listed.
Expected<std::vector<int>> parse_assignment(std::string_view csv, const CodeGraph& graph);

// The whole of a file, at most 64 MiB.
Expected<std::string> read_text(const std::string& path);

}  // namespace scantling::boundaries
