#include "boundaries/context_map.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "boundaries/cml_tokens.h"

namespace scantling::boundaries {
namespace {

struct RoleWord {
  std::string_view word;
  ContextRole role;
  std::string_view text;   // in data
  std::string_view shown;  // to a person
};
constexpr RoleWord role_words[] = {
    {"P", ContextRole::Partnership, "partnership", "partnership"},
    {"SK", ContextRole::SharedKernel, "shared-kernel", "shared kernel"},
    {"C", ContextRole::Customer, "customer", "customer"},
    {"S", ContextRole::Supplier, "supplier", "supplier"},
    {"OHS", ContextRole::OpenHostService, "open-host-service", "OHS"},
    {"PL", ContextRole::PublishedLanguage, "published-language", "PL"},
    {"ACL", ContextRole::AnticorruptionLayer, "anticorruption-layer", "ACL"},
    {"CF", ContextRole::Conformist, "conformist", "conformist"},
};

enum class Direction : std::uint8_t { LeftIsUpstream, RightIsUpstream, Mutual };

struct Operator {
  std::size_t length = 0;  // tokens; 0: there is none
  Direction direction = Direction::Mutual;
  std::vector<ContextRole> left, right;  // roles that the word itself states
};

class MapReader {
 public:
  explicit MapReader(const std::vector<CmlToken>& tokens) : tokens_(tokens) {}

  std::vector<ContextRelation> run() {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (!tokens_[i].is("ContextMap")) continue;
      std::size_t begin = i + 1;
      if (begin < tokens_.size() && tokens_[begin].kind == CmlToken::Kind::Word) ++begin;
      if (begin < tokens_.size() && tokens_[begin].is("{")) i = read_map(begin + 1);
    }
    return std::move(relations_);
  }

 private:
  bool is(std::size_t i, std::string_view word) const {
    return i < tokens_.size() && tokens_[i].is(word);
  }
  bool word(std::size_t i) const {
    return i < tokens_.size() && tokens_[i].kind == CmlToken::Kind::Word;
  }

  // Returns the index of the closing brace. What stands in a relation's own braces says nothing of
  // the contexts.
  std::size_t read_map(std::size_t begin) {
    int depth = 1;
    std::size_t i = begin;
    for (; i < tokens_.size(); ++i) {
      if (is(i, "{")) ++depth;
      if (is(i, "}") && --depth == 0) break;
      if (depth > 1) continue;
      const Operator found = operator_at(i);
      if (found.length == 0) continue;
      add(begin, i, found);
      i += found.length - 1;
    }
    return i;
  }

  Operator operator_at(std::size_t i) const {
    using enum Direction;
    if (is(i, "<") && is(i + 1, "-") && is(i + 2, ">")) return {3, Mutual, {}, {}};
    if (is(i, "<") && is(i + 1, "-")) return {2, RightIsUpstream, {}, {}};
    if (is(i, "-") && is(i + 1, ">")) return {2, LeftIsUpstream, {}, {}};
    if (is(i, "Partnership"))
      return {1, Mutual, {ContextRole::Partnership}, {ContextRole::Partnership}};
    if (!is(i + 1, "-")) return {};
    if (is(i, "Shared") && is(i + 2, "Kernel"))
      return {3, Mutual, {ContextRole::SharedKernel}, {ContextRole::SharedKernel}};
    if (is(i, "Upstream") && is(i + 2, "Downstream")) return {3, LeftIsUpstream, {}, {}};
    if (is(i, "Downstream") && is(i + 2, "Upstream")) return {3, RightIsUpstream, {}, {}};
    if (is(i, "Supplier") && is(i + 2, "Customer"))
      return {3, LeftIsUpstream, {ContextRole::Supplier}, {ContextRole::Customer}};
    if (is(i, "Customer") && is(i + 2, "Supplier"))
      return {3, RightIsUpstream, {ContextRole::Customer}, {ContextRole::Supplier}};
    return {};
  }

  void add_roles(std::size_t begin, std::size_t end, std::vector<ContextRole>& roles) const {
    for (std::size_t i = begin; i < end; ++i)
      for (const RoleWord& known : role_words)
        if (is(i, known.word) && std::ranges::find(roles, known.role) == roles.end())
          roles.push_back(known.role);
  }

  // `Name [roles] <operator> [roles] Name`; anything else is left alone, and so is a context that
  // relates to itself.
  void add(std::size_t begin, std::size_t at, Operator found) {
    std::size_t left = at;  // one past the left name
    if (left > begin && is(left - 1, "]")) {
      std::size_t open = left - 1;
      while (open > begin && !is(open, "["))
        --open;
      add_roles(open, left, found.left);
      left = open;
    }
    std::size_t right = at + found.length;
    if (is(right, "[")) {
      const std::size_t open = right;
      while (right < tokens_.size() && !is(right, "]") && !is(right, "}"))
        ++right;
      add_roles(open, right, found.right);
      if (is(right, "]")) ++right;
    }
    if (left <= begin || !word(left - 1) || !word(right)) return;
    if (tokens_[left - 1].text == tokens_[right].text) return;
    ContextRelation relation{std::string(tokens_[left - 1].text), std::string(tokens_[right].text),
                             found.direction == Direction::Mutual, std::move(found.left),
                             std::move(found.right)};
    if (relation.mutual && relation.upstream_roles.empty() && relation.downstream_roles.empty())
      relation.upstream_roles = relation.downstream_roles = {ContextRole::SharedKernel};
    if (found.direction == Direction::RightIsUpstream) {
      std::swap(relation.upstream, relation.downstream);
      std::swap(relation.upstream_roles, relation.downstream_roles);
    }
    relations_.push_back(std::move(relation));
  }

  const std::vector<CmlToken>& tokens_;
  std::vector<ContextRelation> relations_;
};

std::string list_of(const std::vector<ContextRole>& roles) {
  std::vector<std::string> texts;
  for (const RoleWord& known : role_words)
    if (std::ranges::find(roles, known.role) != roles.end()) texts.emplace_back(known.shown);
  return join(texts, ", ");
}

}  // namespace

std::vector<ContextRelation> context_relations(const std::vector<CmlToken>& tokens) {
  return MapReader(tokens).run();
}

std::string to_text(ContextRole role) {
  for (const RoleWord& known : role_words)
    if (known.role == role) return std::string(known.text);
  return "";
}

std::string describe(const ContextRelation& relation) {
  const std::string up = list_of(relation.upstream_roles),
                    down = list_of(relation.downstream_roles);
  if (relation.mutual) return up.empty() ? down : up;
  if (up.empty() && down.empty()) return "-";
  return up + (up.empty() ? "-> " : " ->") + (up.empty() || down.empty() ? "" : " ") + down;
}

}  // namespace scantling::boundaries
