#include "simulate/search.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace scantling {
namespace {

constexpr Duration kSoon{30'000'000'000};  // a recovery is waited for at least so long

bool stopped(const SearchOptions& options) {
  return options.simulate.stop && options.simulate.stop();
}

template <class Runs>
std::uint64_t events_of(const Runs& runs) {
  std::uint64_t sum = 0;
  for (const SearchRun& run : runs)
    sum += run.events;
  return sum;
}

// Runs until every expectation is decided, with at most four times the replications and as long as
// the next ones, twice as many, have less than `left` events.
Expected<SearchRun> judge_run(const Architecture& model, const Experiment& experiment,
                              SimulateOptions options, std::uint64_t left, int rounds = 3) {
  SearchRun out;
  for (int round = 0; round < rounds; ++round, options.replications *= 2) {
    auto run = simulate(model, experiment, options);
    if (!run) return std::unexpected(run.error());
    out.events += run->events;
    if (run->judgements.empty() && run->incomplete) return out;
    if (run->judgements.empty())
      return fail("nothing is expected in " + experiment.name +
                  ": there is nothing that a search could hold");
    out.verdict = Verdict::Holds;
    out.replications = run->replications;
    out.first.clear();
    out.causes.clear();
    const auto worst = [](Verdict v) {
      return v == Verdict::Fails ? 0 : v == Verdict::Undecided ? 1 : 2;
    };
    for (const Judgement& j : run->judgements) {
      if (j.verdict == Verdict::Holds || worst(j.verdict) >= worst(out.verdict)) continue;
      out.verdict = j.verdict;
      out.first = j.subject + " " + j.what;
      out.causes = j.causes;
    }
    if (out.verdict != Verdict::Undecided || run->incomplete) break;
    if (out.events + 2 * run->events > left) break;
  }
  return out;
}

// Bisection for the largest factor that holds, when holding is monotone in it.
template <class Run>  // Run(factor, events left) -> Expected<SearchRun>
class Search {
 public:
  Search(const SearchOptions& options, Run run) : options_(options), run_(std::move(run)) {}

  Expected<Bisection> find() {
    if (auto ok = bracket(); !ok) return std::unexpected(ok.error());
    // Two borders: the last that holds, and the first that fails; between them runs can't tell.
    if (auto ok = narrow(Verdict::Holds); !ok) return std::unexpected(ok.error());
    if (auto ok = narrow(Verdict::Fails); !ok) return std::unexpected(ok.error());
    for (const auto& [at, verdict] : seen_) {
      if (verdict == Verdict::Holds) out_.holds = std::max(out_.holds, at);
      if (verdict == Verdict::Fails) out_.fails = std::min(out_.fails, at);
    }
    out_.stopped = stopped(options_);
    out_.limited = left() == 0;
    return std::move(out_);
  }

 private:
  Expected<Verdict> at(double factor) {
    const auto known = seen_.find(factor);
    if (known != seen_.end()) return known->second;
    auto run = run_(factor, left());
    if (!run) return std::unexpected(run.error());
    run->at = factor;
    seen_[factor] = run->verdict;
    out_.runs.push_back(*run);
    return run->verdict;
  }

  std::uint64_t left() const {
    return options_.most_events - std::min(options_.most_events, events_of(out_.runs));
  }
  bool may_go_on() const {
    return !stopped(options_) && static_cast<int>(out_.runs.size()) < options_.most_runs &&
           left() > 0;
  }

  // Doubles or halves from 1 until one factor holds and one fails.
  Expected<void> bracket() {
    double up = 1;
    double down = 1;
    for (;;) {
      const auto high = at(up);
      if (!high) return std::unexpected(high.error());
      if (*high == Verdict::Fails || up >= options_.most || !may_go_on()) break;
      up *= 2;
    }
    for (;;) {
      const auto low = at(down);
      if (!low) return std::unexpected(low.error());
      if (*low == Verdict::Holds || down <= 1 / options_.most || !may_go_on()) break;
      down /= 2;
    }
    return {};
  }

  // Between the largest factor on the near side of the border and the smallest beyond it. Holds:
  // the border of what holds; Fails: of what fails.
  Expected<void> narrow(Verdict border) {
    while (may_go_on()) {
      double low = 0;
      double high = std::numeric_limits<double>::infinity();
      for (const auto& [factor, verdict] : seen_) {
        const bool near =
            border == Verdict::Holds ? verdict == Verdict::Holds : verdict != Verdict::Fails;
        if (near)
          low = std::max(low, factor);
        else
          high = std::min(high, factor);
      }
      if (low <= 0 || !std::isfinite(high) || high / low <= 1 + options_.within) return {};
      if (const auto middle = at(std::sqrt(low * high)); !middle)
        return std::unexpected(middle.error());
    }
    return {};
  }

  const SearchOptions& options_;
  Run run_;
  std::map<double, Verdict> seen_;
  Bisection out_;
};

std::int64_t instances_of(const Architecture& model, ServiceId id) {
  const Service& service = model.services[id];
  if (!service.runtime || !service.runtime->instances) return 1;
  return std::max<std::int64_t>(1, service.runtime->instances->high);
}

void set_instances(Architecture& model, ServiceId id, std::int64_t n) {
  Field<Runtime>& runtime = model.services[id].runtime;
  if (!runtime) runtime = {Runtime{}, {Origin::Assumed, {}, {}}};
  runtime->instances = {CountRange{n, n}, {Origin::Assumed, {}, {}}};
}

class ReplicaFinder {
 public:
  ReplicaFinder(const Architecture& model, const Experiment& experiment,
                const SearchOptions& options)
      : model_(model), experiment_(experiment), options_(options) {}

  Expected<ReplicaSearch> find() {
    for (ServiceId id : model_.services.ids()) {
      ServiceReplicas s;
      s.service = id;
      s.given = instances_of(model_, id);
      s.needed = s.given;
      out_.services.push_back(s);
    }
    if (auto ok = grow(); !ok) return std::unexpected(ok.error());
    for (ServiceReplicas& s : out_.services)
      if (out_.holds && may_go_on())
        if (auto ok = reduce(s); !ok) return std::unexpected(ok.error());
    out_.stopped = stopped(options_);
    out_.limited = left() == 0;
    return std::move(out_);
  }

 private:
  std::uint64_t left() const {
    return options_.most_events - std::min(options_.most_events, events_of(out_.runs));
  }
  bool may_go_on() const { return !stopped(options_) && left() > 0; }
  Expected<SearchRun> run() {
    Architecture tried = model_;
    for (const ServiceReplicas& s : out_.services)
      set_instances(tried, s.service, s.needed);
    auto run = judge_run(tried, experiment_, options_.simulate, left());
    if (run) out_.runs.push_back(*run);
    return run;
  }

  // As given, or all services doubled until it holds.
  Expected<void> grow() {
    for (int times = 1; times <= 64 && may_go_on(); times *= 2) {
      for (ServiceReplicas& s : out_.services)
        s.needed = s.given * times;
      const auto tried = run();
      if (!tried) return std::unexpected(tried.error());
      out_.runs.back().at = times;
      out_.holds = tried->verdict == Verdict::Holds;
      if (out_.holds) return {};
    }
    return {};
  }

  Expected<void> reduce(ServiceReplicas& s) {
    std::int64_t fails = 0;
    std::int64_t holds = s.needed;
    while (holds - fails > 1 && may_go_on()) {
      s.needed = fails + (holds - fails) / 2;
      auto tried = run();
      if (!tried) return std::unexpected(tried.error());
      out_.runs.back().at = static_cast<double>(s.needed);
      if (tried->verdict == Verdict::Holds) {
        holds = s.needed;
      } else {
        fails = s.needed;
        s.below = *tried;
        s.below.at = static_cast<double>(fails);
      }
    }
    s.needed = holds;
    return {};
  }

  const Architecture& model_;
  const Experiment& experiment_;
  const SearchOptions& options_;
  ReplicaSearch out_;
};

}  // namespace

const SearchRun* Bisection::failing() const {
  for (const SearchRun& run : runs)
    if (run.at == fails) return &run;
  return nullptr;
}

Expected<Duration> search_length(const Architecture& model, const Experiment& experiment,
                                 const SimulateOptions& options, Duration wanted) {
  constexpr double events = 50e6;
  SimulateOptions second = options;
  second.measured = Duration{1'000'000'000};
  second.replications = 1;
  second.precision = 0;
  second.progress = {};
  Experiment plain = experiment;  // whatever else it says, its load for a second
  plain.faults = {};
  plain.expect = {};
  plain.lasts = {};
  const auto run = simulate(model, plain, second);
  if (!run) return std::unexpected(run.error());
  const double seconds = run->measured_seconds + run->warm_up_seconds;
  const double each = static_cast<double>(run->events) / std::max(1e-3, seconds);
  const double enough = std::ceil(events / std::max(1.0, each * options.replications));
  const double most = wanted.seconds();
  return Duration::from_seconds(std::clamp(enough, std::min(10.0, most), most));
}

Expected<Bisection> find_capacity(const Architecture& model, const Experiment& experiment,
                                  const SearchOptions& options) {
  const auto run = [&](double factor, std::uint64_t left) {
    SimulateOptions at = options.simulate;
    at.load *= factor;
    return judge_run(model, experiment, at, left);
  };
  return Search(options, run).find();
}

Expected<ReplicaSearch> find_replicas(const Architecture& model, const Experiment& experiment,
                                      const SearchOptions& options) {
  return ReplicaFinder(model, experiment, options).find();
}

Expected<Trigger> find_trigger(const Architecture& model, const Experiment& experiment,
                               Duration length, const SearchOptions& options) {
  Trigger out;
  out.length = length;
  // Long enough for what the spike left in queues to be worked off: twice as long as its excess
  // takes to come at the usual rate.
  const auto recovery = [&](double factor) {
    return Duration{std::max<std::int64_t>(
        kSoon.nanoseconds,
        static_cast<std::int64_t>(2 * factor * static_cast<double>(length.nanoseconds)))};
  };
  const Provenance assumed{Origin::Assumed, {}, {}};
  Experiment spiked;
  spiked.name = experiment.name;
  spiked.load = experiment.load;
  const Duration at{10'000'000'000};  // and as long at the end, when it is judged
  const auto within = [&](double factor, Duration wait, std::uint64_t left) {
    Experiment e = spiked;
    ExperimentLoad load = *experiment.load;
    LoadSpike spike;
    spike.at = {at, assumed};
    spike.lasts = {length, assumed};
    spike.by = {Factor{factor}, assumed};
    load.spike = {spike, assumed};
    e.load = {std::move(load), assumed};
    Expectation expect;
    AfterFaults after;
    after.within = {wait, assumed};
    after.goodput = {Share{.9}, assumed};
    expect.after_faults = {after, assumed};
    e.expect = {std::move(expect), assumed};
    e.lasts = {Duration{2 * at.nanoseconds + length.nanoseconds + wait.nanoseconds}, assumed};
    // Goodput hardly differs from run to run: two often do, and as many as elsewhere if not.
    SimulateOptions two = options.simulate;
    two.replications = std::min(2, two.replications);
    return judge_run(model, e, two, left, 4);
  };
  // Most are well again soon: the long run is for those that aren't.
  const auto run = [&](double factor, std::uint64_t left) {
    const Duration whole = recovery(factor);
    auto soon = within(factor, std::min(whole, kSoon), left);
    if (!soon || soon->verdict == Verdict::Holds || whole <= kSoon) return soon;
    auto wholly = within(factor, whole, left - std::min(left, soon->events));
    if (wholly) wholly->events += soon->events;
    return wholly;
  };
  SearchOptions limited = options;
  limited.most = std::min(options.most, 16.0);
  auto found = Search(limited, run).find();
  if (!found) return std::unexpected(found.error());
  out.spike = std::move(*found);
  out.recovery = recovery(std::isfinite(out.spike.fails) ? out.spike.fails : out.spike.holds);
  return out;
}

}  // namespace scantling
