// GitLab CI: the same checks and builds as for GitHub.
#include "generate/names.h"
#include "generate/target.h"

namespace scantling::generate {

void target_gitlab_ci(const Plan& plan, Output& out) {
  const Value on_changes = list({map({{"if", "$CI_PIPELINE_SOURCE == \"merge_request_event\""}}),
                                 map({{"if", "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"}})});
  Value render = Value::empty_list();
  for (const std::string& environment : plan.environments())
    render.add("kubectl kustomize deploy/overlays/" + environment + " > /dev/null");
  Value document =
      map({{"stages", list({"check", "build"})},
           {"workflow", map({{"rules", on_changes}})},
           {"default", map({{"interruptible", true}, {"timeout", "30 minutes"}})},
           {"manifests", map({{"stage", "check"},
                              {"image", map({{"name", "docker.io/bitnami/kubectl:1.33"},
                                             {"entrypoint", list({""})}})},
                              {"script", std::move(render)}})}});
  if (plan.selected("prometheus"))
    document.set(
        "rules",
        map({{"stage", "check"},
             {"image",
              map({{"name", "quay.io/prometheus/prometheus:v3.4.1"}, {"entrypoint", list({""})}})},
             {"script", list({"promtool check rules observability/prometheus/rules/*.yaml",
                              "promtool test rules observability/prometheus/tests/*.yaml"})}}));
  Value names = Value::empty_list();
  for (const ServicePlan& service : plan.services())
    names.add(service.name);
  const std::string image =
      plan.options().registry + "/" + plan.system() + "/$SERVICE:$CI_COMMIT_SHA";
  document.set("build",
               map({{"stage", "build"},
                    {"image", map({{"name", "gcr.io/kaniko-project/executor:v1.24.0-debug"},
                                   {"entrypoint", list({""})}})},
                    {"parallel", map({{"matrix", list({map({{"SERVICE", std::move(names)}})})}})},
                    {"rules", list({map({{"if", "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"},
                                         {"changes", list({"services/**/*"})}})})},
                    {"script", list({"/kaniko/executor --context services/$SERVICE --destination " +
                                     image})}}));
  out.add(".gitlab-ci.yml", to_yaml(document));
}

}  // namespace scantling::generate
