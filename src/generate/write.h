// Puts generated files into a folder, and remembers what it wrote: .scantling/manifest.json names
// every file with its hash, .scantling/base/ holds it as generated, for the next merge.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "generate/output.h"

namespace scantling::generate {

enum class FileState : std::uint8_t {
  Unchanged,  // the folder has it already
  Written,    // new, or changed by the model alone
  Merged,     // changed by the model and by hand, in different places
  Conflict,   // in the same place: the file is kept, the new version stands beside it
  Kept,       // yours, or changed by hand while the model says the same
  Removed,    // no longer generated, and not changed by hand
  Orphaned,   // no longer generated, but changed by hand: kept
};
std::string_view to_text(FileState state);

struct FileOutcome {
  std::string path;
  FileState state = FileState::Unchanged;
};

struct WriteOptions {
  std::string folder;
  std::string model_hash;
  std::vector<std::string> targets;
  bool dry = false;  // says what would happen, writes nothing
};

// Where the new version of a file in conflict goes: "x.yaml" -> "x.yaml.new".
std::string conflict_path(std::string_view path);

// Every file of `out`, and those of the last run that are gone, by path. Refuses a folder in which
// a path of ours leads through a symbolic link, and a manifest that is not ours.
Expected<std::vector<FileOutcome>> write_out(const Output& out, const WriteOptions& options);

// The targets that the folder's manifest names; none when there is no manifest.
Expected<std::vector<std::string>> targets_of(const std::string& folder);

}  // namespace scantling::generate
