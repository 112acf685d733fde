#include "check/check.h"

#include <fmt/core.h>

#include "base/text.h"
#include "base/units.h"
#include "commands/support.h"
#include "diagnostics/baseline.h"
#include "diagnostics/fixes.h"

namespace scantling {
namespace {

Severity fail_on(const Invocation& invocation) {
  const std::string level = invocation.get("--fail-on", "error");
  return level == "note"      ? Severity::Note
         : level == "warning" ? Severity::Warning
                              : Severity::Error;
}

bool fails(const Diagnostics& findings, Severity level) {
  for (const Severity s : {Severity::Note, Severity::Warning, Severity::Error})
    if (s >= level && findings.count(s) > 0) return true;
  return false;
}

// False after a complaint.
bool use_baseline(const Invocation& invocation, Diagnostics& findings) {
  if (!invocation.has("--baseline")) return true;
  const auto text = disk().read(invocation.get("--baseline"));
  if (!text) {
    invocation.streams.complain(text.error().message);
    return false;
  }
  const auto baseline = parse_baseline(*text);
  if (!baseline) {
    invocation.streams.complain(
        fmt::format("{}: {}", invocation.get("--baseline"), baseline.error().message));
    return false;
  }
  const std::size_t known = apply_baseline(*baseline, findings);
  if (known > 0)
    invocation.streams.hint(fmt::format("{} known from the baseline",
                                        plural(static_cast<std::int64_t>(known), "finding")));
  return true;
}

int fix(const Invocation& invocation, const ReadModel& loaded, const Diagnostics& findings) {
  const FixSafety limit = invocation.has("--unsafe") ? FixSafety::Unsafe : FixSafety::Safe;
  const auto fixed = make_fixes(findings, loaded.sources, limit);
  if (!fixed) {
    invocation.streams.complain(fixed.error().message);
    return kExitInternal;
  }
  for (const FixedFile& file : fixed->files) {
    const std::string& path = loaded.sources.path(file.file);
    if (invocation.has("--diff"))
      invocation.streams.print(unified_diff(loaded.sources.text(file.file), file.text, path));
    else if (!save(invocation, path, file.text))
      return kExitUsage;
  }
  invocation.streams.hint(fmt::format(
      "{} {}{}", plural(static_cast<std::int64_t>(fixed->made), "finding"),
      invocation.has("--diff") ? "would be fixed" : "fixed",
      fixed->postponed > 0 ? fmt::format(", {} meet another fix: run again", fixed->postponed)
                           : ""));
  return kExitFine;
}

// Options that mean nothing without another, and a day that is none; false after a complaint.
bool sensible(const Invocation& invocation) {
  for (const char* option : {"--unsafe", "--diff"})
    if (invocation.has(option) && !invocation.has("--fix")) {
      invocation.streams.complain(
          fmt::format("{} says how fixes are made: give --fix with it", option));
      return false;
    }
  const std::string day = invocation.get("--today", today());
  if (is_date(day)) return true;
  invocation.streams.complain(fmt::format("--today takes a day such as 2026-11-30, not '{}'", day));
  return false;
}

int run(const Invocation& invocation) {
  std::vector<std::pair<std::string, std::string>> outputs;
  if (!parse_outputs(invocation, kFindingFormats, outputs)) return kExitUsage;
  if (!sensible(invocation)) return kExitUsage;
  ModelInput loaded;
  load_model(invocation, invocation.arguments[0], loaded);
  const std::string format =
      invocation.get("--format", invocation.streams.out_is_terminal ? "human" : "concise");
  Diagnostics findings;
  findings.append(loaded.model.problems);
  if (!loaded.ok) {
    if (format != "human" && format != "concise")
      invocation.streams.print(
          render_findings(findings, loaded.model.sources, format, invocation.streams));
    return kExitUsage;
  }
  check(loaded.model.model, invocation.get("--today", today()), findings);
  findings.sort();
  if (invocation.has("--write-baseline") &&
      !save(invocation, invocation.get("--write-baseline"), baseline_text(baseline_of(findings))))
    return kExitUsage;
  if (!use_baseline(invocation, findings)) return kExitUsage;
  if (invocation.has("--fix")) return fix(invocation, loaded.model, findings);
  invocation.streams.print(
      render_findings(findings, loaded.model.sources, format, invocation.streams));
  for (const auto& [other, path] : outputs)
    if (!save(invocation, path,
              render_findings(findings, loaded.model.sources, other, invocation.streams)))
      return kExitUsage;
  if (invocation.has("--exit-zero")) return kExitFine;
  return fails(findings, fail_on(invocation)) ? kExitFindings : kExitFine;
}

constexpr CommandArgument kArguments[] = {{"MODEL", "a model; - for standard input", true, false}};
constexpr CommandOption kOptions[] = {
    kOverlayOption,
    kCatalogOption,
    {"--format", "FORMAT", "how findings are printed", "human on a terminal, else concise",
     kFindingFormats, false},
    {"--output", "FORMAT=FILE", "a further copy in a file", "", "", true},
    {"--fail-on", "SEVERITY", "the least severity that makes the exit status 1", "error",
     "note|warning|error", false},
    {"--exit-zero", "", "exit with 0 whatever is found", "", "", false},
    {"--baseline", "FILE", "leave out the findings that the file knows", "", "", false},
    {"--write-baseline", "FILE", "write the findings as a baseline", "", "", false},
    {"--fix", "", "make the safe fixes in the files", "", "", false},
    {"--unsafe", "", "with --fix: those that change behaviour too", "", "", false},
    {"--diff", "", "with --fix: print the changes, make none", "", "", false},
    {"--today", "DATE", "the day by which acceptances expire", "today", "", false},
};
constexpr std::string_view kExamples[] = {
    "scantling check shop.yaml",
    "scantling check shop.yaml --format sarif > findings.sarif",
    "scantling check shop.yaml --fix --diff",
};

}  // namespace

extern const Command command_check;
const Command command_check{
    "check",
    "rules over a model: what will hurt, with numbers and fixes",
    "Reads a model and runs every rule on it (scantling rules lists them). Each finding computes "
    "what it claims, names the chain that leads to it, and says what to change. "
    "A model that only states its problem has little to check: design it first.",
    kArguments,
    kOptions,
    kExamples,
    run};

}  // namespace scantling
