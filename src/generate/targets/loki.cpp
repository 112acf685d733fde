// Loki: where the collector sends logs, for as long as the model says.
#include "generate/backend.h"
#include "generate/names.h"
#include "generate/target.h"

namespace scantling::generate {

void target_loki(const Plan& plan, Output& out) {
  const Duration month{30 * 86'400'000'000'000};
  const double keep = plan.model().operating->keep_logs.or_else(month).seconds();
  const Value schema = map({{"from", "2024-04-01"},
                            {"store", "tsdb"},
                            {"object_store", "filesystem"},
                            {"schema", "v13"},
                            {"index", map({{"prefix", "index_"}, {"period", "24h"}})}});
  Value config =
      map({{"auth_enabled", false},
           {"server", map({{"http_listen_port", 3100}})},
           {"common",
            map({{"path_prefix", "/data"},
                 {"replication_factor", 1},
                 {"ring", map({{"kvstore", map({{"store", "inmemory"}})}})},
                 {"storage", map({{"filesystem", map({{"chunks_directory", "/data/chunks"},
                                                      {"rules_directory", "/data/rules"}})}})}})},
           {"schema_config", map({{"configs", list({schema})}})},
           {"limits_config",
            map({{"retention_period", go_duration(keep)}, {"allow_structured_metadata", true}})},
           {"compactor", map({{"working_directory", "/data/compactor"},
                              {"retention_enabled", true},
                              {"delete_request_store", "filesystem"}})},
           {"analytics", map({{"reporting_enabled", false}})}});
  add_backend(plan,
              {"loki",
               "docker.io/grafana/loki:3.5.1",
               "-config.file",
               "/ready",
               {{"http-loki", 3100}},
               std::move(config),
               100,
               {std::string(kCollectorName)}},
              out);
}

}  // namespace scantling::generate
