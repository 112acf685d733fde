// Workflow commands of GitHub Actions ("Workflow commands for GitHub Actions", docs.github.com). A
// step shows at most ten annotations of a level, so the worst ten are chosen here.
#include <algorithm>

#include "base/text.h"
#include "diagnostics/render.h"

namespace scantling {
namespace {

constexpr std::size_t kAnnotations = 10;

std::string escape_data(std::string_view text) {
  std::string out = replace_all(text, "%", "%25");
  out = replace_all(out, "\r", "%0D");
  return replace_all(out, "\n", "%0A");
}

std::string escape_property(std::string_view text) {
  std::string out = replace_all(escape_data(text), ":", "%3A");
  return replace_all(out, ",", "%2C");
}

std::string annotation(const Diagnostic& d, const Sources& sources) {
  std::string out = "::";
  out += d.severity == Severity::Note ? "notice" : to_text(d.severity);
  out += ' ';
  if (d.span.valid()) {
    const LineColumn begin = sources.position(d.span.file, d.span.begin);
    const LineColumn end = sources.position(d.span.file, d.span.end);
    out += "file=" + escape_property(sources.path(d.span.file));
    out += ",line=" + std::to_string(begin.line) + ",endLine=" + std::to_string(end.line);
    // Columns are ignored, with a warning, when the lines differ.
    if (begin.line == end.line)
      out += ",col=" + std::to_string(begin.column) + ",endColumn=" + std::to_string(end.column);
    out += ',';
  }
  out += "title=" + escape_property(d.kind ? d.kind->name : "scantling") + "::";
  std::string text = d.title;
  if (!d.because.empty()) text += "\n" + d.because;
  for (const Fix& fix : d.fixes)
    text += "\nfix: " + fix.text;
  return out + escape_data(text) + "\n";
}

}  // namespace

std::string render_github(const Diagnostics& findings, const Sources& sources,
                          const RenderOptions& options) {
  std::vector<const Diagnostic*> open;
  for (const Diagnostic& d : findings.all())
    if (!d.accepted) open.push_back(&d);
  std::ranges::stable_sort(open, std::ranges::greater{}, &Diagnostic::severity);
  const std::size_t shown = std::min(open.size(), kAnnotations);
  std::string out;
  for (std::size_t i = 0; i < shown; ++i)
    out += annotation(*open[i], sources);
  std::string summary = summary_text(findings);
  if (shown < open.size())
    summary += "; the worst " + std::to_string(shown) + " of " + std::to_string(open.size()) +
               " are annotated, the log has all";
  out += "::notice title=scantling::" + escape_data(summary) + "\n";
  RenderOptions plain = options;
  plain.color = false;
  return out + render_terminal(findings, sources, plain);
}

}  // namespace scantling
