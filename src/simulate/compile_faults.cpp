// The experiment's faults: what each applies to.
#include <algorithm>
#include <cctype>

#include "simulate/compile.h"

namespace scantling::sim {
namespace {

template <class Id>
std::size_t index_of(Id id) {
  return static_cast<std::size_t>(id.index);
}

// "orders/2", "orders 2": that one, counted from 1; else the first.
std::size_t which_of(const std::string& name) {
  std::size_t digits = name.size();
  while (digits > 0 && std::isdigit(static_cast<unsigned char>(name[digits - 1])))
    --digits;
  if (digits == name.size() || name.size() - digits >= 7) return 0;
  return static_cast<std::size_t>(std::max(1, std::stoi(name.substr(digits)))) - 1;
}

}  // namespace

void Compiler::instances_of_service(std::uint32_t service, std::vector<std::uint32_t>& out) const {
  const ServiceInfo& info = program_.services[service];
  for (std::uint32_t i = 0; i < info.instances; ++i)
    out.push_back(info.first_instance + i);
}

void Compiler::one_instance_of(const Target& target, std::vector<std::uint32_t>& out) const {
  if (target.service.valid()) {
    instances_of_service(service_[index_of(target.service)], out);
    out = {out[std::min(which_of(target.name), out.size() - 1)]};
  } else if (target.store.valid()) {
    instances_of_service(store_[index_of(target.store)], out);
    out.resize(1);
  } else if (target.channel.valid()) {
    instances_of_service(channel_[index_of(target.channel)], out);
    out = {out[std::min(which_of(target.name), out.size() - 1)]};
  }
}

// "a" or "eu-central-a": the letter counts the zones of a region. `beyond_` and a note for a zone
// that there isn't.
std::uint32_t Compiler::zone_of(const std::string& name) {
  std::uint32_t region = 0;
  for (std::uint32_t r = 0; r < regions_; ++r)
    if (!region_names_[r].empty() && name.starts_with(region_names_[r])) region = r;
  const char letter = name.empty() ? 'a' : name.back();
  std::uint32_t zone = zones_;
  if (std::isdigit(static_cast<unsigned char>(letter)))
    zone = static_cast<std::uint32_t>(letter - '1');
  else if (std::isalpha(static_cast<unsigned char>(letter)))
    zone = static_cast<std::uint32_t>(std::tolower(static_cast<unsigned char>(letter)) - 'a');
  if (zone < zones_) return region * zones_ + zone;
  note("zone " + name + " does not exist: there are " + std::to_string(zones_));
  return beyond_;
}

// Of the zones [first, end), counted over all regions.
void Compiler::instances_in_zones(std::uint32_t first, std::uint32_t end,
                                  std::vector<std::uint32_t>& out) const {
  for (std::uint32_t i = 0; i < program_.instances.size(); ++i) {
    const std::uint32_t zone = program_.instances[i].zone;
    if (zone != beyond_ && zone >= first && zone < end) out.push_back(i);
  }
}

// All that fails with it.
void Compiler::instances_of_domain(const std::string& name, std::vector<std::uint32_t>& out) {
  const auto all_of = [&](const auto& members, const std::vector<std::uint32_t>& services) {
    for (const auto& member : *members)
      if (member.id.valid()) instances_of_service(services[index_of(member.id)], out);
  };
  for (const FailureDomain& domain : model_.placement->failure_domains) {
    if (domain.name != name) continue;
    if (domain.all_services.or_else(false))
      for (const std::uint32_t service : service_)
        instances_of_service(service, out);
    all_of(domain.services, service_);
    all_of(domain.stores, store_);
    all_of(domain.channels, channel_);
    all_of(domain.externals, external_);
  }
}

std::vector<std::uint32_t> Compiler::instances_of(const Target& target) {
  std::vector<std::uint32_t> out;
  const auto all_of = [&](const std::vector<std::uint32_t>& services, auto id) {
    if (id.valid()) instances_of_service(services[index_of(id)], out);
  };
  switch (target.kind) {
    case Target::Kind::Instance: one_instance_of(target, out); break;
    case Target::Kind::Service: all_of(service_, target.service); break;
    case Target::Kind::Store: all_of(store_, target.store); break;
    case Target::Kind::Channel: all_of(channel_, target.channel); break;
    case Target::Kind::External: all_of(external_, target.external); break;
    case Target::Kind::Endpoint:
      if (!target.endpoint.valid()) break;
      all_of(service_, target.endpoint.service);
      note("a fault of endpoint " + target.name + " is simulated for its whole service");
      break;
    case Target::Kind::Node: instances_of_node(target.name, out); break;
    case Target::Kind::Domain: instances_of_domain(target.name, out); break;
    case Target::Kind::Zone: {
      const std::uint32_t zone = zone_of(target.name);
      instances_in_zones(zone, zone + 1, out);
      break;
    }
    case Target::Kind::Region:
      for (std::uint32_t r = 0; r < regions_; ++r)
        if (region_names_[r] == target.name || regions_ == 1)
          instances_in_zones(r * zones_, (r + 1) * zones_, out);
      break;
    case Target::Kind::All: instances_in_zones(0, beyond_, out); break;
    case Target::Kind::Gateway: out.push_back(0); break;
    case Target::Kind::None: break;
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

namespace {

std::string name_of(const Target& target) {
  switch (target.kind) {
    case Target::Kind::Node: return "node " + target.name;
    case Target::Kind::Domain: return "failure domain " + target.name;
    case Target::Kind::Zone: return "zone " + target.name;
    case Target::Kind::Region: return "region " + target.name;
    case Target::Kind::Instance: return "an instance of " + target.name;
    case Target::Kind::All: return "everything";
    case Target::Kind::Gateway: return "the gateway";
    default: return target.name;
  }
}

}  // namespace

void Compiler::faults() {
  for (const Fault& fault : *experiment_.faults) {
    FaultInfo info;
    info.kind = fault.kind;
    info.name = std::string(to_text_enum(fault.kind)) + " " + name_of(fault.target);
    if (!fault.to.name.empty()) info.name += " to " + name_of(fault.to);
    info.at = fault.at.or_else(Duration{}).nanoseconds;
    info.until = fault.lasts ? info.at + fault.lasts->nanoseconds : never;
    info.instances = instances_of(fault.target);
    info.to_instances = instances_of(fault.to);
    info.factor = fault.factor.value > 0 ? fault.factor.value : 1e-6;
    info.share = fault.share.value;
    info.every = fault.every.nanoseconds;
    info.silent =
        fault.target.kind == Target::Kind::Node || fault.target.kind == Target::Kind::Zone ||
        fault.target.kind == Target::Kind::Region || fault.target.kind == Target::Kind::All;
    if (fault.target.kind == Target::Kind::Gateway && fault.kind != FaultKind::Cut &&
        fault.kind != FaultKind::Drop) {
      note("faults of the gateway itself are not simulated: it stands for the clients");
      continue;
    }
    if (info.instances.empty()) {
      note("the fault on " + fault.target.name + " applies to nothing that is simulated");
      continue;
    }
    program_.faults.push_back(std::move(info));
  }
}

}  // namespace scantling::sim
