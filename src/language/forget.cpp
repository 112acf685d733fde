#include "language/forget.h"

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "language/walk.h"

namespace scantling {
namespace {

bool forgettable(const Provenance& from) {
  return from.origin == Origin::Decided || from.origin == Origin::Assumed;
}

// By path: whether everything there was decided. Lists and maps of elements have no origin of their
// own: they stand with what is in them.
class Origins {
 public:
  Origins(const Architecture& model, const std::set<std::string>& named) : named_(named) {
    walk_model(model, [&](const Visited& v) { return enter(v); }, [&](const Visited&) { leave(); });
  }

  bool decided(const std::string& path) const {
    const auto found = decided_.find(path);
    return found != decided_.end() && found->second;
  }
  bool element(const std::string& path) const { return elements_.contains(path); }

 private:
  struct Open {
    std::string path;
    bool decided = false;  // it, or what it stands in
    bool all = true;       // everything in it
    bool any = false;      // anything in it
  };

  bool enter(const Visited& v) {
    if (v.inherited) return false;
    Open open;
    open.path = v.path;
    open.decided =
        v.from != nullptr ? forgettable(*v.from) : !stack_.empty() && stack_.back().decided;
    const bool element = v.entry == nullptr;
    if (element) elements_.insert(open.path);
    if (element && named_.contains(open.path.substr(open.path.rfind('.') + 1)))
      open.decided = false;
    const bool holds_others = !element && v.from == nullptr && v.type != nullptr &&
                              (v.type->kind == TypeKind::Named || v.type->kind == TypeKind::List);
    if (!holds_others) open.all = open.decided, open.any = true;
    stack_.push_back(std::move(open));
    return true;
  }

  void leave() {
    const Open done = std::move(stack_.back());
    stack_.pop_back();
    const bool all = done.any && done.all;
    // Two elements may have one path where a name has dots: what is given in either stays.
    const auto [at, fresh] = decided_.emplace(done.path, all);
    if (!fresh) at->second = at->second && all;
    if (stack_.empty() || !done.any) return;
    stack_.back().any = true;
    stack_.back().all = stack_.back().all && all;
  }

  const std::set<std::string>& named_;
  std::vector<Open> stack_;
  std::unordered_map<std::string, bool> decided_;
  std::unordered_set<std::string> elements_;
};

class Pruner {
 public:
  Pruner(MergedDocument& document, const Origins& origins)
      : document_(document), origins_(origins) {}

  // Invalid: nothing is left. Recursion is bounded by the syntax tree's depth limit.
  ValueId prune(ValueId id, const std::string& path) {
    const Value value = document_.at(id);
    if (value.count == 0) return id;
    if (value.kind == NodeKind::Map) return map(id, value, path);
    return value.kind == NodeKind::Sequence ? list(id, value, path) : id;
  }

 private:
  ValueId map(ValueId id, const Value& value, const std::string& path) {
    std::vector<Member> members;
    bool changed = false;
    for (int i = 0; i < value.count; ++i) {
      Member member = document_.member(value, i);
      const std::string inside =
          path.empty() ? std::string(member.key) : path + "." + std::string(member.key);
      const ValueId kept = origins_.decided(inside) ? ValueId() : prune(member.value, inside);
      changed |= kept.index != member.value.index;
      member.value = kept;
      if (kept.valid()) members.push_back(member);
    }
    if (!changed) return id;
    // A group of decided values alone goes; an element of which the name is given stays.
    if (members.empty() && !path.empty() && !origins_.element(path)) return ValueId();
    return document_.add_map(value.span, members);
  }

  ValueId list(ValueId id, const Value& value, const std::string& path) {
    std::vector<ValueId> items;
    bool changed = false;
    for (int i = 0; i < value.count; ++i) {
      const ValueId item = document_.item(value, i);
      const std::string inside = path + "." + std::to_string(i + 1);
      const ValueId kept = origins_.decided(inside) ? ValueId() : prune(item, inside);
      changed |= kept.index != item.index;
      if (kept.valid()) items.push_back(kept);
    }
    return changed ? document_.add_list(value.span, items) : id;
  }

  MergedDocument& document_;
  const Origins& origins_;
};

}  // namespace

ValueId without_decided(MergedDocument& document, ValueId root, const Architecture& model,
                        const std::set<std::string>& named) {
  const Origins origins(model, named);
  return Pruner(document, origins).prune(root, "");
}

}  // namespace scantling
