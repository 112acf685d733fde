// Synchronous and asynchronous communication, and the patterns with their numbers.
#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "report/blocks.h"
#include "report/sequence.h"

namespace scantling {

namespace {

std::string flow_name(const Facts& facts, const Flow& flow) {
  return fmt::format("{} -> {}", endpoint_name(facts.model, flow.from), facts.target_name(flow));
}

std::string retry_text(const RetryPolicy& retry) {
  std::string text = plural(retry.attempts.or_else(Count{1}).value, "attempt");
  if (retry.backoff) text += ", backoff " + to_text(*retry.backoff);
  if (retry.cap) text += " up to " + to_text(*retry.cap);
  if (retry.jitter) text += fmt::format(", {} jitter", to_text_enum(*retry.jitter));
  if (retry.budget) text += ", budget " + to_text(*retry.budget);
  return text;
}

std::string breaker_text(const BreakerPolicy& breaker) {
  std::string text = "opens";
  if (breaker.failures)
    text +=
        breaker.failures->consecutive > 0
            ? fmt::format(" after {} in a row", plural(breaker.failures->consecutive, "failure"))
            : fmt::format(" at {} failures", to_text(breaker.failures->share));
  if (breaker.over) text += fmt::format(" of {}", plural(breaker.over->value, "call"));
  if (breaker.open) text += " for " + to_text(*breaker.open);
  if (breaker.probes) text += ", then " + plural(breaker.probes->value, "probe");
  return text;
}

// For a table: "50% of 20, 5s", "5 in a row, 30s".
std::string short_breaker_text(const BreakerPolicy& breaker) {
  std::string text;
  if (breaker.failures)
    text = breaker.failures->consecutive > 0
               ? fmt::format("{} in a row", breaker.failures->consecutive)
               : to_text(breaker.failures->share);
  if (breaker.over) text += fmt::format(" of {}", breaker.over->value);
  if (breaker.open) text += ", " + to_text(*breaker.open);
  return text;
}

std::string rate_limit_text(const RateLimitRule& rule) {
  std::string text;
  if (rule.limit) text = to_text(*rule.limit);
  if (rule.per) text += (text.empty() ? "per " : " per ") + *rule.per;
  return text;
}

bool is_sync(const Flow& flow) {
  return flow.step->kind == StepKind::Call;
}

// Lines that say the same of many calls become one: `value` -> who.
class Grouped {
 public:
  void add(const std::string& value, const std::string& who, Origin origin) {
    if (value.empty()) return;
    for (auto& [known, item] : groups_)
      if (known == value && item.origin == origin) {
        item.children.push_back(line("", who));
        return;
      }
    Item item = line("", value, origin);
    item.children.push_back(line("", who));
    groups_.push_back({value, std::move(item)});
  }
  std::vector<Item> take() {
    std::vector<Item> out;
    for (auto& [known, item] : groups_)
      out.push_back(std::move(item));
    groups_.clear();
    return out;
  }

 private:
  std::vector<std::pair<std::string, Item>> groups_;
};

Table calls_table(const Facts& facts) {
  Table table;
  table.caption = "calls at peak";
  table.columns = {{"call", false, 0},    {"protocol", false, 3}, {"rate", true, 1},
                   {"timeout", true, 0},  {"attempts", true, 2},  {"breaker", false, 4},
                   {"fallback", false, 5}};
  for (const Flow& flow : facts.flows) {
    if (!is_sync(flow)) continue;
    const Step& step = *flow.step;
    const CallPolicy& policy = step.policy;
    std::string protocol = step.external.valid() ? "external" : "";
    if (step.endpoint.valid())
      protocol = to_text_enum(facts.model.endpoint(step.endpoint).protocol.value);
    std::int64_t attempts = 1;
    if (policy.retry) attempts = policy.retry->attempts.or_else(Count{1}).value;
    table.rows.push_back({{flow_name(facts, flow)},
                          {protocol.empty() ? "-" : protocol},
                          {flow.rate < 0 ? "-" : per_second(flow.rate)},
                          {policy.timeout ? to_text(*policy.timeout) : "none",
                           policy.timeout ? Tone::Plain : Tone::Warn},
                          {number_text(static_cast<double>(attempts))},
                          {policy.breaker ? short_breaker_text(*policy.breaker) : "-"},
                          {step.fallback.empty() ? "-" : plural_of(step.fallback.size(), "step")}});
  }
  return table;
}

Block sync_block(const Facts& facts) {
  const Architecture& model = facts.model;
  Block block = make_block("sync", "Synchronous");
  const Placement& placement = model.placement.value;
  block.add(line("gateway", *placement.gateway, placement.gateway.from.origin));
  if (model.constraints && model.constraints->rate_limit)
    block.add(line("rate limit", rate_limit_text(*model.constraints->rate_limit),
                   model.constraints->rate_limit.from.origin));
  block.add(line("discovery", *placement.discovery, placement.discovery.from.origin));
  Grouped balancing, health;
  for (const Service& service : model.services) {
    if (service.balance)
      balancing.add(std::string(to_text_enum(*service.balance)), service.name,
                    service.balance.from.origin);
    if (service.health && service.health->check) {
      std::string text(to_text_enum(*service.health->check));
      if (service.health->every) text += " every " + to_text(*service.health->every);
      if (service.health->failures)
        text += ", out after " + plural(service.health->failures->value, "failure");
      health.add(text, service.name, service.health->check.from.origin);
    }
  }
  for (auto [label, groups] : {std::pair{"balancing", &balancing}, {"health checks", &health}}) {
    Item item = branch(label, groups->take());
    for (Item& group : item.children) {  // one line a value: "least-request: orders, catalog"
      std::vector<std::string> who;
      for (const Item& child : group.children)
        who.push_back(child.value);
      group.label = group.value;
      group.value = list_of(who);
      group.children.clear();
    }
    block.add(std::move(item));
  }
  Table calls = calls_table(facts);
  if (!calls.rows.empty()) block.tables.push_back(std::move(calls));
  block.add(line("monitoring", model.operating ? *model.operating->metrics : "",
                 model.operating.value.metrics.from.origin));
  return block;
}

Item channel_item(const Facts& facts, ChannelId id) {
  const Architecture& model = facts.model;
  const Channel& channel = model.channels[id];
  Item item = line(channel.name, channel.kind ? std::string(to_text_enum(*channel.kind)) : "topic",
                   channel.from.origin);
  if (channel.broker) item.value += " on " + *channel.broker;
  auto& rows = item.children;
  add_line(rows, line("events", list_of(channel.events.value), channel.events.from.origin));
  std::vector<std::string> from, to;
  for (const Flow& flow : facts.flows)
    if (flow.step->kind == StepKind::Publish && flow.step->channel == id) {
      std::string text = endpoint_name(model, flow.from);
      if (flow.step->via) text += fmt::format(" (via {})", to_text_enum(*flow.step->via));
      if (std::find(from.begin(), from.end(), text) == from.end()) from.push_back(std::move(text));
    }
  for (const EndpointId endpoint : all_endpoints(model)) {
    const auto& consumes = model.endpoint(endpoint).consumes;
    if (consumes && consumes->id == id) to.push_back(endpoint_name(model, endpoint));
  }
  add_line(rows, line("published by", list_of(from)));
  add_line(rows, line("consumed by", list_of(to)));
  std::string ordering;
  if (channel.partitions) ordering = plural(channel.partitions->value, "partition");
  if (channel.key) ordering += (ordering.empty() ? "by " : ", in order by ") + *channel.key;
  add_line(rows, line("ordering", ordering, channel.partitions.from.origin));
  std::string copies;
  if (channel.copies) copies = plural(channel.copies->value, "copy");
  if (channel.in_sync)
    copies += fmt::format(", {} in sync before it counts", channel.in_sync->value);
  add_line(rows, line("copies", copies, channel.copies.from.origin));
  if (channel.delivery)
    add_line(rows, line("delivery", std::string(to_text_enum(*channel.delivery)),
                        channel.delivery.from.origin));
  if (channel.schema) {
    std::string text(to_text_enum(*channel.schema));
    if (channel.compatible)
      text += fmt::format(", {} compatible", to_text_enum(*channel.compatible));
    add_line(rows, line("schema", text, channel.schema.from.origin));
  }
  if (channel.keep)
    add_line(rows, line("retention", to_text(*channel.keep), channel.keep.from.origin));
  if (channel.dead_letter) {
    std::string text = *channel.dead_letter;
    if (channel.attempts) text += " after " + plural(channel.attempts->value, "attempt");
    add_line(rows, line("dead letter", text, channel.dead_letter.from.origin));
  }
  return item;
}

Block async_block(const Facts& facts) {
  Block block = make_block("async", "Asynchronous");
  for (const ChannelId id : facts.model.channels.ids())
    block.add(channel_item(facts, id));
  Item stores = branch("event sourcing", {});
  for (const Store& store : facts.model.stores)
    if (store.snapshot_every)
      add_line(stores.children,
               line(store.name, "snapshot every " + plural(store.snapshot_every->value, "event"),
                    store.snapshot_every.from.origin));
  block.add(std::move(stores));
  Item sagas = branch("sagas", {});
  for (const Saga& saga : facts.model.sagas)
    add_line(sagas.children,
             line(saga.name, saga.style ? std::string(to_text_enum(*saga.style)) : "",
                  saga.style.from.origin));
  block.add(std::move(sagas));
  return block;
}

struct PatternRow {
  const char* title;
  std::string (*text)(const Step&);
  Origin (*origin)(const Step&);
};

// The patterns of calls, in the order in which a request meets them.
const PatternRow kPatterns[] = {
    {"Timeouts",
     [](const Step& s) { return s.policy.timeout ? to_text(*s.policy.timeout) : std::string(); },
     [](const Step& s) { return s.policy.timeout.from.origin; }},
    {"Retries",
     [](const Step& s) {
       const bool more = s.policy.retry && s.policy.retry->attempts.or_else(Count{1}).value > 1;
       return more ? retry_text(*s.policy.retry) : std::string();
     },
     [](const Step& s) { return s.policy.retry->attempts.from.origin; }},
    {"Circuit breakers",
     [](const Step& s) {
       return s.policy.breaker ? breaker_text(*s.policy.breaker) : std::string();
     },
     [](const Step& s) { return s.policy.breaker->failures.from.origin; }},
    {"Bulkheads",
     [](const Step& s) {
       if (!s.policy.at_once) return std::string();
       std::string text = plural(s.policy.at_once->calls.value.value, "call") + " in flight";
       if (s.policy.at_once->waiting)
         text += fmt::format(", {} waiting", s.policy.at_once->waiting->value);
       return text;
     },
     [](const Step& s) { return s.policy.at_once->calls.from.origin; }},
    {"Hedged requests",
     [](const Step& s) {
       if (!s.policy.hedge) return std::string();
       std::string text = "second call after " + to_text(s.policy.hedge->after.value);
       if (s.policy.hedge->at_most)
         text += ", for at most " + to_text(*s.policy.hedge->at_most) + " of the calls";
       return text;
     },
     [](const Step& s) { return s.policy.hedge->after.from.origin; }},
    {"Fallbacks",
     [](const Step& s) {
       std::vector<std::string> parts;
       for (const Step& step : s.fallback)
         parts.push_back(fmt::format("{}{}{}", to_text_enum(step.kind),
                                     step.target.empty() ? "" : " ", step.target));
       return list_of(parts);
     },
     [](const Step& s) { return s.fallback.front().from.origin; }},
};

void add_pattern_blocks(const Facts& facts, Blocks& to) {
  for (const PatternRow& pattern : kPatterns) {
    Grouped groups;
    for (const Flow& flow : facts.flows) {
      const std::string text = pattern.text(*flow.step);
      if (!text.empty()) groups.add(text, flow_name(facts, flow), pattern.origin(*flow.step));
    }
    Block block = make_block("pattern", pattern.title);
    block.items = groups.take();
    if (!block.empty()) to.push_back(std::move(block));
  }
  Block limits = make_block("pattern", "Rate limits and load shedding");
  for (const Service& service : facts.model.services) {
    if (service.rate_limit)
      limits.add(line(service.name, rate_limit_text(*service.rate_limit),
                      service.rate_limit->limit.from.origin));
    if (service.shed)
      limits.add(line(service.name,
                      fmt::format("sheds low priorities above {} in progress", service.shed->value),
                      service.shed.from.origin));
  }
  if (!limits.empty()) to.push_back(std::move(limits));
  Block caches = make_block("pattern", "Caches");
  for (const Store& store : facts.model.stores) {
    if (!is_cache(store)) continue;
    std::vector<std::string> parts;
    if (store.expires) parts.push_back("expires after " + to_text(*store.expires));
    if (store.capacity) parts.push_back("holds " + readable(*store.capacity));
    if (store.single_flight.value) parts.push_back("one fill at a time");
    if (store.serve_stale.value) parts.push_back("serves stale while filling");
    caches.add(line(store.name, join(parts, ", "), store.expires.from.origin));
  }
  if (!caches.empty()) to.push_back(std::move(caches));
}

}  // namespace

void add_communication_blocks(const Facts& facts, Blocks& to) {
  for (Block block : {sync_block(facts), async_block(facts)})
    if (!block.empty()) to.push_back(std::move(block));
  add_pattern_blocks(facts, to);
  for (const Sequence& sequence : main_sequences(facts)) {
    Block block = make_block("sequence", "Sequence of " + sequence.title);
    block.mermaid = to_mermaid(sequence);
    to.push_back(std::move(block));
  }
}

}  // namespace scantling
