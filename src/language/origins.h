// Origins that are not `given`, as lists of paths in the text: decisions' `sets`, and the top-level
// `assumed`, `measured` and `given`.
//
// A path names one value or element ("services.orders", "services.orders.runtime.cpu"). Two short
// forms: "p.{a, b}" is p.a and p.b; "p.*" is p and everything in it. Items of a list are numbered
// from 1. Names may have dots; where an element's name reads like a key of another element
// (channels "orders" and "orders.key"), a path means both.
#pragma once

#include <string>
#include <vector>

#include "model/architecture.h"

namespace scantling {

class Reader;

// After a read: gives every value that the lists name its origin. Paths that name nothing are
// reported, but not those of a locked decision.
void apply_origins(Architecture& model, Reader& reader);

struct OriginLists {
  std::vector<std::vector<std::string>> decided;  // by decision; empty for a locked one
  std::vector<std::string> assumed, measured;
};
// The lists that give the model's values their origins when they are read back.
OriginLists origin_lists(const Architecture& model);

// Sets what the text needs and a model made in memory may lack: the version, and the `sets` of
// decisions that are not locked.
void complete(Architecture& model, const OriginLists& origins);

// "p.{a, b}" taken apart; `deep` says that the path ended in ".*", which is cut off.
struct PathPattern {
  std::string path;
  bool deep = false;
};
std::vector<PathPattern> expand_path(std::string_view text);

}  // namespace scantling
