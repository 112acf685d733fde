// Tempo: where the sampler sends the traces that are kept, for as long as the model says.
#include "generate/backend.h"
#include "generate/names.h"
#include "generate/target.h"

namespace scantling::generate {

void target_tempo(const Plan& plan, Output& out) {
  const Duration week{7 * 86'400'000'000'000};
  const double keep = plan.model().operating->keep_traces.or_else(week).seconds();
  const Value otlp = map({{"protocols", map({{"grpc", map({{"endpoint", "0.0.0.0:4317"}})}})}});
  Value config =
      map({{"server", map({{"http_listen_port", 3200}})},
           {"distributor", map({{"receivers", map({{"otlp", otlp}})}})},
           {"compactor", map({{"compaction", map({{"block_retention", go_duration(keep)}})}})},
           {"storage", map({{"trace", map({{"backend", "local"},
                                           {"local", map({{"path", "/data/blocks"}})},
                                           {"wal", map({{"path", "/data/wal"}})}})}})},
           {"usage_report", map({{"reporting_enabled", false}})}});
  add_backend(plan,
              {"tempo",
               "docker.io/grafana/tempo:2.8.1",
               "-config.file",
               "/ready",
               {{"http-tempo", 3200}, {"otlp", kOtlpPort}},
               std::move(config),
               100,
               {std::string(kCollectorName) + "-sampler"}},
              out);
}

}  // namespace scantling::generate
