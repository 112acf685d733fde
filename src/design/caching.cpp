#include "design/caching.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "base/text.h"

namespace scantling {
namespace {

// Popularity of web objects: Breslau et al., "Web Caching and Zipf-like Distributions", INFOCOM
// 1999, found exponents from .64 to .83.
constexpr double kZipf = .8;
constexpr double kLeastRate =
    1000;  // reads a second below which one copy of any engine does without
constexpr double kMostMiss = .5;

struct Readers {
  double rate = 0;        // runs of a step per second that allow staleness
  double fresh_rate = 0;  // that don't
  double rows = 1;
  Duration staleness{INT64_MAX};
  std::vector<std::string> paths;
};

Readers readers_of(const Workspace& ws, AggregateId id, const std::vector<double>& rates) {
  Readers out;
  for (const OperationId op : ws.model.operations.ids()) {
    const Operation& operation = ws.model.operations[op];
    const double rate = rates[static_cast<std::size_t>(op.index)];
    for (const StepPlan& planned : ws.plan(op).steps) {
      const ProblemStep& step = (*operation.steps)[static_cast<std::size_t>(planned.step)];
      if (step.aggregate.id != id || is_write(step.verb) || planned.crossing == Crossing::View ||
          step.times.value > 100)
        continue;
      // An expiry under five seconds would refill all the time.
      if (operation.staleness && operation.staleness->seconds() >= 5) {
        out.rate += rate;
        out.rows = std::max(out.rows, step.times.value);
        out.staleness = std::min(out.staleness, *operation.staleness);
        out.paths.push_back("operations." + operation.name + ".staleness");
      } else {
        out.fresh_rate += rate;
      }
    }
  }
  return out;
}

}  // namespace

double ttl_miss_share(double keys, double zipf, double rate, double expires_seconds) {
  keys = std::max(1.0, keys);
  double weight = 0, hit_weight = 0;
  // First pass for the sum of i^-s, second for the hits: both over runs of ranks [i, i * 1.05].
  for (int pass = 0; pass < 2; ++pass) {
    double first = 1;
    double sum = 0;
    while (first <= keys) {
      const double last = std::min(keys, std::max(first, std::floor(first * 1.05)));
      const double n = last - first + 1;
      const double popularity = std::pow((first + last) / 2, -zipf);
      if (pass == 0) {
        sum += n * popularity;
      } else {
        const double lookups = rate * popularity / weight * expires_seconds;
        sum += n * popularity / weight * (lookups / (1 + lookups));
      }
      first = last + 1;
    }
    (pass == 0 ? weight : hit_weight) = sum;
  }
  return std::clamp(1 - hit_weight, 0.0, 1.0);
}

void decide_caches(Workspace& ws) {
  const std::vector<double> rates = operation_rates(ws.model, true);
  for (const AggregateId id : ws.model.aggregates.ids()) {
    const Aggregate& aggregate = ws.model.aggregates[id];
    const ServiceId owner = owner_of(ws.model, id);
    if (!owner.valid() || *aggregate.data == DataClass::Cardholder ||
        *aggregate.data == DataClass::Secret)
      continue;
    const Readers readers = readers_of(ws, id, rates);
    if (readers.rate <= 0) continue;
    const double keys = std::max(1.0, static_cast<double>(aggregate.count->value) / readers.rows);
    const double miss = ttl_miss_share(keys, kZipf, readers.rate, readers.staleness.seconds());
    const std::vector<Score> with{
        score("reads that reach the store", readers.rate * miss, "/s"),
        score("age of an answer, at most", readers.staleness.seconds(), "s")};
    const std::vector<Score> without{score("reads that reach the store", readers.rate, "/s"),
                                     score("age of an answer, at most", 0, "s")};
    Draft draft(ws, kebab_case(aggregate.name) + ".cache", "data",
                fmt::format("is {} read through a cache?", aggregate.name));
    const std::string cached =
        fmt::format("a cache, entries expire after {}", to_text(readers.staleness));
    const bool pays =
        draft.pick({"no cache", cached}, readers.rate >= kLeastRate && miss <= kMostMiss) == 1;
    if (pays) {
      draft.choose(cached, with)
          .reject("no cache", without,
                  fmt::format("{} more reads at the store, at peak",
                              readable(Rate{readers.rate * (1 - miss)})))
          .because(fmt::format("{} reads that may be {} old over {} keys: {}% hit",
                               readable(Rate{readers.rate}), to_text(readers.staleness),
                               number_text(std::round(keys), 3), number_text((1 - miss) * 100, 3)))
          .flips(fmt::format("flips if those reads < {} at peak, or no staleness is allowed",
                             readable(Rate{kLeastRate})));
      CachePlan plan;
      plan.aggregate = id;
      plan.owner = owner;
      plan.expires = readers.staleness;
      plan.keys = keys;
      plan.miss = miss;
      ws.caches.push_back(plan);
    } else {
      draft.choose("no cache", without)
          .reject(
              "a cache", with,
              miss > kMostMiss
                  ? fmt::format("only {}% of the reads would hit", number_text((1 - miss) * 100, 3))
                  : fmt::format("{} reads need none", readable(Rate{readers.rate})))
          .because(fmt::format("{} reads that may be {} old: the store takes them",
                               readable(Rate{readers.rate}), to_text(readers.staleness)))
          .flips(fmt::format("flips if those reads > {} at peak", readable(Rate{kLeastRate})));
    }
    draft.traces(readers.paths).reversibility(Reversibility::Easy).keep();
  }
}

}  // namespace scantling
