#include "report/verification.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"

namespace scantling {

using verify::Ended;
using verify::Exploration;
using verify::Outcome;
using verify::PropertyVerdict;
using verify::ProtocolVerdict;
using verify::TriedRepair;
using verify::Verification;

namespace {

std::string grouped(std::uint64_t n) {
  std::string digits = std::to_string(n), out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

std::string counted(std::uint64_t n, std::string_view noun) {
  return grouped(n) + " " + std::string(noun) + (n == 1 ? "" : "s");
}

// "11 hold, 2 fail"
std::string summary(const Verification& result) {
  const auto add = [&, parts = std::vector<std::string>()](Outcome o, const char* one,
                                                           const char* many) mutable {
    if (const std::size_t n = result.count(o); n > 0)
      parts.push_back(fmt::format("{} {}", n, n == 1 ? one : many));
    return join(parts, ", ");
  };
  auto text = add;
  text(Outcome::Fails, "fails", "fail");
  text(Outcome::Undecided, "is undecided", "are undecided");
  text(Outcome::Vacuous, "is vacuous", "are vacuous");
  return text(Outcome::Holds, "holds", "hold");
}

class Terminal {
 public:
  Terminal(const Verification& result, const VerificationTextOptions& options)
      : result_(result), options_(options) {}

  std::string render(const std::string& name) {
    std::size_t properties = 0;
    for (const ProtocolVerdict& p : result_.protocols)
      properties += p.properties.size();
    out_ +=
        bold(fmt::format("{}: {}, {}", name.empty() ? "the model" : name,
                         counted(result_.protocols.size(), "protocol"),
                         properties == 1 ? "1 property" : grouped(properties) + " properties")) +
        (properties == 0 ? "\n" : ": " + summary(result_) + "\n");
    for (const ProtocolVerdict& p : result_.protocols)
      for (const PropertyVerdict& v : p.properties)
        if (v.outcome == Outcome::Fails) failure(p, v);
    if (!result_.protocols.empty()) out_ += "\n" + bold("Protocols") + "\n";
    for (const ProtocolVerdict& p : result_.protocols)
      protocol(p);
    if (!notes_.empty()) out_ += "\n" + bold("Assumed") + "\n";
    for (const std::string& note : notes_)
      text_line("- " + note, 0);
    for (const std::string& text : result_.left_out)
      text_line("not verified: " + text, 0);
    return std::move(out_);
  }

 private:
  std::string styled(const char* sgr, std::string_view text) const {
    return options_.color ? fmt::format("\x1b[{}m{}\x1b[0m", sgr, text) : std::string(text);
  }
  std::string bold(std::string_view text) const { return styled("1", text); }
  void text_line(const std::string& text, std::size_t indent) {
    for (const std::string& line : wrapped(text, options_.width - indent))
      out_ += std::string(indent, ' ') + line + "\n";
  }

  void failure(const ProtocolVerdict& p, const PropertyVerdict& v) {
    out_ += "\n" + styled("1;31", fmt::format("{}: {} fails", p.protocol.system.name, v.property)) +
            "\n";
    text_line(v.text, 2);
    if (!v.element.empty()) text_line("at " + v.element, 2);
    if (!v.by_sum) {
      const std::size_t steps = v.result.trace.steps.size();
      text_line(fmt::format(
                    "in {}, {}", counted(steps, "step"),
                    v.result.faults == 0
                        ? "without any fault"
                        : "with " + counted(static_cast<std::uint64_t>(v.result.faults), "fault")),
                2);
      show_run(p, v);
    }
    fix(v);
    text_line("why it matters: scantling explain " + v.property, 2);
  }

  // Once where several protocols have the same.
  void show_run(const ProtocolVerdict& p, const PropertyVerdict& v) {
    const RunTextOptions options{
        options_.width, options_.color,
        (v.result.trace.loop_from >= 0 ? "never ends: breaks " : "breaks ") + v.property};
    std::string text = run_text(run_of(p.protocol.system, v.result.trace), options);
    const auto same = std::ranges::find(shown_, text, &std::pair<std::string, std::string>::first);
    if (same != shown_.end()) {
      text_line("the same run as of " + same->second, 2);
      return;
    }
    out_ += "\n" + text + "\n";
    shown_.emplace_back(std::move(text), p.protocol.system.name);
  }

  void fix(const PropertyVerdict& v) {
    if (const TriedRepair* r = v.repair()) {
      text_line("fix: " + repair_text(*r) +
                    (v.by_sum         ? ""
                     : r->states == 0 ? "; checked again on a copy: what could break it is gone"
                                      : fmt::format("; checked again on a copy: it holds, {}",
                                                    counted(r->states, "state"))),
                2);
    } else if (v.tried.empty()) {
      text_line("no change of the model is known to repair it", 2);
    } else {
      text_line("tried without success: " + repair_text(v.tried.back()), 2);
    }
  }

  void protocol(const ProtocolVerdict& p) {
    const Exploration& e = p.exploration;
    std::string head = p.protocol.system.name;
    if (!p.protocol.system.rules.empty())
      head += fmt::format(": {}, {}", counted(e.states, "state"), bound_text(p));
    text_line(head, 0);
    for (const PropertyVerdict& v : p.properties) {
      const char* sgr = v.outcome == Outcome::Holds   ? "32"
                        : v.outcome == Outcome::Fails ? "31"
                                                      : "33";
      std::string line = fmt::format("  {:<10} {}", to_text(v.outcome), v.property);
      if (v.by_sum) line += ": " + v.text;
      if (v.outcome == Outcome::Undecided) line += ": no violation in what was searched";
      if (v.outcome == Outcome::Vacuous) line += ": what it speaks of never happens";
      if (v.outcome == Outcome::Fails && !v.by_sum)
        line += v.result.faults == 0
                    ? ": without any fault"
                    : ": with " + counted(static_cast<std::uint64_t>(v.result.faults), "fault");
      const std::string styled_outcome = styled(sgr, to_text(v.outcome));
      line.replace(2, to_text(v.outcome).size(), styled_outcome);
      out_ += line + "\n";
    }
    if (options_.runs) full_run(p);
    for (const std::string& note : p.protocol.system.notes)
      if (std::ranges::find(notes_, note) == notes_.end()) notes_.push_back(note);
  }

  // One run to its end, so that a person sees that what holds isn't empty talk.
  void full_run(const ProtocolVerdict& p) {
    const PropertyVerdict* longest = nullptr;
    for (const PropertyVerdict& v : p.properties)
      if (v.outcome == Outcome::Holds && !v.result.trace.steps.empty() &&
          (!longest || v.result.trace.steps.size() > longest->result.trace.steps.size()))
        longest = &v;
    if (!longest) return;
    out_ += fmt::format("  a run ({}):\n", longest->property);
    out_ += run_text(run_of(p.protocol.system, longest->result.trace),
                     {options_.width, options_.color, ""});
  }

  const Verification& result_;
  const VerificationTextOptions& options_;
  std::vector<std::string> notes_;
  std::vector<std::pair<std::string, std::string>> shown_;  // runs, and of which protocol
  std::string out_;
};

}  // namespace

std::string bound_text(const Exploration& e) {
  switch (e.ended) {
    case Ended::Complete: return "any number of faults";
    case Ended::FaultLimit:
      return "up to " + counted(static_cast<std::uint64_t>(e.faults), "fault");
    case Ended::MemoryLimit: return "stopped by the memory limit";
    case Ended::StateLimit: return "stopped by the limit of states";
    case Ended::Stopped: return "stopped";
    case Ended::TooWide: return "not searched: its state has too many bits";
  }
  return "";
}

std::string bound_text(const ProtocolVerdict& verdict) {
  const std::string& runs = verdict.protocol.system.runs;
  return (runs.empty() ? runs : runs + ", ") + bound_text(verdict.exploration);
}

std::string verification_terminal(const std::string& name, const Verification& result,
                                  const VerificationTextOptions& options) {
  return Terminal(result, options).render(name);
}

std::string verification_mermaid(const std::string& name, const Verification& result) {
  std::string out = fmt::format("# Verification of {}\n\n{}\n", name, summary(result));
  for (const ProtocolVerdict& p : result.protocols)
    for (const PropertyVerdict& v : p.properties) {
      if (v.outcome != Outcome::Fails) continue;
      out += fmt::format("\n## {}: {} fails\n\n{}\n", p.protocol.system.name, v.property, v.text);
      if (!v.by_sum)
        out += fmt::format(
            "\n```mermaid\n{}```\n",
            run_mermaid(run_of(p.protocol.system, v.result.trace), "breaks " + v.property));
      if (const TriedRepair* r = v.repair()) out += fmt::format("\nFix: {}\n", repair_text(*r));
    }
  return out;
}

}  // namespace scantling
