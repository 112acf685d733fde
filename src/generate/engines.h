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
  Operator,   // another operator's object in our namespace, or for YugabyteDB ours: `operated_as`
  Elsewhere,  // a managed service, or an operator that we write nothing for
};

struct Engine {
  std::string_view name;
  int port = 0;
  RunBy run_by = RunBy::Elsewhere;
  std::string_view image;      // StatefulSet and compose
  bool shards_itself = false;  // one object has all of its shards
};

// The object that makes an operator run an engine, and what the operator makes of it. Without a
// kind there is no operator: we write the StatefulSets ourselves.
struct Operated {
  std::string_view engine, api, kind;
  std::string_view before, after;          // the Service's name around the object's
  std::string_view ca_after;               // the Secret with ca.crt: the object's name and this
  std::string_view pod_label;              // its value on each pod is the object's name
  std::string_view space;                  // namespace of the operator, by its own instructions
  int metrics_port = 0;                    // 0: needs an exporter of its own
  bool internal_issuer = false;            // its certificates are of the namespace's authority
  std::string_view standard = "baseline";  // of pod security that its pods keep
};
const Operated* operated_as(std::string_view engine);
const Operated* operated_kind(std::string_view api, std::string_view kind);

// An engine that is not in the table is reached elsewhere, by TLS on port 443.
const Engine& engine_of(std::string_view name);

enum class BrokerBy : std::uint8_t {
  Strimzi,    // Kafka, in our namespace
  RabbitMq,   // the RabbitMQ operators, in our namespace
  Nats,       // a StatefulSet; its streams by NACK
  InStore,    // the events are rows of their owner's store
  Elsewhere,  // a managed service, or an operator that we write nothing for
};

struct Broker {
  std::string_view name;
  int port = 0;
  BrokerBy run_by = BrokerBy::Elsewhere;
};
const Broker& broker_of(std::string_view name);

inline constexpr int kSentinelPort = 26379;
// A cache of several copies is watched by sentinels, which say who is primary.
bool has_sentinels(const Engine& engine, const Store& store);
bool is_cache(const Store& store);  // what it holds is a copy: nothing is lost with it

// The Service that clients of a node (Plan::store_nodes) connect to: a CloudNativePG cluster's
// "-rw" Service, a cache's own.
std::string node_service(std::string_view node, const Engine& engine);
// Where reads go that any copy answers.
struct CopyReads {
  std::string service;  // of the namespace; "" where the same server is asked in another way:
  std::string_view setting, value;  // "READ_PREFERENCE", "nearest"
  int port = 0;                     // of the pods behind the service
};
// Nothing in it for an engine that offers no such way, or that we don't run.
CopyReads copy_reads(std::string_view node, const Engine& engine);
// The Secret with a node's user and password, made by the operator or by External Secrets; "" for
// Memcached, which knows no users.
std::string node_secret(std::string_view node, const Engine& engine);
// The Secret whose ca.crt vouches for the node's server; "" for what runs elsewhere.
std::string node_ca_secret(std::string_view node, const Engine& engine);
// "products-cache-sentinel"
std::string sentinel_name(std::string_view node);

// What clients of a broker connect to: a Service of the namespace, or a host of the domain.
std::string broker_service(std::string_view system, const Broker& broker);
std::string broker_secret(std::string_view system);  // of brokers that know no certificates
std::string nats_client(std::string_view service);   // the Certificate that says who a service is

// Strimzi's names for a cluster's bootstrap Service and the Secret with its CA.
std::string kafka_cluster(std::string_view system);
std::string kafka_bootstrap(std::string_view system);
std::string kafka_ca_secret(std::string_view system);
// The Secret with a service's client certificate: of the KafkaUser of that name.
std::string kafka_user(std::string_view service);

}  // namespace scantling::generate
