// A transition system as data: small variables, masked rules over them, and what must hold. It is
// made from a protocol's shape (saga_shape.h) and explored (explore.h).
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/enums.h"

namespace scantling::verify {

using Var = std::uint16_t;

// `var` has, or gets, `value`.
struct Cond {
  Var var = 0;
  std::uint8_t value = 0;
  friend auto operator<=>(const Cond&, const Cond&) = default;
};
using Conds = std::vector<Cond>;  // all of them; at most one a variable

// What the environment may do to a protocol. None: the protocol's own step.
enum class Fault : std::uint8_t {
  None,
  Crash,
  Loss,
  Duplicate,
  Timeout,
  Reorder,
  Poison,
  Partition,
  Failover,
  Clock
};
inline constexpr std::size_t kFaultKinds = 10;
std::string_view to_text(Fault fault);  // "early timeout", as verdicts say it

struct Variable {
  std::string name;  // "place#1.reserve"
  int values = 2;    // 0 .. values-1, at most 256
  std::uint8_t initial = 0;
  std::vector<std::string> texts;  // of the values; empty: numbers
  int lane = -1;                   // whose it is; -1: in flight between lanes
  int instance = -1;               // of the instances that run at once; -1: shared
  int slot = 0;                    // the same variable of another instance has the same slot
  bool message = false;            // in flight: may be dropped when nothing can come of it
  bool quiet = false;  // where its owner stands in its work: the steps' texts tell it already
  bool names_instance = false;  // value v > 0 means instance v-1: a lock's holder
};

// A step: when all of `when` hold, `then` may be set.
struct Rule {
  Conds when;  // sorted by variable, as is `then`
  Conds then;
  Fault fault = Fault::None;
  int lane = -1;        // who does it
  int peer = -1;        // whose message it takes, or to whom it sends; -1: nobody's
  bool sends = false;   // an arrow from lane to peer; else from peer to lane
  std::string text;     // "accepts reserve"
  std::string element;  // path of the element of the model that it comes from
  int instance = -1;
  std::vector<Var> counts;  // counters whose guard only says which of a family of rules this is
};

enum class Shape : std::uint8_t {
  Never,  // none of `states` is ever reached
  Rests,  // where no step is possible, none of `states` holds
  Ends,   // with no more faults every run comes to rest
};

struct Property {
  std::string name;  // "effect-once"
  Shape shape = Shape::Never;
  std::vector<Conds> states;
  std::vector<Conds> premise;  // unless one is reached, the property says nothing; empty: it does
  std::string broken;          // a sentence about what a counterexample shows
  std::string element;         // path
};

struct System {
  std::string name;     // "saga place-order"
  std::string element;  // path
  std::vector<std::string> lanes;
  std::vector<Variable> variables;
  std::vector<Rule> rules;
  std::vector<Property> properties;
  int instances = 1;
  std::string runs;  // how many at once the search stands for: "2 runs at once"; empty: not said
  std::vector<std::string> notes;  // what was assumed, what bounds the derivation has

  bool has_faults() const;
  const Property* find_property(std::string_view name) const;
};

// Values of the variables, by Var.
using Values = std::vector<std::uint8_t>;
Values initial_values(const System& system);
bool holds(const Conds& conds, const Values& values);
bool holds_any(const std::vector<Conds>& list, const Values& values);
std::string value_text(const Variable& variable, std::uint8_t value);

// Every name, range and reference is what it must be: an assert of ours, never the user's.
void validate(const System& system);

// Collects a step in the words of the protocol and adds it as plain rules: a counter that is
// decremented becomes one rule a value.
class Draft {
 public:
  Draft(System& system, int lane, std::string text);

  Draft& when(Var var, int value);
  Draft& set(Var var, int value);
  Draft& move(Var var, int from, int to) { return when(var, from).set(var, to); }
  Draft& take(Var counter);  // at least one: one fewer
  Draft& put(Var counter);   // one more, unless it is full
  Draft& has(Var counter);   // at least one
  Draft& one_of(Var var, std::vector<int> values);
  Draft& fault(Fault kind);
  Draft& from(int peer);
  Draft& to(int peer);
  Draft& element(std::string path);
  Draft& instance(int index);
  void add();

 private:
  struct Change {
    Var var;
    std::vector<std::pair<int, int>> ways;  // value before, value after; -1: unchanged
  };
  System& system_;
  Rule rule_;
  std::vector<Change> changes_;
};

// The same system in which each kind of fault may happen so many times: counters in the state, as
// bounds by kind need them. A kind that isn't limited keeps its rules as they are.
struct Budget {
  Fault fault = Fault::None;
  int times = 0;
};
System with_budgets(const System& system, const std::vector<Budget>& budgets);

}  // namespace scantling::verify
