// A run as a diagram that is stepped through with buttons or keys.
#include "report/stepper.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "base/text.h"
#include "report/svg.h"

namespace scantling {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kStyle = R"(
.stepper { --step-line: #8a8f98; --step-fault: #c62828; border: 1px solid var(--step-line); border-radius: .5rem; padding: 1rem; margin: 1.5rem 0; }
@media (prefers-color-scheme: dark) { .stepper { --step-fault: #ff8a80; } }
.stepper:focus-visible { outline: 3px solid #1a73e8; }
.stepper svg { width: 100%; height: auto; font: 13px system-ui, sans-serif; } .stepper svg text { fill: currentColor; }
.stepper.live .step { opacity: .3; } .stepper.live .step.past { opacity: .8; } .stepper.live .step.now { opacity: 1; font-weight: 600; }
.stepper .diagram { overflow-x: auto; }
.stepper svg .fault { fill: var(--step-fault); } .stepper .lane, .stepper .arrow { stroke: var(--step-line); }
.stepper.live .step.now .arrow { stroke: currentColor; stroke-width: 2; }
.stepper button { font: inherit; padding: .25rem .75rem; margin-right: .5rem; }
)";

constexpr std::string_view kScript = R"JS(
for (const section of document.querySelectorAll('section.stepper')) {
  const data = section.querySelector('script');
  if (!data) continue;
  const texts = JSON.parse(data.textContent);
  const rows = [...section.querySelectorAll('.step')];
  const said = section.querySelector('.said');
  let now = 0;
  const show = (i) => {
    now = Math.max(0, Math.min(texts.length - 1, i));
    rows.forEach((g, k) => g.setAttribute('class', `step ${k < now ? 'past' : k === now ? 'now' : ''}`));
    said.textContent = texts[now];
  };
  section.querySelector('.first').onclick = () => show(0);
  section.querySelector('.back').onclick = () => show(now - 1);
  section.querySelector('.next').onclick = () => show(now + 1);
  section.querySelector('.last').onclick = () => show(texts.length - 1);
  section.addEventListener('keydown', (event) => {
    const to = { ArrowRight: now + 1, ArrowDown: now + 1, ArrowLeft: now - 1, ArrowUp: now - 1, Home: 0, End: texts.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    show(to);
  });
  section.classList.add('live');
  show(0);
}
)JS";

// At most 17 letters.
std::string shortened_name(const std::string& name) {
  constexpr std::size_t kMost = 17;
  if (name.size() <= kMost) return name;
  std::size_t end = kMost - 1;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80)
    --end;  // never within a letter
  return name.substr(0, end) + "…";
}

std::string fault_text(const RunStep& step) {
  return (step.fault.empty() ? "" : "FAULT " + step.fault + ": ") + step.text;
}

// A row a step below the names of the lanes; the text right of them. Complete without scripts.
std::string diagram_svg(const Run& run) {
  constexpr int kWide = 120, kRow = 34, kTop = 36, kLeft = 70;
  const int right = kLeft + kWide * static_cast<int>(run.lanes.size());
  const int bottom = kTop + kRow * static_cast<int>(run.steps.size());
  std::size_t longest = 60;
  for (const RunStep& s : run.steps)
    longest = std::max(longest, fault_text(s).size());
  std::string out = fmt::format(
      "<svg viewBox=\"0 0 {} {}\" style=\"min-width:{}px\" role=\"img\" aria-label=\"sequence "
      "diagram\">",
      right + static_cast<int>(longest) * 7 + 10, bottom + 10,
      (right + static_cast<int>(longest) * 7) * 2 / 3);
  const auto x = [&](int lane) { return kLeft + kWide * lane; };
  for (std::size_t i = 0; i < run.lanes.size(); ++i)
    out += fmt::format(
        "<text x=\"{0}\" y=\"18\" text-anchor=\"middle\">{1}</text><line class=\"lane\" x1=\"{0}\" "
        "x2=\"{0}\" y1=\"26\" y2=\"{2}\"/>",
        x(static_cast<int>(i)), escape_html(shortened_name(run.lanes[i])), bottom);
  for (std::size_t i = 0; i < run.steps.size(); ++i) {
    const RunStep& s = run.steps[i];
    const int y = kTop + kRow * static_cast<int>(i) + 14;
    const char* fault = s.fault.empty() ? "" : "fault";
    out += fmt::format("<g class=\"step{}\"><text x=\"4\" y=\"{}\">{}</text>", i == 0 ? " now" : "",
                       y + 4, i + 1);
    if (s.from == s.to)
      out += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"6\" class=\"{}\" fill=\"currentColor\"/>",
                         x(s.from), y, fault);
    else
      out += fmt::format(
          "<line class=\"arrow\" x1=\"{0}\" x2=\"{1}\" y1=\"{2}\" y2=\"{2}\"/><path d=\"M{1} {2} "
          "l{3} -5 v10 "
          "z\" fill=\"currentColor\"/>",
          x(s.from), x(s.to), y, s.to > s.from ? -8 : 8);
    out += fmt::format("<text x=\"{}\" y=\"{}\" class=\"{}\">{}</text></g>", right - 30, y + 4,
                       fault, escape_html(fault_text(s)));
  }
  return out + "</svg>";
}

// What is said when the stepper stands on each.
std::vector<std::string> said_texts(const Run& run, std::string mark) {
  if (run.loop_from >= 0)
    mark = fmt::format("It goes on with step {} for ever.", run.loop_from + 1);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < run.steps.size(); ++i) {
    const RunStep& s = run.steps[i];
    out.push_back(fmt::format("Step {} of {}: {}", i + 1, run.steps.size(), fault_text(s)));
    if (!s.changes.empty()) out.back() += ". " + join(s.changes, "; ");
    if (i + 1 == run.steps.size()) out.back() += ". " + mark;
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
  const std::vector<std::string> said = said_texts(run, stepper.mark);
  if (!said.empty())
    out += fmt::format(
        "<p><button class=\"first\">First</button><button class=\"back\">Back</button>"
        "<button class=\"next\">Next</button><button class=\"last\">Last</button>"
        "<span class=\"dim\">or the arrow keys, Home and End</span></p>\n"
        "<p class=\"said\" aria-live=\"polite\">{}</p>\n<div class=\"diagram scroll\">{}</div>\n"
        "<script type=\"application/json\">{}</script>\n",
        escape_html(said.front()), diagram_svg(run), script_json(said));
  if (!stepper.foot.empty()) out += fmt::format("<p>{}</p>\n", stepper.foot);
  return out + "</section>\n";
}

}  // namespace scantling
