#include "simulate/simulate.h"

#include <algorithm>
#include <csignal>

#include <fmt/core.h>

#include "base/text.h"
#include "commands/support.h"
#include "design/design.h"
#include "report/simulation.h"

namespace scantling {
namespace {

volatile std::sig_atomic_t interrupted = 0;

bool read_options(const Invocation& invocation, SimulateOptions& options) {
  if (!read_run_options(invocation, options.seed, options.jobs)) return false;
  const auto replications = invocation.number("--replications", 5, 1, 10'000);
  if (!replications) return false;
  options.replications = static_cast<int>(*replications);
  if (invocation.has("--for")) {
    const auto duration = parse_duration(invocation.get("--for"));
    if (!duration || duration->nanoseconds <= 0) {
      invocation.streams.complain(fmt::format(
          "--for takes a duration such as 30s or 5min, not '{}'", invocation.get("--for")));
      return false;
    }
    options.measured = *duration;
  }
  options.stop = [] { return interrupted != 0; };
  return true;
}

// The experiments asked for by name (`peak` too), or all; false after a complaint.
bool choose(const Invocation& invocation, const Architecture& model, std::vector<Experiment>& out) {
  std::vector<std::string> names{"peak"};
  for (const Experiment& e : model.experiments)
    names.push_back(e.name);
  auto wanted = invocation.all("--experiment");
  if (wanted.empty()) wanted = names;
  for (const std::string& name : wanted) {
    if (std::ranges::find(names, name) == names.end()) {
      std::string problem = fmt::format("there is no experiment '{}'", name);
      if (const auto near = nearest(name, names))
        problem += fmt::format("; did you mean '{}'?", *near);
      invocation.streams.complain(fmt::format("{} (experiments: {})", problem, enumerate(names)));
      return false;
    }
    const auto given = find_by_name(model.experiments, name);
    out.push_back(given.valid() ? model.experiments[given] : peak_experiment(model));
  }
  return true;
}

int run(const Invocation& invocation) {
  std::vector<std::pair<std::string, std::string>> outputs;
  if (!parse_outputs(invocation, "human|json", outputs)) return kExitUsage;
  SimulateOptions options;
  if (!read_options(invocation, options)) return kExitUsage;
  ModelInput loaded;
  load_model(invocation, invocation.arguments[0], loaded);
  if (!loaded.ok) return kExitUsage;
  Architecture model = std::move(loaded.model.model);
  if (!has_solution(model)) {
    invocation.streams.hint(
        "the model states a problem only: it is designed first, and the design is simulated");
    DesignOptions design_options;
    design_options.seed = options.seed;
    design_options.jobs = options.jobs;
    model = design(std::move(model), built_in_catalog(), design_options).model;
  }
  std::vector<Experiment> experiments;
  if (!choose(invocation, model, experiments)) return kExitUsage;
  std::signal(SIGINT, [](int) { interrupted = 1; });
  SimulationResult result;
  for (const Experiment& experiment : experiments) {
    if (invocation.streams.err_is_terminal)
      invocation.streams.hint(fmt::format("simulating {}", experiment.name));
    auto one = simulate(model, experiment, options);
    if (!one) {
      invocation.streams.complain(one.error().message);
      return kExitInternal;
    }
    result.experiments.push_back(std::move(*one));
    if (interrupted != 0) break;
  }
  SimulationTextOptions text;
  text.width = invocation.streams.width;
  text.color = invocation.streams.color;
  const auto render = [&](std::string_view format) {
    return format == "json" ? simulation_json(model, result)
                            : simulation_terminal(model, result, text);
  };
  invocation.streams.print(render(invocation.get("--format", "human")));
  for (const auto& [format, path] : outputs)
    if (!save(invocation, path, render(format))) return kExitUsage;
  if (interrupted != 0) return 130;
  return result.verdict() == Verdict::Fails ? kExitUnmet : kExitFine;
}

constexpr CommandArgument kArguments[] = {{"MODEL", "a model; - for standard input", true, false}};
constexpr CommandOption kOptions[] = {
    kOverlayOption,
    {"--experiment", "NAME", "only this experiment; peak is the load at peak without faults", "all",
     "", true},
    {"--for", "DURATION", "measured time of experiments that don't say", "60s", "", false},
    {"--replications", "N", "independent runs; 5 or more give intervals", "5", "", false},
    {"--format", "FORMAT", "what is printed", "human", "human|json", false},
    {"--output", "FORMAT=FILE", "a further copy in a file", "", "", true},
    kSeedOption,
    kJobsOption,
};
constexpr std::string_view kExamples[] = {
    "scantling simulate examples/shop.yaml",
    "scantling simulate model.yaml --experiment zone-down --format json"};

}  // namespace

extern const Command command_simulate;
const Command command_simulate{"simulate",
                               "run a model under load and faults, and judge its experiments",
                               "Simulates the model event by event: at peak, and under each of its "
                               "experiments. Prints the verdict on every expectation first, then "
                               "what the answers' time was spent on and what saturates. "
                               "A model that only states its problem is designed first.",
                               kArguments,
                               kOptions,
                               kExamples,
                               run};

}  // namespace scantling
