// GitHub Actions: what is generated is checked on each change, every service is built and signed by
// its digest. Permissions are as few as each job needs.
#include "base/text.h"
#include "generate/names.h"
#include "generate/target.h"

namespace scantling::generate {
namespace {

Value run(std::string_view name, std::string_view command) {
  return map({{"name", name}, {"run", command}});
}

Value checkout() {
  return map({{"uses", "actions/checkout@v4"}, {"with", map({{"persist-credentials", false}})}});
}

Value job(std::string_view name, std::int64_t minutes, Value steps) {
  return map({{"name", name},
              {"runs-on", "ubuntu-latest"},
              {"timeout-minutes", minutes},
              {"steps", std::move(steps)}});
}

Value check_workflow(const Plan& plan) {
  Value jobs = Value::empty_map();
  Value manifests = list({checkout()});
  for (const std::string& environment : plan.environments())
    manifests.add(run("Render " + environment,
                      "kubectl kustomize deploy/overlays/" + environment + " > /dev/null"));
  jobs.set("manifests", job("Manifests", 10, std::move(manifests)));
  if (plan.selected("prometheus"))
    jobs.set("rules",
             job("Rules", 20,
                 list({checkout(),
                       run("Install promtool",
                           "sudo apt-get update && sudo apt-get install --yes prometheus"),
                       run("Check", "promtool check rules observability/prometheus/rules/*.yaml"),
                       run("Test", "promtool test rules observability/prometheus/tests/*.yaml")})));
  if (plan.selected("openapi"))
    jobs.set("contracts", job("Contracts", 10,
                              list({checkout(), run("Lint",
                                                    "npx --yes @redocly/cli@2 lint "
                                                    "contracts/openapi/*.yaml")})));
  return map(
      {{"name", "check"},
       {"on",
        map({{"pull_request", Value::empty_map()}, {"push", map({{"branches", list({"main"})}})}})},
       {"permissions", map({{"contents", "read"}})},
       {"concurrency", map({{"group", "check-${{ github.ref }}"}, {"cancel-in-progress", true}})},
       {"jobs", std::move(jobs)}});
}

Value build_workflow(const Plan& plan) {
  Value names = Value::empty_list();
  for (const ServicePlan& service : plan.services())
    names.add(service.name);
  const std::string registry(split(plan.options().registry, '/').front());
  const std::string image =
      plan.options().registry + "/" + plan.system() + "/${{ matrix.service }}";
  Value steps =
      list({checkout(), map({{"uses", "docker/setup-buildx-action@v3"}}),
            map({{"uses", "docker/login-action@v3"},
                 {"with", map({{"registry", registry},
                               {"username", "${{ vars.REGISTRY_USER }}"},
                               {"password", "${{ secrets.REGISTRY_TOKEN }}"}})}}),
            map({{"id", "build"},
                 {"uses", "docker/build-push-action@v6"},
                 {"with", map({{"context", "services/${{ matrix.service }}"},
                               {"push", true},
                               {"tags", image + ":${{ github.sha }}"},
                               {"provenance", "mode=max"},
                               {"sbom", true},
                               {"cache-from", "type=gha,scope=${{ matrix.service }}"},
                               {"cache-to", "type=gha,mode=max,scope=${{ matrix.service }}"}})}}),
            map({{"uses", "sigstore/cosign-installer@v3"}}),
            map({{"name", "Sign"},
                 {"env", map({{"DIGEST", "${{ steps.build.outputs.digest }}"}, {"IMAGE", image}})},
                 {"run", "cosign sign --yes \"$IMAGE@$DIGEST\""}})});
  Value build = job("Build ${{ matrix.service }}", 30, std::move(steps));
  build.set("permissions", map({{"contents", "read"}, {"id-token", "write"}}));
  build.set("strategy",
            map({{"fail-fast", false}, {"matrix", map({{"service", std::move(names)}})}}));
  return map(
      {{"name", "build"},
       {"on",
        map({{"push", map({{"branches", list({"main"})}, {"paths", list({"services/**"})}})}})},
       {"permissions", Value::empty_map()},
       {"jobs", map({{"build", std::move(build)}})}});
}

}  // namespace

void target_github_actions(const Plan& plan, Output& out) {
  out.add(".github/workflows/check.yaml", to_yaml(check_workflow(plan)));
  out.add(".github/workflows/build.yaml", to_yaml(build_workflow(plan)));
}

}  // namespace scantling::generate
