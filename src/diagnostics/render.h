// Findings as text: for people (terminal, concise) and for the tools that read them. Each renderer
// prints the findings in the order in which they are given; none looks at a clock or the machine.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "source/source.h"

namespace scantling {

struct RenderOptions {
  int width = 100;             // columns of the terminal
  bool color = false;          // ANSI sequences
  bool show_accepted = false;  // people's formats: print accepted findings too
  bool show_summary = true;    // people's formats: the counts as the last line
  std::string_view tool_version = "0.1.0";
  // Every rule that could have found something, sorted by name: SARIF and JUnit declare them.
  std::vector<const DiagnosticKind*> kinds;
  // The rule's page without its name: "https://example.org/rules/"; none when empty.
  std::string_view docs_url;
};

// Like a compiler's: a title, the source lines with carets, then `= because:` and the rest.
std::string render_terminal(const Diagnostics& findings, const Sources& sources,
                            const RenderOptions& options);
// `file:line:col: error[rule]: title`, one line a finding.
std::string render_concise(const Diagnostics& findings, const Sources& sources,
                           const RenderOptions& options);
// docs/schemas/diagnostics.schema.json describes it.
std::string render_json(const Diagnostics& findings, const Sources& sources,
                        const RenderOptions& options);
// The same findings, one JSON object a line, without the envelope.
std::string render_jsonl(const Diagnostics& findings, const Sources& sources,
                         const RenderOptions& options);
// SARIF 2.1.0 (OASIS standard, 2020-03-27).
std::string render_sarif(const Diagnostics& findings, const Sources& sources,
                         const RenderOptions& options);
// Workflow commands of GitHub Actions for the worst ten, a summary, then the full text.
std::string render_github(const Diagnostics& findings, const Sources& sources,
                          const RenderOptions& options);
// GitLab's code quality report (Code Climate's subset).
std::string render_gitlab(const Diagnostics& findings, const Sources& sources,
                          const RenderOptions& options);
std::string render_junit(const Diagnostics& findings, const Sources& sources,
                         const RenderOptions& options);

// "2 errors, 1 warning, 1 accepted"; "no findings".
std::string summary_text(const Diagnostics& findings);

}  // namespace scantling
