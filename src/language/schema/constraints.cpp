// Constraints, and what stands today.
#include "language/table.h"

namespace scantling {

SCANTLING_STRUCTURE(RateLimitRule) {
  static constexpr Entry kEntries[] = {
      field<&RateLimitRule::per>("per", "whom it is counted for: user, client, address or service")
          .eg("user"),
      field<&RateLimitRule::limit>("limit", "requests, at most").eg("1000/min").needed(),
      field<&RateLimitRule::callers>("callers", "how many there are, all asking alike").eg("10k"),
  };
  static constexpr StructType kType{
      .name = "rate limit", .about = "Requests accepted from one caller", .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(Constraints) {
  static constexpr Entry kEntries[] = {
      field<&Constraints::platform>("platform", "what services run on").eg("kubernetes"),
      field<&Constraints::mesh>("mesh", "service mesh").eg("istio"),
      field<&Constraints::gateway>("gateway", "API gateway").eg("kong"),
      field<&Constraints::broker>("broker", "message broker").eg("kafka"),
      field<&Constraints::discovery>("discovery", "how services find each other")
          .eg("kubernetes-dns"),
      field<&Constraints::provider>("provider", "cloud provider").eg("aws"),
      field<&Constraints::regions>("regions", "regions to run in").eg("[eu-central]"),
      field<&Constraints::zones>("zones", "availability zones, per region").eg("3"),
      field<&Constraints::residency>("residency", "areas that data must not leave").eg("[eu]"),
      field<&Constraints::compliance>("compliance", "regimes that apply").eg("[pci-dss, gdpr]"),
      field<&Constraints::rate_limit>("rate-limit", "what one caller may ask for")
          .eg("{ per: user, limit: 1000/min }"),
      field<&Constraints::budget>("budget", "for everything that runs").eg("30000 USD/month"),
      field<&Constraints::required>("required", "technologies that must be used")
          .eg("[postgresql]"),
      field<&Constraints::forbidden>("forbidden", "technologies that must not be used")
          .eg("[mongodb]"),
      field<&Constraints::preferred>("preferred", "technologies taken where they fit").eg("[go]"),
      field<&Constraints::keep_together>("keep-together",
                                         "groups of aggregates that stay in one service")
          .eg("[[Order, Payment], [Cart, Product]]"),
      field<&Constraints::keep_apart>("keep-apart",
                                      "groups of aggregates of which no two share a service")
          .eg("[[Payment, Notification]]"),
      field<&Constraints::services>("services", "how many services there may be").eg("4..9"),
  };
  static constexpr StructType kType{
      .name = "set of constraints", .about = "What every design must keep to", .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(ExistingTable) {
  static constexpr Entry kEntries[] = {
      field<&ExistingTable::aggregate>("aggregate", "aggregate that it belongs to").eg("Order"),
      field<&ExistingTable::rows>("rows", "how many rows it has").eg("60M"),
      field<&ExistingTable::references>("references", "tables that its foreign keys name")
          .eg("[customers]"),
  };
  static constexpr StructType kType{
      .name = "table", .about = "A table of the database that stands today", .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(ExistingCode) {
  static constexpr Entry kEntries[] = {
      field<&ExistingCode::nodes>("nodes",
                                  "file of lines id,Entity|Method,name,class; an entity is "
                                  "the aggregate of that name")
          .eg("nodes.csv"),
      field<&ExistingCode::edges>(
          "edges", "file of lines source,Calls|Persists|Uses|References|Extends,target")
          .eg("edges.csv"),
  };
  static constexpr StructType kType{.name = "code of the existing system",
                                    .about = "A call graph of its code, as files beside the model",
                                    .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(Existing) {
  static constexpr Entry kEntries[] = {
      field<&Existing::summary>("summary", "a sentence about it").eg("One Rails application"),
      field<&Existing::kind>("kind", "monolith or services").eg("monolith"),
      field<&Existing::engine>("engine", "of its database").eg("postgresql"),
      field<&Existing::tables>("tables", "tables by name")
          .eg("{ orders: { aggregate: Order, rows: 60M } }"),
      field<&Existing::modules>("modules", "parts of its code").eg("[checkout, catalog]"),
      field<&Existing::technologies>("technologies", "what it is built with")
          .eg("[ruby, postgresql]"),
      field<&Existing::code>("code", "a call graph of its code: which unit goes to which service")
          .eg("{ nodes: nodes.csv, edges: edges.csv }"),
      field<&Existing::history>(
          "history",
          "folder of its git repository, or a file with the output of git log "
          "--no-merges --name-only --pretty=format:%x01%aN: what changes "
          "together belongs together")
          .eg("../shop"),
  };
  static constexpr StructType kType{.name = "existing system",
                                    .about = "What stands today, for migration planning",
                                    .entries = kEntries};
  return kType;
}

}  // namespace scantling
