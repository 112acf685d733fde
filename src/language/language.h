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
  // Leaves out what an earlier design decided or assumed, as far as nothing given names it, so that
  // the next one starts from what was given. Locked decisions stay with what they set.
  bool forget_decided = false;
};

// Reads a model with its includes and overlays, binds and resolves it. Problems go to `out`; the
// model holds what could be read. The environment's failures (no such file) are diagnostics too.
Architecture read_model(Sources& sources, const FileSystem& files, const std::string& path,
                        const ReadOptions& options, Diagnostics& out);

// The whole model as a document of the language, in the table's order, decided values included.
// Reading it back gives the same model, origins included: decided values are listed by path under
// their decision's `sets`, assumed and measured ones under `assumed` and `measured`.
std::string write_model(const Architecture& model);

// What a path ("services.orders.runtime.instances") means in the model.
struct PathInfo {
  std::string path;
  std::string text;  // its value in the language; "..." for a whole element
  Provenance from;
};
// Every value of the model with its path, in the table's order.
std::vector<PathInfo> all_paths(const Architecture& model);
// What `path` names: the value with exactly that path, else every value whose path ends in it
// ("place-order.within"). Items of lists are numbered from 1 ("steps.2.timeout").
std::vector<PathInfo> find_paths(const Architecture& model, std::string_view path);

// Edits that bring the decided values of the files from which the model was read up to the model's,
// every other byte kept: decided values that are missing are added (keys behind the last one of
// their block, new sections at the end of the main file), changed ones replaced, and those removed
// that the file lists as decided and the model no longer holds. Values of an element that stands in
// an included file go there: an edit says by its span which file it is for.
std::vector<Edit> write_back(const Sources& sources, FileId main_file, const Architecture& model);

// `scantling fmt`: canonical layout, comments kept, meaning unchanged; idempotent.
std::string format_model(const Sources& sources, FileId file, Diagnostics& out);

std::string json_schema();     // draft 2020-12
std::string reference_page();  // Markdown

// The reader's own kinds of finding (unknown-key, missing-unit, ...), sorted by name.
std::vector<const DiagnosticKind*> language_kinds();

}  // namespace scantling
