// The blocks of a report, by topic. An outline chooses among them, orders them and names the
// headings; a topic that the model holds nothing for has no block.
#pragma once

#include <string>
#include <vector>

#include "report/document.h"
#include "report/facts.h"
#include "report/requirements.h"

namespace scantling {

using Blocks = std::vector<Block>;

void add_domain_blocks(const Facts& facts, Blocks& to);         // contexts, boundaries, events
void add_service_blocks(const Facts& facts, Blocks& to);        // services, service
void add_communication_blocks(const Facts& facts, Blocks& to);  // sync, async, pattern, sequence
void add_data_blocks(const Facts& facts, Blocks& to);           // sagas, stores
void add_operating_blocks(const Facts& facts, Blocks& to);      // mesh, trust, deploy, tracing, slo
void add_compliance_blocks(const Facts& facts, Blocks& to);     // compliance
void add_proof_blocks(const Facts& facts, const std::vector<Requirement>& requirements,
                      Blocks& to);  // unmet, load, faults, messaging, checks, loop, notes
void add_verification_block(const Facts& facts, Blocks& to);  // verification
void add_plan_blocks(const Facts& facts, Blocks& to);  // migration, assumptions, decisions, cost,
                                                       // technology, existing, risks

// System domain, services, tier, teams.
std::vector<Item> title_facts(const Facts& facts);

enum class Tier : std::uint8_t { Simple, Moderate, Complex, Distributed };
Tier complexity_tier(const Architecture& model);

// "6..24 instances, on utilisation 60%, ready after 90s, spread over zones"; may be empty.
std::string scaling_text(const Service& service);

// The decision that set the value, if any.
const Decision* decision_of(const Architecture& model, const Provenance& from);
// "if peak > 14k/s": its `flips` without the word itself.
std::string flip_text(const Decision& decision);

}  // namespace scantling
