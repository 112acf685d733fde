// What is said between services and to the outside, derived once: every contract language writes
// the same messages. A model says which aggregates there are and how they belong together, not what
// fields a business gives them: contracts hold the identities, references and times, and leave
// room.
#pragma once

#include <string>
#include <vector>

#include "generate/plan.h"

namespace scantling::generate {

enum class FieldType : std::uint8_t { Id, Key, Time, Count };

struct ContractField {
  std::string name;  // snake case
  FieldType type = FieldType::Id;
  std::string about;
  bool list = false;
};

// A resource (an aggregate as it is shown) or an event.
struct ContractMessage {
  std::string name;  // "Order", "OrderPlaced": Pascal case
  std::string about;
  std::vector<ContractField> fields;
};

struct EventContract {
  ContractMessage message;
  ChannelId channel;
};

// What an endpoint takes and gives.
struct EndpointContract {
  EndpointId id;
  std::vector<AggregateId> reads;   // each once
  std::vector<AggregateId> writes;  // each once
  bool many = false;                // a page of what it reads
  bool keyed = false;               // repetitions are recognised by an idempotency key
  bool creates = false;
};

ContractMessage resource_of(const Plan& plan, AggregateId id);
// Every event of every channel, by channel.
std::vector<EventContract> events_of(const Plan& plan);
EndpointContract contract_of(const Plan& plan, EndpointId id);
// Aggregates that the endpoints of a service show, each once, in order.
std::vector<AggregateId> shown_by(const Plan& plan, const std::vector<EndpointContract>& endpoints);
// Endpoints of the service that answer over HTTP, or over gRPC.
std::vector<EndpointContract> contracts_of(const Plan& plan, ServiceId service, bool grpc);

// An endpoint is deprecated when another of its service implements the same operation by the same
// protocol in a later version. `sunset`: the day of GenerateOptions after which it may be gone, or
// "".
struct Deprecation {
  bool deprecated = false;
  std::string instead;  // "place-order-2"
  std::string sunset;
  std::string text() const;  // "Deprecated: use place-order-2. May be gone after 2027-03-31."
};
Deprecation deprecation_of(const Plan& plan, EndpointId id);
// The highest "vN" among the endpoints, 1 without any: a contract's major version.
int major_version(const Plan& plan, const std::vector<EndpointContract>& contracts);

// Whether what is deployed can be followed by what is designed.
struct ContractChange {
  bool breaking = false;
  std::string element;            // "services.orders.endpoints.place-order"
  std::string text;               // "POST /orders is gone"
  std::vector<std::string> whom;  // services and actors that it breaks
};
std::vector<ContractChange> contract_changes(const Plan& before, const Plan& after);

}  // namespace scantling::generate
