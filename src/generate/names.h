// Names that several artifacts must agree on: every target takes them from here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "generate/value.h"

namespace scantling::generate {

// An RFC 1123 label: lower case letters, digits and '-', begins and ends with a letter or digit, at
// most 63 characters (Kubernetes API conventions, "Object Names and IDs"). A longer name keeps its
// beginning and gets a hash of the whole. Begins with a letter, so that it is a legal Service name
// too (RFC 1035).
std::string dns_label(std::string_view name);
// Letters, digits and '_': for PromQL, SQL, protobuf. Begins with a letter.
std::string snake_name(std::string_view name);
std::string pascal_name(std::string_view name);  // "place-order" -> "PlaceOrder"
std::string camel_name(std::string_view name);   // "place-order" -> "placeOrder"
std::string upper_name(std::string_view name);   // "orders-db" -> "ORDERS_DB": environment
std::string title_name(std::string_view name);   // "place-order" -> "Place order"
// A topic's name: dots stay ("orders.events"), at most 249 characters.
std::string topic_name(std::string_view name);

// Ports of our workloads: above 1024, so that they need no capability.
inline constexpr int kHttpPort = 8080;
inline constexpr int kGrpcPort = 9090;
inline constexpr int kHealthPort = 8081;
inline constexpr int kMetricsPort = 9464;  // OpenTelemetry's Prometheus exporter
inline constexpr int kOtlpPort = 4317;

// Paths that a workload answers on its health port.
inline constexpr std::string_view kReadyPath = "/readyz";
inline constexpr std::string_view kLivePath = "/livez";
inline constexpr std::string_view kStartedPath = "/startupz";

inline constexpr std::string_view kElementAnnotation = "scantling/element";
inline constexpr std::string_view kDecisionAnnotation = "scantling/decisions";
inline constexpr std::string_view kRepeatableAnnotation = "scantling/repeatable";
inline constexpr std::string_view kReasonAnnotation = "scantling/reasons";

// Namespaces of what the platform runs. A cluster that has them elsewhere patches them in an
// overlay.
inline constexpr std::string_view kMonitoringNamespace = "monitoring";
inline constexpr std::string_view kGatewayNamespace = "gateway";
inline constexpr std::string_view kKedaNamespace = "keda";
inline constexpr std::string_view kCollectorName = "otel-collector";

// "orders.shop.svc.cluster.local"
std::string service_host(std::string_view service, std::string_view name_space);

// Seconds with a unit as Go writes durations: "250ms", "1.5s", "2m". Kubernetes, Istio, Prometheus
// and the Gateway API read what this writes (Gateway API: at most 5 digits a unit, no fractions).
std::string go_duration(double seconds);
// A whole number of seconds, at least `least`.
std::int64_t whole_seconds(double seconds, std::int64_t least = 1);
// "500m", "2"
std::string cpu_quantity(double cores);
// "512Mi", "2Gi": rounded up to whole MiB.
std::string memory_quantity(std::int64_t bytes);

}  // namespace scantling::generate
