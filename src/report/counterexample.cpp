#include "report/counterexample.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/core.h>

#include "base/text.h"
#include "report/sequence.h"

namespace scantling {

using verify::Rule;
using verify::System;
using verify::Trace;
using verify::Values;
using verify::Variable;

namespace {

std::vector<std::string> changes_between(const System& system, const Values& before,
                                         const Values& after) {
  std::vector<std::string> out;
  for (std::size_t v = 0; v < system.variables.size(); ++v) {
    const Variable& variable = system.variables[v];
    if (before[v] == after[v] || variable.message || variable.quiet || variable.lane < 0) continue;
    out.push_back(fmt::format("{}: {} → {}", variable.name, value_text(variable, before[v]),
                              value_text(variable, after[v])));
  }
  return out;
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  const std::size_t has = display_width(text);
  if (has < width) out.append(width - has, ' ');
  return out;
}

std::string shortened(const std::string& text, std::size_t width) {
  if (display_width(text) <= width || width < 2) return text;
  std::string out;
  for (const char c : text) {  // names are short and mostly ASCII; cut at a code point
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80 && display_width(out) + 1 >= width) break;
    out += c;
  }
  return out + "…";
}

std::string repeated(std::string_view piece, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i)
    out += piece;
  return out;
}

class Lanes {
 public:
  Lanes(const Run& run, const RunTextOptions& options) : run_(run), options_(options) {
    std::size_t widest = 6;
    for (const std::string& lane : run.lanes)
      widest = std::max(widest, display_width(lane));
    for (column_ = std::min<std::size_t>(widest, 16) + 2; column_ > 8; --column_)
      if (left() + 36 <= options.width) break;
    drawn_ = left() + 24 <= options.width;
    right_ = std::max<std::size_t>(options.width - std::min(options.width, left()), 24);
  }

  std::string render() {
    if (drawn_) {
      std::string head(kNumber, ' ');
      for (const std::string& lane : run_.lanes)
        head += padded(shortened(lane, column_ - 1), column_);
      line(head);
    }
    for (std::size_t i = 0; i < run_.steps.size(); ++i)
      step(i);
    return std::move(out_);
  }

 private:
  static constexpr std::size_t kNumber = 5;

  std::size_t left() const { return kNumber + column_ * run_.lanes.size(); }
  std::string styled(const char* sgr, std::string_view text) const {
    return options_.color ? fmt::format("\x1b[{}m{}\x1b[0m", sgr, text) : std::string(text);
  }
  void line(std::string text) {
    while (text.ends_with(' '))
      text.pop_back();
    out_ += text + "\n";
  }

  std::string bars() const {
    if (!drawn_) return std::string(kNumber, ' ');
    std::string out(kNumber, ' ');
    for (std::size_t i = 0; i < run_.lanes.size(); ++i)
      out += "│" + std::string(column_ - 1, ' ');
    return out;
  }

  std::string drawing(std::size_t index) const {
    const RunStep& s = run_.steps[index];
    std::string out = fmt::format("{:>3}  ", index + 1);
    if (!drawn_) return out;
    const auto from = static_cast<std::size_t>(s.from), to = static_cast<std::size_t>(s.to);
    const std::size_t low = std::min(from, to), high = std::max(from, to);
    for (std::size_t i = 0; i < run_.lanes.size(); ++i) {
      const bool inside = i >= low && i < high;
      std::string_view node = "│";
      if (low == high && i == low)
        node = s.fault.empty() ? "●" : "✗";
      else if (i == from)
        node = from < to ? "├" : "┤";
      else if (i == to)
        node = from < to ? "▶" : "◀";
      else if (inside)
        node = "┼";
      out += node;
      out += inside ? repeated("─", column_ - 1) : std::string(column_ - 1, ' ');
    }
    return out;
  }

  void step(std::size_t index) {
    const RunStep& s = run_.steps[index];
    if (run_.loop_from == static_cast<int>(index))
      line(bars() + styled("33", "from here it goes round for ever:"));
    std::string text = s.text;
    if (!drawn_ && s.from != s.to)
      text = run_.lanes[static_cast<std::size_t>(s.from)] + " → " +
             run_.lanes[static_cast<std::size_t>(s.to)] + ": " + text;
    if (!s.fault.empty()) text = "FAULT " + s.fault + ": " + text;
    const auto lines = wrapped(text, right_);
    for (std::size_t i = 0; i < lines.size(); ++i)
      line((i == 0 ? drawing(index) : bars()) +
           (s.fault.empty() ? lines[i] : styled("31", lines[i])));
    for (const std::string& change : s.changes)
      for (const std::string& part : wrapped(change, right_ - 2))
        line(bars() + "  " + styled("2", part));
    if (index + 1 == run_.steps.size() && !options_.mark.empty())
      line(bars() + styled("1;31", "▲ " + options_.mark));
  }

  const Run& run_;
  const RunTextOptions& options_;
  std::size_t column_ = 0, right_ = 0;
  bool drawn_ = true;
  std::string out_;
};

std::string state_id(std::size_t variable, std::size_t value) {
  return fmt::format("v{}_{}", variable, value);
}

}  // namespace

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> out;
  std::string now;
  for (const std::string_view word : split_words(text)) {
    if (!now.empty() && display_width(now) + 1 + display_width(word) > width) {
      out.push_back(std::move(now));
      now.clear();
    }
    if (!now.empty()) now += ' ';
    now += word;
  }
  if (!now.empty() || out.empty()) out.push_back(std::move(now));
  return out;
}

Run run_of(const System& system, const Trace& trace) {
  Run out;
  std::set<int> used;
  for (const verify::TraceStep& step : trace.steps) {
    const Rule& rule = system.rules[step.rule];
    used.insert(std::max(rule.lane, 0));
    if (rule.peer >= 0) used.insert(rule.peer);
  }
  std::map<int, int> place;
  for (const int lane : used) {
    place[lane] = static_cast<int>(out.lanes.size());
    out.lanes.push_back(system.lanes[static_cast<std::size_t>(lane)]);
  }
  const Values* before = &trace.start;
  for (const verify::TraceStep& step : trace.steps) {
    const Rule& rule = system.rules[step.rule];
    RunStep s;
    s.from = s.to = place[std::max(rule.lane, 0)];
    if (rule.peer >= 0 && rule.sends) s.to = place[rule.peer];
    if (rule.peer >= 0 && !rule.sends) s.from = place[rule.peer];
    s.text = rule.text;
    if (rule.fault != verify::Fault::None) s.fault = to_text(rule.fault);
    s.element = rule.element;
    s.changes = changes_between(system, *before, step.after);
    before = &step.after;
    out.steps.push_back(std::move(s));
  }
  out.loop_from = trace.loop_from;
  return out;
}

std::string run_text(const Run& run, const RunTextOptions& options) {
  return Lanes(run, options).render();
}

std::string run_mermaid(const Run& run, std::string_view mark) {
  std::string out = "sequenceDiagram\n  autonumber\n";
  for (std::size_t i = 0; i < run.lanes.size(); ++i)
    out += fmt::format("  participant p{} as {}\n", i, mermaid_text(run.lanes[i]));
  for (std::size_t i = 0; i < run.steps.size(); ++i) {
    const RunStep& s = run.steps[i];
    if (run.loop_from == static_cast<int>(i)) out += "  loop for ever\n";
    const std::string text = s.fault.empty() ? s.text : "FAULT " + s.fault + ": " + s.text;
    out += fmt::format("  p{}{}p{}: {}\n", s.from, s.fault.empty() ? "->>" : "--x", s.to,
                       mermaid_text(text));
    for (const std::string& change : s.changes)
      out += fmt::format("  Note over p{}: {}\n", s.to, mermaid_text(change));
  }
  if (run.loop_from >= 0) out += "  end\n";
  if (!mark.empty() && !run.steps.empty())
    out +=
        fmt::format("  Note over p{}: {}\n", run.steps.back().to, mermaid_text(std::string(mark)));
  return out;
}

std::string automata_mermaid(const System& system) {
  std::string out;
  for (std::size_t v = 0; v < system.variables.size(); ++v) {
    const Variable& variable = system.variables[v];
    if (variable.message || variable.lane < 0) continue;
    std::set<std::string> edges;
    std::set<std::size_t> states{variable.initial};
    for (const Rule& rule : system.rules) {
      const auto var = static_cast<verify::Var>(v);
      const auto then = std::ranges::find(rule.then, var, &verify::Cond::var);
      const auto when = std::ranges::find(rule.when, var, &verify::Cond::var);
      if (then == rule.then.end() || when == rule.when.end() || when->value == then->value)
        continue;
      states.insert({when->value, then->value});
      edges.insert(fmt::format(
          "  {} --> {}: {}{}\n", state_id(v, when->value), state_id(v, then->value),
          rule.fault == verify::Fault::None ? std::string()
                                            : fmt::format("FAULT {} - ", to_text(rule.fault)),
          mermaid_text(replace_all(rule.text, ":", " -"))));
    }
    if (edges.empty()) continue;
    out += fmt::format("---\ntitle: {} of {}\n---\nstateDiagram-v2\n", mermaid_text(variable.name),
                       mermaid_text(system.lanes[static_cast<std::size_t>(variable.lane)]));
    for (const std::size_t s : states)
      out += fmt::format("  state \"{}\" as {}\n",
                         mermaid_text(value_text(variable, static_cast<std::uint8_t>(s))),
                         state_id(v, s));
    out += fmt::format("  [*] --> {}\n", state_id(v, variable.initial));
    for (const std::string& edge : edges)
      out += edge;
    out += "\n";
  }
  return out;
}

}  // namespace scantling
