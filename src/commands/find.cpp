#include "commands/find.h"

#include <iterator>

#include <fmt/core.h>

#include "commands/support.h"
#include "commands/watch.h"
#include "report/search.h"

namespace scantling {
namespace {

constexpr std::int64_t kTriggerSeconds[] = {1, 5, 20};

// False after a complaint.
bool find_one(const Invocation& invocation, const std::string& what, const Architecture& model,
              const Experiment& experiment, const SearchOptions& options, FoundInExperiment& out) {
  const auto complain = [&](const Error& error) {
    invocation.streams.complain(error.message);
    return false;
  };
  out.experiment = experiment.name;
  if (what == "capacity") {
    auto found = find_capacity(model, experiment, options);
    if (!found) return complain(found.error());
    out.capacity = std::move(*found);
  } else if (what == "replicas") {
    auto found = find_replicas(model, experiment, options);
    if (!found) return complain(found.error());
    out.replicas = std::move(*found);
  } else {
    SearchOptions each = options;  // of the most events, each length has its part
    each.most_events /= std::size(kTriggerSeconds);
    for (const std::int64_t seconds : kTriggerSeconds) {
      if (interrupted()) break;
      auto found = find_trigger(model, experiment, Duration{seconds * 1'000'000'000}, each);
      if (!found) return complain(found.error());
      out.triggers.push_back(std::move(*found));
    }
  }
  return true;
}

// The given system meets what is asked of it.
bool good(const std::string& what, const FoundInExperiment& found) {
  if (what == "capacity") return found.capacity.holds >= 1;
  if (what == "replicas") {
    for (const ServiceReplicas& s : found.replicas.services)
      if (s.needed > s.given) return false;
    return found.replicas.holds;
  }
  return true;
}

}  // namespace

int run_find(const Invocation& invocation, const Architecture& model,
             const std::vector<Experiment>& experiments, const SimulateOptions& options,
             const std::vector<std::pair<std::string, std::string>>& outputs) {
  const std::string what = invocation.get("--find");
  SearchOptions search;
  search.simulate = options;
  if (options.precision > 0) search.within = options.precision;
  search.simulate.precision = 0;
  // One experiment unless more are asked for: each takes a dozen runs or more.
  std::vector<Experiment> chosen = experiments;
  if (!invocation.has("--experiment")) chosen.resize(1);
  std::vector<FoundInExperiment> found;
  bool all_good = true;
  for (const Experiment& experiment : chosen) {
    if (interrupted()) break;
    if (invocation.streams.err_is_terminal || invocation.has("--watch"))
      invocation.streams.hint(fmt::format("searching in {}", experiment.name));
    FoundInExperiment one;
    if (!invocation.has("--for")) {
      const auto length = search_length(model, experiment, options, options.measured);
      if (!length) {
        invocation.streams.complain(length.error().message);
        return kExitUsage;
      }
      search.simulate.measured = *length;
    }
    if (!find_one(invocation, what, model, experiment, search, one)) return kExitUsage;
    all_good = all_good && good(what, one);
    found.push_back(std::move(one));
  }
  SimulationTextOptions text;
  text.width = invocation.streams.width;
  text.color = invocation.streams.color;
  const auto render = [&](std::string_view format) {
    return format == "json" ? search_json(model, what, found)
                            : search_terminal(model, what, found, text);
  };
  invocation.streams.print(render(invocation.get("--format", "human")));
  for (const auto& [format, path] : outputs)
    if (!save(invocation, path, render(format))) return kExitUsage;
  if (interrupted()) return exit_of_interrupt();
  return all_good ? kExitFine : kExitUnmet;
}

}  // namespace scantling
