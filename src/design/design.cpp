#include "design/design.h"

#include <algorithm>

#include <fmt/core.h>

#include "check/check.h"
#include "design/loop.h"
#include "design/passes.h"

namespace scantling {
namespace {

struct Pass {
  PassInfo info;
  void (*run)(Workspace&);
};

constexpr Pass kPasses[] = {
#define PASS(name, decides) {{#name, decides}, pass_##name},
#include "design/passes.def"
#undef PASS
};

constexpr PassInfo kInfos[] = {
#define PASS(name, decides) {#name, decides},
#include "design/passes.def"
#undef PASS
};

void elaborate(Architecture& model, const Catalog& catalog, const DesignOptions& options,
               const Demands& demands) {
  Workspace ws(model, catalog, options, demands);
  for (const Pass& pass : kPasses) {
    if (std::ranges::find(options.without, pass.info.name) != options.without.end()) continue;
    if (options.progress) options.progress(pass.info.name);
    pass.run(ws);
  }
}

}  // namespace

std::span<const PassInfo> all_passes() {
  return kInfos;
}

DesignResult design(Architecture model, const Catalog& catalog, const DesignOptions& options) {
  DesignResult result;
  Demands demands;
  for (int number = 1;; ++number) {
    result.model = model;
    elaborate(result.model, catalog, options, demands);
    if (!options.simulate || !has_solution(result.model)) break;
    if (options.progress) options.progress(fmt::format("simulate, round {}", number));
    // Rounds look at what failed; once that holds, everything is run again on the final design.
    const bool again = number > 1 && number < options.rounds;
    auto simulation = prove(result.model, options, again ? &result.simulation : nullptr);
    if (again && simulation && simulation->verdict() != Verdict::Fails)
      simulation = prove(result.model, options);
    if (!simulation) {
      result.unmet.push_back({"", simulation.error().message, 0, 0, "", ""});
      break;
    }
    result.simulation = std::move(*simulation);
    if (result.simulation.verdict() != Verdict::Fails) break;
    LoopRound round;
    round.number = number;
    const bool more = demand(result.model, result.simulation, demands, round);
    result.rounds.push_back(std::move(round));
    if (!more || number >= options.rounds) {
      result.unmet = unmet_requirements(result.model, result.simulation);
      break;
    }
  }
  if (options.progress) options.progress("check");
  result.estimate = estimate(result.model);
  check(result.model, "", result.findings);
  result.findings.sort();
  return result;
}

}  // namespace scantling
