#include "sweep/sweep.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>

#include <fmt/core.h>

#include "base/text.h"
#include "commands/support.h"
#include "commands/watch.h"
#include "design/design.h"
#include "language/language.h"
#include "sweep/cluster.h"
#include "sweep/output.h"
#include "sweep/scenarios.h"

namespace scantling {
namespace {

constexpr double kConfidence = .99;
constexpr const char* kDefaultDatabase = "scantling-sweep.db";

bool complain(const Invocation& invocation, const Error& error) {
  invocation.streams.complain(error.message);
  return false;
}

// What the options say by themselves; false after a complaint.
bool read_plan(const Invocation& invocation, sweep::Plan& plan, int& jobs) {
  if (!read_run_options(invocation, plan.seed, jobs)) return false;
  const auto replications = invocation.number("--replications", 5, 1, 10'000);
  if (!replications) return false;
  plan.replications = static_cast<int>(*replications);
  return read_measured(invocation, plan.measured);
}

// Peak unless experiments or faults are named; false after a complaint.
bool add_scenarios(const Invocation& invocation, const Architecture& model, sweep::Plan& plan) {
  std::vector<std::string> names{"peak"};
  for (const Experiment& e : model.experiments)
    if (e.name != "peak") names.push_back(e.name);
  const auto faults = invocation.all("--fault");
  auto wanted = invocation.all("--experiment");
  if (wanted.empty() && faults.empty()) wanted = {"peak"};
  if (wanted == std::vector<std::string>{"all"}) wanted = names;
  const auto add = [&](sweep::Scenario scenario) {
    const bool there = std::ranges::any_of(
        plan.scenarios, [&](const sweep::Scenario& s) { return s.name == scenario.name; });
    if (!there) plan.scenarios.push_back(std::move(scenario));
  };
  for (const std::string& name : wanted) {
    if (std::ranges::find(names, name) != names.end()) {
      add({name, ""});
      continue;
    }
    std::string problem = fmt::format("there is no experiment '{}'", name);
    if (const auto near = nearest(name, names))
      problem += fmt::format("; did you mean '{}'?", *near);
    invocation.streams.complain(
        fmt::format("{} (experiments: {}; or all)", problem, enumerate(names)));
    return false;
  }
  for (const std::string& fault : faults) {
    if (fault == "all") {
      for (sweep::Scenario& scenario : sweep::all_faults(model, plan.measured))
        add(std::move(scenario));
      continue;
    }
    auto scenario = sweep::fault_scenario(fault, plan.measured);
    if (!scenario) return complain(invocation, scenario.error());
    add(std::move(*scenario));
  }
  return true;
}

// False after a complaint.
bool add_parameters(const Invocation& invocation, const sweep::BaseModel& base, sweep::Plan& plan) {
  for (const std::string& text : invocation.all("--set")) {
    const auto parsed = sweep::parse_parameter(text);
    if (!parsed) return complain(invocation, {"--set: " + parsed.error().message});
    auto parameter = base.resolve(*parsed);
    if (!parameter) return complain(invocation, {"--set: " + parameter.error().message});
    for (const sweep::Parameter& other : plan.parameters)
      if (other.path == parameter->path)
        return complain(invocation, {fmt::format("--set {}: {} is set twice; write all its values "
                                                 "in one --set, with commas between",
                                                 parsed->path, parameter->path)});
    plan.parameters.push_back(std::move(*parameter));
  }
  return true;
}

// Standard error: a line that is written over on a terminal, a line now and then with --watch.
class SweepWatch {
 public:
  explicit SweepWatch(const Invocation& invocation) : streams_(invocation.streams) {
    on_terminal_ = streams_.err_is_terminal && !streams_.quiet;
    by_lines_ = !on_terminal_ && invocation.has("--watch");
    began_ = std::chrono::steady_clock::now();
  }
  void show(const sweep::Progress& at) {
    if (!on_terminal_ && !by_lines_) return;
    if (by_lines_ && at.done != at.wanted && at.done < next_) return;
    next_ = at.done + std::max<std::uint64_t>(1, at.wanted / 20);
    std::string text = fmt::format("{} of {} runs", at.done, at.wanted);
    if (at.kept > 0) text += fmt::format(", {} kept from before", at.kept);
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - began_;
    if (at.done > at.kept && at.done < at.wanted) {
      const double left = spent.count() / static_cast<double>(at.done - at.kept) *
                          static_cast<double>(at.wanted - at.done);
      text += fmt::format(", {} left", readable_seconds(std::max(1.0, std::round(left))));
    }
    fmt::print(streams_.err, "{}{}{}", on_terminal_ ? "\r\x1b[K" : "", text,
               on_terminal_ ? "" : "\n");
    std::fflush(streams_.err);
  }
  void end() const {
    if (on_terminal_) fmt::print(streams_.err, "\r\x1b[K");
  }

 private:
  const Streams& streams_;
  bool on_terminal_ = false, by_lines_ = false;
  std::uint64_t next_ = 0;
  std::chrono::steady_clock::time_point began_;
};

// Prints and saves what there is; the exit status.
int print_results(const Invocation& invocation, sweep::Store& store, const sweep::Plan& plan,
                  const sweep::OutputOptions& options,
                  const std::vector<std::pair<std::string, std::string>>& outputs) {
  const std::string format = invocation.get("--format", "human");
  const bool wants_csv = format == "csv" || std::ranges::any_of(outputs, [](const auto& o) {
                           return o.first == "csv";
                         });
  std::string csv = wants_csv ? sweep::csv_header(plan) : "";
  const auto analysis =
      sweep::analyse(store, plan, kConfidence, [&](const sweep::RunRecord& record) {
        if (wants_csv) csv += sweep::csv_lines(plan, record);
      });
  if (!analysis) {
    complain(invocation, analysis.error());
    return kExitUsage;
  }
  const auto render = [&](std::string_view wanted) {
    if (wanted == "csv") return csv;
    return wanted == "json" ? sweep::json(plan, *analysis, options)
                            : sweep::terminal(plan, *analysis, options);
  };
  invocation.streams.print(render(format));
  for (const auto& [name, path] : outputs)
    if (!save(invocation, path, render(name))) return kExitUsage;
  if (interrupted()) return exit_of_interrupt();
  const bool all_fail = !analysis->points.empty() &&
                        std::ranges::all_of(analysis->points, [](const sweep::PointResult& p) {
                          return p.verdict == Verdict::Fails;
                        });
  return all_fail ? kExitUnmet : kExitFine;
}

// The model as text, designed first when it only states its problem; false after a complaint.
bool read_base(const Invocation& invocation, const sweep::Plan& plan, int jobs,
               std::optional<sweep::BaseModel>& base, Architecture& model) {
  ModelInput loaded;
  load_model(invocation, invocation.arguments[0], loaded);
  if (!loaded.ok) return false;
  model = std::move(loaded.model.model);
  if (!has_solution(model)) {
    invocation.streams.hint(
        "the model states a problem only: it is designed first, and the design is varied");
    DesignOptions options;
    options.seed = plan.seed;
    options.jobs = jobs;
    model = design(std::move(model), catalog_in_use(), options).model;
  }
  auto made = sweep::BaseModel::read(write_model(model), invocation.arguments[0]);
  if (!made) return complain(invocation, made.error());
  base = std::move(*made);
  return true;
}

int run_campaign(const Invocation& invocation, sweep::Cluster* cluster) {
  std::vector<std::pair<std::string, std::string>> outputs;
  if (!parse_outputs(invocation, "human|csv|json", outputs)) return kExitUsage;
  sweep::Plan plan;
  int jobs = 0;
  if (!read_plan(invocation, plan, jobs)) return kExitUsage;
  std::optional<sweep::BaseModel> base;
  Architecture model;
  if (!read_base(invocation, plan, jobs, base, model)) return kExitUsage;
  if (!add_scenarios(invocation, model, plan) || !add_parameters(invocation, *base, plan))
    return kExitUsage;
  const auto failed = [&](const Error& error) {
    complain(invocation, error);
    return kExitUsage;
  };
  if (auto ok = sweep::check_plan(*base, plan); !ok) return failed(ok.error());

  const std::string path = invocation.get("--db", kDefaultDatabase);
  if (invocation.has("--resume") && !std::filesystem::exists(path))
    return failed({fmt::format("--resume: there is no {}; leave --resume out to begin", path)});
  listen_for_interrupts();
  auto store = sweep::Store::open(path == "none" ? ":memory:" : path);
  if (!store) return failed(store.error());
  if (auto ok = store->begin(*base, plan); !ok) return failed(ok.error());
  SweepWatch watch(invocation);
  const sweep::Crew crew = [&](const auto& indices, const auto& deliver) {
    if (cluster != nullptr && cluster->size() > 1)
      return cluster->run(*base, plan, indices, interrupted, deliver);
    return sweep::run_on_threads(*base, plan, indices, jobs, interrupted, deliver);
  };
  const auto filled =
      sweep::fill(*store, plan, crew, [&](const sweep::Progress& at) { watch.show(at); });
  watch.end();
  if (!filled) return failed(filled.error());
  sweep::OutputOptions options;
  options.width = invocation.streams.width;
  options.color = invocation.streams.color;
  options.system = model.name.or_else("");
  options.database = path == "none" ? "" : path;
  return print_results(invocation, *store, plan, options, outputs);
}

int run(const Invocation& invocation) {
  if (!invocation.has("--mpi")) return run_campaign(invocation, nullptr);
  auto cluster = sweep::Cluster::join();
  if (!cluster) {
    complain(invocation, cluster.error());
    return kExitUsage;
  }
  if (cluster->rank() > 0) return cluster->work() ? kExitFine : kExitInternal;
  const int status = run_campaign(invocation, &*cluster);
  cluster->dismiss();
  return status;
}

constexpr CommandArgument kArguments[] = {{"MODEL", "a model; - for standard input", true, false}};
constexpr CommandOption kOptions[] = {
    kOverlayOption,
    kCatalogOption,
    {"--set", "PATH=VALUES",
     "a parameter and the values that it takes: a list (100ms,200ms), a range (2..8, 1..64 by x2, "
     "100ms..500ms in 5), multiples of what the model says (x1,x1.5); load=x1,x2 multiplies all "
     "load; every combination is a point",
     "", "", true},
    {"--experiment", "NAME", "run every point under this experiment; all: peak and all of them",
     "peak", "", true},
    {"--fault", "FAULT",
     "run every point at peak with this fault, such as 'lose zone a' or 'slow psp x10'; all: a "
     "zone, an instance of each service, each store, each external, one after the other",
     "", "", true},
    {"--replications", "N", "seeds at every point; the same ones everywhere", "5", "", false},
    {"--for", "DURATION", "measured time of experiments that don't say", "60s", "", false},
    {"--db", "FILE", "where the results go, run by run (SQLite); none: nowhere",
     "scantling-sweep.db", "", false},
    {"--resume", "", "go on with the campaign in the database; without it a new one may begin", "",
     "", false},
    {"--mpi", "", "one of the processes that mpirun started; needs a build with SCANTLING_MPI", "",
     "", false},
    {"--watch", "", "progress with the time left on standard error", "on a terminal", "", false},
    {"--format", "FORMAT", "what is printed; csv has every measure of every run", "human",
     "human|csv|json", false},
    {"--output", "FORMAT=FILE", "a further copy in a file", "", "", true},
    kSeedOption,
    kJobsOption,
};
constexpr std::string_view kExamples[] = {
    "scantling sweep model.yaml --set services.cart.instances=2..8 --set load=x1,x1.5,x2",
    "scantling sweep model.yaml --set policies.quick.timeout=x0.5,x1,x2 --experiment all",
    "scantling sweep model.yaml --fault all --replications 20 --db faults.db",
    "scantling sweep model.yaml --set load=x1..x4 by 0.25 --format csv > runs.csv",
    "mpirun -np 4 scantling sweep model.yaml --mpi --set services.cart.instances=2..8"};

}  // namespace

extern const Command command_sweep;
const Command command_sweep{
    "sweep",
    "run a campaign: parameters x faults x seeds, and what moves what",
    "Simulates the model at every combination of the values given by --set, under every experiment "
    "and fault, with so many seeds; the seeds are the same at every point, so that points differ "
    "by "
    "their values and not by luck. Results go to a database run by run: a campaign that was ended, "
    "by Ctrl-C or a crash, goes on when the same command is given again. At the end: which points "
    "hold, the cheapest of them, the first that fails, and which parameter moves which objective.",
    kArguments,
    kOptions,
    kExamples,
    run};

}  // namespace scantling
