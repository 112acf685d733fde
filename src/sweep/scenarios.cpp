#include "sweep/scenarios.h"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "base/text.h"
#include "model/enums.h"
#include "syntax/tree.h"

namespace scantling::sweep {
namespace {

std::string name_of(std::size_t scenario) {
  return fmt::format("sweep-fault-{}", scenario + 1);
}

std::string times(Duration measured) {
  const Duration third{measured.nanoseconds / 3'000'000 * 1'000'000};
  return fmt::format("at: {0}, for: {0}", to_text(third));
}

Error bad_fault(std::string_view text) {
  std::vector<std::string> kinds;
  for (const std::string_view name : EnumNames<FaultKind>::value)
    kinds.emplace_back(name);
  return {
      fmt::format("--fault takes a fault such as 'lose zone a', 'slow psp x10' or "
                  "'{{ at: 10s, for: 20s, fail: psp 30% }}', not '{}' (faults: {})",
                  text, enumerate(kinds))};
}

// A flow map of one line, and nothing behind it.
bool is_flow_map(std::string_view text) {
  Sources sources;
  const FileId file = sources.add("--fault", std::string(text));
  const SyntaxResult read = parse_yaml(sources, file);
  if (!read.problems.empty() || !read.tree.root().valid()) return false;
  const Node& root = read.tree.node(read.tree.root());
  return root.kind == NodeKind::Map && root.flow && sources.text(root.span) == text &&
         text.find('\n') == std::string_view::npos;
}

}  // namespace

Expected<Scenario> fault_scenario(std::string_view text, Duration measured) {
  const std::string_view given = trim(text);
  Scenario out;
  if (given.starts_with('{')) {
    if (!is_flow_map(given)) return std::unexpected(bad_fault(text));
    out.name = trim(given.substr(1, given.size() - 2));
    if (out.name.empty()) return std::unexpected(bad_fault(text));
    out.fault = given;
    return out;
  }
  std::string_view kind = given.substr(0, given.find_first_of(": "));
  const auto& names = EnumNames<FaultKind>::value;
  const std::string_view what =
      kind.size() < given.size() ? trim(given.substr(kind.size() + 1)) : std::string_view();
  if (std::ranges::find(names, kind) == std::end(names) || what.empty())
    return std::unexpected(bad_fault(text));
  out.name = fmt::format("{} {}", kind, what);
  out.fault = fmt::format("{{ {}, {}: {} }}", times(measured), kind, what);
  if (!is_flow_map(out.fault)) return std::unexpected(bad_fault(text));
  return out;
}

std::vector<Scenario> all_faults(const Architecture& model, Duration measured) {
  std::vector<std::string> faults;
  const bool zones = model.placement && model.placement->zones && model.placement->zones->value > 1;
  if (zones) faults.emplace_back("lose zone a");
  faults.emplace_back("lose node a/1");
  for (const FailureDomain& domain : model.placement->failure_domains)
    faults.push_back(fmt::format("lose domain {}", domain.name));
  for (const Service& s : model.services) {
    const bool several = s.runtime && s.runtime->instances && s.runtime->instances->high > 1;
    faults.push_back(fmt::format("lose {} {}", several ? "instance" : "service", s.name));
  }
  for (const Store& s : model.stores)
    faults.push_back(fmt::format("slow store {} x10", s.name));
  for (const External& e : model.externals)
    faults.push_back(fmt::format("lose external {}", e.name));
  std::vector<Scenario> out;
  for (const std::string& fault : faults)
    if (auto scenario = fault_scenario(fault, measured)) out.push_back(std::move(*scenario));
  return out;
}

std::string fault_overlay(const Plan& plan) {
  std::string out;
  for (std::size_t i = 0; i < plan.scenarios.size(); ++i) {
    if (plan.scenarios[i].fault.empty()) continue;
    if (out.empty()) out = "experiments:\n";
    out += fmt::format("  {}: {{ for: {}, faults: [{}] }}\n", name_of(i), to_text(plan.measured),
                       plan.scenarios[i].fault);
  }
  return out;
}

Expected<Experiment> experiment_of(const Architecture& model, const Plan& plan,
                                   std::uint32_t scenario) {
  const Scenario& wanted = plan.scenarios[scenario];
  const bool fault = !wanted.fault.empty();
  if (!fault && wanted.name == "peak" && !find_by_name(model.experiments, "peak").valid())
    return peak_experiment(model);
  const auto id = find_by_name(model.experiments, fault ? name_of(scenario) : wanted.name);
  if (!id.valid()) return fail("there is no experiment " + wanted.name);
  Experiment out = model.experiments[id];
  out.name = wanted.name;
  if (fault) out.expect = peak_experiment(model).expect;
  return out;
}

}  // namespace scantling::sweep
