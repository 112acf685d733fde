// What `scantling boundaries` reads: a system in any format, and cuts that others made of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "boundaries/subject.h"
#include "commands/support.h"

namespace scantling {

struct CutInput {
  std::optional<Architecture> model;  // nothing when the files are in another format
  boundaries::Subject subject;        // of another format; of a model it is made later
  std::vector<std::string> notes;
};

// False after a complaint. A YAML model is a single file.
bool read_cut_input(const Invocation& invocation, CutInput& out);

// A cut of the subject: a model whose services own aggregates, or a format of read_cut(). False
// after a complaint.
bool read_named_cut(const Invocation& invocation, const std::string& path,
                    const boundaries::Subject& subject, boundaries::NamedCut& out);

// The call graph that a model names, with the aggregates of its entities. False after a complaint.
bool read_model_code(const Invocation& invocation, const Architecture& model,
                     const std::string& model_path, boundaries::Subject& subject,
                     std::vector<std::string>& unmatched);

}  // namespace scantling
