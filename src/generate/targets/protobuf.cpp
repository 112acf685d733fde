// Protocol Buffers: a package a service, in the folder that buf expects. Field numbers follow the
// order of the model's fields, which only grows at the end.
#include "generate/contracts.h"
#include "generate/proto.h"
#include "generate/target.h"

namespace scantling::generate {

void target_protobuf(const Plan& plan, Output& out) {
  for (const ServicePlan& service : plan.services()) {
    const auto contracts = contracts_of(plan, service.id, true);
    if (contracts.empty()) continue;
    const ProtoFile file = proto_file(plan, service.id, contracts);
    out.add("contracts/proto/" + file.path, proto_text(file));
  }
  // A mesh routes by the names in the model, which needn't end in "Service".
  const Value buf =
      map({{"version", "v2"},
           {"lint", map({{"use", list({"STANDARD"})}, {"except", list({"SERVICE_SUFFIX"})}})},
           {"breaking", map({{"use", list({"WIRE_JSON"})}})}});
  out.add("contracts/proto/buf.yaml", to_yaml(buf));
}

}  // namespace scantling::generate
