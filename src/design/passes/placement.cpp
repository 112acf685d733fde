// Where it runs and how its parts reach and trust one another.
#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "base/text.h"
#include "design/locks.h"
#include "design/passes.h"
#include "design/stores.h"

namespace scantling {
namespace {

constexpr std::int64_t kMostNodeCpu = 1024;

bool regulated(const Workspace& ws) {
  return !ws.model.constraints->compliance->empty() || ws.has_profile(Profile::Regulated);
}

// Chooses by constraint, else best rank; small systems go without where `needed` is false.
void choose_technology(Workspace& ws, Field<std::string>& field, const Field<std::string>& given,
                       std::string_view kind, bool needed, const char* without,
                       const char* why_not_needed) {
  if (field.fixed()) return;
  Draft draft(ws, fmt::format("placement.{}", kind), "placement",
              fmt::format("which {} is used?", kind));
  const std::vector<EngineScore> ranked = rank_technologies(ws, kind, {});
  if (ranked.empty() && needed && !given) return;
  std::vector<std::string> names;
  for (const EngineScore& of : ranked)
    names.push_back(of.engine->name);
  if (*without != '\0') names.emplace_back(without);
  if (given) names = {*given};
  const std::size_t chosen = draft.pick(names, !given && !needed ? ranked.size() : 0);
  if (given) {
    draft.choose(names[chosen])
        .because("constraints name it")
        .traces({fmt::format("constraints.{}", kind)});
  } else if (chosen == ranked.size()) {
    draft.choose(names[chosen], {score("systems to run", 0)})
        .because(why_not_needed)
        .flips("flips with more than two services");
    if (!ranked.empty())
      draft.reject(ranked.front().engine->name, {score("systems to run", 1)},
                   "one more thing to run and to learn");
  } else {
    draft.choose(names[chosen], ranked[chosen].parts)
        .because("the best score on what the teams know and what it takes to run")
        .flips("flips if the teams know another");
    for (std::size_t i = 0; i < ranked.size() && i < 4; ++i)
      if (i != chosen)
        draft.reject(ranked[i].engine->name, ranked[i].parts,
                     ranked[i].against.empty() ? "a lower score" : ranked[i].against);
  }
  draft.reversibility(Reversibility::Costly);
  draft.set(field, names[chosen], fmt::format("placement.{}", kind));
}

void decide_security(Workspace& ws, Placement& placement) {
  Draft draft(ws, "placement.trust", "placement", "whom does a service trust?");
  const bool mesh = placement.mesh && *placement.mesh != "none";
  const bool tls = mesh || ws.model.services.size() > 1;
  const auto calls = std::ranges::count_if(all_endpoints(ws.model), [&](EndpointId id) {
    const Endpoint& e = ws.model.endpoint(id);
    return e.protocol && *e.protocol == ws.inside && (!e.implements || ws.inside != ws.outside);
  });
  const std::vector<std::string> names{"mutual TLS, and only the declared calls allowed",
                                       "TLS at the edge, and only the declared calls allowed"};
  const std::size_t chosen = draft.pick(names, tls ? 0 : 1);
  draft.choose(names[chosen])
      .reject("the network inside is trusted", {}, "one taken pod could ask anything of any other")
      .because(fmt::format("{} in the model; everything else is denied",
                           plural(calls, "internal endpoint")))
      .flips("no number flips it")
      .traces({"constraints.compliance"})
      .reversibility(Reversibility::Costly);
  draft.set(placement.mtls, chosen == 0, "placement.mtls");
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
  const double best = largest_cpu > 4 ? 16 : ws.model.services.size() > 2 ? 8 : 4;
  const auto memory_of = [&](double cpu) {
    return static_cast<std::int64_t>(
        std::max(cpu * 4, std::ceil(largest_memory / 1073741824.0 * 2)));
  };
  const auto name_of = [&](double cpu) {
    return fmt::format("{} vCPU, {} GiB", number_text(cpu, 3), memory_of(cpu));
  };
  Draft draft(ws, "placement.nodes", "placement", "how large is a node?");
  double cpu = best;
  if (const auto locked = leading_count(draft.locked()); locked && *locked <= kMostNodeCpu)
    if (const auto asked = static_cast<double>(*locked); says(name_of(asked), draft.locked()))
      cpu = asked;
  if (cpu != best) draft.left_open(name_of(best));
  const std::int64_t memory = memory_of(cpu);
  draft.choose(name_of(cpu), {score("largest pod", largest_cpu, "vCPU")})
      .reject(name_of(best * 4), {}, "the loss of one would take too many pods with it")
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
  Draft draft(ws, "placement.rollout", "operations", "how does a new version reach everybody?");
  constexpr Rollout kWays[] = {Rollout::Canary, Rollout::Rolling, Rollout::BlueGreen};
  const std::vector<std::string> names{"canary, 5% first, back by itself when its budget burns",
                                       "rolling", "blue-green"};
  const std::vector<Score> scores[] = {{score("users that a bad version reaches first", 5, "%")},
                                       {score("users that a bad version reaches first", 100, "%")},
                                       {score("capacity while it runs", 2, "x")}};
  constexpr const char* kWhyNot[] = {
      "an objective of this size does not pay for the analysis of a canary",
      "a bad version would reach everybody before the alarm",
      "twice the capacity for the time of a rollout"};
  const std::size_t chosen = draft.pick(names, wanted >= .999 ? 0 : 1);
  const Rollout rollout = kWays[chosen];
  draft.choose(names[chosen], scores[chosen]);
  for (std::size_t i = 0; i < names.size(); ++i)
    if (i != chosen) draft.reject(names[i], scores[i], kWhyNot[i]);
  draft
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
    const std::vector<std::string> names{fmt::format("active-active over {}", enumerate(regions)),
                                         "active-passive"};
    const std::vector<Score> idle{score("idle capacity", 50, "%")};
    const bool passive = draft.pick(names, 0) == 1;
    mode = passive ? RegionMode::ActivePassive : RegionMode::ActiveActive;
    draft.choose(names[passive], passive ? idle : several)
        .reject(names[!passive], passive ? several : idle,
                passive ? "a key's owner would be in each region, and keys have to be split by it"
                        : "the passive region would be paid for, and untested until it is needed")
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
  choose_technology(ws, placement.platform, constraints.platform, "platform", true, "", "");
  choose_technology(ws, placement.mesh, constraints.mesh, "mesh", several || regulated(ws), "none",
                    "at most two services: their own clients hold the timeouts and retries");
  choose_technology(ws, placement.gateway, constraints.gateway, "gateway", true, "", "");
  choose_technology(ws, placement.discovery, constraints.discovery, "discovery", true, "", "");
  choose_technology(ws, placement.identity, none, "identity", several || regulated(ws),
                    "service-account tokens",
                    "at most two services: the platform's own tokens tell them apart");
  choose_technology(ws, placement.secrets, none, "secrets", true, "", "");
  choose_technology(ws, placement.provider, constraints.provider, "provider", false, "generic",
                    "none is named");
  decide_security(ws, placement);
  decide_nodes(ws, placement);
  decide_rollout(ws, placement);
}

}  // namespace scantling
