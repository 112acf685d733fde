// How each engine of the catalogue is reached, and whether we generate what runs it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/architecture.h"

namespace scantling::generate {

enum class RunBy : std::uint8_t {
  CloudNativePg,  // an operator's Cluster in our namespace
  StatefulSet,    // Redis, Valkey, Memcached
  Elsewhere,      // a managed service, or an operator that we write nothing for
};

struct Engine {
  std::string_view name;
  int port = 0;
  RunBy run_by = RunBy::Elsewhere;
  std::string_view image;  // StatefulSet and compose
};

// An engine that is not in the table is reached elsewhere, by TLS on port 443.
const Engine& engine_of(std::string_view name);

struct Broker {
  std::string_view name;
  int port = 0;
  bool strimzi = false;  // Kafka, run by Strimzi in our namespace
};
const Broker& broker_of(std::string_view name);

// The Service that clients of the store connect to: a CloudNativePG cluster's "-rw" Service, a
// cache's own, an ExternalName Service for what runs elsewhere.
std::string store_service(std::string_view store_name, const Engine& engine);
// The Secret with its user and password, made by the operator or by External Secrets.
std::string store_secret(std::string_view store_name, const Engine& engine);

// Strimzi's names for a cluster's bootstrap Service and the Secret with its CA.
std::string kafka_cluster(std::string_view system);
std::string kafka_bootstrap(std::string_view system);
std::string kafka_ca_secret(std::string_view system);
// The Secret with a service's client certificate: of the KafkaUser of that name.
std::string kafka_user(std::string_view service);

}  // namespace scantling::generate
