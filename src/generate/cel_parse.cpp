// From a CEL expression's text to its nodes (language definition of google/cel-spec, "Syntax").
#include <charconv>
#include <cstdlib>
#include <optional>

#include "generate/cel.h"

namespace scantling::generate {
namespace {

bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool digit(char c) {
  return c >= '0' && c <= '9';
}

// Names that are words of the language are escaped: "__namespace__" (Kubernetes documentation, "CEL
// in Kubernetes", escaping).
std::string unescaped(std::string_view name) {
  if (name.size() > 4 && name.starts_with("__") && name.ends_with("__"))
    return std::string(name.substr(2, name.size() - 4));
  std::string out;
  constexpr std::pair<std::string_view, std::string_view> kParts[] = {
      {"__dot__", "."}, {"__dash__", "-"}, {"__slash__", "/"}, {"__underscores__", "__"}};
  while (!name.empty()) {
    bool known = false;
    for (const auto& [from, to] : kParts)
      if (!known && name.starts_with(from)) {
        out += to;
        name.remove_prefix(from.size());
        known = true;
      }
    if (known) continue;
    out += name.front();
    name.remove_prefix(1);
  }
  return out;
}

class Parser {
 public:
  Parser(std::string_view text, std::vector<CelNode>& nodes) : rest_(text), nodes_(nodes) {}

  bool run() {
    const auto root = choice(0);
    skip();
    return root && rest_.empty() && *root + 1 == static_cast<std::int32_t>(nodes_.size());
  }

 private:
  using Index = std::optional<std::int32_t>;
  static constexpr int kMostDepth = 200;

  void skip() {
    while (!rest_.empty() &&
           (rest_[0] == ' ' || rest_[0] == '\n' || rest_[0] == '\t' || rest_[0] == '\r'))
      rest_.remove_prefix(1);
  }
  bool take(std::string_view token) {
    skip();
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  // A word is not the beginning of a longer one.
  bool take_word(std::string_view word) {
    skip();
    if (!rest_.starts_with(word)) return false;
    if (rest_.size() > word.size() && (letter(rest_[word.size()]) || digit(rest_[word.size()])))
      return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  Index add(CelOp op, std::vector<std::int32_t> args, std::string text = "", Value value = {}) {
    if (nodes_.size() > 5000) return std::nullopt;
    nodes_.push_back({op, std::move(text), std::move(value), std::move(args), nullptr});
    return static_cast<std::int32_t>(nodes_.size()) - 1;
  }

  Index choice(int depth) {
    if (depth > kMostDepth) return std::nullopt;
    const Index condition = any(depth + 1);
    if (!condition || !take("?")) return condition;
    const Index yes = choice(depth + 1);
    if (!yes || !take(":")) return std::nullopt;
    const Index no = choice(depth + 1);
    if (!no) return std::nullopt;
    return add(CelOp::Choose, {*condition, *yes, *no});
  }

  Index any(int depth) {
    Index left = all(depth);
    while (left && take("||")) {
      const Index right = all(depth);
      left = right ? add(CelOp::Or, {*left, *right}) : std::nullopt;
    }
    return left;
  }

  Index all(int depth) {
    Index left = relation(depth);
    while (left && take("&&")) {
      const Index right = relation(depth);
      left = right ? add(CelOp::And, {*left, *right}) : std::nullopt;
    }
    return left;
  }

  std::optional<CelOp> relation_op() {
    constexpr std::pair<std::string_view, CelOp> kOps[] = {
        {"==", CelOp::Equal},   {"!=", CelOp::Differs}, {"<=", CelOp::AtMost},
        {">=", CelOp::AtLeast}, {"<", CelOp::Less},     {">", CelOp::More}};
    for (const auto& [token, op] : kOps)
      if (take(token)) return op;
    if (take_word("in")) return CelOp::In;
    return std::nullopt;
  }

  Index relation(int depth) {
    Index left = sum(depth);
    while (left) {
      const auto op = relation_op();
      if (!op) return left;
      const Index right = sum(depth);
      left = right ? add(*op, {*left, *right}) : std::nullopt;
    }
    return left;
  }

  Index sum(int depth) {
    Index left = product(depth);
    while (left) {
      const bool plus = take("+");
      if (!plus && !take("-")) return left;
      const Index right = product(depth);
      left = right ? add(plus ? CelOp::Add : CelOp::Subtract, {*left, *right}) : std::nullopt;
    }
    return left;
  }

  Index product(int depth) {
    Index left = unary(depth);
    while (left) {
      const CelOp op = take("*") ? CelOp::Times : take("/") ? CelOp::Divide : CelOp::Modulo;
      if (op == CelOp::Modulo && !take("%")) return left;
      const Index right = unary(depth);
      left = right ? add(op, {*left, *right}) : std::nullopt;
    }
    return left;
  }

  Index unary(int depth) {
    if (depth > kMostDepth) return std::nullopt;
    skip();
    if (rest_.starts_with("!") && !rest_.starts_with("!=")) {
      take("!");
      const Index of = unary(depth + 1);
      return of ? add(CelOp::Not, {*of}) : std::nullopt;
    }
    if (take("-")) {
      const Index of = unary(depth + 1);
      return of ? add(CelOp::Negate, {*of}) : std::nullopt;
    }
    return member(depth + 1);
  }

  Index member(int depth) {
    Index of = primary(depth);
    while (of) {
      if (take("[")) {
        const Index key = choice(depth + 1);
        of = key && take("]") ? add(CelOp::Index, {*of, *key}) : std::nullopt;
      } else if (take(".")) {
        skip();
        const std::string name = word();
        if (name.empty()) return std::nullopt;
        of = take("(") ? call(name, of, depth) : add(CelOp::Field, {*of}, unescaped(name));
      } else {
        return of;
      }
    }
    return of;
  }

  Index call(const std::string& name, Index receiver, int depth) {
    std::vector<std::int32_t> args;
    if (receiver) args.push_back(*receiver);
    if (!items(")", args, false, depth)) return std::nullopt;
    const Index out = add(CelOp::Call, args, name);
    if (!out || name != "matches" || args.size() != 2) return out;
    const CelNode& pattern = nodes_[static_cast<std::size_t>(args[1])];
    if (pattern.op == CelOp::Literal && pattern.value.is_string())
      if (auto parsed = Pattern::parse(pattern.value.text()))
        nodes_.back().pattern = std::make_shared<const Pattern>(std::move(*parsed));
    return out;
  }

  // Expressions with commas up to `end`; `pairs`: "key: value".
  bool items(std::string_view end, std::vector<std::int32_t>& out, bool pairs, int depth) {
    if (take(end)) return true;
    do {
      const Index item = choice(depth + 1);
      if (!item) return false;
      out.push_back(*item);
      if (!pairs) continue;
      const Index value = take(":") ? choice(depth + 1) : std::nullopt;
      if (!value) return false;
      out.push_back(*value);
    } while (take(","));
    return take(end);
  }

  std::string word() {
    std::string out;
    while (!rest_.empty() && (letter(rest_[0]) || (!out.empty() && digit(rest_[0])))) {
      out += rest_[0];
      rest_.remove_prefix(1);
    }
    return out;
  }

  Index primary(int depth) {
    if (depth > kMostDepth) return std::nullopt;
    skip();
    if (rest_.empty()) return std::nullopt;
    if (take("(")) {
      const Index inner = choice(depth + 1);
      return inner && take(")") ? inner : std::nullopt;
    }
    std::vector<std::int32_t> args;
    if (take("[")) return items("]", args, false, depth) ? add(CelOp::List, args) : std::nullopt;
    if (take("{")) return items("}", args, true, depth) ? add(CelOp::Map, args) : std::nullopt;
    if (digit(rest_[0]) || (rest_[0] == '.' && rest_.size() > 1 && digit(rest_[1])))
      return number();
    if (rest_[0] == '"' || rest_[0] == '\'' || rest_.starts_with("r\"") || rest_.starts_with("r'"))
      return text();
    const std::string name = word();
    if (name.empty()) return std::nullopt;
    if (name == "true" || name == "false")
      return add(CelOp::Literal, {}, "", Value(name == "true"));
    if (name == "null") return add(CelOp::Literal, {});
    return take("(") ? call(name, std::nullopt, depth) : add(CelOp::Name, {}, name);
  }

  Index number() {
    std::size_t n = 0;
    bool whole = true;
    while (n < rest_.size() && (digit(rest_[n]) || rest_[n] == '.' || rest_[n] == 'e')) {
      whole = whole && digit(rest_[n]);
      ++n;
    }
    const std::string digits(rest_.substr(0, n));
    rest_.remove_prefix(n);
    if (!rest_.empty() && rest_[0] == 'u') rest_.remove_prefix(1);
    if (n > 18) return std::nullopt;
    std::int64_t i = 0;
    if (!whole) return add(CelOp::Literal, {}, "", Value(std::strtod(digits.c_str(), nullptr)));
    std::from_chars(digits.data(), digits.data() + digits.size(), i);
    return add(CelOp::Literal, {}, "", Value(i));
  }

  Index text() {
    const bool raw = take("r");
    std::string_view quote = rest_.substr(0, 1);
    if (rest_.size() >= 3 && rest_[1] == rest_[0] && rest_[2] == rest_[0])
      quote = rest_.substr(0, 3);
    rest_.remove_prefix(quote.size());
    std::string out;
    while (!rest_.starts_with(quote)) {
      if (rest_.empty()) return std::nullopt;
      if (rest_[0] == '\\' && !raw) {
        if (rest_.size() < 2 || !escape(out)) return std::nullopt;
        continue;
      }
      out += rest_[0];
      rest_.remove_prefix(1);
    }
    rest_.remove_prefix(quote.size());
    return add(CelOp::Literal, {}, "", Value(std::move(out)));
  }

  bool escape(std::string& out) {
    constexpr std::string_view kFrom = "\\\"'`?nrt", kTo = "\\\"'`?\n\r\t";
    const std::size_t known = kFrom.find(rest_[1]);
    if (known == kFrom.npos) return false;
    out += kTo[known];
    rest_.remove_prefix(2);
    return true;
  }

  std::string_view rest_;
  std::vector<CelNode>& nodes_;
};

}  // namespace

CelExpression::CelExpression(std::string_view text) : text_(text) {
  readable_ = text.size() <= 20'000 && Parser(text, nodes_).run();
  for (const CelNode& node : nodes_)
    of_changes_ = of_changes_ ||
                  (node.op == CelOp::Name && (node.text == "oldSelf" || node.text == "oldObject"));
}

}  // namespace scantling::generate
