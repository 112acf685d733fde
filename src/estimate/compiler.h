// From a model to its network. The parts: compile.cpp (elements and loads), compile_steps.cpp
// (steps to instructions) and compile_graph.cpp (order, dependencies, what is left out).
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "estimate/network.h"

namespace scantling {

// -1 in the model: without a bound.
inline double count_or(const Field<Count>& field, std::int64_t otherwise) {
  const std::int64_t n = field ? field->value : otherwise;
  return n < 0 ? kUnlimited : static_cast<double>(n);
}

class NetworkCompiler {
 public:
  explicit NetworkCompiler(const Architecture& model) : model_(model) {}
  EstimateNetwork run();

 private:
  void placement();
  void services();
  void stores();
  void distances(const Store& store, NetStore& out) const;
  void externals_and_channels();
  void endpoints();
  void loads();
  void order();
  void count_visits();
  void forks();
  void dependencies();
  void failure_domains();
  void copies_beside_stores();
  void remarks();

  void emit(const std::vector<Step>& steps, std::int32_t service, int depth);
  void emit_step(const Step& step, std::int32_t service, int depth);
  void emit_access(const Step& step, std::int32_t service, int depth);
  void emit_one_access(const Step& step, std::int32_t service, int depth);
  void emit_list(double weight, const std::vector<Step>& steps, std::int32_t service, int depth);
  std::size_t add(NetOp op, std::int32_t target = -1, double amount = 1);
  std::int32_t policy_of(const Step& step, std::int32_t service);
  std::int32_t breaker_of(const Step& step, std::int32_t service);
  std::int32_t pool_of(StoreId store, std::int32_t service);
  std::int32_t event_of(ChannelId channel, const std::string& name);
  std::int32_t lock_of(std::int32_t service, const std::string& name);
  double miss_rate(const Step& step);
  void expiries();
  double keys_of(const Store& store) const;
  void leave_out(std::string what) {
    if (std::find(net_.does_not_apply.begin(), net_.does_not_apply.end(), what) ==
        net_.does_not_apply.end())
      net_.does_not_apply.push_back(std::move(what));
  }

  const Architecture& model_;
  EstimateNetwork net_;
  std::map<std::pair<std::int32_t, std::string>, std::int32_t> events_;
  std::map<std::pair<std::int32_t, std::string>, std::int32_t> locks_;
  struct Expiring {
    std::size_t instruction;  // the Fill
    double keys, skew, seconds;
  };
  std::vector<Expiring> expiring_;
};

}  // namespace scantling
