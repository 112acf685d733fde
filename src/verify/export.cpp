#include "verify/export.h"

#include <algorithm>
#include <cctype>

namespace scantling::verify {
namespace {

std::string var_name(std::size_t v) {
  return "v" + std::to_string(v);
}

// A comment's text: nothing in it may end the comment or the line.
std::string comment_text(const std::string& text) {
  std::string out;
  for (const char c : text)
    out += c == '*' || c == '\n' || c == '\r' || c == '\\' ? ' ' : c;
  return out;
}

// The conjunction in a language's words.
std::string conjunction(const Conds& conds, const char* equals, const char* conjunction_word,
                        const char* truth) {
  std::string out;
  for (const Cond& c : conds) {
    if (!out.empty()) out += conjunction_word;
    out += var_name(c.var) + equals + std::to_string(static_cast<int>(c.value));
  }
  return out.empty() ? truth : out;
}

std::string promela_guard(const Conds& conds) {
  return conjunction(conds, " == ", " && ", "true");
}
std::string tla_guard(const Conds& conds) {
  return conjunction(conds, " = ", " /\\ ", "TRUE");
}

template <class Guard>
std::string disjunction(const std::vector<Conds>& list, const char* word, const char* falsity,
                        Guard&& guard) {
  std::string out;
  for (const Conds& c : list) {
    if (!out.empty()) out += word;
    out += "(" + guard(c) + ")";
  }
  return out.empty() ? falsity : out;
}

std::vector<Conds> own_steps(const System& system) {
  std::vector<Conds> out;
  for (const Rule& r : system.rules)
    if (r.fault == Fault::None) out.push_back(r.when);
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::string head(const System& system, const Exploration& expected, const char* open,
                 const char* close) {
  const auto line = [&](const std::string& text) { return open + comment_text(text) + close; };
  std::string out = line("scantling: " + system.name);
  out += line("scantling-states " +
              (expected.any_faults() ? std::to_string(expected.states) : std::string("unknown")));
  for (std::size_t i = 0; i < system.properties.size(); ++i) {
    const Property& p = system.properties[i];
    static constexpr const char* kShapes[] = {"never", "rests", "ends"};
    const bool broken = expected.properties[i].outcome == Outcome::Fails;
    out += line("scantling-property " + std::to_string(i) + " " +
                kShapes[static_cast<std::size_t>(p.shape)] + " " + (broken ? "fails" : "holds") +
                " " + p.name);
  }
  return out;
}

std::string promela_rule(const Rule& rule) {
  std::string sets;
  for (const Cond& c : rule.then)
    sets += " " + var_name(c.var) + " = " + std::to_string(static_cast<int>(c.value)) + ";";
  const std::string body = promela_guard(rule.when) + " ->" + (sets.empty() ? " skip" : sets);
  return body;
}

}  // namespace

std::string file_name_of(const System& system) {
  std::string out;
  for (const char c : system.name) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 && byte < 0x80)
      out += c;
    else if (!out.empty() && out.back() != '-')
      out += '-';
  }
  while (out.ends_with('-'))
    out.pop_back();
  return out.empty() ? "protocol" : out;
}

std::string promela_of(const System& system, const Exploration& expected) {
  std::string out = head(system, expected, "/* ", " */\n");
  for (std::size_t v = 0; v < system.variables.size(); ++v)
    out += "byte " + var_name(v) + " = " +
           std::to_string(static_cast<int>(system.variables[v].initial)) + "; /* " +
           comment_text(system.variables[v].name) + " */\n";
  out += "#define STEPS " + disjunction(own_steps(system), " || ", "false", promela_guard) + "\n\n";
  out += "active proctype P() {\nend: do\n";
  for (std::size_t i = 0; i < system.rules.size(); ++i) {
    const Rule& rule = system.rules[i];
    const std::string comment = "  /* " + comment_text(rule.text) + " */\n";
    const std::string plain = ":: d_step { " + promela_rule(rule) + " }";
    out += comment;
    if (rule.fault == Fault::None) {
      out += plain + "\n";
      continue;
    }
    // A label makes the circles that have faults in them count as progress.
    out += "#ifdef ENDS\n:: " + promela_guard(rule.when) + " -> progress" + std::to_string(i) +
           ": d_step { " + promela_rule(rule) + " }\n#else\n" + plain + "\n#endif\n";
  }
  for (std::size_t i = 0; i < system.properties.size(); ++i) {
    const Property& p = system.properties[i];
    if (p.shape == Shape::Ends) continue;
    std::string states = disjunction(p.states, " || ", "false", promela_guard);
    if (p.shape == Shape::Rests) states = "!(STEPS) && (" + states + ")";
    out += "#ifdef P" + std::to_string(i) + "\n:: d_step { " + states + " -> assert(false) } /* " +
           comment_text(p.name) + " */\n#endif\n";
  }
  return out + "od\n}\n";
}

std::string tla_of(const System& system, const Exploration& expected, const std::string& module) {
  std::string out = "---- MODULE " + module + " ----\n";
  out += head(system, expected, "\\* ", "\n");
  out += "EXTENDS Naturals\nVARIABLES ";
  std::string all;
  for (std::size_t v = 0; v < system.variables.size(); ++v)
    all += (v > 0 ? ", " : "") + var_name(v);
  out += all + "\nvars == <<" + all + ">>\n\nInit ==\n";
  for (std::size_t v = 0; v < system.variables.size(); ++v)
    out += "  /\\ " + var_name(v) + " = " +
           std::to_string(static_cast<int>(system.variables[v].initial)) + " \\* " +
           comment_text(system.variables[v].name) + "\n";
  std::string next;
  for (std::size_t i = 0; i < system.rules.size(); ++i) {
    const Rule& rule = system.rules[i];
    const std::string name = "Rule" + std::to_string(i);
    std::string sets, kept;
    for (std::size_t v = 0; v < system.variables.size(); ++v) {
      const auto then = std::ranges::find(rule.then, static_cast<Var>(v), &Cond::var);
      if (then == rule.then.end())
        kept += (kept.empty() ? "" : ", ") + var_name(v);
      else
        sets += " /\\ " + var_name(v) + "' = " + std::to_string(static_cast<int>(then->value));
    }
    out += "\n\\* " + comment_text(rule.text) + "\n" + name + " == " + tla_guard(rule.when) + sets +
           " /\\ UNCHANGED <<" + kept + ">>\n";
    next += "  \\/ " + name + "\n";
  }
  out += "\nNext ==\n" + (next.empty() ? "  UNCHANGED vars\n" : next);
  out += "Spec == Init /\\ [][Next]_vars\nSteps == " +
         disjunction(own_steps(system), " \\/ ", "FALSE", tla_guard) + "\n";
  for (std::size_t i = 0; i < system.properties.size(); ++i) {
    const Property& p = system.properties[i];
    if (p.shape == Shape::Ends) continue;
    std::string states = disjunction(p.states, " \\/ ", "FALSE", tla_guard);
    if (p.shape == Shape::Rests) states = "~(Steps) /\\ (" + states + ")";
    out += "\\* " + comment_text(p.name) + "\nInv" + std::to_string(i) + " == ~(" + states + ")\n";
  }
  return out + "====\n";
}

}  // namespace scantling::verify
