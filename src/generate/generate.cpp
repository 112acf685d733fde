#include "generate/generate.h"

#include <algorithm>

#include "generate/kustomize.h"
#include "generate/target.h"

namespace scantling::generate {

Generated generate_all(const Architecture& model, const std::vector<std::string>& targets,
                       const GenerateOptions& options) {
  Plan plan(model, options);
  Generated out;
  std::vector<const Target*> run;
  bool whole = true;  // every target that fits
  for (const Target& target : all_targets()) {
    const bool named = std::ranges::find(targets, target.name) != targets.end();
    if (!(targets.empty() ? target.chosen(plan) : named)) {
      whole = whole && !target.chosen(plan);
      continue;
    }
    run.push_back(&target);
    out.targets.push_back(target.name);
  }
  plan.select(out.targets);
  if (options.simulate && (plan.selected("runbooks") || plan.selected("chaos")))
    plan.predict_with(predict(model, options.seed, options.jobs));
  for (const Target* target : run) {
    out.output.set_target(target->name);
    target->run(plan, out.output);
  }
  out.output.set_target("kustomize");
  write_kustomize(plan, out.output);
  out.audit = audit_output(plan, out.output);
  out.missing = not_generated(plan);
  // What was not asked for is somewhere else.
  if (!whole)
    std::erase_if(out.audit.findings, [](const AuditFinding& finding) {
      return finding.rule == "missing-reference" || finding.rule == "selector-matches-nothing";
    });
  return out;
}

}  // namespace scantling::generate
