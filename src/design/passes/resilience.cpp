// Timeouts, retries, breakers and bulkheads as one system over the call graph, callees first: a
// caller outlasts its callee with all its attempts, and attempts don't multiply along a path.
#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/core.h>

#include "base/text.h"
#include "design/failovers.h"
#include "design/lost_copies.h"
#include "design/passes.h"
#include "design/saga_times.h"
#include "design/stores.h"

namespace scantling {
namespace {

constexpr double kStoreTimeoutOverTail = 5;  // over the 99.9th percentile at the server
constexpr double kLeastStoreTimeoutSeconds = .05;
constexpr double kCallMargin = 1.1;  // over what the callee may take at worst
constexpr double kHopSeconds = .005;
constexpr double kBackoffSeconds = .025;
constexpr double kRetryBudget = .1;
constexpr int kSlowEverySeconds = 5, kSlowFailures = 3;  // of health checks as they often are
constexpr double kFailoverBackoffSeconds = .2, kFailoverCapSeconds = .8;

// A duration that a person would write: 10 ms steps up to 200 ms, 50 ms to 1 s, 100 ms to 5 s, 1 s.
Duration readable_timeout(double seconds) {
  const double step = seconds <= .2 ? .01 : seconds <= 1 ? .05 : seconds <= 5 ? .1 : 1;
  return Duration::from_seconds(std::ceil(seconds / step - 1e-9) * step);
}

std::int64_t next_window(double calls) {
  std::int64_t out = 10;
  while (out < 200 && static_cast<double>(out) < calls)
    out *= 2;
  return std::min<std::int64_t>(out, 200);
}

std::int64_t in_tens(double value) {
  return static_cast<std::int64_t>(std::ceil(value / 10) * 10);
}

// In the order of their first mention.
std::vector<std::string> each_once(const std::vector<std::string>& lines) {
  std::vector<std::string> out;
  for (const std::string& line : lines)
    if (std::ranges::find(out, line) == out.end()) out.push_back(line);
  return out;
}

struct EndpointWorst {
  double seconds = 0;    // the longest that it may take before it answers
  bool retries = false;  // it, or something it calls, tries more than once
  bool done = false, visiting = false;
};

class Resilience {
 public:
  explicit Resilience(Workspace& ws) : ws_(ws), at_peak_(estimate(ws.model)), waits_(ws.model) {
    for (const EndpointId id : all_endpoints(ws.model))
      worst_[id] = {};
    for (const EndpointId id : all_endpoints(ws.model))
      budget_[id] = deadline_of(id);
    spread_budgets();
  }

  void run() {
    for (const EndpointId id : all_endpoints(ws_.model))
      settle(id);
  }

 private:
  // What an operation's own objective leaves: three times its p99 for one that somebody waits for,
  // so that a timeout cuts what is lost, not what is slow.
  double deadline_of(EndpointId id) const {
    const Endpoint& endpoint = ws_.model.endpoint(id);
    if (!endpoint.implements) return 1e9;
    const Operation& operation = ws_.model.operations[endpoint.implements->id];
    double out = 1e9;
    if (operation.objective && operation.objective->p99)
      out = 3 * operation.objective->p99->seconds();
    else if (operation.objective && operation.objective->p95)
      out = 5 * operation.objective->p95->seconds();
    if (operation.within) out = std::min(out, operation.within->seconds());
    return out;
  }

  // The tightest deadline of anybody who calls it, over enough rounds for any depth.
  void spread_budgets() {
    for (int round = 0; round < 16; ++round)
      for (const EndpointId id : all_endpoints(ws_.model))
        for_each_step(*ws_.model.endpoint(id).steps, [&](const Step& step) {
          if (step.kind == StepKind::Call && step.endpoint.valid())
            budget_[step.endpoint] = std::min(budget_[step.endpoint], budget_[id] * .8);
        });
  }

  void settle(EndpointId id) {
    EndpointWorst& worst = worst_[id];
    if (worst.done || worst.visiting) return;
    worst.visiting = true;
    for_each_step(*ws_.model.endpoint(id).steps, [&](const Step& step) {
      if (step.kind == StepKind::Call && step.endpoint.valid()) settle(step.endpoint);
    });
    Endpoint& endpoint = ws_.model.endpoint(id);
    const std::string path =
        "services." + ws_.model.services[id.service].name + ".endpoints." + endpoint.name;
    Draft draft(
        ws_, endpoint_name(ws_.model, id) + ".resilience", "resilience",
        fmt::format("how long does {} wait, how often does it try, and when does it stop asking?",
                    endpoint_name(ws_.model, id)));
    lines_.clear();
    retries_ = false;
    const bool given = endpoint.steps.fixed();
    worst.seconds = list(draft, id, endpoint.steps.value, given ? path + ".steps" : std::string());
    worst.retries = retries_;
    worst.done = true;
    worst.visiting = false;
    if (worst.seconds <= 0) return;
    if (lines_.empty())
      lines_.push_back("only its own work and stores, each with five times its 99.9th percentile");
    const double waits = waits_.seconds(id);
    const std::string within = readable_seconds(worst.seconds);
    draft
        .choose(waits > 0
                    ? fmt::format("answers or gives up within {}, or {} while a leader is missing",
                                  within, readable_seconds(worst.seconds + waits))
                    : fmt::format("answers or gives up within {}", within),
                {score("longest wait", worst.seconds + waits, "s")})
        .reject("no timeouts", {}, "one slow dependency would hold every request that reaches it")
        .reject("3 attempts on every edge", {},
                "attempts multiply along a path: 3 layers of 3 are 27 times the load")
        .because(enumerate(each_once(lines_)))
        .flips("flips if a dependency's 99.9th percentile doubles")
        .reversibility(Reversibility::Easy);
    draft.traces({endpoint.implements ? "operations." + endpoint.implements->name + ".objective"
                                      : path + ".steps"});
    draft.keep();
    note_budget(id, worst.seconds);
  }

  // An operation whose worst wait is longer than what it promises says so.
  void note_budget(EndpointId id, double seconds) {
    const Endpoint& endpoint = ws_.model.endpoint(id);
    if (!endpoint.implements || seconds <= budget_[id] || budget_[id] >= 1e8) return;
    ws_.assume(
        "operations." + endpoint.implements->name + ".objective",
        fmt::format("{} may wait {} before it gives up, longer than three times its p99 ({}): what "
                    "it waits for leaves no less",
                    endpoint.implements->name, readable_seconds(seconds),
                    readable_seconds(budget_[id])),
        fmt::format("may {} answer before what is slow is done?", endpoint.implements->name));
  }

  // The longest that a list of steps may take; decides the open policies on the way.
  double list(Draft& draft, EndpointId id, std::vector<Step>& steps, const std::string& path) {
    double out = 0;
    for (std::size_t i = 0; i < steps.size(); ++i)
      out += one(draft, id, steps[i], path.empty() ? std::string() : fmt::format("{}.{}", path, i));
    return out;
  }

  double one(Draft& draft, EndpointId id, Step& step, const std::string& path) {
    const auto below = [&](const char* key) { return path.empty() ? path : path + "." + key; };
    switch (step.kind) {
      case StepKind::Work:
      case StepKind::Wait: return step.time ? step.time->quantile_seconds(.999) : 0;
      case StepKind::Read:
      case StepKind::Write: {
        double out = store(draft, id, step, path);
        if (step.miss) out += list(draft, id, step.miss->then, below("miss.then"));
        return out * step.times.or_else({1}).value;
      }
      case StepKind::Call: {
        const double out =
            step.external.valid() ? external(draft, id, step, path) : call(draft, id, step, path);
        return out + list(draft, id, step.fallback, below("fallback"));
      }
      case StepKind::Together: {
        double most = 0;
        for (std::size_t i = 0; i < step.steps.size(); ++i)
          most = std::max(most, one(draft, id, step.steps[i],
                                    path.empty() ? path : fmt::format("{}.together.{}", path, i)));
        return most;
      }
      case StepKind::Choose: {
        double most = 0;
        for (std::size_t i = 0; i < step.branches.size(); ++i)
          most = std::max(most,
                          list(draft, id, step.branches[i].steps,
                               path.empty() ? path : fmt::format("{}.choose.{}.steps", path, i)));
        return most;
      }
      case StepKind::Repeat:
        return step.times.or_else({1}).value * list(draft, id, step.steps, below("steps"));
      case StepKind::Spawn: list(draft, id, step.steps, below("spawn")); return 0;
      case StepKind::Publish:  // via outbox it is part of the local transaction
      case StepKind::Lock:
      case StepKind::Fail: return 0;
    }
    return 0;
  }

  template <class T>
  void set(Draft& draft, Field<T>& field, T value, const std::string& path, const char* key) {
    if (path.empty())
      draft.fill(field, std::move(value));
    else
      draft.set(field, std::move(value), path + "." + key);
  }

  // Between regions, twice over: to a copy in another and back, and a commit's way to the majority.
  double network_seconds(const Store& store, bool write) const {
    const Placement& placed = *ws_.model.placement;
    if (ws_.regions() < 2 || !placed.other_region) return 0;
    const bool apart = store.spread && *store.spread == Spread::Regions;
    const bool at_home = store.shards && keys_at_home(ws_, store.shards->value);
    return ((at_home ? 0 : 4) + (apart && write ? 4 : 0)) * placed.other_region->seconds();
  }

  double store(Draft& draft, EndpointId id, Step& step, const std::string& path) {
    const Store& of = ws_.model.stores[step.store];
    const TimeLaw* law = step.kind == StepKind::Read ? (of.read ? &*of.read : nullptr)
                                                     : (of.write ? &*of.write : nullptr);
    const double batch = static_cast<double>(step.batch.or_else({1}).value);
    const double tail = (law == nullptr ? .01 : law->quantile_seconds(.999)) * std::sqrt(batch);
    set(draft, step.policy.timeout,
        readable_timeout(std::max(kLeastStoreTimeoutSeconds, tail * kStoreTimeoutOverTail) +
                         network_seconds(of, step.kind == StepKind::Write)),
        path, "timeout");
    if (waits_.at(id, of) &&
        ws_.model.endpoint(id).idempotent.or_else(Idempotency::No) != Idempotency::No)
      wait_out(draft, of, step.policy, path);
    return step.policy.timeout->seconds();
  }

  // Tries until a new leader is there: the waits between them, each at least half of the backoff,
  // sum to the failover. Only what finds no leader or no answer is tried again: a store that
  // refuses because it is full is left alone.
  void wait_out(Draft& draft, const Store& of, CallPolicy& policy, const std::string& path) {
    if (policy.retry.fixed()) return;
    RetryPolicy& retry = draft.group(policy.retry);
    std::int64_t attempts = 1;
    double waited = 0, backoff = kFailoverBackoffSeconds;
    for (; waited < of.failover->seconds(); ++attempts) {
      waited += backoff / 2;
      backoff = std::min(2 * backoff, kFailoverCapSeconds);
    }
    set(draft, retry.attempts, Count{attempts}, path, "retry.attempts");
    set(draft, retry.backoff, Duration::from_seconds(kFailoverBackoffSeconds), path,
        "retry.backoff");
    set(draft, retry.cap, Duration::from_seconds(kFailoverCapSeconds), path, "retry.cap");
    set(draft, retry.jitter, Jitter::Equal, path, "retry.jitter");
    set(draft, retry.on, std::vector<RetryOn>{RetryOn::Timeout, RetryOn::Error}, path, "retry.on");
    lines_.push_back(
        fmt::format("{} for {}, until it has a new leader", of.name, to_text(*of.failover)));
  }

  void retry(Draft& draft, CallPolicy& policy, std::int64_t attempts, double backoff,
             const std::string& path) {
    if (policy.retry.fixed()) return;
    RetryPolicy& of = draft.group(policy.retry);
    set(draft, of.attempts, Count{attempts}, path, "retry.attempts");
    if (of.attempts->value < 2) return;
    set(draft, of.backoff, Duration::from_seconds(backoff), path, "retry.backoff");
    set(draft, of.cap, Duration::from_seconds(std::max(1.0, backoff * 8)), path, "retry.cap");
    set(draft, of.jitter, Jitter::Full, path, "retry.jitter");
    set(draft, of.budget, Share{kRetryBudget}, path, "retry.budget");
    set(draft, of.on, std::vector<RetryOn>{RetryOn::Timeout, RetryOn::Error, RetryOn::Rejected},
        path, "retry.on");
  }

  // A breaker that opens when half of the last two seconds' calls of an instance failed; a bulkhead
  // of three times the calls in flight at peak (Little's law).
  void guard(Draft& draft, EndpointId id, CallPolicy& policy, double mean_seconds,
             double waits_seconds, const std::string& path) {
    const EndpointEstimate* of = at_peak_.of(id);
    const auto& range = ws_.model.services[id.service].runtime->instances;
    const double instances = range ? static_cast<double>(std::max<std::int64_t>(1, range->low)) : 1;
    const double each = of == nullptr ? 0 : of->rate / instances;
    if (!policy.breaker.fixed()) {
      BreakerPolicy& breaker = draft.group(policy.breaker);
      set(draft, breaker.failures, FailureThreshold{Share{.5}, 0}, path, "breaker.failures");
      set(draft, breaker.over, Count{next_window(each * 2)}, path, "breaker.over");
      set(draft, breaker.open, Duration::from_seconds(5), path, "breaker.open");
      set(draft, breaker.probes, Count{3}, path, "breaker.probes");
    }
    if (!policy.at_once.fixed()) {
      const std::int64_t calls =
          std::max(next_window(each * mean_seconds * 3 + 4), in_tens(each * waits_seconds * 1.5));
      BulkheadPolicy& bulkhead = draft.group(policy.at_once);
      set(draft, bulkhead.calls, Count{calls}, path, "at-once.calls");
      set(draft, bulkhead.waiting, Count{calls}, path, "at-once.waiting");
    }
  }

  // Instances at peak, once autoscaling has followed it.
  double running_at_peak(const Service& service) const {
    const StationEstimate* of = at_peak_.station("service", service.name);
    const auto& range = service.runtime->instances;
    if (of == nullptr || !range) return 1;
    const double cpu = service.runtime->cpu.or_else({1}).value;
    const double target = service.scale && service.scale->target ? *service.scale->target : .6;
    return std::clamp(std::ceil(of->arrival_rate * of->service_seconds / (cpu * target)),
                      static_cast<double>(std::max<std::int64_t>(1, range->low)),
                      static_cast<double>(std::max<std::int64_t>(1, range->high)));
  }

  // An external with a limit is asked just below it, however many requests a failover has held up:
  // so many in flight (Little's law), the rest wait their turn. A refusal there would open the
  // breaker.
  void pace(Draft& draft, EndpointId id, CallPolicy& policy, const External& of, double wants,
            const std::string& path) {
    const EndpointEstimate* own = at_peak_.of(id);
    const double waits = waits_.seconds(id);
    if (policy.at_once.fixed() || !of.limit || own == nullptr || waits <= 0 || wants <= 0) return;
    // On the instances that a lost zone leaves.
    const double running = std::max(1.0, running_at_peak(ws_.model.services[id.service]) *
                                             (ws_.zones() > 1 ? 1 - 1.0 / ws_.zones() : 1));
    const double share = own->rate / wants;
    const double calls = kPace * of.limit->per_second * share * of.latency->mean_seconds();
    BulkheadPolicy& bulkhead = draft.group(policy.at_once);
    set(draft, bulkhead.calls, Count{std::max<std::int64_t>(4, std::llround(calls / running))},
        path, "at-once.calls");
    set(draft, bulkhead.waiting, Count{in_tens(own->rate / running * waits * 1.5)}, path,
        "at-once.waiting");
  }

  double external(Draft& draft, EndpointId id, Step& step, const std::string& path) {
    const External& of = ws_.model.externals[step.external];
    CallPolicy& policy = step.policy;
    const double p99 = of.latency->quantile_seconds(.99), p999 = of.latency->quantile_seconds(.999);
    const bool may_repeat = *of.idempotent != Idempotency::No;
    const double budget = budget_[id] * .8;
    const double wants = calls_at_peak(ws_.model, at_peak_, step.external);
    const double backlog = waits_.backlog_seconds(id, of, wants);
    double timeout = (ws_.demands.isolated.contains(of.name) ? p99 : p999) + backlog;
    std::int64_t attempts = may_repeat ? 2 : 1;
    // Where two attempts of the whole tail don't fit, two shorter ones do before one long one.
    if (attempts == 2 && 2 * timeout + kBackoffSeconds * 2 > budget) {
      if (2 * (p99 + backlog) + kBackoffSeconds * 2 <= budget)
        timeout = p99 + backlog;
      else
        attempts = 1;
    }
    set(draft, policy.timeout, readable_timeout(timeout), path, "timeout");
    retry(draft, policy, attempts, kBackoffSeconds * 2, path);
    guard(draft, id, policy, of.latency->mean_seconds(), 0, path);
    pace(draft, id, policy, of, wants, path);
    const std::int64_t tries =
        policy.retry && policy.retry->attempts ? policy.retry->attempts->value : 1;
    retries_ |= tries > 1;
    lines_.push_back(fmt::format("{} after {}{} (its p99.9 is {})", of.name,
                                 to_text(*policy.timeout),
                                 tries > 1 ? fmt::format(", {} attempts", tries)
                                 : *of.idempotent == Idempotency::No
                                     ? std::string(", once: a second request could do it twice")
                                     : std::string(", once"),
                                 readable_seconds(p999)));
    return longest_wait(policy);
  }

  double call(Draft& draft, EndpointId id, Step& step, const std::string& path) {
    if (!step.endpoint.valid()) return 0;
    CallPolicy& policy = step.policy;
    const EndpointWorst& callee = worst_[step.endpoint];
    const Endpoint& target = ws_.model.endpoint(step.endpoint);
    const double waits = waits_.seconds(step.endpoint);
    const double once = callee.seconds * kCallMargin + kHopSeconds + waits;
    const bool may_repeat =
        target.idempotent.or_else(Idempotency::No) != Idempotency::No && !callee.retries;
    const std::int64_t attempts =
        may_repeat && 2 * once + kBackoffSeconds <= budget_[id] * .8 ? 2 : 1;
    set(draft, policy.timeout, readable_timeout(once), path, "timeout");
    retry(draft, policy, attempts, kBackoffSeconds, path);
    const EndpointEstimate* of = at_peak_.of(step.endpoint);
    guard(draft, id, policy, of == nullptr ? .01 : of->mean_seconds, waits, path);
    set(draft, policy.deadline, Deadline::Propagate, path, "deadline");
    const std::int64_t tries =
        policy.retry && policy.retry->attempts ? policy.retry->attempts->value : 1;
    retries_ |= tries > 1 || callee.retries;
    lines_.push_back(fmt::format("{} after {}{} (it may take {})",
                                 endpoint_name(ws_.model, step.endpoint), to_text(*policy.timeout),
                                 tries > 1        ? fmt::format(", {} attempts", tries)
                                 : callee.retries ? std::string(", once: it tries again itself")
                                                  : std::string(", once"),
                                 readable_seconds(callee.seconds)));
    return longest_wait(policy);
  }

  Workspace& ws_;
  const Estimate at_peak_;
  const FailoverWaits waits_;
  std::map<EndpointId, EndpointWorst> worst_;
  std::map<EndpointId, double> budget_;  // seconds
  std::vector<std::string> lines_;       // of the endpoint in hand
  bool retries_ = false;
};

void decide_health(Workspace& ws, ServiceId id) {
  Service& service = ws.model.services[id];
  if (service.health.fixed()) return;
  Draft draft(ws, service.name + ".health", "resilience",
              fmt::format("when is an instance of {} taken out?", service.name));
  enum Way : std::uint8_t { Shallow, HalfEjected, Slow, Deep, InPool };
  const std::vector<std::string> names{
      fmt::format("shallow, every {}, out after {} failures, apart from the request pool; at most "
                  "10% ejected for failed requests",
                  readable_seconds(kHealthEverySeconds), kHealthFailures),
      "half ejected for failed requests",
      fmt::format("every {} s, out after {} failures", kSlowEverySeconds, kSlowFailures),
      "deep check of its stores", "in the request pool"};
  const double unnoticed = (kSlowFailures * kSlowEverySeconds) + 1.0;
  const std::vector<Score> scores[] = {{},
                                       {score("capacity left", 50, "%")},
                                       {score("requests sent to a lost zone", unnoticed, "s")},
                                       {},
                                       {}};
  const std::string why_not[] = {
      "some of what it would tell apart is looked at elsewhere",
      "when a store fails over, every instance fails its requests: they would leave together, and "
      "the rest would drown",
      fmt::format("a lost zone's share of the requests would fail for {}",
                  readable_seconds(unnoticed)),
      "a slow store would remove every instance at once",
      "a saturated instance fails its check, and its load moves to the next"};
  const std::size_t way = draft.pick(names, Shallow);
  draft.choose(names[way], scores[way]);
  for (std::size_t i = 0; i < names.size(); ++i)
    if (i != way) draft.reject(names[i], scores[i], why_not[i]);
  draft.because("a check asks whether this instance can answer, not whether the world can")
      .flips("flips if an instance can be broken while its process answers")
      .reversibility(Reversibility::Easy);
  HealthPolicy& health = draft.group(service.health);
  const std::string path = "services." + service.name + ".health";
  draft.set(health.check, way == Deep ? HealthCheck::Deep : HealthCheck::Shallow, path + ".check");
  draft.set(health.every,
            Duration::from_seconds(way == Slow ? kSlowEverySeconds : kHealthEverySeconds),
            path + ".every");
  draft.set(health.timeout, Duration::from_seconds(kHealthTimeoutSeconds), path + ".timeout");
  draft.set(health.failures, Count{way == Slow ? kSlowFailures : kHealthFailures},
            path + ".failures");
  draft.set(health.apart, way != InPool, path + ".apart");
  draft.set(health.eject_at_most, Share{way == HalfEjected ? .5 : .1}, path + ".eject-at-most");
}

void decide_limits(Workspace& ws, ServiceId id) {
  Service& service = ws.model.services[id];
  const bool edge = std::ranges::any_of(service.endpoints, [&](const Endpoint& e) {
    return e.protocol && *e.protocol == ws.outside && (e.implements || *e.protocol != ws.inside);
  });
  if (!edge || service.rate_limit.has()) return;
  if (!ws.model.constraints->rate_limit) return;
  RateLimitRule asked = *ws.model.constraints->rate_limit;
  Draft draft(
      ws, service.name + ".rate-limit", "resilience",
      fmt::format("how much may one {} ask of {}?", asked.per.or_else("client"), service.name));
  draft.choose(to_text(*asked.limit))
      .because("constraints name it; the gateway holds to it before a request reaches the service")
      .traces({"constraints.rate-limit"})
      .reversibility(Reversibility::Easy);
  for (Provenance* from : {&asked.per.from, &asked.limit.from})
    if (from->origin != Origin::Absent) *from = draft.provenance();
  draft.set(service.rate_limit, asked, "services." + service.name + ".rate-limit");
}

}  // namespace

void pass_resilience(Workspace& ws) {
  if (ws.model.services.empty()) return;
  Resilience(ws).run();
  split_within(ws);
  widen_pools(ws);
  for (const ServiceId id : ws.model.services.ids()) {
    decide_health(ws, id);
    decide_limits(ws, id);
  }
}

}  // namespace scantling
