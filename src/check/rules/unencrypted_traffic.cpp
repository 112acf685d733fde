#include <algorithm>

#include "base/text.h"
#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  if (!c.model.placement || !c.model.placement->mtls || *c.model.placement->mtls) return;
  std::vector<std::string> carriers;
  bool beyond_personal = false;
  for (const Service& service : c.model.services) {
    const bool sensitive = std::ranges::any_of(service.owns.value, [&](const auto& ref) {
      if (!ref.id.valid()) return false;
      const DataClass data = c.model.aggregates[ref.id].data.or_else(DataClass::Internal);
      beyond_personal = beyond_personal || data == DataClass::Cardholder ||
                        data == DataClass::Health || data == DataClass::Secret;
      return data != DataClass::Internal && data != DataClass::Public;
    });
    if (sensitive) carriers.push_back(service.name);
  }
  if (carriers.empty()) return;
  const auto& mtls = c.model.placement->mtls;
  Diagnostic& d = report(c, rule_unencrypted_traffic, place_of(mtls.from, c.model.placement.from),
                         "sensitive data cross the network in the clear", "placement.mtls");
  d.because = enumerate(carriers) + (carriers.size() == 1 ? " owns" : " own") +
              " personal, cardholder, health or secret data, and mtls is "
              "off";
  std::vector<std::string> regimes;
  if (has_regime(c.model, Regime::PciDss)) regimes.push_back("PCI DSS 4.0 requirement 4.2");
  if (has_regime(c.model, Regime::Gdpr)) regimes.push_back("GDPR article 32");
  if (has_regime(c.model, Regime::Hipaa)) regimes.push_back("HIPAA 45 CFR 164.312(e)");
  if (regimes.empty() && !beyond_personal) d.severity = Severity::Warning;
  if (!regimes.empty()) d.effect = "protection in transit is asked for by " + enumerate(regimes);
  d.fixes.push_back(value_fix("mtls", "true", mtls.from, FixSafety::Unsafe));
}

}  // namespace

const Rule rule_unencrypted_traffic = {
    {"unencrypted-traffic", Severity::Error, "security",
     "services exchange sensitive data without encryption"},
    {R"(`placement.mtls` is false and services own personal, cardholder, health or secret data. A warning for personal data where no regime asks for more.)",
     R"(Whoever gets onto one node of the cluster reads everything that passes, and can speak to every service as if it were one. Mutual TLS also tells each service who calls, which is what network policies by identity rest on.)",
     R"(aggregates:
  Customer: { size: 2 KiB, data: personal, keep: 7y }
constraints: { compliance: [gdpr] }
services:
  customers: { owns: [Customer] }
placement: { mtls: false }
)",
     R"(aggregates:
  Customer: { size: 2 KiB, data: personal, keep: 7y }
constraints: { compliance: [gdpr] }
services:
  customers: { owns: [Customer] }
placement: { mtls: true }
)",
     R"(When the network itself encrypts between nodes, and services authenticate each other by tokens.)"},
    run};

}  // namespace scantling
