// NATS with JetStream: servers as a StatefulSet, streams and consumers as objects of the NACK
// controller, and a certificate for each service, which is who it is to the servers: no passwords.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "generate/certificates.h"
#include "generate/engines.h"
#include "generate/k8s.h"
#include "generate/peers.h"
#include "generate/stateful.h"
#include "generate/target.h"

namespace scantling::generate {
namespace {

constexpr std::string_view kJetStream = "jetstream.nats.io/v1beta2";
constexpr std::string_view kImage = "docker.io/library/nats:2.11.6-alpine";
constexpr std::string_view kExporter = "docker.io/natsio/prometheus-nats-exporter:0.17.3";
constexpr int kRoutePort = 6222, kMonitorPort = 8222, kExporterPort = 7777;

std::string cluster_name(const Plan& plan) {
  return broker_service(plan.system(), broker_of("nats"));
}

std::string controller(const Plan& plan) {
  return plan.system() + "-nack";
}

Origins origins_of_cluster(const Plan& plan) {
  Origins out = origins_of_system(plan);
  out.name = cluster_name(plan);
  out.component = "broker";
  return out;
}

std::int64_t copies(const Plan& plan) {
  std::int64_t out = 1;
  for (const Channel& channel : plan.model().channels)
    out = std::max(out, channel.copies.or_else({3}).value);
  // JetStream's groups vote: an even number loses its majority as early as one less.
  return std::min<std::int64_t>(5, out % 2 == 0 ? out + 1 : out);
}

// Streams are named with capitals and '_': '.' would be read as a subject's separator.
std::string stream_name(const Plan& plan, ChannelId id) {
  return upper_name(plan.channel_name(id));
}

std::string durable(const ServicePlan& service) {
  return snake_name(service.name);
}

std::string quoted(const std::vector<std::string>& texts) {
  std::vector<std::string> out;
  for (const std::string& text : texts)
    out.push_back("\"" + text + "\"");
  return "[" + join(out, ", ") + "]";
}

// What a service may say and hear: the subjects of its channels, and of JetStream's interface what
// its own consumers need (NATS documentation, "JetStream wire API").
std::string permissions(const Plan& plan, const ServicePlan& service) {
  std::set<std::string> say;
  for (const ChannelUse& use : service.publishes)
    say.insert(plan.channel_name(use.channel) + ".>");
  for (const ChannelUse& use : service.consumes) {
    const std::string of = stream_name(plan, use.channel) + "." + durable(service);
    for (const std::string call : {"INFO.", "MSG.NEXT."})
      say.insert("$JS.API.CONSUMER." + call + of);
    say.insert("$JS.ACK." + of + ".>");
    const Channel& channel = plan.model().channels[use.channel];
    if (channel.dead_letter) say.insert(topic_name(*channel.dead_letter) + ".>");
  }
  return "{ user: \"" + service.name +
         "\", permissions: { publish: " + quoted({say.begin(), say.end()}) +
         ", subscribe: [\"_INBOX.>\"] } }";
}

std::string configuration(const Plan& plan, std::int64_t gib) {
  const std::string name = cluster_name(plan);
  const std::string tls =
      "{ cert_file: \"/tls/tls.crt\", key_file: \"/tls/tls.key\", ca_file: \"/tls/ca.crt\", ";
  std::string out = "server_name: $POD_NAME\nport: " + std::to_string(broker_of("nats").port) +
                    "\nhttp_port: " + std::to_string(kMonitorPort) +
                    "\npid_file: \"/run/nats/pid\"\n" +
                    "lame_duck_grace_period: 10s\nlame_duck_duration: 30s\n";
  out += "tls: " + tls + "verify_and_map: true }\n";
  out += "jetstream: { store_dir: \"/data\", max_file_store: " + std::to_string(gib * 9 / 10) +
         "GB }\n";
  if (copies(plan) > 1) {
    std::vector<std::string> routes;
    for (std::int64_t i = 0; i < copies(plan); ++i)
      routes.push_back("nats://" + name + "-" + std::to_string(i) + "." + name + "." +
                       plan.system() + ".svc.cluster.local:" + std::to_string(kRoutePort));
    out += "cluster: { name: \"" + name + "\", port: " + std::to_string(kRoutePort) +
           ", tls: " + tls + "verify: true }, routes: " + quoted(routes) + " }\n";
  }
  out += "authorization: { users: [\n  { user: \"" + controller(plan) +
         "\", permissions: { publish: [\"$JS.API.>\"], subscribe: [\"_INBOX.>\", "
         "\"$JS.EVENT.>\"] } }\n";
  for (const ServiceId id : plan.broker_users())
    out += "  " + permissions(plan, plan.service(id)) + "\n";
  return out + "] }\n";
}

Value probe(std::string_view path, std::int64_t period, std::int64_t failures) {
  return http_probe(path, "http-monitor", {period, 3, failures});
}

Value mount(std::string_view name, std::string_view path, bool read_only) {
  return map({{"name", name}, {"mountPath", path}, {"readOnly", read_only}});
}

Value container_resources(std::string_view cpu, std::string_view memory) {
  return map({{"requests", map({{"cpu", cpu}, {"memory", memory}, {"ephemeral-storage", "64Mi"}})},
              {"limits", map({{"memory", memory}, {"ephemeral-storage", "256Mi"}})}});
}

Value port(std::string_view name, int number) {
  return map({{"name", name}, {"containerPort", number}, {"protocol", "TCP"}});
}

Value server() {
  const Value pod_name =
      map({{"name", "POD_NAME"},
           {"valueFrom", map({{"fieldRef", map({{"fieldPath", "metadata.name"}})}})}});
  return map(
      {{"name", "server"},
       {"image", kImage},
       {"imagePullPolicy", "Always"},
       {"args", list({"--config", "/config/nats.conf"})},
       {"env", list({pod_name})},
       {"ports", list({port("tls-nats", broker_of("nats").port), port("tls-route", kRoutePort),
                       port("http-monitor", kMonitorPort)})},
       {"resources", container_resources("500m", "1Gi")},
       {"securityContext", container_security()},
       {"volumeMounts", list({mount("config", "/config", true), mount("tls", "/tls", true),
                              mount("run", "/run/nats", false), mount("data", "/data", false)})},
       {"startupProbe", probe("/healthz", 2, 90)},
       {"readinessProbe", probe("/healthz?js-server-only=true", 5, 3)},
       {"livenessProbe", probe("/healthz?js-enabled-only=true", 10, 6)},
       {"lifecycle",
        map({{"preStop", map({{"exec", map({{"command", list({"nats-server", "-sl",
                                                              "ldm=/run/nats/pid"})}})}})}})},
       {"terminationMessagePolicy", "FallbackToLogsOnError"}});
}

Value exporter() {
  const Value alive = http_probe("/metrics", "http-metrics", {10, 3, 6});
  const Value ready = http_probe("/metrics", "http-metrics", {10, 3, 3});
  return map(
      {{"name", "exporter"},
       {"image", kExporter},
       {"imagePullPolicy", "Always"},
       {"args", list({"-port=" + std::to_string(kExporterPort), "-connz", "-routez", "-subz",
                      "-varz", "-jsz=all", "http://localhost:" + std::to_string(kMonitorPort)})},
       {"ports", list({port("http-metrics", kExporterPort)})},
       {"resources", container_resources("20m", "64Mi")},
       {"securityContext", container_security()},
       {"startupProbe", http_probe("/metrics", "http-metrics", {2, 3, 60})},
       {"readinessProbe", ready},
       {"livenessProbe", alive},
       {"lifecycle", map({{"preStop", map({{"sleep", map({{"seconds", 5}})}})}})},
       {"terminationMessagePolicy", "FallbackToLogsOnError"}});
}

Value pod(const Plan& plan) {
  const std::string name = cluster_name(plan);
  Value marks = labels(plan, origins_of_cluster(plan));
  Value annotations = map({{"kubectl.kubernetes.io/default-container", "server"}});
  // The servers speak TLS themselves, and know their clients by it.
  if (plan.selected("istio")) marks.set("sidecar.istio.io/inject", "false");
  if (plan.selected("linkerd")) annotations.set("linkerd.io/inject", "disabled");
  Value volumes =
      list({map({{"name", "config"}, {"configMap", map({{"name", name}})}}),
            map({{"name", "tls"},
                 {"secret", map({{"secretName", name + "-tls"}, {"defaultMode", 0440}})}}),
            map({{"name", "run"}, {"emptyDir", map({{"sizeLimit", "16Mi"}})}})});
  return stateful_pod(
      plan, {name, name, "-first", 60, plan.zones() > 1, std::move(marks), std::move(annotations),
             list({server(), exporter()}), std::move(volumes)});
}

std::int64_t disk_gib(const Plan& plan) {
  double gib = 20;
  for (const Channel& channel : plan.model().channels)
    gib += plan.size_of("channels." + channel.name).disk_gib;
  return static_cast<std::int64_t>(gib);
}

Value servers(const Plan& plan) {
  const std::string name = cluster_name(plan);
  Value meta = metadata(plan, origins_of_cluster(plan), name);
  meta["annotations"].set(
      std::string(kReasonAnnotation),
      "no CPU limit: throttling shows as latency; pull policy Always: the tag is no digest");
  return stateful_set(plan, std::move(meta), {name, copies(plan), true, pod(plan), disk_gib(plan)});
}

Value service(const Plan& plan) {
  return headless_service(plan, origins_of_cluster(plan), cluster_name(plan),
                          list({service_port("tls-nats", broker_of("nats").port, "tls"),
                                service_port("tls-route", kRoutePort, "tls"),
                                service_port("http-metrics", kExporterPort, "http")}));
}

Value network(const Plan& plan) {
  const std::string name = cluster_name(plan);
  const Value self = pods_peer(selector_labels(plan, name));
  std::vector<std::string> users;
  for (const ServiceId id : plan.broker_users())
    users.push_back(plan.service(id).name);
  Value from = list({namespace_peer("nack")});
  if (!users.empty()) from.add(pods_with("app.kubernetes.io/name", users));
  return policy(
      metadata(plan, origins_of_cluster(plan), name), selector_labels(plan, name),
      list(
          {map({{"from", std::move(from)}, {"ports", list({policy_port(broker_of("nats").port)})}}),
           ingress_rule(self, list({policy_port(kRoutePort)})),
           ingress_rule(namespace_peer(kMonitoringNamespace), list({policy_port(kExporterPort)}))}),
      list({dns_rule(), egress_rule(self, list({policy_port(kRoutePort)}))}));
}

Value monitor(const Plan& plan) {
  const std::string name = cluster_name(plan);
  Value out = object("monitoring.coreos.com/v1", "PodMonitor",
                     metadata(plan, origins_of_cluster(plan), name));
  out.set(
      "spec",
      map({{"selector", map({{"matchLabels", selector_labels(plan, name)}})},
           {"podMetricsEndpoints", list({map({{"port", "http-metrics"}, {"interval", "15s"}})})}}));
  return out;
}

// --- what the controller makes of the channels ---

Value account(const Plan& plan) {
  Value out =
      object(kJetStream, "Account", metadata(plan, origins_of_cluster(plan), cluster_name(plan)));
  const std::string host = service_host(cluster_name(plan), plan.system());
  out.set("spec",
          map({{"servers", list({"tls://" + host + ":" + std::to_string(broker_of("nats").port)})},
               {"tls", map({{"secret", map({{"name", controller(plan) + "-tls"}})},
                            {"ca", "ca.crt"},
                            {"cert", "tls.crt"},
                            {"key", "tls.key"}})}}));
  return out;
}

struct Stream {
  std::string name, subject, keep;
  std::int64_t copies = 3;
};

Value stream(const Plan& plan, const Origins& origins, const Stream& of) {
  Value out = object(kJetStream, "Stream", metadata(plan, origins, dns_label(of.name)));
  out.set("spec", map({{"account", cluster_name(plan)},
                       {"name", of.name},
                       {"subjects", list({of.subject + ".>"})},
                       {"storage", "file"},
                       {"retention", "limits"},
                       {"discard", "old"},
                       {"maxAge", of.keep},
                       {"replicas", of.copies},
                       {"duplicateWindow", "2m"}}));
  return out;
}

Value consumer(const Plan& plan, const ServicePlan& service, const ChannelUse& use) {
  const Channel& channel = plan.model().channels[use.channel];
  const std::string name = service.name + "-" + dns_label(channel.name);
  Value out =
      object(kJetStream, "Consumer", metadata(plan, origins_of(plan, service), dns_label(name)));
  // The longest that handling may take, then it is delivered again.
  const double wait = std::max(30.0, 2 * service.longest_request_seconds);
  Value spec = map({{"account", cluster_name(plan)},
                    {"streamName", stream_name(plan, use.channel)},
                    {"durableName", durable(service)},
                    {"deliverPolicy", "all"},
                    {"ackPolicy", "explicit"},
                    {"ackWait", go_duration(wait)},
                    {"maxDeliver", channel.attempts.or_else({5}).value},
                    {"maxAckPending", 1000},
                    {"replayPolicy", "instant"}});
  if (use.events.size() == 1)
    spec.set("filterSubject", plan.channel_name(use.channel) + "." + use.events.front());
  out.set("spec", std::move(spec));
  return out;
}

void add_channel(const Plan& plan, ChannelId id, std::set<std::string>& written, Output& out) {
  const std::string file = "nats/streams.yaml";
  const Channel& channel = plan.model().channels[id];
  const double keep = channel.keep.or_else({7 * 86'400'000'000'000}).seconds();
  const std::int64_t n = std::min(copies(plan), channel.copies.or_else({3}).value);
  out.add_resource(file, stream(plan, origins_of(plan, id),
                                {stream_name(plan, id), plan.channel_name(id),
                                 std::to_string(whole_seconds(keep / 3600)) + "h", n}));
  const std::string dead = channel.dead_letter ? topic_name(*channel.dead_letter) : "";
  if (!dead.empty() && written.insert(dead).second)
    out.add_resource(file, stream(plan, origins_of(plan, id), {upper_name(dead), dead, "720h", n}));
  for (const ServicePlan& service : plan.services())
    for (const ChannelUse& use : service.consumes)
      if (use.channel == id && written.insert(service.name + "/" + channel.name).second)
        out.add_resource(file, consumer(plan, service, use));
}

}  // namespace

void target_nats(const Plan& plan, Output& out) {
  const std::string file = "nats/cluster.yaml", name = cluster_name(plan);
  const Origins origins = origins_of_cluster(plan);
  const std::string host = service_host(name, plan.system());
  out.add_resource(file, service_account(plan, origins, name));
  Value config = object("v1", "ConfigMap", metadata(plan, origins, name));
  config.set("data", map({{"nats.conf", configuration(plan, disk_gib(plan))}}));
  out.add_resource(file, std::move(config));
  out.add_resource(file, servers(plan));
  out.add_resource(file, service(plan));
  if (copies(plan) > 1) out.add_resource(file, disruption_budget(plan, origins, name));
  out.add_resource(file, network(plan));
  if (plan.selected("prometheus")) out.add_resource(file, monitor(plan));
  out.add_resource(
      file, server_certificate(plan, origins, name,
                               {name, name + "." + plan.system() + ".svc", host, "*." + host}));
  out.add_resource(file, server_certificate(plan, origins, controller(plan), {controller(plan)}));
  for (const ServiceId id : plan.broker_users()) {
    const ServicePlan& user = plan.service(id);
    out.add_resource("nats/users.yaml", server_certificate(plan, origins_of(plan, user),
                                                           nats_client(user.name), {user.name}));
  }
  out.add_resource("nats/streams.yaml", account(plan));
  std::set<std::string> written;
  for (const ChannelId id : plan.model().channels.ids())
    add_channel(plan, id, written, out);
}

}  // namespace scantling::generate
