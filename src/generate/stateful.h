// StatefulSets of ours: caches, NATS, YugabyteDB, what keeps traces and logs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "generate/k8s.h"

namespace scantling::generate {

// A pod of theirs: restricted, without a token, apart from its like.
struct StatefulPod {
  std::string name, account, priority;  // priority: "-first" of the system's classes
  std::int64_t grace_seconds = 60;
  bool strict_zones = false;
  Value labels, annotations;  // annotations may be null
  Value containers, volumes;
};
Value stateful_pod(const Plan& plan, StatefulPod of);

struct Stateful {
  std::string name;  // of its headless Service too
  std::int64_t copies = 1;
  bool parallel = true;             // pods start without waiting for each other
  Value pod;                        // metadata and spec
  std::optional<std::int64_t> gib;  // of each pod's own disk, the volume "data"
};
Value stateful_set(const Plan& plan, Value metadata, Stateful of);

// Named as the pods' own addresses are. They resolve before a pod is ready: servers of a cluster
// look for each other first.
Value headless_service(const Plan& plan, const Origins& origins, std::string_view name,
                       Value ports);
// {name, port, targetPort: name, protocol: TCP, appProtocol}
Value service_port(std::string_view name, int number, std::string_view app_protocol);

}  // namespace scantling::generate
