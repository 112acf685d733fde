#include "check/call_graph.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <unordered_set>

#include "base/text.h"

namespace scantling {
namespace {

double own_times(const Step& step) {
  return step.times.has() ? std::max(step.times->value, 0.0) : 1;
}

// The share of a cache's reads that miss, where the model says it.
double miss_rate(const Miss& miss) {
  return miss.rate.has() ? miss.rate->value : 1;
}

struct Visit {
  const Step* step;
  StepPlace place;
};

void push(std::vector<Visit>& pending, const std::vector<Step>& steps, const StepPlace& place) {
  for (auto it = steps.rbegin(); it != steps.rend(); ++it)
    pending.push_back({&*it, place});
}

}  // namespace

std::vector<PlacedStep> placed_steps(const std::vector<Step>& steps) {
  std::vector<PlacedStep> out;
  std::vector<Visit> pending;
  push(pending, steps, {});
  while (!pending.empty()) {
    const auto [step, outer] = pending.back();
    pending.pop_back();
    StepPlace place = outer;
    place.times *= own_times(*step);
    place.mean_times *= own_times(*step);
    place.hard = place.hard && step->fallback.empty();
    out.push_back({step, place});

    StepPlace soft = outer;
    soft.hard = false;
    push(pending, step->fallback, soft);
    if (step->miss) {
      StepPlace inner = place;
      inner.mean_times *= miss_rate(*step->miss);
      push(pending, step->miss->then, inner);
    }
    for (auto it = step->branches.rbegin(); it != step->branches.rend(); ++it) {
      StepPlace inner = place;
      if (it->share.has()) inner.mean_times *= it->share->value;
      push(pending, it->steps, inner);
    }
    StepPlace inner = place;
    if (step->kind == StepKind::Repeat) inner.repeats *= own_times(*step);
    if (step->kind == StepKind::Spawn) inner.waits = inner.hard = false;
    // `first: n`: one of the branches may fail as long as others answer.
    if (step->kind == StepKind::Together && step->first.or_else({0}).value > 0 &&
        step->first->value < static_cast<std::int64_t>(step->steps.size()))
      inner.hard = false;
    push(pending, step->steps, inner);
  }
  return out;
}

std::optional<double> try_seconds(const CallPolicy& policy) {
  if (!policy.timeout) return std::nullopt;
  const std::int64_t attempts = attempts_of(policy);
  return static_cast<double>(attempts) * policy.timeout->seconds() +
         (policy.retry ? backoff_seconds(*policy.retry, attempts) : 0);
}

std::string try_text(const CallPolicy& policy) {
  if (!policy.timeout) return "no timeout";
  const std::int64_t attempts = attempts_of(policy);
  std::string text = readable(*policy.timeout);
  if (attempts == 1) return text;
  text = std::to_string(attempts) + " x " + text;
  if (const double wait = backoff_seconds(*policy.retry, attempts); wait > 0)
    text += " + " + readable_seconds(wait) + " backoff";
  return text;
}

CallGraph::CallGraph(const Architecture& model) : model_(model) {
  for (const ServiceId service : model.services.ids()) {
    first_endpoint_.push_back(endpoints_.size());
    for (std::size_t i = 0; i < model.services[service].endpoints.size(); ++i)
      endpoints_.push_back({service, static_cast<std::int32_t>(i)});
  }
  for (const EndpointId caller : endpoints_) {
    first_edge_.push_back(edges_.size());
    for (const auto& [step, place] : placed_steps(model.endpoint(caller).steps.value))
      if (step->kind == StepKind::Call && (step->endpoint.valid() || step->external.valid()))
        edges_.push_back({caller, step->endpoint, step->external, step, place});
  }
  first_edge_.push_back(edges_.size());
  calls_to_.resize(endpoints_.size());
  for (std::size_t edge = 0; edge < edges_.size(); ++edge)
    if (edges_[edge].callee.valid()) calls_to_[index(edges_[edge].callee)].push_back(edge);
  find_users();
  order();
  mark_cycles();
  measure();
}

std::size_t CallGraph::index(EndpointId id) const {
  return first_endpoint_[static_cast<std::size_t>(id.service.index)] +
         static_cast<std::size_t>(id.index);
}

std::span<const CallEdge> CallGraph::calls_of(EndpointId caller) const {
  const std::size_t at = index(caller);
  return std::span(edges_).subspan(first_edge_[at], first_edge_[at + 1] - first_edge_[at]);
}

std::vector<const CallEdge*> CallGraph::calls_to(EndpointId callee) const {
  std::vector<const CallEdge*> out;
  for (const std::size_t edge : calls_to_[index(callee)])
    out.push_back(&edges_[edge]);
  return out;
}

void CallGraph::find_users() {
  users_.resize(model_.stores.size());
  writers_.resize(model_.stores.size());
  const auto add = [](std::vector<ServiceId>& to, ServiceId id) {
    if (to.empty() || to.back() != id) to.push_back(id);
  };
  for (const ServiceId id : model_.services.ids())
    for (const Endpoint& endpoint : model_.services[id].endpoints)
      for_each_step(endpoint.steps.value, [&](const Step& step) {
        if (!step.store.valid()) return;
        add(users_[static_cast<std::size_t>(step.store.index)], id);
        if (step.kind == StepKind::Write)
          add(writers_[static_cast<std::size_t>(step.store.index)], id);
      });
}

// Depth first with its own stack: a chain of calls may be as long as the model.
void CallGraph::order() {
  std::vector<char> seen(endpoints_.size(), 0);
  for (std::size_t root = 0; root < endpoints_.size(); ++root) {
    if (seen[root]) continue;
    std::vector<std::pair<std::size_t, std::size_t>> stack{{root, first_edge_[root]}};
    seen[root] = 1;
    while (!stack.empty()) {
      auto& [at, edge] = stack.back();
      if (edge == first_edge_[at + 1]) {
        bottom_up_.push_back(endpoints_[at]);
        stack.pop_back();
        continue;
      }
      const CallEdge& call = edges_[edge++];
      if (!call.callee.valid()) continue;
      const std::size_t next = index(call.callee);
      if (seen[next]) continue;
      seen[next] = 1;
      stack.emplace_back(next, first_edge_[next]);
    }
  }
}

// What takes away endpoints whose waited-for calls all lead to what is taken away leaves the
// cycles and what leads to them; the same from the other side leaves the cycles.
void CallGraph::mark_cycles() {
  cyclic_.assign(endpoints_.size(), 1);
  const auto peel = [&](bool callees) {
    std::vector<std::size_t> open(endpoints_.size(), 0);
    std::vector<std::vector<std::size_t>> back(endpoints_.size());
    for (const CallEdge& edge : edges_) {
      if (!edge.callee.valid() || !edge.place.waits) continue;
      std::size_t from = index(edge.caller), to = index(edge.callee);
      if (!callees) std::swap(from, to);
      if (!cyclic_[from] || !cyclic_[to]) continue;
      ++open[from];
      back[to].push_back(from);
    }
    std::deque<std::size_t> free;
    for (std::size_t i = 0; i < endpoints_.size(); ++i)
      if (cyclic_[i] && open[i] == 0) free.push_back(i);
    for (; !free.empty(); free.pop_front()) {
      cyclic_[free.front()] = 0;
      for (const std::size_t from : back[free.front()])
        if (--open[from] == 0) free.push_back(from);
    }
  };
  peel(true);
  peel(false);
}

bool CallGraph::in_cycle(EndpointId endpoint) const {
  return cyclic_[index(endpoint)] != 0;
}

void CallGraph::measure() {
  longest_.assign(endpoints_.size(), std::nullopt);
  changes_.assign(endpoints_.size(), 0);
  for (const EndpointId id : bottom_up_) {
    const std::size_t at = index(id);
    const Endpoint& endpoint = model_.endpoint(id);
    if (!cyclic_[at]) longest_[at] = list_seconds(endpoint.steps.value);
    const auto changes = [&](const Step& step) {
      if (step.kind == StepKind::Write || step.kind == StepKind::Publish) return true;
      if (step.kind != StepKind::Call) return false;
      if (step.external.valid())
        return model_.externals[step.external].idempotent.or_else(Idempotency::No) ==
               Idempotency::No;
      return step.endpoint.valid() && changes_[index(step.endpoint)] != 0;
    };
    if (endpoint.idempotent.or_else(Idempotency::No) != Idempotency::No) continue;
    for_each_step(endpoint.steps.value, [&](const Step& step) {
      if (changes(step)) changes_[at] = 1;
    });
  }
}

// Steps nest at most as deep as the reader allows (100), so recursion over them is bounded.
std::optional<double> CallGraph::list_seconds(const std::vector<Step>& steps) const {
  double sum = 0;
  for (const Step& step : steps) {
    const auto seconds = step_seconds(step);
    if (!seconds) return std::nullopt;
    sum += *seconds;
  }
  return sum;
}

std::optional<double> CallGraph::step_seconds(const Step& step) const {
  std::optional<double> seconds = 0;
  const auto longest = [&](const std::vector<Step>& steps) {
    const auto part = list_seconds(steps);
    seconds = part && seconds ? std::optional(std::max(*part, *seconds)) : std::nullopt;
  };
  switch (step.kind) {
    case StepKind::Work:
    case StepKind::Wait: return step.time.has() ? step.time->mean_seconds() : 0;
    case StepKind::Call:
    case StepKind::Read:
    case StepKind::Write:
    case StepKind::Publish: return access_seconds(step);
    case StepKind::Lock:
    case StepKind::Fail:
    case StepKind::Spawn: return 0;
    case StepKind::Together:
      for (const Step& branch : step.steps) {
        const auto part = step_seconds(branch);
        if (!part || !seconds) return std::nullopt;
        seconds = std::max(*seconds, *part);
      }
      return seconds;
    case StepKind::Choose:
      for (const Branch& branch : step.branches)
        longest(branch.steps);
      return seconds;
    case StepKind::Repeat: {
      const auto once = list_seconds(step.steps);
      return once ? std::optional(*once * own_times(step)) : std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<double> CallGraph::access_seconds(const Step& step) const {
  std::optional<double> once = try_seconds(step.policy);
  if (!once) {
    if (step.kind == StepKind::Call) {
      const bool outside = step.external.valid();
      if (outside) {
        const auto& latency = model_.externals[step.external].latency;
        once = latency.has() ? latency->quantile_seconds(.99) : 0;
      } else if (step.endpoint.valid()) {
        once = longest_[index(step.endpoint)];
      }
    } else if (step.store.valid()) {
      const Store& store = model_.stores[step.store];
      const auto& law = step.kind == StepKind::Write ? store.write : store.read;
      once = law.has() ? law->mean_seconds() : 0;
    } else {
      once = 0;
    }
  }
  const auto fallback = list_seconds(step.fallback);
  const auto miss = step.miss ? list_seconds(step.miss->then) : std::optional<double>(0);
  if (!once || !fallback || !miss) return std::nullopt;
  return (*once + *fallback + *miss) * own_times(step);
}

std::optional<double> CallGraph::longest_seconds(EndpointId endpoint) const {
  return longest_[index(endpoint)];
}

bool CallGraph::changes_something(EndpointId endpoint) const {
  return changes_[index(endpoint)] != 0;
}

std::vector<EndpointId> CallGraph::waited_for(EndpointId endpoint) const {
  std::vector<EndpointId> out{endpoint};
  std::vector<char> seen(endpoints_.size(), 0);
  seen[index(endpoint)] = 1;
  for (std::size_t next = 0; next < out.size(); ++next)
    for (const CallEdge& edge : calls_of(out[next])) {
      if (!edge.callee.valid() || !edge.place.waits || seen[index(edge.callee)]) continue;
      seen[index(edge.callee)] = 1;
      out.push_back(edge.callee);
    }
  return out;
}

std::vector<OperationId> CallGraph::operations_through(EndpointId endpoint) const {
  std::vector<OperationId> out;
  std::vector<EndpointId> reached{endpoint};
  std::unordered_set<std::size_t> seen{index(endpoint)};
  for (std::size_t next = 0; next < reached.size(); ++next) {
    const auto& implements = model_.endpoint(reached[next]).implements;
    if (implements && implements->id.valid()) out.push_back(implements->id);
    for (const std::size_t edge : calls_to_[index(reached[next])]) {
      const CallEdge& of = edges_[edge];
      if (of.place.waits && seen.insert(index(of.caller)).second) reached.push_back(of.caller);
    }
  }
  std::ranges::sort(out);
  const auto [first, last] = std::ranges::unique(out);
  out.erase(first, last);
  return out;
}

}  // namespace scantling
