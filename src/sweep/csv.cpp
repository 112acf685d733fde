// The canonical form: RFC 4180, with line feeds.
#include <cmath>

#include <fmt/core.h>

#include "base/units.h"
#include "sweep/output.h"

namespace scantling::sweep {
namespace {

std::string field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out += '"';
}

std::string number(double value) {
  return std::isnan(value) ? std::string() : number_text(value);
}

}  // namespace

std::string csv_header(const Plan& plan) {
  std::string out = "point";
  for (const Parameter& p : plan.parameters)
    out += "," + field(p.path);
  return out + ",scenario,seed,state,message,fingerprint,subject,what,value,unit,target\n";
}

std::string csv_lines(const Plan& plan, const RunRecord& record) {
  std::string head = std::to_string(record.unit.point);
  for (const Setting& s : plan.settings(record.unit.point))
    head += "," + field(s.value);
  head += fmt::format(",{},{},{},{},{}", field(plan.scenarios[record.unit.scenario].name),
                      plan.seed + record.unit.replication, to_text(record.state),
                      field(record.message), record.fingerprint);
  if (record.measures.empty()) return head + ",,,,,\n";
  std::string out;
  for (const Measure& m : record.measures)
    out += fmt::format("{},{},{},{},{},{}\n", head, field(m.subject), field(m.what),
                       number(m.value), field(m.unit), m.judged ? number(m.target) : "");
  return out;
}

}  // namespace scantling::sweep
