// One page by itself: verdicts, and each counterexample as a diagram that is stepped through with
// buttons or keys. Nothing is loaded from elsewhere.
#include <fmt/core.h>

#include "report/stepper.h"
#include "report/svg.h"
#include "report/verification.h"

namespace scantling {
namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --bad: #c62828; --good: #2e7d32; --dim: #6b7280; }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --good: #81c784; --dim: #9aa0a6; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .25rem .75rem .25rem 0; vertical-align: top; }
.fails { color: var(--bad); font-weight: 600; } .holds { color: var(--good); } .dim { color: var(--dim); }
)";

std::string run_section(const verify::ProtocolVerdict& p, const verify::PropertyVerdict& v) {
  Stepper stepper;
  stepper.title = p.protocol.system.name;
  stepper.verdict = v.property + " fails";
  stepper.text = v.text;
  stepper.mark = "This breaks " + v.property + ".";
  if (const verify::TriedRepair* r = v.repair())
    stepper.foot = fmt::format("<b>Fix</b>, checked on a copy: {}", escape_html(repair_text(*r)));
  return stepper_html(stepper, v.by_sum ? Run{} : run_of(p.protocol.system, v.result.trace));
}

}  // namespace

std::string verification_html(const std::string& name, const verify::Verification& result) {
  std::string rows, runs;
  for (const verify::ProtocolVerdict& p : result.protocols)
    for (const verify::PropertyVerdict& v : p.properties) {
      const std::string bound = v.by_sum ? v.text : bound_text(p);
      rows += fmt::format(
          "<tr><td>{}</td><td>{}</td><td class=\"{}\">{}</td><td>{}</td><td>{}</td></tr>\n",
          escape_html(p.protocol.system.name), escape_html(v.property), to_text(v.outcome),
          to_text(v.outcome), escape_html(bound),
          v.by_sum ? std::string("sum") : fmt::format("{}", p.exploration.states));
      if (v.outcome == verify::Outcome::Fails) runs += run_section(p, v);
    }
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\">"
      "<title>Verification of {0}</title><style>{1}{5}</style></head><body>\n"
      "<h1>Verification of {0}</h1>\n{2}"
      "<h2>Every "
      "property</h2>\n<table><thead><tr><th>protocol</th><th>property</th><th>verdict</th>"
      "<th>bound, or sum</th><th>states</th></tr></thead><tbody>\n{3}</tbody></table>\n"
      "<script>{4}</script></body></html>\n",
      escape_html(name), kStyle, runs, rows, stepper_script(), stepper_style());
}

}  // namespace scantling
