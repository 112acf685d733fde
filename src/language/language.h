// The language: text to model and back, all from one table (schema.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "diagnostics/diagnostic.h"
#include "model/architecture.h"
#include "source/source.h"

namespace scantling {

struct ReadOptions {
  std::vector<std::string> overlays;  // files merged over the model, in order
};

// Reads a model with its includes and overlays, binds and resolves it. Problems go to `out`; the
// model holds what could be read. The environment's failures (no such file) are diagnostics too.
Architecture read_model(Sources& sources, const FileSystem& files, const std::string& path,
                        const ReadOptions& options, Diagnostics& out);

// The whole model as a document of the language, in the table's order, decided values included.
// Reading it back gives the same model (origins apart: see decisions' `sets`).
std::string write_model(const Architecture& model);

// What a path ("services.orders.runtime.instances") means in the model.
struct PathInfo {
  std::string path;
  std::string text;  // its value in the language; "..." for a whole element
  Provenance from;
};
// Every value of the model with its path, in the table's order.
std::vector<PathInfo> all_paths(const Architecture& model);
// The one path that `path` names; nothing when there is none or it is not unique as a suffix.
std::vector<PathInfo> find_paths(const Architecture& model, std::string_view path);

// Edits that write the model's decided values into its main file, every other byte kept.
std::vector<Edit> write_back(const Sources& sources, FileId main_file, const Architecture& model);

// `scantling fmt`: canonical layout, comments kept, meaning unchanged; idempotent.
std::string format_model(const Sources& sources, FileId file, Diagnostics& out);

std::string json_schema();     // draft 2020-12
std::string reference_page();  // Markdown

// The reader's own kinds of finding (unknown-key, missing-unit, ...), sorted by name.
std::vector<const DiagnosticKind*> language_kinds();

}  // namespace scantling
