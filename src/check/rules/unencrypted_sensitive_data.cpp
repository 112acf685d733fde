#include "check/rule_support.h"

namespace scantling {
namespace {

// The most sensitive of what the store holds.
const Aggregate* most_sensitive(const Architecture& model, const Store& store) {
  const auto weight = [](const Aggregate& a) {
    switch (a.data.or_else(DataClass::Internal)) {
      case DataClass::Public:
      case DataClass::Internal: return 0;
      case DataClass::Personal: return 1;
      case DataClass::Cardholder:
      case DataClass::Health:
      case DataClass::Secret: return 2;
    }
    return 0;
  };
  const Aggregate* out = nullptr;
  for (const auto& ref : store.holds.value) {
    if (!ref.id.valid()) continue;
    const Aggregate& aggregate = model.aggregates[ref.id];
    if (weight(aggregate) > (out ? weight(*out) : 0)) out = &aggregate;
  }
  return out;
}

void run(const CheckContext& c) {
  for (const Store& store : c.model.stores) {
    if (store.encrypted.or_else(false)) continue;
    const Aggregate* aggregate = most_sensitive(c.model, store);
    if (!aggregate) continue;
    const bool personal = *aggregate->data == DataClass::Personal;
    // Not said is not refused: personal data alone are only asked about when it is.
    if (personal && !store.encrypted) continue;
    const std::string data(to_text_enum(*aggregate->data));
    Diagnostic& d =
        report(c, rule_unencrypted_sensitive_data, place_of(store.encrypted.from, store.from),
               store.name + " keeps " + data + " data unencrypted", path_of(store));
    if (personal) d.severity = Severity::Warning;
    d.labels.push_back({aggregate->data.from.span, aggregate->name + " is " + data});
    d.because = store.name + " holds " + aggregate->name +
                (store.encrypted ? " and says encrypted: false"
                                 : ", and nothing says that it is encrypted");
    if (aggregate->count) d.because += "; " + to_text(*aggregate->count) + " of them";
    if (*aggregate->data == DataClass::Cardholder && has_regime(c.model, Regime::PciDss))
      d.effect = "PCI DSS 4.0 requirement 3.5 (stored account data are unreadable) is not met";
    d.fixes.push_back(value_fix("encrypted", "true", store.encrypted.from, FixSafety::Unsafe));
  }
}

}  // namespace

const Rule rule_unencrypted_sensitive_data = {
    {"unencrypted-sensitive-data", Severity::Error, "security",
     "a store keeps cardholder, health, secret or personal data unencrypted"},
    {R"(A store that holds cardholder, health or secret data is not said to be encrypted, or one with personal data is said not to be (a warning).)",
     R"(A disk, a snapshot or a backup that is lost or shared is then a disclosure. PCI DSS 4.0 (requirement 3.5) demands that stored account numbers are unreadable; GDPR (article 32) names encryption, and article 34 spares the notification of those concerned where data were encrypted.)",
     R"(aggregates:
  Payment: { size: 1 KiB, data: cardholder }
stores:
  payments-db: { engine: postgresql, owner: payments, holds: [Payment], encrypted: false }
services:
  payments: { owns: [Payment] }
)",
     R"(aggregates:
  Payment: { size: 1 KiB, data: cardholder }
stores:
  payments-db: { engine: postgresql, owner: payments, holds: [Payment], encrypted: true }
services:
  payments: { owns: [Payment] }
)",
     R"(When the data are tokens whose meaning is kept elsewhere: then their class is `internal`.)"},
    run};

}  // namespace scantling
