// Objects of Kubernetes read from files: the other way round of value.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "generate/output.h"
#include "source/source.h"

namespace scantling::generate {

struct ManifestFile {
  std::vector<Value> documents;
  std::vector<std::string> problems;  // "line 3: ..."
};

// Every document of a YAML or JSON file; a List's items are documents of their own. At most 20,000
// documents and 2,000,000 nodes a file, nested 100 deep. Plain scalars are read as the API server's
// reader does: true and false, numbers, null, else text.
ManifestFile parse_manifests(std::string_view text);

// Files below the paths that end in .yaml, .yml or .json, sorted; a path that is a file is itself.
// Folders that begin with a dot are passed over, links are not followed. At most 20,000 files.
Expected<std::vector<std::string>> manifest_files(const std::vector<std::string>& paths);

}  // namespace scantling::generate
