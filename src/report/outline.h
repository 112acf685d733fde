// Outlines: which blocks come under which headings, in which order, with which codes.
#pragma once

#include <string_view>
#include <vector>

#include "report/blocks.h"
#include "report/document.h"
#include "report/report.h"

namespace scantling {

std::vector<std::string_view> outline_names();  // "tree", "nine", "five", "short", "checklist"
bool is_outline(std::string_view name);

// An unknown outline is `tree`.
Document build_document(const DesignResult& result, std::string_view outline);

// Yes / no / not shown, with the evidence: the checklist's items, as a section.
Section checklist_section(const Facts& facts, const std::vector<Requirement>& requirements);

}  // namespace scantling
