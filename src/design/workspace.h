// What the passes share while they complete one model: the model itself, the catalogue, what the
// loop demands of them, and the plan that the early passes leave for the later ones.
#pragma once

#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/catalog.h"
#include "design/demands.h"
#include "design/design.h"
#include "model/architecture.h"

namespace scantling {

// How one step of one operation is carried out.
enum class Crossing : std::uint8_t {
  Local,  // the aggregate belongs to the service that runs the operation
  Call,   // a synchronous call to its owner
  View,   // a read model in the caller's own store, fed by the owner's events
};

struct StepPlan {
  int step = 0;  // into the operation's steps
  Crossing crossing = Crossing::Local;
  ServiceId owner;  // of the aggregate; the entry service for a step without one
};

struct OperationPlan {
  bool given = false;           // an endpoint that implements it is in the model already
  ServiceId entry, best_entry;  // the latter if nothing were locked
  std::vector<StepPlan> steps;  // in the order in which they run
  bool saga = false;            // writes cross services and must be all or nothing
  // Above 0: it answers once so many of `steps` are done, and a consumer of its own does the rest.
  std::size_t answers_after = 0;
  bool answers_recorded = false;  // it answers once the request itself is written down
  bool answers_early() const { return answers_recorded || answers_after > 0; }
};

// An endpoint that a pass made, with what it is for.
struct MadeEndpoint {
  enum class Role : std::uint8_t { Operation, Rest, Step, Undo, Project };
  EndpointId endpoint;
  Role role = Role::Operation;
  OperationId operation;  // Operation, Rest
  ProblemStep step;       // Step, Undo
  bool stale = false;     // Step: a read that a cache may answer
  AggregateId aggregate;  // Project: the view that it keeps
};

// A cache in front of one aggregate's reads, for operations that allow staleness.
struct CachePlan {
  AggregateId aggregate;
  ServiceId owner;
  StoreId cache;  // once the data pass has made it
  Duration expires;
  double keys = 0;  // that are asked for, one a page of rows
  double miss = 1;  // share of the reads
};

class Workspace;

// A decision while it is being written. It joins the model when the first value is set, or by
// keep().
class Draft {
 public:
  Draft(Workspace& workspace, std::string name, std::string_view pass, std::string question);

  // What a person has locked under this name; empty: nothing.
  const std::string& locked() const { return locked_; }
  // Of the answers that the pass can carry out the locked one, by its first words or the whole of
  // it; else `best`. What is locked and is no answer is refused (locks.h).
  std::size_t pick(const std::vector<std::string>& answers, std::size_t best);
  // What the pass would choose if nothing were locked; a lock on something else is the reason then.
  Draft& left_open(std::string answer);

  Draft& choose(std::string name, std::vector<Score> scores = {});
  Draft& reject(std::string name, std::vector<Score> scores, std::string why_not);
  Draft& because(std::string text);
  Draft& flips(std::string text);
  Draft& traces(std::initializer_list<std::string> paths);
  Draft& traces(const std::vector<std::string>& paths);
  Draft& reversibility(Reversibility reversibility);

  // Sets an open field and notes its path; a given value is left alone and false returned.
  template <class T>
  bool set(Field<T>& field, T value, const std::string& path) {
    if (field.fixed()) return false;
    field.decide(std::move(value), keep());
    note(path);
    return true;
  }
  // The same for a value that belongs to an element which this decision made: no path of its own.
  template <class T>
  void fill(Field<T>& field, T value) {
    if (!field.fixed()) field.decide(std::move(value), keep());
  }
  // Makes a group of fields present, without fixing what is in it.
  template <class T>
  T& group(Field<T>& field) {
    if (!field.has()) field.from = {Origin::Decided, {}, keep()};
    return field.value;
  }
  // Marks an element as made by this decision.
  void made(Element& element, const std::string& path);
  void note(const std::string& path);
  // A decision with two answers, whose locked one a later pass can't hold to: so says the path.
  void comes_out_otherwise(const std::string& path);
  DecisionId keep();
  // Goes on with a decision that is in the model already.
  void adopt(DecisionId id) { id_ = id; }
  Provenance provenance() { return {Origin::Decided, {}, keep()}; }

 private:
  void complete(DecisionId given);
  Decision& current();

  Workspace& workspace_;
  Decision decision_;  // until kept
  std::string locked_, left_open_;
  DecisionId id_;
};

class Workspace {
 public:
  Workspace(Architecture& architecture, const Catalog& technologies,
            const DesignOptions& design_options, const Demands& demanded);

  Architecture& model;
  const Catalog& catalog;
  const DesignOptions& options;
  const Demands& demands;

  std::vector<OperationPlan> plans;                      // by operation
  std::vector<std::pair<AggregateId, ServiceId>> views;  // read models: what, at whom
  std::vector<MadeEndpoint> made;
  std::vector<CachePlan> caches;
  std::vector<std::pair<StoreId, Duration>> gathering;  // stores, and how long their server gathers
  std::set<StoreId> leaders_apart;  // a lost zone is to take no more than its share of leaders
  std::map<AggregateId, bool> snapshots;  // of aggregates with many events: whether they are made
  Protocol inside = Protocol::Grpc, outside = Protocol::Http;
  PublishVia publication = PublishVia::Outbox;
  bool publication_locked = false;

  // What a person has locked under that name ("place-order.style"); empty when nothing is.
  std::string locked_choice(std::string_view name) const;
  void assume(std::string path, std::string text, std::string question = "");

  const OperationPlan& plan(OperationId id) const {
    return plans[static_cast<std::size_t>(id.index)];
  }
  OperationPlan& plan(OperationId id) { return plans[static_cast<std::size_t>(id.index)]; }

  // The cache that may answer reads of the aggregate for an operation; null when there is none, or
  // when the operation allows no staleness.
  const CachePlan* cache_for(AggregateId aggregate, const Operation& operation) const;

  bool has_profile(Profile profile) const;
  // The strictest value over the model's profiles (production when it names none).
  Duration profile_p99() const;
  Share profile_availability() const;
  int profile_least_instances() const;
  double profile_utilisation() const;
  int zones() const;
  int regions() const;  // that there are; 1 when none is named
  // Regions that serve, each the home of its share of the keys; 1 when only one does. Known once
  // decide_regions() has run.
  int homes() const;
  int people() const;
};

// --- facts about a problem that several passes ask for; all at peak ---

// Runs per second of each operation: its own load, its schedule, or that of the events that start
// it (to a fixed point; a cycle of events is cut at 32 rounds).
std::vector<double> operation_rates(const Architecture& model, bool peak);

// The model with each operation's peak raised to the highest load that an experiment puts on it.
Architecture at_highest_load(const Architecture& model);
// How long that load lasts in the longest experiment that raises the operation's; zero: none does.
Duration highest_load_lasts(const Architecture& model, OperationId operation);
// Reads and writes per second of each aggregate's rows (x20 counts twenty).
struct AggregateRates {
  double reads = 0, writes = 0;
};
std::vector<AggregateRates> aggregate_rates(const Architecture& model,
                                            const std::vector<double>& rates);
// The growth of the data kept: bytes in three years, at the mean rates of creation where `keep`
// bounds it.
double stored_bytes(const Aggregate& aggregate, double years);

std::string aggregate_list(const Architecture& model, const std::vector<AggregateId>& ids);
std::string service_name_for(
    std::string_view aggregate);  // "Order" -> "orders", "Stock" -> "stock"
Score score(std::string criterion, double value, std::string unit = "");

// Puts `(read|write) of one aggregate` into the words of an endpoint: "reserve-stock".
std::string internal_endpoint_name(const ProblemStep& step);

}  // namespace scantling
