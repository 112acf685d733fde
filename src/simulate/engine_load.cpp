// Where requests come from: open arrivals whose rate follows a profile, schedules, and closed loads
// of users who think between requests.
#include "simulate/engine.h"

namespace scantling::sim {

void Engine::start_sources() {
  users_.clear();
  plan_bursts();
  for (std::uint32_t s = 0; s < p_.sources.size(); ++s) {
    const SourceInfo& info = p_.sources[s];
    switch (info.kind) {
      case SourceKind::Poisson: schedule_source(s); break;
      case SourceKind::Every: {
        const double phase = stream(info.stream).uniform();
        heap_.push(static_cast<Time>(phase * static_cast<double>(info.period)), EventKind::Source,
                   s);
        break;
      }
      case SourceKind::Replay: schedule_replay(s); break;
      case SourceKind::Asked: break;
      case SourceKind::Closed:
        for (std::uint32_t u = 0; u < info.users; ++u) {
          users_.push_back({s});
          const auto think = static_cast<Time>(info.think.draw(stream(info.stream)));
          heap_.push(think, EventKind::User, static_cast<std::uint32_t>(users_.size() - 1));
        }
        break;
    }
  }
}

[[gnu::noinline]] void Engine::schedule_next(std::uint32_t s) {
  const SourceInfo& info = p_.sources[s];
  if (info.kind == SourceKind::Every)
    heap_.push(now_ + info.period, EventKind::Source, s);
  else if (info.kind == SourceKind::Replay)
    ++replayed_[s], schedule_replay(s);
  else
    schedule_source(s);
}

void Engine::user(std::uint32_t u) {
  const SourceInfo& closed = p_.sources[users_[u].source];
  double pick = stream(closed.stream).uniform();
  std::uint32_t chosen = closed.mix.back().pc;
  for (const Choice& c : closed.mix)
    if (pick < c.up_to) {
      chosen = c.pc;
      break;
    }
  const std::uint32_t frame = enter(p_.sources[chosen], chosen, u);
  if (frame != none) ready_.push(Ready::Arrive, frame);
}

// The user has an answer.
void Engine::think(std::uint32_t user) {
  const SourceInfo& closed = p_.sources[users_[user].source];
  const auto time = static_cast<Time>(closed.think.draw(stream(closed.stream)));
  heap_.push(now_ + time, EventKind::User, user);
}

}  // namespace scantling::sim
