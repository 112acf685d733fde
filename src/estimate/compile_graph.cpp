#include <algorithm>
#include <unordered_map>

#include "estimate/compiler.h"

namespace scantling {

// Depth first over calls and events, callers before callees. An edge back into the chain that is
// being followed closes a cycle: it is left out of the order.
void NetworkCompiler::order() {
  const std::size_t n = net_.endpoints.size();
  const auto targets = [&](std::size_t i) {
    std::vector<std::int32_t> out;
    for (std::int32_t pc = net_.endpoints[i].first; pc < net_.endpoints[i].last; ++pc) {
      const NetInstruction& at = net_.code[static_cast<std::size_t>(pc)];
      if (at.op == NetOp::Call) out.push_back(at.target);
      if (at.op == NetOp::Publish)
        for (const std::int32_t c : net_.events[static_cast<std::size_t>(at.target)].consumers)
          out.push_back(c);
    }
    return out;
  };
  struct Visit {
    std::size_t endpoint;
    std::vector<std::int32_t> targets;
    std::size_t next = 0;
  };
  enum : std::uint8_t { kNew, kOpen, kDone };
  std::vector<std::uint8_t> state(n, kNew);
  std::vector<Visit> chain;
  for (std::size_t root = 0; root < n; ++root) {
    if (state[root] != kNew) continue;
    state[root] = kOpen;
    chain.push_back({root, targets(root)});
    while (!chain.empty()) {
      Visit& top = chain.back();
      if (top.next == top.targets.size()) {
        state[top.endpoint] = kDone;
        net_.callers_first.push_back(static_cast<std::int32_t>(top.endpoint));
        chain.pop_back();
        continue;
      }
      const auto to = static_cast<std::size_t>(top.targets[top.next++]);
      if (state[to] == kOpen)
        leave_out("endpoints." + endpoint_name(model_, net_.endpoint_ids[to]) +
                  ": calls or events lead back to it; the way back is followed once");
      if (state[to] != kNew) continue;
      state[to] = kOpen;
      chain.push_back({to, targets(to)});
    }
  }
  std::reverse(net_.callers_first.begin(), net_.callers_first.end());
  net_.callers.resize(net_.services.size());
  for (std::size_t i = 0; i < n; ++i)
    for (std::int32_t pc = net_.endpoints[i].first; pc < net_.endpoints[i].last; ++pc) {
      NetInstruction& op = net_.code[static_cast<std::size_t>(pc)];
      if (op.op != NetOp::Call) continue;
      const std::int32_t callee = net_.endpoints[static_cast<std::size_t>(op.target)].service;
      auto& callers = net_.callers[static_cast<std::size_t>(callee)];
      const std::int32_t caller = net_.endpoints[i].service;
      auto known = std::find_if(callers.begin(), callers.end(),
                                [&](const NetCaller& one) { return one.service == caller; });
      if (known == callers.end()) known = callers.insert(known, {caller, net_.links++});
      op.pool = known->link;
    }
}

// What each endpoint needs, its callees' needs included, and how deep its calls go.
void NetworkCompiler::dependencies() {
  net_.dependencies.resize(net_.endpoints.size());
  // Where each element stands in the list in hand.
  std::unordered_map<std::uint64_t, std::size_t> place;
  net_.depth.assign(net_.endpoints.size(), 1);
  for (auto it = net_.callers_first.rbegin(); it != net_.callers_first.rend(); ++it) {
    const auto e = static_cast<std::size_t>(*it);
    const NetEndpoint& endpoint = net_.endpoints[e];
    auto& out = net_.dependencies[e];
    const auto need = [&](NetDependency::Kind kind, std::int32_t index, double probability) {
      const std::uint64_t key =
          static_cast<std::uint64_t>(kind) << 32 | static_cast<std::uint32_t>(index);
      const auto [at, fresh] = place.try_emplace(key, out.size());
      if (fresh) {
        out.push_back({kind, index, probability});
      } else {
        NetDependency& known = out[at->second];
        known.need = 1 - (1 - known.need) * (1 - probability);
      }
    };
    place.clear();
    need(NetDependency::Kind::Service, endpoint.service, 1);
    std::vector<double> weight = {1};
    for (std::int32_t pc = endpoint.first; pc < endpoint.last; ++pc) {
      const NetInstruction& at = net_.code[static_cast<std::size_t>(pc)];
      const double now = weight.back();
      switch (at.op) {
        case NetOp::Call: {
          const auto callee = static_cast<std::size_t>(at.target);
          const bool other = net_.endpoints[callee].service != endpoint.service;
          net_.depth[e] = std::max(net_.depth[e], net_.depth[callee] + (other ? 1 : 0));
          if (now > 0)
            for (const NetDependency& inner : net_.dependencies[callee])
              need(inner.kind, inner.index, now * inner.need);
          break;
        }
        case NetOp::External:
          if (now > 0) need(NetDependency::Kind::External, at.target, now);
          break;
        case NetOp::Read:
        case NetOp::Write:
          if (now > 0 && at.required)
            need(at.op == NetOp::Read && at.copy == CopyChoice::Any ? NetDependency::Kind::Copies
                                                                    : NetDependency::Kind::Store,
                 at.target, now);
          break;
        case NetOp::Publish:
          if (now > 0 && at.required)
            need(NetDependency::Kind::Channel,
                 net_.events[static_cast<std::size_t>(at.target)].channel, now);
          break;
        case NetOp::Begin:
          weight.push_back(at.required ? now * std::min(at.amount, 1.0) : 0);
          break;
        case NetOp::Fill: weight.push_back(now * at.amount); break;
        case NetOp::Fallback: weight.push_back(0); break;
        default: weight.resize(weight.size() - lists_closed(at)); break;
      }
    }
  }
}

// Those of which the model says how often they are gone.
void NetworkCompiler::failure_domains() {
  using Kind = NetDependency::Kind;
  std::unordered_map<std::uint64_t, std::uint64_t> of;  // kind and index to domains
  const auto key = [](Kind kind, std::int32_t index) {
    return static_cast<std::uint64_t>(kind) << 32 | static_cast<std::uint32_t>(index);
  };
  for (const FailureDomain& domain : model_.placement->failure_domains) {
    if (!domain.availability) {
      leave_out("failure domain " + domain.name + ": no availability is given, taken as 100%");
      continue;
    }
    if (net_.domain_down.size() == 64) {
      leave_out("failure domain " + domain.name + ": the first 64 count");
      continue;
    }
    const std::uint64_t bit = std::uint64_t{1} << net_.domain_down.size();
    net_.domain_down.push_back(std::clamp(1 - domain.availability->value, 0.0, 1.0));
    const auto mark = [&](const auto& members, Kind kind) {
      for (const auto& member : *members)
        of[key(kind, member.id.index)] |= bit;
    };
    if (domain.all_services.or_else(false))
      for (const ServiceId id : model_.services.ids())
        of[key(Kind::Service, id.index)] |= bit;
    mark(domain.services, Kind::Service);
    mark(domain.stores, Kind::Store);
    mark(domain.stores, Kind::Copies);
    mark(domain.channels, Kind::Channel);
    mark(domain.externals, Kind::External);
  }
  if (of.empty()) return;
  for (auto& needed : net_.dependencies)
    for (NetDependency& one : needed)
      if (const auto found = of.find(key(one.kind, one.index)); found != of.end())
        one.domains = found->second;
}

// Where the store works that a request needs, some copy of it does: what is left to need of its
// copies are the requests that don't need the store.
void NetworkCompiler::copies_beside_stores() {
  for (std::vector<NetDependency>& needs : net_.dependencies) {
    for (NetDependency& copies : needs) {
      if (copies.kind != NetDependency::Kind::Copies) continue;
      for (const NetDependency& store : needs)
        if (store.kind == NetDependency::Kind::Store && store.index == copies.index)
          copies.need *= 1 - store.need;
    }
    std::erase_if(needs, [](const NetDependency& of) {
      return of.kind == NetDependency::Kind::Copies && of.need <= 0;
    });
  }
}

void NetworkCompiler::remarks() {
  for (const EndpointId id : all_endpoints(model_)) {
    const std::string where = "endpoints." + endpoint_name(model_, id);
    for_each_step(*model_.endpoint(id).steps, [&](const Step& step) {
      if (step.policy.hedge)
        leave_out(where + ": the hedge to " + step.target +
                  ": its extra load is counted, its gain in time is not");
      if (step.policy.at_once)
        leave_out(where + ": the bulkhead to " + step.target + ": taken as wide enough");
    });
  }
  for (const Service& service : model_.services) {
    if (service.shed) leave_out("services." + service.name + ": shedding by priority");
    if (service.rate_limit) leave_out("services." + service.name + ": its rate limit");
    const Slowdown& slows = *service.runtime->slows;
    if (slows.per || slows.failing || slows.cold)
      leave_out("services." + service.name +
                ": work that takes longer with its state (slows): taken as never");
    const Discipline discipline = service.runtime->discipline.or_else(Discipline::Fifo);
    if (discipline != Discipline::Fifo && discipline != Discipline::ProcessorSharing)
      leave_out("services." + service.name + ": queue discipline " +
                std::string(to_text_enum(discipline)) +
                ": mean waiting as for fifo, percentiles under overload unknown");
  }
  for (const Store& store : model_.stores)
    if (store.single_flight && *store.single_flight)
      leave_out("stores." + store.name + ": single-flight fills: misses are taken as independent");
}

}  // namespace scantling
