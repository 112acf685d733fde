// A store with a leader and copies: what a failover loses, whether two copies lead, and what the
// copies answer with afterwards.
#include <algorithm>

#include "base/text.h"
#include "verify/protocol.h"

namespace scantling::verify {
namespace {

constexpr int kMostCopies = 3;

class Failover {
 public:
  Failover(const Derivation& d, StoreId id)
      : d_(d),
        id_(id),
        store_(d.model.stores[id]),
        copies_(static_cast<int>(std::min<std::int64_t>(store_.copies->value, kMostCopies))),
        fenced_(store_.fenced.or_else(false)),
        rebuild_(store_.rebuild.or_else(Rebuild::Diverged)),
        b_("store " + store_.name, "stores." + store_.name) {
    if (store_.in_sync)
      in_sync_ = static_cast<int>(std::clamp<std::int64_t>(store_.in_sync->value, 1, copies_));
    else if (!store_.lag && store_.consistency->kind == ConsistencyKind::Strong)
      in_sync_ = copies_;  // nothing says that copies are behind
    splits_ = !fenced_ && in_sync_ < 2;
  }

  void read() {
    variables();
    writes();
    promotions();
    if (store_.rebuild) returns();
    properties();
    if (store_.rebuild) afterwards();
    repairs();
    if (store_.copies->value > kMostCopies)
      b_.note(std::to_string(store_.copies->value) + " copies stand as 3");
    if (in_sync_ > 1)
      b_.note(
          "a copy is promoted only where enough are reachable that one of them has every "
          "write that counts");
    if (!store_.rebuild)
      b_.note(
          store_.name +
          " doesn't say which copies it builds anew after a failover (`rebuild`): what a former "
          "leader answers with isn't judged");
    d_.out.push_back(b_.finish(store_.from.span));
  }

 private:
  // Where a copy is. Serving again and being built: only after a promotion.
  enum Where : std::uint8_t { kReachable, kCutOff, kDown, kServes, kBuilt };
  static constexpr const char* kFollows = "comes back, and follows the new leader";
  static constexpr const char* kAnew = "comes back, and is built anew before it answers";
  static constexpr const char* kAsItWas = "comes back with what it had, and answers";

  std::string copy(int i) const { return i == 0 ? "leader" : "copy " + std::to_string(i); }
  static std::size_t at(int i) { return static_cast<std::size_t>(i); }

  void variables() {
    client_ = b_.lane("clients");
    for (int i = 0; i < copies_; ++i) {
      lanes_.push_back(b_.lane(copy(i)));
      has_.push_back(b_.variable("write at " + copy(i), lanes_.back(), {"missing", "there"}));
      up_.push_back(
          b_.variable(copy(i), lanes_.back(),
                      {"reachable", "cut off", "down", "answers again", "is built anew"}));
    }
    acked_ = b_.variable("write", client_, {"not asked", "asked", "acknowledged"});
    std::vector<std::string> leaders;
    for (int i = 0; i < copies_; ++i)
      leaders.push_back(copy(i));
    leads_ = b_.variable("leads", client_, leaders);
    split_ = b_.place("former leader", lanes_[0], {"leads", "accepts writes beside the new one"});
  }

  void writes() {
    b_.rule(client_, "writes")
        .move(acked_, 0, 1)
        .when(leads_, 0)
        .when(up_[0], 0)
        .set(has_[0], 1)
        .to(lanes_[0])
        .add();
    for (int i = 1; i < copies_; ++i)
      b_.rule(lanes_[0], "sends the write to " + copy(i))
          .when(has_[0], 1)
          .when(up_[0], 0)
          .when(up_[at(i)], 0)
          .when(leads_, 0)
          .move(has_[at(i)], 0, 1)
          .to(lanes_[at(i)])
          .add();
    // Acknowledged when so many have it, the leader among them.
    for (int set = 0; set < 1 << (copies_ - 1); ++set) {
      if (1 + __builtin_popcount(static_cast<unsigned>(set)) != in_sync_) continue;
      Draft ack = b_.rule(lanes_[0], "acknowledges the write");
      ack.move(acked_, 1, 2).when(has_[0], 1).one_of(up_[0], {0, 1}).to(client_);
      for (int i = 1; i < copies_; ++i)
        if ((set >> (i - 1) & 1) != 0) ack.when(has_[at(i)], 1);
      ack.add();
    }
  }

  void promotions() {
    b_.rule(lanes_[0], "stops").move(up_[0], 0, 2).fault(Fault::Failover).add();
    b_.rule(lanes_[0], "is cut off from the copies; its clients still reach it")
        .move(up_[0], 0, 1)
        .fault(Fault::Partition)
        .add();
    for (int i = 1; i < copies_; ++i)
      b_.rule(lanes_[at(i)], "is cut off").move(up_[at(i)], 0, 1).fault(Fault::Partition).add();
    // Each set of reachable copies: the most advanced of them leads.
    const int needed = in_sync_ > 1 ? copies_ - in_sync_ + 1 : 1;
    for (int set = 1; set < 1 << (copies_ - 1); ++set) {
      if (__builtin_popcount(static_cast<unsigned>(set)) < needed) continue;
      for (int i = 1; i < copies_; ++i) {
        if ((set >> (i - 1) & 1) == 0) continue;
        promote(set, i, true);
        promote(set, i, false);
      }
    }
    if (!splits_) return;
    for (int i = 1; i < copies_; ++i)
      b_.rule(lanes_[0], "acknowledges a write of a client on its side")
          .when(up_[0], 1)
          .when(leads_, i)
          .move(split_, 0, 1)
          .to(client_)
          .add();
  }

  // Copy i of the reachable ones, with the write or while none of them has it.
  void promote(int set, int i, bool with) {
    Draft d = b_.rule(lanes_[at(i)], "is promoted after " + readable(*store_.failover));
    d.move(leads_, 0, i).one_of(up_[0], {1, 2}).when(has_[at(i)], with ? 1 : 0);
    for (int j = 1; j < copies_; ++j) {
      const bool reachable = (set >> (j - 1) & 1) != 0;
      d.when(up_[at(j)], reachable ? 0 : 1);
      if (reachable && !with && j != i) d.when(has_[at(j)], 0);
      if (reachable && j != i && rebuild_ == Rebuild::All)
        d.set(up_[at(j)], kBuilt).set(has_[at(j)], 0);
    }
    d.add();
  }

  // What was away when another was promoted, or was to be built anew, is a copy again.
  void returns() {
    for (int leader = 1; leader < copies_; ++leader)
      for (int j = 0; j < copies_; ++j) {
        if (j == leader) continue;
        const bool all = rebuild_ == Rebuild::All;
        returns(leader, j, 1, all ? kAnew : kFollows, 1);
        returns(leader, j, 0, rebuild_ == Rebuild::None ? kAsItWas : kAnew, 1);
        returns(leader, j, 0, all ? kAnew : kFollows, 0);
        if (j > 0 && all)
          for (const int written : {0, 1})
            b_.rule(lanes_[at(j)], "has been built anew")
                .when(leads_, leader)
                .when(has_[at(leader)], written)
                .move(up_[at(j)], kBuilt, kServes)
                .set(has_[at(j)], written)
                .from(lanes_[at(leader)])
                .add();
      }
  }

  // Copy j, which has the write or hasn't, under a leader of which that is said too.
  void returns(int leader, int j, int led, const char* how, int had) {
    Draft d = b_.rule(lanes_[at(j)], how);
    d.when(leads_, leader).when(has_[at(leader)], led);
    d.one_of(up_[at(j)], j == 0 ? std::vector<int>{kCutOff, kDown} : std::vector<int>{kCutOff});
    d.set(up_[at(j)], kServes).from(lanes_[at(leader)]);
    if (led == 0) d.when(has_[at(j)], had);
    if (how != kAsItWas) d.set(has_[at(j)], led);
    d.add();
  }

  void properties() {
    std::vector<Conds> lost, promoted;
    for (int i = 1; i < copies_; ++i) {
      lost.push_back(all_of({{acked_, 2}, {leads_, i}, {has_[at(i)], 0}}));
      promoted.push_back({{leads_, static_cast<std::uint8_t>(i)}});
    }
    if (!allowed())
      b_.never("no-history-lost", lost, promoted,
               "a write that was acknowledged is gone after the failover");
    b_.never("one-leader", {{{split_, 1}}}, promoted,
             "two copies accept writes: the former leader doesn't know that it is none");
  }

  // What the copies answer with after a promotion, and whether they do.
  void afterwards() {
    std::vector<Conds> other, serving, none, promoted;
    for (int i = 1; i < copies_; ++i) {
      promoted.push_back({{leads_, static_cast<std::uint8_t>(i)}});
      for (int j = 0; j < copies_; ++j) {
        if (j == i) continue;
        serving.push_back(all_of({{leads_, i}, {up_[at(j)], kServes}}));
        other.push_back(
            all_of({{leads_, i}, {up_[at(j)], kServes}, {has_[at(j)], 1}, {has_[at(i)], 0}}));
        if (j > 0)
          for (const int former : {kCutOff, kDown})
            none.push_back(all_of({{leads_, i}, {up_[at(j)], kBuilt}, {up_[0], former}}));
      }
    }
    if (rebuild_ == Rebuild::None && splits_)
      other.push_back(all_of({{split_, 1}, {up_[0], kServes}}));
    b_.never("one-history", other, serving,
             "a copy answers with a write that isn't in the new leader's history");
    if (copies_ > 2)
      b_.never("copies-serve", none, promoted,
               "every copy that could answer is being built anew: the new leader is alone");
  }

  // What may be lost: the store's own objective, or the system's.
  bool allowed() {
    Field<Duration> rpo;
    if (store_.backup) rpo = store_.backup->rpo;
    if (!rpo && d_.model.operating) rpo = d_.model.operating->rpo;
    if (in_sync_ > 1 || !rpo || !store_.lag || store_.lag->nanoseconds > rpo->nanoseconds)
      return false;
    b_.sum({"no-history-lost", "stores." + store_.name, Outcome::Holds,
            "a failover loses " + readable(*store_.lag) + " of writes (lag), " + readable(*rpo) +
                " may be lost (rpo)"});
    return true;
  }

  void repairs() {
    const StoreId id = id_;
    const std::string path = "stores." + store_.name;
    if (!fenced_)
      b_.repair("one-leader", "fenced: true", path,
                [id](Mender& m) { m.set(m.model.stores[id].fenced, true); });
    if (in_sync_ < 2)
      b_.repair("no-history-lost", "in-sync: 2", path,
                [id](Mender& m) { m.set(m.model.stores[id].in_sync, Count{2}); });
    if (store_.rebuild && rebuild_ != Rebuild::Diverged)
      b_.repair(rebuild_ == Rebuild::None ? "one-history" : "copies-serve", "rebuild: diverged",
                path, [id](Mender& m) { m.set(m.model.stores[id].rebuild, Rebuild::Diverged); });
  }

  const Derivation& d_;
  StoreId id_;
  const Store& store_;
  int copies_, in_sync_ = 1;
  bool fenced_;
  Rebuild rebuild_;
  bool splits_;  // a leader that is cut off goes on taking writes
  Builder b_;
  int client_ = 0;
  std::vector<int> lanes_;
  std::vector<Var> has_, up_;
  Var acked_ = 0, leads_ = 0, split_ = 0;
};

}  // namespace

void derive_failover(const Derivation& d) {
  for (const StoreId id : d.model.stores.ids()) {
    const Store& store = d.model.stores[id];
    if (is_elected(store)) continue;  // derive_votes
    if (!store.failover || store.copies.or_else({1}).value < 2 || is_cache(store) || store.crdt)
      continue;
    if (store.consistency && store.consistency->kind == ConsistencyKind::Quorum) continue;
    Failover(d, id).read();
  }
}

}  // namespace scantling::verify
