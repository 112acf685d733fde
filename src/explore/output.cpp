#include "explore/output.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/units.h"
#include "explore/sizes.h"
#include "report/document.h"

namespace scantling::explore {
namespace {

constexpr std::size_t kMostDifferences = 12;

std::string percent(double share) {
  return number_text(share * 100, 3) + "%";
}

std::string percent(const Interval& i) {
  if (i.half_width <= 0) return percent(i.mean);
  return fmt::format("{} ± {}", percent(i.mean), percent(i.half_width));
}

// A difference of shares, in points.
std::string change(const Interval& i) {
  return (i.mean > 0 ? "+" : "") + percent(i);
}

std::string money(double amount) {
  return readable(MoneyPerMonth{amount, "USD"});
}

Tone tone_of(Verdict verdict) {
  return verdict == Verdict::Holds   ? Tone::Good
         : verdict == Verdict::Fails ? Tone::Bad
                                     : Tone::Warn;
}

// "USD 31 a month less", "2 split writes fewer": from `a` to `b`; empty when it is nearly the same.
std::string change_text(Goal goal, double a, double b) {
  if (goal == Goal::SplitWrites) {
    const auto n = static_cast<std::int64_t>(std::abs(b - a));
    return n == 0 ? "" : fmt::format("{} {}", plural(n, "split write"), b < a ? "fewer" : "more");
  }
  if (std::abs(b - a) < .01 * std::max(std::abs(a), 1e-9)) return "";
  switch (goal) {
    case Goal::Cost:
      return fmt::format("{} a month {}",
                         money(std::abs(b - a)).substr(0, money(std::abs(b - a)).find('/')),
                         b < a ? "less" : "more");
    case Goal::P99: return fmt::format("p99 {} of its limit instead of {}", percent(b), percent(a));
    case Goal::Failures:
      return fmt::format("{} of requests answered well instead of {}", readable(Share{1 - b}),
                         readable(Share{1 - a}));
    default: return fmt::format("fullest team at {} instead of {}", percent(b), percent(a));
  }
}

struct Trade {
  std::vector<std::string> gains, losses;
};

Trade trade(const Scores& from, const Scores& to) {
  Trade out;
  for (std::size_t g = 0; g < kGoals; ++g) {
    const std::string text = change_text(static_cast<Goal>(g), from.values[g], to.values[g]);
    if (text.empty()) continue;
    (to.values[g] < from.values[g] ? out.gains : out.losses).push_back(text);
  }
  return out;
}

std::string chosen_in(const Architecture& model, const std::string& decision) {
  const DecisionId id = find_by_name(model.decisions, decision);
  return id.valid() && model.decisions[id].chosen ? *model.decisions[id].chosen : "";
}

// What is other than in the design as it is.
std::vector<std::string> differences(const Result& result, const Finalist& finalist) {
  std::vector<std::string> out;
  const Structure& structure = result.structures[finalist.candidate.structure];
  const Architecture& base = result.structures[0].model;
  for (const Pin& pin : structure.pins) {
    std::string before = chosen_in(base, pin.what);
    if (pin.what == "services") before = std::to_string(base.services.size());
    out.push_back(fmt::format("{}: {}{}", pin.what, pin.choice,
                              before.empty() ? "" : fmt::format(", not {}", before)));
  }
  for (const Sizing& sizing : finalist.candidate.sizes) {
    const std::string before = size_text(base, sizing.path);
    if (before != sizing.to)
      out.push_back(
          fmt::format("{}: {}{}", sizing.path, sizing.to, before.empty() ? "" : ", not " + before));
  }
  return out;
}

Block finalists_block(const Result& result) {
  Block block = make_block("finalists", "Designs");
  Table table;
  table.columns = {{"design", false, 0},       {"cost", true, 0},         {"p99 / limit", true, 0},
                   {"answered well", true, 0}, {"split writes", true, 0}, {"services", true, 2},
                   {"fullest team", true, 0},  {"missed", true, 1},       {"simulated", false, 0}};
  for (const Finalist& f : result.finalists) {
    const Scores& s = f.candidate.scores;
    table.rows.push_back(
        {{f.name, Tone::Plain},
         {money(s.of(Goal::Cost)), Tone::Plain},
         {percent(s.of(Goal::P99)), s.of(Goal::P99) <= 1 ? Tone::Plain : Tone::Bad},
         {readable(Share{1 - s.of(Goal::Failures)}), Tone::Plain},
         {number_text(s.of(Goal::SplitWrites)), Tone::Plain},
         {std::to_string(s.services), Tone::Plain},
         {percent(s.of(Goal::TeamLoad)), Tone::Plain},
         {std::to_string(s.missed.size()), s.missed.empty() ? Tone::Plain : Tone::Bad},
         {std::string(scantling::to_text(f.simulated.verdict())), tone_of(f.simulated.verdict())}});
  }
  block.tables.push_back(std::move(table));
  return block;
}

Item list_of(std::string label, const std::vector<std::string>& lines, std::size_t most) {
  Item item = branch(std::move(label), {});
  for (std::size_t i = 0; i < std::min(most, lines.size()); ++i)
    item.children.push_back(line("", lines[i]));
  if (lines.size() > most)
    item.children.push_back(line("", fmt::format("and {} more", lines.size() - most)));
  return item;
}

// What holds in which run, and what does not.
void add_verdicts(const SimulatedScores& simulated, Block& block) {
  std::vector<std::string> holds;
  for (const ExperimentScores& e : simulated.experiments)
    if (e.verdict == Verdict::Holds) holds.push_back(e.name);
  if (!holds.empty()) block.add(line("simulated, holds in", enumerate(holds)));
  for (const ExperimentScores& e : simulated.experiments) {
    std::vector<std::string> failing;
    for (std::size_t i = 0; i < e.failing.size(); ++i)
      failing.push_back(fmt::format("{} ({})", e.failing[i], e.measured[i]));
    if (!failing.empty())
      block.add(
          line("simulated, fails in " + e.name, enumerate(failing), Origin::Absent, Tone::Bad));
    if (!e.undecided.empty())
      block.add(
          line("simulated, undecided in " + e.name,
               enumerate(e.undecided) + (e.name == "peak" ? "; longer runs by --for decide" : ""),
               Origin::Absent, Tone::Warn));
  }
}

Block finalist_block(const Result& result, const Finalist& f) {
  Block block = make_block("finalist", f.name);
  const Finalist& base = result.finalists.front();
  const Trade against = trade(base.candidate.scores, f.candidate.scores);
  if (!f.also.empty()) block.add(line("is also", enumerate(f.also)));
  block.add(list_of("gives", against.gains, kMostDifferences));
  block.add(list_of("for", against.losses, kMostDifferences));
  block.add(list_of("differs in", differences(result, f), kMostDifferences));
  block.add(list_of("check finds besides", f.findings, kMostDifferences));
  const SimulatedScores& s = f.simulated;
  const bool other = &f != &base;
  block.add(
      line("simulated p99",
           fmt::format("{} of its limit{}", percent(s.p99),
                       other ? "; against the design as it is " + change(s.p99_change) : "")));
  block.add(
      line("simulated failures",
           fmt::format("{} of the requests{}", percent(s.failures),
                       other ? "; against the design as it is " + change(s.failures_change) : "")));
  add_verdicts(s, block);
  if (!f.candidate.scores.missed.empty())
    block.add(line("missed, says the twin", enumerate(f.candidate.scores.missed), Origin::Absent,
                   Tone::Bad));
  return block;
}

// Each against each: what the second gives up for what.
Block pairs_block(const Result& result) {
  Block block = make_block("pairs", "Against each other");
  for (std::size_t i = 1; i < result.finalists.size(); ++i)
    for (std::size_t k = i + 1; k < result.finalists.size(); ++k) {
      const Finalist& a = result.finalists[i];
      const Finalist& b = result.finalists[k];
      const Trade t = trade(a.candidate.scores, b.candidate.scores);
      block.add(line(fmt::format("from {} to {}", a.name, b.name),
                     fmt::format("{}{}{}", t.gains.empty() ? "nothing gained" : join(t.gains, ", "),
                                 t.losses.empty() ? "" : "; for ", join(t.losses, ", "))));
    }
  return block;
}

using Json = nlohmann::json;

Json number(double x) {
  return std::isfinite(x) ? Json(x) : Json();
}

Json scores_json(const Scores& s) {
  Json out = Json::object();
  for (std::size_t g = 0; g < kGoals; ++g)
    out[std::string(to_text(static_cast<Goal>(g)))] = number(s.values[g]);
  out["services"] = s.services;
  out["missed"] = s.missed;
  return out;
}

Json interval_json(const Interval& i) {
  if (i.half_width < 0) return {{"mean", number(i.mean)}};
  return {{"mean", number(i.mean)}, {"low", number(i.low())}, {"high", number(i.high())}};
}

Json pins_json(const std::vector<Pin>& pins) {
  Json out = Json::array();
  for (const Pin& pin : pins)
    out.push_back({{"what", pin.what}, {"choice", pin.choice}});
  return out;
}

Json candidate_json(const Result& result, const Candidate& c) {
  Json sizes = Json::array();
  for (const Sizing& s : c.sizes)
    sizes.push_back({{"path", s.path}, {"from", s.from}, {"to", s.to}});
  return {{"scores", scores_json(c.scores)},
          {"pins", pins_json(result.structures[c.structure].pins)},
          {"sizes", std::move(sizes)}};
}

Json experiments_json(const SimulatedScores& simulated) {
  Json out = Json::array();
  for (const ExperimentScores& e : simulated.experiments)
    out.push_back({{"name", e.name},
                   {"verdict", scantling::to_text(e.verdict)},
                   {"failing", e.failing},
                   {"measured", e.measured},
                   {"undecided", e.undecided}});
  return out;
}

}  // namespace

std::string terminal(const Architecture& given, const Result& result,
                     const OutputOptions& options) {
  Document document;
  document.title = fmt::format("Exploration of {}", given.name->empty() ? "a model" : *given.name);
  document.facts.push_back(
      line("searched",
           fmt::format("{} designs, {} of them different; {} candidates ranked by the twin{}",
                       result.designed, result.structures.size(), result.ranked,
                       result.stopped ? "; incomplete: it was stopped" : ""),
           Origin::Absent, result.stopped ? Tone::Warn : Tone::Plain));
  document.facts.push_back(
      line("none dominates another of",
           plural(static_cast<std::int64_t>(result.pareto.size()), "candidate")));
  if (!result.without_effect.empty())
    document.facts.push_back(line("without effect",
                                  fmt::format("{} alternatives that the passes did not follow "
                                              "(--format json names them)",
                                              result.without_effect.size()),
                                  Origin::Absent, Tone::Dim));
  Section section;
  section.title = "FOUND";
  section.blocks.push_back(finalists_block(result));
  for (const Finalist& f : result.finalists)
    section.blocks.push_back(finalist_block(result, f));
  Block pairs = pairs_block(result);
  if (!pairs.empty()) section.blocks.push_back(std::move(pairs));
  document.sections.push_back(std::move(section));
  return terminal_text(document, options.width, options.color);
}

std::string json(const Architecture& given, const Result& result) {
  Json pareto = Json::array();
  for (const Candidate& c : result.pareto)
    pareto.push_back(candidate_json(result, c));
  Json finalists = Json::array();
  for (const Finalist& f : result.finalists) {
    Json one = candidate_json(result, f.candidate);
    const Trade against = trade(result.finalists.front().candidate.scores, f.candidate.scores);
    one["name"] = f.name;
    one["gives"] = against.gains;
    one["for"] = against.losses;
    one["findings"] = f.findings;
    one["differs_in"] = differences(result, f);
    one["also"] = f.also;
    one["settled"] = pins_json(f.pins);
    const ExperimentScores& peak = f.simulated.experiments.front();
    one["simulated"] = {{"verdict", scantling::to_text(f.simulated.verdict())},
                        {"failing", peak.failing},
                        {"undecided", peak.undecided.size()},
                        {"experiments", experiments_json(f.simulated)},
                        {"p99", interval_json(f.simulated.p99)},
                        {"failures", interval_json(f.simulated.failures)},
                        {"p99_change", interval_json(f.simulated.p99_change)},
                        {"failures_change", interval_json(f.simulated.failures_change)}};
    finalists.push_back(std::move(one));
  }
  const Json out = {{"schema", "scantling.explore/1"},
                    {"system", given.name.or_else("")},
                    {"designed", result.designed},
                    {"different", result.structures.size()},
                    {"ranked", result.ranked},
                    {"incomplete", result.stopped},
                    {"pareto", std::move(pareto)},
                    {"finalists", std::move(finalists)},
                    {"without_effect", pins_json(result.without_effect)}};
  return out.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace scantling::explore
