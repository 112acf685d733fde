// Findings and results to something to read. Everything printed is in the DesignResult.
#pragma once

#include <string>

#include "design/design.h"
#include "source/source.h"

namespace scantling {

struct ReportOptions {
  int width = 100;  // terminal columns
  bool color = false;
  std::string outline = "tree";  // tree, nine, five, short, checklist
};

std::string report_terminal(const DesignResult& result, const Sources& sources,
                            const ReportOptions& options);
std::string report_markdown(const DesignResult& result, const Sources& sources,
                            const ReportOptions& options);
std::string report_html(const DesignResult& result, const Sources& sources,
                        const ReportOptions& options);
std::string report_json(const DesignResult& result, const Sources& sources);

}  // namespace scantling
