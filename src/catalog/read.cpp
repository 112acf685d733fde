// Catalogue files to a Catalog: a table of keys for each kind of entry, one function for each kind
// of value. The first problem ends the reading with "name:line: what is wrong".
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <optional>

#include "base/assert.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "syntax/tree.h"

namespace scantling {
namespace {

constexpr double kDaySeconds = 86'400, kDaysAYear = 365;

constexpr auto kPriceItems = std::to_array<std::string_view>(
    {"vcpu", "memory-gib", "ssd-gib", "object-gib", "egress-gib", "cross-zone-gib",
     "broker-partition", "queue-million", "load-balancer", "cluster", "managed-factor", "secret",
     "key"});

template <class List>
std::vector<std::string> strings(const List& names) {
  std::vector<std::string> out;
  for (const std::string_view name : names)
    out.emplace_back(name);
  return out;
}

std::string problem_text(const SyntaxProblem& problem) {
  if (!problem.detail.empty()) return problem.detail;
  switch (problem.kind) {
    case SyntaxProblem::Kind::DuplicateKey: return "this key is already there";
    case SyntaxProblem::Kind::BadEncoding: return "not UTF-8";
    case SyntaxProblem::Kind::Alias: return "aliases and anchors are not read";
    case SyntaxProblem::Kind::Tag: return "tags are not read";
    case SyntaxProblem::Kind::SecondDocument: return "a second document";
    case SyntaxProblem::Kind::TooDeep: return "nested too deeply";
    case SyntaxProblem::Kind::TooManyNodes: return "too many values";
    case SyntaxProblem::Kind::TooLarge: return "too large";
    default: return "not YAML";
  }
}

}  // namespace

class CatalogReader {
 public:
  explicit CatalogReader(Catalog start) : catalog_(std::move(start)) {}
  Expected<void> read(const CatalogDocument& document);
  Catalog take() { return std::move(catalog_); }

 private:
  using Set = std::function<void(NodeId)>;
  struct Key {
    std::string_view name;
    Set set;
  };

  // The reading goes on over values after a problem (`ok` guards them); the first is kept.
  void problem(Span span, const std::string& text) {
    if (!error_.empty()) return;
    error_ = fmt::format("{}:{}: {}", sources_.path(file_),
                         sources_.position(file_, span.begin).line, text);
  }
  bool is(NodeId id, NodeKind kind, std::string_view form);
  void map(NodeId id, const std::vector<Key>& keys);
  void each(NodeId id, const std::function<void(const MapEntry&)>& visit);

  std::string text(NodeId id);
  std::string choice(NodeId id, const std::vector<std::string>& allowed);
  std::vector<std::string> list(NodeId id);
  double number(NodeId id, double low, double high);
  int whole(NodeId id, int low, int high) {
    const double value = number(id, low, high);
    if (value != std::floor(value)) problem(tree_.node(id).span, "a whole number is needed");
    return static_cast<int>(value);
  }
  bool yes_no(NodeId id) { return choice(id, {"false", "true"}) == "true"; }
  Duration duration(NodeId id);
  TimeLaw law(NodeId id);
  Share share(NodeId id);

  void technology(const MapEntry& entry);
  void figure(NodeId id, Technology& technology);
  void provider(const MapEntry& entry);
  void price(const MapEntry& entry, const Price& common);
  void profile(const MapEntry& entry);
  void regime(const MapEntry& entry);
  void control(NodeId id, Regime regime);

  Catalog catalog_;
  Sources sources_;
  FileId file_;
  SyntaxTree tree_;
  std::string error_;
};

bool CatalogReader::is(NodeId id, NodeKind kind, std::string_view form) {
  if (tree_.node(id).kind == kind) return true;
  problem(tree_.node(id).span, fmt::format("{} is needed here", form));
  return false;
}

void CatalogReader::map(NodeId id, const std::vector<Key>& keys) {
  each(id, [&](const MapEntry& entry) {
    for (const Key& key : keys)
      if (key.name == entry.key) return key.set(entry.value);
    std::vector<std::string> names;
    for (const Key& key : keys)
      names.emplace_back(key.name);
    const auto near = nearest(entry.key, names);
    problem(entry.key_span,
            near ? fmt::format("unknown key '{}', did you mean '{}'?", entry.key, *near)
                 : fmt::format("unknown key '{}' (there are {})", entry.key, enumerate(names)));
  });
}

void CatalogReader::each(NodeId id, const std::function<void(const MapEntry&)>& visit) {
  if (!is(id, NodeKind::Map, "a map")) return;
  const Node& node = tree_.node(id);
  for (int i = 0; i < node.count && error_.empty(); ++i)
    visit(tree_.entry(node, i));
}

std::string CatalogReader::text(NodeId id) {
  if (!is(id, NodeKind::Scalar, "a text")) return {};
  return std::string(tree_.node(id).scalar);
}

std::string CatalogReader::choice(NodeId id, const std::vector<std::string>& allowed) {
  const std::string value = text(id);
  if (std::find(allowed.begin(), allowed.end(), value) == allowed.end())
    problem(tree_.node(id).span,
            fmt::format("'{}' is none of {}", value, enumerate(allowed, "or")));
  return value;
}

std::vector<std::string> CatalogReader::list(NodeId id) {
  std::vector<std::string> out;
  if (!is(id, NodeKind::Sequence, "a list")) return out;
  const Node& node = tree_.node(id);
  for (int i = 0; i < node.count; ++i)
    out.push_back(text(tree_.item(node, i)));
  return out;
}

double CatalogReader::number(NodeId id, double low, double high) {
  const std::string value = text(id);
  double out = 0;
  const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), out);
  if (code != std::errc() || end != value.data() + value.size() || !(out >= low && out <= high)) {
    problem(tree_.node(id).span,
            fmt::format("'{}' is not a number from {} to {}", value, low, high));
    return low;
  }
  return out;
}

Duration CatalogReader::duration(NodeId id) {
  const std::string value = text(id);
  const auto out = parse_duration(value);
  if (!out) problem(tree_.node(id).span, fmt::format("'{}' is not a duration like 3ms", value));
  return out.value_or(Duration{});
}

TimeLaw CatalogReader::law(NodeId id) {
  const std::string value = text(id);
  auto out = parse_time_law(value);
  if (!out) problem(tree_.node(id).span, fmt::format("'{}' is not a time like 3ms", value));
  return out ? *out : TimeLaw{};
}

Share CatalogReader::share(NodeId id) {
  const std::string value = text(id);
  const auto out = parse_share(value);
  if (!out) problem(tree_.node(id).span, fmt::format("'{}' is not a share like 99.9%", value));
  return out.value_or(Share{});
}

void CatalogReader::figure(NodeId id, Technology& technology) {
  Figure figure;
  map(id, {{"what", [&](NodeId n) { figure.what = text(n); }},
           {"value", [&](NodeId n) { figure.value = number(n, 0, 1e15); }},
           {"unit", [&](NodeId n) { figure.unit = text(n); }},
           {"source", [&](NodeId n) { figure.source = text(n); }},
           {"date", [&](NodeId n) { figure.date = text(n); }}});
  if (figure.what.empty() || figure.source.empty() || figure.date.empty())
    problem(tree_.node(id).span, "a figure needs what, value, source and date");
  // A figure of a user's takes the place of ours.
  std::erase_if(technology.figures, [&](const Figure& known) { return known.what == figure.what; });
  technology.figures.push_back(std::move(figure));
}

void CatalogReader::technology(const MapEntry& entry) {
  auto& all = catalog_.technologies_;
  auto it = std::find_if(all.begin(), all.end(),
                         [&](const Technology& known) { return known.name == entry.key; });
  const bool fresh = it == all.end();
  if (fresh) {
    all.emplace_back();
    it = all.end() - 1;
    it->name = std::string(entry.key);
  }
  Technology& t = *it;
  const auto set = [&](std::string& to) { return [this, &to](NodeId n) { to = text(n); }; };
  const auto set_list = [&](std::vector<std::string>& to) {
    return [this, &to](NodeId n) { to = list(n); };
  };
  const auto set_number = [&](double& to, double high) {
    return [this, &to, high](NodeId n) { to = number(n, 0, high); };
  };
  map(entry.value,
      {{"kind", [&](NodeId n) { t.kind = choice(n, strings(kTechnologyKinds)); }},
       {"title", set(t.title)},
       {"model", set(t.model)},
       {"licence", set(t.licence)},
       {"provider", set(t.provider)},
       {"cap", [&](NodeId n) { t.cap = choice(n, {"CP", "AP", "CA"}); }},
       {"pacelc", [&](NodeId n) { t.pacelc = choice(n, {"PC/EC", "PA/EL", "PC/EL", "PA/EC"}); }},
       {"good-at", set_list(t.good_at)},
       {"consistency", set_list(t.consistency)},
       {"operations-burden", [&](NodeId n) { t.operations_burden = whole(n, 1, 5); }},
       {"read", [&](NodeId n) { t.read = law(n); }},
       {"write", [&](NodeId n) { t.write = law(n); }},
       {"gathers", [&](NodeId n) { t.gathers = duration(n); }},
       {"gathered", [&](NodeId n) { t.gathered = law(n); }},
       {"reads-per-core", set_number(t.reads_per_core, 1e9)},
       {"writes-per-core", set_number(t.writes_per_core, 1e9)},
       {"max-shard-gib", set_number(t.max_shard_gib, 1e9)},
       {"max-connections", [&](NodeId n) { t.max_connections = whole(n, 0, 10'000'000); }},
       {"shards-itself", [&](NodeId n) { t.shards_itself = yes_no(n); }},
       {"cpu-per-request", [&](NodeId n) { t.cpu_ms_per_request = duration(n).milliseconds(); }},
       {"start", [&](NodeId n) { t.start = duration(n); }},
       {"failover", [&](NodeId n) { t.failover = duration(n); }},
       {"copies-behind", [&](NodeId n) { t.copies_behind = duration(n); }},
       {"aliases", set_list(t.aliases)},
       {"note", set(t.note)},
       {"figures", [&](NodeId n) {
          if (!is(n, NodeKind::Sequence, "a list of figures")) return;
          for (int i = 0; i < tree_.node(n).count; ++i)
            figure(tree_.item(tree_.node(n), i), t);
        }}});
  if (fresh && t.kind.empty()) problem(entry.key_span, fmt::format("{} has no kind", t.name));
  if (t.title.empty()) t.title = t.name;
}

void CatalogReader::price(const MapEntry& entry, const Price& common) {
  Price price = common;
  price.item = std::string(entry.key);
  const auto items = strings(kPriceItems);
  if (std::find(items.begin(), items.end(), price.item) == items.end())
    return problem(entry.key_span,
                   fmt::format("unknown item '{}' (there are {})", price.item, enumerate(items)));
  if (tree_.node(entry.value).kind == NodeKind::Map) {
    map(entry.value, {{"amount", [&](NodeId n) { price.amount = number(n, 0, 1e9); }},
                      {"source", [&](NodeId n) { price.source = text(n); }},
                      {"date", [&](NodeId n) { price.date = text(n); }}});
  } else {
    price.amount = number(entry.value, 0, 1e9);
  }
  if (price.source.empty() || price.date.empty())
    problem(entry.key_span, "a price needs its source and date");
  auto& all = catalog_.prices_;
  std::erase_if(all, [&](const Price& known) {
    return known.provider == price.provider && known.item == price.item;
  });
  all.push_back(std::move(price));
}

void CatalogReader::provider(const MapEntry& entry) {
  Price common;
  common.provider = std::string(entry.key);
  NodeId items;
  map(entry.value, {{"currency", [&](NodeId n) { common.currency = text(n); }},
                    {"source", [&](NodeId n) { common.source = text(n); }},
                    {"date", [&](NodeId n) { common.date = text(n); }},
                    {"items", [&](NodeId n) { items = n; }}});
  if (items.valid()) each(items, [&](const MapEntry& item) { price(item, common); });
}

void CatalogReader::profile(const MapEntry& entry) {
  const auto which = parse_enum<Profile>(entry.key);
  if (!which)
    return problem(entry.key_span,
                   fmt::format("'{}' is none of {}", entry.key,
                               enumerate(strings(EnumNames<Profile>::value), "or")));
  auto& all = catalog_.profiles_;
  auto it = std::find_if(all.begin(), all.end(),
                         [&](const ProfileEntry& known) { return known.profile == *which; });
  if (it == all.end()) {
    all.emplace_back();
    it = all.end() - 1;
    it->profile = *which;
  }
  ProfileEntry& p = *it;
  map(entry.value,
      {{"p99", [&](NodeId n) { p.p99 = duration(n); }},
       {"availability", [&](NodeId n) { p.availability = share(n); }},
       {"zones", [&](NodeId n) { p.zones = whole(n, 1, 64); }},
       {"least-instances", [&](NodeId n) { p.least_instances = whole(n, 1, 10000); }},
       {"target-utilisation", [&](NodeId n) { p.target_utilisation = share(n).value; }},
       {"summary", [&](NodeId n) { p.summary = text(n); }},
       {"prefers", [&](NodeId n) { p.prefers = list(n); }}});
}

void CatalogReader::control(NodeId id, Regime regime) {
  Control control;
  control.regime = regime;
  map(id, {{"id", [&](NodeId n) { control.id = text(n); }},
           {"text", [&](NodeId n) { control.text = text(n); }},
           {"keep-records",
            [&](NodeId n) {
              control.keeps_years = std::round(duration(n).seconds() / kDaySeconds) / kDaysAYear;
            }},
           {"in-histories", [&](NodeId n) { control.in_histories = yes_no(n); }},
           {"met-by", [&](NodeId n) { control.met_by = choice(n, strings(kDesignFacts)); }}});
  if (control.id.empty() || control.text.empty() || control.met_by.empty())
    problem(tree_.node(id).span, "a control needs id, text and met-by");
  auto& all = catalog_.controls_;
  const auto it = std::find_if(all.begin(), all.end(), [&](const Control& known) {
    return known.regime == regime && known.id == control.id && known.met_by == control.met_by;
  });
  if (it != all.end())
    *it = std::move(control);
  else
    all.push_back(std::move(control));
}

void CatalogReader::regime(const MapEntry& entry) {
  const auto which = parse_enum<Regime>(entry.key);
  if (!which)
    return problem(entry.key_span, fmt::format("'{}' is none of {}", entry.key,
                                               enumerate(strings(EnumNames<Regime>::value), "or")));
  if (!is(entry.value, NodeKind::Sequence, "a list of controls")) return;
  const Node& node = tree_.node(entry.value);
  for (int i = 0; i < node.count && error_.empty(); ++i)
    control(tree_.item(node, i), *which);
}

Expected<void> CatalogReader::read(const CatalogDocument& document) {
  file_ = sources_.add(document.name, std::string(document.text));
  SyntaxResult parsed = parse_yaml(sources_, file_);
  tree_ = std::move(parsed.tree);
  if (!parsed.problems.empty())
    problem(parsed.problems.front().span, problem_text(parsed.problems.front()));
  if (error_.empty() && tree_.root().valid() && tree_.node(tree_.root()).kind != NodeKind::Null)
    map(tree_.root(),
        {{"technologies", [&](NodeId n) { each(n, [&](const MapEntry& e) { technology(e); }); }},
         {"prices", [&](NodeId n) { each(n, [&](const MapEntry& e) { provider(e); }); }},
         {"profiles", [&](NodeId n) { each(n, [&](const MapEntry& e) { profile(e); }); }},
         {"controls", [&](NodeId n) { each(n, [&](const MapEntry& e) { regime(e); }); }}});
  if (!error_.empty()) return fail(error_);
  return {};
}

namespace {

Expected<Catalog> read_over(Catalog start, const std::vector<CatalogDocument>& documents) {
  CatalogReader reader(std::move(start));
  for (const CatalogDocument& document : documents)
    if (auto read = reader.read(document); !read) return std::unexpected(read.error());
  return reader.take();
}

template <class Texts>
std::vector<CatalogDocument> numbered(const Texts& texts) {
  std::vector<CatalogDocument> out;
  for (const auto& text : texts)
    out.push_back({fmt::format("catalogue {}", out.size() + 1), text});
  return out;
}

}  // namespace

Expected<Catalog> parse_catalog(const std::vector<CatalogDocument>& documents) {
  return read_over({}, documents);
}

Expected<Catalog> parse_catalog(const std::vector<std::string_view>& documents) {
  return read_over({}, numbered(documents));
}

const Catalog& built_in_catalog() {
  static const Catalog catalog = [] {
    std::vector<CatalogDocument> documents;
    for (const EmbeddedFile& file : embedded_catalog())
      documents.push_back({std::string(file.name), file.text});
    Expected<Catalog> read = parse_catalog(documents);
    if (!read) assertion_failed(read.error().message.c_str(), "src/catalog/data", 0);
    return std::move(*read);
  }();
  return catalog;
}

Expected<Catalog> catalog_with(const std::vector<CatalogDocument>& user_documents) {
  return read_over(built_in_catalog(), user_documents);
}

Expected<Catalog> catalog_with(const std::vector<std::string>& user_documents) {
  return read_over(built_in_catalog(), numbered(user_documents));
}

namespace {

std::optional<Catalog>& told() {
  static std::optional<Catalog> catalog;
  return catalog;
}

}  // namespace

const Catalog& catalog_in_use() {
  return told() ? *told() : built_in_catalog();
}

void use_catalog(Catalog catalog) {
  told() = std::move(catalog);
}

}  // namespace scantling
