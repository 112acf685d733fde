#include "verify/crdt.h"

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <set>

#include "base/text.h"

namespace scantling::verify {
namespace {

class GCounter : public Crdt {
 public:
  Replica initial() const override { return Replica(kReplicas, 0); }
  int updates() const override { return 1; }
  Replica update(const Replica& s, int, int at, int) const override {
    Replica out = s;
    ++out[static_cast<std::size_t>(at)];
    return out;
  }
  Replica merge(const Replica& a, const Replica& b) const override {
    Replica out = a;
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = std::max(out[i], b[i]);
    return out;
  }
  Replica value(const Replica& s) const override {
    std::int32_t sum = 0;
    for (const std::int32_t n : s)
      sum += n;
    return {sum};
  }
};

// Increments in the first half, decrements in the second.
class PnCounter : public GCounter {
 public:
  Replica initial() const override { return Replica(std::size_t{2} * kReplicas, 0); }
  int updates() const override { return 2; }
  Replica update(const Replica& s, int kind, int at, int) const override {
    Replica out = s;
    ++out[static_cast<std::size_t>(kind * kReplicas + at)];
    return out;
  }
  Replica value(const Replica& s) const override {
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < s.size(); ++i)
      sum += i < kReplicas ? s[i] : -s[i];
    return {sum};
  }
};

// Two elements, as bits.
class GSet : public Crdt {
 public:
  Replica initial() const override { return {0}; }
  int updates() const override { return 2; }
  Replica update(const Replica& s, int kind, int, int) const override { return {s[0] | 1 << kind}; }
  Replica merge(const Replica& a, const Replica& b) const override { return {a[0] | b[0]}; }
  Replica value(const Replica& s) const override { return s; }
};

// Observed-remove: an add has a tag of its own; a remove takes away the tags that it has seen. The
// state is the tags added and the tags removed, as bits; tag 2 * number + element.
class OrSet : public Crdt {
 public:
  Replica initial() const override { return {0, 0}; }
  int updates() const override { return 4; }  // add a, add b, remove a, remove b
  Replica update(const Replica& s, int kind, int, int number) const override {
    if (kind < 2) return {s[0] | 1 << (2 * number + kind), s[1]};
    return {s[0], s[1] | (s[0] & mask(kind - 2))};
  }
  Replica merge(const Replica& a, const Replica& b) const override {
    return {a[0] | b[0], a[1] | b[1]};
  }
  Replica value(const Replica& s) const override {
    const std::int32_t live = s[0] & ~s[1];
    return {(live & mask(0)) != 0 ? 1 : 0, (live & mask(1)) != 0 ? 1 : 0};
  }

 private:
  static std::int32_t mask(int element) { return element == 0 ? 0x55555555 : 0x2AAAAAAA; }
};

// The latest write counts: (time, replica, what). Clocks are Lamport's: later than what was seen.
class LwwRegister : public Crdt {
 public:
  Replica initial() const override { return {0, 0, 0}; }
  int updates() const override { return 2; }
  Replica update(const Replica& s, int kind, int at, int) const override {
    return {s[0] + 1, at, kind + 1};
  }
  Replica merge(const Replica& a, const Replica& b) const override { return std::max(a, b); }
  Replica value(const Replica& s) const override { return {s[2]}; }
};

// Values with their version vectors; those that another has overtaken go. Entries of kReplicas + 1
// numbers, sorted.
class MvRegister : public Crdt {
 public:
  Replica initial() const override { return {}; }
  int updates() const override { return 2; }
  Replica update(const Replica& s, int kind, int at, int) const override {
    Replica entry(kReplicas + 1, 0);
    for (std::size_t e = 0; e < s.size(); e += kReplicas + 1)
      for (std::size_t i = 0; i < kReplicas; ++i)
        entry[i] = std::max(entry[i], s[e + i]);
    ++entry[static_cast<std::size_t>(at)];
    entry[kReplicas] = kind;
    return entry;
  }
  Replica merge(const Replica& a, const Replica& b) const override {
    std::set<Replica> all;
    for (const Replica* s : {&a, &b})
      for (std::size_t e = 0; e < s->size(); e += kReplicas + 1)
        all.insert(Replica(s->begin() + static_cast<std::ptrdiff_t>(e),
                           s->begin() + static_cast<std::ptrdiff_t>(e) + kReplicas + 1));
    Replica out;
    for (const Replica& x : all) {
      const bool old = std::ranges::any_of(all, [&](const Replica& y) { return overtakes(y, x); });
      if (!old) out.insert(out.end(), x.begin(), x.end());
    }
    return out;
  }
  Replica value(const Replica& s) const override {
    std::set<std::int32_t> values;
    for (std::size_t e = 0; e < s.size(); e += kReplicas + 1)
      values.insert(s[e + kReplicas]);
    return {values.begin(), values.end()};
  }

 private:
  static bool overtakes(const Replica& y, const Replica& x) {
    bool more = false;
    for (std::size_t i = 0; i < kReplicas; ++i) {
      if (y[i] < x[i]) return false;
      more |= y[i] > x[i];
    }
    return more;
  }
};

// A list: each insert names the element that it follows (0: the beginning). Entries of id, parent
// and whether it is deleted, sorted by id; an id is (time, replica) in one number. Siblings are
// read with the latest first (Roh et al., "Replicated abstract data types", 2011).
class RgaList : public Crdt {
 public:
  Replica initial() const override { return {}; }
  int updates() const override { return 3; }  // insert first, insert last, delete the first
  Replica update(const Replica& s, int kind, int at, int) const override {
    const Replica order = value(s);
    if (kind == 2) {
      Replica out = s;
      for (std::size_t e = 0; e < out.size() && !order.empty(); e += 3)
        if (out[e] == order.front()) out[e + 2] = 1;
      return out;
    }
    std::int32_t latest = 0;
    for (std::size_t e = 0; e < s.size(); e += 3)
      latest = std::max(latest, s[e] / kReplicas);
    const std::int32_t parent = kind == 0 || order.empty() ? 0 : order.back();
    return merge(s, {(latest + 1) * kReplicas + at, parent, 0});
  }
  Replica merge(const Replica& a, const Replica& b) const override {
    std::map<std::int32_t, std::array<std::int32_t, 2>> all;
    for (const Replica* s : {&a, &b})
      for (std::size_t e = 0; e < s->size(); e += 3) {
        auto& entry = all[(*s)[e]];
        entry = {(*s)[e + 1], std::max(entry[1], (*s)[e + 2])};
      }
    Replica out;
    for (const auto& [id, entry] : all)
      out.insert(out.end(), {id, entry[0], entry[1]});
    return out;
  }
  Replica value(const Replica& s) const override {
    Replica out;
    std::vector<std::int32_t> open{0};  // depth first; a later id is read earlier
    while (!open.empty()) {
      const std::int32_t at = open.back();
      open.pop_back();
      for (std::size_t e = 0; e < s.size(); e += 3) {
        if (s[e] == at && s[e + 2] == 0) out.push_back(at);
        if (s[e + 1] == at) open.push_back(s[e]);  // sorted by id: the latest is popped first
      }
    }
    return out;
  }
};

struct Group {
  std::array<Replica, kReplicas> states;
  std::array<std::int32_t, kReplicas> seen{};  // updates, as bits
  int updates = 0;
  friend auto operator<=>(const Group&, const Group&) = default;
};

std::string text_of(const Group& g) {
  std::string out = "after " + plural(g.updates, "update") + ", replicas saw";
  for (const std::int32_t seen : g.seen)
    out += " " + std::to_string(std::popcount(static_cast<std::uint32_t>(seen)));
  return out;
}

// The first law that the group breaks; empty: none.
std::string broken_law(const Crdt& crdt, const Group& g) {
  const auto& [a, b, c] = g.states;
  if (crdt.merge(a, b) != crdt.merge(b, a)) return "merging is not commutative";
  if (crdt.merge(a, a) != a) return "merging twice changes something";
  if (crdt.merge(crdt.merge(a, b), c) != crdt.merge(a, crdt.merge(b, c)))
    return "merging is not associative";
  for (std::size_t i = 0; i < kReplicas; ++i)
    for (std::size_t j = i + 1; j < kReplicas; ++j)
      if (g.seen[i] == g.seen[j] && crdt.value(g.states[i]) != crdt.value(g.states[j]))
        return "replicas that saw the same updates differ";
  return "";
}

}  // namespace

std::unique_ptr<Crdt> make_crdt(CrdtType type) {
  switch (type) {
    case CrdtType::GCounter: return std::make_unique<GCounter>();
    case CrdtType::PnCounter: return std::make_unique<PnCounter>();
    case CrdtType::GSet: return std::make_unique<GSet>();
    case CrdtType::OrSet: return std::make_unique<OrSet>();
    case CrdtType::LwwRegister: return std::make_unique<LwwRegister>();
    case CrdtType::MvRegister: return std::make_unique<MvRegister>();
    case CrdtType::RgaList: return std::make_unique<RgaList>();
  }
  return nullptr;
}

MergeResult check_merges(const Crdt& crdt) {
  MergeResult out;
  Group start;
  start.states.fill(crdt.initial());
  std::set<Group> known{start};
  std::vector<Group> open{start};
  const auto reach = [&](Group g) {
    if (known.insert(g).second) open.push_back(std::move(g));
  };
  for (std::size_t next_group = 0; next_group < open.size() && out.converges; ++next_group) {
    const Group g = open[next_group];
    ++out.histories;
    if (const std::string law = broken_law(crdt, g); !law.empty()) {
      out.converges = false;
      out.broken = law + " (" + text_of(g) + ")";
    }
    for (std::size_t at = 0; at < kReplicas; ++at) {
      for (int kind = 0; kind < crdt.updates() && g.updates < kUpdates; ++kind) {
        Group next = g;
        next.states[at] = crdt.update(g.states[at], kind, static_cast<int>(at), g.updates);
        next.seen[at] |= 1 << g.updates;
        ++next.updates;
        reach(std::move(next));
      }
      for (std::size_t from = 0; from < kReplicas; ++from) {
        if (from == at || (g.seen[from] & ~g.seen[at]) == 0) continue;
        Group next = g;
        next.states[at] = crdt.merge(g.states[at], g.states[from]);
        next.seen[at] |= g.seen[from];
        reach(std::move(next));
      }
    }
  }
  return out;
}

}  // namespace scantling::verify
