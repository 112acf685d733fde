// Models for the tests of this room, built by hand.
#pragma once

#include <string>
#include <vector>

#include "model/architecture.h"

namespace scantling::test {

inline const Provenance kGiven{Origin::Given, {}, {}};

template <class T>
Field<T> given(T value) {
  return {std::move(value), kGiven};
}

inline Duration ms(double milliseconds) {
  return Duration::from_seconds(milliseconds / 1000);
}

inline TimeLaw law(TimeLaw::Kind kind, double milliseconds) {
  TimeLaw out;
  out.kind = kind;
  out.mean = ms(milliseconds);
  return out;
}
inline TimeLaw exponential(double milliseconds) {
  return law(TimeLaw::Kind::Exponential, milliseconds);
}
inline TimeLaw fixed(double milliseconds) {
  return law(TimeLaw::Kind::Fixed, milliseconds);
}

inline Step work(TimeLaw time) {
  Step step;
  step.kind = StepKind::Work;
  step.time = given(std::move(time));
  return step;
}
inline Step wait(TimeLaw time) {
  Step step = work(std::move(time));
  step.kind = StepKind::Wait;
  return step;
}
inline Step call(EndpointId endpoint) {
  Step step;
  step.kind = StepKind::Call;
  step.endpoint = endpoint;
  return step;
}
inline Step call(ExternalId external) {
  Step step;
  step.kind = StepKind::Call;
  step.external = external;
  return step;
}
inline Step access(StepKind kind, StoreId store) {
  Step step;
  step.kind = kind;
  step.store = store;
  return step;
}
inline Step fail_share(double share) {
  Step step;
  step.kind = StepKind::Fail;
  step.share = given(Share{share});
  return step;
}
inline Step publish(ChannelId channel, std::string event) {
  Step step;
  step.kind = StepKind::Publish;
  step.channel = channel;
  step.event = std::move(event);
  return step;
}
inline Branch branch(double share, std::vector<Step> steps) {
  return {given(Share{share}), std::move(steps)};
}
inline void retry(Step& step, std::int64_t attempts, double backoff_ms) {
  RetryPolicy policy;
  policy.attempts = given(Count{attempts});
  policy.backoff = given(ms(backoff_ms));
  policy.jitter = given(Jitter::None);
  step.policy.retry = given(policy);
}

// A model without a network: latencies are 0, so that closed forms hold to the last digit.
class ModelBuilder {
 public:
  ModelBuilder() {
    Placement placement;
    placement.zones = given(Count{1});
    placement.same_zone = given(Duration{});
    placement.other_zone = given(Duration{});
    model.placement = given(placement);
  }

  ServiceId service(std::string name, CountRange instances = {1, 1}) {
    Service out;
    out.name = std::move(name);
    Runtime runtime;
    runtime.instances = given(instances);
    out.runtime = given(runtime);
    out.balance = given(Balance::Random);
    return model.services.add(std::move(out));
  }
  EndpointId endpoint(ServiceId service, std::string name, std::vector<Step> steps) {
    Endpoint out;
    out.name = std::move(name);
    out.steps = given(std::move(steps));
    auto& endpoints = model.services[service].endpoints;
    endpoints.push_back(std::move(out));
    return {service, static_cast<std::int32_t>(endpoints.size() - 1)};
  }
  OperationId operation(std::string name, EndpointId entry, double mean, double peak) {
    Operation out;
    out.name = std::move(name);
    OperationLoad load;
    load.mean = given(Rate{mean});
    load.peak = given(Rate{peak});
    out.load = given(load);
    const OperationId id = model.operations.add(std::move(out));
    model.endpoint(entry).implements = given(Ref<OperationId>(model.operations[id].name, id));
    return id;
  }
  StoreId store(std::string name, TimeLaw read, TimeLaw write, std::int64_t concurrency) {
    Store out;
    out.name = std::move(name);
    out.read = given(std::move(read));
    out.write = given(std::move(write));
    out.concurrency = given(Count{concurrency});
    return model.stores.add(std::move(out));
  }
  ExternalId external(std::string name, TimeLaw latency, double availability) {
    External out;
    out.name = std::move(name);
    out.latency = given(std::move(latency));
    out.availability = given(Share{availability});
    return model.externals.add(std::move(out));
  }
  ChannelId channel(std::string name, std::int64_t partitions) {
    Channel out;
    out.name = std::move(name);
    out.partitions = given(Count{partitions});
    return model.channels.add(std::move(out));
  }

  Architecture model;
};

}  // namespace scantling::test
