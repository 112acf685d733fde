// The embedded schemas of Kubernetes and of custom resources (schemas/README.md): closed, so that a
// field nobody knows is a finding, with the keys of lists that are maps to the API server.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "generate/value.h"

namespace scantling::generate {

struct SchemaProblem {
  std::string path;  // "spec.template.spec.containers[0].prots"
  std::string text;  // "there is no such field; did you mean 'ports'?"
};

// The CEL rules of an object's kind. Those about changes need what was there before: the API server
// asks them, this doesn't.
struct SchemaRules {
  std::size_t asked = 0, about_changes = 0;
  std::vector<std::string> unknown;  // rules that this evaluator doesn't understand, as they stand
};

// Whether there is a schema for the kind.
bool has_schema(std::string_view api_version, std::string_view kind);
// What the object's schema says against it, at most 20 problems. Null fields count as absent, as
// the API server reads them. Safe to call from several threads: schemas are compiled once each.
// Where its shape is right its rules are asked, with the schema's defaults filled in.
std::vector<SchemaProblem> check_schema(const Value& object, SchemaRules* rules = nullptr);

}  // namespace scantling::generate
