// Redis, Valkey and Memcached as StatefulSets, by TLS. Where there are several copies, three
// sentinels watch them: clients ask these which copy is primary.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "generate/certificates.h"
#include "generate/k8s.h"
#include "generate/peers.h"
#include "generate/stateful.h"
#include "generate/stores.h"
#include "generate/workload.h"

namespace scantling::generate {
namespace {

constexpr std::int64_t kSentinels = 3;

struct CacheNode {
  const Plan& plan;
  StoreNode node;
  const Store& store;
  const Engine& engine;
  StoreSize size;

  bool redis() const { return engine.name != "memcached"; }
  bool sentinels() const { return has_sentinels(engine, store); }
  std::int64_t copies() const { return std::max<std::int64_t>(1, store.copies.or_else({1}).value); }
  std::string program() const { return engine.name == "valkey" ? "valkey" : "redis"; }
  std::string host(const std::string& of) const { return service_host(of, plan.system()); }
};

Origins origins(const CacheNode& cache, const std::string& name) {
  Origins out = origins_of(cache.plan, cache.node.id);
  out.name = name;
  return out;
}

// What the memory limit leaves for the data: the rest is buffers and copies on write.
std::int64_t data_bytes(const CacheNode& cache) {
  return cache.size.memory_bytes * 4 / 5;
}

std::string redis_config(const CacheNode& cache) {
  const bool lossy = is_cache(cache.store);
  std::string out =
      "port 0\ntls-port 6379\ntls-cert-file /tls/tls.crt\ntls-key-file /tls/tls.key\n"
      "tls-ca-cert-file /tls/ca.crt\ntls-auth-clients no\ntls-replication yes\ndir /data\n"
      "timeout 300\ntcp-keepalive 60\n";
  out += "maxmemory " + std::to_string(data_bytes(cache)) + "\n";
  out += lossy ? "maxmemory-policy allkeys-lru\nsave \"\"\nappendonly no\n"
               : "maxmemory-policy noeviction\nappendonly yes\nappendfsync everysec\n";
  return out;
}

// A pod that starts anew asks the sentinels who is primary now; when nobody knows, it is pod 0.
std::string find_primary(const CacheNode& cache) {
  const std::string& name = cache.node.name;
  std::string out = "set -eu\numask 077\npassword=$(cat /credentials/password)\n";
  if (!cache.sentinels()) return out;
  const std::string sentinel = sentinel_name(name);
  out += "primary=\nfor n in 0 1 2; do\n  answer=$(REDISCLI_AUTH=$password timeout 2 " +
         cache.program() + "-cli --tls --cacert /tls/ca.crt -h " + sentinel + "-$n." +
         cache.host(sentinel) + " -p " + std::to_string(kSentinelPort) +
         " --raw sentinel get-master-addr-by-name " + name +
         " 2>/dev/null | head -n 1) || answer=\n"
         "  case $answer in " +
         name + "-*) primary=$answer; break ;; esac\ndone\n";
  out += ": \"${primary:=" + name + "-0." + cache.host(name) + "}\"\n";
  return out;
}

std::string server_script(const CacheNode& cache) {
  std::string out = "#!/bin/sh\n" + find_primary(cache);
  out += "{\n  cat /config/server.conf\n  echo \"requirepass $password\"\n";
  if (cache.sentinels()) {
    out += "  me=$(hostname)." + cache.host(cache.node.name) + "\n";
    out += "  echo \"masterauth $password\"\n  echo \"replica-announce-ip $me\"\n";
    out += "  [ \"$primary\" = \"$me\" ] || echo \"replicaof $primary 6379\"\n";
  }
  out +=
      "} > /run/server/server.conf\nexec " + cache.program() + "-server /run/server/server.conf\n";
  return out;
}

std::string sentinel_script(const CacheNode& cache) {
  const std::string& name = cache.node.name;
  const double failover = cache.store.failover.or_else({15'000'000'000}).seconds();
  const std::string down = std::to_string(static_cast<std::int64_t>(failover * 1000 / 3));
  std::string out = "#!/bin/sh\n" + find_primary(cache);
  out += "cat > /run/server/sentinel.conf <<END\nport 0\ntls-port " +
         std::to_string(kSentinelPort) +
         "\ntls-cert-file /tls/tls.crt\ntls-key-file /tls/tls.key\ntls-ca-cert-file "
         "/tls/ca.crt\ntls-auth-clients no\ntls-replication yes\ndir /run/server\n"
         "requirepass $password\nsentinel sentinel-pass $password\n"
         "sentinel resolve-hostnames yes\nsentinel announce-hostnames yes\n"
         "sentinel announce-ip $(hostname)." +
         cache.host(sentinel_name(name)) + "\nsentinel monitor " + name +
         " $primary 6379 2\nsentinel auth-pass " + name +
         " $password\nsentinel down-after-milliseconds " + name + " " + down +
         "\nsentinel failover-timeout " + name + " " +
         std::to_string(static_cast<std::int64_t>(failover * 4000)) + "\nsentinel parallel-syncs " +
         name + " 1\nEND\nexec " + cache.program() + "-sentinel /run/server/sentinel.conf\n";
  return out;
}

std::string ping_script(const CacheNode& cache, int port) {
  return "#!/bin/sh\nexport REDISCLI_AUTH=$(cat /credentials/password)\nanswer=$(" +
         cache.program() + "-cli --tls --cacert /tls/ca.crt -h localhost -p " +
         std::to_string(port) + " ping)\n[ \"$answer\" = PONG ]\n";
}

// Loading a large file of data answers LOADING: alive, but not ready.
std::string alive_script(const CacheNode& cache, int port) {
  return "#!/bin/sh\nexport REDISCLI_AUTH=$(cat /credentials/password)\nanswer=$(" +
         cache.program() + "-cli --tls --cacert /tls/ca.crt -h localhost -p " +
         std::to_string(port) +
         " ping)\ncase $answer in PONG|LOADING*|MASTERDOWN*) exit 0 ;; esac\nexit 1\n";
}

struct Part {
  std::string name;   // of the objects
  std::string start;  // script
  int port = 0;
  std::string cpu, memory;
  std::int64_t copies = 1;
  bool data = false;
};

Value config(const CacheNode& cache, const Part& part) {
  Value out = object("v1", "ConfigMap", metadata(cache.plan, origins(cache, part.name), part.name));
  Value data = map({{"alive.sh", alive_script(cache, part.port)},
                    {"ready.sh", ping_script(cache, part.port)},
                    {"start.sh", part.start}});
  if (part.data) data.set("server.conf", redis_config(cache));
  out.set("data", std::move(data));
  return out;
}

Value volume_list(const Part& part, bool lossy) {
  const auto secret = [&](std::string_view name, std::string_view of) {
    return map({{"name", name}, {"secret", map({{"secretName", of}, {"defaultMode", 0440}})}});
  };
  Value out = list(
      {map({{"name", "config"}, {"configMap", map({{"name", part.name}, {"defaultMode", 0555}})}}),
       map({{"name", "run"}, {"emptyDir", map({{"sizeLimit", "64Mi"}})}})});
  out.add(secret("tls", part.name + "-tls"));
  if (part.data && lossy)
    out.add(map({{"name", "data"}, {"emptyDir", map({{"sizeLimit", "1Gi"}})}}));
  return out;
}

Value mount(std::string_view name, std::string_view path, bool read_only) {
  Value out = map({{"name", name}, {"mountPath", path}});
  if (read_only) out.set("readOnly", true);
  return out;
}

Value with_probes(Value container) {
  container.set("startupProbe", exec_probe({"/config/alive.sh"}, {2, 2, 30}));
  container.set("readinessProbe", exec_probe({"/config/ready.sh"}, {5, 2, 3}));
  container.set("livenessProbe", exec_probe({"/config/alive.sh"}, {10, 5, 6}));
  container.set("lifecycle", map({{"preStop", map({{"sleep", map({{"seconds", 5}})}})}}));
  return container;
}

Value container(const CacheNode& cache, const Part& part) {
  Value mounts = list({mount("config", "/config", true), mount("run", "/run/server", false),
                       mount("tls", "/tls", true), mount("credentials", "/credentials", true)});
  if (part.data) mounts.add(mount("data", "/data", false));
  return with_probes(map(
      {{"name", part.data ? "server" : "sentinel"},
       {"image", cache.engine.image},
       {"imagePullPolicy", "Always"},
       {"command", list({"/config/start.sh"})},
       {"ports", list({map({{"name", part.data ? "tls-redis" : "tls-sentinel"},
                            {"containerPort", part.port},
                            {"protocol", "TCP"}})})},
       {"resources",
        map({{"requests",
              map({{"cpu", part.cpu}, {"memory", part.memory}, {"ephemeral-storage", "128Mi"}})},
             {"limits", map({{"memory", part.memory}, {"ephemeral-storage", "2Gi"}})}})},
       {"securityContext", container_security()},
       {"volumeMounts", std::move(mounts)},
       {"terminationMessagePolicy", "FallbackToLogsOnError"}}));
}

Value pod(const CacheNode& cache, const Part& part, Value volumes, Value container_of) {
  Value marks = labels(cache.plan, origins(cache, part.name));
  Value annotations =
      map({{"kubectl.kubernetes.io/default-container", container_of.text_at({"name"})}});
  // The servers speak TLS themselves, and reach each other by their own names.
  if (cache.plan.selected("istio")) marks.set("sidecar.istio.io/inject", "false");
  if (cache.plan.selected("linkerd")) annotations.set("linkerd.io/inject", "disabled");
  const bool zones = cache.store.spread && *cache.store.spread == Spread::Zones;
  return stateful_pod(
      cache.plan,
      {part.name, cache.node.name, "-first", 60, zones && cache.plan.zones() > 1, std::move(marks),
       std::move(annotations), list({std::move(container_of)}), std::move(volumes)});
}

Value servers(const CacheNode& cache, const Part& part, Value volumes, Value container_of) {
  Value meta = metadata(cache.plan, origins(cache, part.name), part.name);
  meta["annotations"].set(
      std::string(kReasonAnnotation),
      "no CPU limit: throttling shows as latency; pull policy Always: the tag is no digest");
  Stateful of{part.name, part.copies, true,
              pod(cache, part, std::move(volumes), std::move(container_of)), std::nullopt};
  if (part.data && !is_cache(cache.store)) of.gib = cache.size.disk_gib;
  return stateful_set(cache.plan, std::move(meta), std::move(of));
}

Value headless(const CacheNode& cache, const Part& part, std::string_view port_name) {
  return headless_service(cache.plan, origins(cache, part.name), part.name,
                          list({service_port(port_name, part.port, "tls")}));
}

Value network(const CacheNode& cache, const Part& part) {
  const Value peers =
      cache.sentinels()
          ? pods_with("app.kubernetes.io/name", {cache.node.name, sentinel_name(cache.node.name)})
          : pods_with("app.kubernetes.io/name", {cache.node.name});
  Value ports = list({policy_port(cache.engine.port)});
  if (cache.sentinels()) ports.add(policy_port(kSentinelPort));
  Value from = store_clients(cache.plan, cache.node.id);
  from.add(peers);
  return policy(metadata(cache.plan, origins(cache, part.name), part.name),
                selector_labels(cache.plan, part.name),
                list({map({{"from", std::move(from)}, {"ports", list({policy_port(part.port)})}})}),
                list({dns_rule(), egress_rule(peers, std::move(ports))}));
}

// `localhost` for the probes; the pods' own names and the Service's for everybody else.
std::vector<std::string> dns_names(const CacheNode& cache, const std::string& name) {
  const std::string host = cache.host(name);
  return {name, name + "." + cache.plan.system() + ".svc", host, "*." + host, "localhost"};
}

void add_part(const CacheNode& cache, const Part& part, Output& out) {
  const std::string file = store_file(cache.node);
  const Origins of = origins(cache, part.name);
  Value volumes = volume_list(part, is_cache(cache.store));
  volumes.add(map({{"name", "credentials"},
                   {"secret", map({{"secretName", node_secret(cache.node.name, cache.engine)},
                                   {"defaultMode", 0440}})}}));
  out.add_resource(file, config(cache, part));
  out.add_resource(file, servers(cache, part, std::move(volumes), container(cache, part)));
  out.add_resource(file, headless(cache, part, part.data ? "tls-redis" : "tls-sentinel"));
  if (part.copies > 1) out.add_resource(file, disruption_budget(cache.plan, of, part.name));
  out.add_resource(file, network(cache, part));
  out.add_resource(file,
                   server_certificate(cache.plan, of, part.name, dns_names(cache, part.name)));
}

Value memcached_container(const CacheNode& cache) {
  const std::string memory = memory_quantity(cache.size.memory_bytes);
  Value args = list({"-m", std::to_string(data_bytes(cache) >> 20), "-c",
                     std::to_string(cache.store.max_connections.or_else({4096}).value), "-Z", "-o",
                     "ssl_chain_cert=/tls/tls.crt,ssl_key=/tls/tls.key"});
  return map(
      {{"name", "server"},
       {"image", cache.engine.image},
       {"imagePullPolicy", "Always"},
       {"args", std::move(args)},
       {"ports", list({map({{"name", "tls-memcached"},
                            {"containerPort", cache.engine.port},
                            {"protocol", "TCP"}})})},
       {"resources", map({{"requests", map({{"cpu", cpu_quantity(cache.size.cores)},
                                            {"memory", memory},
                                            {"ephemeral-storage", "64Mi"}})},
                          {"limits", map({{"memory", memory}, {"ephemeral-storage", "128Mi"}})}})},
       {"securityContext", container_security()},
       {"volumeMounts", list({mount("tls", "/tls", true)})},
       {"terminationMessagePolicy", "FallbackToLogsOnError"},
       {"startupProbe", tcp_probe("tls-memcached", {2, 2, 30})},
       {"readinessProbe", tcp_probe("tls-memcached", {5, 2, 3})},
       {"livenessProbe", tcp_probe("tls-memcached", {10, 2, 6})},
       {"lifecycle", map({{"preStop", map({{"sleep", map({{"seconds", 5}})}})}})}});
}

void add_memcached(const CacheNode& cache, Output& out) {
  const std::string& name = cache.node.name;
  const std::string file = store_file(cache.node);
  const Origins of = origins(cache, name);
  const Part part{name, "", cache.engine.port, "", "", cache.copies(), false};
  Value volumes = list({map(
      {{"name", "tls"}, {"secret", map({{"secretName", name + "-tls"}, {"defaultMode", 0440}})}})});
  out.add_resource(file, servers(cache, part, std::move(volumes), memcached_container(cache)));
  out.add_resource(file, headless(cache, part, "tls-memcached"));
  if (part.copies > 1) out.add_resource(file, disruption_budget(cache.plan, of, name));
  out.add_resource(file, network(cache, part));
  out.add_resource(file, server_certificate(cache.plan, of, name, dns_names(cache, name)));
}

}  // namespace

void add_cache(const Plan& plan, const StoreNode& node, Output& out) {
  const Store& store = plan.model().stores[node.id];
  const CacheNode cache{plan, node, store, engine_of(store.engine.value),
                        store_size(plan, node.id)};
  out.add_resource(store_file(node), service_account(plan, origins_of(plan, node.id), node.name));
  if (!cache.redis()) {
    add_memcached(cache, out);
    return;
  }
  add_part(cache,
           {node.name, server_script(cache), cache.engine.port, cpu_quantity(cache.size.cores),
            memory_quantity(cache.size.memory_bytes), cache.copies(), true},
           out);
  if (cache.sentinels())
    add_part(cache,
             {sentinel_name(node.name), sentinel_script(cache), kSentinelPort, "50m", "64Mi",
              kSentinels, false},
             out);
}

}  // namespace scantling::generate
