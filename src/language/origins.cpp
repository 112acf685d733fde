#include "language/origins.h"

#include <optional>
#include <unordered_map>

#include "base/text.h"
#include "language/kinds.h"
#include "language/reader.h"
#include "language/table.h"
#include "language/walk.h"

namespace scantling {

std::vector<PathPattern> expand_path(std::string_view text) {
  text = trim(text);
  const std::size_t open = text.rfind(".{");
  if (open != std::string_view::npos && text.ends_with('}')) {
    std::vector<PathPattern> out;
    const std::string_view inside = text.substr(open + 2, text.size() - open - 3);
    for (const std::string_view part : split(inside, ','))
      out.push_back({std::string(text.substr(0, open + 1)) + std::string(trim(part)), false});
    return out;
  }
  if (text.ends_with(".*")) return {{std::string(text.substr(0, text.size() - 2)), true}};
  return {{std::string(text), false}};
}

namespace {

struct Mark {
  Origin origin = Origin::Given;
  DecisionId decision;
  friend bool operator==(const Mark&, const Mark&) = default;
};

bool is_locked(const Decision& decision) {
  return decision.locked.has() && *decision.locked;
}

// --- reading ---

class Marks {
 public:
  void add(std::string_view text, Mark mark, Span span, std::string element) {
    for (PathPattern& pattern : expand_path(text)) {
      mentions_.push_back({pattern.path, span, element, false});
      auto& list = pattern.deep ? deep_ : exact_;
      list[pattern.path] = {mark, mentions_.size() - 1};
    }
  }
  bool empty() const { return mentions_.empty(); }

  const Mark* exact(const std::string& path) { return look(exact_, path); }
  const Mark* deep(const std::string& path) { return look(deep_, path); }

  // A later mention of the same path replaces an earlier one, which then isn't stale either.
  void report_stale(Diagnostics& out) const {
    for (const Mention& mention : mentions_) {
      if (mention.used || used_.contains(mention.path)) continue;
      Diagnostic& d = out.add(kStaleSetPath, mention.span, "no value at " + mention.path);
      d.element = mention.element;
      d.because = "the path is listed as the origin of a value that the model does not hold";
      d.fingerprint_salt = mention.path;
    }
  }

 private:
  struct Mention {
    std::string path;
    Span span;
    std::string element;
    bool used = false;
  };
  struct Entry {
    Mark mark;
    std::size_t mention = 0;
  };
  using List = std::unordered_map<std::string, Entry>;

  const Mark* look(List& list, const std::string& path) {
    const auto found = list.find(path);
    if (found == list.end()) return nullptr;
    mentions_[found->second.mention].used = true;
    used_.emplace(path, true);
    return &found->second.mark;
  }

  List exact_, deep_;
  std::vector<Mention> mentions_;
  std::unordered_map<std::string, bool> used_;
};

void note_mentions(const Architecture& model, const Reader& reader, Marks& marks) {
  for (const DecisionId id : model.decisions.ids()) {
    const Decision& decision = model.decisions[id];
    if (is_locked(decision)) continue;
    for (const std::string& path : *decision.sets)
      marks.add(path, {Origin::Decided, id}, decision.sets.from.span, "decisions." + decision.name);
  }
  for (const PathMention& mention : reader.assumed)
    marks.add(mention.path, {Origin::Assumed, {}}, mention.span, "");
  for (const PathMention& mention : reader.measured)
    marks.add(mention.path, {Origin::Measured, {}}, mention.span, "");
  for (const PathMention& mention : reader.kept)
    marks.add(mention.path, {Origin::Given, {}}, mention.span, "");
}

// A decision that `design` wrote is decided by itself, so that the next design may drop it.
void mark_decisions(Architecture& model) {
  for (const DecisionId id : model.decisions.ids()) {
    Decision& decision = model.decisions[id];
    if (is_locked(decision)) continue;
    const auto mark = [&](Provenance& from) {
      if (from.origin == Origin::Given) from = {Origin::Decided, from.span, id};
    };
    mark(decision.sets.from);  // follows from the values
    if (!decision.pass) continue;
    mark(decision.from);
    for (const Entry& entry : structure_of<Decision>().entries)
      mark(*entry.from(&decision));
  }
}

}  // namespace

void apply_origins(Architecture& model, Reader& reader) {
  mark_decisions(model);
  Marks marks;
  note_mentions(model, reader, marks);
  if (marks.empty()) return;
  std::vector<const Mark*> around;  // of the values that the current one is in
  std::string path;
  walk_model(
      model,
      [&](const Visited& v) {
        if (v.path == "decisions") return false;
        path = v.path;
        const Mark* deep = marks.deep(path);
        around.push_back(deep != nullptr || around.empty() ? deep : around.back());
        const Mark* mark = marks.exact(path);
        if (mark == nullptr) mark = around.back();
        if (mark != nullptr && v.from != nullptr)
          *v.from = {mark->origin, v.from->span, mark->decision};
        return true;
      },
      [&](const Visited&) { around.pop_back(); });
  for (Service& service : model.services)
    for (Endpoint& endpoint : service.endpoints)
      align_protocol(endpoint);
  marks.report_stale(reader.out());
}

// --- writing ---

namespace {

struct Listed {
  std::string parent;
  std::string path;
  Mark mark;
  bool deep = false;
};

// What was visited and not yet left: its own mark, and those of everything in it.
struct Open {
  std::string path;
  std::optional<Mark> own;
  std::optional<Mark> all;  // of every value in it so far
  bool mixed = false;
  // A map of elements is never listed whole: one that a person adds later would be decided too.
  bool elements = false;
  int values = 0;
  std::vector<Listed> inside;

  void see(const Mark& mark) {
    if (values++ == 0)
      all = mark;
    else if (!(all == mark))
      mixed = true;
  }
};

class Collector {
 public:
  bool enter(const Visited& v) {
    if (v.path == "decisions" || v.inherited) return false;
    Open open;
    open.path = v.path;
    open.elements = v.type != nullptr && v.type->kind == TypeKind::Named;
    if (v.from != nullptr) {
      open.own = Mark{v.from->origin, v.from->decision};
      if (open.own->origin == Origin::Absent) open.own->origin = Origin::Given;
      if (open.own->origin != Origin::Decided) open.own->decision = {};
      open.see(*open.own);
    }
    stack_.push_back(std::move(open));
    return true;
  }

  void leave() {
    Open done = std::move(stack_.back());
    stack_.pop_back();
    std::vector<Listed>& into = stack_.empty() ? listed : stack_.back().inside;
    const std::string parent = stack_.empty() ? "" : stack_.back().path;
    const bool uniform = done.values > 1 && !done.mixed && !done.elements;
    if (uniform && done.all->origin != Origin::Given) {
      into.push_back({parent, done.path, *done.all, true});
    } else {
      if (done.own && done.own->origin != Origin::Given)
        into.push_back({parent, done.path, *done.own, false});
      for (Listed& inner : done.inside)
        into.push_back(std::move(inner));
    }
    if (stack_.empty() || done.values == 0) return;
    Open& around = stack_.back();
    around.see(*done.all);
    around.mixed |= done.mixed;
    around.values += done.values - 1;
  }

  std::vector<Listed> listed;

 private:
  std::vector<Open> stack_;
};

// Neighbours with one parent, as "parent.{a, b}".
std::vector<std::string> grouped(const std::vector<const Listed*>& paths) {
  constexpr std::string_view kSpecial = "{},* ";
  std::vector<std::string> out;
  for (std::size_t i = 0; i < paths.size();) {
    const Listed& first = *paths[i];
    std::vector<std::string> parts;
    std::size_t end = i;
    for (; end < paths.size(); ++end) {
      const Listed& next = *paths[end];
      if (next.deep || first.deep || next.parent != first.parent || first.parent.empty()) break;
      const std::string part = next.path.substr(first.parent.size() + 1);
      if (part.find_first_of(kSpecial) != std::string::npos) break;
      parts.push_back(part);
    }
    if (parts.size() > 1) {
      out.push_back(first.parent + ".{" + join(parts, ", ") + "}");
      i = end;
    } else {
      out.push_back(first.path + (first.deep ? ".*" : ""));
      ++i;
    }
  }
  return out;
}

}  // namespace

OriginLists origin_lists(const Architecture& model) {
  Collector collector;
  walk_model(
      model, [&](const Visited& v) { return collector.enter(v); },
      [&](const Visited&) { collector.leave(); });
  std::vector<std::vector<const Listed*>> decided(model.decisions.size());
  std::vector<const Listed*> assumed, measured;
  for (const Listed& item : collector.listed) {
    const auto index = static_cast<std::size_t>(item.mark.decision.index);
    if (item.mark.origin == Origin::Assumed) assumed.push_back(&item);
    if (item.mark.origin == Origin::Measured) measured.push_back(&item);
    if (item.mark.origin == Origin::Decided && index < decided.size())
      decided[index].push_back(&item);
  }
  OriginLists out;
  for (std::size_t i = 0; i < decided.size(); ++i)
    out.decided.push_back(is_locked(model.decisions.raw()[i]) ? std::vector<std::string>()
                                                              : grouped(decided[i]));
  out.assumed = grouped(assumed);
  out.measured = grouped(measured);
  return out;
}

void complete(Architecture& model, const OriginLists& origins) {
  if (!model.version) model.version = {Count{1}, {Origin::Given, {}, {}}};
  for (const DecisionId id : model.decisions.ids()) {
    Decision& decision = model.decisions[id];
    if (is_locked(decision)) continue;
    decision.sets.value = origins.decided[static_cast<std::size_t>(id.index)];
    decision.sets.from =
        decision.sets->empty() ? Provenance{} : Provenance{Origin::Decided, {}, id};
  }
}

}  // namespace scantling
