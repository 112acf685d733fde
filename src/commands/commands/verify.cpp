#include "verify/verify.h"

#include <algorithm>
#include <csignal>
#include <filesystem>

#include <fmt/core.h>

#include "base/text.h"
#include "check/check.h"
#include "commands/support.h"
#include "design/design.h"
#include "report/verification.h"
#include "verify/diagnose.h"
#include "verify/export.h"

namespace scantling {
namespace {

constexpr std::string_view kFormats = "human|json|html|mermaid|sarif|github|gitlab|junit";

volatile std::sig_atomic_t interrupted = 0;

struct Asked {
  verify::VerifyOptions options;
  bool show = false;
  std::uint64_t seed = 1;
  int jobs = 0;
};

bool read_options(const Invocation& invocation, Asked& asked) {
  if (!read_run_options(invocation, asked.seed, asked.jobs)) return false;
  const auto memory = invocation.number("--memory", 1024, 1, 1'000'000);
  const auto faults = invocation.number("--faults", -1, 0, 1000);
  const auto runs = invocation.number("--instances", 0, 1, 3);
  if (!memory || !faults || !runs) return false;
  asked.options.runs = static_cast<int>(*runs);
  asked.options.memory = static_cast<std::size_t>(*memory) << 20;
  asked.options.faults = static_cast<int>(*faults);
  asked.options.threads = std::max(1, asked.jobs);
  asked.options.only = invocation.all("--protocol");
  asked.options.stop = [] { return interrupted != 0; };
  asked.show = invocation.has("--show");
  return true;
}

bool known_protocols(const Invocation& invocation, const Architecture& model,
                     const std::vector<std::string>& wanted) {
  if (wanted.empty()) return true;
  std::vector<std::string> left_out, names;
  for (const verify::Protocol& p : verify::derive(model, left_out))
    names.push_back(p.system.name);
  for (const std::string& name : wanted) {
    const bool known = std::ranges::any_of(
        names, [&](const std::string& n) { return n == name || n.ends_with(" " + name); });
    if (known) continue;
    std::string problem = fmt::format("there is no protocol '{}'", name);
    if (const auto near = nearest(name, names))
      problem += fmt::format("; did you mean '{}'?", *near);
    invocation.streams.complain(fmt::format("{} (protocols: {})", problem, enumerate(names)));
    return false;
  }
  return true;
}

std::string automata(const verify::Verification& result) {
  std::string out;
  for (const verify::ProtocolVerdict& p : result.protocols) {
    if (p.protocol.system.rules.empty()) continue;
    out += fmt::format("%% {}\n{}", p.protocol.system.name, automata_mermaid(p.protocol.system));
  }
  return out;
}

// A file for each protocol that is searched, in the words of another model checker.
int write_exports(const Invocation& invocation, const Architecture& model, const Asked& asked) {
  const std::string format = invocation.get("--export"), folder = invocation.get("--out");
  if (folder.empty()) {
    invocation.streams.complain("--export needs --out DIR, for example --out protocols");
    return kExitUsage;
  }
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  std::vector<std::string> left_out, names;
  for (const verify::Protocol& p : verify::derive(model, left_out, asked.options.runs)) {
    const bool wanted =
        asked.options.only.empty() || std::ranges::any_of(asked.options.only, [&](const auto& n) {
          return p.system.name == n || p.system.name.ends_with(" " + n);
        });
    if (p.system.rules.empty() || !wanted) continue;
    verify::Limits limits;
    limits.memory = asked.options.memory;
    limits.threads = asked.options.threads;
    limits.reduce = false;
    const verify::Exploration expected = verify::explore(p.system, limits);
    std::string name = verify::file_name_of(p.system);
    while (std::ranges::find(names, name) != names.end())
      name += "-2";
    names.push_back(name);
    const bool tla = format == "tla";
    const std::string module = replace_all(name, "-", "_");
    const std::string text =
        tla ? verify::tla_of(p.system, expected, module) : verify::promela_of(p.system, expected);
    const std::string path = folder + "/" + (tla ? module + ".tla" : name + ".pml");
    if (!save(invocation, path, text)) return kExitUsage;
    invocation.streams.print(fmt::format("{}: {} states\n", path, expected.states));
  }
  if (format == "tla")
    invocation.streams.hint(
        "their syntax is checked against a grammar of TLA+ only: run them through SANY");
  return kExitFine;
}

// Designs the model first when it states a problem only.
Architecture solved(const Invocation& invocation, Architecture model, const Asked& asked) {
  if (has_solution(model)) return model;
  invocation.streams.hint(
      "the model states a problem only: it is designed first, and the design is verified");
  DesignOptions options;
  options.seed = asked.seed;
  options.jobs = asked.jobs;
  return design(std::move(model), catalog_in_use(), options).model;
}

int run(const Invocation& invocation) {
  std::vector<std::pair<std::string, std::string>> outputs;
  if (!parse_outputs(invocation, kFormats, outputs)) return kExitUsage;
  Asked asked;
  if (!read_options(invocation, asked)) return kExitUsage;
  ModelInput loaded;
  load_model(invocation, invocation.arguments[0], loaded);
  if (!loaded.ok) return kExitUsage;
  const Architecture model = solved(invocation, std::move(loaded.model.model), asked);
  if (!known_protocols(invocation, model, asked.options.only)) return kExitUsage;
  std::signal(SIGINT, [](int) { interrupted = 1; });
  if (invocation.has("--export")) return write_exports(invocation, model, asked);
  if (asked.show) asked.options.repair = false;
  const verify::Verification result = verify::verify(model, asked.options);
  if (asked.show) {
    invocation.streams.print(automata(result));
    return kExitFine;
  }
  double seconds = 0;
  std::uint64_t states = 0;
  for (const verify::ProtocolVerdict& p : result.protocols)
    seconds += p.seconds, states += p.exploration.states;
  if (invocation.streams.err_is_terminal)
    invocation.streams.hint(fmt::format("{} states in {}", states, readable_seconds(seconds)));
  Diagnostics findings = verify::diagnose(model, result);
  apply_acceptances(model, "", findings);
  const std::string name = model.name.or_else("");
  VerificationTextOptions text;
  text.width = static_cast<std::size_t>(std::max(invocation.streams.width, 40));
  text.color = invocation.streams.color;
  text.runs = invocation.has("--runs");
  const auto render = [&](std::string_view format) {
    if (format == "json") return verification_json(name, result);
    if (format == "html") return verification_html(name, result);
    if (format == "mermaid") return verification_mermaid(name, result);
    if (format == "human") return verification_terminal(name, result, text);
    return render_findings(findings, loaded.model.sources, format, invocation.streams);
  };
  invocation.streams.print(render(invocation.get("--format", "human")));
  for (const auto& [format, path] : outputs)
    if (!save(invocation, path, render(format))) return kExitUsage;
  if (interrupted != 0) return 130;
  return result.count(verify::Outcome::Fails) > findings.accepted() ? kExitUnmet : kExitFine;
}

constexpr CommandArgument kArguments[] = {{"MODEL", "a model; - for standard input", true, false}};
constexpr CommandOption kOptions[] = {
    kOverlayOption,
    kCatalogOption,
    {"--protocol", "NAME", "only this protocol: 'saga place-order' or place-order", "all", "",
     true},
    {"--faults", "N", "at most so many faults in a run", "any number", "", false},
    {"--instances", "N", "search so many runs of each saga at once, 1 to 3",
     "2 where they meet; else 1, which stands for any number", "", false},
    {"--memory", "MIB", "of one search; beyond it the verdict is undecided", "1024", "", false},
    {"--runs", "", "show a run of what holds too", "", "", false},
    {"--show", "", "print the derived automata as Mermaid, and end", "", "", false},
    {"--export", "LANGUAGE", "write each protocol for another model checker, and end", "",
     "promela|tla", false},
    {"--out", "DIR", "where --export writes", "", "", false},
    {"--format", "FORMAT", "what is printed", "human", kFormats, false},
    {"--output", "FORMAT=FILE", "a further copy in a file", "", "", true},
    kSeedOption,
    kJobsOption,
};
constexpr std::string_view kExamples[] = {
    "scantling verify examples/shop.yaml",
    "scantling verify model.yaml --protocol place-order --runs",
    "scantling verify model.yaml --show > automata.mmd",
    "scantling verify model.yaml --export promela --out protocols"};

}  // namespace

extern const Command command_verify;
const Command command_verify{
    "verify",
    "explore every state of the protocols in a model",
    "Derives the protocols of the model (sagas, messages, copies, leases) and explores every state "
    "that each can reach when services crash, messages are lost or come twice and callers give up "
    "early. What fails is shown by a run with the fewest faults and steps, with a change of the "
    "model that was checked to repair it. A model that only states its problem is designed first.",
    kArguments,
    kOptions,
    kExamples,
    run};

}  // namespace scantling
