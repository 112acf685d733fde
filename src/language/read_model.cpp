#include <set>
#include <string>

#include "language/forget.h"
#include "language/kinds.h"
#include "language/language.h"
#include "language/load.h"
#include "language/origins.h"
#include "language/reader.h"
#include "language/resolve.h"

namespace scantling {

namespace {

Architecture bind(ValueId root, Reader& reader) {
  Architecture model;
  reader.read_struct(root_structure(), {"", {}, root}, &model);
  resolve_references(model, reader);
  apply_origins(model, reader);
  inherit_policies(model);
  return model;
}

}  // namespace

Architecture read_model(Sources& sources, const FileSystem& files, const std::string& path,
                        const ReadOptions& options, Diagnostics& out) {
  Loaded loaded = load_document(sources, files, path, options, out);
  if (!loaded.root.valid()) return {};
  Reader reader(loaded.document, sources, files, out);
  Architecture model = bind(loaded.root, reader);
  if (!options.forget_decided || out.has_errors()) return model;
  // What is given may name what was decided: such elements stay, as names. Each round adds one at
  // least.
  std::set<std::string> named;
  for (;;) {
    Diagnostics of_the_rest;  // the whole document's are in `out`
    const ValueId root = without_decided(loaded.document, loaded.root, model, named);
    if (root.index == loaded.root.index) return model;
    Reader again(loaded.document, sources, files, of_the_rest);
    Architecture given = bind(root, again);
    const std::size_t before = named.size();
    for (const std::string& name : again.missing)
      named.insert(name), named.insert(name.substr(0, name.find('.'))),
          named.insert(name.substr(name.find('.') + 1));
    if (named.size() == before) return given;
  }
}

}  // namespace scantling
