// What a design costs a month, from the catalogue's prices for the model's provider.
//
// Services: the instances that are held at mean load (the low end of the range, or what autoscaling
// would hold). Stores: copies x shards x (cores for peak at 60% use by the catalogue's figures, at
// least 2; memory; data x 2 for indexes and free space, a year's growth included). Brokers: one
// cluster a technology, of as many nodes as the most copies, and the retained events. Traffic: to
// the outside 4 KiB an answer, between services 1 KiB a call. Externals cost nothing here.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "catalog/catalog.h"
#include "estimate/defaults.h"
#include "estimate/network.h"

namespace scantling {
namespace {

constexpr double kGib = 1024.0 * 1024 * 1024;

class Bill {
 public:
  Bill(const Architecture& model, const EstimateNetwork& network, const NetworkSolution& mean,
       const NetworkSolution& peak, const Catalog& catalog)
      : model_(model), net_(network), mean_(mean), peak_(peak), catalog_(catalog) {
    const auto& placed = *model.placement;
    provider_ = placed.provider               ? *placed.provider
                : model.constraints->provider ? *model.constraints->provider
                                              : "generic";
    platform_ = placed.platform ? *placed.platform : model.constraints->platform.or_else("");
    gateway_ = placed.gateway ? *placed.gateway : model.constraints->gateway.or_else("");
    mesh_ = placed.mesh ? *placed.mesh : model.constraints->mesh.or_else("");
  }

  std::vector<CostLine> lines();

 private:
  void services();
  void stores();
  void channels();
  void platform();
  void traffic();
  double price(std::string_view item) const { return catalog_.price(provider_, item); }
  void add(std::string element, std::string what, double amount) {
    // Active regions share what is counted; a passive one has as much again, to be able to take
    // over.
    const int times = net_.active_active ? 1 : net_.regions;
    if (amount > 0) lines_.push_back({std::move(element), std::move(what), amount * times});
  }
  void sized(const std::string& element, double machines, double cores, double memory_gib,
             double disk_gib) {
    if (lines_.empty() || lines_.back().element != element) return;
    lines_.back().machines = machines;
    lines_.back().cores = cores;
    lines_.back().memory_gib = memory_gib;
    lines_.back().disk_gib = disk_gib;
  }
  double machine(double cores, double gib) const {
    return cores * price("vcpu") + gib * price("memory-gib");
  }
  double data_bytes(const Store& store) const;

  const Architecture& model_;
  const EstimateNetwork& net_;
  const NetworkSolution& mean_;
  const NetworkSolution& peak_;
  const Catalog& catalog_;
  std::string provider_, platform_, gateway_, mesh_;
  std::vector<CostLine> lines_;
};

std::string amount_text(double value) {
  return number_text(value, 3);
}

void Bill::services() {
  for (const ServiceId id : model_.services.ids()) {
    const Service& service = model_.services[id];
    const auto i = static_cast<std::size_t>(id.index);
    const double n = mean_.instances[i];
    const double cores = net_.services[i].servers * net_.services[i].speed;
    const double gib = service.runtime->memory
                           ? static_cast<double>(service.runtime->memory->count) / kGib
                           : defaults::kMemoryMib / 1024.0;
    add("services." + service.name,
        fmt::format("{} x {} vCPU, {} GiB", amount_text(n), amount_text(cores), amount_text(gib)),
        n * machine(cores, gib));
  }
}

double Bill::data_bytes(const Store& store) const {
  double bytes = 0;
  for (const auto& held : *store.holds) {
    if (!held.id.valid()) continue;
    const Aggregate& aggregate = model_.aggregates[held.id];
    const double size =
        aggregate.size ? static_cast<double>(aggregate.size->count) : defaults::kItemBytes;
    bytes += static_cast<double>(aggregate.count->value) * size *
             (1 + aggregate.growth.or_else(Share{0}).value);
  }
  return bytes;
}

void Bill::stores() {
  for (const StoreId id : model_.stores.ids()) {
    const Store& store = model_.stores[id];
    const auto i = static_cast<std::size_t>(id.index);
    const NetStore& net = net_.stores[i];
    const Technology* engine = catalog_.find(store.engine.or_else(""));
    const double bytes = data_bytes(store);
    if (engine != nullptr && engine->kind == "object-store") {
      const double gib = bytes / kGib;
      add("stores." + store.name, fmt::format("{} GiB of objects", amount_text(gib)),
          gib * price("object-gib"));
      continue;
    }
    double cores = defaults::kStoreCpu;
    double nodes = net.copies * net.shards;
    if (engine != nullptr && engine->reads_per_core > 0 && engine->writes_per_core > 0) {
      const StationState& load = peak_.stores[i];
      const double used = (load.reads / engine->reads_per_core +
                           load.writes * net.copies / engine->writes_per_core) /
                          (net.copies * net.shards);
      // A leader has all reads of its shard but those that any copy answers.
      const double busiest =
          ((load.reads - load.any_reads * (1 - 1 / net.copies)) / engine->reads_per_core +
           load.writes / engine->writes_per_core) /
          net.shards;
      // An engine that shards itself puts many shards on a node, leaders of some among them.
      if (engine->shards_itself)
        nodes = std::max({std::min(nodes, double{net.copies}),
                          std::ceil(used * nodes / defaults::kScaleTarget / defaults::kStoreCpu),
                          std::ceil(bytes * defaults::kStorageOverhead * net.copies / kGib /
                                    std::max(1.0, engine->max_shard_gib))});
      else
        cores = std::max(cores, std::ceil(busiest / defaults::kScaleTarget));
    }
    const bool in_memory = engine != nullptr && engine->kind == "cache";
    const double held = in_memory && store.capacity ? static_cast<double>(store.capacity->count)
                        : in_memory                 ? bytes
                                                    : bytes * defaults::kStorageOverhead;
    const double gib_each = held * net.copies / kGib / nodes;
    const double memory =
        in_memory ? std::max(1.0, gib_each * 1.25) : std::max(defaults::kStoreMemoryGib, cores * 4);
    const double disk = in_memory ? 0 : gib_each;
    add("stores." + store.name,
        disk > 0 ? fmt::format("{} x {} vCPU, {} GiB memory, {} GiB disk", amount_text(nodes),
                               amount_text(cores), amount_text(memory), amount_text(disk))
                 : fmt::format("{} x {} vCPU, {} GiB memory", amount_text(nodes),
                               amount_text(cores), amount_text(memory)),
        nodes * (machine(cores, memory) * price("managed-factor") + disk * price("ssd-gib")));
    sized("stores." + store.name, nodes, cores, memory, disk);
    if (store.backup)
      add("stores." + store.name, fmt::format("{} GiB of backups", amount_text(bytes * 2 / kGib)),
          bytes * 2 / kGib * price("object-gib"));
  }
}

void Bill::channels() {
  std::map<std::string, double> nodes;  // by broker
  for (const ChannelId id : model_.channels.ids()) {
    const Channel& channel = model_.channels[id];
    const auto i = static_cast<std::size_t>(id.index);
    const NetChannel& net = net_.channels[i];
    const double monthly = mean_.channels[i].rate * defaults::kSecondsPerMonth;
    const std::string broker = channel.broker.or_else("kafka");
    const Technology* technology = catalog_.find(broker);
    if (technology != nullptr && technology->model == "managed-queue") {
      // Sent, received and deleted: three requests a message.
      add("channels." + channel.name, fmt::format("{} M requests", amount_text(3 * monthly / 1e6)),
          3 * monthly / 1e6 * price("queue-million"));
      continue;
    }
    nodes[broker] = std::max(nodes[broker], net.copies);
    if (!net.topic) continue;
    const double kept = channel.keep ? channel.keep->seconds() : 7 * 86400.0;
    const double gib = mean_.channels[i].rate * kept * defaults::kBytesPerEvent * net.copies / kGib;
    add("channels." + channel.name,
        fmt::format("{} partitions, {} GiB retained", amount_text(net.partitions * net.copies),
                    amount_text(gib)),
        gib * price("ssd-gib") + net.partitions * net.copies * price("broker-partition"));
    sized("channels." + channel.name, 0, 0, 0, gib);
  }
  for (const auto& [broker, count] : nodes)
    add("brokers." + broker, fmt::format("{} x 2 vCPU, 8 GiB", amount_text(count)),
        count * machine(2, 8) * price("managed-factor"));
}

void Bill::platform() {
  if (platform_ == "kubernetes")
    add("platform", "control plane of a cluster",
        price("cluster") * (net_.active_active ? net_.regions : 1));
  double outside = 0;  // requests a second
  double inside = 0;
  for (std::size_t e = 0; e < net_.endpoints.size(); ++e) {
    if (net_.endpoints[e].channel >= 0) continue;
    outside += net_.endpoints[e].mean_load;
    inside += std::max(0.0, mean_.endpoints[e].rate - net_.endpoints[e].mean_load);
  }
  if (outside > 0) add("platform", "load balancer", price("load-balancer"));
  const auto proxies = [&](const std::string& name, double requests, double least) {
    const Technology* technology = catalog_.find(name);
    if (technology == nullptr || technology->cpu_ms_per_request <= 0) return;
    const double cores =
        std::max(least, requests * technology->cpu_ms_per_request / 1000 / defaults::kScaleTarget);
    add("platform", fmt::format("{}: {} vCPU", technology->title, amount_text(cores)),
        machine(cores, cores));
  };
  if (!gateway_.empty()) proxies(gateway_, outside, 1);
  // A call passes the caller's proxy and the callee's.
  if (!mesh_.empty()) proxies(mesh_, outside + 2 * inside, .5);
}

void Bill::traffic() {
  double answers = 0;
  double calls = 0;
  for (std::size_t e = 0; e < net_.endpoints.size(); ++e) {
    answers += net_.endpoints[e].mean_load;
    calls += std::max(0.0, mean_.endpoints[e].rate - net_.endpoints[e].mean_load);
  }
  for (const StationState& store : mean_.stores)
    calls += store.rate;
  const double out = answers * defaults::kBytesPerAnswer * defaults::kSecondsPerMonth / kGib;
  add("network", fmt::format("{} GiB to the outside", amount_text(out)), out * price("egress-gib"));
  const double crossing =
      calls * defaults::kBytesPerCall * defaults::kSecondsPerMonth / kGib * (1 - 1.0 / net_.zones);
  add("network", fmt::format("{} GiB between zones", amount_text(crossing)),
      crossing * price("cross-zone-gib"));
}

std::vector<CostLine> Bill::lines() {
  services();
  stores();
  channels();
  if (!model_.services.empty()) {
    platform();
    traffic();
  }
  return std::move(lines_);
}

}  // namespace

std::vector<CostLine> estimate_cost(const Architecture& model, const EstimateNetwork& network,
                                    const NetworkSolution& at_mean, const NetworkSolution& at_peak,
                                    const Catalog& catalog) {
  return Bill(model, network, at_mean, at_peak, catalog).lines();
}

}  // namespace scantling
