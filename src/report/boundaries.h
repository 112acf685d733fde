// Where a system is cut, to something to read: what `scantling boundaries` found, for a terminal,
// Markdown, one self-contained HTML file, and JSON (`scantling.boundaries/1`,
// docs/schemas/boundaries.schema.json).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "boundaries/boundaries.h"
#include "boundaries/closeness.h"
#include "boundaries/code_units.h"
#include "boundaries/constraint_costs.h"
#include "boundaries/data_split.h"
#include "boundaries/extraction.h"
#include "boundaries/subject.h"
#include "model/architecture.h"
#include "report/document.h"

namespace scantling {

// A cut that is shown beside the chosen one.
struct ComparedCut {
  boundaries::NamedCut cut;
  boundaries::Cut scored;                            // entities that it doesn't name stand alone
  std::vector<boundaries::BoundaryCost> boundaries;  // of `scored`
  int left_out = 0;                                  // entities that it doesn't name
  std::optional<boundaries::PairAgreement> with_chosen, with_reference;
  double mojofm_chosen = 0, mojofm_reference = 0;  // percent, where the agreement is there
  std::optional<boundaries::CodeQuality> code;
};

struct CodeResult {
  boundaries::CodeAssignment assignment;
  std::vector<std::string> unmatched;  // entities of the code that are no entity of the system
};

struct BoundariesReport {
  const Architecture* model = nullptr;  // with the cut made; null for a file of another format
  boundaries::Subject subject;
  boundaries::Options options;
  boundaries::Result result;
  std::vector<std::string> names;  // of the services of the chosen cut
  std::vector<boundaries::Conflict> given_way;
  std::vector<boundaries::ConstraintCost> costs;
  std::vector<ComparedCut> compared;
  std::string reference;                                    // its name; empty: there is none
  std::optional<boundaries::PairAgreement> with_reference;  // of the chosen cut
  double mojofm_reference = 0;
  boundaries::NamedCut near;  // the cut to stay close to; empty: none
  boundaries::Closeness closeness;
  boundaries::Extraction extraction;
  boundaries::DataSplit data;
  std::optional<CodeResult> code;
  std::vector<std::string> notes;
};

// The context map of a model whose aggregates have owners: each relation with its kind and why; no
// blocks where nothing relates.
Section context_map_section(const Architecture& model);

// `whole` adds what a terminal leaves out by default: data, extraction order, code, domain.
Document boundaries_document(const BoundariesReport& report, bool whole);

std::string boundaries_terminal(const BoundariesReport& report, int width, bool color, bool whole);
std::string boundaries_markdown(const BoundariesReport& report);
std::string boundaries_html(const BoundariesReport& report);
std::string boundaries_json(const BoundariesReport& report);

}  // namespace scantling
