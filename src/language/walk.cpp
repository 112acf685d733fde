#include "language/walk.h"

#include "language/writer.h"

namespace scantling {

namespace {

class Walker {
 public:
  Walker(const Architecture& model, const std::function<bool(const Visited&)>& enter,
         const std::function<void(const Visited&)>& leave)
      : model_(model), enter_(enter), leave_(leave) {}

  void members(const StructType& type, void* object) {
    for (const Entry& entry : type.entries)
      one_entry(entry, object, nullptr);
    if (type.flat == nullptr) return;
    void* flat = type.flat_at(object);
    const void* base = type.inherits != nullptr ? type.inherits(model_, object) : nullptr;
    for (const Entry& entry : type.flat().entries)
      one_entry(entry, flat, const_cast<void*>(base));
  }

 private:
  // Appends to the path for as long as it lives.
  class Part {
   public:
    Part(std::string& path, std::string_view part) : path_(path), before_(path.size()) {
      if (!path.empty()) path += '.';
      path += part;
    }
    ~Part() { path_.resize(before_); }
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;

   private:
    std::string& path_;
    std::size_t before_;
  };

  void one_entry(const Entry& entry, void* owner, void* base) {
    if (!is_present(entry, owner)) return;
    const Part part(path_, entry.key);
    Visited v;
    v.path = path_;
    v.type = entry.type;
    v.entry = &entry;
    v.owner = owner;
    v.value = entry.value != nullptr ? entry.value(owner) : nullptr;
    v.from = entry.from != nullptr ? entry.from(owner) : nullptr;
    const bool has_base = base != nullptr && v.from != nullptr && is_present(entry, base);
    v.inherited = has_base && Writer(model_).is_inherited(entry, owner, base);
    if (!enter_(v)) return;
    if (v.value != nullptr) {
      void* base_value = has_base ? entry.value(base) : nullptr;
      inside(*entry.type, v.value, base_value);
    }
    if (leave_) {
      v.path = path_;
      leave_(v);
    }
  }

  void inside(const Type& type, void* value, void* base) {
    if (type.kind == TypeKind::Struct) {
      const StructType& structure = type.structure();
      if (base == nullptr) {
        members(structure, value);
      } else {
        for (const Entry& entry : structure.entries)
          one_entry(entry, value, base);
      }
      return;
    }
    const bool named = type.kind == TypeKind::Named;
    if (!named && (type.kind != TypeKind::List || type.item->kind != TypeKind::Struct)) return;
    const StructType& structure = named ? type.structure() : type.item->structure();
    const std::size_t count = type.list.size(value);
    for (std::size_t i = 0; i < count; ++i) {
      void* element = type.list.at(value, i);
      const std::string index = named ? std::string() : std::to_string(i + 1);
      const Part part(path_, named ? std::string_view(*type.list.name(element)) : index);
      Visited v;
      v.path = path_;
      v.structure = &structure;
      v.value = element;
      v.from = type.list.from != nullptr ? type.list.from(element) : nullptr;
      if (!enter_(v)) continue;
      members(structure, element);
      if (leave_) {
        v.path = path_;
        leave_(v);
      }
    }
  }

  const Architecture& model_;
  const std::function<bool(const Visited&)>& enter_;
  const std::function<void(const Visited&)>& leave_;
  std::string path_;
};

}  // namespace

void walk_model(Architecture& model, const std::function<bool(const Visited&)>& enter,
                const std::function<void(const Visited&)>& leave) {
  Walker(model, enter, leave).members(root_structure(), &model);
}

void walk_model(const Architecture& model, const std::function<bool(const Visited&)>& enter,
                const std::function<void(const Visited&)>& leave) {
  walk_model(const_cast<Architecture&>(model), enter, leave);
}

}  // namespace scantling
