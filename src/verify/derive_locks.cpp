// Locks held by lease: a holder that takes longer than it, or stops for a while, goes on when
// another has the lock. And writes that follow from a read, with no lock.
#include <algorithm>

#include "base/text.h"
#include "model/reads.h"
#include "verify/protocol.h"

namespace scantling::verify {
namespace {

// --- leases ---

class Lease {
 public:
  Lease(const Derivation& d, EndpointId id, const Step& lock)
      : d_(d),
        id_(id),
        lock_(lock),
        name_(endpoint_name(d.model, id)),
        b_("lock " + lock.lock + " of " + name_, path_of(d.model, id)) {}

  void read() {
    enough();
    guard_ = b_.lane("lock " + lock_.lock);
    holder_ = b_.variable("lock", guard_, {"free", "held by run 1", "held by run 2"});
    last_ = b_.place("last holder", guard_, {"nobody", "run 1", "run 2"});
    for (int i = 0; i < 2; ++i) {
      lanes_.push_back(b_.lane("run " + std::to_string(i + 1)));
      at_.push_back(b_.place("run " + std::to_string(i + 1), lanes_.back(),
                             {"to begin", "works", "works, its lease is over", "done",
                              "done by a former holder", "refused"}));
    }
    for (int i = 0; i < 2; ++i)
      run(i);
    b_.never("one-holder", {{{at_[0], 4}}, {{at_[1], 4}}}, {{{last_, 2}}},
             "a former holder of the lock writes after another has got it");
    repairs();
    d_.out.push_back(b_.finish(lock_.span));
  }

 private:
  void enough() {
    longest_ = d_.calls.longest_seconds(id_);
    if (!longest_) {
      b_.note(name_ +
              " has no longest time: calls without a timeout; its lease may run out "
              "without any fault");
      short_ = true;
      return;
    }
    short_ = *longest_ > lock_.lease->seconds();
    b_.sum({"lease-covers-work", path_of(d_.model, id_), short_ ? Outcome::Fails : Outcome::Holds,
            "may take " + readable_seconds(*longest_) + ", its lease lasts " +
                readable(*lock_.lease)});
  }

  void run(int i) {
    const Var me = at_[static_cast<std::size_t>(i)];
    const int lane = lanes_[static_cast<std::size_t>(i)];
    b_.rule(lane, "takes the lock")
        .move(me, 0, 1)
        .move(holder_, 0, i + 1)
        .set(last_, i + 1)
        .to(guard_)
        .add();
    b_.rule(lane, "writes and gives the lock back")
        .move(me, 1, 3)
        .move(holder_, i + 1, 0)
        .to(guard_)
        .add();
    Draft over = b_.rule(lane, short_ ? "is not done when its lease ends"
                                      : "stops for longer than its lease, and doesn't notice");
    over.move(me, 1, 2).move(holder_, i + 1, 0);
    if (!short_) over.fault(Fault::Clock);
    over.add();
    b_.rule(lane, "writes; nobody has had the lock since").move(me, 2, 3).when(last_, i + 1).add();
    const bool fenced = lock_.fenced.or_else(false);
    b_.rule(lane, fenced ? "writes with its old token and is refused"
                         : "writes over what the new holder does")
        .move(me, 2, fenced ? 5 : 4)
        .when(last_, 2 - i)
        .add();
  }

  void repairs() {
    if (!lock_.fenced.or_else(false))
      b_.repair("one-holder", "fenced: true on lock: " + lock_.lock, path_of(d_.model, id_),
                [id = id_, &model = d_.model, &step = lock_](Mender& m) {
                  if (Step* same = same_step(m.model, model, id, step)) m.set(same->fenced, true);
                });
    if (longest_ && short_) {
      const double enough = *longest_ * 1.5;  // half as much again for pauses
      b_.repair("lease-covers-work", "lease: " + to_text(Duration::from_seconds(enough)),
                path_of(d_.model, id_),
                [id = id_, &model = d_.model, &step = lock_, enough](Mender& m) {
                  if (Step* same = same_step(m.model, model, id, step))
                    m.set(same->lease, Duration::from_seconds(enough));
                });
    }
  }

  const Derivation& d_;
  EndpointId id_;
  const Step& lock_;
  std::string name_;
  Builder b_;
  std::optional<double> longest_;
  bool short_ = false;
  int guard_ = 0;
  std::vector<int> lanes_;
  Var holder_ = 0, last_ = 0;
  std::vector<Var> at_;
};

// --- reads and the writes that follow from them ---

class Writer {
 public:
  Writer(const Derivation& d, EndpointId id, const Step& write, WriteGuard guard,
         std::string invariant)
      : d_(d),
        id_(id),
        write_(write),
        guard_(guard),
        invariant_(std::move(invariant)),
        b_("writes of " + endpoint_name(d.model, id) + " to " + write.target,
           path_of(d.model, id)) {}

  void read() {
    store_ = b_.lane(write_.target);
    for (int i = 0; i < 2; ++i) {
      lanes_.push_back(b_.lane("run " + std::to_string(i + 1)));
      at_.push_back(b_.variable(
          "run " + std::to_string(i + 1), lanes_.back(),
          {"to begin", "has read", "has read what is old now", "has checked",
           "has checked what is old now", "written", "written over a newer value", "refused"}));
    }
    for (int i = 0; i < 2; ++i)
      run(i);
    b_.never(property(), {{{at_[0], 6}}, {{at_[1], 6}}}, {{{at_[0], 5}}},
             invariant_.empty() ? "a write takes away a newer one that it knew nothing of"
                                : "two runs at once both found " + invariant_ +
                                      " kept, and together they break it");
    const char* text = "guard: compare-and-set";
    b_.repair(property(), text + (" on write: " + write_.target), path_of(d_.model, id_),
              [id = id_, &model = d_.model, &step = write_](Mender& m) {
                if (Step* same = same_step(m.model, model, id, step))
                  m.set(same->guard, WriteGuard::CompareAndSet);
              });
    d_.out.push_back(b_.finish(write_.span));
  }

 private:
  std::string property() const { return invariant_.empty() ? "no-lost-update" : "invariant"; }
  static constexpr int kRead = 1, kOldRead = 2, kChecked = 3, kOldChecked = 4, kWritten = 5,
                       kOver = 6, kRefused = 7;

  // A write makes what the other has read old: one rule for each place where the other may be.
  void write(int i, int from, int to, const std::string& text) {
    const Var me = at_[static_cast<std::size_t>(i)], other = at_[static_cast<std::size_t>(1 - i)];
    for (int at = 0; at < 8; ++at) {
      Draft d = b_.rule(lanes_[static_cast<std::size_t>(i)], text);
      d.move(me, from, to).when(other, at).to(store_);
      if (at == kRead) d.set(other, kOldRead);
      if (at == kChecked) d.set(other, kOldChecked);
      d.add();
    }
  }

  void run(int i) {
    const Var me = at_[static_cast<std::size_t>(i)];
    const int lane = lanes_[static_cast<std::size_t>(i)];
    const auto go = [&](int from, int to, const std::string& text) {
      b_.rule(lane, text).move(me, from, to).to(store_).add();
    };
    b_.rule(lane, "reads " + write_.target).move(me, 0, kRead).from(store_).add();
    switch (guard_) {
      case WriteGuard::None:
        write(i, kRead, kWritten, "writes what follows from it");
        write(i, kOldRead, kOver, "writes what followed from the old value");
        break;
      case WriteGuard::CheckFirst:
        go(kRead, kChecked, "checks that nothing has changed");
        go(kOldRead, kRefused, "finds that it has changed, and stops");
        write(i, kChecked, kWritten, "writes what follows from it");
        write(i, kOldChecked, kOver, "writes: it has changed since the check");
        break;
      case WriteGuard::CompareAndSet:
        write(i, kRead, kWritten, "writes if nothing has changed: nothing has");
        go(kOldRead, kRefused, "writes if nothing has changed: it has, and it is refused");
        break;
    }
  }

  const Derivation& d_;
  EndpointId id_;
  const Step& write_;
  WriteGuard guard_;
  std::string invariant_;
  Builder b_;
  int store_ = 0;
  std::vector<int> lanes_;
  std::vector<Var> at_;
};

std::string invariant_of(const Architecture& model, const Store& store) {
  if (!store.holds) return "";
  for (const Ref<AggregateId>& ref : *store.holds)
    if (ref.id.valid() && model.aggregates[ref.id].invariant)
      return *model.aggregates[ref.id].invariant;
  return "";
}

bool takes_time(StepKind kind) {
  return kind == StepKind::Call || kind == StepKind::Wait || kind == StepKind::Publish;
}

// The first write to a store that the endpoint has read, when something may come in between.
void find_writer(const Derivation& d, EndpointId id) {
  std::vector<std::pair<StoreId, bool>> reads;  // and whether the write may find something else
  std::vector<StoreId> done;
  bool locked = false;
  for (const Step* step : steps_of(d.model.endpoint(id))) {
    if (step->kind == StepKind::Lock) locked = true;
    if (step->kind == StepKind::Read && step->store.valid() &&
        !is_cache(d.model.stores[step->store]))
      reads.emplace_back(step->store, chooses_any_copy(*step));
    if (takes_time(step->kind))
      for (auto& [store, passed] : reads)
        passed = true;
    if (step->kind != StepKind::Write || !step->store.valid() || locked) continue;
    const auto read = std::ranges::find(reads, step->store, &std::pair<StoreId, bool>::first);
    if (std::ranges::find(done, step->store) != done.end()) continue;
    const Store& store = d.model.stores[step->store];
    const std::string invariant = invariant_of(d.model, store);
    const bool strong = store.consistency && store.consistency->kind == ConsistencyKind::Strong;
    // A read and a write at once are one transaction where the store has them.
    const bool open = read != reads.end() && (read->second || !strong) && !invariant.empty();
    if (!step->guard && !open) continue;
    done.push_back(step->store);
    Writer(d, id, *step, step->guard.or_else(WriteGuard::None), invariant).read();
  }
}

}  // namespace

void derive_locks(const Derivation& d) {
  for (const EndpointId id : all_endpoints(d.model))
    for (const Step* step : steps_of(d.model.endpoint(id)))
      if (step->kind == StepKind::Lock && step->lease) Lease(d, id, *step).read();
}

void derive_writers(const Derivation& d) {
  for (const EndpointId id : all_endpoints(d.model))
    find_writer(d, id);
}

}  // namespace scantling::verify
