// Certificates that cert-manager issues: the edge's by ACME, the stores' by an authority of the
// namespace.
#pragma once

#include <string>
#include <vector>

#include "generate/k8s.h"

namespace scantling::generate {

std::string edge_secret(const Plan& plan);      // of the Gateway's listener, in its namespace
std::string edge_issuer(const Plan& plan);      // ClusterIssuer
std::string internal_issuer(const Plan& plan);  // Issuer of the namespace
// The Secret NAME-tls for a server of these names.
Value server_certificate(const Plan& plan, const Origins& origins, const std::string& name,
                         const std::vector<std::string>& dns_names);
// Whether a store or broker of ours needs the namespace's authority.
bool needs_internal_issuer(const Plan& plan);

}  // namespace scantling::generate
