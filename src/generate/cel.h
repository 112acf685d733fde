// The part of the Common Expression Language that custom resources' rules use
// (x-kubernetes-validations; Kubernetes documentation, "CEL in Kubernetes"): operators, has, all,
// exists, exists_one, filter, map, size, matches, strings, lists, durations. What it doesn't know
// it says: such a rule is unknown, never held.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "generate/pattern.h"
#include "generate/value.h"

namespace scantling::generate {

enum class CelVerdict : std::uint8_t {
  Holds,
  Fails,    // or can't be evaluated on this value: the API server refuses both
  Unknown,  // uses what this evaluator hasn't got, or takes too many steps
};

enum class CelOp : std::uint8_t {
  Literal,  // value
  Name,     // text
  Field,    // args[0].text
  Index,    // args[0][args[1]]
  Call,     // text(args...); of a method the first argument is the receiver
  List,     // args
  Map,      // args: key, value, ...
  Not,
  Negate,
  And,
  Or,
  Choose,  // args[0] ? args[1] : args[2]
  Equal,
  Differs,
  Less,
  AtMost,
  More,
  AtLeast,
  In,
  Add,
  Subtract,
  Times,
  Divide,
  Modulo,
};

struct CelNode {
  CelOp op = CelOp::Literal;
  std::string text;
  Value value;
  std::vector<std::int32_t> args;          // nodes before this one
  std::shared_ptr<const Pattern> pattern;  // of a literal argument of `matches`
};

class CelExpression {
 public:
  // What can't be read evaluates to Unknown. Nesting deeper than 200 can't.
  explicit CelExpression(std::string_view text);

  const std::string& text() const { return text_; }
  bool readable() const { return readable_; }
  // Whether it compares with what was there before: nothing to say about an object alone.
  bool of_changes() const { return of_changes_; }
  // With `name` ("self", "object") bound to the value; at most 200,000 steps.
  CelVerdict evaluate(std::string_view name, const Value& value) const;

  const std::vector<CelNode>& nodes() const { return nodes_; }  // the last is the root

 private:
  std::string text_;
  bool readable_ = false, of_changes_ = false;
  std::vector<CelNode> nodes_;
};

}  // namespace scantling::generate
