#include "generate/schema.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include <nlohmann/json.hpp>

#include "base/embedded.h"
#include "base/text.h"
#include "generate/cel.h"
#include "generate/pattern.h"
#include "generate/versions.h"

namespace scantling {
std::span<const EmbeddedFile> embedded_generate();
}

namespace scantling::generate {
namespace {

using nlohmann::json;

enum TypeBit : unsigned {
  kNull = 1,
  kBool = 2,
  kInt = 4,
  kNumber = 8,
  kText = 16,
  kList = 32,
  kMap = 64
};

struct Rule {
  CelExpression expression;
  std::string message;
};

struct Node {
  std::vector<Rule> rules;
  std::optional<Value> fallback;  // where an object says nothing
  bool rules_below = false;       // here or further down
  bool fills_below = false;       // further down something is filled in
  unsigned types = 0;             // 0: any
  bool closed = false;
  std::map<std::string, const Node*, std::less<>> fields;
  std::vector<std::string> required;
  const Node* others = nullptr;  // additionalProperties
  const Node* items = nullptr;
  std::vector<const Node*> any_of, one_of, all_of;
  const Node* negated = nullptr;
  std::vector<std::string> choices;
  std::optional<Pattern> pattern;
  std::string pattern_text;
  std::optional<double> least, most;
  std::optional<std::size_t> least_size, most_size;  // of texts, lists or maps
  std::vector<std::string> keys;                     // of a list that is a map
};

Value value_of(const json& from) {
  switch (from.type()) {
    case json::value_t::boolean: return Value(from.get<bool>());
    case json::value_t::number_integer:
    case json::value_t::number_unsigned: return Value(from.get<std::int64_t>());
    case json::value_t::number_float: return Value(from.get<double>());
    case json::value_t::string: return Value(from.get<std::string>());
    case json::value_t::array: {
      Value out = Value::empty_list();
      for (const json& each : from)
        out.add(value_of(each));
      return out;
    }
    case json::value_t::object: {
      Value out = Value::empty_map();
      for (const auto& [key, each] : from.items())
        out.set(key, value_of(each));
      return out;
    }
    default: return {};
  }
}

class Compiler {
 public:
  Compiler() : definitions_(json::parse(file("schemas/kubernetes/definitions.json"))) {
    const json kinds = json::parse(file("schemas/kubernetes/kinds.json"));
    for (const auto& [kind, name] : kinds.items())
      kinds_.emplace(kind, name.get<std::string>());
  }

  const Node* of(const std::string& key, std::string_view api_version, std::string_view kind) {
    const std::scoped_lock lock(mutex_);
    const auto known = roots_.find(key);
    if (known != roots_.end()) return known->second;
    const Node* out = nullptr;
    if (const auto builtin = kinds_.find(key); builtin != kinds_.end()) {
      out = definition(builtin->second);
    } else if (const std::string_view text = custom(api_version, kind); !text.empty()) {
      Node* root = make(json::parse(text));
      root->closed = true;
      root->fields["metadata"] = definition("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
      for (const char* name : {"apiVersion", "kind"})
        root->fields.try_emplace(name, &any_);
      out = root;
    }
    roots_[key] = out;
    return out;
  }

  bool knows(const std::string& key, std::string_view api_version, std::string_view kind) const {
    return kinds_.contains(key) || !custom(api_version, kind).empty();
  }

 private:
  static std::string_view file(std::string_view name) {
    for (const EmbeddedFile& each : embedded_generate())
      if (each.name == name) return each.text;
    return {};
  }

  static std::string_view custom(std::string_view api_version, std::string_view kind) {
    const std::size_t slash = api_version.find('/');
    if (slash == std::string_view::npos) return {};
    return file("schemas/crds/" + std::string(api_version.substr(0, slash)) + "/" + lower(kind) +
                "_" + std::string(api_version.substr(slash + 1)) + ".json");
  }

  const Node* definition(const std::string& name) {
    const auto known = defined_.find(name);
    if (known != defined_.end()) return known->second;
    nodes_.push_back(std::make_unique<Node>());
    Node* out = nodes_.back().get();
    defined_[name] = out;
    fill(*out, definitions_["definitions"][name]);
    return out;
  }

  Node* make(const json& schema) {
    nodes_.push_back(std::make_unique<Node>());
    Node* out = nodes_.back().get();
    fill(*out, schema);
    return out;
  }

  const Node* sub(const json& schema) {
    if (schema.is_object() && schema.contains("$ref")) {
      const std::string ref = schema["$ref"];
      return definition(ref.substr(ref.rfind('/') + 1));
    }
    return make(schema);
  }

  static unsigned type_bits(const json& type) {
    unsigned out = 0;
    if (type.is_array()) {
      for (const json& each : type)
        out |= type_bits(each);
      return out;
    }
    const std::string name = type;
    if (name == "null") return kNull;
    if (name == "boolean") return kBool;
    if (name == "integer") return kInt;
    if (name == "number") return kInt | kNumber;
    if (name == "string") return kText;
    if (name == "array") return kList;
    return kMap;
  }

  void fill(Node& out, const json& schema) {
    if (!schema.is_object()) return;
    if (schema.contains("$ref")) {
      out.all_of.push_back(sub(schema));
      return;
    }
    const bool either = schema.value("x-kubernetes-int-or-string", false);
    if (schema.contains("type") && !either) out.types = type_bits(schema["type"]);
    if (either) out.types = kInt | kText;
    fill_map(out, schema);
    if (schema.contains("items")) out.items = sub(schema["items"]);
    for (const auto& [key, list] :
         {std::pair<const char*, std::vector<const Node*>*>{"anyOf", &out.any_of},
          {"oneOf", &out.one_of},
          {"allOf", &out.all_of}})
      if (schema.contains(key))
        for (const json& each : schema[key])
          list->push_back(sub(each));
    if (schema.contains("not")) out.negated = sub(schema["not"]);
    fill_limits(out, schema);
    fill_rules(out, schema);
  }

  static void fill_rules(Node& out, const json& schema) {
    if (schema.contains("default")) out.fallback = value_of(schema["default"]);
    if (schema.contains("x-kubernetes-validations"))
      for (const json& rule : schema["x-kubernetes-validations"])
        out.rules.push_back({CelExpression(rule.value("rule", "")), rule.value("message", "")});
    out.rules_below = !out.rules.empty();
    const auto look = [&](const Node* part) {
      out.rules_below = out.rules_below || part->rules_below;
      out.fills_below = out.fills_below || part->fills_below || part->fallback.has_value();
    };
    for (const auto& [name, field] : out.fields)
      look(field);
    if (out.items != nullptr) look(out.items);
    if (out.others != nullptr) look(out.others);
  }

  void fill_map(Node& out, const json& schema) {
    if (schema.contains("properties"))
      for (const auto& [name, field] : schema["properties"].items())
        out.fields[name] = sub(field);
    if (schema.contains("required") && schema["required"].is_array())
      for (const json& name : schema["required"])
        out.required.push_back(name);
    if (schema.contains("additionalProperties")) {
      const json& others = schema["additionalProperties"];
      if (others.is_boolean())
        out.closed = !others.get<bool>();
      else
        out.others = sub(others);
    }
    if (schema.value("x-kubernetes-preserve-unknown-fields", false)) out.closed = false;
    if (schema.contains("x-kubernetes-list-map-keys"))
      for (const json& key : schema["x-kubernetes-list-map-keys"])
        out.keys.push_back(key);
  }

  static void fill_limits(Node& out, const json& schema) {
    if (schema.contains("enum"))
      for (const json& each : schema["enum"])
        out.choices.push_back(each.is_string() ? each.get<std::string>() : each.dump());
    if (schema.contains("pattern")) {
      out.pattern_text = schema["pattern"];
      out.pattern = Pattern::parse(out.pattern_text);
    }
    const auto number = [&](const char* key, std::optional<double>& to) {
      if (schema.contains(key) && schema[key].is_number()) to = schema[key].get<double>();
    };
    const auto size = [&](const char* key, std::optional<std::size_t>& to) {
      if (schema.contains(key)) to = schema[key].get<std::size_t>();
    };
    number("minimum", out.least);
    number("maximum", out.most);
    for (const char* key : {"minLength", "minItems", "minProperties"})
      size(key, out.least_size);
    for (const char* key : {"maxLength", "maxItems", "maxProperties"})
      size(key, out.most_size);
  }

  json definitions_;
  std::map<std::string, std::string, std::less<>> kinds_;
  std::map<std::string, const Node*, std::less<>> roots_, defined_;
  std::vector<std::unique_ptr<Node>> nodes_;
  Node any_;
  std::mutex mutex_;
};

Compiler& compiler() {
  static Compiler only;
  return only;
}

class Checker {
 public:
  std::vector<SchemaProblem> take() { return std::move(problems_); }

  void check(const Node& node, const Value& value) {
    if (problems_.size() >= 20) return;
    if (value.kind() == Value::Kind::Null) return;
    if (!right_type(node, value)) {
      complain("a " + std::string(kind_text(value)) + " is not allowed here" + wanted(node));
      return;
    }
    check_choice(node, value);
    switch (value.kind()) {
      case Value::Kind::String: check_text(node, value.text()); break;
      case Value::Kind::Integer: check_number(node, static_cast<double>(value.integer())); break;
      case Value::Kind::Number: check_number(node, value.number()); break;
      case Value::Kind::List: check_list(node, value); break;
      case Value::Kind::Map: check_map(node, value); break;
      default: break;
    }
    check_combinations(node, value);
  }

 private:
  void complain(std::string text) { problems_.push_back({path_, std::move(text)}); }

  static std::string_view kind_text(const Value& value) {
    switch (value.kind()) {
      case Value::Kind::Bool: return "boolean";
      case Value::Kind::Integer:
      case Value::Kind::Number: return "number";
      case Value::Kind::String: return "text";
      case Value::Kind::List: return "list";
      default: return "map";
    }
  }

  static std::string wanted(const Node& node) {
    constexpr std::pair<unsigned, const char*> kNames[] = {{kText, "a text"},
                                                           {kInt, "a whole number"},
                                                           {kBool, "true or false"},
                                                           {kList, "a list"},
                                                           {kMap, "a map"}};
    std::vector<std::string> out;
    for (const auto& [bit, name] : kNames)
      if ((node.types & bit) != 0) out.emplace_back(name);
    return out.empty() ? "" : "; it takes " + enumerate(out, "or");
  }

  static bool right_type(const Node& node, const Value& value) {
    if (node.types == 0) return true;
    unsigned bit = kMap;
    switch (value.kind()) {
      case Value::Kind::Null: return true;
      case Value::Kind::Bool: bit = kBool; break;
      case Value::Kind::Integer: bit = kInt; break;
      case Value::Kind::Number:
        bit = value.number() == std::floor(value.number()) ? kInt | kNumber : kNumber;
        break;
      case Value::Kind::String: bit = kText; break;
      case Value::Kind::List: bit = kList; break;
      case Value::Kind::Map: break;
    }
    return (node.types & bit) != 0;
  }

  void check_choice(const Node& node, const Value& value) {
    if (node.choices.empty() || value.is_map() || value.is_list()) return;
    const std::string text = value.is_string() ? value.text()
                             : value.kind() == Value::Kind::Bool
                                 ? std::string(value.boolean() ? "true" : "false")
                                 : std::to_string(value.integer());
    if (std::ranges::find(node.choices, text) != node.choices.end()) return;
    std::string problem =
        "'" + text.substr(0, 80) + "' is not one of " +
        enumerate(std::vector<std::string>(
                      node.choices.begin(),
                      node.choices.begin() + static_cast<std::ptrdiff_t>(
                                                 std::min<std::size_t>(8, node.choices.size()))),
                  "or");
    if (const auto near = text.size() > 80 ? std::nullopt : nearest(text, node.choices))
      problem += "; did you mean '" + *near + "'?";
    complain(std::move(problem));
  }

  void check_size(const Node& node, std::size_t size, const char* what) {
    if (node.least_size && size < *node.least_size)
      complain("has " + std::to_string(size) + " " + what + ", at least " +
               std::to_string(*node.least_size) + " needed");
    if (node.most_size && size > *node.most_size)
      complain("has " + std::to_string(size) + " " + what + ", at most " +
               std::to_string(*node.most_size) + " allowed");
  }

  void check_text(const Node& node, const std::string& text) {
    check_size(node, text.size(), "characters");
    if (node.pattern && text.size() <= 65'536 && !node.pattern->found_in(text))
      complain("'" + text.substr(0, 80) + "' does not match " + node.pattern_text.substr(0, 120));
  }

  void check_number(const Node& node, double number) {
    if (node.least && number < *node.least)
      complain("is below " + std::to_string(static_cast<std::int64_t>(*node.least)));
    if (node.most && number > *node.most)
      complain("is above " + std::to_string(static_cast<std::int64_t>(*node.most)));
  }

  template <class Visit>
  void at(const std::string& step, Visit&& visit) {
    const std::size_t before = path_.size();
    if (!path_.empty() && step.front() != '[') path_ += '.';
    path_ += step;
    visit();
    path_.resize(before);
  }

  void check_list(const Node& node, const Value& value) {
    check_size(node, value.size(), "items");
    if (node.items != nullptr)
      for (std::size_t i = 0; i < value.size(); ++i)
        at("[" + std::to_string(i) + "]", [&] { check(*node.items, value.at(i)); });
    if (node.keys.empty()) return;
    std::set<std::string> seen;
    for (std::size_t i = 0; i < value.size(); ++i) {
      std::string key;
      for (const std::string& name : node.keys) {
        const Value* part = value.at(i).find(name);
        // A port without a protocol is TCP: the API server's default.
        key += part == nullptr     ? std::string(name == "protocol" ? "TCP" : "")
               : part->is_string() ? part->text()
                                   : std::to_string(part->integer());
        key += '/';
      }
      key.pop_back();
      if (!seen.insert(key).second)
        at("[" + std::to_string(i) + "]", [&] {
          complain("is a second '" + key + "': the list is a map by " + join(node.keys, ", "));
        });
    }
  }

  void check_map(const Node& node, const Value& value) {
    check_size(node, value.size(), "fields");
    for (std::size_t i = 0; i < value.size(); ++i) {
      const std::string& key = value.keys()[i];
      const auto known = node.fields.find(key);
      const Node* field = known != node.fields.end() ? known->second : node.others;
      if (field != nullptr) {
        at(key, [&] { check(*field, value.at(i)); });
      } else if (node.closed) {
        std::vector<std::string> names;
        for (const auto& [name, unused] : node.fields)
          names.push_back(name);
        std::string text = "there is no such field";
        if (const auto near = key.size() > 80 ? std::nullopt : nearest(key, names))
          text += "; did you mean '" + *near + "'?";
        at(key.substr(0, 80), [&] { complain(std::move(text)); });
      }
    }
    for (const std::string& name : node.required) {
      const Value* field = value.find(name);
      if (field == nullptr || field->kind() == Value::Kind::Null)
        complain("'" + name + "' is missing");
    }
  }

  static bool fits(const Node& node, const Value& value) {
    Checker inner;
    inner.check(node, value);
    return inner.problems_.empty();
  }

  void check_combinations(const Node& node, const Value& value) {
    for (const Node* each : node.all_of)
      check(*each, value);
    const auto fitting = [&](const std::vector<const Node*>& nodes) {
      return std::ranges::count_if(nodes, [&](const Node* each) { return fits(*each, value); });
    };
    if (!node.any_of.empty() && fitting(node.any_of) == 0) complain(none_fits(node.any_of));
    if (!node.one_of.empty()) {
      const auto n = fitting(node.one_of);
      if (n == 0) complain(none_fits(node.one_of));
      if (n > 1) complain("fits several alternatives of which one is allowed");
    }
    if (node.negated != nullptr && fits(*node.negated, value))
      complain("has fields that exclude each other");
  }

  static std::string none_fits(const std::vector<const Node*>& nodes) {
    std::vector<std::string> needs;
    for (const Node* each : nodes)
      if (!each->required.empty()) needs.push_back("'" + join(each->required, "' and '") + "'");
    if (needs.empty()) return "fits none of the forms that are allowed here";
    return "needs " + enumerate(needs, "or");
  }

  std::string path_;
  std::vector<SchemaProblem> problems_;
};

// Asks the rules of an object whose shape is right.
class RuleChecker {
 public:
  explicit RuleChecker(SchemaRules& rules) : rules_(rules) {}
  std::vector<SchemaProblem> take() { return std::move(problems_); }

  // Fills in defaults on the way down, as the API server does before it asks.
  void check(const Node& node, Value& value) {
    if (!(node.rules_below || node.fills_below) || value.kind() == Value::Kind::Null) return;
    if (value.is_map()) {
      for (const auto& [name, field] : node.fields)
        if (field->fallback && value.find(name) == nullptr) value.set(name, *field->fallback);
      const std::vector<std::string> keys = value.keys();
      for (const std::string& key : keys) {
        const auto known = node.fields.find(key);
        const Node* field = known != node.fields.end() ? known->second : node.others;
        if (field != nullptr) at(key, *field, value[key]);
      }
    }
    if (value.is_list() && node.items != nullptr &&
        (node.items->rules_below || node.items->fills_below)) {
      Value out = Value::empty_list();
      for (std::size_t i = 0; i < value.size(); ++i) {
        Value item = value.at(i);
        at("[" + std::to_string(i) + "]", *node.items, item);
        out.add(std::move(item));
      }
      value = std::move(out);
    }
    for (const Rule& rule : node.rules)
      ask(rule, value);
  }

 private:
  void at(const std::string& step, const Node& node, Value& value) {
    const std::size_t before = path_.size();
    if (!path_.empty() && step.front() != '[') path_ += '.';
    path_ += step;
    check(node, value);
    path_.resize(before);
  }

  void ask(const Rule& rule, const Value& value) {
    if (rule.expression.of_changes()) {
      ++rules_.about_changes;
      return;
    }
    const CelVerdict verdict = rule.expression.evaluate("self", value);
    if (verdict == CelVerdict::Unknown) {
      rules_.unknown.push_back(rule.expression.text());
      return;
    }
    ++rules_.asked;
    if (verdict == CelVerdict::Holds || problems_.size() >= 20) return;
    problems_.push_back(
        {path_, "breaks the rule " + (rule.message.empty() ? rule.expression.text().substr(0, 200)
                                                           : "'" + rule.message + "'")});
  }

  SchemaRules& rules_;
  std::string path_;
  std::vector<SchemaProblem> problems_;
};

std::string key_of(std::string_view api_version, std::string_view kind) {
  return std::string(api_version) + "/" + std::string(kind);
}

}  // namespace

bool has_schema(std::string_view given, std::string_view kind) {
  const std::string api_version = schema_version(given, kind);
  return compiler().knows(key_of(api_version, kind), api_version, kind);
}

std::vector<SchemaProblem> check_schema(const Value& object, SchemaRules* rules) {
  const std::string_view kind = object.text_at({"kind"});
  const std::string api_version = schema_version(object.text_at({"apiVersion"}), kind);
  if (!has_schema(api_version, kind)) return {};
  const Node* node = compiler().of(key_of(api_version, kind), api_version, kind);
  Checker checker;
  checker.check(*node, object);
  std::vector<SchemaProblem> problems = checker.take();
  if (!problems.empty() || !node->rules_below) return problems;
  SchemaRules unasked;
  RuleChecker asker(rules == nullptr ? unasked : *rules);
  Value filled = object;
  asker.check(*node, filled);
  return asker.take();
}

}  // namespace scantling::generate
