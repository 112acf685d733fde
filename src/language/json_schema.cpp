// The language as a JSON Schema (draft 2020-12), from the table. Objects are closed.
#include <map>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "language/language.h"
#include "language/types.h"

namespace scantling {
namespace {

using Json = nlohmann::ordered_json;

// "set of constraints" -> "set-of-constraints"
std::string definition_name(std::string_view name) {
  return replace_all(name, " ", "-");
}

Json reference(std::string_view name) {
  return Json{{"$ref", "#/$defs/" + definition_name(name)}};
}

class SchemaWriter {
 public:
  Json run() {
    const StructType& root = root_structure();
    Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                   {"$id", "urn:scantling:model:1"},
                   {"title", "scantling model"},
                   {"description", std::string(root.about)}};
    schema.update(object(root));
    Json definitions = Json::object();
    // Describing one may ask for more.
    while (!pending_.empty()) {
      std::map<std::string, Pending> batch;
      batch.swap(pending_);
      for (const auto& [name, what] : batch)
        done_[name] = what.type != nullptr ? scalar(*what.type) : structure(*what.structure);
      for (const auto& item : done_)
        pending_.erase(item.first);
    }
    for (const auto& [name, definition] : done_)
      definitions[name] = definition;
    schema["$defs"] = definitions;
    return schema;
  }

 private:
  struct Pending {
    const Type* type = nullptr;
    const StructType* structure = nullptr;
  };

  Json ask(std::string_view name, Pending what) {
    const std::string key = definition_name(name);
    if (!done_.contains(key)) pending_.emplace(key, what);
    return reference(name);
  }

  Json scalar(const Type& type) {
    if (type.kind == TypeKind::Custom) {
      Json custom = Json::parse(type.custom.schema);
      if (!type.forms.empty()) custom["description"] = std::string(type.forms);
      // What its text names is defined too.
      if (&type == &time_law_type) ask(duration_type.name, {&duration_type, nullptr});
      return custom;
    }
    Json text = {{"type", "string"}};
    if (!type.pattern.empty()) text["pattern"] = std::string(type.pattern);
    Json out;
    if (type.json == "string" || type.json == "boolean") {
      out = type.json == "boolean" ? Json{{"type", "boolean"}} : text;
    } else {
      // A plain number is one for every YAML reader: `size: 8`.
      Json number = {{"type", std::string(type.json)}, {"minimum", 0}};
      out = type.pattern.empty() ? number : Json{{"oneOf", Json::array({number, text})}};
    }
    if (!type.forms.empty()) out["description"] = std::string(type.forms);
    out["examples"] = Json::array({std::string(type.example)});
    if (type.json == "boolean") out.erase("examples");
    return out;
  }

  Json structure(const StructType& type) {
    Json map = object(type);
    if (type.read_text == nullptr) {
      map["description"] = std::string(type.about);
      return map;
    }
    Json text = {{"type", Json::array({"string", "integer"})}};
    text["pattern"] = std::string(type.text_pattern);
    text["description"] = std::string(type.text_forms);
    return Json{{"description", std::string(type.about)}, {"oneOf", Json::array({text, map})}};
  }

  Json object(const StructType& type) {
    Json properties = Json::object();
    Json required = Json::array();
    const auto add = [&](const Entry& entry) {
      properties[std::string(entry.key)] = property(entry);
      if (entry.required) required.push_back(std::string(entry.key));
    };
    for (const Entry& entry : type.entries)
      add(entry);
    if (type.flat != nullptr)
      for (const Entry& entry : type.flat().entries)
        add(entry);
    Json out = {{"type", "object"}, {"properties", properties}};
    if (!required.empty()) out["required"] = required;
    out["additionalProperties"] = false;
    if (type.other_type != nullptr) {
      out["additionalProperties"] = value(*type.other_type);
      out["additionalProperties"]["description"] = std::string(type.other_about);
    }
    return out;
  }

  Json property(const Entry& entry) {
    Json out = value(*entry.type);
    std::string about(entry.about);
    if (!entry.otherwise.empty()) about += "; default: " + std::string(entry.otherwise);
    out["description"] = about;
    return out;
  }

  Json value(const Type& type) {
    switch (type.kind) {
      case TypeKind::Scalar:
      case TypeKind::Custom:
        return &type == &text_type ? Json{{"type", Json::array({"string", "number", "boolean"})}}
                                   : ask(type.name, {&type, nullptr});
      case TypeKind::Reference: return Json{{"type", Json::array({"string", "number", "boolean"})}};
      case TypeKind::Struct: return ask(type.structure().name, {nullptr, &type.structure()});
      case TypeKind::Enum: {
        Json names = Json::array();
        for (const std::string_view name : type.names)
          names.push_back(std::string(name));
        return Json{{"enum", names}};
      }
      case TypeKind::Named: {
        const StructType& item = type.structure();
        // `a:` with nothing behind it is an element without keys.
        Json element = {
            {"oneOf", Json::array({ask(item.name, {nullptr, &item}), Json{{"type", "null"}}})}};
        return Json{{"type", Json::array({"object", "null"})}, {"additionalProperties", element}};
      }
      case TypeKind::List: return list(type);
    }
    return Json::object();
  }

  // A single text stands for a list of one.
  Json list(const Type& type) {
    const Json item = value(*type.item);
    const Json array = {{"type", "array"}, {"items", item}};
    if (type.item->kind == TypeKind::Struct && type.item->structure().read_text == nullptr)
      return array;
    if (type.item->kind == TypeKind::List) return Json{{"anyOf", Json::array({array, item})}};
    return Json{{"anyOf", Json::array({array, item})}};
  }

  std::map<std::string, Pending> pending_;
  std::map<std::string, Json> done_;
};

}  // namespace

std::string json_schema() {
  return SchemaWriter().run().dump(2) + "\n";
}

}  // namespace scantling
