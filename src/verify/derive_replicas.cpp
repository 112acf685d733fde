// An endpoint that writes a store and then reads it, where any copy answers: whether it sees what
// it has just written. Of a store without a leader, the copy that it wrote to stands for one.
#include <algorithm>

#include "model/reads.h"
#include "verify/protocol.h"

namespace scantling::verify {
namespace {

constexpr int kMostCopies = 3;

class OwnWrites {
 public:
  OwnWrites(const Derivation& d, EndpointId id, const Step& read)
      : d_(d),
        endpoint_(id),
        step_(read),
        store_(d.model.stores[read.store]),
        leaderless_(store_.consistency && store_.consistency->kind == ConsistencyKind::Quorum),
        copies_(static_cast<int>(std::min<std::int64_t>(store_.copies->value, kMostCopies))),
        in_sync_(static_cast<int>(std::clamp<std::int64_t>(waited_for(), 1, copies_))),
        span_(d.model.endpoint(id).from.span),
        b_("what " + endpoint_name(d.model, id) + " reads of " + store_.name,
           path_of(d.model, id)) {
    if (store_.copies->value > kMostCopies) {
      b_.note(std::to_string(store_.copies->value) + " copies stand as 3");
      // One at least is behind unless all are in sync.
      if (in_sync_ == copies_ && waited_for() < store_.copies->value) --in_sync_;
    }
    me_ = b_.lane(endpoint_name(d.model, id));
    at_ = b_.place("work", me_, {"to write", "written", "acknowledged", "done"});
    got_ = b_.variable("read", me_, {"not yet", "the new value", "what was before"});
    for (int i = 0; i < copies_; ++i) {
      lanes_.push_back(b_.lane(copy(i)));
      has_.push_back(b_.variable("write at " + copy(i), lanes_.back(), {"missing", "there"}));
    }
  }

  Protocol read() {
    b_.rule(me_, "writes").move(at_, 0, 1).set(has_[0], 1).to(lanes_[0]).add();
    for (int i = 1; i < copies_; ++i)
      b_.rule(lanes_[0], "sends the write to " + copy(i))
          .when(has_[0], 1)
          .move(has_[at(i)], 0, 1)
          .to(lanes_[at(i)])
          .add();
    for (unsigned set = 0; set < 1U << (copies_ - 1); ++set) {
      if (1 + __builtin_popcount(set) != in_sync_) continue;
      Draft ack = b_.rule(lanes_[0], "acknowledges the write");
      ack.move(at_, 1, 2).to(me_);
      for (int i = 1; i < copies_; ++i)
        if ((set >> (i - 1) & 1) != 0) ack.when(has_[at(i)], 1);
      ack.add();
    }
    for (int i = 0; i < copies_; ++i)
      for (const int value : {1, 0})
        b_.rule(me_, value == 1 ? "reads the new value" : "reads what was before")
            .move(at_, 2, 3)
            .when(has_[at(i)], value)
            .set(got_, value == 1 ? 1 : 2)
            .from(lanes_[at(i)])
            .add();
    b_.never("reads-own-writes", {{{got_, 2}}}, {{{at_, 3}}},
             "it doesn't see what it has written itself: a copy answers that is behind");
    repair();
    return b_.finish(span_);
  }

 private:
  // Copies that have a write before it is acknowledged.
  std::int64_t waited_for() const {
    return leaderless_ ? store_.consistency->quorum.write : store_.in_sync.or_else({1}).value;
  }

  // Who said that any copy may answer is asked to say otherwise: the step, or the store.
  void repair() {
    const auto text = [](ConsistencyKind kind) {
      return "consistency: " + std::string(to_text_enum(kind));
    };
    if (!chooses_any_copy(step_)) {
      b_.repair(
          "reads-own-writes", text(ConsistencyKind::Strong), "stores." + store_.name,
          [id = step_.store](Mender& m) { m.set(m.model.stores[id].consistency, Consistency{}); });
      return;
    }
    const ConsistencyKind kind = leaderless_ ? ConsistencyKind::Quorum : ConsistencyKind::Strong;
    b_.repair("reads-own-writes", text(kind), path_of(d_.model, endpoint_),
              [id = endpoint_, &model = d_.model, &step = step_, kind](Mender& m) {
                if (Step* of = same_step(m.model, model, id, step)) m.set(of->consistency, kind);
              });
  }

  static std::size_t at(int i) { return static_cast<std::size_t>(i); }
  std::string copy(int i) const {
    if (i > 0) return "copy " + std::to_string(i);
    return leaderless_ ? "the copy written to" : "leader";
  }

  const Derivation& d_;
  EndpointId endpoint_;
  const Step& step_;
  const Store& store_;
  bool leaderless_;
  int copies_, in_sync_;
  Span span_;
  Builder b_;
  int me_ = 0;
  Var at_ = 0, got_ = 0;
  std::vector<int> lanes_;
  std::vector<Var> has_;
};

// A copy that is behind may answer.
bool is_behind(const Store& store, const Step& read) {
  return said_any_copy(store, read) && may_be_behind(store, read) && !store.crdt &&
         !is_cache(store);
}

}  // namespace

void derive_replicas(const Derivation& d) {
  for (const EndpointId id : all_endpoints(d.model)) {
    std::vector<StoreId> written, told;
    for (const Step* step : steps_of(d.model.endpoint(id))) {
      if (!step->store.valid()) continue;
      const auto in = [&](const std::vector<StoreId>& list) {
        return std::ranges::find(list, step->store) != list.end();
      };
      if (step->kind == StepKind::Write) written.push_back(step->store);
      if (!is_behind(d.model.stores[step->store], *step) || !in(written) || in(told)) continue;
      told.push_back(step->store);
      d.out.push_back(OwnWrites(d, id, *step).read());
    }
  }
}

}  // namespace scantling::verify
