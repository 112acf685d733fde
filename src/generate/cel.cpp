#include "generate/cel.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

namespace scantling::generate {
namespace {

// What an expression comes to. Values of the object are pointed to; what is computed is owned.
struct Result {
  enum class Kind : std::uint8_t { Value, Duration, Error, Unknown };
  Kind kind = Kind::Value;
  const Value* seen = nullptr;  // of the object; else `own`
  Value own;
  double seconds = 0;

  const Value& value() const { return seen != nullptr ? *seen : own; }
  bool bad() const { return kind == Kind::Error || kind == Kind::Unknown; }
  bool is_bool() const { return kind == Kind::Value && value().kind() == Value::Kind::Bool; }
  bool is(bool truth) const { return is_bool() && value().boolean() == truth; }
};

Result of(Value value) {
  Result out;
  out.own = std::move(value);
  return out;
}
Result seen(const Value& value) {
  Result out;
  out.seen = &value;
  return out;
}
Result bad(Result::Kind kind) {
  Result out;
  out.kind = kind;
  return out;
}
Result error() {
  return bad(Result::Kind::Error);
}
Result unknown() {
  return bad(Result::Kind::Unknown);
}
Result duration(double seconds) {
  Result out;
  out.kind = Result::Kind::Duration;
  out.seconds = seconds;
  return out;
}

bool numeric(const Value& value) {
  return value.kind() == Value::Kind::Integer || value.kind() == Value::Kind::Number;
}
double number_of(const Value& value) {
  return value.kind() == Value::Kind::Integer ? static_cast<double>(value.integer())
                                              : value.number();
}

// Depth is bounded by that of the documents, which the reader bounds.
bool equal(const Value& a, const Value& b) {
  if (numeric(a) && numeric(b)) return number_of(a) == number_of(b);
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Value::Kind::Bool: return a.boolean() == b.boolean();
    case Value::Kind::String: return a.text() == b.text();
    case Value::Kind::List:
      return a.size() == b.size() && std::ranges::equal(a.items(), b.items(), equal);
    case Value::Kind::Map:
      if (a.size() != b.size()) return false;
      for (std::size_t i = 0; i < a.size(); ++i) {
        const Value* other = b.find(a.keys()[i]);
        if (other == nullptr || !equal(a.at(i), *other)) return false;
      }
      return true;
    default: return true;
  }
}

// "1h30m", "250ms" as Go reads durations.
std::optional<double> parse_duration(std::string_view text) {
  if (text == "0") return 0;
  constexpr std::pair<std::string_view, double> kUnits[] = {
      {"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"h", 3600}, {"m", 60}, {"s", 1}};
  double sign = 1, out = 0;
  if (text.starts_with('-')) {
    sign = -1;
    text.remove_prefix(1);
  }
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    double n = 0;
    const auto [end, problem] =
        std::from_chars(text.data(), text.data() + text.size(), n, std::chars_format::fixed);
    if (problem != std::errc() || n < 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto* unit = std::ranges::find_if(
        kUnits, [&](const auto& each) { return text.starts_with(each.first); });
    if (unit == std::end(kUnits)) return std::nullopt;
    out += n * unit->second;
    text.remove_prefix(unit->first.size());
  }
  return sign * out;
}

std::vector<std::string> split_text(std::string_view text, std::string_view by) {
  std::vector<std::string> out;
  while (!by.empty()) {
    const std::size_t at = text.find(by);
    if (at == text.npos) break;
    out.emplace_back(text.substr(0, at));
    text.remove_prefix(at + by.size());
  }
  out.emplace_back(text);
  return out;
}

class Evaluator {
 public:
  Evaluator(const std::vector<CelNode>& nodes, std::string_view name, const Value& value)
      : nodes_(nodes) {
    names_.emplace_back(name, seen(value));
  }

  Result run(std::int32_t index) {
    const CelNode& node = nodes_[static_cast<std::size_t>(index)];
    if (++steps_ > kMostSteps) return unknown();
    switch (node.op) {
      case CelOp::Literal: return seen(node.value);
      case CelOp::Name: return name(node.text);
      case CelOp::Field: return field(run(node.args[0]), node.text);
      case CelOp::Index: return at(run(node.args[0]), run(node.args[1]));
      case CelOp::Call: return call(node);
      case CelOp::List:
      case CelOp::Map: return collection(node);
      case CelOp::Not: return negated(run(node.args[0]));
      case CelOp::Negate: return arithmetic(CelOp::Subtract, of(0), run(node.args[0]));
      case CelOp::And: return both(node, false);
      case CelOp::Or: return both(node, true);
      case CelOp::Choose: return choose(node);
      case CelOp::In: return in(run(node.args[0]), run(node.args[1]));
      case CelOp::Add:
      case CelOp::Subtract:
      case CelOp::Times:
      case CelOp::Divide:
      case CelOp::Modulo: return arithmetic(node.op, run(node.args[0]), run(node.args[1]));
      default: return compare(node.op, run(node.args[0]), run(node.args[1]));
    }
  }

 private:
  static constexpr std::size_t kMostSteps = 200'000;

  Result name(std::string_view text) const {
    for (auto each = names_.rbegin(); each != names_.rend(); ++each)
      if (each->first == text) return each->second;
    return unknown();
  }

  // Fields of what was computed are copied: their owner goes.
  static Result part(const Result& whole, const Value* found) {
    if (found == nullptr || found->kind() == Value::Kind::Null) return error();
    return whole.seen != nullptr ? seen(*found) : of(*found);
  }

  static Result field(const Result& whole, const std::string& name) {
    if (whole.bad()) return whole;
    if (whole.kind != Result::Kind::Value || !whole.value().is_map()) return error();
    return part(whole, whole.value().find(name));
  }

  static Result at(const Result& whole, const Result& key) {
    if (whole.bad()) return whole;
    if (key.bad()) return key;
    const Value& value = whole.value();
    if (value.is_map() && key.value().is_string())
      return part(whole, value.find(key.value().text()));
    if (!value.is_list() || key.value().kind() != Value::Kind::Integer) return error();
    const std::int64_t i = key.value().integer();
    if (i < 0 || i >= static_cast<std::int64_t>(value.size())) return error();
    return part(whole, &value.at(static_cast<std::size_t>(i)));
  }

  Result collection(const CelNode& node) {
    Value out = node.op == CelOp::List ? Value::empty_list() : Value::empty_map();
    for (std::size_t i = 0; i < node.args.size(); ++i) {
      const Result item = run(node.args[i]);
      if (item.bad()) return item;
      if (node.op == CelOp::List) {
        out.add(item.value());
        continue;
      }
      const Result value = run(node.args[++i]);
      if (value.bad()) return value;
      if (!item.value().is_string()) return unknown();
      out.set(item.value().text(), value.value());
    }
    return of(std::move(out));
  }

  static Result negated(const Result& x) {
    if (x.bad()) return x;
    return x.is_bool() ? of(!x.value().boolean()) : error();
  }

  // One side that decides makes the other's error not matter, whichever comes first.
  Result both(const CelNode& node, bool decides) {
    const Result left = run(node.args[0]);
    if (left.is(decides)) return left;
    const Result right = run(node.args[1]);
    if (right.is(decides)) return right;
    if (left.kind == Result::Kind::Unknown) return left;
    if (right.bad()) return right;
    if (left.bad()) return left;
    return left.is_bool() && right.is_bool() ? of(!decides) : error();
  }

  Result choose(const CelNode& node) {
    const Result condition = run(node.args[0]);
    if (condition.bad()) return condition;
    if (!condition.is_bool()) return error();
    return run(node.args[condition.value().boolean() ? 1 : 2]);
  }

  static Result in(const Result& item, const Result& whole) {
    if (item.bad()) return item;
    if (whole.bad()) return whole;
    const Value& all = whole.value();
    if (all.is_map())
      return of(item.value().is_string() && all.find(item.value().text()) != nullptr);
    if (!all.is_list()) return error();
    return of(std::ranges::any_of(all.items(),
                                  [&](const Value& each) { return equal(each, item.value()); }));
  }

  static Result compare(CelOp op, const Result& a, const Result& b) {
    if (a.bad()) return a.kind == Result::Kind::Unknown || !b.bad() ? a : b;
    if (b.bad()) return b;
    double order = 0;
    if (a.kind == Result::Kind::Duration && b.kind == Result::Kind::Duration) {
      order = a.seconds - b.seconds;
    } else if (a.kind != b.kind) {
      return error();
    } else if (op == CelOp::Equal || op == CelOp::Differs) {
      return of(equal(a.value(), b.value()) == (op == CelOp::Equal));
    } else if (numeric(a.value()) && numeric(b.value())) {
      order = number_of(a.value()) - number_of(b.value());
    } else if (a.value().is_string() && b.value().is_string()) {
      order = a.value().text().compare(b.value().text());
    } else {
      return error();
    }
    switch (op) {
      case CelOp::Equal: return of(order == 0);
      case CelOp::Differs: return of(order != 0);
      case CelOp::Less: return of(order < 0);
      case CelOp::AtMost: return of(order <= 0);
      case CelOp::More: return of(order > 0);
      default: return of(order >= 0);
    }
  }

  static Result joined(const Value& x, const Value& y) {
    if (x.is_string() && y.is_string()) return of(x.text() + y.text());
    if (!x.is_list() || !y.is_list()) return error();
    Value out = x;
    for (const Value& each : y.items())
      out.add(each);
    return of(std::move(out));
  }

  static Result arithmetic(CelOp op, const Result& a, const Result& b) {
    if (a.bad()) return a;
    if (b.bad()) return b;
    if (a.kind == Result::Kind::Duration || b.kind == Result::Kind::Duration) return unknown();
    const Value &x = a.value(), &y = b.value();
    if (op == CelOp::Add && !numeric(x)) return joined(x, y);
    if (!numeric(x) || !numeric(y)) return error();
    const bool whole = x.kind() == Value::Kind::Integer && y.kind() == Value::Kind::Integer;
    const double n = number_of(x), m = number_of(y);
    if (m == 0 && (op == CelOp::Divide || op == CelOp::Modulo)) return error();
    double out = n + m;
    if (op == CelOp::Subtract) out = n - m;
    if (op == CelOp::Times) out = n * m;
    if (op == CelOp::Divide) out = whole ? std::trunc(n / m) : n / m;
    if (op == CelOp::Modulo) out = std::fmod(n, m);
    // Beyond what a double holds exactly the answer could be off.
    if (std::abs(out) > 9e15) return unknown();
    return whole ? of(static_cast<std::int64_t>(out)) : of(out);
  }

  // --- functions ---

  Result call(const CelNode& node) {
    if (node.text == "has") return has(node);
    if (node.args.size() == 3 && nodes_[static_cast<std::size_t>(node.args[1])].op == CelOp::Name)
      for (const char* macro : {"all", "exists", "exists_one", "filter", "map"})
        if (node.text == macro) return over(node);
    std::vector<Result> args;
    for (const std::int32_t arg : node.args) {
      args.push_back(run(arg));
      if (args.back().bad()) return args.back();
    }
    if (args.empty()) return unknown();
    if (args[0].kind == Result::Kind::Duration) return unknown();
    if (node.text == "size" && args.size() == 1) return size(args[0].value());
    if (args.size() == 1) return converted(node.text, args[0].value());
    if (args[0].value().is_string()) return of_text(node, args);
    return unknown();
  }

  // has(a.b.c): whether the last field is there; what comes before it must be.
  Result has(const CelNode& node) {
    if (node.args.size() != 1) return unknown();
    const CelNode& last = nodes_[static_cast<std::size_t>(node.args[0])];
    if (last.op != CelOp::Field) return unknown();
    const Result whole = run(last.args[0]);
    if (whole.bad()) return whole;
    if (!whole.value().is_map()) return error();
    const Value* found = whole.value().find(last.text);
    return of(found != nullptr && found->kind() != Value::Kind::Null);
  }

  static std::vector<Result> elements(const Result& whole) {
    std::vector<Result> out;
    const Value& value = whole.value();
    if (value.is_map())
      for (const std::string& key : value.keys())
        out.push_back(of(key));
    else
      for (const Value& each : value.items())
        out.push_back(whole.seen != nullptr ? seen(each) : of(each));
    return out;
  }

  Result over(const CelNode& node) {
    const Result whole = run(node.args[0]);
    if (whole.bad()) return whole;
    if (!whole.value().is_list() && !whole.value().is_map()) return error();
    const std::string& variable = nodes_[static_cast<std::size_t>(node.args[1])].text;
    std::size_t holding = 0;
    Value kept = Value::empty_list();
    Result trouble;
    for (const Result& each : elements(whole)) {
      names_.emplace_back(variable, each);
      const Result result = run(node.args[2]);
      names_.pop_back();
      // One that decides makes the others' errors not matter.
      if (node.text == "all" && result.is(false)) return result;
      if (node.text == "exists" && result.is(true)) return result;
      if (result.bad() && trouble.kind != Result::Kind::Unknown) trouble = result;
      if (result.is(true)) ++holding;
      if (node.text == "map" && !result.bad()) kept.add(result.value());
      if (node.text == "filter" && result.is(true)) kept.add(each.value());
    }
    if (trouble.bad()) return trouble;
    if (node.text == "all") return of(true);
    if (node.text == "exists") return of(false);
    if (node.text == "exists_one") return of(holding == 1);
    return of(std::move(kept));
  }

  static Result size(const Value& value) {
    if (value.is_list() || value.is_map()) return of(value.size());
    if (!value.is_string()) return error();
    // Of characters, not bytes.
    const auto n = std::ranges::count_if(value.text(), [](char c) { return (c & 0xC0) != 0x80; });
    return of(static_cast<std::int64_t>(n));
  }

  static Result converted(std::string_view function, const Value& value) {
    if (function == "dyn") return of(value);
    if (function == "duration" && value.is_string()) {
      const auto seconds = parse_duration(value.text());
      return seconds ? duration(*seconds) : error();
    }
    if (function == "string" && value.is_string()) return of(value);
    if (function == "string" && value.kind() == Value::Kind::Integer)
      return of(std::to_string(value.integer()));
    if (function == "int" && value.kind() == Value::Kind::Integer) return of(value);
    if (function == "int" && value.is_string()) {
      std::int64_t n = 0;
      const std::string& text = value.text();
      const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), n);
      return problem == std::errc() && end == text.data() + text.size() ? of(n) : error();
    }
    if ((function == "lowerAscii" || function == "upperAscii") && value.is_string()) {
      std::string text = value.text();
      for (char& c : text)
        if (function == "lowerAscii" ? c >= 'A' && c <= 'Z' : c >= 'a' && c <= 'z')
          c = static_cast<char>(c ^ 0x20);
      return of(std::move(text));
    }
    return unknown();
  }

  static Result of_text(const CelNode& node, const std::vector<Result>& args) {
    const std::string& text = args[0].value().text();
    const std::string& function = node.text;
    if (function == "substring") return substring(text, args);
    if (args.size() != 2 || !args[1].value().is_string()) return unknown();
    const std::string& other = args[1].value().text();
    if (function == "startsWith") return of(text.starts_with(other));
    if (function == "endsWith") return of(text.ends_with(other));
    if (function == "contains") return of(text.find(other) != text.npos);
    if (function == "indexOf") {
      const std::size_t found = text.find(other);
      return of(found == text.npos ? std::int64_t{-1} : static_cast<std::int64_t>(found));
    }
    if (function == "split") {
      Value out = Value::empty_list();
      for (std::string& part : split_text(text, other))
        out.add(Value(std::move(part)));
      return of(std::move(out));
    }
    if (function != "matches" || text.size() > 65'536) return unknown();
    if (node.pattern != nullptr) return of(node.pattern->found_in(text));
    const auto pattern = Pattern::parse(other);
    return pattern ? of(pattern->found_in(text)) : unknown();
  }

  static Result substring(const std::string& text, const std::vector<Result>& args) {
    std::int64_t from = 0, to = static_cast<std::int64_t>(text.size());
    for (std::size_t i = 1; i < args.size(); ++i) {
      if (args[i].value().kind() != Value::Kind::Integer) return unknown();
      (i == 1 ? from : to) = args[i].value().integer();
    }
    if (from < 0 || to < from || to > static_cast<std::int64_t>(text.size())) return error();
    return of(text.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from)));
  }

  const std::vector<CelNode>& nodes_;
  std::vector<std::pair<std::string, Result>> names_;
  std::size_t steps_ = 0;
};

}  // namespace

CelVerdict CelExpression::evaluate(std::string_view name, const Value& value) const {
  if (!readable_) return CelVerdict::Unknown;
  const Result out =
      Evaluator(nodes_, name, value).run(static_cast<std::int32_t>(nodes_.size()) - 1);
  if (out.kind == Result::Kind::Unknown) return CelVerdict::Unknown;
  return out.is(true) ? CelVerdict::Holds : CelVerdict::Fails;
}

}  // namespace scantling::generate
