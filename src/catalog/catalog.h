// Technologies, prices, profiles and compliance regimes as data: embedded files under
// src/catalog/data, each figure with its source and date; a user's file overrides entries by name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

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
  std::string cap;                   // "CP", "AP", "" where it has no sense
  std::string pacelc;                // "PC/EC"
  std::vector<std::string> good_at;  // tags: "transactions", "secondary-index", "time-series", ...
  std::vector<std::string> consistency;  // "strong", "quorum", "eventual"
  int operations_burden = 3;             // 1 (managed everywhere) .. 5 (needs its own team)
  TimeLaw read, write;                   // at the server, unloaded
  double reads_per_core = 0, writes_per_core = 0;  // per second
  double max_shard_gib = 0;                        // data one node is comfortable with
  int max_connections = 0;
  bool shards_itself = false;
  double cpu_ms_per_request = 0;  // runtimes and gateways
  Duration start;                 // runtimes: process to ready
  Duration failover;
  std::vector<Figure> figures;  // where the numbers above are from
  std::string note;
};

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
  std::string id;      // "PCI DSS 4.0 3.5.1"
  std::string text;    // in our words
  std::string met_by;  // what in a design answers it: "encryption-at-rest", "mtls", ...
};

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
  friend Expected<Catalog> parse_catalog(const std::vector<std::string_view>& documents);
  std::vector<Technology> technologies_;
  std::vector<Price> prices_;
  std::vector<ProfileEntry> profiles_;
  std::vector<Control> controls_;
};

const Catalog& built_in_catalog();  // parsed once; a fault in it fails the tests

}  // namespace scantling
