// The events as Avro and as JSON Schema, a file an event: what a schema registry takes.
#include <set>

#include "generate/contracts.h"
#include "generate/names.h"
#include "generate/target.h"

namespace scantling::generate {
namespace {

Value avro_type(FieldType type) {
  switch (type) {
    case FieldType::Time: return map({{"type", "long"}, {"logicalType", "timestamp-millis"}});
    case FieldType::Key: return map({{"type", "string"}, {"logicalType", "uuid"}});
    case FieldType::Count: return "long";
    case FieldType::Id: break;
  }
  return "string";
}

// A field that comes later needs a default, or readers of old messages fail: the identities are
// there from the start.
Value avro(const Plan& plan, const EventContract& event) {
  Value fields = Value::empty_list();
  for (const ContractField& field : event.message.fields)
    fields.add(map(
        {{"name", camel_name(field.name)}, {"type", avro_type(field.type)}, {"doc", field.about}}));
  return map({{"type", "record"},
              {"name", event.message.name},
              {"namespace", snake_name(plan.system()) + ".events.v1"},
              {"doc", event.message.about},
              {"fields", std::move(fields)}});
}

Value json_schema(const Plan& plan, const EventContract& event) {
  Value properties = Value::empty_map(), required = Value::empty_list();
  for (const ContractField& field : event.message.fields) {
    Value type = map({{"description", field.about},
                      {"type", field.type == FieldType::Count ? "integer" : "string"}});
    if (field.type == FieldType::Time) type.set("format", "date-time");
    if (field.type == FieldType::Key) type.set("format", "uuid");
    properties.set(camel_name(field.name), std::move(type));
    required.add(camel_name(field.name));
  }
  return map({{"$schema", "https://json-schema.org/draft/2020-12/schema"},
              {"$id", "https://schemas." + plan.options().domain + "/" + plan.system() + "/" +
                          dns_label(event.message.name) + "-v1.json"},
              {"title", event.message.name},
              {"description", event.message.about},
              {"type", "object"},
              {"properties", std::move(properties)},
              {"required", std::move(required)}});
}

}  // namespace

void target_schemas(const Plan& plan, Output& out) {
  std::set<std::string> done;
  for (const EventContract& event : events_of(plan)) {
    const std::string name = dns_label(event.message.name);
    if (!done.insert(name).second) continue;
    out.add("contracts/avro/" + name + "-v1.avsc", to_json(avro(plan, event)));
    out.add("contracts/json-schema/" + name + "-v1.json", to_json(json_schema(plan, event)));
  }
}

}  // namespace scantling::generate
