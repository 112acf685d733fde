// Protocols from textbooks as systems, for the tests of the engine and its exports.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "verify/saga_shape.h"
#include "verify/system.h"

namespace scantling::verify::testing {

inline Var add_var(System& s, std::string name, int values, int instance = -1, int slot = 0) {
  Variable v;
  v.name = std::move(name);
  v.values = values;
  v.instance = instance;
  v.slot = slot;
  s.variables.push_back(std::move(v));
  return static_cast<Var>(s.variables.size() - 1);
}

// Dijkstra's philosophers: left fork, right fork, eat, put both down. Deadlocks when each has one.
inline System philosophers(int n, bool last_is_left_handed) {
  System s;
  s.name = "philosophers";
  std::vector<Var> fork, at;
  for (int i = 0; i < n; ++i) {
    fork.push_back(add_var(s, "fork" + std::to_string(i), 2));
    at.push_back(add_var(s, "at" + std::to_string(i), 3));
    s.lanes.push_back("p" + std::to_string(i));
  }
  for (int i = 0; i < n; ++i) {
    const auto me = static_cast<std::size_t>(i);
    std::size_t first = me, second = static_cast<std::size_t>((i + 1) % n);
    if (last_is_left_handed && i == n - 1) std::swap(first, second);
    Draft(s, i, "takes the first").move(at[me], 0, 1).move(fork[first], 0, 1).add();
    Draft(s, i, "takes the second").move(at[me], 1, 2).move(fork[second], 0, 1).add();
    Draft(s, i, "eats").move(at[me], 2, 0).set(fork[first], 0).set(fork[second], 0).add();
  }
  s.properties.push_back({"no-deadlock", Shape::Rests, {{}}, {}, "all wait", ""});
  return s;
}

// Peterson's algorithm for two; `turns` false leaves out the turn: both may get in.
inline System peterson(bool turns) {
  System s;
  s.name = "peterson";
  s.lanes = {"p0", "p1"};
  const Var flag[2] = {add_var(s, "flag0", 2), add_var(s, "flag1", 2)};
  const Var turn = add_var(s, "turn", 2);
  const Var pc[2] = {add_var(s, "pc0", 4), add_var(s, "pc1", 4)};
  for (int i = 0; i < 2; ++i) {
    const int j = 1 - i;
    Draft(s, i, "wants").move(pc[i], 0, 1).set(flag[i], 1).add();
    Draft(s, i, "yields").move(pc[i], 1, 2).set(turn, j).add();
    Draft(s, i, "enters").move(pc[i], 2, 3).when(flag[j], 0).add();
    if (turns) Draft(s, i, "enters").move(pc[i], 2, 3).when(turn, i).add();
    if (!turns) Draft(s, i, "enters").move(pc[i], 2, 3).add();
    Draft(s, i, "leaves").move(pc[i], 3, 0).set(flag[i], 0).add();
  }
  s.properties.push_back({"exclusive", Shape::Never, {{{pc[0], 3}, {pc[1], 3}}}, {}, "", ""});
  s.properties.push_back({"no-deadlock", Shape::Rests, {{}}, {{{pc[0], 3}}}, "", ""});
  return s;
}

// A token that goes round n places.
inline System token_ring(int n) {
  System s;
  s.name = "ring";
  const Var at = add_var(s, "at", n);
  for (int i = 0; i < n; ++i) {
    s.lanes.push_back("n" + std::to_string(i));
    Draft(s, i, "passes").move(at, i, (i + 1) % n).add();
  }
  s.properties.push_back({"ends", Shape::Ends, {}, {}, "the token goes round", ""});
  return s;
}

// Two-phase commit: n participants vote, the coordinator decides, and may crash after the votes.
inline System two_phase_commit(int n) {
  System s;
  s.name = "two-phase-commit";
  s.lanes = {"coordinator"};
  const Var c = add_var(s, "coordinator", 4);  // asking, committed, aborted, crashed
  Conds all_yes{{c, 0}};
  std::vector<Var> p;
  for (int i = 0; i < n; ++i) {
    s.lanes.push_back("p" + std::to_string(i));
    p.push_back(add_var(s, "p" + std::to_string(i), 5, i, 0));  // working yes no committed aborted
  }
  s.instances = n;
  Draft commit(s, 0, "commits");
  commit.move(c, 0, 1);
  for (const Var v : p)
    commit.when(v, 1);
  commit.add();
  Draft(s, 0, "crashes").move(c, 0, 3).fault(Fault::Crash).add();
  Property agree{"agree", Shape::Never, {}, {{{c, 1}}}, "", ""};
  Property ends{"no-blocking", Shape::Rests, {}, {}, "a participant waits for ever", ""};
  for (int i = 0; i < n; ++i) {
    const Var v = p[static_cast<std::size_t>(i)];
    Draft(s, i + 1, "votes yes").move(v, 0, 1).add();
    Draft(s, i + 1, "votes no").move(v, 0, 2).add();
    Draft(s, 0, "aborts").move(c, 0, 2).when(v, 2).add();
    for (const int voted : {1, 2}) {
      Draft(s, i + 1, "commits").move(v, voted, 3).when(c, 1).add();
      Draft(s, i + 1, "aborts").move(v, voted, 4).when(c, 2).add();
    }
    for (int j = 0; j < n; ++j)
      if (j != i) {
        Conds pair{{std::min(v, p[static_cast<std::size_t>(j)]), 3},
                   {std::max(v, p[static_cast<std::size_t>(j)]), 3}};
        pair[v < p[static_cast<std::size_t>(j)] ? 1 : 0].value = 4;
        agree.states.push_back(pair);
      }
    for (std::uint8_t waiting = 0; waiting < 3; ++waiting)
      ends.states.push_back({{v, waiting}});
  }
  s.properties = {agree, ends};
  return s;
}

// A saga with every safeguard: each step in a service of its own, over messages that may be lost
// and delivered twice.
inline SagaShape safe_saga(int steps) {
  SagaShape s;
  s.name = "place";
  s.lanes = {"orders"};
  for (int k = 0; k < steps; ++k) {
    SagaStepShape step;
    step.name = "s" + std::to_string(k) + ".do";
    if (k + 1 < steps) step.undo_name = "s" + std::to_string(k) + ".undo";
    step.lane = k + 1;
    step.repeat = step.undo_repeat = Idempotency::ByKey;
    step.tombstone = true;
    step.transport = step.undo_transport = {true, true};
    s.lanes.push_back("s" + std::to_string(k));
    s.steps.push_back(step);
  }
  return s;
}

// The same search without anything clever: a set of value vectors.
struct Plain {
  std::size_t states = 0, transitions = 0;
  bool stuck = false, bad = false;
};
inline Plain plain_search(const System& s) {
  Plain out;
  std::set<Values> seen{initial_values(s)};
  std::vector<Values> todo{initial_values(s)};
  while (!todo.empty()) {
    const Values v = todo.back();
    todo.pop_back();
    bool any = false;
    for (const Property& p : s.properties)
      if (p.shape == Shape::Never) out.bad |= holds_any(p.states, v);
    for (const Rule& r : s.rules) {
      if (!holds(r.when, v)) continue;
      any |= r.fault == Fault::None;
      ++out.transitions;
      Values next = v;
      for (const Cond& c : r.then)
        next[c.var] = c.value;
      if (seen.insert(next).second) todo.push_back(next);
    }
    if (any) continue;
    for (const Property& p : s.properties)
      if (p.shape == Shape::Rests) out.stuck |= holds_any(p.states, v);
  }
  out.states = seen.size();
  return out;
}

}  // namespace scantling::verify::testing
