#include "explore/explore.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"
#include "commands/support.h"
#include "commands/watch.h"
#include "explore/output.h"
#include "language/language.h"

namespace scantling {
namespace {

// False after a complaint.
bool read_options(const Invocation& invocation, explore::Options& options) {
  if (!read_run_options(invocation, options.seed, options.jobs)) return false;
  const auto designs = invocation.number("--designs", options.designs, 1, 10'000);
  const auto candidates = invocation.number("--candidates", options.candidates, 1, 1'000'000);
  const auto finalists = invocation.number("--finalists", options.finalists, 3, 5);
  const auto replications = invocation.number("--replications", options.replications, 1, 1000);
  if (!designs || !candidates || !finalists || !replications) return false;
  options.designs = static_cast<int>(*designs);
  options.candidates = static_cast<int>(*candidates);
  options.finalists = static_cast<int>(*finalists);
  options.replications = static_cast<int>(*replications);
  if (!read_measured(invocation, options.measured)) return false;
  options.stop = [] { return interrupted(); };
  const Streams& streams = invocation.streams;
  if (streams.err_is_terminal && !streams.quiet)
    options.progress = [&streams](std::string_view text) {
      fmt::print(streams.err, "\r\x1b[K{}", text);
      std::fflush(streams.err);
    };
  return true;
}

// "most available" as a file's name: "most-available.yaml".
std::string file_name(std::string_view finalist) {
  std::string out;
  for (const char c : finalist)
    if (c >= 'a' && c <= 'z')
      out += c;
    else if (!out.empty() && out.back() != '-')
      out += '-';
  return out + ".yaml";
}

// False after a complaint.
bool write_models(const Invocation& invocation, const Architecture& model,
                  const explore::Result& result) {
  if (!invocation.has("--out")) return true;
  int number = 0;
  for (const explore::Finalist& f : result.finalists) {
    const std::string path =
        fmt::format("{}/{}-{}", invocation.get("--out"), number++, file_name(f.name));
    if (!save(invocation, path, write_model(explore::problem_of(model, f)))) return false;
  }
  invocation.streams.hint(
      fmt::format("wrote {} to {}", plural(number, "model"), invocation.get("--out")));
  return true;
}

int run(const Invocation& invocation) {
  std::vector<std::pair<std::string, std::string>> outputs;
  if (!parse_outputs(invocation, "human|json", outputs)) return kExitUsage;
  explore::Options options;
  if (!read_options(invocation, options)) return kExitUsage;
  ModelInput loaded;
  ReadOptions read;
  read.forget_decided = true;
  load_model(invocation, invocation.arguments[0], loaded, read);
  if (!loaded.ok) return kExitUsage;
  const Architecture& model = loaded.model.model;
  listen_for_interrupts();
  const auto result = explore::explore(model, catalog_in_use(), options);
  if (options.progress) fmt::print(invocation.streams.err, "\r\x1b[K");
  if (!result) {
    invocation.streams.complain(result.error().message);
    return kExitUsage;
  }
  explore::OutputOptions text;
  text.width = invocation.streams.width;
  text.color = invocation.streams.color;
  const auto render = [&](std::string_view format) {
    return format == "json" ? explore::json(model, *result)
                            : explore::terminal(model, *result, text);
  };
  invocation.streams.print(render(invocation.get("--format", "human")));
  for (const auto& [format, path] : outputs)
    if (!save(invocation, path, render(format))) return kExitUsage;
  if (!write_models(invocation, model, *result)) return kExitUsage;
  if (interrupted()) return exit_of_interrupt();
  const bool all_fail = std::ranges::all_of(result->finalists, [](const explore::Finalist& f) {
    return f.simulated.verdict() == Verdict::Fails;
  });
  return all_fail ? kExitUnmet : kExitFine;
}

constexpr CommandArgument kArguments[] = {{"MODEL", "a model; - for standard input", true, false}};
constexpr CommandOption kOptions[] = {
    kOverlayOption,
    kCatalogOption,
    {"--designs", "N", "runs of the passes, each with other questions settled beforehand, at most",
     "150", "", false},
    {"--candidates", "N", "designs ranked by the twin, sizes varied, at most", "4000", "", false},
    {"--finalists", "N", "designs shown and simulated besides the one as it is: 3 to 5", "5", "",
     false},
    {"--replications", "N", "runs of each finalist; the same seeds for all", "5", "", false},
    {"--for", "DURATION", "measured time of a run", "20s", "", false},
    {"--out", "DIR", "write the finalists there: the model with what makes each settled in it", "",
     "", false},
    {"--format", "FORMAT", "what is printed", "human", "human|json", false},
    {"--output", "FORMAT=FILE", "a further copy in a file", "", "", true},
    kSeedOption,
    kJobsOption,
};
constexpr std::string_view kExamples[] = {
    "scantling explore examples/shop.yaml", "scantling explore shop.yaml --out designs",
    "scantling explore shop.yaml --designs 40 --finalists 3 --format json"};

}  // namespace

extern const Command command_explore;
const Command command_explore{
    "explore",
    "other designs of the same problem: what each gives up for what",
    "Designs the model again and again with other answers to the questions that its decisions "
    "asked (engines, calls or events, caches, copies, the number of services), varies the sizes of "
    "what comes out, and ranks all by the analytic twin in cost, p99, failures, split writes and "
    "team load. Of those that none dominates, three to five are simulated under the same random "
    "numbers, at peak and in every experiment of the model, and set against each other. What the "
    "model gives is never varied. --out writes each as the model with the questions that make it "
    "settled: scantling design makes the same design of it.",
    kArguments,
    kOptions,
    kExamples,
    run};

}  // namespace scantling
