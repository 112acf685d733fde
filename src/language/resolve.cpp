#include "language/resolve.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/text.h"
#include "language/kinds.h"

namespace scantling {

namespace {

using Names = std::unordered_map<std::string_view, std::int32_t>;

class Resolver {
 public:
  Resolver(Architecture& model, Reader& reader) : model_(model), reader_(reader) {
    add(RefKind::Team, model.teams);
    add(RefKind::Aggregate, model.aggregates);
    add(RefKind::External, model.externals);
    add(RefKind::Operation, model.operations);
    add(RefKind::Context, model.contexts);
    add(RefKind::Service, model.services);
    add(RefKind::Store, model.stores);
    add(RefKind::Channel, model.channels);
    add(RefKind::Saga, model.sagas);
    add(RefKind::Policy, model.policies);
    for (const EndpointId id : all_endpoints(model)) {
      endpoint_names_.push_back(endpoint_name(model, id));
      endpoint_ids_.push_back(id);
    }
    for (std::size_t i = 0; i < endpoint_names_.size(); ++i)
      endpoints_.emplace(endpoint_names_[i], i);
  }

  void run() {
    for (const Pending& p : reader_.pending()) {
      switch (p.what) {
        case Pending::What::Reference: reference(p); break;
        case Pending::What::Call: call(p); break;
        case Pending::What::Endpoint: endpoint(p); break;
        case Pending::What::Target: target(p); break;
        case Pending::What::ContextOrSystem: context_or_external(p); break;
      }
    }
    events();
  }

 private:
  template <class T>
  void add(RefKind kind, const IdVector<T>& items) {
    const auto k = static_cast<std::size_t>(kind);
    for (std::size_t i = 0; i < items.size(); ++i) {
      names_[k].emplace(items.raw()[i].name, static_cast<std::int32_t>(i));
      in_order_[k].push_back(items.raw()[i].name);
    }
  }

  std::int32_t find(RefKind kind, std::string_view name) const {
    const Names& names = names_[static_cast<std::size_t>(kind)];
    const auto found = names.find(name);
    return found == names.end() ? -1 : found->second;
  }
  const std::vector<std::string>& all(RefKind kind) const {
    return in_order_[static_cast<std::size_t>(kind)];
  }

  const EndpointId* find_endpoint_id(std::string_view name) const {
    const auto found = endpoints_.find(name);
    return found == endpoints_.end() ? nullptr : &endpoint_ids_[found->second];
  }

  // What else has the name: "psp is an external"; empty when nothing has.
  std::string other_kind(std::string_view name) const {
    for (std::size_t k = 0; k < kRefKinds; ++k) {
      const auto kind = static_cast<RefKind>(k);
      if (find(kind, name) < 0) continue;
      const std::string_view noun = to_text(kind);
      const bool vowel = std::string_view("aeo").find(noun.front()) != std::string_view::npos;
      return std::string(name) + " is " + (vowel ? "an " : "a ") + std::string(noun);
    }
    return find_endpoint_id(name) != nullptr ? std::string(name) + " is an endpoint" : "";
  }

  void undefined(const Pending& p, std::string_view noun,
                 const std::vector<std::string>& candidates, std::string hint = "") {
    reader_.missing.emplace_back(p.name);
    Diagnostic& d = reader_.out().add(kUndefinedReference, p.span,
                                      (p.key.empty() ? "" : std::string(p.key) + ": ") + "no " +
                                          std::string(noun) + " " + shown(p.name));
    d.element = reader_.path_of(p.scope);
    d.because = hint.empty() ? other_kind(p.name) : std::move(hint);
    if (const auto near = suggestion(p.name, candidates)) {
      d.caret = "did you mean " + *near + "?";
      d.fixes.push_back({*near, FixSafety::Unsafe, {{p.span, *near}}});
    }
    d.allowed = {candidates.empty() ? "the model has no " + std::string(noun) + " yet"
                                    : some_of(candidates)};
  }

  // The nearest name, as long as the comparisons don't add up: a large model may have thousands of
  // bad references, each of which could be any of thousands of names.
  std::optional<std::string> suggestion(std::string_view name,
                                        const std::vector<std::string>& candidates) {
    if (candidates.size() > comparisons_left_) return std::nullopt;
    comparisons_left_ -= candidates.size();
    return nearest(name, candidates);
  }

  static std::string some_of(const std::vector<std::string>& candidates) {
    constexpr std::size_t kMost = 12;
    const auto shown_count = static_cast<std::ptrdiff_t>(std::min(kMost, candidates.size()));
    std::vector<std::string> some(candidates.begin(), candidates.begin() + shown_count);
    if (candidates.size() > kMost)
      some.push_back(std::to_string(candidates.size() - kMost) + " more");
    return enumerate(some);
  }

  void reference(const Pending& p) {
    const std::int32_t id = find(p.kind, p.name);
    *static_cast<std::int32_t*>(p.where) = id;
    if (id < 0) undefined(p, to_text(p.kind), all(p.kind));
  }

  // A service without the endpoint: "orders is a service: name one of its endpoints".
  std::string endpoint_hint(std::string_view name) const {
    const ServiceId service(find(RefKind::Service, name));
    if (!service.valid()) return "";
    std::vector<std::string> own;
    for (const Endpoint& endpoint : model_.services[service].endpoints)
      own.push_back(std::string(name) + "." + endpoint.name);
    return std::string(name) + " is a service" +
           (own.empty() ? " without endpoints" : ": name an endpoint, " + some_of(own));
  }

  void call(const Pending& p) {
    auto& step = *static_cast<Step*>(p.where);
    if (const EndpointId* id = find_endpoint_id(p.name)) {
      step.endpoint = *id;
      return;
    }
    step.external = ExternalId(find(RefKind::External, p.name));
    if (step.external.valid()) return;
    std::vector<std::string> candidates = endpoint_names_;
    candidates.insert(candidates.end(), all(RefKind::External).begin(),
                      all(RefKind::External).end());
    undefined(p, "endpoint or external", candidates, endpoint_hint(p.name));
  }

  void endpoint(const Pending& p) {
    if (const EndpointId* id = find_endpoint_id(p.name)) {
      *static_cast<EndpointId*>(p.where) = *id;
      return;
    }
    // A saga may compensate at an external.
    undefined(p, "endpoint", endpoint_names_, endpoint_hint(p.name));
  }

  void context_or_external(const Pending& p) {
    if (find(RefKind::Context, p.name) >= 0 || find(RefKind::External, p.name) >= 0) return;
    std::vector<std::string> candidates = all(RefKind::Context);
    candidates.insert(candidates.end(), all(RefKind::External).begin(),
                      all(RefKind::External).end());
    undefined(p, "context or external", candidates);
  }

  void target(const Pending& p) {
    auto& t = *static_cast<Target*>(p.where);
    switch (t.kind) {
      case Target::Kind::Node:
      case Target::Kind::Zone:
      case Target::Kind::Gateway:
      case Target::Kind::All: return;
      case Target::Kind::Region: region(p); return;
      case Target::Kind::Domain: domain(p); return;
      case Target::Kind::Instance: instance(p, t); return;
      case Target::Kind::Service: target_of(p, RefKind::Service, t.service.index); return;
      case Target::Kind::Store: target_of(p, RefKind::Store, t.store.index); return;
      case Target::Kind::Channel: target_of(p, RefKind::Channel, t.channel.index); return;
      case Target::Kind::External: target_of(p, RefKind::External, t.external.index); return;
      case Target::Kind::Endpoint:
        if (const EndpointId* id = find_endpoint_id(p.name))
          t.endpoint = *id;
        else
          missing_target(p, "endpoint", endpoint_names_, model_.services.empty());
        return;
      case Target::Kind::None: bare_target(p, t); return;
    }
  }

  // One of a service; of a store or a channel the copy that leads first.
  void instance(const Pending& p, Target& t) {
    t.store.index = find(RefKind::Store, p.name);
    if (t.store.index < 0) t.channel.index = find(RefKind::Channel, p.name);
    const bool elsewhere = t.store.index >= 0 || t.channel.index >= 0;
    if (elsewhere && find(RefKind::Service, p.name) < 0) return;
    t.store = {};
    t.channel = {};
    target_of(p, RefKind::Service, t.service.index);
  }

  void target_of(const Pending& p, RefKind kind, std::int32_t& id) {
    id = find(kind, p.name);
    if (id < 0)
      missing_target(p, to_text(kind), all(kind),
                     kind != RefKind::External && model_.services.empty());
  }

  void region(const Pending& p) {
    std::vector<std::string> regions = *model_.constraints->regions;
    regions.insert(regions.end(), model_.placement->regions->begin(),
                   model_.placement->regions->end());
    const bool known = std::find(regions.begin(), regions.end(), p.name) != regions.end();
    if (!known && !regions.empty()) undefined(p, "region", regions);
  }

  void domain(const Pending& p) {
    std::vector<std::string> domains;
    for (const FailureDomain& domain : model_.placement->failure_domains)
      domains.push_back(domain.name);
    if (std::find(domains.begin(), domains.end(), p.name) == domains.end())
      undefined(p, "failure domain", domains, "placement.failure-domains has them");
  }

  // "psp": what has the name, among services, stores, channels, externals and endpoints.
  void bare_target(const Pending& p, Target& t) {
    struct Choice {
      RefKind kind;
      Target::Kind target;
      std::int32_t* id;
    };
    const Choice choices[] = {{RefKind::Service, Target::Kind::Service, &t.service.index},
                              {RefKind::Store, Target::Kind::Store, &t.store.index},
                              {RefKind::Channel, Target::Kind::Channel, &t.channel.index},
                              {RefKind::External, Target::Kind::External, &t.external.index}};
    std::vector<std::string> found;
    for (const Choice& choice : choices) {
      const std::int32_t id = find(choice.kind, p.name);
      if (id < 0) continue;
      if (found.empty()) {
        *choice.id = id;
        t.kind = choice.target;
      }
      found.push_back(std::string(to_text(choice.kind)) + " " + std::string(p.name));
    }
    if (found.size() > 1) {
      Diagnostic& d = reader_.out().add(kAmbiguousReference, p.span,
                                        shown(p.name) + " may mean " + enumerate(found, "or"));
      d.element = reader_.path_of(p.scope);
      d.allowed = found;
      return;
    }
    if (!found.empty()) return;
    if (const EndpointId* id = find_endpoint_id(p.name)) {
      t.endpoint = *id;
      t.kind = Target::Kind::Endpoint;
      return;
    }
    std::vector<std::string> candidates;
    for (const Choice& choice : choices)
      candidates.insert(candidates.end(), all(choice.kind).begin(), all(choice.kind).end());
    missing_target(p, "service, store, channel or external", candidates, model_.services.empty());
  }

  // In a model whose solution is open, a fault may name what `design` will call so.
  void missing_target(const Pending& p, std::string_view noun,
                      const std::vector<std::string>& candidates, bool open) {
    if (!open) {
      undefined(p, noun, candidates);
      return;
    }
    Diagnostic& d =
        reader_.out().add(kUnresolvedTarget, p.span,
                          std::string(p.key) + ": nothing is named " + shown(p.name) + " yet");
    d.element = reader_.path_of(p.scope);
    d.because = "the model describes no services; the name may come with the design";
    d.allowed = {"an external, zone a, or the name of a service that the model describes"};
  }

  // An event that starts an operation and that nothing announces is most often a slip.
  void events() {
    std::unordered_set<std::string> announced;
    std::vector<std::string> in_order;
    const auto note = [&](const std::string& event) {
      if (!event.empty() && announced.insert(event).second) in_order.push_back(event);
    };
    for (const Operation& operation : model_.operations)
      for (const std::string& emission : *operation.emits)
        note(parse_emission(emission).event);
    for (const Channel& channel : model_.channels)
      for (const std::string& event : *channel.events)
        note(event);
    for (const Service& service : model_.services)
      for (const Endpoint& endpoint : service.endpoints)
        for_each_step(*endpoint.steps, [&](const Step& step) { note(step.event); });
    for (const Operation& operation : model_.operations) {
      for (const std::string& event : *operation.on) {
        if (announced.contains(event)) continue;
        Diagnostic& d = reader_.out().add(kUnknownEvent, operation.on.from.span,
                                          "nothing announces event " + shown(event));
        d.element = "operations." + operation.name;
        if (const auto near = suggestion(event, in_order)) d.caret = "did you mean " + *near + "?";
        if (!in_order.empty()) d.allowed = {some_of(in_order)};
      }
    }
  }

  Architecture& model_;
  Reader& reader_;
  Names names_[kRefKinds];
  std::vector<std::string> in_order_[kRefKinds];
  std::vector<std::string> endpoint_names_;
  std::vector<EndpointId> endpoint_ids_;
  std::unordered_map<std::string_view, std::size_t> endpoints_;
  std::size_t comparisons_left_ = 1'000'000;
};

template <class T>
void take(Field<T>& own, const Field<T>& bundle) {
  if (!own.has()) own = bundle;
}

void inherit(RetryPolicy& own, const RetryPolicy& bundle) {
  take(own.attempts, bundle.attempts);
  take(own.on, bundle.on);
  take(own.backoff, bundle.backoff);
  take(own.cap, bundle.cap);
  take(own.jitter, bundle.jitter);
  take(own.budget, bundle.budget);
}

void inherit(BreakerPolicy& own, const BreakerPolicy& bundle) {
  take(own.failures, bundle.failures);
  take(own.over, bundle.over);
  take(own.open, bundle.open);
  take(own.probes, bundle.probes);
}

void inherit(HedgePolicy& own, const HedgePolicy& bundle) {
  take(own.after, bundle.after);
  take(own.at_most, bundle.at_most);
  take(own.tied, bundle.tied);
}

void inherit(ThrottlePolicy& own, const ThrottlePolicy& bundle) {
  take(own.accepts, bundle.accepts);
  take(own.over, bundle.over);
}

void inherit(BulkheadPolicy& own, const BulkheadPolicy& bundle) {
  take(own.calls, bundle.calls);
  take(own.waiting, bundle.waiting);
}

template <class T>
void merge(Field<T>& own, const Field<T>& bundle) {
  if (own.has() && bundle.has())
    inherit(own.value, bundle.value);
  else
    take(own, bundle);
}

void inherit(CallPolicy& own, const CallPolicy& bundle) {
  take(own.timeout, bundle.timeout);
  merge(own.retry, bundle.retry);
  merge(own.breaker, bundle.breaker);
  merge(own.hedge, bundle.hedge);
  merge(own.at_once, bundle.at_once);
  merge(own.throttle, bundle.throttle);
  take(own.deadline, bundle.deadline);
}

}  // namespace

void resolve_references(Architecture& model, Reader& reader) {
  Resolver(model, reader).run();
}

void inherit_policies(Architecture& model) {
  for (Service& service : model.services) {
    for (Endpoint& endpoint : service.endpoints) {
      for_each_step(*endpoint.steps, [&](const Step& visited) {
        if (!visited.use || !visited.use->id.valid()) return;
        // The visit hands out const steps of a model that is ours to change.
        auto& step = const_cast<Step&>(visited);
        inherit(step.policy, model.policies[step.use->id].policy);
      });
    }
  }
}

}  // namespace scantling
