// Runs an elaborated model as a discrete-event simulation and judges its experiments.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "model/architecture.h"

namespace scantling {

// How far a run is: replications done of those wanted so far, and the precision of what is done
// (infinite before the second).
struct RunProgress {
  int done = 0, wanted = 0;
  double precision = 0;
};

struct SimulateOptions {
  std::uint64_t seed = 1;
  int jobs = 0;          // 0: one a core. Never changes a byte of the results
  int replications = 5;  // at least 5 for intervals
  // Relative half width wanted of every operation's goodput, mean and p99; 0: none. The number of
  // replications then grows up to the most.
  double precision = 0;
  int most_replications = 200;
  double confidence = .99;
  Duration measured{60'000'000'000};         // when the experiment doesn't say
  Duration warm_up{};                        // zero: found by MSER-5
  std::uint64_t max_events = 2'000'000'000;  // over all replications; reaching it is said
  double scale = 1;                          // <1: a shorter run for the loop; scales `measured`
  double load = 1;  // multiplies every rate of arrivals, schedule and number of users
  // Availability that plain runs can't tell (99.99% and more, too few failures seen) is estimated
  // by splitting runs; see rare.h.
  bool rare = false;
  std::function<bool()> stop;  // asked now and then; true ends the run, marked incomplete
  std::function<void(const RunProgress&)> progress;  // after each replication, one at a time
};

// Mean over replications and the half width of its confidence interval; half_width < 0: unknown.
struct Interval {
  double mean = 0;
  double half_width = -1;
  double low() const { return half_width < 0 ? mean : mean - half_width; }
  double high() const { return half_width < 0 ? mean : mean + half_width; }
};

struct LatencyResult {  // seconds
  Interval mean, p50, p90, p95, p99, p999;
  double max = 0;
};

struct ErrorsByCause {  // per second
  double timeout = 0, rejected = 0, failed = 0, breaker_open = 0, lost = 0, throttled = 0;
  double total() const { return timeout + rejected + failed + breaker_open + lost + throttled; }
};

// Per-second buckets, mean over replications.
struct Series {
  std::string name;  // "goodput", "p99", "offered", ...
  std::string unit;
  double bucket_seconds = 1;
  std::vector<double> values;
};

// Reads of stores whose copies may be behind, by one operation. Shares are of the reads.
struct ReadsResult {
  Interval rate;               // per second; 0 when there are none
  Interval outdated;           // that missed a write of what they read
  Interval stale;              // of these, a write older than the operation allows
  double allowed_seconds = 0;  // how old what it reads may be
  double oldest_seconds = 0;   // the oldest write that one missed
};

struct OperationResult {
  OperationId operation;
  Interval offered, goodput;  // per second; goodput: answered well within its timeout
  Interval availability;      // goodput over offered
  LatencyResult latency;      // of good answers
  ErrorsByCause errors;
  ReadsResult reads;
  std::vector<Series> series;  // goodput, offered, errors, p50, p99
};

struct EndpointResult {
  EndpointId endpoint;
  Interval rate, goodput;
  LatencyResult latency;
};

// What a service that sheds load refused of one priority, per second.
struct ShedResult {
  std::uint32_t priority = 0;
  std::int64_t from = -1;  // requests in an instance from which it is refused; -1: never shed
  Interval offered, refused;
};

// A service, a store, or an external: anything that can saturate.
struct StationResult {
  std::string kind;  // "service", "store", "external", "channel"
  std::string name;
  Interval utilisation;          // of its cpu servers or its slots, 0..1
  Interval in_progress;          // requests held
  Interval queue;                // waiting
  Interval rate;                 // arrivals per second
  double rejected = 0;           // per second
  double instances = 0;          // time average
  std::vector<ShedResult> shed;  // of each priority, the lowest first; empty: it sheds nothing
  std::vector<Series> series;    // utilisation, queue, instances
};

struct EdgeResult {                   // one call step of one endpoint
  std::string from, to;               // "orders.place-order" -> "catalog.quote"
  Interval first_attempts, attempts;  // per second
  double amplification = 1;           // attempts over first attempts
  double breaker_open_share = 0;      // of the time
  ErrorsByCause errors;
};

struct ChannelResult {
  ChannelId channel;
  Interval published, consumed;  // messages per second
  Interval lag;                  // messages behind, mean over time
  double lag_max = 0;
  double dead_lettered = 0;
  LatencyResult delay;  // published to handled
};

// A store whose writes do not wait for its copies.
struct CopiesResult {
  StoreId store;
  LatencyResult lag;            // from the answer of a write until a copy shows it
  double failovers = 0;         // leaders replaced, of one run
  Interval lost_writes;         // answered, and gone with their leader; of one run
  double lost_seconds = 0;      // before the loss the oldest of these was answered, at most
  double allowed_seconds = -1;  // the store's rpo; -1: it has none
};

enum class Verdict : std::uint8_t { Holds, Fails, Undecided };
std::string_view to_text(Verdict verdict);  // "holds", "fails", "undecided"

// One expectation of one experiment, judged.
struct Judgement {
  std::string experiment;
  std::string subject;  // "place-order"
  std::string what;     // "p99", "availability", "recovers-within", "amplification"
  Verdict verdict = Verdict::Undecided;
  double target = 0;
  Interval measured;
  std::string unit;       // "s", "%" (0..100), "x", "messages"
  bool at_least = false;  // target is a lower bound (availability, goodput)
  std::string path;       // "experiments.zone-down.expect.place-order.availability"
  Span span;
  bool by_splitting = false;        // measured by split runs, not by plain ones
  std::vector<std::string> causes;  // failing: first saturated element, amplification, ...
};

struct HopShare {    // critical path: what a hop adds to the answer's time
  std::string name;  // "orders-db read", "catalog.quote work", "queue at orders"
  double mean_seconds = 0;
  double p99_seconds = 0;  // mean over the slowest 1% of answers
  double p50_seconds = 0;  // mean over the tenth of the answers around the median
};

// One operation in one part of a run with faults.
struct PartResult {
  double seconds = 0;  // how long the part is; 0: there is none
  Interval goodput, availability, p50, p99;
};

// What faults did to one operation. Faults that overlap in time are one.
struct FaultEffect {
  OperationId operation;
  PartResult before, during, after;
  // From the end of the faults until goodput is back (the last second in which it is clearly below
  // 90% of what it was before); negative: not within the run, or there is no before or after.
  double back_after_seconds = -1;
};
struct FaultWindow {
  std::string faults;  // "lose zone b"
  double from_seconds = 0, to_seconds = 0;
  std::vector<FaultEffect> operations;
};

struct ExperimentResult {
  std::string name;  // an experiment's, or "peak"
  bool incomplete = false;
  double measured_seconds = 0, warm_up_seconds = 0;
  int replications = 0;
  double precision = 0;  // the widest relative half width, see SimulateOptions
  std::uint64_t events = 0;
  std::vector<OperationResult> operations;
  std::vector<EndpointResult> endpoints;
  std::vector<StationResult> stations;
  std::vector<EdgeResult> edges;
  std::vector<ChannelResult> channels;
  std::vector<CopiesResult> copies;
  std::vector<Judgement> judgements;
  std::vector<std::pair<OperationId, std::vector<HopShare>>> critical_path;
  std::vector<std::pair<double, double>> fault_bands;  // seconds from the measured start
  std::vector<FaultWindow> fault_windows;
  std::vector<std::string> notes;  // what was taken for what: said, not hidden
  std::string fingerprint;         // hash over the events: pins behaviour in tests
};

struct SimulationResult {
  std::vector<ExperimentResult> experiments;
  Verdict verdict() const;  // the worst
};

// The load at peak as an experiment of its own, judged against the operations' objectives.
Experiment peak_experiment(const Architecture& model);

// Fails only for what is our bug or the environment's: a model that the checks accept can be run.
Expected<ExperimentResult> simulate(const Architecture& model, const Experiment& experiment,
                                    const SimulateOptions& options);
// `peak` and every experiment of the model, in order.
Expected<SimulationResult> simulate_all(const Architecture& model, const SimulateOptions& options);

}  // namespace scantling
