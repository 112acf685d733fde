// Docker Compose: the system on a laptop. Every part answers to the name that it has in the
// cluster, so the same settings fit; without TLS, one instance of each, passwords of no worth.
#include <algorithm>

#include "base/text.h"
#include "generate/engines.h"
#include "generate/names.h"
#include "generate/target.h"
#include "generate/workload.h"

namespace scantling::generate {
namespace {

constexpr const char* kPassword = "laptop-only";

Value alias(const std::string& host) {
  return map({{"default", map({{"aliases", list({host})}})}});
}

Value check(std::vector<std::string> test) {
  return map({{"test", list_of(test)},
              {"interval", "5s"},
              {"timeout", "3s"},
              {"retries", 20},
              {"start_period", "10s"}});
}

// The engines that come up by themselves with a user and a password; for the others an image is
// started as it is.
Value store_service(const Plan& plan, StoreId id, const std::string& node) {
  const Engine& engine = engine_of(plan.model().stores[id].engine.value);
  const std::string database = snake_name(plan.store_name(id));
  Value out =
      map({{"image", engine.image},
           {"restart", "unless-stopped"},
           {"networks", alias(engine.run_by == RunBy::Elsewhere
                                  ? node + "." + plan.options().domain
                                  : service_host(node_service(node, engine), plan.system()))}});
  if (engine.run_by == RunBy::CloudNativePg) {
    // The operator's image has no entry point of its own for a single server.
    out.set("image", "docker.io/library/postgres:17.5");
    out.set("environment", map({{"POSTGRES_DB", database},
                                {"POSTGRES_USER", database},
                                {"POSTGRES_PASSWORD", kPassword}}));
    out.set("healthcheck", check({"CMD", "pg_isready", "-U", database}));
    out.set("volumes", list({node + ":/var/lib/postgresql/data"}));
  } else if (engine.name == "yugabytedb") {
    out.set("command", list({"bin/yugabyted", "start", "--background=false",
                             "--base_dir=/home/yugabyte/yb_data"}));
    out.set("environment",
            map({{"YSQL_DB", database}, {"YSQL_USER", database}, {"YSQL_PASSWORD", kPassword}}));
    out.set("healthcheck", check({"CMD-SHELL", "postgres/bin/pg_isready -h $$(hostname) -p " +
                                                   std::to_string(engine.port)}));
    out.set("volumes", list({node + ":/home/yugabyte/yb_data"}));
  } else if (engine.name == "redis" || engine.name == "valkey") {
    const std::string program(engine.name == "redis" ? "redis" : "valkey");
    out.set("command", list({program + "-server", "--requirepass", kPassword}));
    out.set("healthcheck", check({"CMD", program + "-cli", "-a", kPassword, "ping"}));
  }
  return out;
}

Value kafka(const Plan& plan) {
  const std::string host = service_host(kafka_bootstrap(plan.system()), plan.system());
  return map({{"image", "docker.io/apache/kafka:4.0.0"},
              {"restart", "unless-stopped"},
              {"networks", alias(host)},
              {"environment", map({{"KAFKA_NODE_ID", 1},
                                   {"KAFKA_PROCESS_ROLES", "broker,controller"},
                                   {"KAFKA_LISTENERS", "PLAINTEXT://:9093,CONTROLLER://:9094"},
                                   {"KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://" + host + ":9093"},
                                   {"KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER"},
                                   {"KAFKA_CONTROLLER_QUORUM_VOTERS", "1@localhost:9094"},
                                   {"KAFKA_LISTENER_SECURITY_PROTOCOL_MAP",
                                    "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"},
                                   {"KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", 1},
                                   {"KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR", 1},
                                   {"KAFKA_TRANSACTION_STATE_LOG_MIN_ISR", 1}})},
              {"healthcheck", check({"CMD", "/opt/kafka/bin/kafka-broker-api-versions.sh",
                                     "--bootstrap-server", "localhost:9093"})}});
}

bool has_image(const Plan& plan, StoreId id) {
  return !engine_of(plan.model().stores[id].engine.value).image.empty();
}

Value needs(const Plan& plan, const ServicePlan& service) {
  Value out = Value::empty_map();
  for (const StoreUse& use : service.stores)
    for (const std::string& node : plan.store_nodes(use.store))
      if (has_image(plan, use.store))
        out.set(node, map({{"condition", store_service(plan, use.store, node).find("healthcheck")
                                             ? "service_healthy"
                                             : "service_started"}}));
  if (plan.uses_broker(service) && broker_of(plan.broker()).run_by == BrokerBy::Strimzi)
    out.set("kafka", map({{"condition", "service_healthy"}}));
  return out;
}

// "ORDERS_DB_ANY_COPY_HOST" of "ORDERS_DB_HOST"; sorted before it.
std::string any_copy_host(std::string_view host) {
  return std::string(host.substr(0, host.rfind("_HOST"))) + "_ANY_COPY_HOST";
}

Value app(const Plan& plan, const ServicePlan& service, int port) {
  Value environment = Value::empty_map();
  for (const auto& [key, value] : settings_of(plan, service)) {
    // No authorities: nothing speaks TLS here, and there are no sentinels.
    if (key.ends_with("_CA") || key.find("_SENTINEL") != std::string::npos) continue;
    // And no collector.
    if (key.starts_with("OTEL_")) continue;
    environment.set(key, value);
    // One server is all copies.
    if (key.ends_with("_HOST") && environment.find(any_copy_host(key)) != nullptr)
      environment.set(any_copy_host(key), value);
  }
  environment.set("OTEL_SDK_DISABLED", "true");
  Value out = map({{"image", plan.image(service) + ":" + plan.options().tag},
                   {"build", map({{"context", "./services/" + service.name}})},
                   {"restart", "unless-stopped"},
                   {"networks", alias(service_host(service.name, plan.system()))},
                   {"environment", std::move(environment)},
                   {"volumes", list({"./.laptop/" + service.name + ":/var/run/secrets:ro"})}});
  if (service.http)
    out.set("ports", list({"127.0.0.1:" + std::to_string(port) + ":" + std::to_string(kHttpPort)}));
  Value on = needs(plan, service);
  if (!on.empty()) out.set("depends_on", std::move(on));
  return out;
}

// The files that a service finds where the cluster mounts its Secrets.
void add_credentials(const Plan& plan, const ServicePlan& service, Output& out) {
  const std::string folder = ".laptop/" + service.name + "/";
  for (const StoreUse& use : service.stores)
    for (const std::string& node : plan.store_nodes(use.store)) {
      out.add(folder + "stores/" + node + "/username",
              snake_name(plan.store_name(use.store)) + "\n", Ownership::Yours);
      out.add(folder + "stores/" + node + "/password", std::string(kPassword) + "\n",
              Ownership::Yours);
    }
  for (const ExternalId id : service.externals)
    out.add(folder + "externals/" + plan.external_name(id) + "/token",
            std::string(kPassword) + "\n", Ownership::Yours);
  if (service.stores.empty() && service.externals.empty())
    out.add(folder + "README", "No credentials needed.\n", Ownership::Yours);
}

}  // namespace

void target_compose(const Plan& plan, Output& out) {
  Value services = Value::empty_map(), volumes = Value::empty_map();
  int port = 18080;
  for (const ServicePlan& service : plan.services()) {
    services.set(service.name, app(plan, service, port++));
    add_credentials(plan, service, out);
  }
  for (const StoreId id : plan.model().stores.ids()) {
    if (!has_image(plan, id)) continue;
    for (const std::string& node : plan.store_nodes(id)) {
      Value service = store_service(plan, id, node);
      if (service.find("volumes") != nullptr) volumes.set(node, Value::empty_map());
      services.set(node, std::move(service));
    }
  }
  if (!plan.broker_users().empty() && broker_of(plan.broker()).run_by == BrokerBy::Strimzi)
    services.set("kafka", kafka(plan));
  Value document = map({{"services", std::move(services)}});
  if (!volumes.empty()) document.set("volumes", std::move(volumes));
  // The project's name, in a way that the first docker-compose knows too.
  out.add(".env", "COMPOSE_PROJECT_NAME=" + plan.system() + "\n", Ownership::Yours);
  out.add("compose.yaml", to_yaml(document, "For a laptop: docker compose up --build"));
}

}  // namespace scantling::generate
