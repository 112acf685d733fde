// Argo CD: the project that may deploy into the system's namespaces, and an application an
// environment. They stand beside what they deploy, not in it.
#include "generate/k8s.h"
#include "generate/target.h"

namespace scantling::generate {
namespace {

constexpr std::string_view kApi = "argoproj.io/v1alpha1";
constexpr std::string_view kServer = "https://kubernetes.default.svc";

std::string repository(const Plan& plan) {
  return plan.options().repository + "/" + plan.system() + ".git";
}

Value in_argocd(const Plan& plan, const std::string& name) {
  Value out = metadata(plan, origins_of_system(plan), name);
  out.set("namespace", "argocd");
  return out;
}

Value project(const Plan& plan) {
  Value destinations = Value::empty_list();
  for (const std::string_view space :
       {std::string_view(plan.system()), kMonitoringNamespace, kGatewayNamespace})
    destinations.add(map({{"server", kServer}, {"namespace", space}}));
  const auto kind = [](std::string_view group, std::string_view name) {
    return map({{"group", group}, {"kind", name}});
  };
  Value out = object(kApi, "AppProject", in_argocd(plan, plan.system()));
  out.set("spec",
          map({{"description", "What deploys " + plan.system()},
               {"sourceRepos", list({repository(plan)})},
               {"destinations", std::move(destinations)},
               {"clusterResourceWhitelist",
                list({kind("", "Namespace"), kind("scheduling.k8s.io", "PriorityClass"),
                      kind("cert-manager.io", "ClusterIssuer"),
                      kind("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
                      kind("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
                      kind("spire.spiffe.io", "ClusterSPIFFEID")})}}));
  return out;
}

Value application(const Plan& plan, const std::string& environment) {
  const bool by_hand = environment == "production";
  Value sync = map(
      {{"syncOptions", list({"ServerSideApply=true", "ApplyOutOfSyncOnly=true", "PruneLast=true"})},
       {"retry",
        map({{"limit", 3},
             {"backoff", map({{"duration", "10s"}, {"factor", 2}, {"maxDuration", "3m"}})}})}});
  // Production is synchronised by whoever merges; drift shows, and is not undone in the night.
  if (!by_hand) sync.set("automated", map({{"prune", true}, {"selfHeal", true}}));
  Value out = object(kApi, "Application", in_argocd(plan, plan.system() + "-" + environment));
  out.set("spec",
          map({{"project", plan.system()},
               {"source", map({{"repoURL", repository(plan)},
                               {"targetRevision", "main"},
                               {"path", "deploy/overlays/" + environment}})},
               {"destination", map({{"server", kServer}, {"namespace", plan.system()}})},
               {"revisionHistoryLimit", 10},
               // Autoscalers own the number of instances.
               {"ignoreDifferences", list({map({{"group", "apps"},
                                                {"kind", "Deployment"},
                                                {"jsonPointers", list({"/spec/replicas"})}})})},
               {"syncPolicy", std::move(sync)}}));
  return out;
}

}  // namespace

void target_argocd(const Plan& plan, Output& out) {
  out.add("delivery/argocd/project.yaml", to_yaml(project(plan)));
  for (const std::string& environment : plan.environments())
    out.add("delivery/argocd/" + environment + ".yaml", to_yaml(application(plan, environment)));
}

}  // namespace scantling::generate
