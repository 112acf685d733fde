// What endpoints do: steps become instructions. Bodies that other frames execute (branches, spawned
// steps, the fetch of a cache miss) are written after the endpoint that they belong to.
#include <algorithm>

#include "simulate/compile.h"
#include "simulate/defaults.h"

namespace scantling::sim {

Instruction& Compiler::add(Op op) {
  Instruction in;
  in.op = op;
  program_.code.push_back(in);
  return program_.code.back();
}

std::string Compiler::site(std::string_view what) {
  return std::string(what) + " " + program_.endpoints[current_].name + " " +
         std::to_string(sites_++);
}

void Compiler::endpoints() {
  for (ServiceId id : model_.services.ids())
    for (std::size_t e = 0; e < model_.services[id].endpoints.size(); ++e)
      emit_endpoint(id, e);
  if (program_.code.size() > most_instructions)
    error_ = "the endpoints have more than " + std::to_string(most_instructions) + " steps";
}

void Compiler::emit_endpoint(ServiceId service, std::size_t index) {
  current_ = endpoint_[static_cast<std::size_t>(service.index)][index];
  sites_ = 0;
  program_.endpoints[current_].first_pc = pc();
  emit_list(*model_.services[service].endpoints[index].steps, 0);
  add(Op::End);
  emit_bodies();
}

void Compiler::emit_bodies() {
  while (!bodies_.empty() || !publications_.empty()) {
    if (!bodies_.empty()) {
      const Body body = bodies_.back();
      bodies_.pop_back();
      program_.branches[body.branch] = pc();
      for (const Step* step : body.steps)
        emit_step(*step, 0);
    } else {
      const Publication publication = publications_.back();
      publications_.pop_back();
      program_.branches[publication.branch] = pc();
      const Step& step = *publication.step;
      const bool outbox = *step.via == PublishVia::Outbox;
      Instruction& wait = add(Op::Wait);
      TimeLaw poll;
      poll.kind = TimeLaw::Kind::Uniform;
      poll.high = Duration::from_seconds(defaults::outbox_poll_seconds);
      wait.a = outbox ? law(poll) : fixed(defaults::capture_seconds);
      wait.b = stream(site("relay"));
      // A relay tries until the broker has it.
      CallPolicy relay;
      const Provenance assumed{Origin::Assumed, {}, {}};
      relay.timeout = {Duration::from_seconds(10), assumed};
      RetryPolicy retry;
      retry.attempts = {Count{10'000}, assumed};
      retry.backoff = {Duration::from_seconds(.1), assumed};
      retry.cap = {Duration::from_seconds(5), assumed};
      retry.jitter = {Jitter::Equal, assumed};
      relay.retry = {retry, assumed};
      const std::uint32_t append = append_endpoint(step.channel, step.event);
      const std::uint32_t e = edge(channel_[static_cast<std::size_t>(step.channel.index)], append,
                                   relay, model_.channels[step.channel].name);
      add(Op::Call).a = e;
    }
    add(Op::BranchEnd);
    if (program_.code.size() > most_instructions) return;
  }
}

std::uint32_t Compiler::body(std::vector<const Step*> steps) {
  const auto branch = static_cast<std::uint32_t>(program_.branches.size());
  program_.branches.push_back(none);
  bodies_.push_back({std::move(steps), branch, current_});
  return branch;
}

void Compiler::emit_list(const std::vector<Step>& steps, int loops) {
  for (const Step& step : steps)
    emit_step(step, loops);
}

// `times` on an access is that many accesses, one after another.
void Compiler::emit_step(const Step& step, int loops) {
  const bool access = step.kind == StepKind::Read || step.kind == StepKind::Write ||
                      step.kind == StepKind::Call || step.kind == StepKind::Publish;
  if (access && step.times && step.times->value != 1)
    emit_repeat(step.times->value, {&step}, loops, true);
  else
    emit_once(step, loops);
}

void Compiler::emit_once(const Step& step, int loops) {
  const std::string& name = program_.endpoints[current_].name;
  switch (step.kind) {
    case StepKind::Work:
    case StepKind::Wait: {
      const bool work = step.kind == StepKind::Work;
      Instruction& in = add(work ? Op::Work : Op::Wait);
      in.a = law(*step.time);
      in.b = stream(site(work ? "work" : "wait"));
      in.c = hop(name + (work ? " work" : " wait"));
      break;
    }
    case StepKind::Call:
    case StepKind::Read:
    case StepKind::Write: emit_access(step); break;
    case StepKind::Publish: emit_publish(step); break;
    case StepKind::Together: emit_together(step); break;
    case StepKind::Choose: emit_choose(step, loops); break;
    case StepKind::Repeat: {
      std::vector<const Step*> steps;
      for (const Step& inner : step.steps)
        steps.push_back(&inner);
      emit_repeat(step.times ? step.times->value : 1, steps, loops, false);
      break;
    }
    case StepKind::Lock: {
      if (step.optimistic.or_else(false)) {
        emit_version(step);
        break;
      }
      const auto [it, fresh] = locks_.emplace(
          std::pair{program_.endpoints[current_].service, step.lock}, program_.locks);
      if (fresh) ++program_.locks;
      program_.endpoints[current_].locks = true;
      Instruction& in = add(Op::Lock);
      in.a = it->second;
      in.c = hop("lock " + step.lock);
      break;
    }
    case StepKind::Fail: {
      Instruction& in = add(Op::Fail);
      in.x = step.share.or_else(Share{1}).value;
      in.b = stream(site("fail"));
      break;
    }
    case StepKind::Spawn: {
      std::vector<const Step*> steps;
      for (const Step& inner : step.steps)
        steps.push_back(&inner);
      const std::uint32_t branch = body(std::move(steps));
      Instruction& in = add(Op::Spawn);
      in.a = branch;
      in.count = 1;
      in.c = pc();
      break;
    }
  }
}

// One row an endpoint: its end compares one version.
void Compiler::emit_version(const Step& step) {
  const auto [it, fresh] =
      rows_.emplace(std::pair{program_.endpoints[current_].service, step.lock}, program_.rows);
  if (fresh) ++program_.rows;
  for (std::uint32_t i = program_.endpoints[current_].first_pc; i < pc(); ++i)
    if (program_.code[i].op == Op::Version && program_.code[i].a != it->second)
      note(program_.endpoints[current_].name +
           ": of several optimistic locks the last one taken is compared");
  add(Op::Version).a = it->second;
}

void Compiler::emit_access(const Step& step) {
  std::uint32_t e = none;
  if (step.kind == StepKind::Call) {
    if (step.endpoint.valid()) {
      const auto s = static_cast<std::size_t>(step.endpoint.service.index);
      const std::uint32_t endpoint = endpoint_[s][static_cast<std::size_t>(step.endpoint.index)];
      e = edge(service_[s], endpoint, step.policy, program_.endpoints[endpoint].name);
    } else if (step.external.valid()) {
      const auto x = static_cast<std::size_t>(step.external.index);
      e = edge(external_[x], external_endpoint_[x], step.policy,
               model_.externals[step.external].name);
    }
  } else if (step.store.valid()) {
    e = store_edge(step);
  }
  if (e == none) {
    note(program_.endpoints[current_].name + ": the step to " + step.target +
         " leads nowhere and is left out");
    return;
  }
  if (step.kind == StepKind::Read && step.miss)
    emit_miss(step, e);
  else
    emit_call(e, step);
}

void Compiler::emit_call(std::uint32_t e, const Step& step) {
  const std::uint32_t at = pc();
  add(Op::Call).a = e;
  program_.edges[e].hard = step.fallback.empty();
  if (step.fallback.empty()) return;
  const std::uint32_t jump = pc();
  add(Op::Jump);
  program_.code[at].b = pc();
  emit_list(step.fallback, 1);  // a repeat inside may be inside another
  program_.code[jump].c = pc();
}

// Read the cache; on a hit go on, on a miss do the steps, then it is filled. A cache that can't be
// reached is a miss that fills nothing.
void Compiler::emit_miss(const Step& step, std::uint32_t e) {
  const std::uint32_t call = pc();
  add(Op::Call).a = e;
  const std::uint32_t c = cache(step);
  const std::uint32_t look = pc();
  add(Op::CacheLook).a = c;
  std::vector<const Step*> steps;
  for (const Step& inner : step.miss->then)
    steps.push_back(&inner);
  const std::uint32_t branch = body(std::move(steps));
  const auto fetch = [&](bool stale) {
    Instruction& in = add(Op::Together);
    in.a = branch;
    in.count = 1;
    in.b = 1;
    in.tolerant = stale;
    in.c = pc();
  };
  fetch(model_.stores[step.store].serve_stale.or_else(false));
  add(Op::CacheFill).a = c;
  const std::uint32_t jump = pc();
  add(Op::Jump);
  program_.code[call].b = pc();
  if (step.fallback.empty())
    fetch(false);
  else
    emit_list(step.fallback, 1);
  program_.code[look].c = pc();
  program_.code[jump].c = pc();
}

// One loop counter a frame: a repeat within a repeat runs in a frame of its own.
void Compiler::emit_repeat(double times, const std::vector<const Step*>& steps, int loops,
                           bool once) {
  if (loops > 0) {
    const std::uint32_t branch = static_cast<std::uint32_t>(program_.branches.size());
    program_.branches.push_back(none);
    Instruction& in = add(Op::Together);
    in.a = branch;
    in.count = 1;
    in.b = 1;
    in.c = pc();
    // The body is the repeat itself, at the outermost level of its frame.
    const std::uint32_t jump = pc();
    add(Op::Jump);
    program_.code[jump - 1].c = jump;
    program_.branches[branch] = pc();
    emit_repeat(times, steps, 0, once);
    add(Op::BranchEnd);
    program_.code[jump].c = pc();
    return;
  }
  const std::uint32_t begin = pc();
  {
    Instruction& in = add(Op::LoopBegin);
    in.x = std::clamp(times, 0.0, 1e9);
    in.b = stream(site("times"));
  }
  for (const Step* step : steps)
    once ? emit_once(*step, 1) : emit_step(*step, 1);
  add(Op::LoopEnd).c = begin + 1;
  program_.code[begin].c = pc();
}

void Compiler::emit_choose(const Step& step, int loops) {
  const std::uint32_t at = pc();
  add(Op::Choose);
  const std::uint32_t random = stream(site("choose"));
  std::vector<Choice> choices;
  std::vector<std::uint32_t> jumps;
  double sum = 0;
  for (const Branch& branch : step.branches) {
    sum += branch.share.or_else(Share{0}).value;
    choices.push_back({sum, pc()});
    emit_list(branch.steps, loops);
    jumps.push_back(pc());
    add(Op::Jump);
  }
  const std::uint32_t after = pc();
  for (std::uint32_t jump : jumps)
    program_.code[jump].c = after;
  if (sum < 1 - 1e-9 || choices.empty()) choices.push_back({1, after});  // the rest does nothing
  Instruction& in = program_.code[at];
  in.a = static_cast<std::uint32_t>(program_.choices.size());
  in.count = static_cast<std::uint16_t>(choices.size());
  in.b = random;
  program_.choices.insert(program_.choices.end(), choices.begin(), choices.end());
}

void Compiler::emit_together(const Step& step) {
  if (step.steps.empty()) return;
  const auto first = static_cast<std::uint32_t>(program_.branches.size());
  for (const Step& branch : step.steps)
    body({&branch});
  const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(step.steps.size(), 60'000));
  Instruction& in = add(Op::Together);
  in.a = first;
  in.count = static_cast<std::uint16_t>(count);
  in.b = count;
  if (step.first && step.first->value > 0)
    in.b = static_cast<std::uint32_t>(std::min<std::int64_t>(step.first->value, count));
  in.c = pc();
}

void Compiler::emit_publish(const Step& step) {
  if (!step.channel.valid()) {
    note(program_.endpoints[current_].name + ": publishing to " + step.target +
         " leads nowhere and is left out");
    return;
  }
  if (step.via.or_else(PublishVia::Direct) != PublishVia::Direct) {
    const auto branch = static_cast<std::uint32_t>(program_.branches.size());
    program_.branches.push_back(none);
    publications_.push_back({branch, current_, &step});
    Instruction& in = add(Op::Spawn);
    in.a = branch;
    in.count = 1;
    in.c = pc();
    return;
  }
  const std::uint32_t append = append_endpoint(step.channel, step.event);
  const auto c = static_cast<std::size_t>(step.channel.index);
  emit_call(edge(channel_[c], append, step.policy, model_.channels[step.channel].name), step);
}

// The broker's endpoint for one event of one channel. Its code stands apart from the caller's.
std::uint32_t Compiler::append_endpoint(ChannelId id, const std::string& name) {
  const auto [it, fresh] = append_.emplace(std::pair{id.index, name}, 0U);
  if (!fresh) return it->second;
  const Channel& channel = model_.channels[id];
  const std::uint32_t service = channel_[static_cast<std::size_t>(id.index)];
  it->second = add_endpoint(service, channel.name + " " + name, none);
  const std::uint32_t jump = pc();
  add(Op::Jump);
  program_.endpoints[it->second].first_pc = pc();
  Instruction& wait = add(Op::Wait);
  wait.a = fixed(defaults::publish_seconds);
  wait.b = stream("append " + channel.name + " " + name);
  wait.c = hop("publish to " + channel.name);
  Instruction& in = add(Op::Deliver);
  in.a = static_cast<std::uint32_t>(id.index);
  in.b = event(name);
  add(Op::End);
  program_.code[jump].c = pc();
  return it->second;
}

}  // namespace scantling::sim
