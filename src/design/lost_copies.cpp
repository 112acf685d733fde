#include "design/lost_copies.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/core.h>

#include "base/text.h"
#include "design/failovers.h"
#include "design/locks.h"
#include "design/saga_times.h"
#include "design/stores.h"
#include "estimate/estimate.h"

namespace scantling {
namespace {

// Of the requests to the store, those that go to what is lost with a zone. None of a store whose
// every request does: no connection would serve another.
double lost_share(const Workspace& ws, const Store& store) {
  const double copies = static_cast<double>(store.copies.or_else({1}).value);
  if (copies < 2 || ws.zones() < 2) return 0;
  if (is_led(store) && store.shards.or_else({1}).value < 2) return 0;
  return 1 / std::min(copies, static_cast<double>(ws.zones()));
}

// For how long a request to a lost copy has a connection, in seconds: the time of its attempts
// until the loss is noticed and, of a store that is led, another copy leads.
double holds_seconds(const Step& step, const Store& store) {
  const double until =
      kDetectionSeconds + (is_led(store) ? store.failover.or_else({}).seconds() : 0);
  const double longest = longest_wait(step.policy);
  if (longest <= 0) return until;
  const double attempts =
      step.policy.retry ? static_cast<double>(step.policy.retry->attempts.or_else({1}).value) : 1;
  return attempts * step.policy.timeout->seconds() * std::min(1.0, until / longest);
}

// Connections of one store that are held up at once while a copy of each store is lost.
class HeldUp {
 public:
  HeldUp(const Workspace& ws, StoreId store) : ws_(ws), store_(store) {}

  double of(const EndpointEstimate& endpoint) const {
    return in(*ws_.model.endpoint(endpoint.endpoint).steps, endpoint.rate);
  }

 private:
  double in(const std::vector<Step>& steps, double rate) const {
    double out = 0;
    for (const Step& step : steps) {
      const double times = step.times ? step.times->value : 1;
      const double trips =
          rate * times /
          static_cast<double>(std::max<std::int64_t>(1, step.batch.or_else({1}).value));
      for (const Branch& branch : step.branches)
        out += in(branch.steps, rate * (branch.share ? branch.share->value : 1));
      out += in(step.steps, rate * times);
      if (!step.store.valid()) continue;
      const Store& store = ws_.model.stores[step.store];
      const double lost = lost_share(ws_, store);
      if (step.store == store_) out += trips * lost * holds_seconds(step, store);
      // What a cache doesn't answer, for it has not got it or is not there, is asked for elsewhere.
      if (step.miss)
        out += in(step.miss->then, trips * (step.miss->rate ? step.miss->rate->value : 1));
      out += in(step.fallback, trips * lost);
    }
    return out;
  }

  const Workspace& ws_;
  StoreId store_;
};

// Connections of all instances together.
double held_up(const Workspace& ws, StoreId id, const FailoverWaits& waits,
               const Estimate& highest) {
  const HeldUp held(ws, id);
  double out = 0;
  bool asked = false;
  for (const EndpointEstimate& endpoint : highest.endpoints) {
    const double more = held.of(endpoint);
    out += more;
    asked = asked || (more > 0 && waits.asked_of(endpoint.endpoint));
  }
  return asked ? out : 0;
}

void widen(Workspace& ws, StoreId id, double held) {
  Store& store = ws.model.stores[id];
  if (held <= 0 || !store.owner || !store.pool || !store.pool->per_instance ||
      store.pool.from.origin != Origin::Decided || !store.pool.from.decision.valid() ||
      !ws.locked_choice(store.name + ".pool").empty())
    return;
  const Service& owner = ws.model.services[store.owner->id];
  const CountRange range = owner.runtime->instances.or_else({1, 1});
  const double left =
      std::max(1.0, std::floor(static_cast<double>(range.low) * (ws.zones() - 1) / ws.zones()));
  const std::int64_t before = store.pool->size;
  const std::int64_t wanted = before + static_cast<std::int64_t>(std::ceil(held / left));
  const std::int64_t size =
      std::min(wanted, connections_allowed(store, static_cast<double>(range.high)));
  if (size <= before) return;
  store.pool.value.size = size;
  Decision& decision = ws.model.decisions[store.pool.from.decision];
  const std::string name = pool_choice(size);
  Alternative wide = decision.alternatives.front(), narrow = wide;
  wide.name = name;
  wide.scores.push_back(score("held up by a lost copy", held / left));
  narrow.why_not = "requests to a lost copy would keep all others from those that are left";
  decision.chosen.value = name;
  decision.instead_of.value = {narrow.name};
  decision.alternatives = {std::move(wide), std::move(narrow)};
  decision.because.value += fmt::format(
      "; {} more are held by requests to a lost copy on each of {} that are left, until it is "
      "noticed{}{}",
      number_text(held / left, 3), plural(static_cast<std::int64_t>(left), "instance"),
      is_led(store) ? " and another leads" : "",
      size < wanted ? ", of which the server allows fewer" : "");
}

}  // namespace

void widen_pools(Workspace& ws) {
  if (ws.demands.pool_room != PoolRoom::Wanted) return;
  const FailoverWaits waits(ws.model);
  if (waits.empty()) return;
  const Estimate highest = estimate(at_highest_load(ws.model));
  std::vector<double> held;
  for (const StoreId id : ws.model.stores.ids())
    held.push_back(held_up(ws, id, waits, highest));
  for (const StoreId id : ws.model.stores.ids())
    widen(ws, id, held[static_cast<std::size_t>(id.index)]);
}

}  // namespace scantling
