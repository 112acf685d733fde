// The systems over ns-3's event scheduler.
#include <ns3/nstime.h>
#include <ns3/simulator.h>

#include "peer.h"

namespace {

struct Clock;
using Network = peer::Network<Clock>;

ns3::Time nanoseconds(double seconds) {
  return ns3::NanoSeconds(static_cast<std::int64_t>(seconds * 1e9 + .5));
}

struct Clock {
  double now() const { return static_cast<double>(ns3::Simulator::Now().GetNanoSeconds()) * 1e-9; }
  void after(double delay, Network& network, std::size_t station, peer::Request* request) {
    ns3::Simulator::Schedule(nanoseconds(delay), &Network::done, &network, station, request);
  }
  void next_arrival(double delay, Network& network) {
    ns3::Simulator::Schedule(nanoseconds(delay), &Network::arrive, &network);
  }
};

}  // namespace

int main(int argc, char** argv) {
  const peer::Arguments run = peer::arguments(argc, argv);
  Clock clock;
  Network network(clock, run.shape, run.seed, run.until);
  const double began = peer::processor_seconds();
  network.arrive();
  ns3::Simulator::Stop(nanoseconds(run.until));
  ns3::Simulator::Run();
  network.results().print(peer::processor_seconds() - began);
  ns3::Simulator::Destroy();
}
