#include "language/load.h"

#include <algorithm>
#include <unordered_map>

#include "base/text.h"
#include "language/kinds.h"
#include "language/reader.h"
#include "language/schema.h"

namespace scantling {

bool is_plain_relative(std::string_view path) {
  if (path.empty() || path.front() == '/' || path.front() == '\\' || path.front() == '~')
    return false;
  for (const char c : path)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f || c == ':' || c == '\\') return false;
  return true;
}

std::string path_beside(std::string_view file, std::string_view relative) {
  const std::size_t slash = file.rfind('/');
  std::string joined =
      slash == std::string_view::npos ? "" : std::string(file.substr(0, slash + 1));
  joined += relative;
  const bool absolute = joined.starts_with('/');
  std::vector<std::string> parts;
  for (const std::string_view part : split(joined, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == ".." && !parts.empty() && parts.back() != "..")
      parts.pop_back();
    else if (part != ".." || !absolute)
      parts.emplace_back(part);
  }
  return (absolute ? "/" : "") + join(parts, "/");
}

namespace {

struct SyntaxMessage {
  const DiagnosticKind* kind;
  std::string_view title;
  std::string_view allowed;
};

SyntaxMessage message_of(SyntaxProblem::Kind kind) {
  using Kind = SyntaxProblem::Kind;
  switch (kind) {
    case Kind::Malformed: return {&kMalformedYaml, "", ""};
    case Kind::BadEncoding:
      return {&kNotUtf8, "the file is not UTF-8", "UTF-8, with or without a byte order mark"};
    case Kind::DuplicateKey: return {&kDuplicateKey, "", "each key once in a map"};
    case Kind::Alias:
      return {&kAliasNotAllowed, "an anchor or alias",
              "the text written out, or a bundle under `policies` taken over with `use`"};
    case Kind::Tag: return {&kTagNotAllowed, "a YAML tag", "values without `!`"};
    case Kind::SecondDocument:
      return {&kSecondDocument, "a second document in the file",
              "one document a file; other files are named under `include`"};
    case Kind::TooDeep: return {&kTooDeep, "nesting deeper than 100", ""};
    case Kind::TooManyNodes: return {&kTooManyNodes, "more values than a file may have", ""};
    case Kind::TooLarge: return {&kTooLarge, "the file is larger than 64 MiB", ""};
    case Kind::TooManyProblems: return {&kTooManyProblems, "more syntax problems, not listed", ""};
  }
  return {&kMalformedYaml, "", ""};
}

void report_one(const SyntaxProblem& problem, Diagnostics& out) {
  const SyntaxMessage message = message_of(problem.kind);
  std::string title(message.title);
  if (problem.kind == SyntaxProblem::Kind::DuplicateKey)
    title = "key " + shown(problem.detail) + " stands twice in one map";
  else if (title.empty())
    title = problem.detail;
  Diagnostic& d = out.add(*message.kind, problem.span, title);
  if (!message.title.empty()) d.because = problem.detail;
  if (!message.allowed.empty()) d.allowed = {std::string(message.allowed)};
  if (problem.other.valid()) d.labels.push_back({problem.other, "first here"});
}

}  // namespace

void report_syntax(const std::vector<SyntaxProblem>& problems, Diagnostics& out) {
  // That there are more of them than are listed must not be what the limit on findings cuts off.
  const auto first = [](const SyntaxProblem& p) {
    return p.kind == SyntaxProblem::Kind::TooManyProblems;
  };
  for (const SyntaxProblem& problem : problems)
    if (first(problem)) report_one(problem, out);
  for (const SyntaxProblem& problem : problems)
    if (!first(problem)) report_one(problem, out);
}

namespace {

class Loader {
 public:
  Loader(Sources& sources, const FileSystem& files, Diagnostics& out)
      : sources_(sources), files_(files), out_(out) {}

  Loaded run(const std::string& path, const ReadOptions& options) {
    loaded_.main_file = read_file(path, {});
    merge_sections();
    for (const std::string& overlay : options.overlays)
      add_overlay(overlay);
    return std::move(loaded_);
  }

 private:
  struct Section {
    std::string_view key;
    Span key_span;
    std::vector<ValueId> parts;  // one a file
  };

  bool is_loaded(const std::string& path) const {
    return std::find(seen_.begin(), seen_.end(), path) != seen_.end();
  }

  // The file's root, or an invalid id; what is wrong is said.
  ValueId parse(const std::string& path, Span at, FileId& file) {
    Expected<FileId> opened = sources_.load(files_, path);
    if (!opened) {
      out_.add(kUnreadableFile, at, opened.error().message);
      return {};
    }
    file = *opened;
    SyntaxResult result = parse_yaml(sources_, file);
    report_syntax(result.problems, out_);
    loaded_.trees.push_back(std::move(result.tree));
    const ValueId root = loaded_.document.add(loaded_.trees.back());
    const bool empty = !root.valid() || loaded_.document.at(root).kind == NodeKind::Null;
    if (empty && result.problems.empty()) {
      Diagnostic& d = out_.add(kEmptyModel, Span{file, 0, 0}, path + " has no content");
      d.allowed = {"scantling: 1", "system: shop"};
    }
    if (empty) return {};
    if (loaded_.document.at(root).kind != NodeKind::Map) {
      Diagnostic& d = out_.add(kWrongShape, loaded_.document.at(root).span,
                               "a model is a map from keys to values");
      d.allowed = {"scantling: 1", "system: shop"};
      return {};
    }
    return root;
  }

  FileId read_file(const std::string& path, Span at) {
    seen_.push_back(path);
    stack_.push_back(path);
    FileId file;
    const ValueId root = parse(path, at, file);
    if (root.valid()) add_root(root);
    stack_.pop_back();
    return file;
  }

  void add_root(ValueId root) {
    const Value map = loaded_.document.at(root);
    if (!root_span_.valid()) root_span_ = map.span;
    ValueId includes;
    for (int i = 0; i < map.count; ++i) {
      const Member member = loaded_.document.member(map, i);
      if (member.key == "include") includes = member.value;
      // `relations` is another name of `context-map`.
      const std::string_view key = member.key == "relations" ? "context-map" : member.key;
      const auto [place, fresh] = places_.emplace(key, sections_.size());
      if (fresh) sections_.push_back({member.key, member.key_span, {}});
      Section& section = sections_[place->second];
      const bool again = !section.parts.empty() &&
                         loaded_.document.at(section.parts.back()).span.file == map.span.file;
      if (again && member.key != section.key) {
        Diagnostic& d = out_.add(kDuplicateKey, member.key_span,
                                 "`" + std::string(member.key) + "` beside `" +
                                     std::string(section.key) + "`, which is the same");
        d.labels.push_back({section.key_span, "first here"});
      }
      if (!again) section.parts.push_back(member.value);
    }
    if (includes.valid()) follow(includes);
  }

  void follow(ValueId includes) {
    const Value value = loaded_.document.at(includes);
    if (value.kind == NodeKind::Scalar) follow_one(value);
    if (value.kind != NodeKind::Sequence) return;
    for (int i = 0; i < value.count; ++i)
      follow_one(loaded_.document.at(loaded_.document.item(value, i)));
  }

  // By value: the document grows while files are read.
  void follow_one(const Value pattern) {
    if (pattern.kind != NodeKind::Scalar) return;  // the reader says so
    const std::string text(pattern.scalar);
    if (!is_plain_relative(text)) {
      Diagnostic& d = out_.add(kBadInclude, pattern.span,
                               "include '" + text.substr(0, 40) + "' is not a relative path");
      d.allowed = {"a path relative to this file, for example parts/*.yaml"};
      return;
    }
    const bool is_glob = text.find_first_of("*?[") != std::string::npos;
    const std::string path = path_beside(stack_.back(), text);
    const std::vector<std::string> matches =
        is_glob ? files_.glob(path) : std::vector<std::string>{path};
    if (matches.empty()) {
      Diagnostic& d =
          out_.add(kIncludeNoMatch, pattern.span, "no file matches include '" + text + "'");
      d.because = "looked for " + path;
    }
    for (const std::string& match : matches)
      follow_path(match, is_glob, pattern.span);
  }

  void follow_path(const std::string& path, bool is_glob, Span at) {
    const auto open = std::find(stack_.begin(), stack_.end(), path);
    if (open != stack_.end()) {
      if (is_glob && open + 1 == stack_.end()) return;  // a pattern may match its own file
      Diagnostic& d = out_.add(kIncludeCycle, at, path + " includes itself");
      d.chain.assign(open, stack_.end());
      d.chain.push_back(path);
      return;
    }
    if (is_loaded(path)) return;
    if (seen_.size() >= kMaxFiles) {
      if (!too_many_) out_.add(kTooLarge, at, "more than 1000 files are included");
      too_many_ = true;
      return;
    }
    read_file(path, at);
  }

  // Sections of several files as one: maps and lists are joined, anything else stands once.
  void merge_sections() {
    if (!root_span_.valid()) return;
    std::vector<Member> members;
    for (const Section& section : sections_) {
      const Member merged{section.key_span, section.key,
                          section.parts.size() == 1 ? section.parts.front() : join_parts(section)};
      members.push_back(merged);
    }
    loaded_.root = loaded_.document.add_map(root_span_, members);
  }

  ValueId join_parts(const Section& section) {
    if (section.key == "scantling" || section.key == "include") return section.parts.front();
    MergedDocument& document = loaded_.document;
    std::vector<Member> members;
    std::vector<ValueId> items;
    std::unordered_map<std::string_view, std::size_t> names;
    const NodeKind kind = document.at(section.parts.front()).kind;
    const Span span = document.at(section.parts.front()).span;
    std::size_t hint = 0;
    const Entry* entry = find_entry(root_structure(), section.key, hint);
    const bool elements = entry != nullptr && entry->type->kind == TypeKind::Named;
    for (const ValueId part : section.parts) {
      const Value value = document.at(part);
      if (value.kind == NodeKind::Null) continue;
      if (value.kind != kind || kind == NodeKind::Scalar) {
        if (part == section.parts.front()) continue;
        Diagnostic& d = out_.add(kDuplicateKey, value.span,
                                 "`" + std::string(section.key) + "` stands in two files");
        d.labels.push_back({span, "first here"});
        continue;
      }
      for (int i = 0; kind == NodeKind::Sequence && i < value.count; ++i)
        items.push_back(document.item(value, i));
      for (int i = 0; kind == NodeKind::Map && i < value.count; ++i) {
        const Member member = document.member(value, i);
        const auto [place, fresh] = names.emplace(member.key, members.size());
        if (fresh)
          members.push_back(member);
        else if (members[place->second].key_span.file != member.key_span.file)
          say_twice(elements, section.key, member, members[place->second].key_span);
      }
    }
    if (kind == NodeKind::Map) return document.add_map(span, members);
    if (kind == NodeKind::Sequence) return document.add_list(span, items);
    return section.parts.front();
  }

  void say_twice(bool element, std::string_view section, const Member& member, Span first) {
    Diagnostic& d =
        out_.add(element ? kDuplicateElement : kDuplicateKey, member.key_span,
                 std::string(section) + "." + std::string(member.key) + " stands in two files");
    d.element = std::string(section) + "." + std::string(member.key);
    d.because = "also in " + sources_.path(first.file);
    d.caret = "second";
    d.labels.push_back({first, "first here"});
  }

  void add_overlay(const std::string& path) {
    FileId file;
    const ValueId over = parse(path, {}, file);
    if (!over.valid()) return;
    const Value map = loaded_.document.at(over);
    if (const Member* include = loaded_.document.find(map, "include")) {
      Diagnostic& d = out_.add(kBadInclude, include->key_span, "an overlay can't include files");
      d.allowed = {"`include` in the model itself, or several overlays"};
    }
    loaded_.root = loaded_.root.valid() ? loaded_.document.overlay(loaded_.root, over) : ValueId();
  }

  Sources& sources_;
  const FileSystem& files_;
  Diagnostics& out_;
  Loaded loaded_;
  std::vector<std::string> seen_;
  std::vector<std::string> stack_;
  std::vector<Section> sections_;
  std::unordered_map<std::string_view, std::size_t> places_;
  Span root_span_;
  bool too_many_ = false;
};

}  // namespace

Loaded load_document(Sources& sources, const FileSystem& files, const std::string& path,
                     const ReadOptions& options, Diagnostics& out) {
  return Loader(sources, files, out).run(path, options);
}

}  // namespace scantling
