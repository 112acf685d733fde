// The objects of an audit by name, and the pods that they make: what the cross-artifact rules ask.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "generate/audit.h"

namespace scantling::generate {

struct AuditObject {
  const Value* value = nullptr;
  std::string_view file, api, kind, space,
      name;  // space: its namespace; "default" when it says none

  std::string title() const {
    if (name.empty()) return std::string(kind);
    return std::string(kind) + " " + std::string(space) + "/" + std::string(name);
  }
};

// What selectors find: the pods of one workload.
struct AuditPods {
  const AuditObject* owner = nullptr;
  std::map<std::string, std::string, std::less<>> labels;
  const Value* spec = nullptr;  // the pod's; nullptr for those that an operator makes
};

class World {
 public:
  explicit World(const std::vector<Resource>& objects);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  const std::vector<AuditObject>& objects() const { return objects_; }
  const std::vector<AuditPods>& pods() const { return pods_; }
  const AuditObject* find(std::string_view kind, std::string_view space,
                          std::string_view name) const;
  bool has_kind(std::string_view kind) const;
  bool has_space(std::string_view space) const;
  // A Secret, ConfigMap or Service that is there, or that an operator makes of what is there.
  bool made(std::string_view kind, std::string_view space, std::string_view name) const;
  const AuditPods* pods_of(std::string_view space, std::string_view owner_name) const;

  // Comparing all with all has an end, whatever a file holds: false when it is reached.
  bool more_work() const { return ++work_ <= kMostWork; }
  bool unfinished() const { return work_ > kMostWork; }

  // Whether network policies let `from` reach `to` on the port.
  bool lets_out(const AuditPods& from, const AuditPods& to, std::int64_t port) const;
  bool lets_in(const AuditPods& from, const AuditPods& to, std::int64_t port) const;

 private:
  void add_pods(const AuditObject& object);
  void add_made(const AuditObject& object);
  bool allowed(const AuditPods& subject, const AuditPods& other, std::int64_t port,
               bool inward) const;

  static constexpr std::size_t kMostWork = 30'000'000;
  mutable std::size_t work_ = 0;
  std::vector<AuditObject> objects_;
  std::vector<AuditPods> pods_;
  std::set<std::string_view> kinds_, spaces_;
  std::map<std::tuple<std::string_view, std::string_view, std::string_view>, const AuditObject*>
      by_name_;
  std::map<std::tuple<std::string, std::string, std::string>, bool> made_;
  std::vector<const AuditObject*> policies_;
};

// matchLabels and matchExpressions; an empty selector matches everything.
bool selects(const Value& selector, const AuditPods& pods);
// Number of a port given by number or by a container's name; 0 when there is no such port.
std::int64_t port_number(const Value& port, const AuditPods& pods);

class Findings {
 public:
  void add(std::string_view rule, const AuditObject& object, std::string path, std::string text) {
    list_.push_back({std::string(rule), std::string(object.file), object.title(), std::move(path),
                     std::move(text)});
  }
  std::vector<AuditFinding> take() { return std::move(list_); }

 private:
  std::vector<AuditFinding> list_;
};

void audit_references(const World& world, Findings& out);
void audit_networks(const World& world, Findings& out);
void audit_workloads(const World& world, Findings& out);
void audit_collectors(const World& world, Findings& out);
void audit_canaries(const World& world, Findings& out);

}  // namespace scantling::generate
