// Services that wait for one another with bounded pools. A request holds its place in the pool of
// each service that it waits in; requests in a circle may each wait for a place that another holds.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "verify/protocol.h"

namespace scantling::verify {
namespace {

constexpr std::size_t kMostKinds = 6;  // of requests at once
constexpr std::size_t kLongestChain = 8;
constexpr std::size_t kMostServices = 200;

struct Chain {
  std::vector<EndpointId> endpoints;
  bool times_out = true;  // each call in it has an end
};

class Pools {
 public:
  explicit Pools(const Derivation& d) : d_(d) {}

  void read() {
    find_circles();
    for (const std::vector<ServiceId>& circle : circles_)
      derive(circle);
  }

 private:
  bool bounded(ServiceId id) const {
    const Service& s = d_.model.services[id];
    return s.runtime && s.runtime->concurrency.or_else({0}).value > 0;
  }

  // Services that call and are called within what is left, once the others are taken out.
  std::vector<ServiceId> on_circles() const {
    const std::size_t n = d_.model.services.raw().size();
    std::vector<char> left(n, 1);
    for (bool changed = true; changed;) {
      changed = false;
      std::vector<char> calls(n, 0), called(n, 0);
      for (const CallEdge& e : d_.calls.edges())
        if (e.callee.valid() && e.place.waits && left[index(e.caller.service)] &&
            left[index(e.callee.service)])
          calls[index(e.caller.service)] = called[index(e.callee.service)] = 1;
      for (std::size_t i = 0; i < n; ++i)
        if (left[i] && !(calls[i] && called[i])) left[i] = 0, changed = true;
    }
    std::vector<ServiceId> out;
    for (std::size_t i = 0; i < n; ++i)
      if (left[i]) out.push_back(ServiceId(i));
    return out;
  }

  // Of those, the ones that reach each other by calls that are waited for (Warshall's closure).
  void find_circles() {
    const std::vector<ServiceId> nodes = on_circles();
    const std::size_t n = nodes.size();
    if (n > kMostServices) {
      d_.left_out.push_back("circles of calls over more than " + std::to_string(kMostServices) +
                            " services");
      return;
    }
    std::vector<std::vector<char>> reach(n, std::vector<char>(n, 0));
    const auto at = [&](ServiceId s) { return std::ranges::find(nodes, s) - nodes.begin(); };
    for (const CallEdge& e : d_.calls.edges()) {
      if (!e.callee.valid() || !e.place.waits) continue;
      const auto from = static_cast<std::size_t>(at(e.caller.service));
      const auto to = static_cast<std::size_t>(at(e.callee.service));
      if (from < n && to < n) reach[from][to] = 1;
    }
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t i = 0; i < n; ++i)
        if (reach[i][k])
          for (std::size_t j = 0; j < n; ++j)
            reach[i][j] |= reach[k][j];
    std::set<std::size_t> used;
    for (std::size_t i = 0; i < n; ++i) {
      if (!reach[i][i] || used.contains(i)) continue;
      std::vector<ServiceId> circle;
      for (std::size_t j = i; j < n; ++j)
        if (reach[i][j] && reach[j][i]) circle.push_back(nodes[j]), used.insert(j);
      if (std::ranges::any_of(circle, [&](ServiceId s) { return bounded(s); }))
        circles_.push_back(std::move(circle));
    }
  }
  static std::size_t index(ServiceId id) { return static_cast<std::size_t>(id.index); }

  // Chains of calls within the circle, each as long as it can be.
  void extend(Chain chain, const std::vector<ServiceId>& circle, std::vector<Chain>& out) const {
    std::vector<Chain> open{std::move(chain)};
    while (!open.empty() && out.size() <= kMostKinds) {
      const Chain now = std::move(open.back());
      open.pop_back();
      bool longer = false;
      for (const CallEdge& e : d_.calls.calls_of(now.endpoints.back())) {
        if (!e.callee.valid() || !e.place.waits || now.endpoints.size() >= kLongestChain ||
            std::ranges::find(circle, e.callee.service) == circle.end())
          continue;
        Chain next = now;
        next.endpoints.push_back(e.callee);
        next.times_out &= e.step->policy.timeout.has();
        longer = true;
        open.push_back(std::move(next));
      }
      if (!longer && now.endpoints.size() > 1) out.push_back(now);
    }
  }

  void derive(const std::vector<ServiceId>& circle) {
    std::vector<std::string> names;
    for (const ServiceId s : circle)
      names.push_back(d_.model.services[s].name);
    std::vector<Chain> chains;
    for (const EndpointId e : all_endpoints(d_.model))
      if (std::ranges::find(circle, e.service) != circle.end()) extend({{e}, true}, circle, chains);
    const std::string name = "pools of " + join(names, ", ");
    if (chains.size() > kMostKinds) {
      d_.left_out.push_back(name + " have more than " + std::to_string(kMostKinds) +
                            " kinds of requests");
      return;
    }
    build(name, circle, chains);
  }

  void build(const std::string& name, const std::vector<ServiceId>& circle,
             const std::vector<Chain>& chains) {
    Builder b(name, "services." + d_.model.services[circle[0]].name);
    std::vector<std::pair<ServiceId, Var>> pool;
    for (const ServiceId s : circle)
      if (bounded(s)) {
        const std::string& service = d_.model.services[s].name;
        pool.emplace_back(s, b.variable("pool of " + service, b.lane(service), {"free", "taken"}));
      }
    std::vector<Conds> stuck, deep;
    for (const Chain& chain : chains)
      request(b, chain, pool, stuck, deep);
    b.rests("no-deadlock", stuck, deep, "requests hold places in pools and wait for one another");
    b.note("each pool has one place here: with n places, n such requests at once do the same");
    repairs(b, chains);
    d_.out.push_back(b.finish(d_.model.services[circle[0]].from.span));
  }

  void request(Builder& b, const Chain& chain, const std::vector<std::pair<ServiceId, Var>>& pool,
               std::vector<Conds>& stuck, std::vector<Conds>& deep) const {
    const std::string first = endpoint_name(d_.model, chain.endpoints[0]);
    std::vector<std::string> texts{"not asked"};
    for (const EndpointId e : chain.endpoints)
      texts.push_back("in " + endpoint_name(d_.model, e));
    texts.emplace_back("answered");
    const int begin = b.lane(d_.model.services[chain.endpoints[0].service].name);
    const Var at = b.place("request " + first, begin, texts);
    const auto place_of = [&](EndpointId e) {
      return std::ranges::find(pool, e.service, &std::pair<ServiceId, Var>::first);
    };
    const auto depth = static_cast<int>(chain.endpoints.size());
    for (int k = 0; k < depth; ++k) {
      const EndpointId e = chain.endpoints[static_cast<std::size_t>(k)];
      const EndpointId before = chain.endpoints[static_cast<std::size_t>(std::max(0, k - 1))];
      Draft d = b.rule(b.lane(d_.model.services[before.service].name),
                       (k == 0 ? "takes a place for " : "calls and gets a place for ") +
                           endpoint_name(d_.model, e));
      d.move(at, k, k + 1);
      if (k > 0) d.to(b.lane(d_.model.services[e.service].name));
      if (place_of(e) != pool.end()) d.move(place_of(e)->second, 0, 1);
      d.add();
      if (k + 1 < depth) stuck.push_back({{at, static_cast<std::uint8_t>(k + 1)}});
    }
    deep.push_back({{at, static_cast<std::uint8_t>(depth)}});
    const auto release = [&](int from, int to, const std::string& text) {
      Draft d = b.rule(begin, text);
      d.move(at, from, to);
      std::set<Var> freed;
      for (int k = 0; k < from; ++k)
        if (const auto p = place_of(chain.endpoints[static_cast<std::size_t>(k)]);
            p != pool.end() && freed.insert(p->second).second)
          d.move(p->second, 1, 0);
      d.add();
    };
    release(depth, depth + 1, first + " is answered, and all its places are free again");
    if (chain.times_out)
      for (int k = 1; k < depth; ++k)
        release(k, depth + 1, first + " times out, and its places are free again");
  }

  void repairs(Builder& b, const std::vector<Chain>& chains) const {
    std::vector<EndpointId> callers;
    for (const Chain& chain : chains)
      if (!chain.times_out)
        for (const EndpointId e : chain.endpoints)
          if (std::ranges::find(callers, e) == callers.end()) callers.push_back(e);
    if (callers.empty()) return;
    std::vector<std::string> names;
    for (const EndpointId e : callers)
      names.push_back(endpoint_name(d_.model, e));
    b.repair("no-deadlock", "timeout: 1s on each call of the circle", enumerate(names),
             [callers](Mender& m) {
               for (const EndpointId e : callers)
                 for (const Step* s : steps_of(m.model.endpoint(e)))
                   if (s->kind == StepKind::Call && !s->policy.timeout)
                     m.set(const_cast<Step*>(s)->policy.timeout, Duration::from_seconds(1));
             });
  }

  const Derivation& d_;
  std::vector<std::vector<ServiceId>> circles_;
};

}  // namespace

void derive_pools(const Derivation& d) {
  Pools(d).read();
}

}  // namespace scantling::verify
