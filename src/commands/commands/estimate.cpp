#include "estimate/estimate.h"

#include <charconv>

#include <fmt/core.h>

#include "base/text.h"
#include "catalog/catalog.h"
#include "commands/command.h"
#include "commands/support.h"
#include "design/design.h"
#include "report/estimate.h"

namespace scantling {
namespace {

// --load, --factor, --zones-lost; false after a complaint.
bool read_options(const Invocation& invocation, EstimateOptions& options, std::string& at) {
  const bool mean = invocation.get("--load", "peak") == "mean";
  options.basis = mean ? LoadBasis::Mean : LoadBasis::Peak;
  at = mean ? "at mean load" : "at peak load";
  if (invocation.has("--factor")) {
    const std::string text = invocation.get("--factor");
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), options.load_factor);
    if (error != std::errc() || end != text.data() + text.size() ||
        !(options.load_factor > 0 && options.load_factor <= 1e6)) {
      invocation.streams.complain(
          fmt::format("--factor takes a number over 0 up to 1000000, such as 1.5; not '{}'", text));
      return false;
    }
    at += " times " + text;
  }
  const auto lost = invocation.number("--zones-lost", 0, 0, 64);
  if (!lost) return false;
  options.zones_lost = static_cast<int>(*lost);
  if (*lost > 0) at += fmt::format(", {} lost", plural(*lost, "zone"));
  return true;
}

int run(const Invocation& invocation) {
  std::vector<std::pair<std::string, std::string>> outputs;
  if (!parse_outputs(invocation, "human|json", outputs)) return kExitUsage;
  EstimateOptions options;
  EstimateTextOptions text;
  if (!read_options(invocation, options, text.at)) return kExitUsage;
  ModelInput loaded;
  load_model(invocation, invocation.arguments[0], loaded);
  if (!loaded.ok) return kExitUsage;
  Architecture model = std::move(loaded.model.model);
  if (!has_solution(model)) {
    invocation.streams.hint(
        "the model states a problem only: it is designed first, and the design is estimated");
    model = design(std::move(model), catalog_in_use(), {}).model;
  }
  const Estimate twin = estimate(model, options);
  text.width = invocation.streams.width;
  text.color = invocation.streams.color;
  const auto render = [&](std::string_view format) {
    return format == "json" ? estimate_document(model, twin) : estimate_terminal(model, twin, text);
  };
  invocation.streams.print(render(invocation.get("--format", "human")));
  for (const auto& [format, path] : outputs)
    if (!save(invocation, path, render(format))) return kExitUsage;
  return kExitFine;
}

constexpr CommandArgument kArguments[] = {{"MODEL", "a model; - for standard input", true, false}};
constexpr CommandOption kOptions[] = {
    kOverlayOption,
    kCatalogOption,
    {"--load", "WHICH", "the operations' load", "peak", "peak|mean", false},
    {"--factor", "X", "so many times that load", "1", "", false},
    {"--zones-lost", "N", "without the capacity of that many zones", "0", "", false},
    {"--format", "FORMAT", "what is printed", "human", "human|json", false},
    {"--output", "FORMAT=FILE", "a further copy in a file", "", "", true},
};
constexpr std::string_view kExamples[] = {"scantling estimate examples/shop.yaml",
                                          "scantling estimate model.yaml --factor 2",
                                          "scantling estimate model.yaml --zones-lost 1"};

}  // namespace

extern const Command command_estimate;
const Command command_estimate{
    "estimate",
    "loads, times, availability and cost by formulas, in milliseconds",
    "Answers by queueing theory what a simulation answers by running: for each service, store, "
    "external and channel the load, what it can take for ever, and what it can take while every "
    "retry and cache miss happens, drawn as a map; for each operation its times and availability; "
    "what all costs a month. Says where the formulas do not apply. A model that only states its "
    "problem is designed first.",
    kArguments,
    kOptions,
    kExamples,
    run};

}  // namespace scantling
