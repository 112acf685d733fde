// A run as a diagram that is stepped through with buttons or keys.
#include "report/stepper.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "report/svg.h"

namespace scantling {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kStyle = R"(
.stepper { --step-line: #8a8f98; --step-fault: #c62828; border: 1px solid var(--step-line); border-radius: .5rem; padding: 1rem; margin: 1.5rem 0; }
@media (prefers-color-scheme: dark) { .stepper { --step-fault: #ff8a80; } }
.stepper:focus-visible { outline: 3px solid #1a73e8; }
.stepper svg { width: 100%; height: auto; font: 13px system-ui, sans-serif; } .stepper svg text { fill: currentColor; }
.stepper .step { opacity: .18; } .stepper .step.past { opacity: .75; } .stepper .step.now { opacity: 1; font-weight: 600; }
.stepper svg .fault { fill: var(--step-fault); } .stepper .lane, .stepper .arrow { stroke: var(--step-line); }
.stepper .step.now .arrow { stroke: currentColor; stroke-width: 2; }
.stepper button { font: inherit; padding: .25rem .75rem; margin-right: .5rem; }
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
for (const section of document.querySelectorAll('section.stepper')) {
  const data = section.querySelector('script');
  if (!data) continue;
  const run = JSON.parse(data.textContent);
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

ordered_json run_data(const Run& run, std::string mark) {
  ordered_json steps = ordered_json::array();
  for (const RunStep& s : run.steps)
    steps.push_back({{"from", s.from},
                     {"to", s.to},
                     {"text", s.text},
                     {"fault", s.fault},
                     {"changes", s.changes}});
  if (run.loop_from >= 0)
    mark = fmt::format("It goes on with step {} for ever.", run.loop_from + 1);
  return {{"lanes", run.lanes}, {"steps", std::move(steps)}, {"mark", std::move(mark)}};
}

}  // namespace

std::string_view stepper_style() {
  return kStyle;
}

std::string_view stepper_script() {
  return kScript;
}

std::string stepper_html(const Stepper& stepper, const Run& run) {
  std::string out = fmt::format(
      "<section class=\"stepper\" tabindex=\"0\" aria-label=\"{0}: {1}\">\n"
      "<h{2}>{0}: <span class=\"{3}\">{1}</span></h{2}>\n<p>{4}</p>\n",
      escape_html(stepper.title), escape_html(stepper.verdict), stepper.level,
      stepper.broken ? "fails" : "holds", escape_html(stepper.text));
  if (!run.steps.empty())
    out += fmt::format(
        "<p><button class=\"first\">First</button><button class=\"back\">Back</button>"
        "<button class=\"next\">Next</button><button class=\"last\">Last</button>"
        "<span class=\"dim\">or the arrow keys, Home and End</span></p>\n"
        "<p class=\"said\" aria-live=\"polite\"></p>\n<div class=\"diagram\"></div>\n"
        "<script type=\"application/json\">{}</script>\n",
        script_json(run_data(run, stepper.mark)));
  if (!stepper.foot.empty()) out += fmt::format("<p>{}</p>\n", stepper.foot);
  return out + "</section>\n";
}

}  // namespace scantling
