// Chaos Mesh: the faults that the model's experiments simulate, as experiments on the cluster, with
// the steady state that was predicted. Applied by hand, one at a time: not part of the base.
#include <algorithm>
#include <optional>

#include "base/text.h"
#include "base/units.h"
#include "generate/k8s.h"
#include "generate/slo.h"
#include "generate/target.h"

namespace scantling::generate {
namespace {

constexpr std::string_view kApi = "chaos-mesh.org/v1alpha1";

Value selector(const Plan& plan, Value labels_of) {
  Value out = map({{"namespaces", list({plan.system()})}});
  if (!labels_of.empty()) out.set("labelSelectors", std::move(labels_of));
  return out;
}

// Labels of the pods of a service or of a store that runs here; empty for what is elsewhere.
Value labels_of(const Plan& plan, const scantling::Target& target) {
  if (target.service.valid())
    return map({{"app.kubernetes.io/name", plan.service(target.service).name}});
  if (target.endpoint.valid())
    return map({{"app.kubernetes.io/name", plan.service(target.endpoint.service).name}});
  if (target.store.valid()) {
    const Engine& engine = engine_of(plan.model().stores[target.store].engine.value);
    const std::string node = plan.store_nodes(target.store).front();
    if (engine.run_by == RunBy::CloudNativePg) return map({{"cnpg.io/cluster", node}});
    if (const Operated* by = operated_as(engine.name)) return map({{by->pod_label.data(), node}});
    if (engine.run_by == RunBy::StatefulSet) return map({{"app.kubernetes.io/name", node}});
  }
  return {};
}

std::string lasts(const Fault& fault) {
  return go_duration(fault.lasts.or_else({60'000'000'000}).seconds());
}

// Which machine it is nobody knows before there are any: whoever runs the experiment labels one.
constexpr std::string_view kNodeLabel = "scantling/lose";

std::string node_value(const std::string& name) {
  std::string out = name;
  std::ranges::replace(out, '/', '-');
  return dns_label(out);
}

Value pods_fail(const Plan& plan, const Fault& fault, std::string_view action) {
  using Kind = scantling::Target::Kind;
  const bool one = fault.target.kind == Kind::Instance || fault.kind == FaultKind::Fail;
  Value spec = map({{"action", action}, {"mode", one ? "one" : "all"}});
  if (fault.target.kind == Kind::Zone || fault.target.kind == Kind::Node) {
    Value of = selector(plan, {});
    of.set("nodeSelectors", fault.target.kind == Kind::Zone
                                ? map({{"topology.kubernetes.io/zone", fault.target.name}})
                                : map({{kNodeLabel.data(), node_value(fault.target.name)}}));
    spec.set("selector", std::move(of));
  } else {
    spec.set("selector", selector(plan, labels_of(plan, fault.target)));
  }
  spec.set("duration", lasts(fault));
  return spec;
}

// The callers' way to an external or another part: chaos on the network of whoever calls it.
Value network(const Plan& plan, const Fault& fault, std::string_view action) {
  Value spec = map({{"action", action}, {"mode", "all"}});
  if (fault.target.external.valid()) {
    Value callers = Value::empty_list();
    for (const ServicePlan& service : plan.services())
      if (std::ranges::find(service.externals, fault.target.external) != service.externals.end())
        callers.add(service.name);
    Value of = selector(plan, {});
    of.set("expressionSelectors", list({map({{"key", "app.kubernetes.io/name"},
                                             {"operator", "In"},
                                             {"values", std::move(callers)}})}));
    spec.set("selector", std::move(of));
    spec.set("externalTargets",
             list({plan.external_name(fault.target.external) + "." + plan.options().domain}));
    spec.set("direction", "to");
  } else {
    spec.set("selector", selector(plan, labels_of(plan, fault.target)));
    const Value other = labels_of(plan, fault.to);
    if (!other.empty()) {
      spec.set("target", map({{"mode", "all"}, {"selector", selector(plan, other)}}));
      spec.set("direction", "to");
    }
  }
  spec.set("duration", lasts(fault));
  return spec;
}

// How much slower: the external's or the part's own time, times the factor, less itself.
std::string latency(const Plan& plan, const Fault& fault) {
  double mean = 0.01;
  if (fault.target.external.valid()) {
    const External& external = plan.model().externals[fault.target.external];
    if (external.latency) mean = external.latency->mean_seconds();
  }
  return go_duration(std::max(0.001, mean * (fault.factor.value - 1)));
}

struct Experiment {
  std::string kind;
  Value spec;
};

// Nothing where Chaos Mesh has no such fault.
std::optional<Experiment> experiment_of(const Plan& plan, const Fault& fault) {
  const bool elsewhere = fault.target.external.valid();
  const bool ours = !labels_of(plan, fault.target).empty();
  const bool zone = fault.target.kind == scantling::Target::Kind::Zone ||
                    fault.target.kind == scantling::Target::Kind::Node;
  if (!elsewhere && !ours && !zone) return std::nullopt;
  switch (fault.kind) {
    case FaultKind::Lose:
    case FaultKind::Fail:
    case FaultKind::Pause:
    case FaultKind::Flap:
      if (elsewhere) return Experiment{"NetworkChaos", network(plan, fault, "partition")};
      return Experiment{"PodChaos", pods_fail(plan, fault, "pod-failure")};
    case FaultKind::Slow: {
      if (zone) return std::nullopt;
      Value spec = network(plan, fault, "delay");
      spec.set("delay",
               map({{"latency", latency(plan, fault)}, {"jitter", "0ms"}, {"correlation", "0"}}));
      return Experiment{"NetworkChaos", std::move(spec)};
    }
    case FaultKind::Cut:
      if (zone) return std::nullopt;
      return Experiment{"NetworkChaos", network(plan, fault, "partition")};
    case FaultKind::Drop: {
      if (zone) return std::nullopt;
      Value spec = network(plan, fault, "loss");
      spec.set("loss", map({{"loss", number_text(fault.share.value * 100)}, {"correlation", "0"}}));
      return Experiment{"NetworkChaos", std::move(spec)};
    }
    case FaultKind::Cpu: {
      if (!ours) return std::nullopt;
      Value spec = map({{"mode", "all"},
                        {"selector", selector(plan, labels_of(plan, fault.target))},
                        {"stressors", map({{"cpu", map({{"workers", 4}, {"load", 100}})}})},
                        {"duration", lasts(fault)}});
      return Experiment{"StressChaos", std::move(spec)};
    }
    case FaultKind::Flush: break;
  }
  return std::nullopt;
}

// A failure domain is as many faults as it has members.
std::vector<Fault> faults_of(const Plan& plan, const Fault& fault) {
  using Kind = scantling::Target::Kind;
  if (fault.target.kind != Kind::Domain) return {fault};
  std::vector<Fault> out;
  const auto add = [&](Kind kind, const std::string& name) -> scantling::Target& {
    Fault& one = out.emplace_back(fault);
    one.target = {};
    one.target.kind = kind;
    one.target.name = name;
    return one.target;
  };
  for (const FailureDomain& domain : plan.model().placement->failure_domains) {
    if (domain.name != fault.target.name) continue;
    if (domain.all_services.or_else(false)) {
      for (const ServiceId id : plan.model().services.ids())
        add(Kind::Service, plan.model().services[id].name).service = id;
    } else {
      for (const Ref<ServiceId>& member : *domain.services)
        add(Kind::Service, member.name).service = member.id;
    }
    for (const Ref<StoreId>& member : *domain.stores)
      add(Kind::Store, member.name).store = member.id;
    for (const Ref<ExternalId>& member : *domain.externals)
      add(Kind::External, member.name).external = member.id;
  }
  return out;
}

// What the simulation was held to, and the estimate of the undisturbed system.
std::string steady_state(const scantling::Experiment& experiment) {
  std::vector<std::string> out;
  const Expectation& expect = experiment.expect.value;
  for (const OperationExpectation& each : expect.operations) {
    std::vector<std::string> parts;
    if (each.objective.p99) parts.push_back("99% within " + readable(*each.objective.p99));
    if (each.objective.availability)
      parts.push_back(readable(*each.objective.availability) + " available");
    if (!parts.empty()) out.push_back(each.operation.name + ": " + join(parts, ", "));
  }
  if (expect.recovers_within) out.push_back("recovers within " + readable(*expect.recovers_within));
  return join(out, "; ");
}

Value status_queries(const Plan& plan, const scantling::Experiment& experiment) {
  Value out = Value::empty_list();
  for (const Slo& slo : slos_of(plan))
    for (const OperationExpectation& each : experiment.expect->operations)
      if (dns_label(each.operation.name) == slo.operation)
        out.add(map({{"objective", slo.name},
                     {"query", error_ratio(plan, slo, "1m")},
                     {"stop-above", number_text(std::min(0.9, 14.4 * slo.budget()), 6)}}));
  return out;
}

// What the same faults did in the simulation: the experiment on the cluster is held to it.
Value predicted(const Plan& plan, const std::string& name) {
  Value out = Value::empty_list();
  for (const PredictedFailure& failure : plan.predictions().experiments) {
    if (failure.part != name) continue;
    for (const PredictedOperation& each : failure.operations)
      out.add(map({{"operation", plan.model().operations[each.operation].name},
                   {"good-before", number_text(100 * each.good_before, 4) + "%"},
                   {"good-during", number_text(100 * each.good_during, 4) + "%"},
                   {"p99-before", readable_seconds(each.p99_before)},
                   {"p99-during", readable_seconds(each.p99_during)},
                   {"back-after", each.back_after_seconds < 0
                                      ? std::string("not within the run")
                                      : readable_seconds(each.back_after_seconds)}}));
  }
  return out;
}

}  // namespace

void target_chaos(const Plan& plan, Output& out) {
  for (const scantling::Experiment& experiment : plan.model().experiments) {
    std::vector<Value> documents;
    std::string first;
    for (const Fault& whole : experiment.faults.value) {
      if (whole.target.kind == scantling::Target::Kind::Node)
        first = "First, on the machine to lose: kubectl label node NAME " +
                std::string(kNodeLabel) + "=" + node_value(whole.target.name) + "\n";
      for (const Fault& fault : faults_of(plan, whole)) {
        const auto chaos = experiment_of(plan, fault);
        if (!chaos) continue;
        std::string name = dns_label(experiment.name);
        if (!documents.empty()) name += "-" + std::to_string(documents.size() + 1);
        Value meta = metadata(plan, origins_of_system(plan), name);
        meta["annotations"].set("scantling/steady-state", steady_state(experiment));
        Value of = object(kApi, chaos->kind, std::move(meta));
        of.set("spec", chaos->spec);
        documents.push_back(std::move(of));
      }
    }
    if (documents.empty()) continue;
    const std::string name = "tests/chaos/" + dns_label(experiment.name);
    out.add(
        name + ".yaml",
        to_yaml_stream(documents, first +
                                      "Under the load of tests/load. Stop it (kubectl delete -f) "
                                      "when an objective burns too fast:\n" +
                                      dns_label(experiment.name) + "-steady-state.yaml"));
    Value state =
        map({{"expected", steady_state(experiment)}, {"watch", status_queries(plan, experiment)}});
    if (Value rows = predicted(plan, experiment.name); !rows.empty())
      state.set("predicted",
                map({{"by", "simulation, seed " + std::to_string(plan.predictions().seed) +
                                ", faults for " + readable_seconds(plan.predictions().seconds) +
                                ", mean load"},
                     {"operations", std::move(rows)}}));
    out.add(name + "-steady-state.yaml", to_yaml(state));
  }
}

}  // namespace scantling::generate
