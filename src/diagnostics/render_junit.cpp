// JUnit XML as CI servers read it: a rule is a test case; each finding that counts is a failure.
#include <algorithm>

#include "base/text.h"
#include "diagnostics/render.h"

namespace scantling {
namespace {

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + escape_markup(value, Blanks::References) + "\"";
}

std::string case_head(const DiagnosticKind& kind, std::string_view name) {
  return "    <testcase" + attribute("classname", "scantling." + std::string(kind.family)) +
         attribute("name", name);
}

std::string failure(const Diagnostic& d, const Sources& sources) {
  Diagnostics one;
  one.add(d);
  RenderOptions plain;
  plain.show_summary = false;
  return "      <failure" + attribute("type", to_text(d.severity)) + attribute("message", d.title) +
         ">" + escape_markup(render_terminal(one, sources, plain)) + "</failure>\n";
}

}  // namespace

std::string render_junit(const Diagnostics& findings, const Sources& sources,
                         const RenderOptions& options) {
  std::vector<const DiagnosticKind*> kinds = options.kinds;
  for (const Diagnostic& d : findings.all())
    if (d.kind && std::ranges::find(kinds, d.kind) == kinds.end()) kinds.push_back(d.kind);
  std::ranges::sort(kinds, {}, [](const DiagnosticKind* kind) { return kind->name; });
  std::string cases;
  std::size_t tests = 0, failures = 0;
  for (const DiagnosticKind* kind : kinds) {
    bool clean = true;
    for (const Diagnostic& d : findings.all()) {
      // A note is a remark, not a failed test.
      if (d.kind != kind || d.accepted || d.severity == Severity::Note) continue;
      const std::string name = d.element.empty() ? d.title : d.element;
      cases += case_head(*kind, std::string(kind->name) + " " + name) + ">\n" +
               failure(d, sources) + "    </testcase>\n";
      clean = false;
      ++failures;
      ++tests;
    }
    if (!clean) continue;
    cases += case_head(*kind, kind->name) + "/>\n";
    ++tests;
  }
  const std::string counts = attribute("tests", std::to_string(tests)) +
                             attribute("failures", std::to_string(failures)) +
                             attribute("errors", "0");
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + counts +
         ">\n  <testsuite name=\"scantling\"" + counts + ">\n" + cases +
         "  </testsuite>\n</testsuites>\n";
}

}  // namespace scantling
