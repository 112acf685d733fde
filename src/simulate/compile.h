// An architecture and an experiment become a program.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/error.h"
#include "model/architecture.h"
#include "simulate/program.h"
#include "simulate/simulate.h"

namespace scantling::sim {

inline constexpr std::uint32_t most_instances = 100'000;
inline constexpr std::size_t most_instructions = 4'000'000;
inline constexpr std::size_t most_in_flight_counters = 50'000'000;

class Compiler {
 public:
  Compiler(const Architecture& model, const Experiment& experiment, const SimulateOptions& options)
      : model_(model), experiment_(experiment), options_(options) {}
  Expected<Program> compile();

 private:
  // --- compile.cpp: what there is ---
  void placement();
  void outside();
  void services();
  void runtime_of(const Service& service, ServiceInfo& info);
  static SlowdownInfo slowdown_of(const Slowdown& slows);
  void scaling_of(const Service& service, ServiceInfo& info);
  void health_of(const Service& service, ServiceInfo& info);
  void limits_of(const Service& service, ServiceInfo& info);
  void ranks();
  void shedding(std::uint32_t service, const std::vector<std::uint32_t>& priorities);
  void stores();
  std::set<std::uint32_t> batches_of(StoreId id) const;
  void store_endpoints(StoreId id, std::uint32_t index, std::uint32_t batch);
  double keys_of(const Store& store) const;
  bool copies_answer(StoreId id) const;
  void replication_of(const Store& store, std::uint32_t index, bool kept);
  void rebuild_of(const Store& store, ServiceInfo& info);
  static std::uint32_t batch_of(const Step& step);
  static TimeLaw sum_of(const TimeLaw& one, std::uint32_t n);
  void externals();
  void channels();
  std::uint32_t add_service(ServiceInfo info);
  void place(std::uint32_t service, Spread spread);
  std::uint32_t add_endpoint(std::uint32_t service, std::string name, std::uint32_t model_index);
  std::uint32_t law(const TimeLaw& law);
  std::uint32_t fixed(double seconds);
  std::uint32_t stream(std::string_view purpose);
  std::uint32_t hop(std::string name);
  std::uint32_t event(std::string_view name);
  void note(std::string text);
  void unsupported();

  // --- compile_steps.cpp: what endpoints do ---
  struct Body {
    std::vector<const Step*> steps;
    std::uint32_t branch;  // of program_.branches, to be filled
    std::uint32_t endpoint;
  };
  struct Publication {  // the relay's part of an outbox
    std::uint32_t branch;
    std::uint32_t endpoint;
    const Step* step;
  };
  void endpoints();
  void emit_endpoint(ServiceId service, std::size_t index);
  void emit_bodies();
  void emit_list(const std::vector<Step>& steps, int loops);
  void emit_step(const Step& step, int loops);
  void emit_access(const Step& step);
  void emit_version(const Step& step);
  void emit_once(const Step& step, int loops);
  void emit_call(std::uint32_t edge, const Step& step);
  void emit_repeat(double times, const std::vector<const Step*>& steps, int loops, bool once);
  void emit_choose(const Step& step, int loops);
  void emit_together(const Step& step);
  void emit_miss(const Step& step, std::uint32_t edge);
  void emit_publish(const Step& step);
  std::uint32_t body(std::vector<const Step*> steps);
  std::uint32_t append_endpoint(ChannelId channel, const std::string& event);
  Instruction& add(Op op);
  std::uint32_t pc() const { return static_cast<std::uint32_t>(program_.code.size()); }
  std::string site(std::string_view what);  // a name for the stream of this place in the code

  // --- compile_calls.cpp: edges ---
  std::uint32_t link(std::uint32_t caller, std::uint32_t callee);
  std::uint32_t edge(std::uint32_t callee_service, std::uint32_t callee_endpoint,
                     const CallPolicy& policy, std::string to);
  void policies(EdgeInfo& edge, const CallPolicy& policy);
  void pool(EdgeInfo& edge, StoreId store);
  std::uint32_t store_edge(const Step& step);
  std::uint32_t cache(const Step& step);

  // --- compile_load.cpp: load, times ---
  void loads();
  double rate_of(const Operation& operation, OperationId id) const;
  void add_source(OperationId id);
  void scale_load(double factor);
  void closed();
  void bursts();
  void replay();
  void replay_rates(const std::vector<double>& rates);
  std::vector<RatePoint> profile() const;
  void groups();
  void disturbances();
  void times();

  // --- compile_nodes.cpp ---
  void nodes();
  void instances_of_node(const std::string& name, std::vector<std::uint32_t>& out);

  // --- compile_faults.cpp ---
  void faults();
  void instances_of_domain(const std::string& name, std::vector<std::uint32_t>& out);
  std::vector<std::uint32_t> instances_of(const Target& target);
  void instances_of_service(std::uint32_t service, std::vector<std::uint32_t>& out) const;
  void one_instance_of(const Target& target, std::vector<std::uint32_t>& out) const;
  std::uint32_t zone_of(const std::string& name);
  void instances_in_zones(std::uint32_t first, std::uint32_t end,
                          std::vector<std::uint32_t>& out) const;

  const Architecture& model_;
  const Experiment& experiment_;
  const SimulateOptions& options_;
  Program program_;
  std::string error_;
  // by index in the model
  std::vector<std::uint32_t> service_, store_, external_, channel_;
  std::vector<std::vector<std::uint32_t>> endpoint_;
  std::vector<std::map<std::uint32_t, std::uint32_t>> store_read_, store_write_,
      store_apply_;  // by batch
  std::vector<std::uint32_t> external_endpoint_;
  std::map<std::pair<std::int32_t, std::string>, std::uint32_t> append_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> links_;
  std::map<std::pair<std::uint32_t, std::string>, std::uint32_t> locks_, rows_;
  std::map<std::string, std::uint32_t, std::less<>> hops_, events_;
  std::map<std::pair<std::int32_t, std::int64_t>, std::uint32_t> cache_states_;
  std::map<std::int32_t, std::uint32_t> shared_pools_;
  std::map<std::tuple<std::uint32_t, std::int32_t>, std::uint32_t> instance_pools_;
  std::vector<Body> bodies_;
  std::vector<Publication> publications_;
  std::uint32_t current_ = 0;  // endpoint being emitted
  std::uint32_t sites_ = 0;    // within it
  std::uint32_t zones_ = 1, regions_ = 1, beyond_ = 0;
  std::vector<std::string> region_names_;
  std::vector<std::uint32_t> node_of_;  // by instance, within its zone; empty: not yet placed
  std::vector<std::uint32_t> nodes_in_zone_;
};

Expected<Program> compile(const Architecture& model, const Experiment& experiment,
                          const SimulateOptions& options);

}  // namespace scantling::sim
