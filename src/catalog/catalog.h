// Technologies, prices, profiles and compliance regimes as data: embedded files under
// src/catalog/data, each figure with its source and date; a user's file overrides entries by name.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/embedded.h"
#include "base/error.h"
#include "base/time_law.h"
#include "base/units.h"
#include "model/enums.h"

namespace scantling {

struct Figure {  // a number that somebody measured or published
  double value = 0;
  std::string unit;
  std::string source;  // where it is from
  std::string date;    // year or year-month of the source
  std::string what;    // the key it is for: "reads-per-core", "failover"
};

struct Technology {
  std::string name;   // "postgresql"
  std::string kind;   // "database", "cache", "search", "analytics", "object-store",
                      // "event-store", "broker", "gateway", "mesh", "discovery",
                      // "identity", "secrets", "metrics", "logs", "traces",
                      // "runtime", "platform", "policy"
  std::string title;  // "PostgreSQL"
  std::string model;  // "relational", "document", "wide-column", "key-value", ...
  std::string licence;
  std::string
      provider;        // that alone offers it, or the likes of it: "aws", "gcp"; empty: anyone can
  std::string cap;     // "CP", "AP", "" where it has no sense
  std::string pacelc;  // "PC/EC"
  std::vector<std::string> good_at;  // tags: "transactions", "secondary-index", "time-series", ...
  std::vector<std::string> consistency;  // "strong", "quorum", "eventual"
  int operations_burden = 3;             // 1 (managed everywhere) .. 5 (needs its own team)
  TimeLaw read, write;                   // at the server, unloaded
  Duration gathers;                      // inserts wait at most so long to be written together
  TimeLaw gathered;                      // server time of one that does
  double reads_per_core = 0, writes_per_core = 0;  // per second
  double max_shard_gib = 0;                        // data one node is comfortable with
  int max_connections = 0;
  bool shards_itself = false;
  double cpu_ms_per_request = 0;  // runtimes and gateways
  Duration start;                 // runtimes: process to ready
  Duration failover;
  Duration copies_behind;       // where copies answer reads: how old that is; 0: they don't
  std::vector<Figure> figures;  // where the numbers above are from
  std::string note;
  std::vector<std::string> aliases;  // other names that `find` takes: "postgres"
};

// The kinds that a technology may have.
inline constexpr auto kTechnologyKinds = std::to_array<std::string_view>(
    {"database", "cache", "search", "analytics", "object-store", "event-store", "time-series",
     "broker", "gateway", "mesh", "discovery", "identity", "secrets", "policy", "metrics", "logs",
     "traces", "runtime", "platform"});

struct Price {           // per unit and month
  std::string provider;  // "aws", "gcp", "azure", "generic"
  std::string item;      // "vcpu", "memory-gib", "ssd-gib", "object-gib", "egress-gib",
                         // "cross-zone-gib", "broker-partition", "load-balancer"
  double amount = 0;
  std::string currency = "USD";
  std::string source, date;
};

struct ProfileEntry {  // defaults that a profile brings
  Profile profile;
  Duration p99;
  Share availability;
  int zones = 1;
  int least_instances = 1;
  double target_utilisation = .6;
  std::string summary;
  std::vector<std::string> prefers;  // technologies
};

struct Control {  // one demand of one regime
  Regime regime;
  std::string id;             // "PCI DSS 4.0 3.5.1"
  std::string text;           // in our words
  std::string met_by;         // what in a design answers it: one of kDesignFacts
  double keeps_years = 0;     // of 365 days: how long records are to be kept; 0: it asks for none
  bool in_histories = false;  // records of what was done: whole histories hold them, else logs
};

// Facts of a design that can answer a control. `design` works out which hold; docs/guide/catalog.md
// says for each what in a model shows it.
inline constexpr auto kDesignFacts =
    std::to_array<std::string_view>({"encryption-at-rest",
                                     "encryption-in-transit",
                                     "mtls",
                                     "key-management",
                                     "network-policy",
                                     "least-privilege",
                                     "access-control",
                                     "segregation",
                                     "strong-customer-authentication",
                                     "secrets-managed",
                                     "secrets-rotated",
                                     "audit-log",
                                     "monitoring",
                                     "incident-response",
                                     "retention",
                                     "erasure",
                                     "residency",
                                     "data-minimisation",
                                     "redaction",
                                     "vulnerability-scan",
                                     "change-control",
                                     "backup",
                                     "disaster-recovery",
                                     "capacity",
                                     "resilience-testing",
                                     "third-party-risk",
                                     "data-inventory",
                                     "organisational"});

class Catalog {
 public:
  const std::vector<Technology>& technologies() const { return technologies_; }
  const Technology* find(std::string_view name) const;
  std::vector<const Technology*> of_kind(std::string_view kind) const;
  const std::vector<Price>& prices() const { return prices_; }
  double price(std::string_view provider, std::string_view item) const;  // falls back to "generic"
  const ProfileEntry& profile(Profile profile) const;
  std::vector<const Control*> controls(Regime regime) const;

 private:
  friend class CatalogReader;
  std::vector<Technology> technologies_;
  std::vector<Price> prices_;
  std::vector<ProfileEntry> profiles_;
  std::vector<Control> controls_;
};

// A text with the name that errors show.
struct CatalogDocument {
  std::string name;
  std::string_view text;
};

// Reads documents in order; a later one overrides what it names, value by value. Unknown keys,
// wrong units, values out of their range: an error with name and line. See docs/guide/catalog.md.
Expected<Catalog> parse_catalog(const std::vector<CatalogDocument>& documents);
Expected<Catalog> parse_catalog(const std::vector<std::string_view>& documents);

const Catalog& built_in_catalog();  // parsed once; a fault in it fails the tests
// The built-in catalogue with a user's files over it.
Expected<Catalog> catalog_with(const std::vector<CatalogDocument>& user_documents);
Expected<Catalog> catalog_with(const std::vector<std::string>& user_documents);

// What this run goes by: the built-in catalogue, or the one that it was told to use. To be told
// before anything asks: it is not guarded.
const Catalog& catalog_in_use();
void use_catalog(Catalog catalog);

std::span<const EmbeddedFile> embedded_catalog();  // src/catalog/data/*.yaml

}  // namespace scantling
