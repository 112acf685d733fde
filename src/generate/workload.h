// The objects that run one service.
#pragma once

#include "generate/output.h"
#include "generate/plan.h"

namespace scantling::generate {

// Settings that a workload reads from its environment: addresses, pools, timeouts, topics. Sorted
// by key; compose gives the same ones, with its own addresses.
std::vector<std::pair<std::string, std::string>> settings_of(const Plan& plan,
                                                             const ServicePlan& service);
Value deployment(const Plan& plan, const ServicePlan& service, std::string_view config_hash);
Value cron_job(const Plan& plan, const ServicePlan& service, std::string_view config_hash);
Value workload_service(const Plan& plan, const ServicePlan& service);
// What scales it: a HorizontalPodAutoscaler by processor use.
Value autoscaler(const Plan& plan, const ServicePlan& service);
// Whether KEDA scales it, by lag, queue length, concurrency or rate.
bool wants_keda(const Plan& plan, const ServicePlan& service);
bool scaled_by_keda(const Plan& plan, const ServicePlan& service);
// {apiVersion, kind, name} of what an autoscaler scales.
Value scale_target(const Plan& plan, const ServicePlan& service);
// Seconds from the order to stop until a pod is gone: preStop, then the longest request.
std::int64_t grace_seconds(const ServicePlan& service);
inline constexpr std::int64_t kPreStopSeconds = 10;

// Secrets that External Secrets or a broker's operator makes: of a service for an external, and of
// a service at a broker that is not Kafka.
std::string external_secret_name(const ServicePlan& service, std::string_view external);
std::string broker_user_secret(const Plan& plan, const ServicePlan& service);

std::string priority_class(const Plan& plan, const ServicePlan& service);

void add_access(const Plan& plan, Output& out);  // Roles of the teams

// Who may talk to the service, and whom it may talk to: the declared calls, and DNS, telemetry and
// scraping.
Value network_policy(const Plan& plan, const ServicePlan& service);

}  // namespace scantling::generate
