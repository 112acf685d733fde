// What is wrong with a set of manifests: each object against its schema, and all of them against
// each other. For what we write, and for files from elsewhere.
#pragma once

#include <string>
#include <vector>

#include "generate/output.h"
#include "generate/plan.h"

namespace scantling::generate {

struct AuditFinding {
  std::string rule;    // "missing-reference"; the rules are in docs/guide/generate.md
  std::string file;    // as given
  std::string object;  // "Deployment shop/orders"
  std::string path;    // "spec.template.spec.volumes[0]"; may be empty
  std::string text;    // what is wrong, with what is there instead
};

struct Audit {
  std::vector<AuditFinding> findings;  // by file, object, path
  std::size_t objects = 0;
  std::vector<std::string> without_schema;  // "RabbitmqCluster of rabbitmq.com/v1beta1", each once
  std::size_t rules_asked = 0;              // CEL rules of custom resources, over all objects
  std::size_t rules_about_changes = 0;      // that compare with what was there before
  std::vector<std::string> rules_unknown;   // that this program doesn't understand, each once
};

// Objects with the files that they stand in.
Audit audit(const std::vector<Resource>& objects);

// What the objects say against the model that they were made from: every declared call is let
// through by the network policies of both sides, nothing is retried that must not be, pools fit
// their servers.
std::vector<AuditFinding> audit_model(const Plan& plan, const std::vector<Resource>& objects);

// Everything that a run wrote: its objects, the model, and the files that they point to.
Audit audit_output(const Plan& plan, const Output& out);

// "deploy/base/services/orders.yaml: Deployment shop/orders: spec...: text [rule]", a line each.
std::string audit_lines(const Audit& audit);

}  // namespace scantling::generate
