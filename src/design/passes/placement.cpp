// Where it runs and how its parts reach and trust one another.
#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "base/text.h"
#include "design/passes.h"
#include "design/stores.h"

namespace scantling {
namespace {

bool regulated(const Workspace& ws) {
  return !ws.model.constraints->compliance->empty() || ws.has_profile(Profile::Regulated);
}

// Chooses by constraint, else best rank; small systems go without where `needed` is false.
void choose_technology(Workspace& ws, Field<std::string>& field, const Field<std::string>& given,
                       std::string_view kind, const char* what, bool needed, const char* without,
                       const char* why_not_needed) {
  if (field.fixed()) return;
  Draft draft(ws, fmt::format("placement.{}", what), "placement",
              fmt::format("which {} is used?", what));
  const std::string locked = ws.locked_choice(fmt::format("placement.{}", what));
  std::string chosen;
  if (!locked.empty()) chosen = locked;
  const std::vector<EngineScore> ranked = rank_technologies(ws, kind, {});
  if (chosen.empty() && given) {
    chosen = *given;
    draft.choose(chosen)
        .because("constraints name it")
        .traces({fmt::format("constraints.{}", what)});
  } else if (chosen.empty() && !needed) {
    chosen = without;
    draft.choose(chosen, {score("systems to run", 0)})
        .because(why_not_needed)
        .flips("flips with more than two services");
    if (!ranked.empty())
      draft.reject(ranked.front().engine->name, {score("systems to run", 1)},
                   "one more thing to run and to learn");
  } else {
    if (chosen.empty() && ranked.empty()) return;
    if (chosen.empty()) chosen = ranked.front().engine->name;
    draft.choose(chosen, ranked.empty() ? std::vector<Score>{} : ranked.front().parts)
        .because("the best score on what the teams know and what it takes to run")
        .flips("flips if the teams know another");
    for (std::size_t i = 0; i < ranked.size() && i < 4; ++i)
      if (ranked[i].engine->name != chosen)
        draft.reject(ranked[i].engine->name, ranked[i].parts,
                     ranked[i].against.empty() ? "a lower score" : ranked[i].against);
  }
  draft.reversibility(Reversibility::Costly);
  draft.set(field, chosen, fmt::format("placement.{}", what));
}

void decide_security(Workspace& ws, Placement& placement) {
  Draft draft(ws, "placement.trust", "placement", "whom does a service trust?");
  const bool mesh = placement.mesh && *placement.mesh != "none";
  const auto calls = std::ranges::count_if(all_endpoints(ws.model), [&](EndpointId id) {
    const Endpoint& e = ws.model.endpoint(id);
    return e.protocol && *e.protocol == Protocol::Grpc;
  });
  draft
      .choose(mesh || ws.model.services.size() > 1
                  ? "mutual TLS, and only the declared calls allowed"
                  : "TLS at the edge, and only the declared calls allowed")
      .reject("the network inside is trusted", {}, "one taken pod could ask anything of any other")
      .because(fmt::format("{} in the model; everything else is denied",
                           plural(calls, "internal endpoint")))
      .flips("no number flips it")
      .traces({"constraints.compliance"})
      .reversibility(Reversibility::Costly);
  draft.set(placement.mtls, mesh || ws.model.services.size() > 1, "placement.mtls");
  draft.set(placement.network_policy, std::string("deny by default, declared calls allowed"),
            "placement.network-policy");
}

void decide_nodes(Workspace& ws, Placement& placement) {
  double largest_cpu = 0, largest_memory = 0;
  for (const Service& service : ws.model.services)
    if (service.runtime) {
      largest_cpu = std::max(largest_cpu, service.runtime->cpu.or_else({1}).value);
      largest_memory = std::max(
          largest_memory, static_cast<double>(service.runtime->memory.or_else({1 << 30}).count));
    }
  const double cpu = largest_cpu > 4 ? 16 : ws.model.services.size() > 2 ? 8 : 4;
  const std::int64_t memory =
      static_cast<std::int64_t>(std::max(cpu * 4, std::ceil(largest_memory / 1073741824.0 * 2)));
  Draft draft(ws, "placement.nodes", "placement", "how large is a node?");
  draft
      .choose(fmt::format("{} vCPU, {} GiB", number_text(cpu, 3), memory),
              {score("largest pod", largest_cpu, "vCPU")})
      .reject(fmt::format("{} vCPU", number_text(cpu * 4, 3)), {},
              "the loss of one would take too many pods with it")
      .because(fmt::format("at least four of the largest pod ({} vCPU) fit on one",
                           number_text(largest_cpu, 3)))
      .flips("flips if a pod needs more than a quarter of it")
      .reversibility(Reversibility::Easy);
  if (placement.nodes.fixed()) return;
  NodeSize& nodes = draft.group(placement.nodes);
  draft.set(nodes.cpu, Cores{cpu}, "placement.nodes.cpu");
  draft.set(nodes.memory, Bytes{memory << 30}, "placement.nodes.memory");
}

void decide_rollout(Workspace& ws, Placement& placement) {
  if (placement.rollout.fixed()) return;
  double wanted = 0;
  for (const Operation& operation : ws.model.operations)
    if (operation.objective && operation.objective->availability)
      wanted = std::max(wanted, operation.objective->availability->value);
  const Rollout rollout = wanted >= .999 ? Rollout::Canary : Rollout::Rolling;
  Draft draft(ws, "placement.rollout", "operations", "how does a new version reach everybody?");
  draft
      .choose(rollout == Rollout::Canary ? "canary, 5% first, back by itself when its budget burns"
                                         : "rolling")
      .reject(rollout == Rollout::Canary ? "rolling" : "canary",
              {score("users that a bad version reaches first", rollout == Rollout::Canary ? 100 : 5,
                     "%")},
              rollout == Rollout::Canary
                  ? "a bad version would reach everybody before the alarm"
                  : "an objective of this size does not pay for the analysis of a canary")
      .reject("blue-green", {score("capacity while it runs", 2, "x")},
              "twice the capacity for the time of a rollout")
      .because(fmt::format("the strictest availability is {}: a bad version at 100% for 5 min "
                           "would spend {}% of a month's budget",
                           to_text(Share{wanted}),
                           number_text(wanted >= 1 ? 100 : 5.0 / (43'800 * (1 - wanted)) * 100, 3)))
      .flips("flips if every availability objective < 99.9%")
      .reversibility(Reversibility::Easy);
  draft.set(placement.rollout, rollout, "placement.rollout");
  if (rollout == Rollout::Canary) draft.set(placement.canary, Share{.05}, "placement.canary");
  draft.set(placement.environments, std::vector<std::string>{"dev", "staging", "production"},
            "placement.environments");
}

}  // namespace

void decide_regions(Workspace& ws) {
  if (!ws.model.placement.has()) ws.model.placement.from = {Origin::Decided, {}, {}};
  Placement& placement = ws.model.placement.value;
  const std::vector<std::string>& regions = *ws.model.constraints->regions;
  double wanted = 0;
  std::string who;
  for (const Operation& operation : ws.model.operations)
    if (operation.objective && operation.objective->availability &&
        operation.objective->availability->value > wanted)
      wanted = operation.objective->availability->value, who = operation.name;
  Draft draft(ws, "placement.regions", "placement",
              "in which regions and zones does it run, and which of them serve?");
  // A region is up 99.99% of the time: the promise of the larger providers' multi-zone services.
  const double one = .9999, two = 1 - (1 - one) * (1 - one);
  const std::vector<Score> single{score("availability of the regions", one * 100, "%"),
                                  score("copies of everything", 1, "x")};
  const std::vector<Score> several{
      score("availability of the regions", two * 100, "%"),
      score("copies of everything", static_cast<double>(std::max<std::size_t>(2, regions.size())),
            "x")};
  RegionMode mode = RegionMode::Single;
  if (regions.size() > 1) {
    const bool invariants = std::ranges::any_of(
        ws.model.aggregates, [](const Aggregate& a) { return a.invariant.has(); });
    mode = RegionMode::ActiveActive;
    draft.choose(fmt::format("active-active over {}", enumerate(regions)), several)
        .reject("active-passive", {score("idle capacity", 50, "%")},
                "the passive region would be paid for, and untested until it is needed")
        .because(fmt::format("{} asks for {}{}", who, to_text(Share{wanted}),
                             invariants ? "; what an invariant guards has one home region a key, "
                                          "so that no two regions decide at once"
                                        : ""))
        .flips("flips if one region is enough for the objective");
  } else {
    draft
        .choose(fmt::format("{}, {}", regions.empty() ? std::string("one region") : regions.front(),
                            plural(ws.zones(), "zone")),
                single)
        .reject("two regions, active-passive", several,
                wanted > one ? "constraints name one region"
                             : fmt::format("{} needs {}, which one region's {} covers",
                                           who.empty() ? "nothing" : who, to_text(Share{wanted}),
                                           to_text(Share{one})))
        .because(fmt::format("the strictest objective is {} ({})", to_text(Share{wanted}), who))
        .flips(fmt::format("flips if an objective > {}", to_text(Share{one})));
  }
  draft.traces({"constraints.regions", "constraints.zones"}).reversibility(Reversibility::Hard);
  draft.set(placement.regions, regions, "placement.regions");
  draft.set(placement.zones, Count{ws.zones()}, "placement.zones");
  draft.set(placement.mode, mode, "placement.mode");
  draft.set(placement.same_zone, Duration{250'000}, "placement.same-zone");
  draft.set(placement.other_zone, Duration{500'000}, "placement.other-zone");
  if (regions.size() > 1)
    draft.set(placement.other_region, Duration{12'000'000}, "placement.other-region");
}

void pass_placement(Workspace& ws) {
  if (ws.model.services.empty()) return;
  Placement& placement = ws.model.placement.value;
  const Constraints& constraints = *ws.model.constraints;
  const bool several = ws.model.services.size() > 2;
  const Field<std::string> none;
  choose_technology(ws, placement.platform, constraints.platform, "platform", "platform", true, "",
                    "");
  choose_technology(ws, placement.mesh, constraints.mesh, "mesh", "mesh", several || regulated(ws),
                    "none",
                    "at most two services: their own clients hold the timeouts and retries");
  choose_technology(ws, placement.gateway, constraints.gateway, "gateway", "gateway", true, "", "");
  choose_technology(ws, placement.discovery, constraints.discovery, "discovery", "discovery", true,
                    "", "");
  choose_technology(ws, placement.identity, none, "identity", "identity", several || regulated(ws),
                    "service-account tokens",
                    "at most two services: the platform's own tokens tell them apart");
  choose_technology(ws, placement.secrets, none, "secrets", "secrets", true, "", "");
  choose_technology(ws, placement.provider, constraints.provider, "provider", "provider", false,
                    "generic", "none is named");
  decide_security(ws, placement);
  decide_nodes(ws, placement);
  decide_rollout(ws, placement);
}

}  // namespace scantling
