#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  const bool gdpr = has_regime(c.model, Regime::Gdpr);
  for (const Aggregate& aggregate : c.model.aggregates) {
    const DataClass data = aggregate.data.or_else(DataClass::Internal);
    const bool personal = data == DataClass::Personal || data == DataClass::Health;
    const bool card = data == DataClass::Cardholder;
    if (aggregate.keep || !(personal || card)) continue;
    Diagnostic& d = report(
        c, rule_personal_data_without_retention, place_of(aggregate.data.from, aggregate.from),
        "nothing says how long " + aggregate.name + " is kept", path_of(aggregate));
    if (!gdpr && !card) d.severity = Severity::Note;
    d.because = aggregate.name + " is " + std::string(to_text_enum(data)) + " data without keep";
    if (aggregate.count && aggregate.size)
      d.because += ": " + to_text(*aggregate.count) + " of them, " +
                   readable(Bytes{aggregate.count->value * aggregate.size->count});
    d.effect =
        card ? "PCI DSS 4.0 requirement 3.2 (keep account data no longer than needed) has no "
               "number"
             : "GDPR article 5(1)(e) (storage limitation) has no number, and no job deletes it";
    d.fixes.push_back(
        manual_fix("keep: how long the law or the business needs it, for example 2y"));
  }
}

}  // namespace

const Rule rule_personal_data_without_retention = {
    {"personal-data-without-retention", Severity::Warning, "security",
     "personal or cardholder data have no retention time"},
    {R"(An aggregate with personal, health or cardholder data has no `keep`. A note where neither GDPR applies nor cardholder data are meant.)",
     R"(Data that nobody may delete are kept for ever, cost more each month, and are all in the next leak. GDPR article 5(1)(e) and PCI DSS 4.0 requirement 3.2 both demand a limit that somebody has decided.)",
     R"(aggregates:
  Customer: { size: 2 KiB, count: 8M, data: personal }
constraints: { compliance: [gdpr] }
)",
     R"(aggregates:
  Customer: { size: 2 KiB, count: 8M, data: personal, keep: 7y }
constraints: { compliance: [gdpr] }
)",
     R"(While the retention is being agreed, with a date.)"},
    run};

}  // namespace scantling
