#include "sweep/store.h"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/core.h>

#include "base/text.h"
#include "sweep/database.h"
#include "sweep/lock_file.h"

namespace scantling::sweep {
namespace {

constexpr std::int64_t kOurs = 0x53635377;  // application_id: "ScSw"

constexpr const char* kTables = R"sql(
CREATE TABLE campaign(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE scenarios(scenario INTEGER PRIMARY KEY, name TEXT NOT NULL, fault TEXT NOT NULL);
CREATE TABLE points(point INTEGER, parameter TEXT, value TEXT NOT NULL,
  PRIMARY KEY(point, parameter)) WITHOUT ROWID;
CREATE TABLE metrics(metric INTEGER PRIMARY KEY, subject TEXT, what TEXT, unit TEXT,
  judged INTEGER, at_least INTEGER);
CREATE TABLE runs(point INTEGER, scenario INTEGER, replication INTEGER, seed INTEGER NOT NULL,
  state TEXT NOT NULL, message TEXT NOT NULL, events INTEGER NOT NULL, fingerprint TEXT NOT NULL,
  PRIMARY KEY(point, scenario, replication)) WITHOUT ROWID;
CREATE TABLE measures(point INTEGER, scenario INTEGER, replication INTEGER, place INTEGER,
  metric INTEGER NOT NULL, value REAL, target REAL,
  PRIMARY KEY(point, scenario, replication, place)) WITHOUT ROWID;
CREATE VIEW results AS SELECT point, scenarios.name AS scenario, seed, subject, what, value, unit,
  target, state FROM runs JOIN scenarios USING(scenario)
  JOIN measures USING(point, scenario, replication) JOIN metrics USING(metric);
)sql";

using MetricKey = std::tuple<std::string, std::string, std::string, bool, bool>;

std::int64_t signed_of(std::uint64_t x) {
  return static_cast<std::int64_t>(x);
}

RunState state_of(std::string_view text) {
  for (const RunState state : {RunState::Done, RunState::Limited, RunState::Invalid})
    if (text == to_text(state)) return state;
  return RunState::Failed;
}

// The first line that differs, for a person: "seed is 1 there and 2 here".
std::string difference(std::string_view there, std::string_view here) {
  const auto a = split(there, '\n');
  const auto b = split(here, '\n');
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const std::string_view x = i < a.size() ? a[i] : std::string_view();
    const std::string_view y = i < b.size() ? b[i] : std::string_view();
    if (x == y) continue;
    if (x.starts_with("model ")) return "its model is another one";
    return fmt::format("it has '{}' where this one has '{}'", x.empty() ? "nothing" : x,
                       y.empty() ? "nothing" : y);
  }
  return "";
}

}  // namespace

struct Store::Inside {
  std::string path;
  LockFile lock;  // released after the database is closed
  Database database;
  std::map<MetricKey, std::int64_t> metrics;

  std::unexpected<Error> failed(const Error& error) const {
    return fail(fmt::format("{}: {}", path, error.message));
  }
  Expected<std::string> value(std::string_view key);
  Expected<void> set(std::string_view key, std::string_view value);
  Expected<void> load_metrics();
  Expected<std::int64_t> metric(const Measure& measure);
  Expected<void> add_one(const Plan& plan, const RunRecord& record);
  Expected<void> add_points(const Plan& plan, std::uint64_t point);
  Expected<void> add_measures(const RunRecord& record);
};

Expected<std::string> Store::Inside::value(std::string_view key) {
  auto find = database.prepare("SELECT value FROM campaign WHERE key = ?");
  if (!find) return std::unexpected(find.error());
  const auto row = find->bind(1, key).step();
  if (!row) return std::unexpected(row.error());
  return *row ? find->text(0) : std::string();
}

Expected<void> Store::Inside::set(std::string_view key, std::string_view text) {
  auto insert = database.prepare("INSERT OR REPLACE INTO campaign VALUES(?, ?)");
  if (!insert) return std::unexpected(insert.error());
  return insert->bind(1, key).bind(2, text).run();
}

Expected<void> Store::Inside::load_metrics() {
  auto all = database.prepare("SELECT metric, subject, what, unit, judged, at_least FROM metrics");
  if (!all) return std::unexpected(all.error());
  for (;;) {
    const auto row = all->step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return {};
    metrics[{all->text(1), all->text(2), all->text(3), all->integer(4) != 0,
             all->integer(5) != 0}] = all->integer(0);
  }
}

Expected<std::int64_t> Store::Inside::metric(const Measure& m) {
  const MetricKey key{m.subject, m.what, m.unit, m.judged, m.at_least};
  if (const auto known = metrics.find(key); known != metrics.end()) return known->second;
  auto insert = database.prepare(
      "INSERT INTO metrics(subject, what, unit, judged, at_least) VALUES(?, ?, ?, ?, ?)");
  if (!insert) return std::unexpected(insert.error());
  const auto done = insert->bind(1, m.subject)
                        .bind(2, m.what)
                        .bind(3, m.unit)
                        .bind(4, std::int64_t{m.judged})
                        .bind(5, std::int64_t{m.at_least})
                        .run();
  if (!done) return std::unexpected(done.error());
  return metrics[key] = database.last_row();
}

Expected<void> Store::Inside::add_points(const Plan& plan, std::uint64_t point) {
  auto insert = database.prepare("INSERT OR IGNORE INTO points VALUES(?, ?, ?)");
  if (!insert) return std::unexpected(insert.error());
  for (const Setting& s : plan.settings(point))
    if (auto ok = insert->bind(1, signed_of(point)).bind(2, s.path).bind(3, s.value).run(); !ok)
      return ok;
  return {};
}

Expected<void> Store::Inside::add_measures(const RunRecord& record) {
  auto insert = database.prepare("INSERT OR REPLACE INTO measures VALUES(?, ?, ?, ?, ?, ?, ?)");
  if (!insert) return std::unexpected(insert.error());
  std::int64_t place = 0;
  for (const Measure& m : record.measures) {
    const auto id = metric(m);
    if (!id) return std::unexpected(id.error());
    insert->bind(1, signed_of(record.unit.point))
        .bind(2, std::int64_t{record.unit.scenario})
        .bind(3, std::int64_t{record.unit.replication})
        .bind(4, place++)
        .bind(5, *id)
        .bind(6, m.value);
    if (m.judged)
      insert->bind(7, m.target);
    else
      insert->bind_null(7);
    if (auto ok = insert->run(); !ok) return ok;
  }
  return {};
}

Expected<void> Store::Inside::add_one(const Plan& plan, const RunRecord& record) {
  if (auto ok = add_points(plan, record.unit.point); !ok) return ok;
  auto insert = database.prepare("INSERT OR REPLACE INTO runs VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
  if (!insert) return std::unexpected(insert.error());
  const auto done = insert->bind(1, signed_of(record.unit.point))
                        .bind(2, std::int64_t{record.unit.scenario})
                        .bind(3, std::int64_t{record.unit.replication})
                        .bind(4, signed_of(plan.seed + record.unit.replication))
                        .bind(5, to_text(record.state))
                        .bind(6, record.message)
                        .bind(7, signed_of(record.events))
                        .bind(8, record.fingerprint)
                        .run();
  return done ? add_measures(record) : done;
}

Store::Store(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Expected<Store> Store::open(const std::string& path) {
  auto inside = std::make_unique<Inside>();
  inside->path = path;
  if (path != ":memory:") {
    auto lock = LockFile::take(path + ".lock");
    if (!lock) return inside->failed(lock.error());
    inside->lock = std::move(*lock);
  }
  auto database = Database::open(path);
  if (!database) return inside->failed(database.error());
  inside->database = std::move(*database);
  const auto id = inside->database.integer("PRAGMA application_id");
  const auto tables = inside->database.integer("SELECT count(*) FROM sqlite_schema");
  if (!id || !tables) return inside->failed(id ? tables.error() : id.error());
  if (*id != kOurs && *tables > 0)
    return inside->failed({"it is a database of something else; name another file"});
  // A rollback journal, not a write-ahead log: it works on network file systems too.
  const auto mode = inside->database.execute("PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL");
  if (!mode) return inside->failed(mode.error());
  if (*tables == 0) {
    const auto made = inside->database.execute(
        fmt::format("BEGIN IMMEDIATE; PRAGMA application_id={}; PRAGMA user_version=1; {} COMMIT",
                    kOurs, kTables));
    if (!made) return inside->failed(made.error());
  }
  const auto version = inside->database.integer("PRAGMA user_version");
  if (!version) return inside->failed(version.error());
  if (*version != 1)
    return inside->failed({"it was written by a newer scantling; name another file"});
  if (const auto ok = inside->load_metrics(); !ok) return inside->failed(ok.error());
  return Store(std::move(inside));
}

Expected<void> Store::begin(const BaseModel& base, const Plan& plan) {
  const std::string here = identity(base, plan);
  const auto there = inside_->value("identity");
  if (!there) return inside_->failed(there.error());
  if (*there == here) return {};
  if (!there->empty())
    return inside_->failed(
        {fmt::format("it holds another campaign: {}. Name another file by --db, or remove this one",
                     difference(*there, here))});
  const auto write = [&]() -> Expected<void> {
    if (auto ok = inside_->set("identity", here); !ok) return ok;
    if (auto ok = inside_->set("model", base.text()); !ok) return ok;
    auto insert = inside_->database.prepare("INSERT INTO scenarios VALUES(?, ?, ?)");
    if (!insert) return std::unexpected(insert.error());
    std::int64_t number = 0;
    for (const Scenario& s : plan.scenarios)
      if (auto ok = insert->bind(1, number++).bind(2, s.name).bind(3, s.fault).run(); !ok)
        return ok;
    return {};
  };
  auto done = inside_->database.execute("BEGIN IMMEDIATE");
  if (done) done = write();
  if (done) done = inside_->database.execute("COMMIT");
  if (!done) return inside_->failed(done.error());
  return {};
}

Expected<std::vector<bool>> Store::finished(const Plan& plan) {
  std::vector<bool> out(plan.runs());
  auto all = inside_->database.prepare(
      "SELECT point, scenario, replication FROM runs WHERE state <> 'failed'");
  if (!all) return inside_->failed(all.error());
  for (;;) {
    const auto row = all->step();
    if (!row) return inside_->failed(row.error());
    if (!*row) return out;
    const Unit unit{static_cast<std::uint64_t>(all->integer(0)),
                    static_cast<std::uint32_t>(all->integer(1)),
                    static_cast<std::uint32_t>(all->integer(2))};
    if (unit.replication >= static_cast<std::uint32_t>(plan.replications) ||
        unit.scenario >= plan.scenarios.size() || unit.point >= plan.points())
      continue;  // of more replications than are wanted now
    out[index_of(plan, unit)] = true;
  }
}

Expected<void> Store::add(const Plan& plan, std::span<const RunRecord> records) {
  auto done = inside_->database.execute("BEGIN IMMEDIATE");
  for (std::size_t i = 0; done && i < records.size(); ++i)
    done = inside_->add_one(plan, records[i]);
  if (done) done = inside_->database.execute("COMMIT");
  if (done) return {};
  const Error error = done.error();
  (void)inside_->database.execute("ROLLBACK");
  return inside_->failed(error);
}

Expected<void> Store::read(const Plan& plan, const std::function<void(const RunRecord&)>& visit) {
  auto runs = inside_->database.prepare(
      "SELECT point, scenario, replication, state, message, events, fingerprint FROM runs "
      "WHERE replication < ? ORDER BY point, scenario, replication");
  auto measures = inside_->database.prepare(
      "SELECT subject, what, unit, judged, at_least, value, target FROM measures "
      "JOIN metrics USING(metric) WHERE point = ? AND scenario = ? AND replication = ? "
      "ORDER BY place");
  if (!runs || !measures) return inside_->failed(runs ? measures.error() : runs.error());
  runs->bind(1, std::int64_t{plan.replications});
  for (;;) {
    const auto row = runs->step();
    if (!row) return inside_->failed(row.error());
    if (!*row) return {};
    RunRecord record;
    record.unit = {static_cast<std::uint64_t>(runs->integer(0)),
                   static_cast<std::uint32_t>(runs->integer(1)),
                   static_cast<std::uint32_t>(runs->integer(2))};
    record.state = state_of(runs->text(3));
    record.message = runs->text(4);
    record.events = static_cast<std::uint64_t>(runs->integer(5));
    record.fingerprint = runs->text(6);
    measures->bind(1, runs->integer(0)).bind(2, runs->integer(1)).bind(3, runs->integer(2));
    for (;;) {
      const auto found = measures->step();
      if (!found) return inside_->failed(found.error());
      if (!*found) break;
      Measure m{measures->text(0),         measures->text(1),         measures->text(2),
                measures->integer(3) != 0, measures->integer(4) != 0, measures->number(5),
                measures->number(6)};
      if (!m.judged) m.target = 0;
      record.measures.push_back(std::move(m));
    }
    measures->reset();
    visit(record);
  }
}

}  // namespace scantling::sweep
