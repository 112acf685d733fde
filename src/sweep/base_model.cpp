#include "sweep/base_model.h"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "base/text.h"
#include "base/units.h"
#include "language/language.h"
#include "syntax/quoting.h"

namespace scantling::sweep {
namespace {

// Sections that say where values come from, not what they are.
constexpr std::array<std::string_view, 7> kNotValues = {
    "scantling", "decisions", "assumed", "measured", "given", "accept", "migration"};

// The model's file as it is varied; everything else from the disk.
class PointFiles : public FileSystem {
 public:
  PointFiles(const std::string& path, std::string text, std::string overlay)
      : path_(path), text_(std::move(text)), overlay_(std::move(overlay)) {}

  static constexpr const char* kOverlay = "--set";

  Expected<std::string> read(const std::string& path) const override {
    if (path == path_) return text_;
    if (path == kOverlay) return overlay_;
    return disk().read(path);
  }
  std::vector<std::string> glob(const std::string& pattern) const override {
    return disk().glob(pattern);
  }

 private:
  const std::string& path_;
  std::string text_, overlay_;
};

// The parts of `asked` stand in `path` in this order, the last one at its end.
bool is_abridged(std::string_view path, std::string_view asked) {
  const auto wanted = split(asked, '.');
  const auto parts = split(path, '.');
  if (wanted.size() > parts.size() || wanted.back() != parts.back()) return false;
  std::size_t next = 0;
  for (std::size_t i = 0; i + 1 < parts.size() && next + 1 < wanted.size(); ++i)
    if (parts[i] == wanted[next]) ++next;
  return next + 1 == wanted.size();
}

bool is_end_of(std::string_view path, std::string_view asked) {
  return path.ends_with(asked) &&
         (path.size() == asked.size() || path[path.size() - asked.size() - 1] == '.');
}

// A value as it can stand anywhere in the text on one line: a map or a list in flow form as it is
// written, anything else as one scalar.
Expected<std::string> value_yaml(std::string_view value) {
  if (!value.starts_with('{') && !value.starts_with('[')) return yaml_value(value, Layout::Flow);
  Sources sources;
  const FileId file = sources.add("--set", std::string(value));
  const SyntaxResult read = parse_yaml(sources, file);
  if (!read.problems.empty() || !read.tree.root().valid())
    return fail(
        fmt::format("'{}' is not a value in YAML; for example {{ mean: 3ms, p99: 9ms }}", value));
  const Node& root = read.tree.node(read.tree.root());
  if (!root.flow || trim(sources.text(root.span)) != trim(value))
    return fail(fmt::format("'{}' is more than one value", value));
  return std::string(value);
}

Expected<std::string> multiplied(std::string_view path, std::string_view base,
                                 const Quantity& factor) {
  Quantity q;
  if (!parse_quantity(base, q))
    return fail(
        fmt::format("{}: x{} multiplies what the model says, and '{}' is not a number with "
                    "a unit; give the values themselves",
                    path, number_text(factor.number), base));
  q.number *= factor.number;
  return to_text(q);
}

std::string first_error(const Diagnostics& problems) {
  for (const Diagnostic& d : problems.all()) {
    if (d.severity != Severity::Error) continue;
    std::string out = d.title;
    if (!d.because.empty()) out += ": " + d.because;
    if (!d.allowed.empty()) out += fmt::format(" (allowed: {})", join(d.allowed, "; "));
    return out;
  }
  return "it cannot be read";
}

}  // namespace

Expected<BaseModel> BaseModel::read(std::string text, std::string path) {
  BaseModel out;
  out.text_ = std::move(text);
  out.path_ = std::move(path);
  out.sources_ = std::make_unique<Sources>();
  out.file_ = out.sources_->add(out.path_, out.text_);
  SyntaxResult read = parse_yaml(*out.sources_, out.file_);
  if (!read.problems.empty() || !read.tree.root().valid())
    return fail("internal error: the model's canonical text can't be read");
  out.tree_ = std::move(read.tree);
  out.collect();
  return out;
}

void BaseModel::collect() {
  struct Pending {
    std::string path;
    NodeId node;
  };
  std::vector<Pending> pending{{"", tree_.root()}};
  while (!pending.empty()) {
    const Pending at = std::move(pending.back());
    pending.pop_back();
    const Node& node = tree_.node(at.node);
    const bool leaf = node.kind == NodeKind::Scalar || node.kind == NodeKind::Null;
    if (!at.path.empty()) places_.push_back({at.path, node.span, node.scalar, leaf});
    const auto below = [&](std::string_view name) {
      return at.path.empty() ? std::string(name) : fmt::format("{}.{}", at.path, name);
    };
    // Backwards, so that they are taken from the end in the order of the text.
    for (int i = node.count; i-- > 0;) {
      if (node.kind == NodeKind::Sequence) {
        pending.push_back({below(std::to_string(i + 1)), tree_.item(node, i)});
      } else if (node.kind == NodeKind::Map) {
        const MapEntry& entry = tree_.entry(node, i);
        if (at.path.empty() && std::ranges::find(kNotValues, entry.key) != kNotValues.end())
          continue;
        pending.push_back({below(entry.key), entry.value});
      }
    }
  }
}

const BaseModel::Place* BaseModel::exact(std::string_view path) const {
  const auto found = std::ranges::find(places_, path, &Place::path);
  return found == places_.end() ? nullptr : &*found;
}

// Nullptr: it is not in the text.
Expected<const BaseModel::Place*> BaseModel::find(std::string_view path) const {
  if (const Place* place = exact(path)) return place;
  for (const auto& matches : {is_end_of, is_abridged}) {
    std::vector<const Place*> found;
    for (const Place& place : places_)
      if (place.leaf && matches(place.path, path)) found.push_back(&place);
    if (found.size() == 1) return found.front();
    if (found.empty()) continue;
    std::vector<std::string> names;
    for (const Place* place : found)
      if (names.size() < 4) names.push_back(place->path);
    const std::string more = found.size() > names.size() ? ", ..." : "";
    return fail(fmt::format("{} may be {} values of the model ({}{}); write the whole path", path,
                            found.size(), join(names, ", "), more));
  }
  return nullptr;
}

// A value that the model leaves out may be set in an element that it has.
Expected<void> BaseModel::can_be_new(std::string_view path) const {
  std::string_view known = path;
  std::size_t missing = 0;
  while (!known.empty() && exact(known) == nullptr) {
    const std::size_t dot = known.rfind('.');
    known = dot == std::string_view::npos ? std::string_view() : known.substr(0, dot);
    ++missing;
  }
  const std::size_t depth = known.empty() ? 0 : split(known, '.').size();
  const bool in_list =
      exact(known) != nullptr && sources_->text(exact(known)->span).starts_with('-');
  if (depth >= 2 || (depth == 1 && missing == 1)) {
    if (!in_list) return {};
    return fail(
        fmt::format("there is no {} in the model, and the items of {} are a list: none can "
                    "be added",
                    path, known));
  }
  // What stands where the path leaves the model: services.crat is near services.cart.
  std::vector<std::string> here;
  for (const Place& place : places_)
    if (split(place.path, '.').size() == depth + 1 &&
        (depth == 0 || place.path.starts_with(fmt::format("{}.", known))))
      here.push_back(place.path);
  std::string_view wrong = path;
  while (split(wrong, '.').size() > depth + 1)
    wrong = wrong.substr(0, wrong.rfind('.'));
  std::string problem = fmt::format("there is no {} in the model", wrong);
  const std::size_t all = here.size();
  if (const auto near = nearest(wrong, here)) problem += fmt::format("; did you mean {}?", *near);
  if (here.size() > 12) here.resize(12);
  problem += fmt::format(" (there: {}{})", join(here, ", "), all > here.size() ? ", ..." : "");
  return fail(problem);
}

Expected<Parameter> BaseModel::resolve(const ParameterText& parameter) const {
  Parameter out;
  out.label = parameter.path;
  out.path = parameter.path;
  if (parameter.path == "load") {
    out.is_load = true;
    for (const std::string& value : parameter.values) {
      Quantity q;
      if (!parse_quantity(value, q) || !q.factor || q.number <= 0 || q.number > 1e6)
        return fail(
            fmt::format("load takes factors such as x1.5, not '{}'; for example "
                        "load=x1,x1.5,x2",
                        value));
      out.values.push_back(to_text(q));
    }
    return out;
  }
  const auto place = find(parameter.path);
  if (!place) return std::unexpected(place.error());
  if (*place == nullptr) {
    if (auto ok = can_be_new(parameter.path); !ok) return std::unexpected(ok.error());
  } else {
    out.path = (*place)->path;
  }
  const std::string_view base = *place == nullptr ? std::string_view() : (*place)->text;
  Quantity is;
  const bool base_is_factor = parse_quantity(base, is) && is.factor;
  for (const std::string& value : parameter.values) {
    Quantity q;
    if (*place == nullptr || base_is_factor || !parse_quantity(value, q) || !q.factor) {
      out.values.push_back(value);
      continue;
    }
    auto product = multiplied(out.path, base, q);
    if (!product) return std::unexpected(product.error());
    out.values.push_back(std::move(*product));
  }
  return out;
}

// "{a: {b: VALUE}}": what is in the text is found by its keys, the rest is split at its dots.
std::string BaseModel::overlay_of(std::string_view path, std::string_view value) const {
  std::string open;
  std::string close;
  std::string_view rest = path;
  const Node* node = &tree_.node(tree_.root());
  while (!rest.empty()) {
    std::string_view key = rest.substr(0, rest.find('.'));
    const Node* next = nullptr;
    if (node != nullptr && node->kind == NodeKind::Map) {
      for (int i = 0; i < node->count; ++i) {
        const MapEntry& entry = tree_.entry(*node, i);
        const bool fits =
            rest == entry.key || (rest.starts_with(entry.key) && rest[entry.key.size()] == '.');
        if (!fits || (next != nullptr && entry.key.size() <= key.size())) continue;
        key = entry.key;
        next = &tree_.node(entry.value);
      }
    }
    open += fmt::format("{{{}: ", yaml_string(key, Layout::Flow));
    close += '}';
    rest = key.size() < rest.size() ? rest.substr(key.size() + 1) : std::string_view();
    node = next;
  }
  return fmt::format("{}{}{}\n", open, value, close);
}

Expected<Architecture> BaseModel::with(const std::vector<Setting>& settings,
                                       std::string_view more) const {
  std::vector<Edit> edits;
  std::vector<std::string> overlays;
  for (const Setting& setting : settings) {
    auto value = value_yaml(setting.value);
    if (!value) return fail(fmt::format("{}: {}", setting.path, value.error().message));
    if (const Place* place = exact(setting.path))
      edits.push_back({place->span, std::move(*value)});
    else
      overlays.push_back(overlay_of(setting.path, *value));
  }
  if (!more.empty()) overlays.emplace_back(more);
  auto text = apply_edits(*sources_, file_, std::move(edits));
  if (!text) return std::unexpected(text.error());
  // A document a round: what an overlay laid down is where the next one starts.
  Architecture model;
  for (std::size_t i = 0;; ++i) {
    const bool has_overlay = i < overlays.size();
    const PointFiles files(path_, *text, has_overlay ? overlays[i] : "");
    Sources sources;
    Diagnostics problems;
    ReadOptions options;
    if (has_overlay) options.overlays.emplace_back(PointFiles::kOverlay);
    model = read_model(sources, files, path_, options, problems);
    problems.sort();
    if (problems.has_errors()) return fail(first_error(problems));
    if (i + 1 >= overlays.size()) return model;
    text = write_model(model);
  }
}

}  // namespace scantling::sweep
