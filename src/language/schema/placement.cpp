// Where it runs, how it is watched, and how what exists is left.
#include "language/table.h"

namespace scantling {

SCANTLING_STRUCTURE(ContextRelation) {
  static constexpr Entry kEntries[] = {
      field<&ContextRelation::upstream>("upstream", "context or external whose model counts")
          .as(context_end_type)
          .eg("catalog")
          .needed(),
      field<&ContextRelation::downstream>("downstream", "context or external that depends on it")
          .as(context_end_type)
          .eg("ordering")
          .needed(),
      field<&ContextRelation::kind>("kind", "how they work together")
          .eg("customer-supplier")
          .needed(),
  };
  static constexpr StructType kType{
      .name = "context relation", .about = "A line of the context map", .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(NodeSize) {
  static constexpr Entry kEntries[] = {
      field<&NodeSize::cpu>("cpu", "cores").eg("8"),
      field<&NodeSize::memory>("memory", "in one").eg("32 GiB"),
  };
  static constexpr StructType kType{
      .name = "node size", .about = "The machines", .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(FailureDomain) {
  static constexpr Entry kEntries[] = {
      field<&FailureDomain::summary>("summary", "what they share")
          .eg("the discovery that all calls look names up in"),
      field<&FailureDomain::all_services>("all-services", "whether every service fails with it")
          .eg("true"),
      field<&FailureDomain::services>("services", "that fail with it").eg("[catalog, orders]"),
      field<&FailureDomain::stores>("stores", "that fail with it").eg("[orders-db]"),
      field<&FailureDomain::channels>("channels", "that fail with it").eg("[order-events]"),
      field<&FailureDomain::externals>("externals", "that fail with it").eg("[psp, fraud]"),
      field<&FailureDomain::availability>("availability", "of what they share").eg("99.99%"),
  };
  static constexpr StructType kType{
      .name = "failure domain",
      .about =
          "What fails together for a reason other than where it stands: a control plane, a "
          "discovery service, a certificate, a rack",
      .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(Placement) {
  static constexpr Entry kEntries[] = {
      field<&Placement::platform>("platform", "what services run on").eg("kubernetes"),
      field<&Placement::provider>("provider", "cloud provider").eg("aws"),
      field<&Placement::regions>("regions", "that it runs in").eg("[eu-central]"),
      field<&Placement::zones>("zones", "availability zones, per region").eg("3"),
      field<&Placement::mode>("mode", "what several regions do").eg("active-passive"),
      field<&Placement::nodes>("nodes", "size of the machines").eg("{ cpu: 8, memory: 32 GiB }"),
      field<&Placement::mesh>("mesh", "service mesh").eg("istio"),
      field<&Placement::gateway>("gateway", "API gateway").eg("kong"),
      field<&Placement::discovery>("discovery", "how services find each other")
          .eg("kubernetes-dns"),
      field<&Placement::identity>("identity", "of workloads").eg("spiffe"),
      field<&Placement::secrets>("secrets", "where secrets are kept").eg("vault"),
      field<&Placement::network_policy>("network-policy", "what enforces it").eg("cilium"),
      field<&Placement::mtls>("mtls", "all calls encrypted and authenticated both ways").eg("true"),
      field<&Placement::rollout>("rollout", "how a new version comes in").eg("canary"),
      field<&Placement::canary>("canary", "share of the traffic of its first step").eg("5%"),
      field<&Placement::environments>("environments", "besides production").eg("[staging]"),
      field<&Placement::same_zone>("same-zone", "network latency within a zone, one way")
          .eg("250us"),
      field<&Placement::other_zone>("other-zone", "network latency between zones, one way")
          .eg("600us"),
      field<&Placement::other_region>("other-region", "network latency between regions, one way")
          .eg("15ms"),
      field<&Placement::failure_domains>("failure-domains", "what fails together for other reasons")
          .eg("{ discovery: { services: [catalog, orders] } }"),
  };
  static constexpr StructType kType{
      .name = "placement", .about = "Where and on what it runs", .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(Operating) {
  static constexpr Entry kEntries[] = {
      field<&Operating::metrics>("metrics", "technology").eg("prometheus"),
      field<&Operating::logs>("logs", "technology").eg("loki"),
      field<&Operating::traces>("traces", "technology").eg("tempo"),
      field<&Operating::trace_sampling>("trace-sampling", "share of the requests traced").eg("1%"),
      field<&Operating::keep_logs>("keep-logs", "how long").eg("30d"),
      field<&Operating::keep_traces>("keep-traces", "how long").eg("7d"),
      field<&Operating::keep_metrics>("keep-metrics", "how long").eg("13w"),
      field<&Operating::redact>("redact", "fields never logged").eg("[email, card-number]"),
      field<&Operating::alerts>("alerts", "who is told of what")
          .eg("[\"burn-rate 14.4x over 1h and 5min: page\"]"),
      field<&Operating::chaos>("chaos", "experiments repeated in production").eg("[zone-down]"),
      field<&Operating::rpo>("rpo", "data that may be lost: recovery point objective").eg("5min"),
      field<&Operating::rto>("rto", "time to be back: recovery time objective").eg("1h"),
  };
  static constexpr StructType kType{
      .name = "operating plan", .about = "How it is watched and run", .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(MigrationStep) {
  static constexpr Entry kEntries[] = {
      field<&MigrationStep::extract>("extract", "service that leaves").eg("catalog"),
      field<&MigrationStep::how>("how", "pattern").eg("strangler"),
      field<&MigrationStep::interim>("interim", "calls that cross while it stands")
          .eg("monolith reads catalog over gRPC"),
      field<&MigrationStep::data>("data", "how its data moves").eg("change data capture"),
      field<&MigrationStep::rollback>("rollback", "how to go back").eg("route back at the gateway"),
  };
  static constexpr StructType kType{
      .name = "migration step", .about = "A service that leaves what exists", .entries = kEntries};
  return kType;
}

}  // namespace scantling
