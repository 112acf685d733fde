// Logical backups of stores that no operator backs up to an object store: dumped by the store's own
// image onto a disk of the Job's, then taken away by the object store's client.
#include <algorithm>

#include "base/text.h"
#include "generate/operated.h"
#include "generate/peers.h"

namespace scantling::generate {
namespace {

constexpr std::string_view kClient = "docker.io/amazon/aws-cli:2.27.50";

std::int64_t data_gib(const OperatedNode& of) {
  return unreplicated_gib(of.store, of.size);
}

std::string schedule(const OperatedNode& of) {
  const std::int64_t hours = dump_hours(of.store, data_gib(of));
  const std::string minute = std::to_string(fnv1a(of.node.name) % 60);
  if (hours == 24) return nightly(of.node.name);
  return minute + (hours == 1 ? " * * * *" : " */" + std::to_string(hours) + " * * *");
}

std::string upload(const OperatedNode& of, const std::string& file) {
  const std::string keys = "/secrets/" + backup_secret(of.plan) + "/";
  const std::string bucket = backup_bucket(of.plan), folder = of.node.name + "/";
  std::string out = "set -eu\n";
  for (const std::string& key : backup_keys(of.plan))
    out += key + "=$(cat " + keys + key + ")\nexport " + key + "\n";
  out += "store() { aws --endpoint-url " + backup_endpoint(of.plan) + " \"$@\"; }\n";
  out += "store s3 cp --only-show-errors /dump/" + file + " \"s3://" + bucket + "/" + folder +
         "$(date -u +%Y%m%dT%H%M%SZ)-" + file + "\"\n";
  out +=
      "before=$(date -u -d '" + std::to_string(backups_kept(of.store)) +
      " days ago' +%Y-%m-%dT%H:%M:%SZ)\nstore s3api list-objects-v2 --bucket " + bucket +
      " --prefix " + folder +
      " \\\n  --query \"Contents[?LastModified<'$before'].Key\" --output text | tr '\\t' '\\n' |\n"
      "  while read -r key; do\n    case $key in " +
      folder + "*) store s3api delete-object --bucket " + bucket +
      " --key \"$key\" ;; esac\n  done\n";
  return out;
}

Value container(std::string_view name, std::string_view image, std::string_view script,
                const std::vector<std::string>& secrets) {
  Value mounts = list({map({{"name", "tmp"}, {"mountPath", "/tmp"}}),
                       map({{"name", "script"}, {"mountPath", "/script"}, {"readOnly", true}}),
                       map({{"name", "dump"}, {"mountPath", "/dump"}})});
  for (const std::string& secret : secrets)
    mounts.add(secret_mount(secret));
  return map({{"name", name},
              {"image", image},
              {"imagePullPolicy", "Always"},
              {"command", list({"/bin/bash", script})},
              {"env", list({map({{"name", "HOME"}, {"value", "/tmp"}}),
                            map({{"name", "AWS_DEFAULT_REGION"}, {"value", "us-east-1"}})})},
              {"resources",
               map({{"requests",
                     map({{"cpu", "250m"}, {"memory", "512Mi"}, {"ephemeral-storage", "64Mi"}})},
                    {"limits", map({{"memory", "512Mi"}, {"ephemeral-storage", "256Mi"}})}})},
              {"securityContext", container_security()},
              {"volumeMounts", std::move(mounts)},
              {"terminationMessagePolicy", "FallbackToLogsOnError"}});
}

Value pod(const OperatedNode& of, const std::string& name,
          const std::vector<std::string>& secrets) {
  Value volumes = list({map({{"name", "tmp"}, {"emptyDir", map({{"sizeLimit", "256Mi"}})}}),
                        map({{"name", "script"}, {"configMap", map({{"name", name}})}})});
  // A dump may not fit a node's own disk. gzip halves text at least.
  const std::string disk = std::to_string(std::max<std::int64_t>(10, data_gib(of) / 2)) + "Gi";
  const Value claim = map({{"accessModes", list({"ReadWriteOnce"})},
                           {"resources", map({{"requests", map({{"storage", disk}})}})}});
  volumes.add(map(
      {{"name", "dump"}, {"ephemeral", map({{"volumeClaimTemplate", map({{"spec", claim}})}})}}));
  for (const std::string& secret : secrets)
    volumes.add(secret_volume(secret));
  volumes.add(secret_volume(backup_secret(of.plan)));
  return map(
      {{"serviceAccountName", name},
       {"automountServiceAccountToken", false},
       {"enableServiceLinks", false},
       {"restartPolicy", "Never"},
       {"priorityClassName", of.plan.system() + "-background"},
       {"securityContext", pod_security()},
       {"initContainers", list({container("dump", of.engine.image, "/script/dump.sh", secrets)})},
       {"containers",
        list({container("upload", kClient, "/script/upload.sh", {backup_secret(of.plan)})})},
       {"volumes", std::move(volumes)}});
}

Value cron_job(const OperatedNode& of, const Origins& origins,
               const std::vector<std::string>& secrets) {
  Value meta = metadata(of.plan, origins, origins.name);
  meta["annotations"].set(std::string(kReasonAnnotation),
                          "no CPU limit: it ends by itself; no probes: nothing asks it; pull "
                          "policy Always: the tag is no digest");
  Value out = object("batch/v1", "CronJob", std::move(meta));
  out.set(
      "spec",
      map({{"schedule", schedule(of)},
           {"timeZone", "Etc/UTC"},
           {"concurrencyPolicy", "Forbid"},
           {"startingDeadlineSeconds", 1800},
           {"successfulJobsHistoryLimit", 3},
           {"failedJobsHistoryLimit", 3},
           {"jobTemplate",
            map({{"spec",
                  map({{"backoffLimit", 2},
                       {"activeDeadlineSeconds", 72'000},
                       {"template", map({{"metadata", map({{"labels", of.marks(origins)},
                                                           {"annotations", of.pod_annotations()}})},
                                         {"spec", pod(of, origins.name, secrets)}})}})}})}}));
  return out;
}

}  // namespace

std::int64_t dump_hours(const Store& store, std::int64_t gib) {
  const double seconds = store.backup->every.or_else({86'400'000'000'000}).seconds();
  if (gib > 50 || seconds > 43'200) return 24;
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(seconds / 3600));
}

std::string dump_job(std::string_view node) {
  return dns_label(std::string(node) + "-dump");
}

void add_dump_job(const OperatedNode& of, const std::string& script, const std::string& file,
                  const std::vector<std::string>& secrets, Output& out) {
  Origins origins = of.origins();
  origins.name = dump_job(of.node.name);
  out.add_resource(of.file, service_account(of.plan, origins, origins.name));
  Value config = object("v1", "ConfigMap", metadata(of.plan, origins, origins.name));
  config.set("data", map({{"dump.sh", script}, {"upload.sh", upload(of, file)}}));
  out.add_resource(of.file, std::move(config));
  out.add_resource(of.file, cron_job(of, origins, secrets));
  const Value store = pods_with(of.by.pod_label, {of.node.name});
  Value egress = list(
      {dns_rule(), egress_rule(store, list({policy_port(of.engine.port)})),
       egress_rule(map({{"ipBlock", map({{"cidr", "0.0.0.0/0"}})}}), list({policy_port(443)}))});
  out.add_resource(of.file, policy(metadata(of.plan, origins, origins.name),
                                   selector_labels(of.plan, origins.name), Value::empty_list(),
                                   std::move(egress)));
}

}  // namespace scantling::generate
