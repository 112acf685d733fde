#include "boundaries/traces.h"

#include <algorithm>
#include <bit>

namespace scantling::boundaries {
namespace {

std::size_t at(int index) {
  return static_cast<std::size_t>(index);
}

void assign_bit(std::vector<std::uint64_t>& bits, int i, bool value) {
  const std::uint64_t mask = std::uint64_t{1} << (at(i) % 64);
  bits[at(i) / 64] = value ? bits[at(i) / 64] | mask : bits[at(i) / 64] & ~mask;
}

}  // namespace

Traces::Traces(int entities, const std::vector<Functionality>& functionalities)
    : words_((functionalities.size() + 63) / 64),
      masks_(2 * at(entities) * words_, 0),
      users_(at(entities)) {
  for (std::size_t f = 0; f < functionalities.size(); ++f) {
    std::vector<Step>& steps = steps_.emplace_back();
    for (const Access& access : functionalities[f].accesses) {
      if (users_[at(access.entity)].empty() ||
          users_[at(access.entity)].back() != static_cast<int>(f))
        users_[at(access.entity)].push_back(static_cast<int>(f));
      // A read conflicts with writers and a write with readers: the masks are crossed.
      masks_[(2 * at(access.entity) + (access.write ? 0 : 1)) * words_ + f / 64] |= std::uint64_t{1}
                                                                                    << (f % 64);
      if (!steps.empty() && steps.back().entity == access.entity &&
          (steps.back().write || !access.write))
        continue;
      steps.push_back({access.entity, access.write});
    }
    total_steps_ += steps.size();
  }
}

ComplexityState::ComplexityState(const Traces& traces, std::vector<int> group_of_entity)
    : traces_(traces), group_(std::move(group_of_entity)) {
  const std::size_t n = at(traces.functionalities());
  runs_.resize(n);
  cost_.assign(n, 0);
  distributed_.assign(traces.words(), 0);
  is_affected_.assign(n, 0);
  written_in_.assign(group_.size(), 0);
  for (int f = 0; f < traces.functionalities(); ++f)
    assign_bit(distributed_, f, cut_into_runs(f, runs_[at(f)]));
  for (int f = 0; f < traces.functionalities(); ++f)
    total_ += cost_[at(f)] = cost(f, runs_[at(f)], distributed_);
}

// True when the functionality touches more than one service; the runs are empty otherwise.
bool ComplexityState::cut_into_runs(int f, Runs& runs) {
  runs.clear();
  const std::size_t words = traces_.words();
  const auto steps = traces_.of(f);
  int current = -1;
  for (const Traces::Step& step : steps) {
    const int service = group_[at(step.entity)];
    if (service != current) {
      current = service;
      ++run_stamp_;
      runs.resize(runs.size() + words, 0);
    }
    if (written_in_[at(step.entity)] == run_stamp_) continue;
    if (step.write) written_in_[at(step.entity)] = run_stamp_;
    std::uint64_t* run = runs.data() + (runs.size() - words);
    const std::uint64_t* others = traces_.conflicting(step.entity, step.write);
    for (std::size_t w = 0; w < words; ++w)
      run[w] |= others[w];
  }
  if (runs.size() > words) return true;
  runs.clear();
  return false;
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
      if (!is_affected_[at(f)]) {
        is_affected_[at(f)] = 1;
        affected_.push_back(f);
      }
  }
  if (new_runs_.size() < affected_.size()) {
    new_runs_.resize(affected_.size());
    new_cost_.resize(affected_.size());
  }
  new_distributed_ = distributed_;
  for (std::size_t i = 0; i < affected_.size(); ++i)
    assign_bit(new_distributed_, affected_[i], cut_into_runs(affected_[i], new_runs_[i]));
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
  const bool others = new_distributed_ != distributed_;
  distributed_ = new_distributed_;
  for (std::size_t i = 0; i < affected_.size(); ++i) {
    runs_[at(affected_[i])].swap(new_runs_[i]);
    cost_[at(affected_[i])] = new_cost_[i];
  }
  if (others)
    for (int f = 0; f < traces_.functionalities(); ++f)
      if (!is_affected_[at(f)] && !runs_[at(f)].empty())
        cost_[at(f)] = cost(f, runs_[at(f)], distributed_);
  total_ = new_total_;
}

}  // namespace scantling::boundaries
