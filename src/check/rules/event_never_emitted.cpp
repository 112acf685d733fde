#include <algorithm>
#include <set>

#include "base/text.h"
#include "check/rule_support.h"

namespace scantling {
namespace {

std::set<std::string> emitted_events(const Architecture& model) {
  std::set<std::string> out;
  for (const Operation& operation : model.operations)
    for (const std::string& emission : operation.emits.value)
      out.insert(parse_emission(emission).event);
  for_each_placed_step(model, [&](EndpointId, const PlacedStep& placed) {
    if (placed.step->kind == StepKind::Publish) out.insert(placed.step->event);
  });
  for (const Channel& channel : model.channels)
    out.insert(channel.events.value.begin(), channel.events.value.end());
  return out;
}

void run(const CheckContext& c) {
  const std::set<std::string> emitted = emitted_events(c.model);
  const std::vector<std::string> names(emitted.begin(), emitted.end());
  for (const Operation& operation : c.model.operations)
    for (const std::string& event : operation.on.value) {
      if (emitted.contains(event)) continue;
      Diagnostic& d = report(
          c, rule_event_never_emitted, place_of(operation.on.from, operation.from),
          operation.name + " starts on " + event + ", which nothing emits", path_of(operation));
      d.fingerprint_salt = event;
      d.because = names.empty() ? std::string("no operation emits anything")
                                : "what is emitted: " + enumerate(names);
      d.effect = operation.name + " never runs";
      if (const auto near = nearest(event, names))
        d.fixes.push_back(manual_fix("on: " + *near));
      else
        d.fixes.push_back(manual_fix("emits: " + event + " on the operation that causes it"));
    }
}

}  // namespace

const Rule rule_event_never_emitted = {
    {"event-never-emitted", Severity::Error, "messaging",
     "an operation waits for an event that never comes"},
    {R"(An operation starts on an event that no operation emits, no step publishes and no channel carries.)",
     R"(It never runs, and nothing fails: such a gap between two teams is found when somebody asks where the parcels are.)",
     R"(aggregates:
  Order: { size: 2 KiB, data: internal }
operations:
  place: { actor: customer, steps: [create Order], emits: OrderPlaced }
  ship: { on: OrderPaid, steps: [write Order] }
)",
     R"(aggregates:
  Order: { size: 2 KiB, data: internal }
operations:
  place: { actor: customer, steps: [create Order], emits: OrderPlaced }
  ship: { on: OrderPlaced, steps: [write Order] }
)",
     R"(When a system outside the model emits it.)"},
    run};

}  // namespace scantling
