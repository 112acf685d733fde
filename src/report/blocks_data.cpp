// Sagas and stores.
#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "catalog/catalog.h"
#include "report/blocks.h"

namespace scantling {

namespace {

Item saga_item(const Saga& saga) {
  Item item = line(saga.name, saga.style ? std::string(to_text_enum(*saga.style)) : "",
                   saga.style.from.origin);
  if (saga.coordinator) item.value += ", coordinated by " + saga.coordinator->name;
  auto& rows = item.children;
  if (saga.within) add_line(rows, line("within", to_text(*saga.within), saga.within.from.origin));
  if (saga.durable)
    add_line(rows, line("log", *saga.durable ? "durable" : "in memory: lost with its instance",
                        saga.durable.from.origin, *saga.durable ? Tone::Plain : Tone::Bad));
  Item steps = branch("steps", {});
  int number = 0;
  for (const SagaStep& step : saga.steps.value) {
    std::vector<std::string> parts;
    parts.push_back(step.undo_target.empty() ? "no compensation" : "undone by " + step.undo_target);
    if (step.timeout) parts.push_back("timeout " + to_text(*step.timeout));
    if (step.attempts) parts.push_back(plural(step.attempts->value, "attempt"));
    if (step.pivot.value) parts.push_back("pivot: no way back after it");
    steps.children.push_back(line(fmt::format("{}. {}", ++number, step.do_target),
                                  join(parts, ", "), saga.steps.from.origin));
  }
  add_line(rows, std::move(steps));
  return item;
}

Block sagas_block(const Facts& facts) {
  Block block = make_block("sagas", "Sagas and compensation");
  for (const Saga& saga : facts.model.sagas)
    block.add(saga_item(saga));
  Item recovery = branch("recovery of channels", {});
  for (const Channel& channel : facts.model.channels)
    if (channel.dead_letter)
      add_line(recovery.children, line(channel.name, "dead letters in " + *channel.dead_letter,
                                       channel.dead_letter.from.origin));
  if (!block.empty()) block.add(std::move(recovery));
  return block;
}

std::string position_text(const Store& store) {
  const Technology* technology = catalog_in_use().find(store.engine.value);
  std::string text;
  if (store.consistency) {
    text = to_text_enum(store.consistency->kind);
    const Quorum& quorum = store.consistency->quorum;
    if (store.consistency->kind == ConsistencyKind::Quorum) {
      const std::int64_t copies = store.copies.or_else(Count{1}).value;
      text += fmt::format(" (read {} + write {} {} {} copies)", quorum.read, quorum.write,
                          quorum.read + quorum.write > copies ? ">" : "<=", copies);
    }
  }
  if (!technology) return text;
  if (!technology->cap.empty()) text += (text.empty() ? "" : "; ") + technology->cap;
  if (!technology->pacelc.empty()) text += (text.empty() ? "" : ", ") + technology->pacelc;
  return text;
}

Item store_item(const Facts& facts, StoreId id) {
  const Store& store = facts.model.stores[id];
  Item item = line(store.name, store.engine.value, store.engine.from.origin);
  if (const Technology* technology = catalog_in_use().find(store.engine.value))
    if (!technology->model.empty()) item.value += fmt::format(" ({})", technology->model);
  auto& rows = item.children;
  add_line(rows, line("holds", list_of(names_of(store.holds.value)), store.holds.from.origin));
  std::string copies;
  if (store.copies) copies = plural(store.copies->value, "copy");
  if (store.shards && store.shards->value > 1)
    copies +=
        fmt::format("{}{}", copies.empty() ? "" : " of ", plural(store.shards->value, "shard"));
  if (store.shard_key) copies += " by " + *store.shard_key;
  if (store.spread) copies += fmt::format(", spread over {}", to_text_enum(*store.spread));
  add_line(rows, line("copies", copies, store.copies.from.origin));
  add_line(rows, line("position", position_text(store), store.consistency.from.origin));
  if (store.pool) {
    std::string text = number_text(static_cast<double>(store.pool->size)) +
                       (store.pool->per_instance ? " per instance" : " in all");
    if (store.max_connections)
      text += fmt::format("; the server takes {}", store.max_connections->value);
    add_line(rows, line("connections", text, store.pool.from.origin));
  }
  if (store.failover)
    add_line(rows, line("failover", to_text(*store.failover), store.failover.from.origin));
  if (store.lag) add_line(rows, line("copies lag", to_text(*store.lag), store.lag.from.origin));
  if (store.expires)
    add_line(rows, line("expires", to_text(*store.expires), store.expires.from.origin));
  if (store.keep) add_line(rows, line("keep", to_text(*store.keep), store.keep.from.origin));
  if (store.encrypted)
    add_line(rows, line("encrypted at rest", *store.encrypted ? "yes" : "no",
                        store.encrypted.from.origin));
  if (store.backup) {
    std::vector<std::string> parts;
    if (store.backup->every) parts.push_back("every " + to_text(*store.backup->every));
    if (store.backup->rpo) parts.push_back("RPO " + to_text(*store.backup->rpo));
    if (store.backup->rto) parts.push_back("RTO " + to_text(*store.backup->rto));
    if (store.backup->keep) parts.push_back("kept " + to_text(*store.backup->keep));
    add_line(rows, line("backup", join(parts, ", "), store.backup->rpo.from.origin));
  }
  if (store.snapshot_every)
    add_line(rows, line("snapshots", "every " + plural(store.snapshot_every->value, "event"),
                        store.snapshot_every.from.origin));
  if (store.crdt)
    add_line(rows, line("CRDT", std::string(to_text_enum(*store.crdt)), store.crdt.from.origin));
  return item;
}

Block stores_block(const Facts& facts) {
  Block block = make_block("stores", "Stores");
  Table table;
  table.caption = facts.peak ? "at peak, simulated" : "at peak, estimated";
  table.columns = {{"store", false, 0}, {"engine", false, 1},     {"owner", false, 4},
                   {"copies", true, 3}, {"utilisation", true, 0}, {"a month", true, 2}};
  for (const StoreId id : facts.model.stores.ids()) {
    const Store& store = facts.model.stores[id];
    block.add(store_item(facts, id));
    const double used = facts.utilisation("store", store.name);
    const double cost = facts.cost_per_month("stores." + store.name);
    table.rows.push_back(
        {{store.name},
         {store.engine ? *store.engine : "-"},
         {store.owner ? store.owner->name : "-"},
         {store.copies ? to_text(*store.copies) : "-"},
         {used < 0 ? "-" : percent(used), used > .9    ? Tone::Bad
                                          : used > .75 ? Tone::Warn
                                                       : Tone::Plain},
         {cost > 0 ? number_text(cost, 4) + " " + facts.result.estimate.currency : "-"}});
  }
  if (!table.rows.empty()) block.tables.push_back(std::move(table));
  return block;
}

}  // namespace

void add_data_blocks(const Facts& facts, Blocks& to) {
  for (Block block : {sagas_block(facts), stores_block(facts)})
    if (!block.empty()) to.push_back(std::move(block));
}

}  // namespace scantling
