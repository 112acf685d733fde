// cert-manager: the edge's certificate by ACME, and an authority for the servers of the namespace.
#include "generate/certificates.h"

#include <algorithm>

#include "generate/engines.h"
#include "generate/target.h"

namespace scantling::generate {
namespace {

constexpr std::string_view kApi = "cert-manager.io/v1";

Value private_key() {
  return map({{"algorithm", "ECDSA"}, {"size", 256}, {"rotationPolicy", "Always"}});
}

Value reference(std::string_view kind, const std::string& name) {
  return map({{"group", "cert-manager.io"}, {"kind", kind}, {"name", name}});
}

std::string authority(const Plan& plan) {
  return plan.system() + "-ca";
}

// HTTP-01 through the Gateway's port 80: no keys of a name server are needed.
Value acme_issuer(const Plan& plan) {
  Value out = object(kApi, "ClusterIssuer",
                     cluster_metadata(plan, origins_of_system(plan), edge_issuer(plan)));
  const Value parent = map({{"group", "gateway.networking.k8s.io"},
                            {"kind", "Gateway"},
                            {"name", plan.system()},
                            {"namespace", kGatewayNamespace},
                            {"sectionName", "http"}});
  out.set(
      "spec",
      map({{"acme",
            map({{"server", "https://acme-v02.api.letsencrypt.org/directory"},
                 {"email", "platform@" + plan.options().domain},
                 {"privateKeySecretRef", map({{"name", edge_issuer(plan) + "-account"}})},
                 {"solvers",
                  list({map({{"http01", map({{"gatewayHTTPRoute",
                                              map({{"parentRefs", list({parent})}})}})}})})}})}}));
  return out;
}

Value edge_certificate(const Plan& plan) {
  Value meta = metadata(plan, origins_of_system(plan), edge_secret(plan));
  meta.set("namespace", kGatewayNamespace);
  Value out = object(kApi, "Certificate", std::move(meta));
  out.set("spec", map({{"secretName", edge_secret(plan)},
                       {"dnsNames", list({plan.system() + "." + plan.options().domain})},
                       {"duration", "2160h"},
                       {"renewBefore", "720h"},
                       {"privateKey", private_key()},
                       {"issuerRef", reference("ClusterIssuer", edge_issuer(plan))}}));
  return out;
}

void add_authority(const Plan& plan, Output& out) {
  const std::string file = "certificates.yaml";
  const Origins system = origins_of_system(plan);
  Value root = object(kApi, "Issuer", metadata(plan, system, plan.system() + "-self-signed"));
  root.set("spec", map({{"selfSigned", Value::empty_map()}}));
  out.add_resource(file, std::move(root));
  Value certificate = object(kApi, "Certificate", metadata(plan, system, authority(plan)));
  certificate.set("spec",
                  map({{"secretName", authority(plan)},
                       {"commonName", authority(plan)},
                       {"isCA", true},
                       {"duration", "87600h"},
                       {"renewBefore", "8760h"},
                       {"privateKey",
                        map({{"algorithm", "ECDSA"}, {"size", 256}, {"rotationPolicy", "Never"}})},
                       {"issuerRef", reference("Issuer", plan.system() + "-self-signed")}}));
  out.add_resource(file, std::move(certificate));
  Value issuer = object(kApi, "Issuer", metadata(plan, system, internal_issuer(plan)));
  issuer.set("spec", map({{"ca", map({{"secretName", authority(plan)}})}}));
  out.add_resource(file, std::move(issuer));
}

}  // namespace

std::string edge_secret(const Plan& plan) {
  return plan.system() + "-tls";
}

std::string edge_issuer(const Plan& plan) {
  return plan.system() + "-acme";
}

std::string internal_issuer(const Plan& plan) {
  return plan.system() + "-internal";
}

bool needs_internal_issuer(const Plan& plan) {
  const BrokerBy broker = broker_of(plan.broker()).run_by;
  if (!plan.model().channels.empty() && (broker == BrokerBy::RabbitMq || broker == BrokerBy::Nats))
    return true;
  return std::ranges::any_of(plan.model().stores, [](const Store& store) {
    const Operated* by = operated_as(store.engine.value);
    return engine_of(store.engine.value).run_by == RunBy::StatefulSet ||
           (by != nullptr && by->internal_issuer);
  });
}

Value server_certificate(const Plan& plan, const Origins& origins, const std::string& name,
                         const std::vector<std::string>& dns_names) {
  Value out = object(kApi, "Certificate", metadata(plan, origins, name));
  out.set("spec", map({{"secretName", name + "-tls"},
                       {"dnsNames", list_of(dns_names)},
                       {"duration", "2160h"},
                       {"renewBefore", "720h"},
                       {"usages", list({"digital signature", "server auth", "client auth"})},
                       {"privateKey", private_key()},
                       {"issuerRef", reference("Issuer", internal_issuer(plan))}}));
  return out;
}

void target_certificates(const Plan& plan, Output& out) {
  if (plan.selected("gateway")) {
    out.add_resource("gateway/certificates.yaml", acme_issuer(plan));
    out.add_resource("gateway/certificates.yaml", edge_certificate(plan));
  }
  if (needs_internal_issuer(plan)) add_authority(plan, out);
}

}  // namespace scantling::generate
