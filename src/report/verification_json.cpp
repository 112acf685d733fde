// Times are left out: the same model gives the same bytes.
#include <nlohmann/json.hpp>

#include "report/verification.h"

namespace scantling {
namespace {

using nlohmann::ordered_json;

ordered_json run_json(const verify::System& system, const verify::Trace& trace) {
  ordered_json steps = ordered_json::array();
  const Run run = run_of(system, trace);
  for (const RunStep& s : run.steps) {
    ordered_json step{{"from", run.lanes[static_cast<std::size_t>(s.from)]},
                      {"to", run.lanes[static_cast<std::size_t>(s.to)]},
                      {"text", s.text}};
    if (!s.fault.empty()) step["fault"] = s.fault;
    step["element"] = s.element;
    step["changes"] = s.changes;
    steps.push_back(std::move(step));
  }
  ordered_json out{{"steps", std::move(steps)}};
  if (trace.loop_from >= 0) out["goes_round_from"] = trace.loop_from + 1;
  return out;
}

ordered_json tried_json(const verify::TriedRepair& tried) {
  ordered_json changes = ordered_json::array();
  for (const verify::Repair& r : tried.parts)
    changes.push_back({{"element", r.element}, {"change", r.text}});
  return {{"changes", std::move(changes)}, {"holds", tried.holds}, {"states", tried.states}};
}

ordered_json property_json(const verify::System& system, const verify::PropertyVerdict& v) {
  ordered_json out{{"property", v.property},
                   {"element", v.element},
                   {"verdict", to_text(v.outcome)},
                   {"by", v.by_sum ? "sum" : "search"},
                   {"text", v.text}};
  if (!v.by_sum && v.outcome == verify::Outcome::Fails) out["faults"] = v.result.faults;
  if (!v.by_sum && !v.result.trace.steps.empty()) out["run"] = run_json(system, v.result.trace);
  ordered_json tried = ordered_json::array();
  for (const verify::TriedRepair& t : v.tried)
    tried.push_back(tried_json(t));
  out["repairs"] = std::move(tried);
  return out;
}

ordered_json protocol_json(const verify::ProtocolVerdict& p) {
  const verify::Exploration& e = p.exploration;
  ordered_json properties = ordered_json::array();
  for (const verify::PropertyVerdict& v : p.properties)
    properties.push_back(property_json(p.protocol.system, v));
  ordered_json out{{"name", p.protocol.system.name},
                   {"element", p.protocol.system.element},
                   {"lanes", p.protocol.system.lanes}};
  if (!p.protocol.system.runs.empty()) out["runs"] = p.protocol.system.runs;
  out.update({{"states", e.states},
              {"transitions", e.transitions},
              {"bound", bound_text(e)},
              {"complete", e.any_faults()},
              {"depth", e.depth},
              {"notes", p.protocol.system.notes},
              {"properties", std::move(properties)}});
  return out;
}

}  // namespace

std::string verification_json(const std::string& name, const verify::Verification& result) {
  ordered_json protocols = ordered_json::array();
  for (const verify::ProtocolVerdict& p : result.protocols)
    protocols.push_back(protocol_json(p));
  const ordered_json out{{"schema", "scantling.verification/1"},
                         {"system", name},
                         {"holds", result.count(verify::Outcome::Holds)},
                         {"fails", result.count(verify::Outcome::Fails)},
                         {"undecided", result.count(verify::Outcome::Undecided)},
                         {"vacuous", result.count(verify::Outcome::Vacuous)},
                         {"stopped", result.stopped},
                         {"protocols", std::move(protocols)},
                         {"not_verified", result.left_out}};
  return out.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string design_verification_json(const DesignVerification& verification) {
  ordered_json protocols = ordered_json::array(), mended = ordered_json::array();
  for (const verify::ProtocolVerdict& p : verification.result.protocols) {
    ordered_json properties = ordered_json::array();
    for (const verify::PropertyVerdict& v : p.properties)
      properties.push_back({{"property", v.property},
                            {"element", v.element},
                            {"verdict", to_text(v.outcome)},
                            {"by", v.by_sum ? "sum" : "search"}});
    protocols.push_back({{"name", p.protocol.system.name},
                         {"element", p.protocol.system.element},
                         {"states", p.exploration.states},
                         {"bound", bound_text(p)},
                         {"complete", p.exploration.any_faults()},
                         {"properties", std::move(properties)}});
  }
  for (const verify::Mended& m : verification.mended)
    mended.push_back({{"protocol", m.system.name},
                      {"property", m.verdict.property},
                      {"faults", m.verdict.result.faults},
                      {"steps", m.verdict.result.trace.steps.size()},
                      {"repair", repair_text(m.repair())}});
  const ordered_json out{{"protocols", std::move(protocols)},
                         {"repaired", std::move(mended)},
                         {"not_verified", verification.result.left_out}};
  return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace scantling
