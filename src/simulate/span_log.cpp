#include "simulate/span_log.h"

#include <algorithm>

namespace scantling::sim {

SpanLog::SpanLog(const Program& program, int count)
    : program_(program),
      every_(program.sources.size(), 1),
      quota_(program.sources.size(), 0),
      seen_(program.sources.size(), 0) {
  std::vector<std::size_t> asked;
  for (std::size_t i = 0; i < program.sources.size(); ++i)
    if (program.sources[i].kind != SourceKind::Closed) asked.push_back(i);
  const auto n = static_cast<std::size_t>(std::max(0, count));
  for (std::size_t k = 0; k < asked.size(); ++k) {
    const std::size_t i = asked[k];
    quota_[i] = n / asked.size() + (k < n % asked.size() ? 1 : 0);
    if (quota_[i] == 0) continue;
    const double expected = program.operations[program.sources[i].operation].nominal_rate *
                            static_cast<double>(program.measured) * 1e-9;
    every_[i] = std::max<std::uint64_t>(
        1, static_cast<std::uint64_t>(expected / static_cast<double>(quota_[i])));
  }
}

bool SpanLog::takes(std::uint32_t source) {
  if (quota_[source] == 0 || seen_[source]++ % every_[source] != 0) return false;
  --quota_[source];
  return true;
}

SpanLog::Slot& SpanLog::slot(std::uint32_t i) {
  if (i >= slots_.size()) slots_.resize(i + 1);
  return slots_[i];
}

std::uint32_t SpanLog::open(RawSpan span) {
  if (span.parent != none) span.request = spans_[span.parent].request;
  spans_.push_back(span);
  return static_cast<std::uint32_t>(spans_.size() - 1);
}

void SpanLog::close(std::uint32_t span, Cause cause, Time now) {
  if (span == none || spans_[span].end != never) return;
  spans_[span].end = now;
  spans_[span].cause = cause;
}

void SpanLog::begin_request(std::uint32_t i, std::uint32_t operation, std::uint32_t endpoint,
                            std::uint32_t instance, Time now) {
  RawSpan span;
  span.request = static_cast<std::uint32_t>(operations_.size());
  span.kind = SpanKind::Server;
  span.what = endpoint;
  span.instance = instance;
  span.start = now;
  operations_.push_back(operation);
  Slot& s = slot(i);
  s = {};
  s.inside = s.server = open(span);
}

void SpanLog::begin_call(std::uint32_t caller_slot, std::uint32_t i, std::uint32_t edge,
                         std::uint32_t caller, std::uint32_t callee, Time now) {
  const ServiceInfo& called = program_.services[program_.instances[callee].service];
  RawSpan span;
  span.parent = slot(caller_slot).inside;
  span.kind = called.kind == ServiceKind::Channel ? SpanKind::Producer : SpanKind::Client;
  span.what = edge;
  span.instance = caller;
  span.callee = callee;
  span.start = now;
  Slot& s = slot(i);
  s = {};
  if (span.parent != none) s.inside = s.client = open(span);
}

void SpanLog::name_attempt(std::uint32_t i, Handle call, std::uint16_t ticket,
                           std::uint16_t attempt, bool hedge) {
  const std::uint32_t client = slot(i).client;
  if (client == none) return;
  spans_[client].attempt = attempt;
  spans_[client].hedge = hedge;
  attempts_.push_back({call, ticket, client});
}

// Stores, brokers and externals have no tracer of their own: what they do is inside the call.
void SpanLog::arrived(std::uint32_t i, std::uint32_t endpoint, std::uint32_t instance, Time now) {
  Slot& s = slot(i);
  if (s.inside == none || s.server != none ||
      program_.services[program_.instances[instance].service].kind != ServiceKind::Service)
    return;
  RawSpan span;
  span.parent = s.inside;
  span.kind = SpanKind::Server;
  span.what = endpoint;
  span.instance = instance;
  span.start = now;
  s.inside = s.server = open(span);
}

void SpanLog::share(std::uint32_t parent_slot, std::uint32_t i) {
  const std::uint32_t inside = slot(parent_slot).inside;
  slot(i) = {inside, none, none};
}

void SpanLog::segment(std::uint32_t i, std::uint32_t hop, Time from, Time to) {
  const std::uint32_t parent = slot(i).inside;
  if (parent == none || hop == none || to <= from || program_.hops[hop] == "network") return;
  RawSpan span;
  span.parent = parent;
  span.what = hop;
  span.instance = spans_[parent].instance;
  span.start = from;
  span.end = to;
  open(span);
}

void SpanLog::finished(std::uint32_t i, Cause cause, Time now) {
  Slot& s = slot(i);
  close(s.server, cause, now);
  s.server = none;
}

void SpanLog::attempt_ended(Handle call, std::uint16_t ticket, Cause cause, Time now) {
  std::erase_if(attempts_, [&](const Waiting& w) {
    if (w.of.index != call.index || w.of.generation != call.generation || w.ticket != ticket)
      return false;
    close(w.span, cause, now);
    return true;
  });
}

// The frame is gone; its slot is another's from now on.
void SpanLog::released(std::uint32_t i, Cause cause, Time now) {
  Slot& s = slot(i);
  close(s.server, cause == Cause::None ? Cause::Lost : cause, now);
  close(s.client, cause, now);
  std::erase_if(attempts_, [&](const Waiting& w) { return w.span == s.client; });
  s = {};
}

void SpanLog::published(std::uint32_t i, Handle message) {
  const std::uint32_t inside = slot(i).inside;
  if (inside != none) messages_.push_back({message, 0, inside});
}

bool SpanLog::knows(Handle message) const {
  return std::any_of(messages_.begin(), messages_.end(), [&](const Waiting& w) {
    return w.of.index == message.index && w.of.generation == message.generation;
  });
}

void SpanLog::handled(std::uint32_t i, Handle message, std::uint32_t endpoint,
                      std::uint32_t instance, Time now) {
  for (const Waiting& w : messages_) {
    if (w.of.index != message.index || w.of.generation != message.generation) continue;
    RawSpan span;
    span.parent = w.span;
    span.kind = SpanKind::Consumer;
    span.what = endpoint;
    span.instance = instance;
    span.start = now;
    const std::uint32_t opened = open(span);
    Slot& s = slot(i);
    s = {opened, opened, none};
    return;
  }
}

void SpanLog::forget(Handle message) {
  std::erase_if(messages_, [&](const Waiting& w) {
    return w.of.index == message.index && w.of.generation == message.generation;
  });
}

}  // namespace scantling::sim
