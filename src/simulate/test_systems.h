// Small systems built in code, for tests and benchmarks.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "model/architecture.h"
#include "simulate/simulate.h"

namespace scantling::sim {

inline Provenance given() {
  return {Origin::Given, {}, {}};
}
template <class T>
Field<T> said(T value) {
  return {std::move(value), given()};
}
inline Duration in_seconds(double s) {
  return Duration::from_seconds(s);
}
inline TimeLaw fixed_time(double s) {
  TimeLaw law;
  law.mean = in_seconds(s);
  return law;
}
inline TimeLaw exponential_time(double s) {
  TimeLaw law = fixed_time(s);
  law.kind = TimeLaw::Kind::Exponential;
  return law;
}
inline TimeLaw lognormal_time(double s, double variation) {
  TimeLaw law = fixed_time(s);
  law.kind = TimeLaw::Kind::Lognormal;
  law.variation = variation;
  return law;
}

// A system of services without network latency. Endpoints are added to services, steps to lists.
struct System {
  Architecture model;

  System() {
    Placement p;
    p.zones = said(Count{1});
    p.same_zone = said(Duration{});
    p.other_zone = said(Duration{});
    p.other_region = said(Duration{});
    model.placement = said(std::move(p));
  }

  Service& service(const std::string& name, double cpu = 1, std::int64_t instances = 1,
                   std::int64_t concurrency = -1, std::int64_t queue = -1) {
    Service s;
    s.name = name;
    Runtime r;
    r.cpu = said(Cores{cpu});
    r.instances = said(CountRange{instances, instances});
    r.concurrency = said(Count{concurrency});
    r.queue = said(Count{queue});
    s.runtime = said(std::move(r));
    const ServiceId id = model.services.add(std::move(s));
    return model.services[id];
  }
  EndpointId endpoint(const std::string& service_name, const std::string& name,
                      std::vector<Step> steps) {
    const ServiceId id = find_by_name(model.services, service_name);
    Endpoint e;
    e.name = name;
    e.steps = said(std::move(steps));
    model.services[id].endpoints.push_back(std::move(e));
    return {id, static_cast<std::int32_t>(model.services[id].endpoints.size() - 1)};
  }
  OperationId operation(const std::string& name, EndpointId entry, double rate) {
    Operation o;
    o.name = name;
    OperationLoad load;
    load.peak = said(Rate{rate});
    load.mean = said(Rate{rate});
    if (rate > 0) o.load = said(std::move(load));
    const OperationId id = model.operations.add(std::move(o));
    model.endpoint(entry).implements = said(Ref<OperationId>{name, id});
    return id;
  }
  StoreId store(const std::string& name, TimeLaw read, TimeLaw write,
                std::int64_t concurrency = 1) {
    Store s;
    s.name = name;
    s.read = said(std::move(read));
    s.write = said(std::move(write));
    s.concurrency = said(Count{concurrency});
    return model.stores.add(std::move(s));
  }
};

inline Step work(TimeLaw time) {
  Step s;
  s.kind = StepKind::Work;
  s.time = said(std::move(time));
  return s;
}
inline Step wait(TimeLaw time) {
  Step s = work(std::move(time));
  s.kind = StepKind::Wait;
  return s;
}
inline Step call(EndpointId endpoint, CallPolicy policy = {}) {
  Step s;
  s.kind = StepKind::Call;
  s.endpoint = endpoint;
  s.policy = std::move(policy);
  return s;
}
inline Step call_external(ExternalId external, CallPolicy policy = {}) {
  Step s;
  s.kind = StepKind::Call;
  s.external = external;
  s.policy = std::move(policy);
  return s;
}
inline Step access(StepKind kind, StoreId store, CallPolicy policy = {}) {
  Step s;
  s.kind = kind;
  s.store = store;
  s.policy = std::move(policy);
  return s;
}
inline Step together(std::vector<Step> steps) {
  Step s;
  s.kind = StepKind::Together;
  s.steps = std::move(steps);
  return s;
}
inline Step repeat(double times, std::vector<Step> steps) {
  Step s;
  s.kind = StepKind::Repeat;
  s.times = said(Factor{times});
  s.steps = std::move(steps);
  return s;
}
inline Step choose(std::vector<std::pair<double, std::vector<Step>>> branches) {
  Step s;
  s.kind = StepKind::Choose;
  for (auto& [share, steps] : branches) {
    Branch b;
    b.share = said(Share{share});
    b.steps = std::move(steps);
    s.branches.push_back(std::move(b));
  }
  return s;
}
inline Step fail_step(double share) {
  Step s;
  s.kind = StepKind::Fail;
  s.share = said(Share{share});
  return s;
}

// One service; `law` of work at `rate` arrivals a second.
inline System one_station(double rate, TimeLaw law, double cpu = 1, std::int64_t concurrency = -1,
                          std::int64_t queue = -1) {
  System s;
  s.service("server", cpu, 1, concurrency, queue);
  s.operation("ask", s.endpoint("server", "ask", {work(std::move(law))}), rate);
  return s;
}

inline CallPolicy timeout_policy(double seconds) {
  CallPolicy p;
  p.timeout = said(in_seconds(seconds));
  return p;
}
inline RetryPolicy retry_policy(std::int64_t attempts, double backoff = 0,
                                Jitter jitter = Jitter::None) {
  RetryPolicy r;
  r.attempts = said(Count{attempts});
  r.backoff = said(in_seconds(backoff));
  r.jitter = said(jitter);
  return r;
}

inline SimulateOptions quick(double measured_seconds, int replications = 5) {
  SimulateOptions o;
  o.measured = in_seconds(measured_seconds);
  o.replications = replications;
  return o;
}

inline Experiment plain_experiment() {
  Experiment e;
  e.name = "test";
  return e;
}

// Mean of a series over [from, to) seconds of the measured time.
inline double mean_between(const Series& s, double from, double to) {
  double sum = 0;
  int n = 0;
  for (std::size_t i = 0; i < s.values.size(); ++i) {
    const double at = static_cast<double>(i) * s.bucket_seconds;
    if (at < from || at >= to) continue;
    sum += s.values[i];
    ++n;
  }
  return n == 0 ? 0 : sum / n;
}

inline Fault fault(FaultKind kind, double at, double lasts, Target target) {
  Fault f;
  f.kind = kind;
  f.at = said(in_seconds(at));
  if (lasts > 0) f.lasts = said(in_seconds(lasts));
  f.target = std::move(target);
  return f;
}
inline Target service_target(const System& s, const std::string& name) {
  Target t;
  t.kind = Target::Kind::Service;
  t.name = name;
  t.service = find_by_name(s.model.services, name);
  return t;
}
inline Experiment with_faults(std::vector<Fault> faults, double measured_seconds) {
  Experiment e = plain_experiment();
  e.faults = said(std::move(faults));
  e.lasts = said(in_seconds(measured_seconds));
  return e;
}

}  // namespace scantling::sim
