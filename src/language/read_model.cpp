#include "language/kinds.h"
#include "language/language.h"
#include "language/load.h"
#include "language/origins.h"
#include "language/reader.h"
#include "language/resolve.h"

namespace scantling {

Architecture read_model(Sources& sources, const FileSystem& files, const std::string& path,
                        const ReadOptions& options, Diagnostics& out) {
  Architecture model;
  const Loaded loaded = load_document(sources, files, path, options, out);
  if (!loaded.root.valid()) return model;
  Reader reader(loaded.document, sources, files, out);
  reader.read_struct(root_structure(), {"", {}, loaded.root}, &model);
  resolve_references(model, reader);
  apply_origins(model, reader);
  inherit_policies(model);
  return model;
}

}  // namespace scantling
