// Objectives as ratios of requests, with the queries that measure them: alerts, dashboards,
// OpenSLO, canary analysis and chaos experiments ask the same series.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "generate/plan.h"

namespace scantling::generate {

enum class SloKind : std::uint8_t { Availability, Latency };

struct Slo {
  std::string name;       // "place-order-availability"
  std::string operation;  // "place-order"
  std::string service;    // workload that answers it
  std::string owner;      // team
  SloKind kind = SloKind::Availability;
  double objective = 0;        // share of good requests, .9995
  double latency_seconds = 0;  // Latency: good is at most this
  double per_second = 0;       // expected requests
  bool grpc = false, consumed = false;

  double budget() const { return 1 - objective; }
};

// By the operations' objectives: availability, and the 99th percentile as "99% within".
std::vector<Slo> slos_of(const Plan& plan);

// One of the series that a selector finds, without the window: what tests feed.
struct SloSeries {
  std::string all;   // selector of every request
  std::string good;  // of those that count as good (latency), or
  std::string bad;   // of those that failed (availability); one of both is empty
};
SloSeries series_of(const Plan& plan, const Slo& slo);

// PromQL: bad requests and all requests a second over the window.
std::string bad_rate(const Plan& plan, const Slo& slo, std::string_view window);
std::string all_rate(const Plan& plan, const Slo& slo, std::string_view window);
std::string error_ratio(const Plan& plan, const Slo& slo, std::string_view window);
// The name of the recorded ratio: "slo:error_ratio:rate5m".
std::string recorded_ratio(std::string_view window);

// Pairs of windows with the burn that alerts (Google, "The Site Reliability Workbook", 2018, ch. 5,
// table 5-8): 2% of a month's budget in 1 h, 5% in 6 h, 10% in 3 days.
struct BurnAlert {
  std::string_view name;  // "fast"
  std::string_view long_window, short_window;
  double burn;
  std::string_view severity;  // "page", "ticket"
  int long_minutes;
};
inline constexpr BurnAlert kBurnAlerts[] = {{"Fast", "1h", "5m", 14.4, "page", 60},
                                            {"Slow", "6h", "30m", 6, "page", 360},
                                            {"Leak", "3d", "6h", 1, "ticket", 4320}};
// A burn that even losing every request doesn't reach can't alert.
inline bool can_fire(const Slo& slo, const BurnAlert& alert) {
  return alert.burn * slo.budget() < 0.9;
}
// Fewer failed requests than this in the long window are noise: nobody is woken for two.
inline constexpr int kLeastFailures = 3;

std::string alert_name(const Slo& slo, const BurnAlert& alert);
// Where the runbook of an alert is.
std::string runbook_url(const Plan& plan, std::string_view page);
std::string dashboard_url(std::string_view uid);

}  // namespace scantling::generate
