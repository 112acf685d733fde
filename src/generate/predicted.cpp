#include "generate/predicted.h"

#include <algorithm>

#include "base/parallel.h"
#include "simulate/simulate.h"

namespace scantling::generate {
namespace {

constexpr double kLasts = 40;     // seconds that a part fails: longer than a usual failover
constexpr double kBefore = 10;    // measured before it
constexpr double kMeasured = 75;  // in all: the rest is for coming back
// With fewer requests while it lasts a share says nothing.
constexpr double kLeastRequests = 20;
// Of events over a failure's runs: a system too busy for it is said to be incomplete.
constexpr std::uint64_t kMostEvents = 4'000'000;
constexpr std::size_t kMostFailures = 120;

Duration seconds(double n) {
  return {static_cast<std::int64_t>(n * 1e9)};
}

Provenance assumed() {
  return {Origin::Assumed, {}, {}};
}

Fault fault_of(FaultKind kind, Target target) {
  Fault out;
  out.kind = kind;
  out.at = {seconds(kBefore), assumed()};
  out.lasts = {seconds(kLasts), assumed()};
  out.target = std::move(target);
  return out;
}

PredictedFailure run(const Architecture& model, const Experiment& experiment, std::string part,
                     std::string failure, const SimulateOptions& options) {
  PredictedFailure out{std::move(part), std::move(failure), {}, {}, ""};
  const auto result = simulate(model, experiment, options);
  if (!result) {
    out.problem = result.error().message;
    return out;
  }
  if (result->incomplete) out.problem = "stopped early: more events than a short run may have";
  if (result->fault_windows.empty()) {
    if (out.problem.empty()) out.problem = "the simulation has no such fault";
    return out;
  }
  for (const FaultEffect& effect : result->fault_windows.front().operations) {
    PredictedOperation operation;
    operation.operation = effect.operation;
    for (const OperationResult& each : result->operations)
      if (each.operation == effect.operation) operation.offered = each.offered.mean;
    if (operation.offered * kLasts < kLeastRequests) {
      out.too_rare.push_back(effect.operation);
      continue;
    }
    operation.good_before = effect.before.availability.mean;
    operation.good_during = effect.during.availability.mean;
    operation.p99_before = effect.before.p99.mean;
    operation.p99_during = effect.during.p99.mean;
    operation.back_after_seconds = effect.back_after_seconds;
    out.operations.push_back(operation);
  }
  return out;
}

Experiment experiment_of(std::vector<Fault> faults) {
  Experiment out;
  out.name = "failure";
  out.from = assumed();
  out.faults = {std::move(faults), assumed()};
  ExperimentLoad load;
  load.base = {"mean", assumed()};
  load.over = {seconds(kMeasured), assumed()};
  out.load = {std::move(load), assumed()};
  return out;
}

// One run to do: its place in the results is its own, whichever thread does it.
struct Job {
  Experiment experiment;
  std::string part, failure;
};

class Jobs {
 public:
  explicit Jobs(const Architecture& model) : model_(model) {}

  std::vector<Job> all() {
    for (const ExternalId id : model_.externals.ids()) {
      Target target = target_of(Target::Kind::External, model_.externals[id].name);
      target.external = id;
      add("externals." + target.name, "is gone", FaultKind::Lose, target);
      add("externals." + target.name, "is five times slower", FaultKind::Slow, target);
    }
    for (const StoreId id : model_.stores.ids()) {
      Target target = target_of(Target::Kind::Instance, model_.stores[id].name);
      target.store = id;
      if (model_.stores[id].copies.or_else({1}).value > 1)
        add("stores." + target.name, "loses its primary", FaultKind::Lose, target);
      target.kind = Target::Kind::Store;
      add("stores." + target.name, "is gone", FaultKind::Lose, target);
      add("stores." + target.name, "is five times slower", FaultKind::Slow, target);
    }
    for (const ServiceId id : model_.services.ids()) {
      Target target = target_of(Target::Kind::Instance, model_.services[id].name);
      target.service = id;
      add("services." + target.name, "loses an instance", FaultKind::Lose, target);
    }
    if (model_.placement->zones.or_else({1}).value > 1)
      add("zones", "one is lost", FaultKind::Lose, target_of(Target::Kind::Zone, "a"));
    add("nodes", "one is lost", FaultKind::Lose, target_of(Target::Kind::Node, "a/1"));
    for (const FailureDomain& domain : model_.placement->failure_domains)
      add("failure-domains." + domain.name, "is gone", FaultKind::Lose,
          target_of(Target::Kind::Domain, domain.name));
    return std::move(jobs_);
  }

 private:
  static Target target_of(Target::Kind kind, std::string name) {
    return {kind, std::move(name), {}, {}, {}, {}, {}};
  }

  void add(const std::string& part, const char* failure, FaultKind kind, const Target& target) {
    if (jobs_.size() >= kMostFailures) return;
    Fault fault = fault_of(kind, target);
    if (kind == FaultKind::Slow) fault.factor = {5};
    jobs_.push_back({experiment_of({fault}), part, failure});
  }

  const Architecture& model_;
  std::vector<Job> jobs_;
};

std::vector<PredictedFailure> run_all(const Architecture& model, const std::vector<Job>& jobs,
                                      const SimulateOptions& options, int threads) {
  std::vector<PredictedFailure> out(jobs.size());
  in_parallel(threads, static_cast<int>(jobs.size()), [&](int i) {
    const Job& job = jobs[static_cast<std::size_t>(i)];
    out[static_cast<std::size_t>(i)] = run(model, job.experiment, job.part, job.failure, options);
  });
  return out;
}

}  // namespace

Predictions predict(const Architecture& model, std::uint64_t seed, int jobs) {
  Predictions out;
  out.simulated = true;
  out.seed = seed;
  out.seconds = kLasts;
  SimulateOptions options;
  options.seed = seed;
  options.jobs = 1;
  options.replications = 1;
  options.measured = seconds(kMeasured);
  options.warm_up = seconds(10);
  options.max_events = kMostEvents;
  std::vector<Job> experiments;
  for (const Experiment& experiment : model.experiments) {
    if (experiment.faults.value.empty()) continue;
    std::vector<Fault> faults = experiment.faults.value;
    for (Fault& fault : faults) {
      fault.at = {seconds(kBefore), assumed()};
      fault.lasts = {seconds(kLasts), assumed()};
    }
    experiments.push_back({experiment_of(std::move(faults)), experiment.name, ""});
  }
  out.failures = run_all(model, Jobs(model).all(), options, jobs);
  out.experiments = run_all(model, experiments, options, jobs);
  return out;
}

}  // namespace scantling::generate
