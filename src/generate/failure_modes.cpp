#include "generate/failure_modes.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "base/units.h"
#include "generate/names.h"
#include "generate/slo.h"

namespace scantling::generate {
namespace {

struct Step {
  double least;
  int rating;
};
// Of all requests, how many are not answered well while it lasts.
constexpr std::array<Step, 6> kSeverity = {
    {{0.5, 10}, {0.1, 8}, {0.01, 6}, {0.001, 4}, {0.0001, 2}, {0, 1}}};
// Minutes a month that it is expected to last.
constexpr std::array<Step, 6> kOccurrence = {
    {{120, 10}, {30, 8}, {5, 6}, {1, 4}, {0.1, 2}, {0, 1}}};
// Minutes until somebody is paged.
constexpr std::array<Step, 5> kDetection = {{{1440, 9}, {180, 7}, {30, 5}, {5, 3}, {0, 2}}};
constexpr double kMonthMinutes = 43'200;

template <std::size_t N>
int rating(const std::array<Step, N>& scale, double value) {
  for (const Step& step : scale)
    if (value >= step.least) return step.rating;
  return scale.back().rating;
}

std::string percent(double share) {
  return number_text(100 * share, 3) + "%";
}

std::string operation_name(const Plan& plan, OperationId id) {
  return plan.model().operations[id].name;
}

// Requests a second that are lost to it, and all that are offered.
std::pair<double, double> lost_of(const PredictedFailure& failure) {
  double lost = 0, all = 0;
  for (const PredictedOperation& each : failure.operations) {
    lost += each.offered * std::max(0.0, each.good_before - each.good_during);
    all += each.offered;
  }
  return {lost, all};
}

void rate_severity(const PredictedFailure& failure, FailureRating& out) {
  const auto [lost, all] = lost_of(failure);
  const double share = all > 0 ? lost / all : 0;
  out.severity = rating(kSeverity, share);
  out.why_severity = number_text(lost, 3) + " of " + number_text(all, 3) +
                     " requests a second are lost (" + percent(share) + ")";
  const bool stays = std::ranges::any_of(failure.operations, [](const PredictedOperation& each) {
    return each.good_before - each.good_during > 0.01 && each.back_after_seconds < 0;
  });
  if (stays && out.severity < 10) {
    out.severity += 1;
    out.why_severity += "; one more: not all is back within the run";
  }
}

// Availabilities that the model states; where it states none, what the estimate takes for a part
// that is repaired in minutes.
void rate_occurrence(const Plan& plan, const PredictedFailure& failure, FailureRating& out) {
  const auto stated = [&](const std::string& part, const Field<Share>& availability) {
    if (failure.part != part || !availability) return false;
    const double minutes = (1 - availability->value) * kMonthMinutes;
    out.occurrence = rating(kOccurrence, minutes);
    out.why_occurrence =
        "promised " + readable(*availability) + ": " + number_text(minutes, 3) + " minutes a month";
    return true;
  };
  for (const External& external : plan.model().externals)
    if (stated("externals." + external.name, external.availability)) return;
  for (const FailureDomain& domain : plan.model().placement->failure_domains)
    if (stated("failure-domains." + domain.name, domain.availability)) return;
  for (const Store& store : plan.model().stores) {
    if (failure.part != "stores." + store.name) continue;
    const double minutes = store.failover.or_else({30'000'000'000}).seconds() / 60;
    out.occurrence = rating(kOccurrence, minutes);
    out.why_occurrence =
        "taken for once a month, " + number_text(minutes, 3) + " minutes each (its failover)";
    return;
  }
  if (failure.part == "zones") {
    out.occurrence = 2;
    out.why_occurrence = "taken for less than a minute a month: a zone in years";
    return;
  }
  out.occurrence = 4;
  out.why_occurrence = "taken for once a month, a minute each: nodes are drained and fail";
}

// The first alert of an objective: the long window has to fill up to its limit.
double minutes_to_page(const Plan& plan, const PredictedOperation& effect, double& burn) {
  double first = -1;
  burn = 0;
  for (const Slo& slo : slos_of(plan)) {
    if (slo.kind != SloKind::Availability ||
        slo.operation != dns_label(operation_name(plan, effect.operation)))
      continue;
    burn = (1 - effect.good_during) / slo.budget();
    for (const BurnAlert& alert : kBurnAlerts) {
      if (burn < alert.burn || !can_fire(slo, alert)) continue;
      const double minutes = alert.long_minutes * alert.burn / burn;
      if (first < 0 || minutes < first) first = minutes;
    }
  }
  return first;
}

void rate_detection(const Plan& plan, const PredictedFailure& failure, FailureRating& out) {
  const auto [lost, all] = lost_of(failure);
  if (lost <= 0.0001 * all) {
    out.detection = 2;
    out.why_detection = "nothing is lost: dashboards show it";
    return;
  }
  double first = -1, burn = 0;
  std::string by;
  for (const PredictedOperation& effect : failure.operations) {
    double its_burn = 0;
    const double minutes = minutes_to_page(plan, effect, its_burn);
    if (minutes >= 0 && (first < 0 || minutes < first)) {
      first = minutes;
      burn = its_burn;
      by = operation_name(plan, effect.operation);
    }
  }
  if (first < 0) {
    out.detection = 10;
    out.why_detection = "no objective's alert fires: give what is lost an objective";
    return;
  }
  out.detection = rating(kDetection, first);
  out.why_detection = by + " burns " + number_text(burn, 3) +
                      " times its budget: the first alert after " + number_text(first, 2) +
                      " minutes";
}

std::string effects_text(const Plan& plan, const PredictedFailure& failure) {
  std::vector<std::string> out;
  for (const PredictedOperation& each : failure.operations) {
    const bool loses = each.good_before - each.good_during > 0.0005;
    const bool slower = each.p99_during > 1.5 * each.p99_before && each.p99_before > 0;
    if (!loses && !slower) continue;
    std::string text = operation_name(plan, each.operation) + ": ";
    if (loses)
      text +=
          percent(each.good_before) + " to " + percent(std::max(0.0, each.good_during)) + " good";
    if (slower)
      text += std::string(loses ? ", " : "") + "p99 " + readable_seconds(each.p99_before) + " to " +
              readable_seconds(each.p99_during);
    if (loses)
      text += each.back_after_seconds < 0 ? ", not back within the run"
              : each.back_after_seconds < 1
                  ? ", back at once"
                  : ", back after " + readable_seconds(each.back_after_seconds);
    out.push_back(std::move(text));
  }
  return out.empty() ? "nothing that can be seen" : join(out, "<br>");
}

// What fails altogether when a part is gone, where nothing was simulated: its hard dependents.
std::string analytic_page(const Plan& plan) {
  std::string text =
      "# Failure modes of " + plan.system() +
      "\n\nNot simulated in this run (`--no-simulate`): which operations fail when a part is gone "
      "altogether, by the analytic estimate.\n\n| part | fails | of requests |\n|---|---|---|\n";
  double all = 0;
  for (const OperationEstimate& operation : plan.estimate().operations)
    all += operation.rate;
  std::vector<std::string> parts;
  for (const EndpointEstimate& endpoint : plan.estimate().endpoints)
    for (const std::string& part : endpoint.hard_dependencies)
      if (std::ranges::find(parts, part) == parts.end()) parts.push_back(part);
  std::ranges::sort(parts);
  std::vector<std::pair<double, std::string>> rows;
  for (const std::string& part : parts) {
    std::vector<std::string> failing;
    double lost = 0;
    for (const OperationEstimate& operation : plan.estimate().operations) {
      const EndpointEstimate* entry = plan.estimate().of(operation.entry);
      if (entry == nullptr ||
          std::ranges::find(entry->hard_dependencies, part) == entry->hard_dependencies.end())
        continue;
      failing.push_back(operation_name(plan, operation.operation));
      lost += operation.rate;
    }
    if (!failing.empty())
      rows.emplace_back(lost, "| " + part + " | " + enumerate(failing) + " | " +
                                  number_text(all > 0 ? 100 * lost / all : 0, 3) + "% |\n");
  }
  std::ranges::stable_sort(rows, [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& row : rows)
    text += row.second;
  return text;
}

constexpr const char* kScales =
    "\n## Scales\n\nSeverity: of all requests lost while it lasts, 10 from 50%, 8 from 10%, 6 from "
    "1%, "
    "4 from 0.1%, 2 from 0.01%; one more when not all is back by itself. Occurrence: minutes "
    "expected "
    "a month, 10 from 120, 8 from 30, 6 from 5, 4 from 1, 2 from 0.1. Detection: until the first "
    "alert "
    "on a budget, 2 under 5 minutes, 3 under 30, 5 under 3 hours, 7 under a day, 9 later, 10 "
    "never. The "
    "number is their product: from 100 on something should change.\n";

}  // namespace

FailureRating rate_failure(const Plan& plan, const PredictedFailure& failure) {
  FailureRating out;
  rate_severity(failure, out);
  rate_occurrence(plan, failure, out);
  rate_detection(plan, failure, out);
  return out;
}

std::string failure_modes_page(const Plan& plan) {
  const Predictions& all = plan.predictions();
  if (!all.simulated) return analytic_page(plan);
  std::string text =
      "# Failure modes of " + plan.system() + "\n\nEach part fails for " +
      readable_seconds(all.seconds) + " in a simulated run of its own (seed " +
      std::to_string(all.seed) +
      ", the expected mean load): what that does is measured, not guessed. By "
      "severity x occurrence x detection.\n\n| part | failure | effect | S | O | D | "
      "number |\n|---|---|---|---|---|---|---|\n";
  std::vector<std::pair<FailureRating, const PredictedFailure*>> rows;
  std::string left_out;
  for (const PredictedFailure& failure : all.failures) {
    if (!failure.problem.empty())
      left_out += "* " + failure.part + " " + failure.failure + ": " + failure.problem + "\n";
    if (failure.operations.empty()) continue;
    rows.emplace_back(rate_failure(plan, failure), &failure);
  }
  std::ranges::stable_sort(
      rows, [](const auto& a, const auto& b) { return a.first.priority() > b.first.priority(); });
  for (const auto& [rate, failure] : rows)
    text += "| " + failure->part + " | " + failure->failure + " | " + effects_text(plan, *failure) +
            " | " + std::to_string(rate.severity) + " | " + std::to_string(rate.occurrence) +
            " | " + std::to_string(rate.detection) + " | " + std::to_string(rate.priority()) +
            " |\n";
  text += "\n## Derivations\n\n";
  for (const auto& [rate, failure] : rows)
    text += "* **" + failure->part + " " + failure->failure + "**: S " +
            std::to_string(rate.severity) + ", " + rate.why_severity + ". O " +
            std::to_string(rate.occurrence) + ", " + rate.why_occurrence + ". D " +
            std::to_string(rate.detection) + ", " + rate.why_detection + ".\n";
  std::vector<std::string> rare;
  for (const PredictedFailure& failure : all.failures)
    for (const OperationId id : failure.too_rare)
      if (std::ranges::find(rare, operation_name(plan, id)) == rare.end())
        rare.push_back(operation_name(plan, id));
  if (!rare.empty())
    left_out += "* " + enumerate(rare) + ": asked for too rarely to say anything in " +
                readable_seconds(all.seconds) + "\n";
  if (!left_out.empty()) text += "\n## Not measured\n\n" + left_out;
  return text + kScales;
}

}  // namespace scantling::generate
