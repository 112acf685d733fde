// Decided values into the files that the model was read from.
#include <algorithm>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "base/text.h"
#include "language/language.h"
#include "language/origins.h"
#include "language/tree_edit.h"
#include "language/walk.h"
#include "language/writer.h"

namespace scantling {

namespace {

// Assumptions are made anew by each design, so they aren't written; a group that only held such is
// none.
void forget_assumed(Architecture& model) {
  std::vector<int> kept = {0};  // values that stay, in each one that was entered
  const auto enter = [&](const Visited& v) {
    if (v.path == "decisions") return false;
    kept.push_back(0);
    return true;
  };
  const auto leave = [&](const Visited& v) {
    const int inside = kept.back();
    kept.pop_back();
    const bool element = v.structure != nullptr;
    const bool group = !element && v.type->kind == TypeKind::Struct;
    if (v.from != nullptr && v.from->origin == Origin::Assumed)
      v.from->origin = element || (group && inside > 0) ? Origin::Given : Origin::Absent;
    if (v.from == nullptr || v.from->origin != Origin::Absent) ++kept.back();
  };
  walk_model(model, enter, leave);
}

class Splicer {
 public:
  Splicer(const Sources& sources, FileId main_file, const Architecture& model,
          const OriginLists& origins)
      : sources_(sources), model_(model), writer_(model, &origins), main_file_(main_file) {}

  std::vector<Edit> run() {
    TreeEditor* main = editor(main_file_);
    if (main == nullptr) return {};
    note_old_paths(*main);
    const NodeId root = main->root();
    merge(root_structure(), &model_, nullptr, *main, root, "");
    std::vector<Edit> out;
    for (auto& [file, file_editor] : editors_)
      for (Edit& edit : file_editor->take())
        out.push_back(std::move(edit));
    return out;
  }

 private:
  using Members = std::vector<OutMember>;

  // Nullptr for a file that can't be edited.
  TreeEditor* editor(FileId file) {
    for (auto& [known, known_editor] : editors_)
      if (known == file) return known_editor->readable() ? known_editor.get() : nullptr;
    editors_.emplace_back(file, std::make_unique<TreeEditor>(sources_, file));
    return editors_.back().second->readable() ? editors_.back().second.get() : nullptr;
  }

  // What the file lists as decided: where the model no longer holds it, it goes.
  void note_old_paths(const TreeEditor& main) {
    const SyntaxTree& tree = main.tree();
    const MapEntry* decisions = tree.find(tree.node(main.root()), "decisions");
    if (decisions == nullptr) return;
    const Node& map = tree.node(decisions->value);
    for (int i = 0; map.kind == NodeKind::Map && i < map.count; ++i) {
      const Node& decision = tree.node(tree.entry(map, i).value);
      if (decision.kind != NodeKind::Map) continue;
      const MapEntry* locked = tree.find(decision, "locked");
      if (locked != nullptr && tree.node(locked->value).scalar == "true") continue;
      if (tree.find(decision, "pass") != nullptr)
        old_.insert("decisions." + std::string(tree.entry(map, i).key));
      if (const MapEntry* sets = tree.find(decision, "sets")) note_old(tree, sets->value);
    }
  }

  void note_old(const SyntaxTree& tree, NodeId id) {
    const Node& node = tree.node(id);
    if (node.kind == NodeKind::Scalar)
      for (PathPattern& pattern : expand_path(node.scalar))
        (pattern.deep ? old_deep_ : old_).insert(pattern.path);
    for (int i = 0; node.kind == NodeKind::Sequence && i < node.count; ++i)
      note_old(tree, tree.item(node, i));
  }

  bool was_decided(const std::string& path) const {
    if (old_.contains(path)) return true;
    for (std::string around = path; !around.empty();) {
      if (old_deep_.contains(around)) return true;
      const std::size_t dot = around.rfind('.');
      around.resize(dot == std::string::npos ? 0 : dot);
    }
    return false;
  }

  // It, or something in it.
  bool had_decided(const std::string& path) const {
    if (was_decided(path)) return true;
    const std::string within = path + ".";
    const auto is_within = [&](const std::string& old) { return old.starts_with(within); };
    return std::any_of(old_.begin(), old_.end(), is_within) ||
           std::any_of(old_deep_.begin(), old_deep_.end(), is_within);
  }

  static bool is_decided(const Entry& entry, const void* owner) {
    return entry.from != nullptr && entry.from(const_cast<void*>(owner))->origin == Origin::Decided;
  }

  // Brings the map at `node` up to `object`; `base` is what a policy bundle gives it.
  void merge(const StructType& type, const void* object, const void* base, TreeEditor& file,
             NodeId node, const std::string& path) {
    Members added;
    std::vector<const Entry*> written;
    for (const Entry& entry : type.entries)
      merge_entry(entry, object, base, file, node, path, added, written);
    if (type.flat != nullptr) {
      void* flat = type.flat_at(const_cast<void*>(object));
      const void* bundle = type.inherits != nullptr ? type.inherits(model_, object) : nullptr;
      for (const Entry& entry : type.flat().entries)
        merge_entry(entry, flat, bundle, file, node, path, added, written);
    }
    file.change_map(node, added, stale_keys(type, file.tree(), node, path, written));
  }

  // Entries of the tree's map that were decided and that the model no longer writes.
  std::vector<int> stale_keys(const StructType& type, const SyntaxTree& tree, NodeId node,
                              const std::string& path,
                              const std::vector<const Entry*>& written) const {
    std::vector<int> out;
    const Node& map = tree.node(node);
    for (int i = 0; i < map.count; ++i) {
      const std::string_view key = tree.entry(map, i).key;
      std::size_t hint = 0;
      const Entry* entry = find_entry(type, key, hint);
      const bool stays = entry == nullptr || entry->hidden ||
                         std::find(written.begin(), written.end(), entry) != written.end();
      if (!stays && was_decided(inside(path, key))) out.push_back(i);
    }
    return out;
  }

  static std::string inside(const std::string& path, std::string_view key) {
    return path.empty() ? std::string(key) : path + "." + std::string(key);
  }

  static const MapEntry* find(const TreeEditor& file, NodeId node, const Entry& entry) {
    const SyntaxTree& tree = file.tree();
    const MapEntry* found = tree.find(tree.node(node), entry.key);
    if (found == nullptr && entry.key == "context-map")
      found = tree.find(tree.node(node), "relations");
    return found;
  }

  void merge_entry(const Entry& entry, const void* owner, const void* base, TreeEditor& file,
                   NodeId node, const std::string& path, Members& added,
                   std::vector<const Entry*>& written) {
    if (entry.from == nullptr && entry.applies == nullptr && !is_present(entry, owner)) {
      if (const MapEntry* left = find(file, node, entry); left != nullptr)
        remove_left(file, *left, inside(path, entry.key));
      return;
    }
    if (!is_present(entry, owner) || writer_.is_inherited(entry, owner, base)) return;
    written.push_back(&entry);
    const std::string inner = inside(path, entry.key);
    const MapEntry* there = find(file, node, entry);
    void* value = entry.value != nullptr ? entry.value(const_cast<void*>(owner)) : nullptr;
    if (value != nullptr && entry.type->kind == TypeKind::Named) {
      merge_elements(entry, value, file, node, there, inner, added);
      return;
    }
    const bool loose_list = value != nullptr && entry.from == nullptr &&
                            entry.type->kind == TypeKind::List && entry.applies == nullptr;
    if (loose_list && inner == entry.key) {
      merge_section(entry, value, file, node, there, inner, added);
      return;
    }
    const void* inner_base = base != nullptr && is_present(entry, base) && value != nullptr
                                 ? entry.value(const_cast<void*>(base))
                                 : nullptr;
    if (there == nullptr) {
      add_missing(entry, owner, value, inner_base, added);
      return;
    }
    const Node& node_there = file.tree().node(there->value);
    if (value != nullptr && entry.type->kind == TypeKind::Struct &&
        node_there.kind == NodeKind::Map) {
      merge(entry.type->structure(), value, inner_base, file, there->value, inner);
      return;
    }
    if (value != nullptr && entry.type->kind == TypeKind::Struct) {
      merge_short(entry, owner, value, file, node, *there);
    } else if (is_decided(entry, owner)) {
      const Out fresh = writer_.write_entry(entry, owner);
      if (!same_value(fresh, out_of(file.tree(), there->value))) file.replace(node, *there, fresh);
    } else if (value != nullptr && entry.type->kind == TypeKind::List &&
               entry.type->item->kind == TypeKind::Struct) {
      merge_items(*entry.type, value, file, there->value, inner);
    }
  }

  // A struct that stands there as a text, or as a key without a value.
  void merge_short(const Entry& entry, const void* owner, void* value, TreeEditor& file,
                   NodeId node, const MapEntry& there) {
    const bool changed = is_decided(entry, owner) ||
                         !decided_members(entry.type->structure(), value).members.empty();
    const Out fresh = writer_.write_entry(entry, owner);
    if (changed && !same_value(fresh, out_of(file.tree(), there.value)))
      file.replace(node, there, fresh);
  }

  // A value that the file doesn't hold. A given one stands in another file.
  void add_missing(const Entry& entry, const void* owner, void* value, const void* base,
                   Members& added) {
    if (is_decided(entry, owner)) {
      added.emplace_back(std::string(entry.key),
                         base != nullptr && entry.type->kind == TypeKind::Struct
                             ? writer_.write_struct(entry.type->structure(), value, base)
                             : writer_.write_entry(entry, owner));
      return;
    }
    if (value == nullptr || entry.type->kind != TypeKind::Struct) return;
    Out map = decided_members(entry.type->structure(), value);
    if (!map.members.empty()) added.emplace_back(std::string(entry.key), std::move(map));
  }

  // Of a group that is not decided itself.
  Out decided_members(const StructType& type, void* object) {
    Out map = Out::map();
    for (const Entry& entry : type.entries) {
      if (!is_present(entry, object)) continue;
      if (is_decided(entry, object)) {
        map.add(entry.key, writer_.write_entry(entry, object));
      } else if (entry.value != nullptr && entry.type->kind == TypeKind::Struct) {
        Out inner = decided_members(entry.type->structure(), entry.value(object));
        if (!inner.members.empty()) map.add(entry.key, std::move(inner));
      }
    }
    return map;
  }

  void merge_items(const Type& type, void* list, TreeEditor& file, NodeId node,
                   const std::string& path) {
    const Node& sequence = file.tree().node(node);
    const std::size_t count = type.list.size(list);
    if (sequence.kind != NodeKind::Sequence || static_cast<std::size_t>(sequence.count) != count)
      return;
    for (std::size_t i = 0; i < count; ++i)
      merge_item(type, type.list.at(list, i), file, file.tree().item(sequence, static_cast<int>(i)),
                 inside(path, std::to_string(i + 1)));
  }

  void merge_item(const Type& type, void* object, TreeEditor& file, NodeId item,
                  const std::string& path) {
    const StructType& structure = type.item->structure();
    if (file.tree().node(item).kind == NodeKind::Map)
      merge(structure, object, nullptr, file, item, path);
    else if (!decided_members(structure, object).members.empty())
      file.replace_text(item, writer_.write_struct(structure, object));
  }

  // Without a provenance of its own an item is decided when every value in it is.
  static bool is_decided_item(const Type& list, void* item) {
    if (list.list.from != nullptr) return list.list.from(item)->origin == Origin::Decided;
    bool any = false;
    for (const Entry& entry : list.item->structure().entries) {
      if (entry.from == nullptr || !is_present(entry, item)) continue;
      if (!is_decided(entry, item)) return false;
      any = true;
    }
    return any;
  }

  // A section that is a list (the context map, the migration): given items stay as they are, in
  // front of the decided ones.
  void merge_section(const Entry& entry, void* list, TreeEditor& file, NodeId node,
                     const MapEntry* there, const std::string& path, Members& added) {
    const Type& type = *entry.type;
    Out all = Out::list();
    Out decided = Out::list();
    std::vector<void*> given;
    for (std::size_t i = 0; i < type.list.size(list); ++i) {
      void* item = type.list.at(list, i);
      Out written = writer_.write(*type.item, item);
      if (is_decided_item(type, item))
        decided.add(written);
      else
        given.push_back(item);
      all.add(std::move(written));
    }
    if (there == nullptr) {
      if (!decided.items.empty()) added.emplace_back(std::string(entry.key), std::move(decided));
      return;
    }
    const Node& sequence = file.tree().node(there->value);
    bool had = was_decided(path);  // decided items
    bool had_values = had;         // or items with decided values
    for (int i = 0; i < sequence.count; ++i) {
      had |= was_decided(inside(path, std::to_string(i + 1)));
      had_values |= had_decided(inside(path, std::to_string(i + 1)));
    }
    const bool only_given = !had && sequence.kind == NodeKind::Sequence &&
                            static_cast<std::size_t>(sequence.count) == given.size();
    if (only_given) {
      for (std::size_t i = 0; i < given.size(); ++i)
        merge_item(type, given[i], file, file.tree().item(sequence, static_cast<int>(i)),
                   inside(path, std::to_string(i + 1)));
      file.append(there->value, decided.items);
    } else if ((had_values || !decided.items.empty()) &&
               !same_value(all, out_of(file.tree(), there->value))) {
      file.replace(node, *there, all);
    }
  }

  // Elements by name: each is brought up to date where it stands; decided ones that stand nowhere
  // are added here.
  void merge_elements(const Entry& entry, void* list, TreeEditor& file, NodeId node,
                      const MapEntry* there, const std::string& path, Members& added) {
    const Type& type = *entry.type;
    Members fresh;
    std::unordered_set<std::string_view> names;
    const Node* map = there != nullptr ? &file.tree().node(there->value) : nullptr;
    const bool is_map = map != nullptr && map->kind == NodeKind::Map;
    std::unordered_map<std::string_view, const MapEntry*> here;
    for (int i = 0; is_map && i < map->count; ++i)
      here.emplace(file.tree().entry(*map, i).key, &file.tree().entry(*map, i));
    for (std::size_t i = 0; i < type.list.size(list); ++i) {
      void* element = type.list.at(list, i);
      const std::string& name = *type.list.name(element);
      names.insert(name);
      const auto found = here.find(name);
      if (found != here.end())
        merge_element(type, element, file, *found->second, inside(path, name));
      else if (type.list.from != nullptr &&
               !merge_elsewhere(entry, element, type.list.from(element)->span.file,
                                inside(path, name)) &&
               type.list.from(element)->origin == Origin::Decided)
        fresh.emplace_back(name, writer_.write_struct(type.structure(), element));
    }
    std::vector<int> gone;
    for (int i = 0; is_map && i < map->count; ++i) {
      const std::string_view name = file.tree().entry(*map, i).key;
      if (!names.contains(name) && was_decided(inside(path, name))) gone.push_back(i);
    }
    if (is_map)
      file.change_map(there->value, fresh, gone);
    else if (!fresh.empty())
      add_section(entry, file, node, there, std::move(fresh), added);
  }

  // The last elements or items of a section went with the design that made them.
  void remove_left(TreeEditor& file, const MapEntry& section, const std::string& path) {
    const Node& node = file.tree().node(section.value);
    std::vector<int> gone;
    for (int i = 0; node.kind == NodeKind::Map && i < node.count; ++i)
      if (was_decided(inside(path, file.tree().entry(node, i).key))) gone.push_back(i);
    for (int i = 0; node.kind == NodeKind::Sequence && i < node.count; ++i)
      if (had_decided(inside(path, std::to_string(i + 1)))) gone.push_back(i);
    if (static_cast<int>(gone.size()) == node.count)
      old_.insert(path);  // the section's own key goes
    else if (node.kind == NodeKind::Map)
      file.change_map(section.value, {}, gone);
  }

  void add_section(const Entry& entry, TreeEditor& file, NodeId node, const MapEntry* there,
                   Members fresh, Members& added) {
    Out section = Out::map();
    section.block = true;
    section.members = std::move(fresh);
    if (there == nullptr)
      added.emplace_back(std::string(entry.key), std::move(section));
    else
      file.replace(node, *there, section);
  }

  void merge_element(const Type& type, void* element, TreeEditor& file, const MapEntry& there,
                     const std::string& path) {
    const StructType& structure = type.structure();
    const Node& node = file.tree().node(there.value);
    if (node.kind == NodeKind::Map) {
      merge(structure, element, nullptr, file, there.value, path);
    } else if (node.kind == NodeKind::Null) {
      const Out map = decided_members(structure, element);
      if (!map.members.empty()) file.fill(there, map);
    }
  }

  // An element that stands in an included file; false when it doesn't.
  bool merge_elsewhere(const Entry& section, void* element, FileId file, const std::string& path) {
    if (!file.valid() || file == main_file_) return false;
    TreeEditor* other = editor(file);
    if (other == nullptr) return false;
    const SyntaxTree& tree = other->tree();
    const MapEntry* there = tree.find(tree.node(other->root()), section.key);
    if (there == nullptr || tree.node(there->value).kind != NodeKind::Map) return false;
    const MapEntry* found = tree.find(tree.node(there->value), *section.type->list.name(element));
    if (found != nullptr) merge_element(*section.type, element, *other, *found, path);
    return found != nullptr;
  }

  const Sources& sources_;
  const Architecture& model_;
  const Writer writer_;
  FileId main_file_;
  std::vector<std::pair<FileId, std::unique_ptr<TreeEditor>>> editors_;
  std::unordered_set<std::string> old_, old_deep_;
};

}  // namespace

std::vector<Edit> write_back(const Sources& sources, FileId main_file, const Architecture& model) {
  Architecture whole = model;
  forget_assumed(whole);
  const OriginLists origins = origin_lists(whole);
  complete(whole, origins);
  return Splicer(sources, main_file, whole, origins).run();
}

}  // namespace scantling
