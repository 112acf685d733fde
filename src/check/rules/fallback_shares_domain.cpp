#include <algorithm>
#include <set>

#include "check/rule_support.h"

namespace scantling {
namespace {

// What an access needs, as names of the model's elements.
struct Needs {
  std::set<std::int32_t> services, stores, channels, externals;
};

void need(const CheckContext& c, const Step& step, Needs& out) {
  if (step.store.valid()) out.stores.insert(step.store.index);
  if (step.channel.valid()) out.channels.insert(step.channel.index);
  if (step.external.valid()) out.externals.insert(step.external.index);
  if (!step.endpoint.valid()) return;
  for (const EndpointId endpoint : c.calls.waited_for(step.endpoint)) {
    out.services.insert(endpoint.service.index);
    for (const CallEdge& edge : c.calls.calls_of(endpoint))
      if (edge.external.valid() && edge.place.hard) out.externals.insert(edge.external.index);
    for (const PlacedStep& inner : placed_steps(*c.model.endpoint(endpoint).steps))
      if (inner.step->store.valid() && inner.place.hard) out.stores.insert(inner.step->store.index);
  }
}

// The name of a member that the access needs; empty without one.
std::string member_needed(const FailureDomain& domain, const Needs& needs) {
  const auto first = [](const auto& members, const std::set<std::int32_t>& of) -> std::string {
    for (const auto& member : *members)
      if (of.contains(member.id.index)) return member.name;
    return "";
  };
  std::string out = first(domain.services, needs.services);
  if (out.empty()) out = first(domain.stores, needs.stores);
  if (out.empty()) out = first(domain.channels, needs.channels);
  if (out.empty()) out = first(domain.externals, needs.externals);
  return out;
}

void look_at(const CheckContext& c, EndpointId endpoint, const Step& step) {
  if (step.fallback.empty()) return;
  Needs own, instead;
  need(c, step, own);
  for (const PlacedStep& placed : placed_steps(step.fallback))
    need(c, *placed.step, instead);
  for (const FailureDomain& domain : c.model.placement->failure_domains) {
    // When the caller itself is gone with the domain, nothing is left to fall back.
    const bool caller_too =
        domain.all_services.or_else(false) ||
        std::ranges::any_of(*domain.services, [&](const Ref<ServiceId>& member) {
          return member.id == endpoint.service;
        });
    if (caller_too) continue;
    const std::string first = member_needed(domain, own);
    const std::string second = member_needed(domain, instead);
    if (first.empty() || second.empty()) continue;
    Diagnostic& d = report(c, rule_fallback_shares_domain, place_of(step),
                           endpoint_name(c.model, endpoint) + ": what replaces " + step.target +
                               " fails together with it",
                           path_of(c.model, endpoint));
    d.fingerprint_salt = step.target + " " + domain.name;
    d.because = "failure domain " + domain.name + " takes " +
                (first == second ? first + ", which both need" : first + " and " + second);
    d.effect = "the fallback is missing when it is needed most";
    d.fixes.push_back(manual_fix("fall back on something outside of " + domain.name +
                                 ": a stored answer, a default, another provider"));
    touch(c, d, endpoint);
    return;
  }
}

void run(const CheckContext& c) {
  if (c.model.placement->failure_domains.empty()) return;
  for (const EndpointId id : all_endpoints(c.model))
    for_each_step(*c.model.endpoint(id).steps, [&](const Step& step) { look_at(c, id, step); });
}

}  // namespace

const Rule rule_fallback_shares_domain = {
    {"fallback-shares-domain", Severity::Warning, "availability",
     "a fallback that fails together with what it replaces"},
    {R"(What a call or an access falls back on needs a member of the same failure domain (`placement.failure-domains`) as what it replaces.)",
     R"(A common cause takes both at once, so that the fallback adds code and no availability. Facebook's engineers could not use their way in from outside on 2021-10-04 because it needed the same backbone and the same name servers as everything else ("More details about the October 4 outage", Engineering at Meta). Common-cause failures limit what any redundancy is worth (Mosleh and others, NUREG/CR-4780, 1988).)",
     R"(externals:
  psp: { latency: 200ms }
  second-psp: { latency: 200ms }
services:
  payments:
    endpoints:
      charge:
        http: POST /charges
        steps:
          - call: psp
            timeout: 1s
            fallback: [{ call: second-psp, timeout: 1s }]
placement:
  failure-domains:
    cloud: { summary: both run there, externals: [psp, second-psp] }
)",
     R"(externals:
  psp: { latency: 200ms }
  second-psp: { latency: 200ms }
services:
  payments:
    endpoints:
      charge:
        http: POST /charges
        steps:
          - call: psp
            timeout: 1s
            fallback: [{ call: second-psp, timeout: 1s }]
placement:
  failure-domains:
    cloud: { summary: only one of them runs there, externals: [psp] }
)",
     R"(When the fallback is for errors and slowness of the callee alone, and the common cause is rarer than the objective asks.)"},
    run};

}  // namespace scantling
