// Parts of the HTML report.
#pragma once

#include <string>
#include <vector>

#include "report/blocks.h"
#include "report/document.h"
#include "report/facts.h"
#include "report/requirements.h"
#include "report/sequence.h"

namespace scantling {

struct PageSection {
  std::string id, title;
  std::string html;
};

// One self-contained page. `head` and `foot` are HTML below the title and at the end.
struct Page {
  std::string title;
  std::string kind;  // "Architecture report"
  std::string head, foot;
};
std::string page_html(const Page& page, const std::vector<PageSection>& sections);

std::string verdict_html(const std::vector<Requirement>& requirements);
std::string system_html(const Facts& facts);
std::string experiments_html(const Facts& facts, const std::vector<Requirement>& requirements);
std::string decisions_html(const Facts& facts);
std::string findings_html(const Facts& facts, const Sources& sources);
std::string cost_html(const Facts& facts);
// What failed, what failed before it was repaired, and a whole run of each saga, to step through.
std::string verification_steppers_html(const DesignVerification& verification);
std::string sequences_html(const Facts& facts);
std::string sequence_svg(const Sequence& sequence);

// Blocks as cards: nested lists and tables.
std::string items_html(const std::vector<Item>& items);
std::string table_html(const Table& table);
std::string block_html(const Block& block, const std::string& id);

std::string_view style_of(RequirementVerdict verdict);  // class: "met", "risk", "unmet", "unshown"
std::string origin_html(Origin origin);                 // a small mark; empty for Absent

}  // namespace scantling
