#include "explore/findings.h"

#include "check/check.h"

namespace scantling::explore {

Findings findings_of(const Architecture& model, Severity least) {
  Diagnostics found;
  check(model, "", found);
  Findings out;
  for (const Diagnostic& d : found.all())
    if (d.severity >= least && !d.accepted)
      out[{std::string(d.kind->name), d.element}] = std::string(d.kind->name) + ": " + d.title;
  return out;
}

}  // namespace scantling::explore
