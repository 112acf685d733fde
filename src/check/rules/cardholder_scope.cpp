#include "base/text.h"
#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  if (!has_regime(c.model, Regime::PciDss)) return;
  for (const Service& service : c.model.services) {
    std::vector<std::string> card, other;
    for (const auto& ref : service.owns.value) {
      if (!ref.id.valid()) continue;
      const Aggregate& aggregate = c.model.aggregates[ref.id];
      const bool is_card = aggregate.data.or_else(DataClass::Internal) == DataClass::Cardholder;
      (is_card ? card : other).push_back(aggregate.name);
    }
    if (card.empty() || other.empty()) continue;
    Diagnostic& d = report(c, rule_cardholder_scope, place_of(service.owns.from, service.from),
                           service.name + " brings " + enumerate(other) + " into PCI DSS scope",
                           path_of(service));
    d.because = enumerate(card) + (card.size() == 1 ? " is" : " are") +
                " cardholder data and shares its code and store with " +
                plural(static_cast<std::int64_t>(other.size()), "other aggregate");
    d.effect = "every change to " + enumerate(other) + " is a change to an audited system";
    d.requirements.push_back("constraints.compliance");
    d.fixes.push_back(manual_fix("a service that owns " + enumerate(card) + " alone"));
  }
}

}  // namespace

const Rule rule_cardholder_scope = {
    {"cardholder-scope", Severity::Warning, "security",
     "a service mixes cardholder data with other data, which enlarges the audited scope"},
    {R"(Under `pci-dss`, a service owns cardholder aggregates together with others.)",
     R"(Everything in the service, its store and its pipeline is then in scope of the assessment: reviews, access rules, logs, penetration tests. Segmentation is what the standard's guidance on scoping recommends to make it small (PCI SSC, "Guidance for PCI DSS Scoping and Network Segmentation", 2017).)",
     R"(aggregates:
  Payment: { size: 1 KiB, data: cardholder, keep: 1y }
  Cart: { size: 2 KiB, data: internal }
constraints: { compliance: [pci-dss] }
services:
  shop: { owns: [Cart, Payment] }
)",
     R"(aggregates:
  Payment: { size: 1 KiB, data: cardholder, keep: 1y }
  Cart: { size: 2 KiB, data: internal }
constraints: { compliance: [pci-dss] }
services:
  shop: { owns: [Cart] }
  payments: { owns: [Payment] }
)",
     R"(When the whole system is in scope anyway, such as a bank's core.)"},
    run};

}  // namespace scantling
