#include "boundaries/cml.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "boundaries/cml_tokens.h"
#include "boundaries/index.h"

namespace scantling::boundaries {
namespace {

constexpr std::size_t depth_at_most = 60;
constexpr std::size_t homonyms_at_most = 100;  // aggregates that have a type of one name

enum class BlockKind : std::uint8_t {
  Other,
  Context,
  Aggregate,
  Type,     // of an aggregate: entity, value object, event, command
  Service,  // its operations are functionalities
  Flow,
  UseCase,
  UserStory,
};

struct BlockWord {
  std::string_view word;
  BlockKind kind;
};
constexpr BlockWord block_words[] = {
    {"BoundedContext", BlockKind::Context},
    {"Aggregate", BlockKind::Aggregate},
    {"Entity", BlockKind::Type},
    {"ValueObject", BlockKind::Type},
    {"DomainEvent", BlockKind::Type},
    {"Event", BlockKind::Type},
    {"CommandEvent", BlockKind::Type},
    {"Command", BlockKind::Type},
    {"DataTransferObject", BlockKind::Type},
    {"BasicType", BlockKind::Type},
    {"enum", BlockKind::Type},
    {"Service", BlockKind::Service},
    {"Flow", BlockKind::Flow},
    {"UseCase", BlockKind::UseCase},
    {"UserStory", BlockKind::UserStory},
};

BlockKind kind_of(const CmlToken& token) {
  if (token.kind != CmlToken::Kind::Word) return BlockKind::Other;
  for (const BlockWord& known : block_words)
    if (token.text == known.word) return known.kind;
  return BlockKind::Other;
}

// A part of the file: `begin`..`end` are the tokens between its braces, or empty.
struct CmlBlock {
  BlockKind kind = BlockKind::Other;
  std::string name;
  std::size_t header = 0;  // the token after the name
  std::size_t begin = 0, end = 0;
  int parent = -1;  // index of the block around it
  int aggregate = -1;
  int context = -1;
};

struct CmlAggregate {
  std::string name;
  std::string context;
  std::string owner;
  std::set<std::string> types;
};

class Reader {
 public:
  explicit Reader(std::vector<CmlToken> tokens) : tokens_(std::move(tokens)) {}

  Expected<Subject> run(const std::vector<CmlToken>& use_cases);

 private:
  const CmlToken& token(std::size_t i) const { return tokens_[i]; }
  Expected<void> find_blocks();
  void add_block(BlockKind kind, std::size_t word, bool braces, std::size_t opening);
  void describe_aggregates();
  void describe_teams();
  int aggregate_of(std::string_view name, int prefer = -1) const;
  void add_access(Functionality& f, int aggregate, bool write) const;
  void add_relations();
  void add_operations(const CmlBlock& service);
  void add_flow(const CmlBlock& flow);
  void add_story(const CmlBlock& story);
  void add_use_case(const std::vector<CmlToken>& tokens, std::size_t begin, std::size_t end,
                    std::string name);
  void add_scl(const std::vector<CmlToken>& tokens);
  void keep(Functionality f);
  void add_cut();

  std::vector<CmlToken> tokens_;
  std::vector<CmlBlock> blocks_;
  std::vector<CmlAggregate> aggregates_;
  std::map<std::string, std::vector<int>, std::less<>> of_type_;  // aggregates that have it
  std::map<std::string, std::vector<int>, std::less<>> by_name_;  // aggregates
  std::map<std::string, std::string> team_of_context_;
  Subject subject_;
};

// Every named part; `{` belongs to the last word of a block before it, when nothing but a header
// stands between.
Expected<void> Reader::find_blocks() {
  std::vector<int> open;  // blocks around; -1: braces of something else
  std::size_t word = tokens_.size();
  const auto flush = [&](bool braces, std::size_t opening) {
    if (word == tokens_.size()) return -1;
    add_block(kind_of(token(word)), word, braces, opening);
    word = tokens_.size();
    blocks_.back().parent = open.empty() ? -1 : open.back();
    return static_cast<int>(blocks_.size()) - 1;
  };
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    const CmlToken& t = token(i);
    if (t.is("{")) {
      const int block = flush(true, i);
      open.push_back(block >= 0 ? block : (open.empty() ? -1 : open.back()));
      if (open.size() > depth_at_most)
        return fail(fmt::format("line {}: braces nest more than {} deep", t.line, depth_at_most));
    } else if (t.is("}")) {
      flush(false, i);
      if (open.empty()) return fail(fmt::format("line {}: a brace closes nothing", t.line));
      const int block = open.back();
      open.pop_back();
      const bool own = block >= 0 && (open.empty() || open.back() != block);
      if (own) blocks_[at(block)].end = i;
    } else if (kind_of(t) != BlockKind::Other && i + 1 < tokens_.size() &&
               token(i + 1).kind != CmlToken::Kind::Sign) {
      flush(false, i);
      word = i;
      ++i;  // its name
    }
  }
  flush(false, tokens_.size());
  if (!open.empty()) return fail("a brace is not closed");
  return {};
}

void Reader::add_block(BlockKind kind, std::size_t word, bool braces, std::size_t opening) {
  CmlBlock block;
  block.kind = kind;
  block.name = std::string(token(word + 1).text);
  block.header = word + 2;
  block.begin = braces ? opening + 1 : opening;
  block.end = block.begin;
  blocks_.push_back(std::move(block));
}

void Reader::describe_aggregates() {
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    CmlBlock& block = blocks_[b];
    if (block.parent >= 0) {
      const CmlBlock& around = blocks_[at(block.parent)];
      block.aggregate = around.aggregate;
      block.context = around.kind == BlockKind::Context ? block.parent : around.context;
    }
    if (block.kind == BlockKind::Aggregate && block.context >= 0) {
      block.aggregate = static_cast<int>(aggregates_.size());
      CmlAggregate& aggregate = aggregates_.emplace_back();
      aggregate.name = block.name;
      aggregate.context = blocks_[at(block.context)].name;
      std::vector<int>& called = by_name_[aggregate.name];
      if (called.size() < homonyms_at_most) called.push_back(block.aggregate);
      for (std::size_t i = block.begin; i + 1 < block.end; ++i)
        if (token(i).is("owner") && aggregate.owner.empty())
          aggregate.owner = std::string(token(token(i + 1).is("=") ? i + 2 : i + 1).text);
    } else if (block.kind == BlockKind::Type && block.aggregate >= 0) {
      aggregates_[at(block.aggregate)].types.insert(block.name);
      std::vector<int>& holders = of_type_[block.name];
      if (holders.size() < homonyms_at_most &&
          (holders.empty() || holders.back() != block.aggregate))
        holders.push_back(block.aggregate);
    }
  }
}

// `BoundedContext Team realizes Context, Context { type = TEAM }`.
void Reader::describe_teams() {
  for (const CmlBlock& block : blocks_) {
    if (block.kind != BlockKind::Context) continue;
    bool realizes = false;
    for (std::size_t i = block.header; i < block.begin && i < tokens_.size(); ++i) {
      if (token(i).kind != CmlToken::Kind::Word) continue;
      if (token(i).is("implements") || token(i).is("refines"))
        realizes = false;
      else if (token(i).is("realizes"))
        realizes = true;
      else if (realizes)
        team_of_context_.emplace(std::string(token(i).text), block.name);
    }
  }
}

// The aggregate that has a type of that name, or is called so. Contexts use the same words for
// their own things: first what `prefer` has, then what its context has.
int Reader::aggregate_of(std::string_view name, int prefer) const {
  std::vector<int> holders;
  if (const auto found = of_type_.find(name); found != of_type_.end()) holders = found->second;
  if (const auto called = by_name_.find(name); called != by_name_.end())
    holders.insert(holders.end(), called->second.begin(), called->second.end());
  if (holders.empty()) return -1;
  if (prefer < 0) return holders.front();
  if (std::ranges::find(holders, prefer) != holders.end()) return prefer;
  const auto near = [&](int a) {
    return aggregates_[at(a)].context == aggregates_[at(prefer)].context;
  };
  const auto own = std::ranges::find_if(holders, near);
  return own == holders.end() ? holders.front() : *own;
}

void Reader::add_access(Functionality& f, int aggregate, bool write) const {
  if (aggregate >= 0) f.accesses.push_back({aggregate, write, 1});
}

void Reader::keep(Functionality f) {
  if (!f.accesses.empty()) subject_.input.functionalities.push_back(std::move(f));
}

void Reader::add_relations() {
  std::set<std::pair<int, int>> known;
  for (const CmlBlock& block : blocks_) {
    if (block.kind != BlockKind::Type || block.aggregate < 0) continue;
    for (std::size_t i = block.begin; i < block.end; ++i) {
      if (token(i).kind != CmlToken::Kind::Word || !of_type_.contains(token(i).text)) continue;
      const int other = aggregate_of(token(i).text, block.aggregate);
      if (other < 0 || other == block.aggregate) continue;
      if (known.insert({block.aggregate, other}).second)
        subject_.input.relations.push_back({block.aggregate, other, RelationKind::RefersTo});
    }
  }
}

// `ReturnType name(@Type p, ...);` writes its own aggregate after reading those of its types; a
// name that begins like a query only reads.
void Reader::add_operations(const CmlBlock& service) {
  static constexpr std::string_view queries[] = {"get",  "find",   "read", "list", "query",
                                                 "load", "search", "view", "show", "verify"};
  for (std::size_t i = service.begin; i + 1 < service.end; ++i) {
    if (token(i).kind != CmlToken::Kind::Word || !token(i + 1).is("(")) continue;
    Functionality f;
    f.name = service.name + "." + std::string(token(i).text);
    const std::string name = lower(token(i).text);
    const auto begins = [&](std::string_view word) { return name.starts_with(word); };
    const bool reads = std::ranges::any_of(queries, begins);
    std::set<int> touched;
    std::size_t j = i + 2;
    for (; j < service.end && !token(j).is(")"); ++j) {
      const int other = token(j).kind == CmlToken::Kind::Word && of_type_.contains(token(j).text)
                            ? aggregate_of(token(j).text, service.aggregate)
                            : -1;
      if (other >= 0 && other != service.aggregate && touched.insert(other).second)
        add_access(f, other, false);
    }
    add_access(f, service.aggregate, !reads);
    keep(std::move(f));
    i = j;
  }
}

// `command C delegates to A [..] emits event E`, `event E triggers command C`.
void Reader::add_flow(const CmlBlock& flow) {
  Functionality f;
  f.name = flow.name;
  int last = -1;
  const auto touch = [&](std::string_view name, bool write) {
    const int aggregate = aggregate_of(name, last);
    if (aggregate < 0 || (aggregate == last && !write)) return;
    add_access(f, aggregate, write);
    last = aggregate;
  };
  for (std::size_t i = flow.begin; i + 1 < flow.end; ++i) {
    if (token(i).is("delegates") && i + 2 < flow.end)
      touch(token(i + 2).text, true);
    else if (token(i).is("emits") && i + 2 < flow.end)
      touch(token(token(i + 1).is("event") ? i + 2 : i + 1).text, true);
    else if (token(i).is("command") || token(i).is("operation"))
      touch(token(i + 1).text, false);
  }
  keep(std::move(f));
}

// `I want to "log" an "Interaction"`, `"submit" a "Claim" with its "date" for a "Policy"`: the
// entity after an article, and those after `for`.
void Reader::add_story(const CmlBlock& story) {
  static constexpr std::string_view reading[] = {"read", "view", "search", "find",  "download",
                                                 "list", "show", "check",  "track", "monitor"};
  Functionality f;
  f.name = story.name;
  bool write = true;
  int last = -1;
  for (std::size_t i = story.begin; i + 1 < story.end; ++i) {
    const CmlToken& t = token(i);
    const auto names = [&](std::string_view word) { return lower(t.text).starts_with(word); };
    if (std::ranges::any_of(reading, names)) write = false;
    if (t.is("create") || t.is("update") || t.is("delete") || t.is("to")) write = true;
    if (t.is("for")) write = false;
    if (token(i + 1).kind != CmlToken::Kind::Text) continue;
    const int aggregate = aggregate_of(token(i + 1).text, last);
    add_access(f, aggregate, write);
    if (aggregate >= 0) last = aggregate;
  }
  keep(std::move(f));
}

// `reads "A.x" "B.y" writes "C.z"`.
void Reader::add_use_case(const std::vector<CmlToken>& tokens, std::size_t begin, std::size_t end,
                          std::string name) {
  Functionality f;
  f.name = std::move(name);
  bool write = false;
  std::set<std::pair<int, bool>> touched;
  for (std::size_t i = begin; i < end; ++i) {
    if (tokens[i].is("reads")) write = false;
    if (tokens[i].is("writes")) write = true;
    if (tokens[i].kind != CmlToken::Kind::Text) continue;
    const int aggregate = aggregate_of(tokens[i].text.substr(0, tokens[i].text.find('.')));
    if (aggregate >= 0 && touched.insert({aggregate, write}).second)
      add_access(f, aggregate, write);
  }
  keep(std::move(f));
}

void Reader::add_scl(const std::vector<CmlToken>& tokens) {
  for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
    if (!tokens[i].is("UseCase") || !tokens[i + 2].is("{")) continue;
    std::size_t end = i + 3;
    while (end < tokens.size() && !tokens[end].is("}"))
      ++end;
    add_use_case(tokens, i + 3, end, std::string(tokens[i + 1].text));
    i = end;
  }
}

void Reader::add_cut() {
  subject_.given.name = "bounded contexts";
  std::map<std::string, int> label, team;
  for (std::size_t a = 0; a < aggregates_.size(); ++a) {
    const CmlAggregate& aggregate = aggregates_[a];
    const auto [it, added] = label.emplace(aggregate.context, static_cast<int>(label.size()));
    if (added) subject_.given.names.push_back(aggregate.context);
    subject_.given.group.push_back(it->second);
    std::string owner = aggregate.owner;
    if (const auto of = team_of_context_.find(aggregate.context);
        owner.empty() && of != team_of_context_.end())
      owner = of->second;
    if (owner.empty()) continue;
    const auto [known, first] = team.emplace(owner, static_cast<int>(team.size()));
    if (first) subject_.teams.push_back(owner);
    subject_.input.entities[a].team = known->second;
  }
}

Expected<Subject> Reader::run(const std::vector<CmlToken>& use_cases) {
  if (auto found = find_blocks(); !found) return fail(found.error().message);
  describe_aggregates();
  describe_teams();
  if (aggregates_.empty())
    return fail(
        "no aggregate in a bounded context: there is nothing to cut; an aggregate is "
        "BoundedContext Orders { Aggregate Order { Entity Order { } } }");
  subject_.input.rated = false;
  subject_.format = "Context Mapper model";
  std::map<std::string, int> names;
  for (const CmlAggregate& aggregate : aggregates_)
    ++names[aggregate.name];
  for (const CmlAggregate& aggregate : aggregates_)
    subject_.input.entities.push_back(
        {names[aggregate.name] > 1 ? aggregate.context + "." + aggregate.name : aggregate.name,
         std::max(1.0, static_cast<double>(aggregate.types.size())), -1});
  add_relations();
  for (const CmlBlock& block : blocks_) {
    if (block.kind == BlockKind::Service)
      add_operations(block);
    else if (block.kind == BlockKind::Flow)
      add_flow(block);
    else if (block.kind == BlockKind::UseCase || block.kind == BlockKind::UserStory)
      add_story(block);
  }
  add_scl(use_cases);
  add_cut();
  subject_.given.relations = context_relations(tokens_);
  return std::move(subject_);
}

}  // namespace

Expected<Subject> parse_cml(std::string_view cml, std::string_view scl) {
  auto tokens = cml_tokens(cml);
  if (!tokens) return fail(tokens.error().message);
  const auto use_cases = cml_tokens(scl);
  if (!use_cases) return fail("use cases, " + use_cases.error().message);
  return Reader(std::move(*tokens)).run(*use_cases);
}

}  // namespace scantling::boundaries
