// Groups that elect their leader by votes (Ongaro and Ousterhout, "In Search of an Understandable
// Consensus Algorithm", 2014): what votes and terms keep safe, and whether elections come to an end
// when a link carries messages one way only.
#include <algorithm>
#include <array>
#include <vector>

#include "verify/protocol.h"

namespace scantling::verify {
namespace {

constexpr int kVoters = 3;
constexpr int kNobody = kVoters;

std::string voter(int i) {
  return "voter " + std::to_string(i + 1);
}

// Terms 1 to 3, one entry in each log: who may lead, and what a leader must have.
class Votes {
 public:
  Votes(const Derivation& d, StoreId id)
      : store_(d.model.stores[id]), b_("votes of store " + store_.name, "stores." + store_.name) {}

  Protocol make() {
    variables();
    for (int i = 0; i < kVoters; ++i) {
      elections(i);
      replication(i);
      b_.rule(lane(i), "crashes and restarts: its term, vote and log are on disk")
          .one_of(role_[at(i)], {1, 2})
          .set(role_[at(i)], 0)
          .fault(Fault::Crash)
          .add();
    }
    properties();
    b_.note("three voters, three terms, one entry in the log");
    if (store_.copies->value > kVoters)
      b_.note(std::to_string(store_.copies->value) + " voters stand as 3");
    return b_.finish(store_.from.span);
  }

 private:
  static constexpr int kTerms = 3;
  static std::size_t at(int i) { return static_cast<std::size_t>(i); }
  int lane(int i) const { return lanes_[at(i)]; }
  Var answer(int from, int to) const { return answers_[at(from)][at(to)]; }

  void variables() {
    for (int i = 0; i < kVoters; ++i) {
      lanes_.push_back(b_.lane(voter(i)));
      const std::string name = " of " + voter(i);
      role_.push_back(b_.variable("role" + name, lane(i), {"follows", "stands", "leads"}));
      term_.push_back(b_.variable("term" + name, lane(i), {"1", "2", "3"}));
      vote_.push_back(
          b_.variable("vote" + name, lane(i), {"none", "voter 1", "voter 2", "voter 3"}));
      log_.push_back(
          b_.variable("log" + name, lane(i),
                      {"empty", "entry of term 1", "entry of term 2", "entry of term 3"}));
    }
    for (int i = 0; i < kVoters; ++i)
      for (int j = 0; j < kVoters; ++j)
        answers_[at(i)][at(j)] =
            i == j ? Var{0}
                   : b_.variable("vote of " + voter(i) + " on its way to " + voter(j), -1,
                                 {"none", "for term 1", "for term 2", "for term 3"});
    committed_ = b_.variable("committed", lane(0), {"nothing", "term 1", "term 2", "term 3"});
  }

  void elections(int i) {
    for (int t = 0; t + 1 < kTerms; ++t)
      b_.rule(lane(i), "stands in term " + std::to_string(t + 2))
          .one_of(role_[at(i)], {0, 1})
          .set(role_[at(i)], 1)
          .move(term_[at(i)], t, t + 1)
          .set(vote_[at(i)], i + 1)
          .add();
    b_.rule(lane(i), "stands in term 1")
        .move(role_[at(i)], 0, 1)
        .when(term_[at(i)], 0)
        .move(vote_[at(i)], 0, i + 1)
        .add();
    for (int j = 0; j < kVoters; ++j) {
      if (i == j) continue;
      for (int t = 0; t < kTerms; ++t)
        asked(i, j, t);
    }
  }

  // Voter i stands in term t; voter j hears of it.
  void asked(int i, int j, int t) {
    for (int own = 0; own <= t; ++own)
      for (int mine = 0; mine <= kTerms; ++mine)
        for (int theirs = 0; theirs <= kTerms; ++theirs) {
          const bool grants = theirs <= mine;  // what it has is no newer than the candidate's
          if (own == t && !grants) continue;
          Draft d = b_.rule(lane(j), grants ? "votes for " + voter(i)
                                            : "takes the term, and refuses: its log is newer");
          d.when(role_[at(i)], 1).when(term_[at(i)], t).from(lane(i));
          d.when(log_[at(i)], mine).when(log_[at(j)], theirs).when(term_[at(j)], own);
          if (own == t)
            d.when(vote_[at(j)], 0).when(role_[at(j)], 0);
          else
            d.set(term_[at(j)], t).set(role_[at(j)], 0);
          d.set(vote_[at(j)], grants ? i + 1 : 0);
          if (grants) d.set(answer(j, i), t + 1);
          d.add();
        }
    b_.rule(lane(i), "has a majority: leads")
        .when(term_[at(i)], t)
        .move(role_[at(i)], 1, 2)
        .move(answer(j, i), t + 1, 0)
        .from(lane(j))
        .add();
    b_.rule(lane(j), "votes, and the vote is lost")
        .move(answer(j, i), t + 1, 0)
        .fault(Fault::Loss)
        .add();
  }

  void replication(int i) {
    for (int t = 0; t < kTerms; ++t) {
      b_.rule(lane(i), "takes a write into its log")
          .when(role_[at(i)], 2)
          .when(term_[at(i)], t)
          .move(log_[at(i)], 0, t + 1)
          .add();
      for (int j = 0; j < kVoters; ++j) {
        if (i == j) continue;
        for (int own = 0; own <= t; ++own)
          for (int entry = 1; entry <= t + 1; ++entry)
            append(i, j, t, own, entry);
        b_.rule(lane(i), "commits: a majority has the entry")
            .when(role_[at(i)], 2)
            .when(term_[at(i)], t)
            .when(log_[at(i)], t + 1)
            .when(log_[at(j)], t + 1)
            .move(committed_, 0, t + 1)
            .from(lane(j))
            .add();
      }
    }
  }

  // The leader i of term t sends its entry to voter j, whose log becomes the leader's.
  void append(int i, int j, int t, int own, int entry) {
    for (int had = 0; had <= kTerms; ++had) {
      if (had == entry && own == t) continue;
      Draft d = b_.rule(lane(i), "sends its entry to " + voter(j));
      d.when(role_[at(i)], 2).when(term_[at(i)], t).when(log_[at(i)], entry);
      d.when(term_[at(j)], own).when(log_[at(j)], had).to(lane(j));
      d.set(log_[at(j)], entry).set(role_[at(j)], 0);
      if (own < t) d.set(term_[at(j)], t).set(vote_[at(j)], 0);
      d.add();
    }
  }

  void properties() {
    std::vector<Conds> two, lost, leads, committed;
    for (int i = 0; i < kVoters; ++i) {
      leads.push_back(all_of({{role_[at(i)], 2}}));
      for (int t = 0; t < kTerms; ++t) {
        for (int j = i + 1; j < kVoters; ++j)
          two.push_back(
              all_of({{role_[at(i)], 2}, {role_[at(j)], 2}, {term_[at(i)], t}, {term_[at(j)], t}}));
        for (int c = 1; c <= t; ++c)
          for (int entry = 0; entry <= kTerms; ++entry)
            if (entry != c)
              lost.push_back(all_of(
                  {{role_[at(i)], 2}, {term_[at(i)], t}, {committed_, c}, {log_[at(i)], entry}}));
      }
    }
    for (int c = 1; c <= kTerms; ++c)
      committed.push_back(all_of({{committed_, c}}));
    b_.never("one-leader", two, leads, "two voters lead in one term");
    b_.never("no-history-lost", lost, committed, "a leader lacks an entry that was committed");
  }

  const Store& store_;
  Builder b_;
  std::vector<int> lanes_;
  std::vector<Var> role_, term_, vote_, log_;
  std::array<std::array<Var, kVoters>, kVoters> answers_{};
  Var committed_ = 0;
};

// What is lost between whom: messages from one voter to another, or also back, all to it, or all
// from it.
struct Cut {
  enum Kind { None, OneWay, BothWays } kind = None;
  int from = kNobody, to = kNobody;  // nobody: every other
  bool one_way(int a, int b) const {
    return (from == a || from == kNobody) && (to == b || to == kNobody);
  }
  bool cuts(int a, int b) const {
    return kind != None && (one_way(a, b) || (kind == BothWays && one_way(b, a)));
  }
};

std::vector<Cut> all_cuts() {
  std::vector<Cut> out = {{}};
  for (int a = 0; a < kVoters; ++a)
    for (int b = 0; b < kVoters; ++b)
      if (a != b) out.push_back({Cut::OneWay, a, b});
  for (int a = 0; a < kVoters; ++a) {
    out.push_back({Cut::OneWay, kNobody, a});
    out.push_back({Cut::OneWay, a, kNobody});
    out.push_back({Cut::BothWays, a, (a + 1) % kVoters});
  }
  return out;
}

std::string cut_text(const Cut& cut) {
  if (cut.kind == Cut::None) return "every link carries both ways";
  if (cut.kind == Cut::BothWays)
    return voter(cut.from) + " and " + voter(cut.to) + " don't hear each other";
  if (cut.from == kNobody) return voter(cut.to) + " hears nobody, and is heard";
  if (cut.to == kNobody) return "nobody hears " + voter(cut.from) + ", which hears them";
  return voter(cut.to) + " doesn't hear " + voter(cut.from) + ", which hears it";
}

// Terms are told by their order only: the newest there is, or an older one. So elections may go on
// for ever, which bounded terms can't show.
class Elections {
 public:
  Elections(const Derivation& d, StoreId id)
      : id_(id),
        store_(d.model.stores[id]),
        pre_vote_(store_.pre_vote.or_else(false)),
        check_quorum_(store_.check_quorum.or_else(false)),
        cuts_(all_cuts()),
        b_("elections of store " + store_.name, "stores." + store_.name) {}

  Protocol make() {
    variables();
    for (std::size_t c = 1; c < cuts_.size(); ++c)
      b_.rule(0, cut_text(cuts_[c]))
          .move(cut_, 0, static_cast<int>(c))
          .fault(Fault::Partition)
          .add();
    for (std::size_t c = 0; c < cuts_.size(); ++c)
      for (int i = 0; i < kVoters; ++i)
        of_voter(static_cast<int>(c), i);
    properties();
    repairs();
    b_.note(
        "one cut at a time, and it stays; two voters that stand at once are told apart by their "
        "random timeouts");
    return b_.finish(store_.from.span);
  }

 private:
  static constexpr int kNewest = 0, kOlder = 1;
  static std::size_t at(int i) { return static_cast<std::size_t>(i); }
  bool hears(int c, int who, int whom) const { return !cuts_[at(c)].cuts(whom, who); }
  bool talk(int c, int a, int b) const { return hears(c, a, b) && hears(c, b, a); }
  static std::array<int, 2> others(int i) { return {(i + 1) % kVoters, (i + 2) % kVoters}; }
  bool has_quorum(int c, int i) const {
    return talk(c, i, others(i)[0]) || talk(c, i, others(i)[1]);
  }

  void variables() {
    for (int i = 0; i < kVoters; ++i)
      lanes_.push_back(b_.lane(voter(i)));
    std::vector<std::string> who, texts;
    for (int i = 0; i < kVoters; ++i)
      who.push_back(voter(i));
    who.push_back("nobody");
    leads_ = b_.variable("leads", lanes_[0], who);
    std::vector<std::string> standing = {"nobody"};
    standing.insert(standing.end(), who.begin(), who.end() - 1);
    stands_ = b_.variable("stands", lanes_[0], standing);
    for (const Cut& c : cuts_)
      texts.push_back(cut_text(c));
    cut_ = b_.place("links", lanes_[0], texts);
    for (int i = 0; i < kVoters; ++i) {
      term_.push_back(
          b_.variable("term of " + voter(i), lanes_[at(i)], {"the newest", "an older"}));
      log_.push_back(b_.variable("log of " + voter(i), lanes_[at(i)], {"complete", "behind"}));
    }
  }

  void of_voter(int c, int i) {
    stands(c, i);
    gives_up(c, i);
    for (const int j : others(i)) {
      asked(c, i, j);
      if (hears(c, j, i) && hears(c, i, j))
        b_.rule(lanes_[at(i)], "learns of a newer term: leads no more")
            .when(cut_, c)
            .move(leads_, i, kNobody)
            .move(term_[at(i)], kOlder, kNewest)
            .when(term_[at(j)], kNewest)
            .from(lanes_[at(j)])
            .add();
      catches_up(c, i, j);
    }
    if (check_quorum_ && !has_quorum(c, i))
      b_.rule(lanes_[at(i)], "hears no quorum: leads no more")
          .when(cut_, c)
          .move(leads_, i, kNobody)
          .add();
  }

  // How it may be that voter i waits for a leader in vain: there is none, it doesn't hear it, or
  // what it hears is of an older term. One rule for each.
  struct Silence {
    int leader;
    bool older;
  };
  std::vector<Silence> silences(int c, int i) const {
    std::vector<Silence> out = {{kNobody, false}};
    for (const int l : others(i))
      out.push_back({l, hears(c, i, l)});
    return out;
  }
  void when_silent(Draft& d, const Silence& s, int i) const {
    d.when(leads_, s.leader);
    if (s.older) d.when(term_[at(s.leader)], kOlder).when(term_[at(i)], kNewest);
  }

  // In a newer term than any there is. One election after the other: an election timeout is longer
  // than messages take, and random, so that all of the last candidate's have arrived.
  void stands(int c, int i) {
    for (const Silence& s : silences(c, i))
      for (const int again : {-1, others(i)[0], others(i)[1]}) {
        if (!pre_vote_) {
          stand(c, i, s, again, "hears no leader: stands in a new term", [](Draft&) {});
          continue;
        }
        for (const int j : others(i)) {
          if (!talk(c, i, j) || s.leader == j) continue;
          // j would vote: it hears no leader either, and has nothing that i lacks.
          for (const int behind : {0, 1})
            for (const Silence& of_j : silences(c, j)) {
              if (of_j.leader != s.leader) continue;
              stand(c, i, s, again, voter(j) + " would vote for it: stands in a new term",
                    [&](Draft& d) {
                      d.when(log_[at(i)], behind)
                          .one_of(log_[at(j)],
                                  behind ? std::vector<int>{1} : std::vector<int>{0, 1});
                      if (of_j.older)
                        d.when(term_[at(of_j.leader)], kOlder).when(term_[at(j)], kNewest);
                    });
            }
        }
      }
  }

  // Whoever stood last in vain and unheard has no newer term to offer by standing again: not a
  // step. So its term is an older one (again < 0), or voter `again` knows the newest too.
  template <class More>
  void stand(int c, int i, const Silence& s, int again, const std::string& text, More more) {
    const auto [a, b] = others(i);
    if (s.older && (again < 0 || again == s.leader)) return;  // it can't be both
    Draft d = b_.rule(lanes_[at(i)], text);
    d.when(cut_, c).move(stands_, 0, i + 1);
    when_silent(d, s, i);
    if (!s.older) d.when(term_[at(i)], again < 0 ? kOlder : kNewest);
    if (again >= 0) d.when(term_[at(again)], kNewest);
    more(d);
    d.set(term_[at(i)], kNewest).set(term_[at(a)], kOlder).set(term_[at(b)], kOlder);
    d.add();
  }

  // Who could hear of candidate i has, and it doesn't lead.
  void gives_up(int c, int i) {
    for (int leader = 0; leader <= kNobody; ++leader) {
      if (leader == i) continue;
      Draft d = b_.rule(lanes_[at(i)], "isn't elected");
      d.when(cut_, c).when(leads_, leader).move(stands_, i + 1, 0);
      for (const int j : others(i))
        if (hears(c, j, i)) d.when(term_[at(j)], kNewest);
      d.add();
    }
  }

  // Candidate i asks voter j for its vote.
  void asked(int c, int i, int j) {
    if (!hears(c, j, i)) return;
    for (int leader = 0; leader <= kNobody; ++leader) {
      if (leader == i) continue;
      for (const int behind : {0, 1})
        for (const int complete : {0, 1}) {
          const bool grants = complete >= behind;
          const bool heard = hears(c, i, j);
          Draft d =
              b_.rule(lanes_[at(j)],
                      !grants ? "takes the new term, and refuses: the candidate's log is behind"
                      : heard ? "votes for " + voter(i) + ", which leads now"
                              : "votes for " + voter(i) + ", which doesn't hear it");
          d.when(cut_, c).when(stands_, i + 1).when(leads_, leader);
          d.move(term_[at(j)], kOlder, kNewest);
          d.when(log_[at(i)], behind).when(log_[at(j)], complete).from(lanes_[at(i)]);
          if (grants && heard)
            d.set(leads_, i).set(stands_, 0);
          else if (leader == j)
            d.set(leads_, kNobody);
          d.add();
        }
    }
  }

  // The leader writes: a majority has it, and a voter that it can't reach falls behind.
  void catches_up(int c, int i, int j) {
    const int third = kVoters - i - j;
    if (!hears(c, j, i) && talk(c, i, third))
      b_.rule(lanes_[at(i)], "commits a write that " + voter(j) + " doesn't get")
          .when(cut_, c)
          .when(leads_, i)
          .when(log_[at(third)], 0)
          .when(log_[at(i)], 0)
          .move(log_[at(j)], 0, 1)
          .to(lanes_[at(third)])
          .add();
    if (hears(c, j, i))
      b_.rule(lanes_[at(i)], "sends " + voter(j) + " what it lacks")
          .when(cut_, c)
          .when(leads_, i)
          .when(log_[at(i)], 0)
          .move(log_[at(j)], 1, 0)
          .to(lanes_[at(j)])
          .add();
  }

  void properties() {
    std::vector<Conds> stuck, cut;
    for (std::size_t c = 1; c < cuts_.size(); ++c) {
      cut.push_back(all_of({{cut_, static_cast<int>(c)}}));
      stuck.push_back(all_of({{cut_, static_cast<int>(c)}, {leads_, kNobody}}));
      for (int i = 0; i < kVoters; ++i)
        if (!has_quorum(static_cast<int>(c), i))
          stuck.push_back(all_of({{cut_, static_cast<int>(c)}, {leads_, i}}));
    }
    b_.ends("elections-end", cut,
            "elections follow one another for ever: no leader stays long enough to write");
    b_.rests(
        "leader-writes", stuck, cut,
        "the voters rest with a leader that hears no quorum, or with none: nothing is written");
  }

  void repairs() {
    const StoreId id = id_;
    const std::string path = "stores." + store_.name;
    for (const char* property : {"elections-end", "leader-writes"}) {
      if (!pre_vote_)
        b_.repair(property, "pre-vote: true", path,
                  [id](Mender& m) { m.set(m.model.stores[id].pre_vote, true); });
      if (!check_quorum_)
        b_.repair(property, "check-quorum: true", path,
                  [id](Mender& m) { m.set(m.model.stores[id].check_quorum, true); });
    }
  }

  StoreId id_;
  const Store& store_;
  bool pre_vote_, check_quorum_;
  std::vector<Cut> cuts_;
  Builder b_;
  std::vector<int> lanes_;
  std::vector<Var> term_, log_;
  Var leads_ = 0, stands_ = 0, cut_ = 0;
};

}  // namespace

bool is_elected(const Store& store) {
  return (store.pre_vote || store.check_quorum) && store.copies.or_else({1}).value >= kVoters;
}

void derive_votes(const Derivation& d) {
  for (const StoreId id : d.model.stores.ids()) {
    if (!is_elected(d.model.stores[id])) continue;
    d.out.push_back(Votes(d, id).make());
    d.out.push_back(Elections(d, id).make());
  }
}

}  // namespace scantling::verify
