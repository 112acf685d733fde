// Who reaches whom: services select pods and ports that exist, routes lead to services, policies
// take effect on both sides of a connection.
#include <algorithm>
#include <cstdlib>

#include "base/text.h"
#include "base/units.h"
#include "generate/audit_world.h"

namespace scantling::generate {
namespace {

std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

class Networks {
 public:
  Networks(const World& world, Findings& out) : world_(world), out_(out) {}

  void look(const AuditObject& object) {
    const Value& value = *object.value;
    if (object.kind == "Service") look_service(object);
    if (object.kind == "HTTPRoute" || object.kind == "GRPCRoute") look_route(object);
    if (object.kind == "VirtualService") look_virtual_service(object);
    if (object.kind == "DestinationRule")
      look_host(object, value.text_at({"spec", "host"}), nullptr, "spec.host");
    if (object.kind == "NetworkPolicy") look_policy(object);
    if (object.kind == "AuthorizationPolicy" && object.api.starts_with("security.istio.io/"))
      look_authorization(object);
    if (object.kind == "AuthorizationPolicy" || object.kind == "PeerAuthentication")
      look_selector(object, value.path({"spec", "selector"}), "spec.selector");
    if (object.kind == "PodMonitor" || object.kind == "PodDisruptionBudget")
      look_selector(object, value.path({"spec", "selector"}), "spec.selector");
    if (object.kind == "ServiceMonitor") look_monitor(object);
  }

 private:
  bool selects_any(const AuditObject& object, const Value& selector) const {
    return std::ranges::any_of(world_.pods(), [&](const AuditPods& pods) {
      return pods.owner->space == object.space && selects(selector, pods);
    });
  }

  void look_selector(const AuditObject& object, const Value* selector, const char* path) {
    if (selector == nullptr || selector->empty()) return;
    if (!selects_any(object, *selector))
      out_.add("selector-matches-nothing", object, path, "matches no pod of these manifests");
  }

  void look_service(const AuditObject& object) {
    const Value* marks = object.value->path({"spec", "selector"});
    if (marks == nullptr || marks->empty()) return;
    Value selector = Value::empty_map();
    selector.set("matchLabels", *marks);
    const AuditPods* found = nullptr;
    for (const AuditPods& pods : world_.pods())
      if (pods.owner->space == object.space && selects(selector, pods)) found = &pods;
    if (found == nullptr) {
      out_.add("selector-matches-nothing", object, "spec.selector",
               "matches no pod of these manifests");
      return;
    }
    const Value* ports = object.value->path({"spec", "ports"});
    if (ports == nullptr || found->spec == nullptr) return;
    for (const Value& port : ports->items()) {
      const Value* target = port.find("targetPort");
      if (target == nullptr) target = port.find("port");
      if (target == nullptr || has_port(*found, *target)) continue;
      out_.add(
          "port-not-found", object, "spec.ports",
          "leads to port " +
              (target->is_string() ? quoted(target->text()) : std::to_string(target->integer())) +
              ", which no container of " + found->owner->title() + " has");
    }
  }

  static bool has_port(const AuditPods& pods, const Value& port) {
    if (port.is_string()) return port_number(port, pods) != 0;
    const Value* containers = pods.spec->find("containers");
    if (containers == nullptr) return false;
    bool any_listed = false;
    for (const Value& container : containers->items())
      if (const Value* ports = container.find("ports"))
        for (const Value& each : ports->items()) {
          any_listed = true;
          const Value* number = each.find("containerPort");
          if (number != nullptr && number->integer() == port.integer()) return true;
        }
    // A container needn't list its ports: then there is nothing to compare with.
    return !any_listed;
  }

  void look_backend(const AuditObject& object, const Value& backend, const char* path) {
    const std::string_view kind = backend.text_at({"kind"});
    if (!kind.empty() && kind != "Service") return;
    std::string_view space = backend.text_at({"namespace"});
    if (space.empty()) space = object.space;
    look_port(object, space, backend.text_at({"name"}), backend.find("port"), path);
  }

  void look_port(const AuditObject& object, std::string_view space, std::string_view name,
                 const Value* port, const char* path) {
    if (!world_.made("Service", space, name)) {
      out_.add("missing-reference", object, path,
               "leads to Service " + quoted(name) + " of namespace " + std::string(space) +
                   ", which is not there");
      return;
    }
    const AuditObject* service = world_.find("Service", space, name);
    if (service == nullptr || port == nullptr) return;
    const Value* ports = service->value->path({"spec", "ports"});
    if (ports == nullptr) return;
    const bool there = std::ranges::any_of(ports->items(), [&](const Value& each) {
      const Value* number = each.find("port");
      return number != nullptr && number->integer() == port->integer();
    });
    if (!there)
      out_.add("port-not-found", object, path,
               "leads to port " + std::to_string(port->integer()) + " of " + service->title() +
                   ", which has no such port");
  }

  void look_route(const AuditObject& object) {
    if (const Value* rules = object.value->path({"spec", "rules"}))
      for (const Value& rule : rules->items())
        if (const Value* backends = rule.find("backendRefs"))
          for (const Value& backend : backends->items())
            look_backend(object, backend, "spec.rules");
    const Value* parents = object.value->path({"spec", "parentRefs"});
    if (parents == nullptr) return;
    for (const Value& parent : parents->items()) {
      std::string_view space = parent.text_at({"namespace"});
      if (space.empty()) space = object.space;
      if (parent.text_at({"kind"}) == "Service") {
        look_port(object, space, parent.text_at({"name"}), parent.find("port"), "spec.parentRefs");
        continue;
      }
      look_parent(object, parent, space);
    }
  }

  // A Gateway may be the platform's: it is looked for where these manifests have any.
  void look_parent(const AuditObject& object, const Value& parent, std::string_view space) {
    if (!world_.has_kind("Gateway")) return;
    const AuditObject* gateway = world_.find("Gateway", space, parent.text_at({"name"}));
    const std::string_view section = parent.text_at({"sectionName"});
    if (gateway == nullptr) {
      out_.add("missing-reference", object, "spec.parentRefs",
               "there is no Gateway " + quoted(parent.text_at({"name"})) + " in namespace " +
                   std::string(space));
      return;
    }
    const Value* listeners = gateway->value->path({"spec", "listeners"});
    if (section.empty() || listeners == nullptr) return;
    if (std::ranges::none_of(listeners->items(), [&](const Value& listener) {
          return listener.text_at({"name"}) == section;
        }))
      out_.add("missing-reference", object, "spec.parentRefs",
               gateway->title() + " has no listener " + quoted(section));
  }

  // "orders.shop.svc.cluster.local", or "orders" in the object's own namespace. Hosts of namespaces
  // that these manifests don't have are somebody else's.
  void look_host(const AuditObject& object, std::string_view host, const Value* port,
                 const char* path) {
    std::string_view name = host, space = object.space;
    const std::size_t dot = host.find('.');
    if (dot != std::string_view::npos) {
      const std::string_view rest = host.substr(dot + 1);
      const std::size_t end = rest.find(".svc");
      if (end == std::string_view::npos) return;
      name = host.substr(0, dot);
      space = rest.substr(0, end);
    }
    if (name.empty() || name.front() == '*' || !world_.has_space(space)) return;
    look_port(object, space, name, port, path);
  }

  void look_virtual_service(const AuditObject& object) {
    const Value* routes = object.value->path({"spec", "http"});
    if (routes == nullptr) return;
    for (const Value& route : routes->items()) {
      if (const Value* destinations = route.find("route"))
        for (const Value& each : destinations->items())
          look_host(object, each.text_at({"destination", "host"}),
                    each.path({"destination", "port", "number"}), "spec.http");
      look_retries(object, route);
    }
  }

  void look_retries(const AuditObject& object, const Value& route) {
    const Value* attempts = route.path({"retries", "attempts"});
    if (attempts == nullptr || attempts->integer() <= 0) return;
    const std::string name = "spec.http " + quoted(route.text_at({"name"}));
    const double each = seconds(route.text_at({"retries", "perTryTimeout"}));
    const double all = seconds(route.text_at({"timeout"}));
    if (each > 0 && all > 0 && each * static_cast<double>(attempts->integer() + 1) > all + 1e-9)
      out_.add("retry-past-timeout", object, name,
               std::to_string(attempts->integer() + 1) + " tries of " +
                   std::string(route.text_at({"retries", "perTryTimeout"})) + " don't fit into " +
                   std::string(route.text_at({"timeout"})));
    const Value* matches = route.find("match");
    if (matches == nullptr || says_repeatable(object, route)) return;
    for (const Value& match : matches->items()) {
      const std::string_view method = match.text_at({"method", "exact"});
      if (method == "POST" || method == "PATCH") {
        out_.add("retry-not-repeatable", object, name,
                 "retries " + std::string(method) +
                     ": done twice where the callee doesn't recognise a repetition (say so with "
                     "the annotation scantling/repeatable)");
        return;
      }
    }
  }

  static bool says_repeatable(const AuditObject& object, const Value& route) {
    const Value* marks = object.value->path({"metadata", "annotations"});
    const std::string_view list =
        marks == nullptr ? std::string_view() : marks->text_at({"scantling/repeatable"});
    for (const std::string_view name : split(list, ','))
      if (trim(name) == route.text_at({"name"})) return true;
    return false;
  }

  static double seconds(std::string_view duration) {
    const auto parsed = parse_duration(duration.ends_with("m") && !duration.ends_with("ms")
                                           ? std::string(duration) + "in"
                                           : std::string(duration));
    return parsed ? parsed->seconds() : 0;
  }

  void look_policy(const AuditObject& object) {
    look_selector(object, object.value->path({"spec", "podSelector"}), "spec.podSelector");
    for (const bool inward : {true, false}) {
      const Value* rules = object.value->path({"spec", inward ? "ingress" : "egress"});
      if (rules == nullptr) continue;
      for (const Value& rule : rules->items())
        if (const Value* peers = rule.find(inward ? "from" : "to"))
          for (const Value& peer : peers->items())
            look_peer(object, rule, peer, inward);
    }
  }

  // A connection needs both sides: what one policy lets out another must let in.
  void look_peer(const AuditObject& object, const Value& rule, const Value& peer, bool inward) {
    const Value* selector = peer.find("podSelector");
    if (selector == nullptr || peer.find("namespaceSelector") != nullptr) return;
    const char* path = inward ? "spec.ingress" : "spec.egress";
    look_selector(object, selector, path);
    const Value* ports = rule.find("ports");
    const Value* own = object.value->path({"spec", "podSelector"});
    if (ports == nullptr || own == nullptr) return;
    for (const AuditPods& mine : world_.pods()) {
      if (mine.owner->space != object.space || !selects(*own, mine)) continue;
      for (const AuditPods& other : world_.pods())
        if (other.owner->space == object.space && selects(*selector, other) &&
            other.owner != mine.owner)
          for (const Value& port : ports->items())
            look_pair(object, inward ? other : mine, inward ? mine : other, port, inward);
    }
  }

  void look_pair(const AuditObject& object, const AuditPods& from, const AuditPods& to,
                 const Value& port, bool inward) {
    const Value* number = port.find("port");
    // Pods of operators have policies that the operators write.
    const bool theirs = (inward ? from : to).spec == nullptr;
    if (number == nullptr || theirs) return;
    const std::int64_t n = port_number(*number, to);
    if (inward ? world_.lets_out(from, to, n) : world_.lets_in(from, to, n)) return;
    // The server's side lists clients; a port that it has not got is nobody's.
    if (!inward && !has_port(to, *number)) return;
    out_.add("half-open-policy", object, inward ? "spec.ingress" : "spec.egress",
             inward ? from.owner->title() + " may come in at port " + std::to_string(n) +
                          ", but its own policy doesn't let it out"
                    : "goes to port " + std::to_string(n) + " of " + to.owner->title() +
                          ", whose policy doesn't let it in");
  }

  void look_authorization(const AuditObject& object) {
    const Value* selector = object.value->path({"spec", "selector"});
    const Value* rules = object.value->path({"spec", "rules"});
    if (selector == nullptr || rules == nullptr) return;
    for (const AuditPods& to : world_.pods()) {
      if (to.owner->space != object.space || !selects(*selector, to)) continue;
      for (const Value& rule : rules->items())
        if (const Value* sources = rule.find("from"))
          for (const Value& source : sources->items())
            if (const Value* principals = source.path({"source", "principals"}))
              for (const Value& principal : principals->items())
                look_principal(object, principal.text(), rule, to);
    }
  }

  // "cluster.local/ns/shop/sa/orders"
  void look_principal(const AuditObject& object, const std::string& principal, const Value& rule,
                      const AuditPods& to) {
    const auto parts = split(principal, '/');
    if (parts.size() != 5 || !world_.has_space(parts[2])) return;
    if (world_.find("ServiceAccount", parts[2], parts[4]) == nullptr) {
      out_.add("missing-reference", object, "spec.rules",
               "lets in the account " + quoted(parts[4]) + ", which is not there");
      return;
    }
    for (const AuditPods& from : world_.pods()) {
      if (from.spec == nullptr || from.owner->space != parts[2] ||
          from.spec->text_at({"serviceAccountName"}) != parts[4])
        continue;
      if (const Value* operations = rule.find("to"))
        for (const Value& operation : operations->items())
          if (const Value* ports = operation.path({"operation", "ports"}))
            for (const Value& port : ports->items())
              look_call(object, from, to, std::atoi(port.text().substr(0, 6).c_str()));
    }
  }

  void look_call(const AuditObject& object, const AuditPods& from, const AuditPods& to, int port) {
    const bool out = world_.lets_out(from, to, port), in = world_.lets_in(from, to, port);
    if (out && in) return;
    out_.add("blocked-call", object, "spec.rules",
             from.owner->title() + " may call port " + std::to_string(port) + " of " +
                 to.owner->title() + ", but the network policy of the " +
                 (in ? "caller doesn't let it out" : "callee doesn't let it in"));
  }

  void look_monitor(const AuditObject& object) {
    const Value* selector = object.value->path({"spec", "selector"});
    if (selector == nullptr || selector->empty()) return;
    for (const AuditObject& service : world_.objects()) {
      if (service.kind != "Service" || service.space != object.space) continue;
      AuditPods as_pods;
      if (const Value* marks = service.value->path({"metadata", "labels"}))
        for (std::size_t i = 0; i < marks->size(); ++i)
          as_pods.labels[marks->keys()[i]] = marks->at(i).text();
      if (selects(*selector, as_pods)) return;
    }
    out_.add("selector-matches-nothing", object, "spec.selector", "matches no Service");
  }

  const World& world_;
  Findings& out_;
};

}  // namespace

void audit_networks(const World& world, Findings& out) {
  Networks networks(world, out);
  for (const AuditObject& object : world.objects())
    networks.look(object);
}

}  // namespace scantling::generate
