// Availability with common causes counted once. Zones are the common cause: the probability that an
// endpoint works is the sum over the numbers of zones that are down of its probability given that,
// times what is shared by all (the region), summed again over the failure domains that are down (at
// most two at once; the rest of the probability counts as down). Given the state of the zones,
// elements fail independently, and an endpoint needs all of its dependencies (each as often as a
// request comes to need it).
//
//   A = region x sum over j of P(j zones down) x product over d of (1 - need(d) (1 - A(d | j)))
//
// A(service | j): at least k of its instances that are left work, k carrying the load at full use.
// A(store | j):   enough copies for its consistency work; with a leader, minus the time of
// failovers. For a read that chooses any copy by itself: one works. Elements that are not spread
// over zones stand in one zone, the same for all of them. Externals: as promised, in outages longer
// than any retry. Failures by load (timeouts, refusals) come on top: EndpointState::success_up.
#include <algorithm>
#include <array>
#include <cmath>

#include "estimate/defaults.h"
#include "estimate/incremental.h"
#include "estimate/network.h"

namespace scantling {
namespace {

// A region's outages last hours, its passive twin takes over in a quarter of one: the region's
// unavailability shrinks to 15 min / 4 h.
constexpr double kPassiveShare = 15.0 / 240.0;

struct ZoneState {
  double probability = 0;
  double left = 1;         // share of the zones
  bool first_zone = true;  // where the elements are that are not spread
};

// At most two more zones down: three at once have 1e-10. Lanes that are not used have probability
// 0.
using States = ZoneStates;
constexpr std::size_t kStates = std::tuple_size_v<States>;

int zone_states(int zones, int lost, std::array<ZoneState, kStates>& out) {
  const int rest = std::max(0, zones - lost);
  const double p = defaults::kZoneAvailability;
  int count = 0;
  double ways = 1;
  for (int down = 0; down <= std::min(rest, 2); ++down) {
    const double probability = ways * std::pow(1 - p, down) * std::pow(p, rest - down);
    // `left` is of what the solution has, which is without the lost zones already.
    const double left = rest > 0 ? 1 - static_cast<double>(down) / rest : 0;
    const double first_down = lost > 0 ? 1 : rest > 0 ? static_cast<double>(down) / rest : 1;
    if (first_down < 1)
      out[static_cast<std::size_t>(count++)] = {probability * (1 - first_down), left, true};
    if (first_down > 0)
      out[static_cast<std::size_t>(count++)] = {probability * first_down, left, false};
    ways = ways * (rest - down) / (down + 1);
  }
  return count;
}

// k_of_n of the same few numbers again and again while a search tries its designs.
double often_k_of_n(double k, double n, double p) {
  struct Known {
    double k = 0, n = 0, p = 0, value = 0;  // p = 0: nothing yet
  };
  constexpr int kKnown = 1024;
  thread_local constinit std::array<Known, kKnown> known{};
  Known& slot = known[static_cast<std::size_t>((static_cast<int>(k) * 37 + static_cast<int>(n)) &
                                               (kKnown - 1))];
  if (slot.k != k || slot.n != n || slot.p != p)
    slot = {k, n, p, k_of_n(static_cast<int>(k), static_cast<int>(n), p)};
  return slot.value;
}

double left_of(double n, bool spread, const ZoneState& zone) {
  if (!spread) return zone.first_zone ? n : 0;
  return std::floor(n * zone.left + 1e-9);
}

class Availability {
 public:
  // Fills `down`: of each element, its unavailability in each state of the zones.
  Availability(const EstimateNetwork& network, const EstimateOptions& options,
               const NetworkSolution& solution, std::vector<States>& down, SolveMemo* memo);
  double of(std::size_t endpoint) const;

 private:
  double needed(std::size_t i) const;  // instances of a service
  // Given that so many failure domains are down, a bit each.
  double without(std::size_t endpoint, std::uint64_t domains) const;
  double service(std::size_t i, const ZoneState& zone) const;
  double copies_left(const NetStore& store, const ZoneState& zone) const;
  double store(std::size_t i, const ZoneState& zone) const;
  double copies(std::size_t i, const ZoneState& zone) const;
  double channel(std::size_t i, const ZoneState& zone) const;
  const States& down(const NetDependency& needed) const {
    const auto i = static_cast<std::size_t>(needed.index);
    if (needed.kind == NetDependency::Kind::Service) return down_[i];
    if (needed.kind == NetDependency::Kind::Store) return down_[net_.services.size() + i];
    if (needed.kind == NetDependency::Kind::Copies)
      return down_[net_.services.size() + net_.stores.size() + net_.channels.size() + i];
    return down_[net_.services.size() + net_.stores.size() + i];
  }

  const EstimateNetwork& net_;
  const NetworkSolution& solution_;
  std::vector<States>& down_;  // services, stores, channels, copies of stores
  std::array<ZoneState, kStates> zones_{};
  int states_ = 0;
  double lost_ = 1;  // share of the zones that the options leave
};

Availability::Availability(const EstimateNetwork& network, const EstimateOptions& options,
                           const NetworkSolution& solution, std::vector<States>& down,
                           SolveMemo* memo)
    : net_(network), solution_(solution), down_(down) {
  states_ = zone_states(net_.zones, options.zones_lost, zones_);
  lost_ = options.zones_lost > 0
              ? std::max(0.0, 1 - static_cast<double>(options.zones_lost) / net_.zones)
              : 1;
  down_.resize(net_.services.size() + 2 * net_.stores.size() + net_.channels.size());
  std::size_t next = 0;
  const auto fill = [&](std::size_t count, auto&& key, auto&& available) {
    for (std::size_t i = 0; i < count; ++i, ++next) {
      if (memo != nullptr) {
        const SolveMemo::Key now = key(i);
        if (memo->down[next] == now) continue;
        memo->down[next] = now;
      }
      for (std::size_t s = 0; s < kStates; ++s)
        down_[next][s] = s < static_cast<std::size_t>(states_) ? 1 - available(i, zones_[s]) : 0;
    }
  };
  fill(
      net_.services.size(),
      [&](std::size_t i) { return SolveMemo::Key{solution_.instances[i], needed(i)}; },
      [&](std::size_t i, const ZoneState& z) { return service(i, z); });
  fill(
      net_.stores.size(), [&](std::size_t i) { return SolveMemo::Key{net_.stores[i].copies}; },
      [&](std::size_t i, const ZoneState& z) { return store(i, z); });
  fill(
      net_.channels.size(), [](std::size_t) { return SolveMemo::Key{}; },
      [&](std::size_t i, const ZoneState& z) { return channel(i, z); });
  fill(
      net_.stores.size(), [&](std::size_t i) { return SolveMemo::Key{net_.stores[i].copies}; },
      [&](std::size_t i, const ZoneState& z) {
        return net_.stores[i].read_anywhere ? copies(i, z) : 1;
      });
}

double Availability::needed(std::size_t i) const {
  const NetService& service = net_.services[i];
  const double busy =
      std::max(1.0, std::ceil(solution_.services[i].demand / service.servers - 1e-9));
  if (std::isinf(service.concurrency) || service.concurrency <= 0) return busy;
  return std::max(busy, std::ceil(solution_.slots[i].demand / service.concurrency - 1e-9));
}

double Availability::service(std::size_t i, const ZoneState& zone) const {
  const double n = left_of(solution_.instances[i], net_.services[i].spread_zones, zone);
  const double wanted = needed(i);
  if (wanted > n) return 0;
  return often_k_of_n(wanted, n, defaults::kInstanceAvailability);
}

double Availability::copies_left(const NetStore& store, const ZoneState& zone) const {
  return left_of(std::floor(store.copies * (store.spread_zones ? lost_ : 1) + 1e-9),
                 store.spread_zones, zone);
}

double Availability::copies(std::size_t i, const ZoneState& zone) const {
  return often_k_of_n(1, copies_left(net_.stores[i], zone), defaults::kNodeAvailability);
}

double Availability::store(std::size_t i, const ZoneState& zone) const {
  const NetStore& store = net_.stores[i];
  const double n = copies_left(store, zone);
  double needed = 1;
  double switching = 0;  // share of the time without a leader
  if (store.consistency == ConsistencyKind::Quorum)
    needed = std::max(store.read_quorum, store.write_quorum);
  if (store.consistency == ConsistencyKind::Strong && store.copies > 1) {
    if (store.copies >= 3) needed = std::floor(store.copies / 2) + 1;
    switching = store.failover_seconds / defaults::kNodeMeanSecondsBetweenLosses;
  }
  return often_k_of_n(needed, n, defaults::kNodeAvailability) * (1 - std::min(1.0, switching));
}

double Availability::channel(std::size_t i, const ZoneState& zone) const {
  const NetChannel& channel = net_.channels[i];
  const double n = left_of(std::floor(channel.copies * (channel.spread_zones ? lost_ : 1) + 1e-9),
                           channel.spread_zones, zone);
  return often_k_of_n(channel.in_sync, n, defaults::kNodeAvailability);
}

double Availability::without(std::size_t endpoint, std::uint64_t domains) const {
  States product;
  product.fill(1);
  double outside = 1;
  for (const NetDependency& needed : net_.dependencies[endpoint]) {
    const bool gone = (needed.domains & domains) != 0;
    if (gone || needed.kind == NetDependency::Kind::External) {
      const double works =
          gone ? 0 : net_.externals[static_cast<std::size_t>(needed.index)].availability;
      outside *= 1 - needed.need * (1 - works);
      continue;
    }
    const States& unavailable = down(needed);
    for (std::size_t s = 0; s < kStates; ++s)
      product[s] *= 1 - needed.need * unavailable[s];
  }
  double inside = 0;
  for (std::size_t s = 0; s < kStates; ++s)
    inside += zones_[s].probability * product[s];
  double region = defaults::kRegionAvailability;
  if (net_.regions > 1 && net_.active_active) {
    // Any region can take over at once: all of them must be down.
    inside = 1 - std::pow(1 - inside * region, net_.regions);
    region = 1;
  } else if (net_.regions > 1) {
    region = 1 - (1 - region) * kPassiveShare;
  }
  return region * inside * outside * solution_.endpoints[endpoint].success_up;
}

double Availability::of(std::size_t endpoint) const {
  if (net_.domain_down.empty()) return without(endpoint, 0);
  std::uint64_t concerned = 0;
  for (const NetDependency& needed : net_.dependencies[endpoint])
    concerned |= needed.domains;
  // Probability that of those concerned exactly these are down.
  const auto probability = [&](std::uint64_t domains) {
    double out = 1;
    for (std::size_t d = 0; d < net_.domain_down.size(); ++d)
      if (concerned >> d & 1)
        out *= domains >> d & 1 ? net_.domain_down[d] : 1 - net_.domain_down[d];
    return out;
  };
  double sum = 0;
  const auto add = [&](std::uint64_t domains) {
    if (const double p = probability(domains); p > 0) sum += p * without(endpoint, domains);
  };
  add(0);
  for (std::uint64_t rest = concerned; rest != 0; rest &= rest - 1) {
    const std::uint64_t one = rest & (~rest + 1);
    add(one);
    for (std::uint64_t others = rest & (rest - 1); others != 0; others &= others - 1)
      add(one | (others & (~others + 1)));
  }
  return sum;
}

}  // namespace

void solve_availability(const EstimateNetwork& network, const EstimateOptions& options,
                        NetworkSolution& out, SolveMemo* memo) {
  out.availability.resize(network.endpoints.size());
  const Availability availability(network, options, out, out.down, memo);
  for (std::size_t e = 0; e < network.endpoints.size(); ++e)
    if (options.endpoints || network.is_entry[e]) out.availability[e] = availability.of(e);
}

}  // namespace scantling
