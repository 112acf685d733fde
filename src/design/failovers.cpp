#include "design/failovers.h"

#include <algorithm>
#include <set>

namespace scantling {
namespace {

constexpr double kPatience = 5;  // times the p99
// Of whoever asks, when something is broken: half of the 10 s for which people keep their attention
// on an answer (Nielsen, Usability Engineering, 1993, section 5.5).
constexpr double kLeastPatienceSeconds = 5;
// Until the loss is noticed, and from the election to the next try.
constexpr double kAroundFailoverSeconds = .5;

// The endpoints that answer an operation's requests: those that implement it for someone who waits,
// and all that they call before they answer.
void add_synchronous(const Architecture& model, EndpointId id, std::set<EndpointId>& into) {
  if (!into.insert(id).second) return;
  for_each_step(*model.endpoint(id).steps, [&](const Step& step) {
    if (step.kind == StepKind::Call && step.endpoint.valid())
      add_synchronous(model, step.endpoint, into);
  });
}

}  // namespace

double window_seconds(const Experiment& experiment) {
  double out = 60;
  for (const Fault& fault : *experiment.faults)
    out = std::max(out, fault.at.or_else({}).seconds() +
                            fault.lasts.or_else(Duration::from_seconds(60)).seconds() + 60);
  return experiment.lasts ? std::max(out, experiment.lasts->seconds()) : out;
}

bool loses_leaders(const Experiment& experiment) {
  return std::ranges::any_of(*experiment.faults, [](const Fault& fault) {
    return fault.kind == FaultKind::Lose &&
           (fault.target.kind == Target::Kind::Node || fault.target.kind == Target::Kind::Zone ||
            fault.target.kind == Target::Kind::Domain || fault.target.kind == Target::Kind::Store);
  });
}

bool is_led(const Store& store) {
  return !store.expires && store.consistency->kind == ConsistencyKind::Strong;
}

std::vector<FailoverNeed> failover_needs(const Architecture& model) {
  std::vector<FailoverNeed> out;
  for (const Experiment& experiment : model.experiments) {
    if (!loses_leaders(experiment)) continue;
    for (const OperationExpectation& expected : experiment.expect->operations)
      if (expected.operation.id.valid() && expected.objective.availability)
        out.push_back({expected.operation.id,
                       "experiments." + experiment.name + ".expect." + expected.operation.name,
                       expected.objective.availability->value, window_seconds(experiment)});
  }
  return out;
}

double patience_seconds(const Operation& operation) {
  double out = kLeastPatienceSeconds;
  if (operation.objective && operation.objective->p99)
    out = std::max(out, kPatience * operation.objective->p99->seconds());
  return operation.within ? std::min(out, operation.within->seconds()) : out;
}

bool outlasts(const Operation& operation, double failover_seconds) {
  return failover_seconds + kAroundFailoverSeconds <= .8 * patience_seconds(operation);
}

FailoverWaits::FailoverWaits(const Architecture& model) : model_(model) {
  for (const FailoverNeed& need : failover_needs(model)) {
    std::set<EndpointId> reached;
    for (const EndpointId entry : endpoints_of(model, need.operation))
      add_synchronous(model, entry, reached);
    for (const EndpointId id : reached)
      operations_[id].insert(need.operation);
  }
}

bool FailoverWaits::at(EndpointId endpoint, const Store& store) const {
  const auto of = operations_.find(endpoint);
  return of != operations_.end() && store.failover && is_led(store) &&
         store.copies.or_else({1}).value > 1 &&
         std::ranges::all_of(of->second, [&](OperationId id) {
           return outlasts(model_.operations[id], store.failover->seconds());
         });
}

double FailoverWaits::seconds(EndpointId endpoint) const {
  if (!operations_.contains(endpoint)) return 0;
  std::set<EndpointId> reached;
  add_synchronous(model_, endpoint, reached);
  double out = 0;
  for (const EndpointId id : reached)
    for_each_step(*model_.endpoint(id).steps, [&](const Step& step) {
      if (step.store.valid() && at(id, model_.stores[step.store]))
        out = std::max(out, model_.stores[step.store].failover->seconds());
    });
  return out;
}

double FailoverWaits::backlog_seconds(EndpointId endpoint, const External& external,
                                      double wanted) const {
  return external.limit ? wanted * seconds(endpoint) / (kPace * external.limit->per_second) : 0;
}

double calls_at_peak(const Architecture& model, const Estimate& at_peak, ExternalId external) {
  double out = 0;
  for (const EndpointEstimate& endpoint : at_peak.endpoints)
    for_each_step(*model.endpoint(endpoint.endpoint).steps, [&](const Step& step) {
      if (step.kind == StepKind::Call && step.external == external) out += endpoint.rate;
    });
  return out;
}

}  // namespace scantling
