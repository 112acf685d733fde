// The systems as SimGrid's users write them: every server is an actor that takes a request from its
// station's queue, sleeps as long as the work takes, and passes the request on.
#include <simgrid/s4u.hpp>

#include <memory>

#include "peer.h"

namespace {

namespace s4u = simgrid::s4u;

struct Station {
  std::deque<peer::Request*> queue;
  s4u::SemaphorePtr waiting = s4u::Semaphore::create(0);
};

class Systems {
 public:
  Systems(const peer::Arguments& run)
      : run_(run), random_(run.seed), stations_(run.shape.stations()) {
    results.stations.resize(stations_.size());
    results.warm_up = run.until / 10;
  }

  void source() {
    while (s4u::Engine::get_clock() < run_.until) {
      auto* r = new peer::Request;
      r->began = s4u::Engine::get_clock();
      enter(0, r);
      s4u::this_actor::sleep_for(random_.exponential(1 / run_.shape.rate));
    }
  }

  void server(std::size_t at) {
    Station& station = stations_[at];
    for (;;) {
      station.waiting->acquire();
      peer::Request* r = station.queue.front();
      station.queue.pop_front();
      s4u::this_actor::sleep_for(random_.exponential(run_.shape.work_seconds));
      done(at, r);
    }
  }

  peer::Results results;

 private:
  void enter(std::size_t at, peer::Request* r) {
    (at == 3 ? r->other_reached : r->reached) = s4u::Engine::get_clock();
    stations_[at].queue.push_back(r);
    stations_[at].waiting->release();
  }

  void done(std::size_t at, peer::Request* r) {
    const double now = s4u::Engine::get_clock();
    if (r->began >= results.warm_up)
      results.stations[at].add(now - (at == 3 ? r->other_reached : r->reached));
    if (!run_.shape.fork_join || at == 4) {
      ++results.requests;
      if (r->began >= results.warm_up) results.whole.add(now - r->began);
      delete r;
    } else if (at == 0) {
      enter(1, r);
    } else if (at == 1) {
      r->open = 2;
      enter(2, r);
      enter(3, r);
    } else if (--r->open == 0) {
      enter(4, r);
    }
  }

  const peer::Arguments& run_;
  peer::Random random_;
  std::vector<Station> stations_;
};

}  // namespace

int main(int argc, char** argv) {
  const peer::Arguments run = peer::arguments(argc, argv);
  s4u::Engine engine(&argc, argv);
  auto* zone = s4u::create_full_zone("zone");
  auto* host = zone->create_host("host", 1e9)->seal();
  zone->seal();
  Systems systems(run);
  for (std::size_t s = 0; s < run.shape.stations(); ++s)
    for (int i = 0; i < run.shape.servers; ++i)
      s4u::Actor::create("server", host, [&systems, s] { systems.server(s); })->daemonize();
  s4u::Actor::create("source", host, [&systems] { systems.source(); });
  const double began = peer::processor_seconds();
  engine.run();
  systems.results.print(peer::processor_seconds() - began);
}
