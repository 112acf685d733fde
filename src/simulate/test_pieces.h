// Pieces of systems that several tests are about: a channel between two services, a service that
// scales.
#pragma once

#include <utility>

#include "simulate/test_systems.h"

namespace scantling::sim {

// Of a channel "events": producer.ask publishes so often a second what consumer.on, which is
// returned, handles.
inline EndpointId piped(System& s, Channel channel, double rate, TimeLaw handling,
                        std::int64_t consumers = 1) {
  channel.name = "events";
  const ChannelId id = s.model.channels.add(std::move(channel));
  s.service("producer", 1000);
  s.service("consumer", 1000, consumers);
  Step publish;
  publish.kind = StepKind::Publish;
  publish.channel = id;
  publish.event = "Happened";
  s.operation("ask", s.endpoint("producer", "ask", {publish}), rate);
  const EndpointId on = s.endpoint("consumer", "on", {wait(std::move(handling))});
  s.model.endpoint(on).consumes = said(Ref<ChannelId>{"events", id});
  return on;
}

// A service "web" of one processor an instance, so many of them by its metric, looked at each 10 s.
inline Service& scaled(System& s, CountRange instances, ScaleMetric on, double target) {
  s.service("web", 1);
  Service& web = s.model.services.raw().back();
  web.runtime->instances = said(instances);
  ScalePolicy scale;
  scale.on = said(on);
  scale.target = said(target);
  scale.interval = said(in_seconds(10));
  web.scale = said(std::move(scale));
  return web;
}

}  // namespace scantling::sim
