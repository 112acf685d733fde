#include "design/teams.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace scantling {
namespace {

constexpr double kPeoplePerService = 2.5;

bool is_platform_skill(const Workspace& ws, std::string_view skill) {
  const Technology* technology = ws.catalog.find(skill);
  if (technology == nullptr) return false;
  static constexpr std::string_view kKinds[] = {"platform", "mesh",   "secrets",
                                                "gateway",  "policy", "identity"};
  return std::ranges::find(kKinds, std::string_view(technology->kind)) != std::end(kKinds);
}

// The longest common prefix of two words counts as a shared stem from four letters on.
double stem_match(std::string_view a, std::string_view b) {
  std::size_t n = 0;
  while (n < a.size() && n < b.size() && a[n] == b[n])
    ++n;
  return n >= 4 ? static_cast<double>(n) / static_cast<double>(std::max(a.size(), b.size())) : 0;
}

// Words that belong to one line of business: a team named after one of them fits data named after
// another. Stems, so that "payment" and "payments" both match.
constexpr std::string_view kTrades[] = {
    "money payment billing financ invoice charge refund settle transfer card balance processing "
    "transaction authoriz",
    "ledger account transfer entry booking posting",
    "logistic stock inventor shipment warehouse deliver carrier fulfil",
    "storefront product catalog cart price browse search review",
    "order cart checkout basket",
    "onboarding customer kyc user profile identity aml",
    "access auth api-key key merchant credential session",
    "risk fraud aml sanction score compliance",
    "channel statement document portal mobile",
    "insight report analytic statistic sales figure log metric",
    "messag notification webhook mail push event",
    "intake ingest reading sensor measurement",
    "stream rollup window aggregat",
    "product dashboard alarm account device",
};

double trade_match(std::string_view team, std::string_view name) {
  for (const std::string_view trade : kTrades) {
    const std::vector<std::string_view> stems = split_words(trade);
    const auto has = [&](std::string_view text) {
      return std::ranges::any_of(
          stems, [&](std::string_view stem) { return text.find(stem) != std::string_view::npos; });
    };
    if (has(team) && has(name)) return 1;
  }
  return 0;
}

// How well the team's name fits what is asked of the data, by the share of it that is asked there:
// "search" and search-hotels.
double asked_match(const Workspace& ws, const Team& team,
                   const std::vector<AggregateId>& aggregates) {
  double out = 0;
  for (const Operation& operation : ws.model.operations) {
    if (operation.steps->empty()) continue;
    const auto here = std::ranges::count_if(*operation.steps, [&](const ProblemStep& step) {
      return std::ranges::find(aggregates, step.aggregate.id) != aggregates.end();
    });
    const double share = static_cast<double>(here) / static_cast<double>(operation.steps->size());
    for (const std::string_view word : split(operation.name, '-'))
      out = std::max(out, share * stem_match(team.name, word));
  }
  return out;
}

double fit(const Workspace& ws, const Team& team, const std::vector<AggregateId>& aggregates,
           const std::string& name) {
  double out = stem_match(team.name, name) * 3 + asked_match(ws, team, aggregates);
  for (const AggregateId id : aggregates) {
    const Aggregate& aggregate = ws.model.aggregates[id];
    out += (stem_match(team.name, kebab_case(aggregate.name)) * 2 +
            trade_match(team.name, kebab_case(aggregate.name))) /
           static_cast<double>(aggregates.size());
    const bool huge = stored_bytes(aggregate, 1) > 500e9;
    for (const std::string& skill : *team.knows) {
      const Technology* technology = ws.catalog.find(skill);
      if (technology == nullptr) continue;
      const bool analytic = technology->kind == "analytics" || technology->model == "wide-column";
      const bool relational = technology->model == "relational";
      if (huge && analytic) out += .6 / static_cast<double>(aggregates.size());
      if (!huge && relational) out += .3 / static_cast<double>(aggregates.size());
    }
  }
  return out;
}

}  // namespace

std::vector<TeamId> product_teams(const Workspace& ws) {
  std::vector<TeamId> out;
  for (const TeamId id : ws.model.teams.ids()) {
    const auto& knows = *ws.model.teams[id].knows;
    const bool platform = !knows.empty() && std::ranges::all_of(knows, [&](const std::string& s) {
      return is_platform_skill(ws, s);
    });
    if (!platform) out.push_back(id);
  }
  return out;
}

int services_a_team_can_own(const Team& team) {
  if (team.owns_at_most) return static_cast<int>(team.owns_at_most->value);
  const double people = static_cast<double>(team.size.or_else(Count{4}).value);
  return std::max(1, static_cast<int>(std::lround(people / kPeoplePerService)));
}

int services_the_teams_can_own(const Workspace& ws) {
  int out = 0;
  for (const TeamId id : product_teams(ws))
    out += services_a_team_can_own(ws.model.teams[id]);
  if (out == 0) out = std::max(1, static_cast<int>(ws.model.aggregates.size() / 2));
  return out;
}

std::vector<TeamId> assign_teams(const Workspace& ws,
                                 const std::vector<std::vector<AggregateId>>& contexts,
                                 const std::vector<std::string>& names,
                                 const std::vector<TeamId>& given) {
  const std::vector<TeamId> teams = product_teams(ws);
  std::vector<TeamId> out = given;
  out.resize(contexts.size());
  if (teams.empty()) return out;
  std::vector<int> load(ws.model.teams.size(), 0);
  for (const TeamId team : out)
    if (team.valid()) ++load[static_cast<std::size_t>(team.index)];
  // Best pair first: the fit, less a growing price for a team that is full.
  for (;;) {
    double best = -1e9;
    std::size_t best_context = contexts.size();
    TeamId best_team;
    for (std::size_t c = 0; c < contexts.size(); ++c) {
      if (out[c].valid()) continue;
      for (const TeamId team : teams) {
        const int owned = load[static_cast<std::size_t>(team.index)];
        const int most = services_a_team_can_own(ws.model.teams[team]);
        double value = fit(ws, ws.model.teams[team], contexts[c], names[c]);
        value -= .25 * owned;
        if (owned >= most) value -= 10 + owned - most;
        if (value > best + 1e-12) best = value, best_context = c, best_team = team;
      }
    }
    if (best_context == contexts.size()) break;
    out[best_context] = best_team;
    ++load[static_cast<std::size_t>(best_team.index)];
  }
  return out;
}

std::string runtime_for(const Workspace& ws, TeamId team) {
  if (team.valid())
    for (const std::string& skill : *ws.model.teams[team].knows) {
      const Technology* technology = ws.catalog.find(skill);
      if (technology != nullptr && technology->kind == "runtime") return technology->name;
    }
  for (const TeamId other : ws.model.teams.ids())
    for (const std::string& skill : *ws.model.teams[other].knows) {
      const Technology* technology = ws.catalog.find(skill);
      if (technology != nullptr && technology->kind == "runtime") return technology->name;
    }
  return "java";
}

}  // namespace scantling
