// The problem half of a model: what the business needs.
#pragma once

#include <string>
#include <vector>

#include "base/time_law.h"
#include "base/units.h"
#include "model/enums.h"
#include "model/field.h"

namespace scantling {

struct Team;
struct Aggregate;
struct External;
struct Operation;
struct Region;
using TeamId = Id<Team>;
using AggregateId = Id<Aggregate>;
using ExternalId = Id<External>;
using OperationId = Id<Operation>;

struct Team : Element {
  Field<Count> size;                      // people
  Field<std::vector<std::string>> knows;  // technologies, by catalogue name
  Field<Count> owns_at_most;              // services it can own
};

// A unit of consistency: what changes together, in one transaction.
struct Aggregate : Element {
  Field<Count> count;
  Field<Bytes> size;    // of one, mean
  Field<Share> growth;  // of the count, a year
  Field<DataClass> data;
  Field<Duration> keep;
  Field<History> history;        // Full: a candidate for event sourcing
  Field<std::string> invariant;  // "available >= 0"
  Field<Ref<AggregateId>> part_of;
  Field<std::vector<Ref<AggregateId>>> refers_to;
  Field<std::string> residency;  // region that it must not leave
};

// A system that others run.
struct External : Element {
  Field<TimeLaw> latency;
  Field<Share> availability;
  Field<Rate> limit;  // requests they accept
  Field<Idempotency> idempotent;
};

// `read Product x20`, or `{ do: create Payment, calls: psp, undo: refund Payment }`.
struct ProblemStep {
  Span span;
  Verb verb = Verb::Read;
  Ref<AggregateId> aggregate;  // none (empty name) when the step only calls an external
  Factor times;                // x20
  Field<Ref<ExternalId>> calls;
  bool has_undo = false;
  Verb undo_verb = Verb::Cancel;
  Ref<AggregateId> undo_aggregate;
  Field<Ref<ExternalId>> undo_calls;
};

struct OperationLoad {
  Field<Rate> mean;
  Field<Rate> peak;
  Field<LoadShape> shape;
};

// An objective: at most these times, at least this availability and throughput.
struct Objective {
  Field<Duration> p50, p95, p99, p999;
  Field<Share> availability;
  Field<Rate> throughput;

  bool any() const { return p50 || p95 || p99 || p999 || availability || throughput; }
};

struct Operation : Element {
  Field<std::string> summary;
  Field<std::string> actor;
  Field<std::vector<std::string>> on;  // names of events that start it
  Field<Duration> every;               // or a schedule
  Field<std::vector<ProblemStep>> steps;
  Field<bool> atomic;  // all of it, or none of it
  Field<Duration> within;
  Field<std::vector<std::string>> emits;  // names of events
  Field<OperationLoad> load;
  Field<Objective> objective;
  Field<Duration> staleness;  // how old what it reads may be
  Field<Idempotency> idempotent;
  Field<Count> priority;  // 0 is shed first; default 1
};

struct RateLimitRule {
  Field<std::string> per;  // "user", "client", "address", "service"
  Field<Rate> limit;
  Field<Count> callers;  // how many there are, asking alike
};

struct Constraints {
  Field<std::string> platform, mesh, gateway, broker, discovery, provider;
  Field<std::vector<std::string>> regions;
  Field<Count> zones;  // per region
  Field<std::vector<std::string>> residency;
  Field<std::vector<Regime>> compliance;
  Field<MoneyPerMonth> budget;
  Field<std::vector<std::string>> required, forbidden, preferred;  // technologies
  Field<std::vector<std::vector<Ref<AggregateId>>>> keep_together, keep_apart;
  Field<CountRange> services;  // how many
  Field<RateLimitRule> rate_limit;
};

// What stands today, for migration planning.
struct ExistingTable {
  std::string name;
  Span span;
  Field<Ref<AggregateId>> aggregate;
  Field<Count> rows;
  Field<std::vector<std::string>> references;  // names of other tables
};

// A call graph of the code: what belongs to which service once the aggregates are placed.
struct ExistingCode {
  Field<std::string> nodes, edges;  // files beside the model
};

// Two aggregates whose code is tied, from the history.
struct CodeTie {
  AggregateId a, b;
  double weight = 0;
};

struct Existing {
  Field<std::string> summary;
  Field<std::string> kind;    // "monolith", "services"
  Field<std::string> engine;  // of its database
  Field<std::vector<ExistingTable>> tables;
  Field<std::vector<std::string>> modules;
  Field<std::vector<std::string>> technologies;
  Field<ExistingCode> code;
  Field<std::string> history;  // repository, or a file with its log; beside the model
  // Read from `history`; not in the language.
  std::vector<CodeTie> changed_together, shared_authors;
};

}  // namespace scantling
