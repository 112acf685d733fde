#include "generate/manifests.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>

#include "syntax/tree.h"

namespace scantling::generate {
namespace {

namespace fs = std::filesystem;

Value plain(std::string_view text) {
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  const bool numeric =
      !text.empty() && (text.front() == '-' || text.front() == '+' || text.front() == '.' ||
                        (text.front() >= '0' && text.front() <= '9'));
  if (!numeric) return text;
  std::string_view digits = text.front() == '+' ? text.substr(1) : text;
  const char* end = digits.data() + digits.size();
  std::int64_t whole = 0;
  if (const auto read = std::from_chars(digits.data(), end, whole);
      read.ec == std::errc{} && read.ptr == end)
    return whole;
  double number = 0;
  if (const auto read = std::from_chars(digits.data(), end, number);
      read.ec == std::errc{} && read.ptr == end && std::isfinite(number))
    return number;
  return text;
}

// As deep as the parser's limit allows.
Value value_of(const SyntaxTree& tree, NodeId id) {
  if (!id.valid()) return {};
  const Node& node = tree.node(id);
  switch (node.kind) {
    case NodeKind::Null: return {};
    case NodeKind::Scalar:
      return node.style == ScalarStyle::Plain ? plain(node.scalar) : Value(node.scalar);
    case NodeKind::Sequence: {
      Value out = Value::empty_list();
      for (int i = 0; i < node.count; ++i)
        out.add(value_of(tree, tree.item(node, i)));
      return out;
    }
    case NodeKind::Map: {
      std::vector<Entry> entries;
      entries.reserve(static_cast<std::size_t>(node.count));
      for (int i = 0; i < node.count; ++i) {
        const MapEntry& entry = tree.entry(node, i);
        entries.emplace_back(std::string(entry.key), value_of(tree, entry.value));
      }
      return Value::map_of(std::move(entries));
    }
  }
  return {};
}

std::string_view problem_text(const SyntaxProblem& problem) {
  switch (problem.kind) {
    case SyntaxProblem::Kind::DuplicateKey: return "a second field of this name";
    case SyntaxProblem::Kind::BadEncoding: return "is not UTF-8";
    case SyntaxProblem::Kind::TooDeep: return "nested more than 100 deep";
    case SyntaxProblem::Kind::TooManyNodes: return "more than 2,000,000 values";
    case SyntaxProblem::Kind::TooLarge: return "larger than 64 MiB";
    case SyntaxProblem::Kind::Tag: return "a YAML tag, which no manifest needs";
    default: break;
  }
  return problem.detail.empty() ? std::string_view("can't be read as YAML")
                                : std::string_view(problem.detail);
}

void add_document(Value document, std::vector<Value>& out) {
  const bool list = document.is_map() && document.text_at({"kind"}) == "List" &&
                    document.path({"items"}) != nullptr && document.path({"items"})->is_list();
  if (!list) {
    if (document.kind() != Value::Kind::Null) out.push_back(std::move(document));
    return;
  }
  for (const Value& item : document.path({"items"})->items())
    if (item.kind() != Value::Kind::Null) out.push_back(item);
}

bool wanted(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

}  // namespace

ManifestFile parse_manifests(std::string_view text) {
  ManifestFile out;
  Sources sources;
  const FileId file = sources.add("manifest", std::string(text));
  SyntaxLimits limits;
  limits.nodes = 2'000'000;
  limits.aliases = true;
  for (const SyntaxResult& result : parse_yaml_documents(sources, file, limits)) {
    for (const SyntaxProblem& problem : result.problems)
      if (out.problems.size() < 20)
        out.problems.push_back("line " +
                               std::to_string(sources.position(file, problem.span.begin).line) +
                               ": " + std::string(problem_text(problem)));
    if (result.tree.root().valid() && out.documents.size() < 20'000)
      add_document(value_of(result.tree, result.tree.root()), out.documents);
  }
  return out;
}

Expected<std::vector<std::string>> manifest_files(const std::vector<std::string>& paths) {
  std::vector<std::string> out;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      if (!fs::exists(path, error)) return fail("there is no file or folder '" + path + "'");
      out.push_back(path);
      continue;
    }
    fs::recursive_directory_iterator at(path, fs::directory_options::skip_permission_denied, error);
    if (error) return fail("cannot read the folder '" + path + "': " + error.message());
    for (; at != fs::recursive_directory_iterator(); at.increment(error)) {
      if (error) return fail("cannot read the folder '" + path + "': " + error.message());
      if (at->path().filename().string().starts_with('.')) {
        at.disable_recursion_pending();
        continue;
      }
      if (at->is_regular_file(error) && wanted(at->path())) out.push_back(at->path().string());
      if (out.size() > 20'000) return fail("'" + path + "' has more than 20,000 manifest files");
    }
  }
  std::ranges::sort(out);
  return out;
}

}  // namespace scantling::generate
