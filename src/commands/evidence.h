// Evidence that a model names and that lies in other files: the history of its code.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "model/architecture.h"

namespace scantling {

// The path of what a model names, beside the model's own file.
std::string beside(const std::string& model_path, const std::string& named);

// Reads `existing.history` into the model. Yields what was found, in a sentence each; nothing when
// the model names none.
Expected<std::vector<std::string>> read_evidence(Architecture& model,
                                                 const std::string& model_path);

}  // namespace scantling
