#include "generate/pattern.h"

#include <charconv>
#include <memory>
#include <string>

namespace scantling::generate {

using Bytes = std::bitset<256>;

// A tree first: {2,5} is written out five times.
class PatternReader {
 public:
  explicit PatternReader(std::string_view text) : text_(text) {}

  std::optional<Pattern> read() {
    auto tree = alternatives();
    if (!tree || at_ != text_.size()) return std::nullopt;
    Pattern out;
    out.steps_.push_back({Pattern::Op::Done, -1, -1, {}});
    out.start_ = emit(out, *tree, 0);
    if (out.steps_.size() > 20'000) return std::nullopt;
    return out;
  }

 private:
  enum class Kind : std::uint8_t { Byte, Begin, End, Join, Either, Repeat };
  struct Tree {
    Kind kind = Kind::Join;
    Bytes bytes;
    int least = 0, most = -1;  // of Repeat; -1: any number
    std::vector<std::unique_ptr<Tree>> parts;
  };
  using TreePtr = std::unique_ptr<Tree>;

  bool more() const { return at_ < text_.size(); }
  bool take(char c) {
    if (!more() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  static TreePtr make(Kind kind) {
    auto out = std::make_unique<Tree>();
    out->kind = kind;
    return out;
  }

  TreePtr alternatives() {
    TreePtr out = make(Kind::Either);
    do {
      TreePtr part = joined();
      if (!part) return nullptr;
      out->parts.push_back(std::move(part));
    } while (take('|'));
    return out;
  }

  TreePtr joined() {
    TreePtr out = make(Kind::Join);
    while (more() && text_[at_] != '|' && text_[at_] != ')') {
      if (text_.substr(at_).starts_with("(?i)")) {
        fold_ = true;
        at_ += 4;
        continue;
      }
      TreePtr part = repeated();
      if (!part) return nullptr;
      out->parts.push_back(std::move(part));
    }
    return out;
  }

  TreePtr repeated() {
    TreePtr part = atom();
    while (part && more()) {
      int least = 0, most = -1;
      if (take('?')) {
        most = 1;
      } else if (take('+')) {
        least = 1;
      } else if (text_[at_] == '{') {
        if (!counts(least, most)) return nullptr;
      } else if (!take('*')) {
        break;
      }
      TreePtr out = make(Kind::Repeat);
      out->least = least;
      out->most = most;
      out->parts.push_back(std::move(part));
      part = std::move(out);
    }
    return part;
  }

  bool counts(int& least, int& most) {
    ++at_;
    if (!number(least)) return false;
    most = least;
    if (take(',')) {
      most = -1;
      if (more() && text_[at_] != '}' && !number(most)) return false;
    }
    return take('}') && least <= 1000 && most <= 1000;
  }

  bool number(int& out) {
    const char* begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), out);
    at_ += static_cast<std::size_t>(end - begin);
    return error == std::errc{};
  }

  TreePtr bytes(Bytes set) const {
    TreePtr out = make(Kind::Byte);
    if (fold_)
      for (unsigned c = 'a'; c <= 'z'; ++c)
        if (set[c] || set[c - 32]) set.set(c).set(c - 32);
    out->bytes = set;
    return out;
  }

  TreePtr atom() {
    const char c = text_[at_++];
    switch (c) {
      case '^': return make(Kind::Begin);
      case '$': return make(Kind::End);
      case '.': return bytes(Bytes{}.set().reset('\n'));
      case '(': {
        if (text_.substr(at_).starts_with("?:")) at_ += 2;
        TreePtr inner = alternatives();
        return inner && take(')') ? std::move(inner) : nullptr;
      }
      case '[': return set();
      case '\\': {
        Bytes out;
        return escape(out) ? bytes(out) : nullptr;
      }
      case '*':
      case '+':
      case '?': return nullptr;
      default: return bytes(Bytes{}.set(static_cast<unsigned char>(c)));
    }
  }

  static void add_range(Bytes& out, unsigned from, unsigned to) {
    for (unsigned c = from; c <= to; ++c)
      out.set(c);
  }

  bool escape(Bytes& out) {
    if (!more()) return false;
    const char c = text_[at_++];
    switch (c) {
      case 'd': add_range(out, '0', '9'); return true;
      case 'w':
        add_range(out, '0', '9');
        add_range(out, 'a', 'z');
        add_range(out, 'A', 'Z');
        out.set('_');
        return true;
      case 's': out.set(' ').set('\t').set('\n').set('\r').set('\f'); return true;
      case 't': out.set('\t'); return true;
      case 'n': out.set('\n'); return true;
      case 'x': {
        unsigned value = 0;
        const auto [end, error] =
            std::from_chars(text_.data() + at_, text_.data() + text_.size(), value, 16);
        if (error != std::errc{} || value > 255) return false;
        at_ = static_cast<std::size_t>(end - text_.data());
        out.set(value);
        return true;
      }
      case 'P':  // \PC: anything that is no control character
        if (!take('C')) return false;
        add_range(out, 32, 255);
        out.reset(127);
        return true;
      default:
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return false;
        out.set(static_cast<unsigned char>(c));
        return true;
    }
  }

  TreePtr set() {
    Bytes out;
    const bool negated = take('^');
    bool first = true;
    while (more() && (text_[at_] != ']' || first)) {
      first = false;
      if (text_[at_] == '\\') {
        ++at_;
        if (!escape(out)) return nullptr;
        continue;
      }
      const auto from = static_cast<unsigned char>(text_[at_++]);
      auto to = from;
      if (at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']') {
        to = static_cast<unsigned char>(text_[at_ + 1]);
        at_ += 2;
      }
      add_range(out, from, to);
    }
    if (!take(']')) return nullptr;
    return bytes(negated ? ~out : out);
  }

  // Steps are added behind those that follow them: returns where `tree` begins.
  static int emit(Pattern& out, const Tree& tree, int next) {
    const auto add = [&](Pattern::Op op, int to, int other) {
      out.steps_.push_back({op, to, other, tree.bytes});
      return static_cast<int>(out.steps_.size()) - 1;
    };
    if (out.steps_.size() > 20'000) return next;
    switch (tree.kind) {
      case Kind::Byte: return add(Pattern::Op::Byte, next, -1);
      case Kind::Begin: return add(Pattern::Op::Begin, next, -1);
      case Kind::End: return add(Pattern::Op::End, next, -1);
      case Kind::Join:
        for (auto part = tree.parts.rbegin(); part != tree.parts.rend(); ++part)
          next = emit(out, **part, next);
        return next;
      case Kind::Either: {
        int begin = emit(out, *tree.parts.back(), next);
        for (std::size_t i = tree.parts.size() - 1; i-- > 0;)
          begin = add(Pattern::Op::Split, emit(out, *tree.parts[i], next), begin);
        return begin;
      }
      case Kind::Repeat: return emit_repeat(out, tree, next);
    }
    return next;
  }

  static int emit_repeat(Pattern& out, const Tree& tree, int next) {
    const Tree& part = *tree.parts.front();
    int begin = next;
    if (tree.most < 0) {
      out.steps_.push_back({Pattern::Op::Split, -1, next, {}});
      begin = static_cast<int>(out.steps_.size()) - 1;
      const int body = emit(out, part, begin);
      out.steps_[static_cast<std::size_t>(begin)].next = body;
    }
    for (int i = tree.least; i < tree.most; ++i) {
      const int body = emit(out, part, begin);
      out.steps_.push_back({Pattern::Op::Split, body, next, {}});
      begin = static_cast<int>(out.steps_.size()) - 1;
    }
    for (int i = 0; i < tree.least; ++i)
      begin = emit(out, part, begin);
    return begin;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool fold_ = false;
};

std::optional<Pattern> Pattern::parse(std::string_view pattern) {
  return PatternReader(pattern).read();
}

void Pattern::follow(int step, std::size_t at, std::size_t size, std::vector<int>& list,
                     std::vector<std::uint32_t>& seen, std::uint32_t mark) const {
  std::vector<int> pending{step};
  while (!pending.empty()) {
    const int top = pending.back();
    pending.pop_back();
    const auto i = static_cast<std::size_t>(top);
    if (seen[i] == mark) continue;
    seen[i] = mark;
    const Step& each = steps_[i];
    switch (each.op) {
      case Op::Split:
        pending.push_back(each.other);
        pending.push_back(each.next);
        break;
      case Op::Begin:
        if (at == 0) pending.push_back(each.next);
        break;
      case Op::End:
        if (at == size) pending.push_back(each.next);
        break;
      case Op::Byte:
      case Op::Done: list.push_back(top); break;
    }
  }
}

bool Pattern::found_in(std::string_view text) const {
  std::vector<int> now, after;
  std::vector<std::uint32_t> seen(steps_.size(), 0);
  std::uint32_t mark = 1;
  for (std::size_t at = 0;; ++at, ++mark) {
    follow(start_, at, text.size(), now, seen, mark);
    after.clear();
    for (const int step : now)
      if (steps_[static_cast<std::size_t>(step)].op == Op::Done) return true;
    if (at == text.size()) return false;
    for (const int step : now) {
      const Step& each = steps_[static_cast<std::size_t>(step)];
      if (each.bytes[static_cast<unsigned char>(text[at])])
        follow(each.next, at + 1, text.size(), after, seen, mark + 1);
    }
    now.swap(after);
  }
}

}  // namespace scantling::generate
