// Which machine each instance stands on, for faults of nodes. A model doesn't say it, so that they
// are placed as Kubernetes' scheduler does with its default constraints: within their zone, first
// what runs at the start, each on the node that has the fewest of the same service, of these on the
// one with the most room left; nodes are added as an autoscaler would, when it fits on none. A
// zone begins with as many nodes as its requests fill.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

#include "simulate/compile.h"
#include "simulate/defaults.h"

namespace scantling::sim {
namespace {

struct Size {
  double cpu = 0, memory = 0;  // cores, bytes
};

class Zone {
 public:
  Zone(Size node, Size all) : node_(node) {
    const double filled = std::max(all.cpu / node.cpu, all.memory / node.memory);
    nodes_.resize(std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(filled - 1e-9))));
  }

  // The number of the node that it goes to.
  std::uint32_t place(std::uint32_t service, Size size) {
    std::size_t best = nodes_.size();
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
      const bool fits = nodes_[n].taken.cpu + size.cpu <= node_.cpu + 1e-9 &&
                        nodes_[n].taken.memory + size.memory <= node_.memory + 1;
      if (fits && (best == nodes_.size() || better(nodes_[n], nodes_[best], service))) best = n;
    }
    if (best == nodes_.size()) nodes_.emplace_back();
    Node& node = nodes_[best];
    node.taken.cpu += size.cpu;
    node.taken.memory += size.memory;
    ++node.of[service];
    return static_cast<std::uint32_t>(best);
  }

  std::uint32_t size() const { return static_cast<std::uint32_t>(nodes_.size()); }

 private:
  struct Node {
    Size taken;
    std::map<std::uint32_t, std::uint32_t> of;  // instances by service
  };

  bool better(const Node& one, const Node& other, std::uint32_t service) const {
    const auto same = [&](const Node& node) {
      const auto found = node.of.find(service);
      return found == node.of.end() ? 0U : found->second;
    };
    if (same(one) != same(other)) return same(one) < same(other);
    return share(one) < share(other) - 1e-12;
  }
  double share(const Node& node) const {
    return node.taken.cpu / node_.cpu + node.taken.memory / node_.memory;
  }

  Size node_;
  std::vector<Node> nodes_;
};

}  // namespace

void Compiler::nodes() {
  if (!node_of_.empty()) return;
  node_of_.assign(program_.instances.size(), none);
  nodes_in_zone_.assign(beyond_, 0);
  const NodeSize& given = *model_.placement->nodes;
  const Size node = {given.cpu && given.cpu->value > 0 ? given.cpu->value : defaults::node_cpu,
                     given.memory && given.memory->count > 0
                         ? static_cast<double>(given.memory->count)
                         : defaults::node_memory_gib * 0x1p30};
  const auto size_of = [&](const ServiceInfo& info) -> Size {
    if (info.kind != ServiceKind::Service)
      return {defaults::store_cpu, defaults::store_memory_gib * 0x1p30};
    const Runtime& runtime = *model_.services.raw()[info.model_id].runtime;
    const bool sized = runtime.memory && runtime.memory->count > 0;
    return {info.speed * info.servers, sized ? static_cast<double>(runtime.memory->count)
                                             : defaults::instance_memory_gib * 0x1p30};
  };
  std::vector<Size> all(beyond_);
  const auto for_each = [&](bool running, auto&& visit) {
    for (std::uint32_t k = 0; k < program_.services.size(); ++k) {
      const ServiceInfo& info = program_.services[k];
      for (std::uint32_t i = 0; i < info.instances; ++i) {
        const std::uint32_t instance = info.first_instance + i;
        const std::uint32_t zone = program_.instances[instance].zone;
        if (zone != beyond_ && (i < info.initial) == running)
          visit(k, instance, zone, size_of(info));
      }
    }
  };
  for_each(true, [&](std::uint32_t, std::uint32_t, std::uint32_t zone, Size size) {
    all[zone].cpu += size.cpu;
    all[zone].memory += size.memory;
  });
  std::vector<Zone> zones;
  for (const Size& zone : all)
    zones.emplace_back(node, zone);
  for (const bool running : {true, false})
    for_each(running, [&](std::uint32_t k, std::uint32_t instance, std::uint32_t zone, Size size) {
      node_of_[instance] = zones[zone].place(k, size);
    });
  for (std::uint32_t z = 0; z < beyond_; ++z)
    nodes_in_zone_[z] = zones[z].size();
}

// "a/2": the second of zone a; "a" or "eu-central-a/1": the first.
void Compiler::instances_of_node(const std::string& name, std::vector<std::uint32_t>& out) {
  nodes();
  const std::size_t slash = name.rfind('/');
  const std::string zone_name = name.substr(0, slash);
  std::uint32_t number = 1;
  if (slash != std::string::npos) {
    const std::string digits = name.substr(slash + 1);
    const bool good =
        !digits.empty() && digits.size() < 7 &&
        std::all_of(
            digits.begin(), digits.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
    number = good ? static_cast<std::uint32_t>(std::stoul(digits)) : 0;
  }
  const std::uint32_t zone = zone_of(zone_name);
  if (zone == beyond_) return;
  if (number < 1 || number > nodes_in_zone_[zone]) {
    note("node " + name + " does not exist: zone " + zone_name + " has " +
         std::to_string(nodes_in_zone_[zone]) + ", a/1 to a/" +
         std::to_string(nodes_in_zone_[zone]));
    return;
  }
  std::string carried;
  std::uint32_t last = none;
  for (std::uint32_t i = 0; i < program_.instances.size(); ++i) {
    if (program_.instances[i].zone != zone || node_of_[i] != number - 1) continue;
    out.push_back(i);
    const ServiceInfo& info = program_.services[program_.instances[i].service];
    if (i - info.first_instance >= info.initial || program_.instances[i].service == last) continue;
    last = program_.instances[i].service;
    carried += (carried.empty() ? "" : ", ") + info.name;
  }
  note("node " + name + ", one of " + std::to_string(nodes_in_zone_[zone]) +
       " in its zone, carries " + (carried.empty() ? "nothing" : carried) +
       ": placed as Kubernetes' scheduler would");
}

}  // namespace scantling::sim
