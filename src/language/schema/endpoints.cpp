// Endpoints and sagas.
#include "base/text.h"
#include "language/kinds.h"
#include "language/reader.h"
#include "language/table.h"
#include "language/writer.h"

namespace scantling {

namespace {

const Endpoint& endpoint_of(const void* owner) {
  return *static_cast<const Endpoint*>(owner);
}

// The provenance of the key that implies the protocol, or nullptr.
const Provenance* implied_by(const Endpoint& e) {
  if (!e.protocol) return nullptr;
  switch (*e.protocol) {
    case Protocol::Http: return e.http ? &e.http.from : nullptr;
    case Protocol::Grpc: return e.grpc ? &e.grpc.from : nullptr;
    case Protocol::Graphql: return e.graphql ? &e.graphql.from : nullptr;
    case Protocol::Websocket: return e.websocket ? &e.websocket.from : nullptr;
    case Protocol::Consumes: return e.consumes ? &e.consumes.from : nullptr;
    case Protocol::Every: return e.every ? &e.every.from : nullptr;
  }
  return nullptr;
}

// `http: POST /orders` says the protocol: it is written apart only where its origin differs.
bool protocol_is_said(const void* owner) {
  const Endpoint& e = endpoint_of(owner);
  const Provenance* by = implied_by(e);
  return by == nullptr || by->origin != e.protocol.from.origin ||
         by->decision != e.protocol.from.decision;
}

void finish_endpoint(Reader& reader, const Place&, void* object) {
  auto& e = *static_cast<Endpoint*>(object);
  struct Sugar {
    Protocol protocol;
    const Provenance* from;
  };
  const Sugar sugars[] = {
      {Protocol::Http, &e.http.from},         {Protocol::Grpc, &e.grpc.from},
      {Protocol::Graphql, &e.graphql.from},   {Protocol::Websocket, &e.websocket.from},
      {Protocol::Consumes, &e.consumes.from}, {Protocol::Every, &e.every.from}};
  const Sugar* first = nullptr;
  for (const Sugar& sugar : sugars) {
    if (sugar.from->origin == Origin::Absent) continue;
    if (first != nullptr) {
      reader.contradiction(
          sugar.from->span,
          "endpoint " + e.name + " has both `" + std::string(to_text_enum(first->protocol)) +
              "` and `" + std::string(to_text_enum(sugar.protocol)) + "`",
          "an endpoint is asked in one way; a second way is an endpoint of its own");
      return;
    }
    first = &sugar;
  }
  if (first == nullptr) return;
  if (e.protocol && *e.protocol != first->protocol) {
    reader.contradiction(e.protocol.from.span,
                         "protocol " + std::string(to_text_enum(*e.protocol)) + ", but `" +
                             std::string(to_text_enum(first->protocol)) + "` is given",
                         "an endpoint is asked in one way");
    return;
  }
  if (!e.protocol) e.protocol = {first->protocol, *first->from};
}

SagaStep& saga_step(void* owner) {
  return *static_cast<SagaStep*>(owner);
}
const SagaStep& saga_step(const void* owner) {
  return *static_cast<const SagaStep*>(owner);
}

bool read_target(Reader& reader, const Place& place, std::string& target, EndpointId& endpoint) {
  std::string_view text;
  if (!reader.text_of(place, "an endpoint: inventory.reserve", text)) return false;
  target = std::string(text);
  reader.pend(Pending::What::Endpoint, RefKind::Service, text, reader.at(place.value).span,
              &endpoint);
  return true;
}

Out write_target(const Writer& writer, const std::string& target, EndpointId endpoint) {
  if (!target.empty()) return Out::string(target);
  return endpoint.valid() ? Out::string(endpoint_name(writer.model(), endpoint)) : Out::none();
}

}  // namespace

void align_protocol(Endpoint& endpoint) {
  const Provenance* by = implied_by(endpoint);
  if (by != nullptr && by->span == endpoint.protocol.from.span) endpoint.protocol.from = *by;
}

SCANTLING_STRUCTURE(Endpoint) {
  static constexpr Entry kEntries[] = {
      field<&Endpoint::summary>("summary", "a sentence about it").eg("Takes an order"),
      field<&Endpoint::http>("http", "method and path").eg("POST /orders"),
      field<&Endpoint::grpc>("grpc", "service and method").eg("Catalog/Quote"),
      field<&Endpoint::graphql>("graphql", "field of the schema").eg("Query.products"),
      field<&Endpoint::websocket>("websocket", "path").eg("/prices"),
      field<&Endpoint::consumes>("consumes", "channel that it takes messages from")
          .eg("orders.events"),
      field<&Endpoint::events>("events", "consumes: only these")
          .eg("[OrderPlaced]")
          .by_default("all"),
      field<&Endpoint::every>("every", "how often a schedule starts it").eg("5min"),
      field<&Endpoint::protocol>("protocol", "how it is asked")
          .when(protocol_is_said)
          .eg("http")
          .by_default("follows from http, grpc, graphql, websocket, consumes or every"),
      field<&Endpoint::implements>("implements", "operation").eg("place-order"),
      field<&Endpoint::idempotent>("idempotent", "whether asking twice is harmless")
          .eg("by key")
          .by_default("no"),
      field<&Endpoint::version>("version", "of its contract").eg("v1"),
      field<&Endpoint::concurrency>("concurrency", "consumes: messages in progress per instance")
          .eg("8"),
      field<&Endpoint::prefetch>("prefetch", "consumes: messages fetched ahead").eg("16"),
      field<&Endpoint::priority>("priority", "0 is shed first").eg("2").by_default("1"),
      field<&Endpoint::steps>("steps", "what it does, in order")
          .eg("[work: 2ms, read: orders-db, call: catalog.quote]"),
  };
  static constexpr StructType kType{.name = "endpoint",
                                    .about = "Something that a service answers to",
                                    .entries = kEntries,
                                    .finish = finish_endpoint};
  return kType;
}

SCANTLING_STRUCTURE(SagaStep) {
  static constexpr Entry kEntries[] = {
      own_entry("do", "endpoint that does it", text_type,
                {[](Reader& reader, const Place& place, void* owner) {
                   SagaStep& step = saga_step(owner);
                   return read_target(reader, place, step.do_target, step.do_endpoint);
                 },
                 [](const Writer& writer, const void* owner) {
                   const SagaStep& step = saga_step(owner);
                   return write_target(writer, step.do_target, step.do_endpoint);
                 }})
          .eg("inventory.reserve")
          .needed(),
      own_entry("undo", "endpoint that takes it back", text_type,
                {[](Reader& reader, const Place& place, void* owner) {
                   SagaStep& step = saga_step(owner);
                   return read_target(reader, place, step.undo_target, step.undo_endpoint);
                 },
                 [](const Writer& writer, const void* owner) {
                   const SagaStep& step = saga_step(owner);
                   return write_target(writer, step.undo_target, step.undo_endpoint);
                 }})
          .eg("inventory.release"),
      field<&SagaStep::timeout>("timeout", "until it is tried again, or given up").eg("5s"),
      field<&SagaStep::attempts>("attempts", "in all").eg("3"),
      field<&SagaStep::pivot>("pivot", "after it the saga only goes forward").eg("true"),
      field<&SagaStep::tombstone>("tombstone", "an undo that comes first bars the step").eg("true"),
      field<&SagaStep::semantic_lock>("semantic-lock",
                                      "what it changed is marked pending until the saga has ended")
          .eg("true"),
  };
  static constexpr StructType kType{.name = "saga step",
                                    .about = "A local transaction and what takes it back",
                                    .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(Saga) {
  static constexpr Entry kEntries[] = {
      field<&Saga::summary>("summary", "a sentence about it").eg("Pays for and confirms an order"),
      field<&Saga::style>("style", "who leads").eg("orchestrated"),
      field<&Saga::coordinator>("coordinator", "service that leads").eg("orders"),
      field<&Saga::implements>("implements", "operation").eg("place-order"),
      field<&Saga::within>("within", "how long it may take in all").eg("5min"),
      field<&Saga::durable>("durable", "the coordinator's log survives it")
          .eg("true")
          .by_default("true"),
      field<&Saga::steps>("steps", "in order")
          .eg("[{ do: inventory.reserve, undo: inventory.release }]"),
  };
  static constexpr StructType kType{
      .name = "saga",
      .about = "Local transactions that together happen, or are taken back",
      .entries = kEntries};
  return kType;
}

}  // namespace scantling
