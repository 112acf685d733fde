// Stores read and written by quorum: whether quorums overlap and survive a zone are sums; what two
// readers one after the other may see is searched.
#include <algorithm>
#include <set>

#include "model/reads.h"
#include "verify/protocol.h"

namespace scantling::verify {
namespace {

constexpr int kMostCopies = 5;             // that are searched
constexpr std::int64_t kMostCounted = 99;  // copies, and zones, of a sum

// Some operation reads it that says nothing about how old its answer may be.
bool read_strictly(const Derivation& d, StoreId id) {
  for (const EndpointId e : all_endpoints(d.model)) {
    const Endpoint& endpoint = d.model.endpoint(e);
    const bool reads = std::ranges::any_of(steps_of(endpoint), [&](const Step* s) {
      return s->kind == StepKind::Read && s->store == id && !chooses_any_copy(*s);
    });
    if (!reads) continue;
    const bool known = endpoint.implements && endpoint.implements->id.valid();
    if (!known || !d.model.operations[endpoint.implements->id].staleness) return true;
  }
  return false;
}

class QuorumStore {
 public:
  QuorumStore(const Derivation& d, StoreId id)
      : d_(d),
        id_(id),
        store_(d.model.stores[id]),
        quorum_(store_.consistency->quorum),
        copies_(static_cast<int>(store_.copies->value)),
        path_("stores." + store_.name),
        b_("store " + store_.name, path_) {}

  void read() {
    overlap();
    zones();
    if (copies_ <= kMostCopies && quorum_.read <= copies_ && quorum_.write <= copies_)
      search();
    else
      b_.note("quorums of more than 5 copies are not searched");
    d_.out.push_back(b_.finish(store_.from.span));
  }

 private:
  static std::size_t at(int i) { return static_cast<std::size_t>(i); }

  void overlap() {
    const bool holds = quorum_.read + quorum_.write > copies_;
    b_.sum({"quorum-overlap", path_, holds ? Outcome::Holds : Outcome::Fails,
            std::to_string(quorum_.read) + " read + " + std::to_string(quorum_.write) +
                " written " + (holds ? ">" : "<=") + " " + std::to_string(copies_) + " copies"});
    if (holds) return;
    const int write = copies_ / 2 + 1, read = copies_ + 1 - write;
    for (const char* property : {"quorum-overlap", "reads-own-writes", "monotonic"})
      b_.repair(
          property,
          "consistency: quorum read " + std::to_string(read) + " write " + std::to_string(write),
          path_, [id = id_, read, write](Mender& m) {
            m.set(m.model.stores[id].consistency,
                  Consistency{ConsistencyKind::Quorum, {read, write}});
          });
  }

  // Copies are dealt to the zones in turn; each zone may be lost. Enumerated, not divided: zones
  // need not have equally many.
  void zones() {
    const std::int64_t zones = d_.model.placement && d_.model.placement->zones
                                   ? std::min(d_.model.placement->zones->value, kMostCounted)
                                   : 0;
    if (zones < 2) return;
    const Spread spread = store_.spread.or_else(Spread::None);
    const bool apart = spread == Spread::Zones || spread == Spread::Regions;
    int worst = copies_;
    for (std::int64_t lost = 0; lost < zones; ++lost) {
      int left = 0;
      for (int c = 0; c < copies_; ++c)
        left += (apart ? c % zones : 0) != lost ? 1 : 0;
      worst = std::min(worst, left);
    }
    const std::int64_t needed = std::max(quorum_.read, quorum_.write);
    const bool holds = worst >= needed;
    b_.sum({"survives-zone", path_, holds ? Outcome::Holds : Outcome::Fails,
            std::to_string(copies_) + " copies over " +
                (apart ? std::to_string(zones) + " zones" : std::string("one zone")) +
                ": without the worst zone " + std::to_string(worst) + " are left, " +
                std::to_string(needed) + " are needed"});
    if (!holds && !apart)
      b_.repair("survives-zone", "spread: zones", path_,
                [id = id_](Mender& m) { m.set(m.model.stores[id].spread, Spread::Zones); });
  }

  void search() {
    writer_ = b_.lane("writer");
    reader_ = b_.lane("readers");
    for (int i = 0; i < copies_; ++i) {
      lanes_.push_back(b_.lane("copy " + std::to_string(i + 1)));
      has_.push_back(b_.variable("copy " + std::to_string(i + 1), lanes_.back(), {"old", "new"}));
    }
    write_ = b_.variable("write", writer_, {"not begun", "begun", "acknowledged"});
    joined_ = b_.place("members", lanes_[0], {"as before", "one is new"});
    for (const char* name : {"first read", "second read"})
      reads_.push_back(
          b_.variable(name, reader_, {"not asked", "old", "new", "old though acknowledged"}));
    write_rules();
    read_rules(0);
    read_rules(1);
    joins();
    properties();
  }

  void write_rules() {
    b_.rule(writer_, "begins to write").move(write_, 0, 1).add();
    for (int i = 0; i < copies_; ++i)
      b_.rule(writer_, "the write reaches copy " + std::to_string(i + 1))
          .one_of(write_, {1, 2})
          .move(has_[at(i)], 0, 1)
          .to(lanes_[at(i)])
          .add();
    for_each_set(static_cast<int>(quorum_.write), [&](unsigned set) {
      Draft ack = b_.rule(writer_, "the write is acknowledged: enough copies have it");
      ack.move(write_, 1, 2).when(joined_, 0);
      for (int i = 0; i < copies_; ++i)
        if ((set >> i & 1) != 0) ack.when(has_[at(i)], 1);
      ack.add();
    });
  }

  template <class Visit>
  void for_each_set(int size, Visit&& visit) const {
    for (unsigned set = 0; set < 1U << copies_; ++set)
      if (__builtin_popcount(set) == size) visit(set);
  }

  static std::string names(unsigned set) {
    std::string out;
    for (int i = 0; i < kMostCopies; ++i)
      if ((set >> i & 1) != 0) out += (out.empty() ? "" : ", ") + std::to_string(i + 1);
    return out;
  }

  // Reader r asks each quorum: new when one of it is new.
  void read_rules(int r) {
    for_each_set(static_cast<int>(quorum_.read), [&](unsigned set) {
      const std::string text =
          (r == 0 ? "a first reader asks copies " : "then a second asks copies ") + names(set) +
          " and gets ";
      const auto begin = [&](const std::string& what, int value) {
        Draft d = b_.rule(reader_, text + what);
        d.move(reads_[at(r)], 0, value);
        if (r == 1) d.one_of(reads_[0], {1, 2, 3});
        return d;
      };
      for (int i = 0; i < copies_; ++i) {
        if ((set >> i & 1) == 0) continue;
        Draft d = begin("the new value", 2);
        d.when(has_[at(i)], 1);
        if (store_.read_repair.or_else(false))
          for (int j = 0; j < copies_; ++j)
            if ((set >> j & 1) != 0) d.set(has_[at(j)], 1);
        d.add();
      }
      for (const bool acknowledged : {false, true}) {
        Draft d = begin("the old value", acknowledged ? 3 : 1);
        acknowledged ? d.when(write_, 2) : d.one_of(write_, {0, 1});
        for (int i = 0; i < copies_; ++i)
          if ((set >> i & 1) != 0) d.when(has_[at(i)], 0);
        d.add();
      }
    });
  }

  void joins() {
    if (store_.bootstrap.or_else(true)) {
      if (!store_.bootstrap)
        b_.note(
            "a new copy has its data before it answers, as the model doesn't say otherwise "
            "(bootstrap)");
      return;
    }
    for (int i = 0; i < copies_; ++i)
      b_.rule(lanes_[at(i)], "a new copy takes its place, without the data")
          .move(has_[at(i)], 1, 0)
          .when(write_, 2)
          .set(joined_, 1)
          .fault(Fault::Failover)
          .add();
    // What a new copy lacks is not sent to it again: the write is over.
  }

  void properties() {
    std::vector<Conds> own, lost, inverted;
    for (const Var r : reads_) {
      own.push_back(all_of({{r, 3}, {joined_, 0}}));
      lost.push_back(all_of({{r, 3}, {joined_, 1}}));
    }
    inverted.push_back(all_of({{reads_[0], 2}, {reads_[1], 1}}));
    b_.never("reads-own-writes", own, {{{write_, 2}}},
             "a read misses a write that was acknowledged before it");
    if (!store_.bootstrap.or_else(true)) {
      b_.never("no-history-lost", lost, {{{joined_, 1}}},
               "an acknowledged write is missing: copies answer before they have their data");
      b_.repair("no-history-lost", "bootstrap: true", path_,
                [id = id_](Mender& m) { m.set(m.model.stores[id].bootstrap, true); });
    }
    if (!read_strictly(d_, id_)) return;
    b_.never("monotonic", inverted, {{{reads_[0], 2}}},
             "a second read gets the old value after a first one got the new");
    if (!store_.read_repair.or_else(false))
      b_.repair("monotonic", "read-repair: true", path_,
                [id = id_](Mender& m) { m.set(m.model.stores[id].read_repair, true); });
  }

  const Derivation& d_;
  StoreId id_;
  const Store& store_;
  Quorum quorum_;
  int copies_;
  std::string path_;
  Builder b_;
  int writer_ = 0, reader_ = 0;
  std::vector<int> lanes_;
  std::vector<Var> has_, reads_;
  Var write_ = 0, joined_ = 0;
};

}  // namespace

void derive_quorums(const Derivation& d) {
  for (const StoreId id : d.model.stores.ids()) {
    const Store& store = d.model.stores[id];
    if (!store.consistency || store.consistency->kind != ConsistencyKind::Quorum) continue;
    const std::int64_t copies = store.copies.or_else({0}).value;
    if (copies < 1 || store.crdt) continue;
    if (copies > kMostCounted) {
      d.left_out.push_back("store " + store.name + " has more than " +
                           std::to_string(kMostCounted) + " copies");
      continue;
    }
    QuorumStore(d, id).read();
  }
}

// How old an answer may be: what a cache keeps and what copies lag, along the longest way of one
// read.
void derive_freshness(const Derivation& d) {
  for (const OperationId id : d.model.operations.ids()) {
    const Operation& operation = d.model.operations[id];
    if (!operation.staleness) continue;
    std::set<std::string> parts;
    double worst = 0;
    std::string text = "no cache and no copy that lags is read";
    for (const EndpointId entry : endpoints_of(d.model, id))
      for (const EndpointId e : d.calls.waited_for(entry))
        for (const Step* step : steps_of(d.model.endpoint(e))) {
          if (step->kind != StepKind::Read || !step->store.valid()) continue;
          const Store& store = d.model.stores[step->store];
          double age = 0;
          std::string sum;
          if (store.expires)
            age += store.expires->seconds(), sum = "expires " + readable(*store.expires);
          if (store.lag && said_any_copy(store, *step)) {
            age += store.lag->seconds();
            sum += (sum.empty() ? "lag " : " + lag ") + readable(*store.lag);
          }
          if (age > worst) worst = age, text = store.name + ": " + sum;
        }
    const bool holds = worst <= operation.staleness->seconds();
    Builder b("answers to " + operation.name, "operations." + operation.name);
    b.sum({"fresh-within", "operations." + operation.name, holds ? Outcome::Holds : Outcome::Fails,
           text + (holds ? ", within " : ", more than ") + readable(*operation.staleness)});
    if (!holds)
      for (const StoreId s : d.model.stores.ids())
        if (text.starts_with(d.model.stores[s].name + ":") && d.model.stores[s].expires) {
          const double lag = d.model.stores[s].lag ? d.model.stores[s].lag->seconds() : 0;
          const double left = std::max(0.0, operation.staleness->seconds() - lag);
          b.repair("fresh-within", "expires: " + to_text(Duration::from_seconds(left)),
                   "stores." + d.model.stores[s].name, [s, left](Mender& m) {
                     m.set(m.model.stores[s].expires, Duration::from_seconds(left));
                   });
        }
    d.out.push_back(b.finish(operation.from.span));
  }
}

}  // namespace scantling::verify
