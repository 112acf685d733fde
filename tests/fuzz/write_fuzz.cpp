// Whatever the strings: a document written with them reads back as the same strings. The input is
// cut at its NUL bytes.
#include <string>

#include "base/text.h"
#include "fuzz.h"
#include "syntax/tree.h"
#include "syntax/write.h"

namespace scantling {
namespace {

void write_yaml(YamlWriter& yaml, const std::vector<std::string>& strings, Layout layout) {
  yaml.begin_map(layout);
  for (std::size_t i = 0; i < strings.size(); ++i) {
    yaml.key(std::to_string(i) + "-" + strings[i]);
    if (i % 3 == 0) {
      yaml.string(strings[i]);
    } else if (i % 3 == 1) {
      yaml.value(strings[i]);
    } else {
      yaml.begin_sequence();
      yaml.string(strings[i]);
      yaml.end();
    }
    if (layout == Layout::Block) yaml.remark(strings[i]);
  }
  yaml.end();
}

void write_json(JsonWriter& json, const std::vector<std::string>& strings) {
  json.begin_object();
  for (std::size_t i = 0; i < strings.size(); ++i) {
    json.key(std::to_string(i) + "-" + strings[i]);
    if (i % 3 == 2) json.begin_array();
    json.string(strings[i]);
    if (i % 3 == 2) json.end();
  }
  json.end();
}

void check(const std::string& text, const std::vector<std::string>& strings) {
  Sources sources;
  const SyntaxResult result = parse_yaml(sources, sources.add("written", text));
  REQUIRE(result.problems.empty());
  const SyntaxTree& tree = result.tree;
  const Node& root = tree.node(tree.root());
  REQUIRE(root.kind == NodeKind::Map && static_cast<std::size_t>(root.count) == strings.size());
  for (std::size_t i = 0; i < strings.size(); ++i) {
    const MapEntry& entry = tree.entry(root, static_cast<int>(i));
    REQUIRE(entry.key == std::to_string(i) + "-" + strings[i]);
    const Node* value = &tree.node(entry.value);
    if (i % 3 == 2) value = &tree.node(tree.item(*value, 0));
    REQUIRE(value->kind == NodeKind::Scalar && value->scalar == strings[i]);
  }
}

}  // namespace
}  // namespace scantling

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace scantling;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  if (!valid_utf8(all)) return 0;
  std::vector<std::string> strings;
  bool long_key = false;
  for (const std::string_view part : split(all, '\0')) {
    strings.emplace_back(part);
    long_key = long_key || part.size() > 150;  // over 1024 characters with every one escaped
  }
  for (const Layout layout : {Layout::Block, Layout::Flow}) {
    YamlWriter yaml;
    write_yaml(yaml, strings, layout);
    check(yaml.take(), strings);
  }
  JsonWriter json(static_cast<int>(size % 3));
  write_json(json, strings);
  if (!long_key) check(json.take(), strings);
  return 0;
}
