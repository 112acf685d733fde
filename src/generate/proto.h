// A service's gRPC interface: once as text, once as the descriptors that `protoc` makes of the
// text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "generate/contracts.h"

namespace scantling::generate {

struct ProtoField {
  std::string type;  // "string", "int32", "int64", "google.protobuf.Timestamp", a message's name
  std::string name;
  bool repeated = false;
};

struct ProtoMessage {
  std::string name, about;
  std::vector<ProtoField> fields;  // numbered from 1
};

struct ProtoMethod {
  EndpointId id;
  std::string name;  // takes NAMERequest, gives NAMEResponse
  std::string about, deprecation;
  bool idempotent = false;
};

struct ProtoService {
  std::string name;
  std::vector<ProtoMethod> methods;
};

struct ProtoFile {
  std::string path;  // from the folder that imports start at: "shop/orders/v1/orders.proto"
  std::string package, owner;
  bool timestamps = false;  // imports google/protobuf/timestamp.proto
  std::vector<ProtoService> services;
  std::vector<ProtoMessage> messages;

  const ProtoMessage* message(std::string_view name) const;
};

ProtoFile proto_file(const Plan& plan, ServiceId service,
                     const std::vector<EndpointContract>& contracts);
std::string proto_text(const ProtoFile& file);

// A FileDescriptorSet in the wire format, the file last: its bytes are those of
// `protoc --descriptor_set_out` (fields by number, json_name written out).
std::string proto_descriptors(const ProtoFile& file);

// A message with an example in each of its texts and messages: of a message inside only the first
// field, its identity. Numbers and the tokens of pages stay out.
struct ProtoSample {
  std::string bytes;               // wire format
  std::vector<std::string> texts;  // paths of what has an example: "$.order.order_id"
  std::vector<std::string> lists;  // "$.order_items"
};
ProtoSample proto_sample(const ProtoFile& file, const ProtoMessage& message);

std::string base64(std::string_view bytes);   // RFC 4648, section 4
std::string md5_hex(std::string_view bytes);  // RFC 1321: names descriptors, protects nothing

}  // namespace scantling::generate
