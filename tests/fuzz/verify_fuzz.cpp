// Whatever the bytes: what reads without errors is derived into well-formed systems, searched
// within a small memory limit, and every counterexample is a run of its system.
#include <string>

#include "fuzz.h"
#include "language/language.h"
#include "verify/verify.h"

namespace scantling {
namespace {

void check_run(const verify::System& system, const verify::Trace& trace) {
  if (trace.start.empty()) {  // a sum, or no run was found
    REQUIRE(trace.steps.empty());
    return;
  }
  verify::Values at = verify::initial_values(system);
  REQUIRE(trace.start == at);
  for (const verify::TraceStep& step : trace.steps) {
    const verify::Rule& rule = system.rules[step.rule];
    REQUIRE(verify::holds(rule.when, at));
    for (const verify::Cond& c : rule.then)
      at[c.var] = c.value;
    // A message that nobody will act on may be dropped (reduce.h).
    for (std::size_t v = 0; v < at.size(); ++v)
      REQUIRE(at[v] == step.after[v] || system.variables[v].message);
    at = step.after;
  }
}

}  // namespace
}  // namespace scantling

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace scantling;
  if (size > 20'000) return 0;
  MemoryFiles files;
  files.add("model.yaml", std::string(reinterpret_cast<const char*>(data), size));
  Sources sources;
  Diagnostics problems;
  const Architecture model = read_model(sources, files, "model.yaml", {}, problems);
  if (problems.has_errors()) return 0;
  verify::VerifyOptions options;
  options.memory = std::size_t{1} << 20;
  const verify::Verification result = verify::verify(model, options);
  for (const verify::ProtocolVerdict& p : result.protocols)
    for (const verify::PropertyVerdict& v : p.properties) {
      if (v.outcome == verify::Outcome::Fails && !v.by_sum) REQUIRE(!v.result.trace.start.empty());
      check_run(p.protocol.system, v.result.trace);
    }
  return 0;
}
