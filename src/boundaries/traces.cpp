#include "boundaries/traces.h"

#include <algorithm>
#include <bit>
#include <iterator>

#include "boundaries/index.h"

namespace scantling::boundaries {
namespace {

void assign_bit(std::vector<std::uint64_t>& bits, int i, bool value) {
  const std::uint64_t mask = std::uint64_t{1} << (at(i) % 64);
  bits[at(i) / 64] = value ? bits[at(i) / 64] | mask : bits[at(i) / 64] & ~mask;
}

}  // namespace

Traces::Traces(int entities, const std::vector<Functionality>& functionalities)
    : words_((functionalities.size() + 63) / 64),
      masks_(2 * at(entities) * words_, 0),
      users_(at(entities)),
      writers_(at(entities)) {
  std::vector<int> written_by(at(entities), -1), read_by = written_by;
  const auto note = [](std::vector<int>& list, int f) {
    if (list.empty() || list.back() != f) list.push_back(f);
  };
  for (std::size_t i = 0; i < functionalities.size(); ++i) {
    const int f = static_cast<int>(i);
    std::vector<Step>& steps = steps_.emplace_back();
    for (const Access& access : functionalities[i].accesses) {
      const std::size_t e = at(access.entity);
      const bool late = !access.write && written_by[e] == f && read_by[e] != f;
      note(users_[e], f);
      if (!access.write && !late) read_by[e] = f;
      if (access.write) {
        note(writers_[e], f);
        written_by[e] = f;
      }
      // A read conflicts with writers and a write with readers: the masks are crossed.
      if (!late)
        masks_[(2 * e + (access.write ? 0 : 1)) * words_ + i / 64] |= std::uint64_t{1} << (i % 64);
      if (!steps.empty() && steps.back().entity == access.entity &&
          (steps.back().write || !access.write))
        continue;
      steps.push_back({access.entity, access.write, late});
    }
    total_steps_ += steps.size();
  }
}

ComplexityState::ComplexityState(const Traces& traces, std::vector<int> group_of_entity)
    : traces_(traces), group_(std::move(group_of_entity)) {
  const std::size_t n = at(traces.functionalities());
  runs_.resize(n);
  late_.resize(n);
  cost_.assign(n, 0);
  distributed_.assign(traces.words(), 0);
  is_affected_.assign(n, 0);
  written_in_.assign(group_.size(), 0);
  late_in_ = written_in_;
  for (std::size_t e = 0; e < group_.size(); ++e) {
    const std::uint64_t* always = traces.conflicting(static_cast<int>(e), true);
    readers_.insert(readers_.end(), always, always + traces.words());
  }
  // Late reads first: they decide what the runs of others meet.
  for (int f = 0; f < traces.functionalities(); ++f) {
    assign_bit(distributed_, f, cut_into_runs(f, runs_[at(f)], late_[at(f)]));
    for (const int entity : late_[at(f)])
      flips_.push_back({entity, f});
  }
  flip_readers();
  flips_.clear();
  for (int f = 0; f < traces.functionalities(); ++f)
    cut_into_runs(f, runs_[at(f)], late_[at(f)]);
  for (int f = 0; f < traces.functionalities(); ++f)
    total_ += cost_[at(f)] = cost(f, runs_[at(f)], distributed_);
}

void ComplexityState::flip_readers() {
  for (const auto& [entity, f] : flips_)
    readers(entity)[at(f) / 64] ^= std::uint64_t{1} << (at(f) % 64);
}

// True when the functionality touches more than one service; runs and late reads are empty
// otherwise.
bool ComplexityState::cut_into_runs(int f, Runs& runs, LateReads& late) {
  runs.clear();
  late.clear();
  ++cutting_;
  const std::size_t words = traces_.words();
  int current = -1;
  for (const Traces::Step& step : traces_.of(f)) {
    const std::size_t e = at(step.entity);
    if (group_[e] != current) {
      current = group_[e];
      ++run_stamp_;
      runs.resize(runs.size() + words, 0);
    }
    if (written_in_[e] == run_stamp_) continue;
    if (step.write) written_in_[e] = run_stamp_;
    if (step.late && late_in_[e] != cutting_) {
      late_in_[e] = cutting_;
      late.push_back(step.entity);
    }
    std::uint64_t* run = runs.data() + (runs.size() - words);
    const std::uint64_t* others =
        step.write ? readers(step.entity) : traces_.conflicting(step.entity, false);
    for (std::size_t w = 0; w < words; ++w)
      run[w] |= others[w];
  }
  if (runs.size() <= words) {
    runs.clear();
    late.clear();
    return false;
  }
  std::sort(late.begin(), late.end());
  return true;
}

double ComplexityState::cost(int f, const Runs& runs,
                             const std::vector<std::uint64_t>& distributed) const {
  const std::size_t words = traces_.words();
  const std::uint64_t self = std::uint64_t{1} << (at(f) % 64);
  std::int64_t sum = 0;
  for (std::size_t r = 0; r < runs.size(); r += words) {
    for (std::size_t w = 0; w < words; ++w)
      sum += std::popcount(runs[r + w] & distributed[w]);
    if (runs[r + at(f) / 64] & distributed[at(f) / 64] & self) --sum;
  }
  return static_cast<double>(sum);
}

void ComplexityState::affect(int f) {
  if (is_affected_[at(f)]) return;
  is_affected_[at(f)] = 1;
  affected_.push_back(f);
  if (new_runs_.size() >= affected_.size()) return;
  new_runs_.emplace_back();
  new_late_.emplace_back();
  new_cost_.push_back(0);
}

// Who reads late may have changed: then the runs that write those entities meet others than before.
void ComplexityState::follow_late_reads() {
  flips_.clear();
  for (std::size_t i = 0; i < affected_.size(); ++i) {
    const LateReads& before = late_[at(affected_[i])];
    LateReads changed;
    std::set_symmetric_difference(before.begin(), before.end(), new_late_[i].begin(),
                                  new_late_[i].end(), std::back_inserter(changed));
    for (const int entity : changed)
      flips_.push_back({entity, affected_[i]});
  }
  if (flips_.empty()) return;
  flip_readers();
  std::vector<int> again;
  for (const auto& [entity, reader] : flips_)
    for (const int f : traces_.writers(entity))
      again.push_back(f);
  std::sort(again.begin(), again.end());
  again.erase(std::unique(again.begin(), again.end()), again.end());
  for (const int f : again)
    affect(f);
  for (std::size_t i = 0; i < affected_.size(); ++i)
    if (std::binary_search(again.begin(), again.end(), affected_[i]))
      cut_into_runs(affected_[i], new_runs_[i], new_late_[i]);
  flip_readers();  // back: the trial is not real yet
}

double ComplexityState::trial(std::span<const int> entities, int to) {
  for (const int f : affected_)
    is_affected_[at(f)] = 0;
  affected_.clear();
  moved_.assign(entities.begin(), entities.end());
  to_ = to;
  const int from = entities.empty() ? to : group_[at(entities[0])];
  for (const int entity : entities) {
    group_[at(entity)] = to;
    for (const int f : traces_.users(entity))
      affect(f);
  }
  new_distributed_ = distributed_;
  for (std::size_t i = 0; i < affected_.size(); ++i)
    assign_bit(new_distributed_, affected_[i],
               cut_into_runs(affected_[i], new_runs_[i], new_late_[i]));
  follow_late_reads();
  new_total_ = total_;
  for (std::size_t i = 0; i < affected_.size(); ++i) {
    new_cost_[i] = cost(affected_[i], new_runs_[i], new_distributed_);
    new_total_ += new_cost_[i] - cost_[at(affected_[i])];
  }
  if (new_distributed_ != distributed_)
    for (int f = 0; f < traces_.functionalities(); ++f)
      if (!is_affected_[at(f)] && !runs_[at(f)].empty())
        new_total_ += cost(f, runs_[at(f)], new_distributed_) - cost_[at(f)];
  for (const int entity : entities)
    group_[at(entity)] = from;
  return new_total_;
}

void ComplexityState::commit() {
  for (const int entity : moved_)
    group_[at(entity)] = to_;
  flip_readers();
  flips_.clear();
  const bool others = new_distributed_ != distributed_;
  distributed_ = new_distributed_;
  for (std::size_t i = 0; i < affected_.size(); ++i) {
    runs_[at(affected_[i])].swap(new_runs_[i]);
    late_[at(affected_[i])].swap(new_late_[i]);
    cost_[at(affected_[i])] = new_cost_[i];
  }
  if (others)
    for (int f = 0; f < traces_.functionalities(); ++f)
      if (!is_affected_[at(f)] && !runs_[at(f)].empty())
        cost_[at(f)] = cost(f, runs_[at(f)], distributed_);
  total_ = new_total_;
}

}  // namespace scantling::boundaries
