// Stations and networks of queueing theory.
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "simulate/test_rows.h"

namespace scantling::sim {
namespace {

Interval lost(const OperationResult& operation) {
  return {1 - operation.availability.mean, operation.availability.half_width};
}

// P(n in M/M/c/K) for n = 0..K, from the birth-death equations.
std::vector<double> birth_death(int servers, int room, double erlangs) {
  std::vector<double> p = {1};
  double sum = 1;
  for (int n = 1; n <= room; ++n) {
    p.push_back(p.back() * erlangs / std::min(n, servers));
    sum += p.back();
  }
  for (double& x : p)
    x /= sum;
  return p;
}

void mm1(RowFigures& f) {
  const auto r = f.run(one_station(80, exponential_time(.01)), quick(f.pick(3000., 50'000.), 10));
  const OperationResult& o = r.operations.at(0);
  f.inside("mean time, s", o.latency.mean, .01 / (1 - .8), f.pick(.05, .01));
  // The sojourn time is exponential.
  f.inside("p50, s", o.latency.p50, .05 * std::log(2), f.pick(.05, .01));
  f.inside("p99, s", o.latency.p99, .05 * std::log(100), f.pick(.08, .02));
  for (const StationResult& s : r.stations)
    if (s.name == "server") {
      f.inside("utilisation", s.utilisation, .8, f.pick(.02, .003));
      f.inside("requests in the system", s.in_progress, 4, f.pick(.06, .015));
    }
}

void mmc(RowFigures& f) {
  // Mean wait = C(c, a) / (c mu - lambda).
  const auto ten = f.run(one_station(80, exponential_time(.1), 10),
                         quick(f.pick(1500., 60'000.), f.pick(5, 12)));
  f.inside("8 Erlang, 10 servers (C = .40918): mean time, s", ten.operations.at(0).latency.mean,
           .1 + .40918 * .1 / 2, f.pick(.02, .005));
  for (const StationResult& s : ten.stations)
    if (s.name == "server")
      f.inside("the same: waiting", s.queue, 80 * .40918 * .1 / 2, f.pick(.12, .03));
  const auto hundred =
      f.run(one_station(90, exponential_time(1), 100), quick(f.pick(4000., 80'000.), 8));
  Interval waited = hundred.operations.at(0).latency.mean;
  waited.mean -= 1;
  f.inside("90 Erlang, 100 servers (C = .21694): mean wait, s", waited, .21694 / 10,
           f.pick(.8, .1));
}

void mmck(RowFigures& f) {
  constexpr int servers = 3;
  constexpr int room = 8;
  const std::vector<double> p = birth_death(servers, room, 2.7);
  double in_system = 0;
  for (int n = 0; n <= room; ++n)
    in_system += n * p[static_cast<std::size_t>(n)];
  const auto r = f.run(one_station(90, exponential_time(.03), servers, servers, room - servers),
                       quick(f.pick(1500., 40'000.)));
  const OperationResult& o = r.operations.at(0);
  f.inside("2.7 Erlang, 3 servers, room for 8: share lost", lost(o), p.back(), f.pick(.08, .015));
  f.inside("the same: mean time of those let in, s", o.latency.mean,
           in_system / (90 * (1 - p.back())), f.pick(.03, .005));
}

void loss(RowFigures& f) {
  const auto erlang =
      f.run(one_station(80, exponential_time(.1), 10, 10, 0), quick(f.pick(1500., 40'000.)));
  f.inside("8 Erlang, 10 servers, no room: share lost", lost(erlang.operations.at(0)), .12166,
           f.pick(.05, .01));
  const auto single =
      f.run(one_station(90, exponential_time(.01), 1, 1, 9), quick(f.pick(1500., 40'000.)));
  f.inside("M/M/1/10 at .9: share lost", lost(single.operations.at(0)), .05081, f.pick(.1, .02));
}

void md1(RowFigures& f) {
  const auto r = f.run(one_station(80, fixed_time(.01)), quick(f.pick(1500., 60'000.)));
  f.inside("mean time at .8, s", r.operations.at(0).latency.mean, .01 + .8 * .01 / (2 * .2),
           f.pick(.03, .008));
}

void mg1(RowFigures& f) {
  const auto r =
      f.run(one_station(60, lognormal_time(.01, 1.5)), quick(f.pick(3000., 60'000.), 10));
  f.inside("lognormal, variation 1.5, at .6: mean time, s", r.operations.at(0).latency.mean,
           .01 + .6 * .01 * 3.25 / (2 * .4), f.pick(.05, .012));
}

void jackson(RowFigures& f) {
  // Arrivals 50/s; .4 of them go to `a` (M/M/1, .5), the rest to `b` (M/M/2, .75), then all to `c`
  // (M/M/1, .8): each as if alone.
  System s;
  s.service("a");
  s.service("b", 2);
  s.service("c");
  s.service("front", 1000);
  const EndpointId a = s.endpoint("a", "get", {work(exponential_time(.025))});
  const EndpointId b = s.endpoint("b", "get", {work(exponential_time(.05))});
  const EndpointId c = s.endpoint("c", "get", {work(exponential_time(.016))});
  s.operation(
      "ask", s.endpoint("front", "ask", {choose({{.4, {call(a)}}, {.6, {call(b)}}}), call(c)}), 50);
  const auto r = f.run(s, quick(f.pick(10'000., 60'000.), 10));
  const double at_a = .025 / .5;
  const double at_b = .05 / (1 - .75 * .75);
  const double at_c = .016 / .2;
  f.inside("mean time, s", r.operations.at(0).latency.mean, .4 * at_a + .6 * at_b + at_c,
           f.pick(.05, .015));
  const std::pair<const char*, double> there[] = {
      {"a", 20 * at_a}, {"b", 30 * at_b}, {"c", 50 * at_c}};
  for (const auto& [name, expected] : there)
    for (const StationResult& station : r.stations)
      if (station.name == name)
        f.inside(std::string("requests at ") + name, station.in_progress, expected,
                 f.pick(.08, .025));
}

Experiment closed_load(std::int64_t users, double think) {
  Experiment e = plain_experiment();
  ExperimentLoad load;
  ClosedLoad closed;
  closed.users = said(Count{users});
  closed.think = said(exponential_time(think));
  load.closed = said(closed);
  e.load = said(load);
  return e;
}

void repair(RowFigures& f) {
  // M/M/1//10: p0 = 1 / sum N!/(N-n)! (s/Z)^n.
  double sum = 0;
  double term = 1;
  for (int n = 0; n <= 10; ++n) {
    sum += term;
    term *= (10 - n) * .2;
  }
  const double throughput = (1 - 1 / sum) / .2;
  const auto r = f.run(one_station(1, exponential_time(.2)), quick(f.pick(4000., 200'000.), 10),
                       closed_load(10, 1));
  f.inside("10 users, think 1 s, service .2 s: throughput, 1/s", r.operations.at(0).goodput,
           throughput, f.pick(.02, .003));
  f.inside("the same: mean time, s", r.operations.at(0).latency.mean, 10 / throughput - 1,
           f.pick(.04, .006));
}

void closed_mva(RowFigures& f) {
  // 20 users think .5 s; web 20 ms, then a store of one at a time, 35 ms.
  System s;
  s.service("web");
  const StoreId db = s.store("db", exponential_time(.035), exponential_time(.035));
  s.operation("ask",
              s.endpoint("web", "ask", {work(exponential_time(.02)), access(StepKind::Read, db)}),
              1);
  std::array<double, 2> queue = {0, 0};
  double throughput = 0;
  double response = 0;
  for (int n = 1; n <= 20; ++n) {
    const double web = .02 * (1 + queue[0]);
    const double store = .035 * (1 + queue[1]);
    response = web + store;
    throughput = n / (.5 + response);
    queue = {throughput * web, throughput * store};
  }
  const auto r = f.run(s, quick(f.pick(2000., 60'000.), 8), closed_load(20, .5));
  f.inside("throughput, 1/s", r.operations.at(0).goodput, throughput, f.pick(.02, .003));
  f.inside("mean time, s", r.operations.at(0).latency.mean, response, f.pick(.04, .006));
}

// Share of the requests that have a slow one among so many leaves.
void fan_out(RowFigures& f, int leaves, double slow_leaf, double rate, double seconds,
             double most_width) {
  System s;
  s.service("leaf", 1, 1);
  s.service("root");
  const EndpointId leaf = s.endpoint(
      "leaf", "get",
      {choose({{slow_leaf, {wait(fixed_time(1))}}, {1 - slow_leaf, {wait(fixed_time(.01))}}})});
  std::vector<Step> all(static_cast<std::size_t>(leaves), call(leaf));
  s.operation("ask", s.endpoint("root", "ask", {together(std::move(all))}), rate);
  const auto r = f.run(s, quick(seconds));
  // Mean = .01 + .99 x share.
  const Interval mean = r.operations.at(0).latency.mean;
  f.inside(leaves == 100 ? "100 leaves, 1 in 100 slow: share of slow requests"
                         : "2000 leaves, 1 in 10000 slow: share of slow requests",
           {(mean.mean - .01) / .99, mean.half_width / .99}, 1 - std::pow(1 - slow_leaf, leaves),
           most_width);
}

void tail_at_scale(RowFigures& f) {
  fan_out(f, 100, .01, 50, f.pick(200., 4000.), f.pick(.02, .005));
  fan_out(f, 2000, .0001, 20, f.pick(20., 200.), f.pick(.25, .05));
}

// A request to so many M/M/1 queues at once, until the last has ended: over one queue's time.
ExperimentResult fork_join(RowFigures& f, int branches, double load, double seconds) {
  System s;
  std::vector<Step> all;
  for (int i = 0; i < branches; ++i) {
    const std::string name = "leaf-" + std::to_string(i);
    s.service(name);
    all.push_back(call(s.endpoint(name, "get", {work(exponential_time(1 - load))})));
  }
  s.service("root");
  s.operation("ask", s.endpoint("root", "ask", {together(std::move(all))}), load / (1 - load));
  return f.run(s, quick(seconds, 10));
}

void forks(RowFigures& f) {
  const auto time = [](const ExperimentResult& r) { return r.operations.at(0).latency.mean; };
  f.inside("2 queues at .5: mean time", time(fork_join(f, 2, .5, f.pick(4000., 200'000.))),
           (12 - .5) / 8, f.pick(.07, .006));
  f.inside("2 queues at .8: mean time", time(fork_join(f, 2, .8, f.pick(4000., 200'000.))),
           (12 - .8) / 8, f.pick(.1, .02));
  // Of more queues an approximation, said to be within 5%.
  const double harmonic = 761. / 280;
  const double scaled = (harmonic / 1.5 + (1 - harmonic / 1.5) * 4 * .8 / 11) * (12 - .8) / 8;
  f.near("8 queues at .8: mean time", time(fork_join(f, 8, .8, f.pick(4000., 100'000.))).mean,
         scaled, f.pick(.08, .05) * scaled);
}

void choices(RowFigures& f) {
  // At load .9, mean time in the system in units of service.
  const int n = f.pick(200, 1000);
  System s;
  s.service("server", 1, n);
  s.operation("ask", s.endpoint("server", "ask", {work(exponential_time(1))}), .9 * n);
  Service& server = s.model.services.raw()[0];
  server.balance = said(Balance::Random);
  SimulateOptions longer = quick(2000);
  longer.warm_up = in_seconds(1000);  // 1 / (1 - sqrt(.9))^2 = 380 service times of memory
  f.inside("d = 1: mean time", f.run(s, longer).operations.at(0).latency.mean, 10,
           f.pick(.12, .04));
  // The figures are limits for very many servers.
  server.balance = said(Balance::RandomOfTwo);
  f.near("d = 2: mean time", f.run(s, quick(600)).operations.at(0).latency.mean.mean, 2.614,
         f.pick(.06, .02));
  server.balance = said(Balance::RandomOfThree);
  f.near("d = 3: mean time", f.run(s, quick(600)).operations.at(0).latency.mean.mean, 2.028,
         f.pick(.04, .015));
}

}  // namespace

std::vector<Row> queue_rows() {
  return {
      {"mm1", "M/M/1 at 80%", "Kleinrock, Queueing Systems I, 3.2", mm1},
      {"mmc", "M/M/c", "Erlang 1917; Kleinrock I, 3.5", mmc},
      {"mmck", "M/M/c/K", "Kleinrock I, 3.6 to 3.8 (birth-death equations)", mmck},
      {"loss", "Erlang B, M/M/1/K", "Erlang 1917; Kleinrock I, 3.6", loss},
      {"md1", "M/D/1", "Pollaczek 1930, Khinchine 1932; Kleinrock I, 5.6", md1},
      {"mg1", "M/G/1", "Pollaczek 1930, Khinchine 1932; Kleinrock I, 5.6", mg1},
      {"jackson", "an open network", "Jackson 1957", jackson},
      {"repair", "machine repair, M/M/1//N", "Kleinrock I, 3.8", repair},
      {"closed", "a closed network with think time", "Reiser, Lavenberg 1980 (exact MVA)",
       closed_mva},
      {"fanout", "fan-out", "Dean, Barroso, The Tail at Scale, CACM 56(2), 2013", tail_at_scale},
      {"forks", "branches side by side",
       "Flatto, Hahn, SIAM J. Appl. Math. 44, 1984; Nelson, Tantawi, IEEE ToC 37(6), 1988", forks},
      {"choices", "power of d choices", "Mitzenmacher, IEEE TPDS 12(10), 2001", choices},
  };
}

}  // namespace scantling::sim
