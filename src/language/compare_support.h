// Whether two models are the same, value by value and origin by origin, by the table. For tests: it
// says the first path that differs.
#pragma once

#include <string>

#include "language/table.h"

namespace scantling {
class Compare {
 public:
  // Empty when they are the same; else the path and what differs.
  std::string models(const Architecture& a, const Architecture& b) {
    structs(root_structure(), &a, &b, "");
    return difference_;
  }

 private:
  void differ(const std::string& path, std::string_view what) {
    if (difference_.empty()) difference_ = path + ": " + std::string(what);
  }
  template <class T>
  void same(const T& a, const T& b, const std::string& path, std::string_view what) {
    if (!(a == b)) differ(path, what);
  }

  void origins(const Provenance& a, const Provenance& b, const std::string& path) {
    if (a.origin != b.origin) differ(path, "origin");
    if (a.origin == Origin::Decided && a.decision != b.decision) differ(path, "decision");
  }

  void structs(const StructType& type, const void* a, const void* b, const std::string& path) {
    members(type, a, b, path);
    if (type.flat != nullptr)
      members(type.flat(), type.flat_at(const_cast<void*>(a)), type.flat_at(const_cast<void*>(b)),
              path);
    if (&type == &structure_of<ProblemStep>()) steps(as<ProblemStep>(a), as<ProblemStep>(b), path);
    if (&type == &structure_of<Step>()) steps(as<Step>(a), as<Step>(b), path);
    if (&type == &structure_of<Fault>()) faults(as<Fault>(a), as<Fault>(b), path);
    if (&type == &structure_of<SagaStep>()) sagas(as<SagaStep>(a), as<SagaStep>(b), path);
    if (&type == &structure_of<Consistency>()) {
      const auto& x = as<Consistency>(a);
      const auto& y = as<Consistency>(b);
      same(x.kind, y.kind, path, "kind");
      if (x.kind == ConsistencyKind::Quorum) {
        same(x.quorum.read, y.quorum.read, path, "read quorum");
        same(x.quorum.write, y.quorum.write, path, "write quorum");
      }
    }
    if (&type == &structure_of<ExperimentLoad>())
      loads(as<ExperimentLoad>(a), as<ExperimentLoad>(b), path);
    if (&type == &structure_of<Expectation>())
      expectations(as<Expectation>(a), as<Expectation>(b), path);
  }

  template <class T>
  static const T& as(const void* p) {
    return *static_cast<const T*>(p);
  }

  void members(const StructType& type, const void* a, const void* b, const std::string& path) {
    for (const Entry& entry : type.entries) {
      if (entry.value == nullptr) continue;
      const std::string inner =
          path.empty() ? std::string(entry.key) : path + "." + std::string(entry.key);
      void* left = const_cast<void*>(a);
      void* right = const_cast<void*>(b);
      if (entry.from != nullptr) {
        origins(*entry.from(left), *entry.from(right), inner);
        if (entry.from(left)->origin == Origin::Absent) continue;
      }
      values(*entry.type, entry.value(left), entry.value(right), inner);
    }
  }

  void values(const Type& type, const void* a, const void* b, const std::string& path) {
    void* left = const_cast<void*>(a);
    void* right = const_cast<void*>(b);
    switch (type.kind) {
      case TypeKind::Scalar:
        if (!type.scalar.equal(a, b)) differ(path, "value");
        return;
      case TypeKind::Custom:
        if (!type.custom.equal(a, b)) differ(path, "value");
        return;
      case TypeKind::Enum:
        same(*static_cast<const std::uint8_t*>(a), *static_cast<const std::uint8_t*>(b), path,
             "value");
        return;
      case TypeKind::Reference:
        same(*type.ref_name(left), *type.ref_name(right), path, "name");
        same(*type.ref_id(left), *type.ref_id(right), path, "id");
        return;
      case TypeKind::Struct: structs(type.structure(), a, b, path); return;
      case TypeKind::List:
      case TypeKind::Named: lists(type, left, right, path); return;
    }
  }

  void lists(const Type& type, void* a, void* b, const std::string& path) {
    const std::size_t count = type.list.size(a);
    if (count != type.list.size(b)) {
      differ(path, "number of items");
      return;
    }
    for (std::size_t i = 0; i < count; ++i) {
      void* left = type.list.at(a, i);
      void* right = type.list.at(b, i);
      const std::string inner = path + "." + std::to_string(i + 1);
      if (type.list.from != nullptr) origins(*type.list.from(left), *type.list.from(right), inner);
      if (type.kind == TypeKind::Named) {
        same(*type.list.name(left), *type.list.name(right), inner, "name");
        structs(type.structure(), left, right, inner);
      } else {
        values(*type.item, left, right, inner);
      }
    }
  }

  // --- what the structs with forms of their own hold besides their entries ---

  template <class I>
  void refs(const Ref<I>& a, const Ref<I>& b, const std::string& path) {
    same(a.name, b.name, path, "name");
    same(a.id, b.id, path, "id");
  }

  void steps(const ProblemStep& a, const ProblemStep& b, const std::string& path) {
    same(a.verb, b.verb, path, "verb");
    refs(a.aggregate, b.aggregate, path);
    same(a.times, b.times, path, "times");
    same(a.has_undo, b.has_undo, path, "undo");
    same(a.undo_verb, b.undo_verb, path, "undo's verb");
    refs(a.undo_aggregate, b.undo_aggregate, path);
  }

  void steps(const Step& a, const Step& b, const std::string& path) {
    same(a.kind, b.kind, path, "kind");
    same(a.target, b.target, path, "target");
    same(a.endpoint, b.endpoint, path, "endpoint");
    same(a.external, b.external, path, "external");
    same(a.store, b.store, path, "store");
    same(a.channel, b.channel, path, "channel");
    same(a.event, b.event, path, "event");
    same(a.lock, b.lock, path, "lock");
  }

  void targets(const Target& a, const Target& b, const std::string& path) {
    same(a.kind, b.kind, path, "kind of target");
    same(a.name, b.name, path, "target");
    same(a.service, b.service, path, "service");
    same(a.store, b.store, path, "store");
    same(a.channel, b.channel, path, "channel");
    same(a.external, b.external, path, "external");
    same(a.endpoint, b.endpoint, path, "endpoint");
  }

  void faults(const Fault& a, const Fault& b, const std::string& path) {
    same(a.kind, b.kind, path, "kind");
    targets(a.target, b.target, path);
    targets(a.to, b.to, path);
    same(a.factor, b.factor, path, "factor");
    same(a.share, b.share, path, "share");
    same(a.every, b.every, path, "every");
  }

  void sagas(const SagaStep& a, const SagaStep& b, const std::string& path) {
    same(a.do_target, b.do_target, path, "do");
    same(a.do_endpoint, b.do_endpoint, path, "do's endpoint");
    same(a.undo_target, b.undo_target, path, "undo");
    same(a.undo_endpoint, b.undo_endpoint, path, "undo's endpoint");
  }

  // In any order: operations named like a key of the experiment are written apart.
  template <class List, class Same>
  void by_operation(const List& a, const List& b, const std::string& path, Same same_item) {
    same(a.size(), b.size(), path, "number of operations");
    for (const auto& item : a) {
      bool found = false;
      for (const auto& other : b) {
        if (other.operation.name != item.operation.name) continue;
        found = true;
        refs(item.operation, other.operation, path);
        same_item(item, other);
      }
      if (!found) differ(path, "lost " + item.operation.name);
    }
  }

  void loads(const ExperimentLoad& a, const ExperimentLoad& b, const std::string& path) {
    by_operation(a.changes, b.changes, path, [&](const LoadChange& x, const LoadChange& y) {
      same(x.absolute, y.absolute, path, "absolute");
      same(x.factor, y.factor, path, "factor");
      same(x.rate, y.rate, path, "rate");
    });
  }

  void expectations(const Expectation& a, const Expectation& b, const std::string& path) {
    by_operation(a.operations, b.operations, path,
                 [&](const OperationExpectation& x, const OperationExpectation& y) {
                   structs(structure_of<Objective>(), &x.objective, &y.objective, path);
                 });
  }

  std::string difference_;
};

}  // namespace scantling
