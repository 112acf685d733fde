#include <fmt/core.h>

#include "commands/support.h"
#include "diagnostics/fixes.h"
#include "language/language.h"

namespace scantling {
namespace {

int run(const Invocation& invocation) {
  bool differs = false;
  for (const std::string& path : invocation.arguments) {
    Sources sources;
    const auto file = sources.load(disk(), path);
    if (!file) {
      invocation.streams.complain(file.error().message);
      return kExitUsage;
    }
    Diagnostics problems;
    const std::string text = format_model(sources, *file, problems);
    if (problems.has_errors()) {
      fmt::print(invocation.streams.err, "{}",
                 render_findings(problems, sources, "human", invocation.streams));
      return kExitUsage;
    }
    const bool changed = text != sources.text(*file);
    differs |= changed;
    if (invocation.has("--check")) {
      if (changed) invocation.streams.print(path + "\n");
    } else if (invocation.has("--diff")) {
      invocation.streams.print(unified_diff(sources.text(*file), text, path));
    } else if (path == "-") {
      invocation.streams.print(text);
    } else if (changed && !save(invocation, path, text)) {
      return kExitUsage;
    }
  }
  return invocation.has("--check") && differs ? kExitFindings : kExitFine;
}

constexpr CommandArgument kArguments[] = {
    {"FILE", "a model; - for standard input, printed to standard output", true, true}};
constexpr CommandOption kOptions[] = {
    {"--check", "", "change nothing; list what would change and exit with 1", "", "", false},
    {"--diff", "", "change nothing; print what would change", "", "", false},
};
constexpr std::string_view kExamples[] = {"scantling fmt shop.yaml",
                                          "scantling fmt --check examples/*.yaml"};

}  // namespace

extern const Command command_fmt;
const Command command_fmt{"fmt",
                          "lay a model out in the one usual way",
                          "Rewrites models with canonical indentation and spacing. Comments and "
                          "meaning stay; a second run changes nothing.",
                          kArguments,
                          kOptions,
                          kExamples,
                          run};

}  // namespace scantling
