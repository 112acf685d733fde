#include "language/generator_support.h"
#include "language/table.h"

namespace scantling {

void Generator::name_elements() {
  // Some are named like keys that they stand beside, like other YAML types, or alike.
  static const Names kOdd = {"all",  "lag",  "over", "steps", "operations", "12",
                             "true", "null", "~",    "a:b",   "same",       "x{y}"};
  for (std::size_t k = 0; k < kRefKinds; ++k) {
    names_[k].clear();
    const int count = 1 + below(4);
    for (int i = 0; i < count; ++i) {
      std::string name = chance(4)
                             ? pick(kOdd)
                             : std::string(to_text(static_cast<RefKind>(k))) + std::to_string(i);
      if (static_cast<RefKind>(k) == RefKind::Channel && chance(2)) name = "dotted." + name;
      const bool known = std::find(names_[k].begin(), names_[k].end(), name) != names_[k].end();
      if (!known) names_[k].push_back(name);
    }
  }
  endpoints_.clear();
  for (const std::string& service : names(RefKind::Service))
    endpoints_.push_back(service + ".e0");
}

std::string Generator::free_text() {
  static const Names kTexts = {
      "plain",       "two words", "true",         "no",         "012",       "1e3",
      "a: b",        "a #b",      "- dash",       "\"quoted\"", "it's",      "[x]",
      "{y}",         "ends:",     "caf\xc3\xa9",  "two\nlines", "tab\there", " padded ",
      "back\\slash", "null",      "2024-01-01",   "*star",      "&and",      "!bang",
      "%percent",    "@at",       "\xe2\x82\xac", "x, y"};
  return pick(kTexts);
}

std::string Generator::duration() {
  return std::to_string(1 + below(200)) + pick({"ns", "us", "ms", "s", "min", "h", "d", "w", "y"});
}

std::string Generator::scalar(const Type& type) {
  if (&type == &duration_type) return duration();
  if (&type == &rate_type) return rate();
  if (&type == &bytes_type) return std::to_string(below(5000)) + pick({" B", " kB", " MiB", "GiB"});
  if (&type == &share_type) return share();
  if (&type == &growth_type) return number(400) + "%";
  if (&type == &factor_type) return factor();
  if (&type == &unlimited_count_type) return chance(3) ? "unlimited" : count();
  if (&type == &unbounded_count_type) return chance(3) ? "unbounded" : count();
  if (&type == &calls_count_type) return count() + pick({"", " calls"});
  if (&type == &count_type) return count();
  if (&type == &count_range_type) {
    const int low = below(50);
    return std::to_string(low) + (chance(3) ? "" : ".." + std::to_string(low + below(50)));
  }
  if (&type == &money_type) return number(90000) + pick({" USD/month", " EUR/year", "k USD/day"});
  if (&type == &cores_type) return chance(2) ? number(16) : std::to_string(below(4000)) + "m";
  if (&type == &bool_type) return pick({"true", "false"});
  if (&type == &number_type) return number(100);
  if (&type == &scale_target_type) return chance(2) ? share() : number(1000);
  if (&type == &date_type) return chance(2) ? "2027-01-31" : "2028-02-29";
  if (&type == &emission_type) return chance(2) ? "Event" : "Event " + share();
  if (&type == &http_route_type) return pick({"GET", "POST"}) + " /a/{id}";
  if (&type == &pool_type) return count() + pick({"", " per instance"});
  if (&type == &failure_threshold_type) return chance(2) ? share() : std::to_string(1 + below(9));
  return free_text();
}

Out Generator::time_law() {
  if (chance(3)) {
    const int mean = 1 + below(500);
    Out map = Out::map();
    map.add("mean", Out::scalar(std::to_string(mean) + "us"));
    if (chance(2))
      map.add("p99", Out::scalar(std::to_string(mean * (1 + below(14))) + "us"));
    else
      map.add("cv", Out::scalar(number(5)));
    return map;
  }
  static const Names kForms = {"", "fixed ", "exponential ", "uniform 1ms..", "normal 9ms sd "};
  return Out::scalar(chance(9) ? "empirical s.csv"
                               : pick(kForms) + std::to_string(2 + below(90)) + "ms");
}

std::string Generator::target() {
  switch (below(8)) {
    case 0: return "instance " + pick(names(RefKind::Service));
    case 1: return "service " + pick(names(RefKind::Service));
    case 2: return (chance(2) ? "store " : "cache ") + pick(names(RefKind::Store));
    case 3: return "channel " + pick(names(RefKind::Channel));
    case 4: return "external " + pick(names(RefKind::External));
    case 5: return chance(2) ? "zone a" : "node a/2";
    case 6: return "endpoint " + pick(endpoints_);
    default: return chance(2) ? "gateway" : "all";
  }
}

Out Generator::fault() {
  Out map = Out::map();
  if (chance(2)) map.add("at", Out::scalar(duration()));
  if (chance(2)) map.add("for", Out::scalar(duration()));
  const auto kind = static_cast<FaultKind>(below(9));
  std::string text;
  switch (kind) {
    case FaultKind::Lose:
    case FaultKind::Flush:
    case FaultKind::Pause: text = target(); break;
    case FaultKind::Slow:
    case FaultKind::Cpu: text = target() + " " + factor(); break;
    case FaultKind::Fail: text = target() + " " + share(); break;
    case FaultKind::Cut: text = target() + " -> " + target(); break;
    case FaultKind::Drop: text = share() + " " + target() + " -> " + target(); break;
    case FaultKind::Flap: text = target() + " every " + duration(); break;
  }
  map.add(to_text_enum(kind), Out::scalar(text));
  return map;
}

Out Generator::problem_step() {
  if (chance(2)) return Out::scalar(act() + (chance(2) ? " " + factor() : ""));
  Out map = Out::map();
  const bool acts = !chance(4);
  if (acts) map.add("do", Out::scalar(act() + (chance(2) ? " " + factor() : "")));
  if (!acts || chance(2)) map.add("calls", Out::string(pick(names(RefKind::External))));
  if (acts && chance(2)) map.add("undo", Out::scalar(act()));
  if (chance(4)) map.add("undo-calls", Out::string(pick(names(RefKind::External))));
  return map;
}

Out Generator::step(int depth) {
  const auto kind = static_cast<StepKind>(below(depth > 0 ? 12 : 6));
  const std::string_view key = to_text_enum(kind);
  const auto steps = [&] { return value(schema_detail::list_type<std::vector<Step>>, depth - 1); };
  Out map = Out::map();
  Names without;
  bool accesses = false;
  switch (kind) {
    case StepKind::Work:
    case StepKind::Wait: map.add(key, time_law()); break;
    case StepKind::Call:
      map.add(key, Out::string(pick(chance(2) ? endpoints_ : names(RefKind::External))));
      accesses = true;
      break;
    case StepKind::Read:
    case StepKind::Write:
      map.add(key, Out::string(pick(names(RefKind::Store))));
      if (chance(2)) map.add("times", Out::scalar(factor()));
      if (kind == StepKind::Read && chance(3))
        map.add("consistency", Out::scalar(pick_enum<ConsistencyKind>()));
      if (kind == StepKind::Read && chance(3)) {
        Out miss = Out::map();
        miss.add(chance(2) ? "rate" : "keys", Out::scalar("5%"));
        if (miss.members[0].first == "keys") miss.members[0].second = Out::scalar(count());
        if (depth > 0) miss.add("then", steps());
        map.add("miss", miss);
      }
      accesses = true;
      break;
    case StepKind::Publish:
      map.add(key, Out::string(pick(names(RefKind::Channel)) + (chance(3) ? "" : " Event")));
      if (chance(2)) map.add("via", Out::scalar(pick_enum<PublishVia>()));
      accesses = true;
      break;
    case StepKind::Together:
      map.add(key, steps());
      if (chance(2)) map.add("first", Out::scalar(count()));
      break;
    case StepKind::Choose:
      map.add(key, value(schema_detail::list_type<std::vector<Branch>>, depth - 1));
      break;
    case StepKind::Repeat:
      map.add(key, Out::scalar(factor()));
      if (chance(2)) map.add("steps", steps());
      break;
    case StepKind::Lock:
      map.add(key, Out::string(free_text()));
      if (chance(2)) map.add("optimistic", Out::scalar("true"));
      break;
    case StepKind::Fail: map.add(key, Out::scalar(share())); break;
    case StepKind::Spawn: map.add(key, steps()); break;
  }
  if (!accesses) return map;
  if (depth > 0 && chance(4)) map.add("fallback", steps());
  if (chance(2)) map.add("use", Out::string(pick(names(RefKind::Policy))));
  some_members(structure_of<CallPolicy>(), depth, map, {});
  return map;
}

Out Generator::objective() {
  Out map = Out::map();
  int least = 1;
  for (const std::string_view key : {"p50", "p95", "p99", "p99.9"}) {
    least += below(500);
    if (chance(2)) map.add(key, Out::scalar(std::to_string(least) + "ms"));
  }
  if (chance(2)) map.add("availability", Out::scalar(share()));
  if (chance(3)) map.add("throughput", Out::scalar(rate()));
  return map;
}

Out Generator::load_of_experiment(int depth) {
  Out map = Out::map();
  Out apart = Out::map();
  for (const std::string& name : names(RefKind::Operation)) {
    if (chance(2)) continue;
    bool is_key = false;
    for (const Entry& entry : structure_of<ExperimentLoad>().entries)
      is_key |= entry.key == name;
    (is_key ? apart : map).add(name, Out::scalar(chance(2) ? factor() : rate()));
  }
  some_members(structure_of<ExperimentLoad>(), depth, map, {"operations", "base", "replay"});
  if (chance(4)) map.add("replay", Out::scalar("traffic.csv"));
  if (!apart.members.empty()) map.add("operations", apart);
  if (chance(3)) map.add("base", Out::scalar(pick({"peak", "mean"})));
  return map;
}

Out Generator::expectation(int depth) {
  Out map = Out::map();
  Out apart = Out::map();
  for (const std::string& name : names(RefKind::Operation)) {
    bool is_key = false;
    for (const Entry& entry : structure_of<Expectation>().entries)
      is_key |= entry.key == name;
    if (chance(2)) (is_key ? apart : map).add(name, objective());
  }
  some_members(structure_of<Expectation>(), depth, map, {"operations"});
  if (!apart.members.empty()) map.add("operations", apart);
  return map;
}

Out Generator::endpoint(int depth) {
  static const Names kProtocols = {"http", "grpc", "graphql", "websocket", "consumes", "every"};
  Names without = kProtocols;
  const std::string protocol = pick(kProtocols);
  if (!chance(4)) std::erase(without, protocol);
  Out map = Out::map();
  without.emplace_back("protocol");
  some_members(structure_of<Endpoint>(), depth, map, without);
  if (chance(4)) map.add("protocol", Out::scalar(protocol));
  return map;
}

Out Generator::structure(const StructType& type, int depth) {
  if (&type == &structure_of<ProblemStep>()) return problem_step();
  if (&type == &structure_of<Step>()) return step(depth);
  if (&type == &structure_of<Fault>()) return fault();
  if (&type == &structure_of<Objective>()) return objective();
  if (&type == &structure_of<ExperimentLoad>()) return load_of_experiment(depth);
  if (&type == &structure_of<Expectation>()) return expectation(depth);
  if (&type == &structure_of<Endpoint>()) return endpoint(depth);
  if (&type == &structure_of<Consistency>())
    return Out::scalar(pick({"strong", "eventual", "quorum read 2 write 3"}));
  Out map = Out::map();
  if (&type == &structure_of<OperationLoad>()) {
    const int mean = 1 + below(100);
    if (chance(2)) map.add("mean", Out::scalar(std::to_string(mean) + "/s"));
    if (chance(2)) map.add("peak", Out::scalar(std::to_string(mean + below(900)) + "/s"));
    if (chance(2)) map.add("shape", Out::scalar(pick_enum<LoadShape>()));
    return map;
  }
  Names without;
  if (&type == &structure_of<Service>()) {
    Out endpoints = Out::map();
    for (const char* name : {"e0", "e1"})
      if (endpoints.members.empty() || chance(2)) endpoints.add(name, endpoint(depth));
    map.add("endpoints", endpoints);
    without = {"endpoints"};
  }
  if (&type == &structure_of<SagaStep>()) {
    map.add("do", Out::string(pick(endpoints_)));
    if (chance(2)) map.add("undo", Out::string(pick(endpoints_)));
    without = {"do", "undo"};
  }
  if (&type == &structure_of<Slowdown>()) {
    map.add("failing", Out::scalar("x3"));
    map.add("cold", Out::scalar("x1.5"));
    without = {"failing", "cold", "per", "by"};
    if (chance(2)) {
      map.add("per", Out::scalar("100"));
      map.add("by", Out::scalar("120%"));
    }
  }
  if (&type == &structure_of<RetryPolicy>()) {
    without = {"backoff", "cap"};
    if (chance(2)) map.add("backoff", Out::scalar("20ms"));
    if (chance(2)) map.add("cap", Out::scalar("2s"));
  }
  some_members(type, depth, map, without);
  return map;
}

void Generator::some_members(const StructType& type, int depth, Out& map, const Names& without) {
  for (const Entry* entry : entries_of(type)) {
    const bool left_out = std::find(without.begin(), without.end(), entry->key) != without.end();
    if (left_out || entry->value == nullptr || (!entry->required && chance(2))) continue;
    map.add(entry->key, entry->type == &context_end_type
                            ? Out::string(pick(names(RefKind::Context)))
                            : value(*entry->type, depth));
  }
}

Out Generator::named(const Type& type, RefKind kind, int depth) {
  Out map = Out::map();
  for (const std::string& name : names(kind))
    map.add(name, structure(type.structure(), depth));
  return map;
}

Out Generator::value(const Type& type, int depth) {
  switch (type.kind) {
    case TypeKind::Scalar:
      return &type == &text_type ? Out::string(free_text()) : Out::scalar(scalar(type));
    case TypeKind::Enum:
      return Out::scalar(std::string(
          type.names[static_cast<std::size_t>(below(static_cast<int>(type.names.size())))]));
    case TypeKind::Reference: return Out::string(pick(names(type.refers)));
    case TypeKind::Struct: return structure(type.structure(), depth);
    case TypeKind::Custom: {
      if (&type == &time_law_type) return time_law();
      Out map = Out::map();
      map.add("word", Out::string(free_text()));  // a glossary
      return map;
    }
    case TypeKind::Named: {
      Out map = Out::map();
      const int count = 1 + below(2);
      for (int i = 0; i < count; ++i)
        map.add("e" + std::to_string(i), structure(type.structure(), depth));
      return map;
    }
    case TypeKind::List: {
      Out list = Out::list();
      const int count = depth > 0 || type.item->kind != TypeKind::Struct ? below(4) : 0;
      for (int i = 0; i < count; ++i)
        list.add(value(*type.item, depth));
      return list;
    }
  }
  return Out::none();
}

std::string Generator::model() {
  name_elements();
  Out root = Out::map();
  root.add("scantling", Out::scalar("1"));
  for (const Entry& entry : root_structure().entries) {
    if (entry.hidden || entry.value == nullptr || entry.key == "scantling") continue;
    const Type& type = *entry.type;
    if (entry.key == "experiments" || entry.key == "decisions") {
      root.add(entry.key, value(type, 2));
      continue;
    }
    bool done = false;
    for (std::size_t k = 0; k < kRefKinds; ++k) {
      const auto kind = static_cast<RefKind>(k);
      if (section_of(kind) != entry.key) continue;
      root.add(entry.key, named(type, kind, 2));
      done = true;
    }
    if (done) continue;
    if (chance(2)) root.add(entry.key, value(type, 2));
  }
  return block_text(root, 0);
}

}  // namespace scantling
