// The systems over SimGrid's kernel timers, without an actor in the way.
#include <simgrid/kernel/Timer.hpp>
#include <simgrid/s4u.hpp>

#include "peer.h"

namespace {

struct Clock;
using Network = peer::Network<Clock>;
using simgrid::kernel::timer::Timer;

struct Clock {
  double until = 0;
  double now() const { return simgrid::s4u::Engine::get_clock(); }
  void after(double delay, Network& network, std::size_t station, peer::Request* request) {
    if (now() > until) return;  // nothing is scheduled any more: the run ends
    Timer::set(now() + delay, [&network, station, request] { network.done(station, request); });
  }
  void next_arrival(double delay, Network& network) {
    if (now() > until) return;
    Timer::set(now() + delay, [&network] { network.arrive(); });
  }
};

}  // namespace

int main(int argc, char** argv) {
  const peer::Arguments run = peer::arguments(argc, argv);
  simgrid::s4u::Engine engine(&argc, argv);
  auto* zone = simgrid::s4u::create_full_zone("zone");
  auto* host = zone->create_host("host", 1e9)->seal();
  zone->seal();
  Clock clock{run.until};
  Network network(clock, run.shape, run.seed, run.until);
  const double until = run.until;
  // The engine runs as long as an actor lives.
  simgrid::s4u::Actor::create("keeper", host,
                              [until] { simgrid::s4u::this_actor::sleep_for(until); });
  const double began = peer::processor_seconds();
  Timer::set(0, [&network] { network.arrive(); });
  engine.run();
  network.results().print(peer::processor_seconds() - began);
}
