#include <map>

#include "base/text.h"
#include "check/rule_support.h"

namespace scantling {
namespace {

TeamId team_of(const Architecture& model, const Service& service) {
  if (service.team && service.team->id.valid()) return service.team->id;
  if (!service.context || !service.context->id.valid()) return {};
  const auto& team = model.contexts[service.context->id].team;
  return team ? team->id : TeamId{};
}

void run(const CheckContext& c) {
  std::map<TeamId, std::vector<std::string>> owned;
  for (const Service& service : c.model.services)
    if (const TeamId team = team_of(c.model, service); team.valid())
      owned[team].push_back(service.name);
  for (const auto& [id, services] : owned) {
    const Team& team = c.model.teams[id];
    if (!team.owns_at_most) continue;
    const std::int64_t most = team.owns_at_most->value;
    if (static_cast<std::int64_t>(services.size()) <= most) continue;
    Diagnostic& d =
        report(c, rule_team_overloaded, place_of(team.owns_at_most.from, team.from.span),
               "team " + team.name + " owns " +
                   plural(static_cast<std::int64_t>(services.size()), "service") + ", at most " +
                   std::to_string(most),
               "teams." + team.name);
    d.because = enumerate(services) +
                (team.size ? " for a team of " + std::to_string(team.size->value) : std::string());
    d.fixes.push_back(manual_fix("join services of one context, or give some to another team"));
  }
}

}  // namespace

const Rule rule_team_overloaded = {
    {"team-overloaded", Severity::Warning, "boundaries", "a team owns more services than it can"},
    {R"(The services of a team, by themselves or by their contexts, are more than its `owns-at-most`.)",
     R"(Each service wants upgrades, alerts and someone who knows it. Beyond what a team can hold in its head (Skelton and Pais, "Team Topologies", 2019, on cognitive load) services rot, and their boundaries cost without being worth it.)",
     R"(teams:
  money: { size: 4, owns-at-most: 1 }
services:
  payments: { team: money }
  ledger: { team: money }
)",
     R"(teams:
  money: { size: 4, owns-at-most: 2 }
services:
  payments: { team: money }
  ledger: { team: money }
)",
     R"(When the team is about to grow, with a date.)"},
    run};

}  // namespace scantling
