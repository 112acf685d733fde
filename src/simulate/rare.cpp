#include "simulate/rare.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "base/text.h"
#include "simulate/compile.h"
#include "simulate/engine.h"
#include "simulate/replications.h"
#include "simulate/statistics.h"

namespace scantling {
namespace sim {
namespace {

struct Thresholds {
  std::vector<std::uint32_t> levels;
  std::vector<int> splits;
};

// One replication with splitting: how long, weighted, each level was held.
class Restart {
 public:
  Restart(const Program& program, std::uint32_t service, const Thresholds& thresholds,
          std::uint64_t most_events, std::uint32_t operation = none)
      : program_(program),
        service_(service),
        thresholds_(thresholds),
        most_events_(most_events),
        operation_(operation) {}

  void run(const RunOptions& options) {
    stop_ = options.stop;
    Engine engine(program_, options);
    engine.begin();
    follow(engine, 0);
  }

  // Share of the time in which at least `level` requests were held.
  double share(std::uint32_t level) const {
    double above = 0;
    double all = 0;
    for (std::size_t i = 0; i < time_at_.size(); ++i) {
      all += time_at_[i];
      if (i >= level) above += time_at_[i];
    }
    return all > 0 ? above / all : 0;
  }
  std::uint32_t highest() const {
    return time_at_.empty() ? 0 : static_cast<std::uint32_t>(time_at_.size() - 1);
  }
  std::uint64_t events() const { return events_; }
  // Of the operation's answers: the weighted share that is not good, and how many such were seen.
  double failures() const { return good_ + bad_ > 0 ? bad_ / (good_ + bad_) : 0; }
  std::uint64_t failures_seen() const { return seen_; }
  bool cut_short() const { return events_ >= most_events_ || stopped_; }

 private:
  // Until the end, or until the run falls below the threshold that it was split at (`born` of them
  // are below it). The depth of calls is at most the number of thresholds.
  void follow(Engine& engine, std::size_t born) {
    std::size_t stage = born;
    for (;;) {
      const std::uint32_t level = engine.held(service_);
      while (stage > 0 && level < thresholds_.levels[stage - 1])
        --stage;
      if (stage < born) return;
      while (stage < thresholds_.levels.size() && level >= thresholds_.levels[stage]) {
        ++stage;
        for (int i = 1; i < thresholds_.splits[stage - 1]; ++i) {
          if (cut_short()) return;
          Engine copy = engine.split(++copies_);
          follow(copy, stage);
        }
      }
      const Time before = engine.now();
      const Engine::Answers known = answers(engine);
      if (cut_short() || !engine.advance()) return;
      ++events_;
      if (!engine.measuring()) continue;
      count(known, answers(engine), weight(stage));
      if (level >= time_at_.size()) time_at_.resize(level + 1, 0);
      time_at_[level] += weight(stage) * static_cast<double>(engine.now() - before);
      if ((events_ & 0xffff) == 0 && stop_ != nullptr && *stop_ && (*stop_)()) stopped_ = true;
    }
  }
  Engine::Answers answers(const Engine& engine) const {
    return operation_ == none ? Engine::Answers{} : engine.answers(operation_);
  }
  void count(const Engine::Answers& before, const Engine::Answers& after, double weight) {
    good_ += weight * static_cast<double>(after.good - before.good);
    bad_ += weight * static_cast<double>(after.bad - before.bad);
    seen_ += after.bad - before.bad;
  }
  double weight(std::size_t stage) const {
    double w = 1;
    for (std::size_t i = 0; i < stage; ++i)
      w /= thresholds_.splits[i];
    return w;
  }

  const Program& program_;
  std::uint32_t service_;
  const Thresholds& thresholds_;
  std::uint64_t most_events_;
  std::uint32_t operation_;
  double good_ = 0, bad_ = 0;
  std::uint64_t seen_ = 0;
  std::uint64_t events_ = 0, copies_ = 0;
  bool stopped_ = false;
  const std::function<bool()>* stop_ = nullptr;
  std::vector<double> time_at_;
};

constexpr double kNext = .2;  // of the time over one threshold is spent over the next
constexpr int kMostSplits = 20;

// The highest level above the last threshold that is held long enough; the next one when none is.
std::uint32_t next_threshold(const Restart& pilot, std::uint32_t last, std::uint32_t wanted) {
  const double here = pilot.share(last);
  std::uint32_t next = last + 1;
  for (std::uint32_t level = last + 1; level <= std::min(pilot.highest(), wanted); ++level)
    if (pilot.share(level) >= kNext * here) next = level;
  return next;
}

// Thresholds up to the level wanted, each found by a pilot that is split at those before.
Thresholds find_thresholds(const Program& program, std::uint32_t service, std::uint32_t wanted,
                           RunOptions run, std::uint64_t most_events, RareResult& result) {
  Thresholds out;
  std::uint32_t last = 0;
  for (std::uint64_t round = 0;; ++round) {
    run.replication = 1'000'000 + round;
    Restart pilot(program, service, out, most_events);
    pilot.run(run);
    result.events += pilot.events();
    result.highest = std::max(result.highest, pilot.highest());
    const std::uint32_t next = next_threshold(pilot, last, wanted);
    const double ratio = pilot.share(last) > 0 ? pilot.share(next) / pilot.share(last) : 0;
    if (next >= wanted && ratio > .5 * kNext) {
      result.reached = true;
      return out;
    }
    if (ratio <= 0 || pilot.cut_short() || next >= wanted) {
      result.reached = pilot.share(wanted) > 0;
      return out;
    }
    out.levels.push_back(next);
    out.splits.push_back(std::clamp(static_cast<int>(std::lround(1 / ratio)), 2, kMostSplits));
    last = next;
  }
}

// Thresholds on the way to the operation's failures: more of them until a pilot sees enough.
Thresholds thresholds_to_failures(const Program& program, std::uint32_t service,
                                  std::uint32_t operation, RunOptions run,
                                  std::uint64_t most_events, FailureResult& result) {
  constexpr std::uint64_t enough = 200;
  constexpr std::uint64_t most_rounds = 60;
  Thresholds out;
  std::uint32_t last = 0;
  for (std::uint64_t round = 0; round < most_rounds; ++round) {
    run.replication = 1'000'000 + round;
    Restart pilot(program, service, out, most_events, operation);
    pilot.run(run);
    result.events += pilot.events();
    result.reached = pilot.failures_seen() > 0;
    if (pilot.failures_seen() >= enough || pilot.cut_short()) return out;
    const std::uint32_t next = next_threshold(pilot, last, unlimited);
    const double ratio = pilot.share(last) > 0 ? pilot.share(next) / pilot.share(last) : 0;
    if (ratio <= 0) return out;
    out.levels.push_back(next);
    out.splits.push_back(std::clamp(static_cast<int>(std::lround(1 / ratio)), 2, kMostSplits));
    last = next;
  }
  return out;
}

// Replications [from, to) of split runs: of each, what `measure` makes of it.
struct Found {
  double value = 0;
  std::uint64_t events = 0;
  bool cut = false;
};
template <class Measure>  // Measure(Restart) -> double
std::vector<Found> split_runs(std::size_t from, std::size_t to, int jobs, const RunOptions& run,
                              const Restart& fresh, Measure&& measure) {
  std::vector<Found> out(to - from);
  in_parallel(jobs, static_cast<int>(to - from), [&](int i) {
    RunOptions mine = run;
    mine.replication = from + static_cast<std::uint64_t>(i) + 1;
    Restart restart = fresh;
    restart.run(mine);
    out[static_cast<std::size_t>(i)] = {measure(restart), restart.events(), restart.cut_short()};
  });
  return out;
}

Expected<std::uint32_t> station_named(const Program& program, const std::string& name) {
  std::vector<std::string> names;
  for (std::uint32_t k = 1; k < program.services.size(); ++k) {
    if (program.services[k].name == name) return k;
    names.push_back(program.services[k].name);
  }
  std::string problem = "there is no station '" + name + "'";
  if (const auto near = nearest(name, names)) problem += "; did you mean '" + *near + "'?";
  return fail(problem + " (stations: " + enumerate(names) + ")");
}

// What splitting begins with: the compiled experiment, the station, how its runs begin, and how
// many replications are made at least.
struct Prepared {
  Program program;
  std::uint32_t service = 0;
  RunOptions run;
  std::size_t replications = 10;
};
Expected<Prepared> prepare(const Architecture& model, const Experiment& experiment,
                           const RareOptions& options) {
  auto program = compile(model, experiment, options.simulate);
  if (!program) return std::unexpected(program.error());
  const auto service = station_named(*program, options.station);
  if (!service) return std::unexpected(service.error());
  Prepared out{std::move(*program), *service, {}, 10};
  out.replications = static_cast<std::size_t>(std::max(10, options.simulate.replications));
  if (auto ok = first_run(out.program, options.simulate, out.run); !ok)
    return std::unexpected(ok.error());
  return out;
}

}  // namespace
}  // namespace sim

Expected<RareResult> estimate_rare(const Architecture& model, const Experiment& experiment,
                                   const RareOptions& options) {
  const auto prepared = sim::prepare(model, experiment, options);
  if (!prepared) return std::unexpected(prepared.error());
  const auto& [program, service, run, n] = *prepared;
  RareResult result;
  const std::uint64_t most = options.simulate.max_events / n;
  const sim::Thresholds thresholds =
      sim::find_thresholds(program, service, options.at_least, run, most, result);
  result.thresholds = thresholds.levels;
  result.splits = thresholds.splits;
  if (!result.reached) return result;

  const sim::Restart fresh(program, service, thresholds, most);
  const auto shares =
      sim::split_runs(0, n, options.simulate.jobs, run, fresh,
                      [&](const sim::Restart& restart) { return restart.share(options.at_least); });
  std::vector<double> values;
  for (const sim::Found& s : shares) {
    result.events += s.events;
    result.incomplete = result.incomplete || s.cut;
    values.push_back(s.value);
  }
  result.replications = static_cast<int>(n);
  result.share = sim::interval(values, options.simulate.confidence);
  return result;
}

Expected<FailureResult> estimate_failures(const Architecture& model, const Experiment& experiment,
                                          const RareOptions& options, OperationId operation,
                                          double target) {
  const auto prepared = sim::prepare(model, experiment, options);
  if (!prepared) return std::unexpected(prepared.error());
  const auto& [program, service, run, n] = *prepared;
  FailureResult result;
  result.station = options.station;
  const std::uint64_t most = options.simulate.max_events / (8 * n);
  const auto asked = static_cast<std::uint32_t>(operation.index);
  const sim::Thresholds thresholds =
      sim::thresholds_to_failures(program, service, asked, run, most, result);
  result.thresholds = thresholds.levels;
  result.splits = thresholds.splits;
  if (!result.reached) return result;
  const sim::Restart fresh(program, service, thresholds, most, asked);
  std::vector<double> values;
  for (std::size_t wanted = n; values.size() < wanted;) {
    for (const sim::Found& f :
         sim::split_runs(values.size(), wanted, options.simulate.jobs, run, fresh,
                         [](const sim::Restart& restart) { return restart.failures(); })) {
      values.push_back(f.value);
      result.events += f.events;
      result.incomplete = result.incomplete || f.cut;
    }
    result.share = sim::interval(values, options.simulate.confidence);
    const bool open = result.share.low() <= target && target < result.share.high();
    if (open && !result.incomplete && wanted < 4 * n) wanted *= 2;
  }
  result.replications = static_cast<int>(values.size());
  return result;
}

}  // namespace scantling
