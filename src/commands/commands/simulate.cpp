#include "simulate/simulate.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/core.h>

#include "base/text.h"
#include "base/units.h"
#include "commands/find.h"
#include "commands/rare.h"
#include "commands/support.h"
#include "commands/watch.h"
#include "design/design.h"
#include "estimate/closed_load.h"
#include "report/otlp.h"
#include "report/simulation.h"

namespace scantling {
namespace {

bool read_options(const Invocation& invocation, SimulateOptions& options) {
  if (!read_run_options(invocation, options.seed, options.jobs)) return false;
  const auto replications = invocation.number("--replications", 5, 1, 10'000);
  if (!replications) return false;
  options.replications = static_cast<int>(*replications);
  options.most_replications = std::max(options.most_replications, options.replications);
  if (invocation.has("--precision")) {
    const auto share = parse_share(invocation.get("--precision"));
    if (!share || share->value <= 0 || share->value >= 1) {
      invocation.streams.complain(
          fmt::format("--precision takes a share between 0 and 100% such as 2%, not '{}'",
                      invocation.get("--precision")));
      return false;
    }
    options.precision = share->value;
  }
  if (!read_measured(invocation, options.measured)) return false;
  options.rare = true;
  options.stop = [] { return interrupted(); };
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

// `--trace N` or `N=FILE`; false after a complaint.
struct TraceRequest {
  int count = 0;
  std::string path = "scantling-traces.json";
};
bool read_trace(const Invocation& invocation, const std::vector<Experiment>& experiments,
                TraceRequest& out) {
  if (!invocation.has("--trace")) return true;
  const std::string text = invocation.get("--trace");
  const std::size_t equals = text.find('=');
  const std::string digits = text.substr(0, equals);
  if (equals != std::string::npos) out.path = text.substr(equals + 1);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), out.count);
  if (error != std::errc() || end != digits.data() + digits.size() || out.count < 1 ||
      out.count > 100'000 || out.path.empty()) {
    invocation.streams.complain(
        fmt::format("--trace takes a number of requests up to 100000, and a file if not "
                    "scantling-traces.json, such as 50=traces.json; not '{}'",
                    text));
    return false;
  }
  if (experiments.size() == 1) return true;
  invocation.streams.complain(
      fmt::format("--trace needs one experiment, by --experiment: there are {}",
                  plural(static_cast<std::int64_t>(experiments.size()), "experiment")));
  return false;
}

// False after a complaint.
bool write_traces(const Invocation& invocation, const Architecture& model,
                  const Experiment& experiment, const SimulateOptions& options,
                  const TraceRequest& request) {
  const auto traces = trace_requests(model, experiment, options, request.count);
  if (!traces) {
    invocation.streams.complain(traces.error().message);
    return false;
  }
  if (!save(invocation, request.path,
            otlp_json(*traces, model.name.or_else(""), kVersion, options.seed)))
    return false;
  invocation.streams.hint(fmt::format(
      "wrote {} to {}", plural(static_cast<std::int64_t>(traces->size()), "trace"), request.path));
  return true;
}

// What the twin says of users who ask again after each answer: a second opinion, by other means.
void compare_with_twin(const Architecture& model, const Experiment& experiment,
                       ExperimentResult& result) {
  if (!experiment.load->closed) return;
  const Estimate twin = estimate_closed(model, experiment);
  double rate = 0;
  double seconds = 0;
  for (const OperationEstimate& operation : twin.operations) {
    rate += operation.rate;
    seconds += operation.rate * operation.mean_seconds;
  }
  if (rate <= 0 || !std::isfinite(seconds)) return;
  result.notes.push_back(fmt::format(
      "mean value analysis, without faults and changes of the load: {}/s in {} ms on average",
      number_text(rate, 3), number_text(1000 * seconds / rate, 3)));
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
    model = design(std::move(model), catalog_in_use(), design_options).model;
  }
  std::vector<Experiment> experiments;
  if (!choose(invocation, model, experiments)) return kExitUsage;
  if (invocation.has("--find")) {
    listen_for_interrupts();
    return run_find(invocation, model, experiments, options, outputs);
  }
  if (invocation.has("--rare")) return run_rare(invocation, model, experiments[0], options);
  TraceRequest trace;
  if (!read_trace(invocation, experiments, trace)) return kExitUsage;
  listen_for_interrupts();
  SimulationResult result;
  SimulationTextOptions text;
  text.width = invocation.streams.width;
  text.color = invocation.streams.color;
  RunWatch watch(invocation, experiments.size());
  for (const Experiment& experiment : experiments) {
    if (interrupted()) {
      text.not_run.push_back(experiment.name);
      continue;
    }
    options.progress = watch.begin(experiment.name);
    auto one = simulate(model, experiment, options);
    watch.end();
    if (!one) {
      invocation.streams.complain(one.error().message);
      return kExitInternal;
    }
    compare_with_twin(model, experiment, *one);
    result.experiments.push_back(std::move(*one));
  }
  const auto render = [&](std::string_view format) {
    return format == "json" ? simulation_json(model, result, text.not_run)
                            : simulation_terminal(model, result, text);
  };
  invocation.streams.print(render(invocation.get("--format", "human")));
  for (const auto& [format, path] : outputs)
    if (!save(invocation, path, render(format))) return kExitUsage;
  if (trace.count > 0 && !interrupted() &&
      !write_traces(invocation, model, experiments[0], options, trace))
    return kExitUsage;
  if (interrupted()) return exit_of_interrupt();
  return result.verdict() == Verdict::Fails ? kExitUnmet : kExitFine;
}

constexpr CommandArgument kArguments[] = {{"MODEL", "a model; - for standard input", true, false}};
constexpr CommandOption kOptions[] = {
    kOverlayOption,
    kCatalogOption,
    {"--experiment", "NAME", "only this experiment; peak is the load at peak without faults", "all",
     "", true},
    {"--for", "DURATION", "measured time of experiments that don't say", "60s", "", false},
    {"--replications", "N", "independent runs; 5 or more give intervals", "5", "", false},
    {"--precision", "SHARE",
     "add runs until rates, mean times and p99 are known to within this share, such as 2%; at most "
     "200 runs",
     "", "", false},
    {"--find", "WHAT",
     "search instead of judging: the load that still holds, the fewest instances, the smallest "
     "spike that it doesn't recover from; in peak unless --experiment says otherwise",
     "", "capacity|replicas|trigger", false},
    {"--rare", "STATION>=N",
     "how often an instance holds so many requests, however seldom, by splitting runs; in peak "
     "unless --experiment says otherwise",
     "", "", false},
    {"--trace", "N[=FILE]",
     "write N requests of the one experiment as OTLP JSON, for Jaeger or Tempo", "", "", false},
    {"--watch", "", "progress with its precision and the time left on standard error",
     "on a terminal", "", false},
    {"--format", "FORMAT", "what is printed", "human", "human|json", false},
    {"--output", "FORMAT=FILE", "a further copy in a file", "", "", true},
    kSeedOption,
    kJobsOption,
};
constexpr std::string_view kExamples[] = {
    "scantling simulate examples/shop.yaml",
    "scantling simulate model.yaml --experiment zone-down --format json",
    "scantling simulate model.yaml --find capacity --experiment zone-down",
    "scantling simulate model.yaml --precision 2% --watch",
    "scantling simulate model.yaml --experiment peak --trace 50=traces.json"};

}  // namespace

extern const Command command_simulate;
const Command command_simulate{"simulate",
                               "run a model under load and faults, and judge its experiments",
                               "Simulates the model event by event: at peak, and under each of its "
                               "experiments. Prints the verdict on every expectation first, then "
                               "what the answers' time was spent on, what saturates, and what "
                               "faults did. Ctrl-C ends a run early and prints what there is. "
                               "A model that only states its problem is designed first.",
                               kArguments,
                               kOptions,
                               kExamples,
                               run};

}  // namespace scantling
