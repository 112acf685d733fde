// One page by itself: verdicts, and each counterexample as a diagram that is stepped through with
// buttons or keys. Nothing is loaded from elsewhere.
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "report/verification.h"

namespace scantling {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --line: #8a8f98; --bad: #c62828; --good: #2e7d32; --dim: #6b7280; }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --good: #81c784; --dim: #9aa0a6; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .25rem .75rem .25rem 0; vertical-align: top; }
.fails { color: var(--bad); font-weight: 600; } .holds { color: var(--good); } .dim { color: var(--dim); }
section.run { border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; margin: 1.5rem 0; }
section.run:focus-visible { outline: 3px solid #1a73e8; }
svg { width: 100%; height: auto; font: 13px system-ui, sans-serif; } svg text { fill: currentColor; }
.step { opacity: .18; } .step.past { opacity: .75; } .step.now { opacity: 1; font-weight: 600; }
.step .fault { fill: var(--bad); } .lane, .arrow { stroke: var(--line); } .step.now .arrow { stroke: currentColor; stroke-width: 2; }
button { font: inherit; padding: .25rem .75rem; margin-right: .5rem; }
)";

// Lanes as vertical lines, a row a step; the text right of the lanes.
constexpr std::string_view kScript = R"JS(
const ns = 'http://www.w3.org/2000/svg';
const make = (name, attributes, parent, text) => {
  const e = document.createElementNS(ns, name);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  if (text !== undefined) e.textContent = text;
  parent.append(e);
  return e;
};
for (const section of document.querySelectorAll('section.run')) {
  const run = JSON.parse(section.querySelector('script').textContent);
  const wide = 120, row = 34, top = 36, left = 70;
  const right = left + wide * run.lanes.length;
  const room = Math.max(460, ...run.steps.map((s) => 7.2 * (s.text.length + (s.fault ? s.fault.length + 8 : 0))));
  const svg = make('svg', { viewBox: `0 0 ${right + room} ${top + row * run.steps.length + 10}`, role: 'img', 'aria-label': 'sequence diagram' }, section.querySelector('.diagram'));
  const x = (lane) => left + wide * lane;
  run.lanes.forEach((name, i) => {
    make('text', { x: x(i), y: 18, 'text-anchor': 'middle' }, svg, name.length > 17 ? name.slice(0, 16) + '…' : name);
    make('line', { class: 'lane', x1: x(i), x2: x(i), y1: 26, y2: top + row * run.steps.length }, svg);
  });
  const rows = run.steps.map((step, i) => {
    const g = make('g', { class: 'step' }, svg);
    const y = top + row * i + 14;
    make('text', { x: 4, y: y + 4 }, g, `${i + 1}`);
    if (step.from === step.to) {
      make('circle', { cx: x(step.from), cy: y, r: 6, class: step.fault ? 'fault' : '', fill: 'currentColor' }, g);
    } else {
      const d = step.to > step.from ? -1 : 1;
      make('line', { class: 'arrow', x1: x(step.from), x2: x(step.to), y1: y, y2: y }, g);
      make('path', { d: `M${x(step.to)} ${y} l${8 * d} -5 v10 z`, fill: 'currentColor' }, g);
    }
    make('text', { x: right - 30, y: y + 4, class: step.fault ? 'fault' : '' }, g, (step.fault ? `FAULT ${step.fault}: ` : '') + step.text);
    return g;
  });
  const said = section.querySelector('.said');
  let now = 0;
  const show = (i) => {
    now = Math.max(0, Math.min(run.steps.length - 1, i));
    rows.forEach((g, k) => g.setAttribute('class', `step ${k < now ? 'past' : k === now ? 'now' : ''}`));
    const step = run.steps[now];
    said.textContent = `Step ${now + 1} of ${run.steps.length}: ${step.fault ? `FAULT ${step.fault}: ` : ''}${step.text}` +
      (step.changes.length ? `. ${step.changes.join('; ')}` : '') +
      (now === run.steps.length - 1 ? `. ${run.mark}` : '');
  };
  section.querySelector('.first').onclick = () => show(0);
  section.querySelector('.back').onclick = () => show(now - 1);
  section.querySelector('.next').onclick = () => show(now + 1);
  section.querySelector('.last').onclick = () => show(run.steps.length - 1);
  section.addEventListener('keydown', (event) => {
    const to = { ArrowRight: now + 1, ArrowDown: now + 1, ArrowLeft: now - 1, ArrowUp: now - 1, Home: 0, End: run.steps.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    show(to);
  });
  show(0);
}
)JS";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

// Within a script element nothing may look like its end.
std::string script_json(const ordered_json& value) {
  const std::string text = value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "\\u003c";
    else
      out += c;
  }
  return out;
}

std::string run_section(const verify::ProtocolVerdict& p, const verify::PropertyVerdict& v) {
  std::string out = fmt::format(
      "<section class=\"run\" tabindex=\"0\" aria-label=\"{0}: {1}\">\n"
      "<h2>{0}: <span class=\"fails\">{1} fails</span></h2>\n<p>{2}</p>\n",
      escaped(p.protocol.system.name), escaped(v.property), escaped(v.text));
  if (!v.by_sum) {
    const Run run = run_of(p.protocol.system, v.result.trace);
    ordered_json steps = ordered_json::array();
    for (const RunStep& s : run.steps)
      steps.push_back({{"from", s.from},
                       {"to", s.to},
                       {"text", s.text},
                       {"fault", s.fault},
                       {"changes", s.changes}});
    std::string mark = "This breaks " + v.property + ".";
    if (run.loop_from >= 0)
      mark = fmt::format("It goes on with step {} for ever.", run.loop_from + 1);
    const ordered_json data{{"lanes", run.lanes}, {"steps", std::move(steps)}, {"mark", mark}};
    out += fmt::format(
        "<p><button class=\"first\">First</button><button class=\"back\">Back</button>"
        "<button class=\"next\">Next</button><button class=\"last\">Last</button>"
        "<span class=\"dim\">or the arrow keys, Home and End</span></p>\n"
        "<p class=\"said\" aria-live=\"polite\"></p>\n<div class=\"diagram\"></div>\n"
        "<script type=\"application/json\">{}</script>\n",
        script_json(data));
  }
  if (const verify::TriedRepair* r = v.repair())
    out += fmt::format("<p><b>Fix</b>, checked on a copy: {}</p>\n", escaped(repair_text(*r)));
  return out + "</section>\n";
}

}  // namespace

std::string verification_html(const std::string& name, const verify::Verification& result) {
  std::string rows, runs;
  for (const verify::ProtocolVerdict& p : result.protocols)
    for (const verify::PropertyVerdict& v : p.properties) {
      const std::string bound = v.by_sum ? v.text : bound_text(p.exploration);
      rows += fmt::format(
          "<tr><td>{}</td><td>{}</td><td class=\"{}\">{}</td><td>{}</td><td>{}</td></tr>\n",
          escaped(p.protocol.system.name), escaped(v.property), to_text(v.outcome),
          to_text(v.outcome), escaped(bound),
          v.by_sum ? std::string("sum") : fmt::format("{}", p.exploration.states));
      if (v.outcome == verify::Outcome::Fails) runs += run_section(p, v);
    }
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\">"
      "<title>Verification of {0}</title><style>{1}</style></head><body>\n"
      "<h1>Verification of {0}</h1>\n{2}"
      "<h2>Every "
      "property</h2>\n<table><thead><tr><th>protocol</th><th>property</th><th>verdict</th>"
      "<th>bound, or sum</th><th>states</th></tr></thead><tbody>\n{3}</tbody></table>\n"
      "<script>{4}</script></body></html>\n",
      escaped(name), kStyle, runs, rows, kScript);
}

}  // namespace scantling
