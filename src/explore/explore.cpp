#include "explore/explore.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include <fmt/core.h>

#include "base/parallel.h"
#include "base/random.h"
#include "design/design.h"
#include "explore/finalists.h"
#include "explore/findings.h"
#include "explore/sizes.h"
#include "explore/structures.h"

namespace scantling::explore {
namespace {

constexpr std::uint64_t kPurposePins = 0x70696e73, kPurposeSizes = 0x73697a65;
constexpr std::size_t kBatch = 16;  // designs made side by side: never the number of threads

bool is_finite(const Scores& scores) {
  return std::ranges::all_of(scores.values, [](double v) { return std::isfinite(v); });
}

// At least as good: nothing is lost without `b`.
bool covers(const Scores& a, const Scores& b) {
  return dominates(a, b) || (a.values == b.values && a.missed.size() == b.missed.size());
}

class Search {
 public:
  Search(const Architecture& given, const Catalog& catalog, const Options& options)
      : given_(given),
        options_(options),
        question_{given, catalog, options},
        random_(options.seed, 0, kPurposePins) {}

  Expected<Result> run() {
    question_.demands = demands_on_it();
    auto base = structured(question_, {});
    if (!base || !has_solution(*base))
      return fail("the model leaves nothing to design: it has no operations");
    ++out_.designed;
    seen_.insert(fingerprint(*base));
    errors_ = findings_of(*base, Severity::Error);
    for (const auto& [key, text] : findings_of(*base, Severity::Warning))
      rules_.insert(key.first);
    out_.structures.push_back({{}, std::move(*base)});
    rank({0});
    const std::vector<Pin> singles = pins_of(given_, out_.structures[0].model);
    std::vector<std::vector<Pin>> todo;
    for (const Pin& pin : singles)
      todo.push_back({pin});
    spread(todo, static_cast<std::size_t>(options_.designs) * 2 / 3);
    for (std::size_t i = 0; i < todo.size() && may_go_on(); i += kBatch)
      design_batch({todo.begin() + static_cast<std::ptrdiff_t>(i),
                    todo.begin() + static_cast<std::ptrdiff_t>(std::min(todo.size(), i + kBatch))});
    while (may_go_on() && combine()) {
    }
    out_.stopped = options_.stop && options_.stop();
    std::stable_sort(
        out_.pareto.begin(), out_.pareto.end(),
        [](const Candidate& a, const Candidate& b) { return a.scores.values < b.scores.values; });
    if (auto ok = choose_finalists(question_, out_); !ok) return std::unexpected(ok.error());
    return std::move(out_);
  }

 private:
  // What the loop asks of the passes before the design as it is holds, as `design` finds it.
  Demands demands_on_it() const {
    DesignOptions options;
    options.seed = options_.seed;
    options.jobs = options_.jobs;
    options.flips = false;
    if (options_.progress) options_.progress("the design as it is");
    return design(given_, question_.catalog, options).demands;
  }

  bool may_go_on() const {
    return out_.designed < static_cast<std::uint64_t>(options_.designs) &&
           out_.ranked < static_cast<std::uint64_t>(options_.candidates) &&
           !(options_.stop && options_.stop());
  }

  // Every n-th when there are more than may be tried: questions of all passes stay among them.
  static void spread(std::vector<std::vector<Pin>>& todo, std::size_t most) {
    if (todo.size() <= most || most == 0) return;
    std::vector<std::vector<Pin>> kept;
    for (std::size_t i = 0; i < most; ++i)
      kept.push_back(std::move(todo[i * todo.size() / most]));
    todo = std::move(kept);
  }

  void design_batch(const std::vector<std::vector<Pin>>& batch) {
    const std::size_t room =
        std::min<std::size_t>(batch.size(), static_cast<std::size_t>(options_.designs) -
                                                static_cast<std::size_t>(out_.designed));
    std::vector<std::optional<Architecture>> made(room);
    std::vector<std::uint64_t> prints(room);
    in_parallel(options_.jobs, static_cast<int>(room), [&](int i) {
      const auto k = static_cast<std::size_t>(i);
      made[k] = structured(question_, batch[k]);
      if (made[k]) prints[k] = fingerprint(*made[k]);
    });
    out_.designed += room;
    std::vector<std::size_t> added;
    for (std::size_t i = 0; i < room; ++i) {
      tried_.insert(batch[i]);
      if (made[i] && has_solution(*made[i]) && seen_.insert(prints[i]).second) {
        added.push_back(out_.structures.size());
        out_.structures.push_back({batch[i], std::move(*made[i])});
      } else if (batch[i].size() == 1) {
        out_.without_effect.push_back(batch[i][0]);
      }
    }
    rank(added);
    if (options_.progress)
      options_.progress(fmt::format("{} designs, {} candidates, {} that none dominates",
                                    out_.designed, out_.ranked, out_.pareto.size()));
  }

  // Each structure as it is, and with its sizes varied.
  void rank(const std::vector<std::size_t>& structures) {
    // About half of the designs turn out to be one that was there before.
    const int each = std::max(1, 2 * options_.candidates / std::max(1, options_.designs));
    std::vector<std::vector<Candidate>> ranked(structures.size());
    in_parallel(options_.jobs, static_cast<int>(structures.size()), [&](int i) {
      const auto k = static_cast<std::size_t>(i);
      RandomStream random(options_.seed, structures[k], kPurposeSizes);
      const Architecture& model = out_.structures[structures[k]].model;
      ranked[k].push_back({structures[k], {}, scores_of(model)});
      std::vector<Candidate> front{ranked[k].front()};
      for (int n = 1; n < each; ++n) {
        // From one of the best of this structure so far: small steps add up.
        const Candidate& from = front[random.below(static_cast<std::uint32_t>(front.size()))];
        Architecture varied = model;
        apply_sizes(varied, from.sizes);
        std::vector<Sizing> sizes = vary_sizes(varied, random);
        for (const Sizing& before : from.sizes) {
          const auto same = std::ranges::find(sizes, before.path, &Sizing::path);
          if (same == sizes.end())
            sizes.push_back(before);
          else
            same->from = before.from;
        }
        std::erase_if(sizes, [](const Sizing& s) { return s.from == s.to; });
        std::ranges::sort(sizes, {}, &Sizing::path);
        Candidate candidate{structures[k], std::move(sizes), scores_of(varied)};
        const bool worse = std::ranges::any_of(front, [&](const Candidate& c) {
          return dominates(c.scores, candidate.scores) ||
                 c.scores.values == candidate.scores.values;
        });
        if (!worse) front.push_back(candidate);
        ranked[k].push_back(std::move(candidate));
      }
    });
    for (auto& list : ranked)
      for (Candidate& candidate : list) {
        ++out_.ranked;
        offer(std::move(candidate));
      }
  }

  // By `check`: no error that the design as it is has not. And sizes must bring no warning that
  // neither it nor their own structure has: a store without a copy costs no goal anything, and
  // still loses data.
  bool is_sound(const Candidate& candidate) {
    Architecture model = out_.structures[candidate.structure].model;
    const std::set<std::string>& known = rules_of(candidate.structure, model);
    apply_sizes(model, candidate.sizes);
    for (const auto& [key, text] : findings_of(model, Severity::Error))
      if (!errors_.contains(key)) return false;
    return std::ranges::all_of(findings_of(model, Severity::Warning), [&](const auto& finding) {
      return known.contains(finding.first.first) || rules_.contains(finding.first.first);
    });
  }

  // The rules that find something in a structure as the passes made it.
  const std::set<std::string>& rules_of(std::size_t structure, const Architecture& model) {
    const auto [of, is_new] = rules_by_structure_.try_emplace(structure);
    if (is_new)
      for (const auto& [key, text] : findings_of(model, Severity::Warning))
        of->second.insert(key.first);
    return of->second;
  }

  void offer(Candidate candidate) {
    if (!is_finite(candidate.scores)) return;
    for (const Candidate& c : out_.pareto)
      if (covers(c.scores, candidate.scores)) return;
    if (!is_sound(candidate)) return;
    std::erase_if(out_.pareto,
                  [&](const Candidate& c) { return dominates(candidate.scores, c.scores); });
    out_.pareto.push_back(std::move(candidate));
  }

  // A batch of unions of pins of two that none dominates; false when all have been tried.
  bool combine() {
    std::vector<std::vector<Pin>> batch;
    for (int tries = 0; tries < 400 && batch.size() < kBatch; ++tries) {
      const auto pick = [&]() -> const std::vector<Pin>& {
        const auto n = static_cast<std::uint32_t>(out_.pareto.size());
        return out_.structures[out_.pareto[random_.below(n)].structure].pins;
      };
      const std::vector<Pin>& first = pick();
      std::vector<Pin> pins = merged(first, pick());
      if (pins.empty() || tried_.contains(pins) || std::ranges::find(batch, pins) != batch.end())
        continue;
      batch.push_back(std::move(pins));
    }
    if (batch.empty()) return false;
    design_batch(batch);
    return true;
  }

  const Architecture& given_;
  const Options& options_;
  Question question_;
  RandomStream random_;
  std::set<std::uint64_t> seen_;
  std::set<std::vector<Pin>> tried_;
  Findings errors_;              // of the design as it is
  std::set<std::string> rules_;  // that find something in it
  std::map<std::size_t, std::set<std::string>> rules_by_structure_;
  Result out_;
};

}  // namespace

Verdict SimulatedScores::verdict() const {
  Verdict out = Verdict::Holds;
  for (const ExperimentScores& e : experiments) {
    if (e.verdict == Verdict::Fails) return Verdict::Fails;
    if (e.verdict == Verdict::Undecided) out = Verdict::Undecided;
  }
  return out;
}

Architecture problem_of(const Architecture& model, const Finalist& finalist) {
  auto out = pinned(model, finalist.pins);
  return out ? std::move(*out) : model;
}

Expected<Result> explore(const Architecture& model, const Catalog& catalog,
                         const Options& options) {
  return Search(model, catalog, options).run();
}

}  // namespace scantling::explore
