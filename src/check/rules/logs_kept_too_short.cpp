#include "check/rule_support.h"

namespace scantling {
namespace {

// PCI DSS 4.0 requirement 10.5.1: audit logs for at least 12 months.
constexpr double kPciDays = 365;

void run(const CheckContext& c) {
  if (!has_regime(c.model, Regime::PciDss) || !c.model.operating || !c.model.operating->keep_logs)
    return;
  const auto& keep = c.model.operating->keep_logs;
  const double days = keep->seconds() / 86400;
  if (days >= kPciDays) return;
  Diagnostic& d = report(c, rule_logs_kept_too_short, place_of(keep.from, c.model.operating.from),
                         "logs are kept for " + readable(*keep) + ", 12 months are required",
                         "operating.keep-logs");
  d.because = figure(days) + " of " + figure(kPciDays) + " days; PCI DSS 4.0 requirement 10.5.1";
  d.requirements.push_back("constraints.compliance");
  d.fixes.push_back(value_fix("keep-logs", "365d", keep.from, FixSafety::Unsafe));
}

}  // namespace

const Rule rule_logs_kept_too_short = {
    {"logs-kept-too-short", Severity::Error, "security",
     "logs are deleted before the audit may ask for them"},
    {R"(Under `pci-dss`, `operating.keep-logs` is less than 12 months.)",
     R"(Intrusions are found late, and then the question is what happened half a year ago. PCI DSS 4.0 requirement 10.5.1 demands twelve months, the last three at hand.)",
     R"(constraints: { compliance: [pci-dss] }
operating: { keep-logs: 30d }
services:
  web: {}
)",
     R"(constraints: { compliance: [pci-dss] }
operating: { keep-logs: 365d }
services:
  web: {}
)",
     R"(When audit logs are kept apart, by a system that the model does not show.)"},
    run};

}  // namespace scantling
