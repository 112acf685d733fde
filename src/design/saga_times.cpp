#include "design/saga_times.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "base/text.h"

namespace scantling {
namespace {

constexpr double kMostAttempts = 10;

// How long the coordinator waits for the step: its call, or its own writes.
double waits_for(const Architecture& model, const Service& coordinator, const SagaStep& step) {
  double call = 0, own = 0;
  for (const Endpoint& endpoint : coordinator.endpoints)
    for_each_step(*endpoint.steps, [&](const Step& of) {
      if (of.kind == StepKind::Call && of.endpoint == step.do_endpoint)
        call = std::max(call, longest_wait(of.policy));
    });
  if (call > 0) return call;
  for_each_step(*model.endpoint(step.do_endpoint).steps, [&](const Step& of) {
    if (of.kind == StepKind::Write) own += longest_wait(of.policy);
  });
  return own;
}

struct StepShare {
  SagaStep* step = nullptr;
  double seconds = 0;  // of one attempt
  bool undone = false;
};

// The steps that are given up one day: those up to the pivot, or all but the last.
std::vector<StepShare> shares_of(const Architecture& model, Saga& saga) {
  std::vector<StepShare> out;
  const Service& coordinator = model.services[saga.coordinator->id];
  for (SagaStep& step : saga.steps.value) {
    const bool last = &step == &saga.steps->back();
    const double seconds = step.do_endpoint.valid() ? waits_for(model, coordinator, step) : 0;
    const bool pivot = step.pivot.or_else(false);
    if (seconds > 0)
      out.push_back({&step, std::ceil(seconds * 100) / 100, step.undo_endpoint.valid() && !last});
    if (pivot) break;
  }
  return out;
}

}  // namespace

double longest_wait(const CallPolicy& policy) {
  if (!policy.timeout) return 0;
  const double attempts =
      policy.retry ? static_cast<double>(policy.retry->attempts.or_else({1}).value) : 1;
  double out = attempts * policy.timeout->seconds();
  double pause = policy.retry && policy.retry->backoff ? policy.retry->backoff->seconds() : 0;
  const double cap = policy.retry && policy.retry->cap ? policy.retry->cap->seconds() : 1e9;
  for (int k = 2; k <= static_cast<int>(attempts); ++k, pause *= 2)
    out += std::min(pause, cap);
  return out;
}

void split_within(Workspace& ws) {
  for (const SagaId id : ws.model.sagas.ids()) {
    Saga& saga = ws.model.sagas[id];
    if (!saga.within || !saga.coordinator || !saga.coordinator->id.valid() ||
        saga.style.or_else(SagaStyle::Orchestrated) != SagaStyle::Orchestrated ||
        saga.from.origin == Origin::Given)
      continue;
    const std::vector<StepShare> shares = shares_of(ws.model, saga);
    if (shares.empty()) continue;
    double once = 0;  // each tried once, and all taken back
    for (const StepShare& share : shares)
      once += share.seconds * (share.undone ? 2 : 1);
    const double fits = std::floor(saga.within->seconds() / once);
    const auto attempts = static_cast<std::int64_t>(std::clamp(fits, 1.0, kMostAttempts));
    std::vector<std::string> parts;
    for (const StepShare& share : shares)
      parts.push_back(fmt::format("{} {}", share.step->do_target,
                                  to_text(Duration::from_seconds(share.seconds))));
    Draft draft(
        ws, saga.name + ".step-times", "resilience",
        fmt::format("how is {} split over the steps of {}?", to_text(*saga.within), saga.name));
    draft
        .choose(fmt::format("{} of {}", plural(attempts, "attempt"), enumerate(parts)),
                {score("all tried to the end and taken back", static_cast<double>(attempts) * once,
                       "s"),
                 score("asked for", saga.within->seconds(), "s")})
        .reject("the same time for each", {},
                "a step that is lost would be noticed after the slowest one's time")
        .reject("tried until it answers", {},
                "a participant that is gone would keep the saga open past its bound")
        .because(fmt::format("one attempt of each step, and all of it taken back, is {}; {} fit "
                             "into {}",
                             readable_seconds(once), number_text(fits, 3), to_text(*saga.within)))
        .flips(fmt::format("flips if it has to end within less than {}",
                           readable_seconds(static_cast<double>(attempts) * once)))
        .traces({"operations." + saga.name + ".within"})
        .reversibility(Reversibility::Easy);
    for (const StepShare& share : shares) {
      draft.fill(share.step->timeout, Duration::from_seconds(share.seconds));
      draft.fill(share.step->attempts, Count{attempts});
    }
    draft.keep();
  }
}

}  // namespace scantling
