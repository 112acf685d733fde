#include "design/conflicts.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include <fmt/core.h>

#include "base/text.h"
#include "design/loop.h"

namespace scantling {
namespace {

constexpr std::size_t kMostExplained = 3;  // expectations; each is a search of its own
constexpr int kMostDesigns = 40;           // of one search

// --- the search ---

using Indices = std::vector<std::size_t>;

class ConflictSearch {
 public:
  ConflictSearch(const Architecture& problem, const std::vector<Line>& lines, const Misses& misses,
                 int most_designs)
      : problem_(problem), lines_(lines), misses_(misses), left_(most_designs) {}

  Indices find() {
    Indices all(lines_.size());
    std::iota(all.begin(), all.end(), 0);
    if (all.empty() || missed({})) return {};
    Indices out = among({}, false, all);
    std::ranges::sort(out);
    return left_ < 0 ? Indices{} : out;
  }

 private:
  // Of `lines`, what is in conflict beside `kept`; `grown`: `kept` has more lines than when it was
  // last tried.
  Indices among(const Indices& kept, bool grown, const Indices& lines) {
    if (grown && missed(kept)) return {};
    if (left_ < 0 || lines.size() == 1) return lines;
    const auto half = lines.begin() + static_cast<std::ptrdiff_t>(lines.size() / 2);
    const Indices first(lines.begin(), half), second(half, lines.end());
    const Indices of_second = among(joined(kept, first), true, second);
    const Indices of_first = among(joined(kept, of_second), !of_second.empty(), first);
    return joined(of_first, of_second);
  }

  bool missed(const Indices& kept) {
    if (--left_ < 0) return false;
    Architecture model = problem_;
    for (std::size_t i = 0; i < lines_.size(); ++i)
      if (std::ranges::find(kept, i) == kept.end()) lines_[i].leave_out(model);
    return misses_(model);
  }

  static Indices joined(Indices a, const Indices& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  }

  const Architecture& problem_;
  const std::vector<Line>& lines_;
  const Misses& misses_;
  int left_;
};

// --- the lines ---

void add_places(const Architecture& problem, std::vector<Line>& out) {
  if (problem.constraints->regions.fixed() && problem.constraints->regions->size() > 1)
    out.push_back(
        {"constraints.regions", [](Architecture& m) { m.constraints->regions->resize(1); }});
  if (problem.constraints->zones.fixed() && problem.constraints->zones->value > 1)
    out.push_back(
        {"constraints.zones", [](Architecture& m) { m.constraints->zones.value = Count{1}; }});
}

// Takes back the field, if the model gives it.
template <class Field, class Get>
void add_given(std::vector<Line>& out, const Field& field, std::string path, Get get) {
  if (field.has() && field.from.origin == Origin::Given)
    out.push_back({std::move(path), [get](Architecture& m) { get(m) = {}; }});
}

bool any_given(const CallPolicy& policy) {
  const auto is = [](const auto& field) {
    return field.has() && field.from.origin == Origin::Given;
  };
  return is(policy.timeout) || is(policy.retry) || is(policy.breaker) || is(policy.hedge) ||
         is(policy.at_once) || is(policy.throttle) || is(policy.deadline);
}

// Every step of the endpoint, those inside others too.
template <class Visit>
void each_step(std::vector<Step>& steps, const Visit& visit) {
  for (Step& step : steps) {
    visit(step);
    each_step(step.steps, visit);
    each_step(step.fallback, visit);
    each_step(step.miss.value.then, visit);
    for (Branch& branch : step.branches)
      each_step(branch.steps, visit);
  }
}

template <class Visit>
void each_step_of(Architecture& model, const Visit& visit) {
  for (Service& service : model.services)
    for (Endpoint& endpoint : service.endpoints)
      each_step(endpoint.steps.value, [&](Step& step) { visit(service, endpoint, step); });
}

// What calls are given: by bundle, and by endpoint where it is said at the step itself.
void add_waits(const Architecture& problem, std::vector<Line>& out) {
  std::set<std::string> bundles, endpoints;
  Architecture copy = problem;
  each_step_of(copy, [&](const Service& service, const Endpoint& endpoint, const Step& step) {
    if (!any_given(step.policy)) return;
    if (step.use)
      bundles.insert(step.use->name);
    else
      endpoints.insert(service.name + "." + endpoint.name);
  });
  for (const std::string& name : bundles)
    out.push_back({"policies." + name, [name](Architecture& m) {
                     for (Policy& policy : m.policies)
                       if (policy.name == name) policy.policy = {};
                     each_step_of(m, [&](const Service&, const Endpoint&, Step& step) {
                       if (step.use && step.use->name == name) step.policy = {};
                     });
                   }});
  for (const std::string& name : endpoints)
    out.push_back({fmt::format("the waits of {}", name), [name](Architecture& m) {
                     each_step_of(
                         m, [&](const Service& service, const Endpoint& endpoint, Step& step) {
                           if (!step.use && service.name + "." + endpoint.name == name)
                             step.policy = {};
                         });
                   }});
}

void add_sizes(const Architecture& problem, std::vector<Line>& out) {
  for (const ServiceId id : problem.services.ids()) {
    const Service& service = problem.services[id];
    const std::string path = "services." + service.name;
    if (service.runtime.has()) {
      const auto runtime = [id](Architecture& m) -> Runtime& { return *m.services[id].runtime; };
      const Runtime& of = *service.runtime;
      add_given(out, of.instances, path + ".instances",
                [=](Architecture& m) -> auto& { return runtime(m).instances; });
      add_given(out, of.cpu, path + ".cpu",
                [=](Architecture& m) -> auto& { return runtime(m).cpu; });
      add_given(out, of.concurrency, path + ".concurrency",
                [=](Architecture& m) -> auto& { return runtime(m).concurrency; });
      add_given(out, of.queue, path + ".queue",
                [=](Architecture& m) -> auto& { return runtime(m).queue; });
    }
    add_given(out, service.scale, path + ".scale",
              [id](Architecture& m) -> auto& { return m.services[id].scale; });
    add_given(out, service.health, path + ".health",
              [id](Architecture& m) -> auto& { return m.services[id].health; });
    add_given(out, service.rate_limit, path + ".rate-limit",
              [id](Architecture& m) -> auto& { return m.services[id].rate_limit; });
  }
}

void add_stores(const Architecture& problem, std::vector<Line>& out) {
  for (const StoreId id : problem.stores.ids()) {
    const Store& store = problem.stores[id];
    const std::string path = "stores." + store.name;
    if (store.engine.has() && store.engine.from.origin == Origin::Given)
      out.push_back({path + ".engine", [id](Architecture& m) {
                       Store& of = m.stores[id];
                       of.engine = {}, of.failover = {}, of.read = {}, of.write = {};
                       of.concurrency = {}, of.max_connections = {};
                     }});
    add_given(out, store.copies, path + ".copies",
              [id](Architecture& m) -> auto& { return m.stores[id].copies; });
    add_given(out, store.shards, path + ".shards",
              [id](Architecture& m) -> auto& { return m.stores[id].shards; });
    add_given(out, store.pool, path + ".pool",
              [id](Architecture& m) -> auto& { return m.stores[id].pool; });
  }
}

void add_externals(const Architecture& problem, std::vector<Line>& out) {
  for (const ExternalId id : problem.externals.ids()) {
    const std::string path = "externals." + problem.externals[id].name;
    add_given(out, problem.externals[id].limit, path + ".limit",
              [id](Architecture& m) -> auto& { return m.externals[id].limit; });
    add_given(out, problem.externals[id].availability, path + ".availability",
              [id](Architecture& m) -> auto& { return m.externals[id].availability; });
    if (problem.externals[id].latency.has())
      out.push_back({path + ".latency", [id](Architecture& m) {
                       m.externals[id].latency.value = TimeLaw{};  // answers at once
                     }});
  }
}

void add_loads(const Architecture& problem, std::vector<Line>& out) {
  for (const OperationId id : problem.operations.ids()) {
    const Operation& operation = problem.operations[id];
    if (!operation.load || !operation.load->mean || !operation.load->peak ||
        operation.load->peak->per_second <= operation.load->mean->per_second)
      continue;
    out.push_back({"operations." + operation.name + ".load.peak", [id](Architecture& m) {
                     m.operations[id].load->peak.value = *m.operations[id].load->mean;
                   }});
  }
}

void add_experiment(const Architecture& problem, const std::string& name, std::vector<Line>& out) {
  const auto id = find_by_name(problem.experiments, name);
  if (!id.valid()) return;
  const Experiment& experiment = problem.experiments[id];
  const std::string path = "experiments." + name;
  add_given(out, experiment.load, path + ".load",
            [id](Architecture& m) -> auto& { return m.experiments[id].load; });
  // One after the other, the last first: those before keep their place.
  for (std::size_t i = experiment.faults->size(); i-- > 0;)
    out.push_back({fmt::format("{}.faults[{}]", path, i), [id, i](Architecture& m) {
                     auto& faults = m.experiments[id].faults.value;
                     faults.erase(faults.begin() + static_cast<std::ptrdiff_t>(i));
                   }});
}

// All that is given of the solution: its services and what stands between them.
void add_solution(const Architecture& problem, std::vector<Line>& out) {
  if (problem.services.empty()) return;
  out.push_back({"services (as they are given)", [](Architecture& m) {
                   m.contexts.raw().clear();
                   m.relations = {};
                   m.services.raw().clear();
                   m.stores.raw().clear();
                   m.channels.raw().clear();
                   m.sagas.raw().clear();
                   m.policies.raw().clear();
                   // The design finds them again by name, if it makes them.
                   for (Experiment& experiment : m.experiments)
                     for (Fault& fault : experiment.faults.value)
                       for (Target* target : {&fault.target, &fault.to}) {
                         target->service = {}, target->store = {};
                         target->channel = {}, target->endpoint = {};
                       }
                 }});
}

}  // namespace

std::vector<std::size_t> minimal_conflict(const Architecture& problem,
                                          const std::vector<Line>& lines, const Misses& misses,
                                          int most_designs) {
  return ConflictSearch(problem, lines, misses, most_designs).find();
}

Architecture redesigned(Architecture problem, const Catalog& catalog, DesignOptions options) {
  options.verify = false;
  options.progress = {};
  options.without.emplace_back("migration");
  return run_passes(std::move(problem), catalog, options);
}

std::vector<Line> lines_that_cost(const Architecture& problem) {
  std::vector<Line> out;
  add_places(problem, out);
  for (const Experiment& experiment : problem.experiments)
    out.push_back({"experiments." + experiment.name, [name = experiment.name](Architecture& m) {
                     std::erase_if(m.experiments.raw(),
                                   [&](const Experiment& e) { return e.name == name; });
                   }});
  for (const OperationId id : problem.operations.ids()) {
    const Operation& operation = problem.operations[id];
    if (operation.objective && operation.objective->availability.fixed())
      out.push_back({"operations." + operation.name + ".objective.availability",
                     [id](Architecture& m) { m.operations[id].objective->availability = {}; }});
  }
  for (const AggregateId id : problem.aggregates.ids())
    if (problem.aggregates[id].history.fixed())
      out.push_back({"aggregates." + problem.aggregates[id].name + ".history",
                     [id](Architecture& m) { m.aggregates[id].history = {}; }});
  return out;
}

std::vector<Line> lines_that_slow(const Architecture& problem, const std::string& experiment) {
  std::vector<Line> out;
  add_places(problem, out);
  add_given(out, problem.constraints->forbidden, "constraints.forbidden",
            [](Architecture& m) -> auto& { return m.constraints->forbidden; });
  add_given(out, problem.constraints->required, "constraints.required",
            [](Architecture& m) -> auto& { return m.constraints->required; });
  add_waits(problem, out);
  add_sizes(problem, out);
  add_stores(problem, out);
  add_externals(problem, out);
  add_loads(problem, out);
  add_experiment(problem, experiment, out);
  add_solution(problem, out);  // the last: it takes away what the others change
  return out;
}

void explain_conflicts(const Architecture& problem, const Catalog& catalog,
                       const DesignOptions& options, DesignResult& result) {
  std::map<std::string, std::string> experiment_of;  // by path of what is expected
  for (const ExperimentResult& experiment : result.simulation.experiments)
    for (const Judgement& j : experiment.judgements)
      if (j.verdict == Verdict::Fails) experiment_of.try_emplace(j.path, experiment.name);
  std::size_t explained = 0;
  for (Unmet& unmet : result.unmet) {
    const auto at = experiment_of.find(unmet.path);
    if (at == experiment_of.end() || explained++ == kMostExplained) continue;
    if (options.progress) options.progress(fmt::format("what rules out {}", unmet.path));
    const auto misses = [&](const Architecture& changed) {
      const auto run = prove(redesigned(changed, catalog, options), options,
                             [&](const std::string& name) { return name == at->second; });
      if (!run) return true;
      for (const ExperimentResult& experiment : run->experiments)
        for (const Judgement& j : experiment.judgements)
          if (j.path == unmet.path && j.verdict == Verdict::Fails) return true;
      return false;
    };
    const std::vector<Line> lines = lines_that_slow(problem, at->second);
    for (const std::size_t i : minimal_conflict(problem, lines, misses, kMostDesigns))
      unmet.conflict.push_back(lines[i].path);
  }
}

}  // namespace scantling
