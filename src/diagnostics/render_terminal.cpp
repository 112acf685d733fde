#include <algorithm>
#include <map>

#include "base/text.h"
#include "diagnostics/ink.h"
#include "diagnostics/render.h"
#include "diagnostics/snippet.h"
#include "diagnostics/text_layout.h"

namespace scantling {
namespace {

std::string place_text(const Sources& sources, Span span) {
  const LineColumn at = sources.position(span.file, span.begin);
  return one_line(sources.path(span.file)) + ":" + std::to_string(at.line) + ":" +
         std::to_string(at.column);
}

std::string heading(const Diagnostic& d) {
  std::string text(to_text(d.severity));
  if (d.accepted) text = "accepted " + text;
  if (d.kind) text += "[" + std::string(d.kind->name) + "]";
  return text;
}

std::string fix_text(const Fix& fix) {
  switch (fix.safety) {
    case FixSafety::Safe: return fix.text + " (safe)";
    case FixSafety::Unsafe: return fix.text + " (unsafe: changes behaviour)";
    case FixSafety::Manual: return fix.text;
  }
  return fix.text;
}

class Page {
 public:
  Page(const Sources& sources, const RenderOptions& options)
      : sources_(sources), options_(options), ink_{options.color} {}

  void finding(const Diagnostic& d) {
    out_ += ink_(d.accepted ? Tint::Cyan : tint_of(d.severity), heading(d));
    out_ += ink_(Tint::Bold, ": " + one_line(d.title)) + "\n";
    int gutter = 1;
    if (d.span.valid())
      gutter = places(d);
    else if (!d.element.empty())
      out_ += "  " + ink_(Tint::Blue, "--> ") + one_line(d.element) + "\n";
    notes(d, gutter);
    out_ += '\n';
  }

  void line(const std::string& text) { out_ += text + '\n'; }
  std::string take() { return std::move(out_); }

 private:
  // Snippets, file by file, the finding's own first. Returns the width of the gutter.
  int places(const Diagnostic& d) {
    std::vector<std::vector<Mark>> files{{Mark{d.span, one_line(d.caret), true}}};
    for (const Label& label : d.labels) {
      if (!label.span.valid()) continue;
      const auto same = [&](const auto& marks) {
        return marks.front().span.file == label.span.file;
      };
      auto found = std::ranges::find_if(files, same);
      if (found == files.end()) found = files.insert(files.end(), std::vector<Mark>{});
      found->push_back({label.span, one_line(label.text), false});
    }
    int last_line = 1;
    for (const auto& marks : files)
      for (const Mark& mark : marks)
        last_line = std::max(
            {last_line, sources_.position(mark.span.file, mark.span.begin).line,
             sources_.position(mark.span.file, std::max(mark.span.end, mark.span.begin + 1) - 1)
                 .line});
    const int gutter = static_cast<int>(std::to_string(last_line).size());
    const SnippetOptions snippet{options_.width, gutter, tint_of(d.severity), ink_};
    for (std::size_t i = 0; i < files.size(); ++i) {
      out_ += std::string(static_cast<std::size_t>(gutter), ' ');
      out_ += ink_(Tint::Blue, i == 0 ? "--> " : "::: ");
      out_ += place_text(sources_, files[i].front().span) + "\n";
      out_ += render_snippet(sources_, files[i], snippet);
    }
    return gutter;
  }

  void notes(const Diagnostic& d, int gutter) {
    note(gutter, "chain", join(d.chain, " -> "));
    note(gutter, "because", d.because);
    note(gutter, "effect", d.effect);
    note(gutter, "touches", enumerate(d.requirements));
    for (const std::string& allowed : d.allowed)
      note(gutter, "allowed", allowed);
    for (const Fix& fix : d.fixes)
      note(gutter, "fix", fix_text(fix));
    if (d.accepted) note(gutter, "accepted", d.accepted_reason);
  }

  void note(int gutter, std::string_view key, const std::string& text) {
    if (text.empty()) return;
    const std::string blanks(static_cast<std::size_t>(gutter) + 1, ' ');
    const std::string head = "= " + std::string(key) + ": ";
    const int width = options_.width - gutter - 1 - static_cast<int>(head.size());
    bool first = true;
    for (const std::string& part : wrap(one_line(text), std::max(width, 20))) {
      out_ += blanks;
      out_ += first ? ink_(Tint::Blue, "= ") + ink_(Tint::Bold, std::string(key) + ":") + " "
                    : std::string(head.size(), ' ');
      out_ += part + "\n";
      first = false;
    }
  }

  const Sources& sources_;
  const RenderOptions& options_;
  Ink ink_;
  std::string out_;
};

}  // namespace

std::string summary_text(const Diagnostics& findings) {
  std::vector<std::string> parts;
  for (const Severity severity : {Severity::Error, Severity::Warning, Severity::Note})
    if (const std::size_t n = findings.count(severity); n > 0)
      parts.push_back(plural(static_cast<std::int64_t>(n), to_text(severity)));
  if (parts.empty()) parts.emplace_back("no findings");
  if (const std::size_t n = findings.accepted(); n > 0)
    parts.push_back(std::to_string(n) + " accepted");
  if (const std::size_t n = findings.dropped(); n > 0)
    parts.push_back(std::to_string(n) + " not shown");
  return join(parts, ", ");
}

std::string render_terminal(const Diagnostics& findings, const Sources& sources,
                            const RenderOptions& options) {
  Page page(sources, options);
  for (const Diagnostic& d : findings.all())
    if (!d.accepted || options.show_accepted) page.finding(d);
  if (options.show_summary) page.line(summary_text(findings));
  return page.take();
}

std::string render_concise(const Diagnostics& findings, const Sources& sources,
                           const RenderOptions& options) {
  std::string out;
  for (const Diagnostic& d : findings.all()) {
    if (d.accepted && !options.show_accepted) continue;
    if (d.span.valid())
      out += place_text(sources, d.span) + ": ";
    else if (!d.element.empty())
      out += one_line(d.element) + ": ";
    out += heading(d) + ": " + one_line(d.title) + "\n";
  }
  if (options.show_summary) out += summary_text(findings) + "\n";
  return out;
}

}  // namespace scantling
