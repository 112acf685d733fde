#include "design/design.h"

#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "base/text.h"
#include "commands/evidence.h"
#include "commands/support.h"
#include "language/language.h"
#include "report/report.h"
#include "report/requirements.h"

namespace scantling {
namespace {

std::string render(const DesignResult& result, const Sources& sources, std::string_view format,
                   const ReportOptions& options) {
  if (format == "json") return report_json(result, sources);
  if (format == "markdown") return report_markdown(result, sources, options);
  if (format == "html") return report_html(result, sources, options);
  if (format == "model") return write_model(result.model);
  return report_terminal(result, sources, options);
}

// A name that is safe as a folder's: letters, digits, dash, dot inside.
std::string folder_name(std::string_view system) {
  std::string out;
  for (const char c : system)
    out += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                   c == '_'
               ? c
               : '-';
  return out.empty() ? "system" : out;
}

// As the report counts: a budget that is exceeded is no finding of a run, and unmet all the same.
int verdict(const DesignResult& result) {
  if (!result.unmet.empty() || count_verdicts(requirements_of(Facts(result))).not_met > 0)
    return kExitUnmet;
  if (result.findings.has_errors()) return kExitFindings;
  return result.simulation.verdict() == Verdict::Fails ? kExitUnmet : kExitFine;
}

bool read_options(const Invocation& invocation, DesignOptions& options) {
  if (!read_run_options(invocation, options.seed, options.jobs)) return false;
  const auto rounds = invocation.number("--rounds", 4, 1, 100);
  if (!rounds) return false;
  options.rounds = static_cast<int>(*rounds);
  options.simulate = !invocation.has("--no-simulate");
  options.verify = !invocation.has("--no-verify");
  options.without = invocation.all("--without");
  for (const std::string& name : options.without) {
    std::vector<std::string> names;
    for (const PassInfo& pass : all_passes())
      names.emplace_back(pass.name);
    if (std::ranges::find(names, name) != names.end()) continue;
    invocation.streams.complain(fmt::format("--without takes the name of a pass ({}), not '{}'",
                                            enumerate(names, "or"), name));
    return false;
  }
  if (invocation.streams.err_is_terminal && !invocation.streams.quiet)
    options.progress = [](std::string_view stage) {
      fmt::print(stderr, "\r\033[K{}", stage), std::fflush(stderr);
    };
  return true;
}

bool write_files(const Invocation& invocation, const DesignResult& result, const Sources& sources,
                 const ReportOptions& options) {
  if (invocation.has("--no-files")) return true;
  const std::string folder =
      invocation.get("--out", "scantling-out/" + folder_name(result.model.name.value));
  const std::pair<const char*, const char*> files[] = {{"model.yaml", "model"},
                                                       {"report.html", "html"},
                                                       {"report.md", "markdown"},
                                                       {"design.json", "json"}};
  for (const auto& [name, format] : files)
    if (!save(invocation, folder + "/" + name, render(result, sources, format, options)))
      return false;
  invocation.streams.hint(
      fmt::format("wrote model.yaml, report.html, report.md and design.json to {}", folder));
  return true;
}

// Into the files that the model was read from: an element's values go where the element stands.
int write_decisions(const Invocation& invocation, const Sources& sources,
                    const Architecture& model) {
  std::map<int, std::vector<Edit>> by_file;
  for (Edit& edit : write_back(sources, FileId{0}, model))
    by_file[edit.span.file.index].push_back(std::move(edit));
  std::vector<std::pair<std::string, std::string>> texts;
  for (auto& [file, edits] : by_file) {
    auto text = apply_edits(sources, FileId{file}, std::move(edits));
    if (!text) {
      invocation.streams.complain(text.error().message);
      return kExitInternal;
    }
    texts.emplace_back(sources.path(FileId{file}), std::move(*text));
  }
  std::vector<std::string> names;
  for (const auto& [path, text] : texts) {
    if (!save(invocation, path, text)) return kExitUsage;
    names.push_back(path);
  }
  invocation.streams.hint(names.empty()
                              ? std::string("nothing to write: the model holds the design already")
                              : "wrote the decisions into " + enumerate(names));
  return kExitFine;
}

int run(const Invocation& invocation) {
  std::vector<std::pair<std::string, std::string>> outputs;
  if (!parse_outputs(invocation, "human|markdown|html|json|model", outputs)) return kExitUsage;
  DesignOptions options;
  if (!read_options(invocation, options)) return kExitUsage;
  ModelInput loaded;
  // Designed from what was given, not from what the last design made of it.
  load_model(invocation, invocation.arguments[0], loaded, {.overlays = {}, .forget_decided = true});
  if (!loaded.ok) return kExitUsage;
  if (const auto evidence = read_evidence(loaded.model.model, loaded.model.path); !evidence) {
    invocation.streams.complain(evidence.error().message);
    return kExitUsage;
  }
  DesignResult result = design(std::move(loaded.model.model), catalog_in_use(), options);
  if (options.progress) fmt::print(stderr, "\r\033[K");
  Diagnostics findings;
  findings.append(loaded.model.problems);
  findings.append(result.findings);
  result.findings = findings;
  ReportOptions report;
  report.width = invocation.streams.width;
  report.color = invocation.streams.color;
  report.outline = invocation.get("--outline", "tree");
  invocation.streams.print(
      render(result, loaded.model.sources, invocation.get("--format", "human"), report));
  report.color = false;
  for (const auto& [format, path] : outputs)
    if (!save(invocation, path, render(result, loaded.model.sources, format, report)))
      return kExitUsage;
  if (invocation.has("--write")) {
    const int failed = write_decisions(invocation, loaded.model.sources, result.model);
    if (failed != kExitFine) return failed;
  }
  if (!write_files(invocation, result, loaded.model.sources, report)) return kExitUsage;
  return verdict(result);
}

constexpr CommandArgument kArguments[] = {{"MODEL", "a model; - for standard input", true, false}};
constexpr CommandOption kOptions[] = {
    kOverlayOption,
    kCatalogOption,
    {"--out", "DIR", "where model.yaml, report.html, report.md and design.json go",
     "scantling-out/SYSTEM", "", false},
    {"--no-files", "", "write no files", "", "", false},
    {"--write", "", "write what was decided into the model's own files, every other byte kept", "",
     "", false},
    {"--format", "FORMAT", "what is printed", "human", "human|markdown|html|json|model", false},
    {"--output", "FORMAT=FILE", "a further copy in a file", "", "", true},
    {"--outline", "NAME", "order and wording of the report", "tree",
     "tree|nine|five|short|checklist", false},
    {"--without", "PASS", "leave a pass out, to see what it is worth", "", "", true},
    {"--rounds", "N", "how often what fails is revised, at most", "4", "", false},
    {"--no-simulate", "", "decide and check, without proof by simulation", "", "", false},
    {"--no-verify", "", "decide and check, without exploring the protocols", "", "", false},
    kSeedOption,
    kJobsOption,
};
constexpr std::string_view kExamples[] = {
    "scantling design examples/shop.yaml",
    "scantling design shop.yaml --out build/design --format json",
    "scantling design shop.yaml --write",
};

}  // namespace

extern const Command command_design;
const Command command_design{
    "design",
    "decide what a model leaves open, prove it, report",
    "Completes a model: boundaries, calls and events, sagas, stores, sizes, timeouts, placement, "
    "operations. Then checks it by rules, simulates it at peak and under its experiments, and "
    "revises what fails.\n"
    "What the model says is kept and never overruled. Exits with 3 when a requirement can't be "
    "met, and says by how much.",
    kArguments,
    kOptions,
    kExamples,
    run};

}  // namespace scantling
