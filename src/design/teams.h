// Who could own what: how many services a team can run, and which team fits which aggregates.
#pragma once

#include <vector>

#include "design/workspace.h"

namespace scantling {

// Teams that own product services: those whose skills are not all of platforms and meshes.
std::vector<TeamId> product_teams(const Workspace& ws);

// `owns-at-most`, or one service for each 2.5 people (at least one).
int services_a_team_can_own(const Team& team);
// Summed over the product teams; without teams, one for each two aggregates.
int services_the_teams_can_own(const Workspace& ws);

// For each context (given the aggregates of each) the team that should own it, -1 none. Names that
// share a stem count most (the context's, its data's, those of the operations on it), then skills
// that fit the data, then room left. Best pair first, ties in file order.
std::vector<TeamId> assign_teams(const Workspace& ws,
                                 const std::vector<std::vector<AggregateId>>& contexts,
                                 const std::vector<std::string>& names,
                                 const std::vector<TeamId>& given);

// The runtime that the team knows best (first in `knows`), or the catalogue's first choice.
std::string runtime_for(const Workspace& ws, TeamId team);

}  // namespace scantling
