// The cut as `scantling.boundaries/1` (docs/schemas/boundaries.schema.json). Shares are 0..1; rates
// per second where `rated`, else each functionality counts one.
#include <cmath>
#include <nlohmann/json.hpp>

#include "design/classify.h"
#include "report/boundaries_parts.h"

namespace scantling {

namespace cut = boundaries;

namespace {

using Json = nlohmann::ordered_json;

std::size_t at(int i) {
  return static_cast<std::size_t>(i);
}

Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

class Writer {
 public:
  explicit Writer(const BoundariesReport& report) : report_(report) {}

  Json document() const {
    const cut::Result& result = report_.result;
    Json out = {{"schema", "scantling.boundaries/1"},
                {"system", report_.subject.name},
                {"format", report_.subject.format},
                {"rated", report_.subject.input.rated},
                {"seed", report_.options.seed},
                {"entities", report_.subject.input.entities.size()},
                {"functionalities", report_.subject.input.functionalities.size()},
                {"notes", notes()},
                {"conflicts", conflicts()},
                {"stay_one", result.stay_one || result.chosen.services == 1},
                {"reasons", result.reasons},
                {"chosen", result.chosen.group.empty() ? Json(nullptr) : chosen()},
                {"placements", placements()},
                {"boundaries", borders()},
                {"constraint_costs", costs()},
                {"numbers", numbers()},
                {"archive", archive()},
                {"compared", compared()},
                {"reference", reference()},
                {"near", near()},
                {"data", data()},
                {"extraction", extraction()},
                {"code", code()},
                {"domain", domain()}};
    return out;
  }

 private:
  std::string entity(int e) const { return entity_name(report_, e); }
  std::string service(int s) const { return service_name(report_, s); }
  Json functionalities(const std::vector<int>& which) const {
    Json out = Json::array();
    for (const int f : which)
      out.push_back(report_.subject.input.functionalities[at(f)].name);
    return out;
  }

  Json notes() const {
    Json out = Json::array();
    for (const auto* list : {&report_.subject.notes, &report_.result.notes, &report_.notes})
      for (const std::string& note : *list)
        out.push_back(note);
    return out;
  }

  Json conflicts() const {
    Json out = Json::array();
    for (const auto* list : {&report_.given_way, &report_.result.conflicts})
      for (const cut::Conflict& conflict : *list) {
        Json kinds = Json::array();
        for (const cut::ConstraintRef& ref : conflict.constraints)
          kinds.push_back(cut::to_text(ref.kind));
        out.push_back({{"constraints", std::move(kinds)}, {"reason", conflict.reason}});
      }
    return out;
  }

  static Json metrics(const cut::CutMetrics& m) {
    return {{"services", m.services},
            {"largest", m.largest},
            {"complexity", number(m.complexity)},
            {"icp", number(m.icp)},
            {"bcp", number(m.bcp)},
            {"sm", number(m.sm)},
            {"ifn", number(m.ifn)},
            {"ned", number(m.ned)},
            {"split", number(m.split)},
            {"write_split", number(m.write_split)}};
  }

  static Json objectives(const cut::Objectives& o) {
    return {{"score", number(o.score)},
            {"modularity", number(o.modularity)},
            {"disagreement", number(o.disagreement)},
            {"split_transactions", number(o.split_transactions)},
            {"split_writes", number(o.split_writes)},
            {"crossing", number(o.crossing)},
            {"spread", number(o.spread)},
            {"imbalance", number(o.imbalance)},
            {"team_spread", number(o.team_spread)},
            {"distance", number(o.distance)}};
  }

  Json cut_json(const cut::Cut& c, const std::vector<std::string>& names) const {
    Json services = Json::array();
    for (int s = 0; s < c.services; ++s) {
      Json members = Json::array();
      for (std::size_t e = 0; e < c.group.size(); ++e)
        if (c.group[e] == s) members.push_back(entity(static_cast<int>(e)));
      services.push_back({{"name", names[at(s)]}, {"entities", std::move(members)}});
    }
    return {{"services", std::move(services)},
            {"metrics", metrics(c.metrics)},
            {"objectives", objectives(c.objectives)},
            {"degenerate", c.degenerate}};
  }

  Json named(const cut::Cut& c) const {
    return cut_json(c, cut::service_names(report_.subject, c.group));
  }

  Json chosen() const { return cut_json(report_.result.chosen, report_.names); }

  Json placements() const {
    Json out = Json::array();
    for (const cut::Placement& p : report_.result.placements) {
      Json deciding = Json::array();
      for (const cut::DecidingFunctionality& d : p.deciding)
        deciding.push_back(
            {{"functionality", report_.subject.input.functionalities[at(d.functionality)].name},
             {"pull", number(d.pull)}});
      out.push_back(
          {{"entity", entity(p.entity)},
           {"service", service(p.group)},
           {"forced", p.forced},
           {"confidence", number(p.confidence)},
           {"second_best", p.second_best < 0 ? Json(nullptr) : Json(service(p.second_best))},
           {"margin", p.second_best < 0 ? Json(nullptr) : number(p.margin)},
           {"deciding", std::move(deciding)}});
    }
    return out;
  }

  Json borders() const {
    Json out = Json::array();
    for (const cut::BoundaryCost& b : report_.result.boundaries) {
      Json keys = Json::array();
      for (const cut::Relation& relation : b.relations)
        keys.push_back({{"from", entity(relation.a)}, {"to", entity(relation.b)}});
      out.push_back({{"a", service(b.a)},
                     {"b", service(b.b)},
                     {"split_transactions", functionalities(b.split_transactions)},
                     {"split_writes", functionalities(b.split_writes)},
                     {"sagas", functionalities(b.atomic_writes)},
                     {"crossing_reads", number(b.crossing_reads)},
                     {"crossing_writes", number(b.crossing_writes)},
                     {"crossing_rate", number(b.crossing_rate)},
                     {"relations", std::move(keys)},
                     {"advice", cut::to_text(b.advice)},
                     {"because", b.reason}});
    }
    return out;
  }

  Json costs() const {
    Json out = Json::array();
    for (const cut::ConstraintCost& c : report_.costs)
      out.push_back({{"constraint", c.lifted.name},
                     {"score", number(c.score)},
                     {"split_transactions", number(c.split_transactions)},
                     {"split_writes", number(c.split_writes)},
                     {"crossing", number(c.crossing)},
                     {"moved", c.moved},
                     {"services_without", c.services}});
    return out;
  }

  Json numbers() const {
    Json out = Json::array();
    for (std::size_t i = 0; i < report_.result.best.size(); ++i) {
      Json entry = named(report_.result.best[i]);
      if (i < report_.result.scores.size()) {
        entry["stability"] = number(report_.result.scores[i].stability);
        entry["benefit"] = number(report_.result.scores[i].benefit);
      } else {
        entry["stability"] = entry["benefit"] = nullptr;
      }
      out.push_back(std::move(entry));
    }
    return out;
  }

  Json archive() const {
    Json out = Json::array();
    for (const cut::Cut& c : report_.result.archive)
      out.push_back(named(c));
    return out;
  }

  static Json agreement(const std::optional<cut::PairAgreement>& pairs, double mojofm) {
    if (!pairs) return nullptr;
    return {{"precision", number(pairs->precision)},
            {"recall", number(pairs->recall)},
            {"f", number(pairs->f)},
            {"mojofm", number(mojofm)}};
  }

  Json compared() const {
    Json out = Json::array();
    for (const ComparedCut& other : report_.compared) {
      Json code = nullptr;
      if (other.code)
        code = {{"coupling", number(other.code->coupling)},
                {"cohesion", number(other.code->cohesion)}};
      Json entry = named(other.scored);
      entry["name"] = other.cut.name;
      entry["with_chosen"] = agreement(other.with_chosen, other.mojofm_chosen);
      entry["with_reference"] = agreement(other.with_reference, other.mojofm_reference);
      entry["not_placed"] = other.left_out;
      entry["unknown"] = other.cut.unknown;
      entry["code"] = std::move(code);
      entry["relations"] = relations(other);
      out.push_back(std::move(entry));
    }
    return out;
  }

  static Json roles(const std::vector<cut::ContextRole>& which) {
    Json out = Json::array();
    for (const cut::ContextRole role : which)
      out.push_back(cut::to_text(role));
    return out;
  }

  // Of the context map that the cut's file states; null where the system has no entity of one.
  Json relations(const ComparedCut& other) const {
    Json out = Json::array();
    for (const StatedRelation& r : stated_relations(report_, other)) {
      Json crossing = nullptr;
      if (r.measured)
        crossing = {{"functionalities", r.functionalities},
                    {"reads_of_upstream", number(r.reads_upstream)},
                    {"reads_of_downstream", number(r.reads_downstream)},
                    {"writes", number(r.writes)},
                    {"in_chosen", r.in_chosen.empty() ? Json(nullptr) : Json(r.in_chosen)}};
      out.push_back({{"upstream", r.stated->upstream},
                     {"downstream", r.stated->downstream},
                     {"mutual", r.stated->mutual},
                     {"upstream_roles", roles(r.stated->upstream_roles)},
                     {"downstream_roles", roles(r.stated->downstream_roles)},
                     {"crossing", std::move(crossing)}});
    }
    return out;
  }

  Json reference() const {
    if (report_.reference.empty()) return nullptr;
    return {{"name", report_.reference},
            {"agreement", agreement(report_.with_reference, report_.mojofm_reference)}};
  }

  Json near() const {
    if (report_.near.empty()) return nullptr;
    const auto label = [&](int l) {
      return l >= 0 && at(l) < report_.near.names.size() ? Json(report_.near.names[at(l)])
                                                         : Json(nullptr);
    };
    Json moves = Json::array(), further = Json::array();
    for (const cut::Move& move : report_.closeness.moves)
      moves.push_back({{"entity", entity(move.entity)},
                       {"from", label(move.from)},
                       {"to", service(move.to)},
                       {"asked", move.asked}});
    for (const cut::Move& move : report_.closeness.further)
      further.push_back({{"entity", entity(move.entity)},
                         {"from", service(move.from)},
                         {"to", service(move.to)},
                         {"gain", number(move.gain)}});
    return {
        {"name", report_.near.name}, {"moves", std::move(moves)}, {"further", std::move(further)}};
  }

  Json data() const {
    Json tables = Json::array(), keys = Json::array();
    const auto names = [&](const std::vector<int>& services) {
      Json out = Json::array();
      for (const int s : services)
        out.push_back(service(s));
      return out;
    };
    for (const cut::OwnedTable& table : report_.data.tables)
      tables.push_back({{"table", table.name},
                        {"owner", table.service < 0 ? Json(nullptr) : Json(service(table.service))},
                        {"readers", names(table.readers)},
                        {"writers", names(table.writers)}});
    for (const cut::CutKey& key : report_.data.cut_keys)
      keys.push_back({{"from", key.from},
                      {"to", key.to},
                      {"from_service", service(key.from_service)},
                      {"to_service", service(key.to_service)},
                      {"joins", number(key.joins)},
                      {"changes", number(key.changes)},
                      {"both_written", number(key.both_written)},
                      {"instead", cut::to_text(key.instead)},
                      {"because", key.reason}});
    return {{"tables", std::move(tables)},
            {"cut_keys", std::move(keys)},
            {"kept_keys", report_.data.keys_kept}};
  }

  Json extraction() const {
    Json steps = Json::array();
    for (const cut::ExtractionStep& step : report_.extraction.steps)
      steps.push_back({{"service", service(step.service)},
                       {"crossing_calls", number(step.crossing_calls)},
                       {"split_transactions", number(step.split_transactions)},
                       {"split_writes", number(step.split_writes)},
                       {"cost", number(step.cost)}});
    return {{"exact", report_.extraction.exact},
            {"total", number(report_.extraction.total)},
            {"steps", std::move(steps)}};
  }

  Json code() const {
    if (!report_.code) return nullptr;
    const cut::CodeAssignment& a = report_.code->assignment;
    Json units = Json::array(), library = Json::array();
    for (std::size_t u = 0; u < a.group.size(); ++u) {
      const cut::CodeUnit& unit = report_.subject.code.units[u];
      units.push_back({{"id", unit.id},
                       {"name", unit.name},
                       {"class", unit.owner},
                       {"service", a.group[u] < 0 ? Json(nullptr) : Json(service(a.group[u]))}});
    }
    for (const int unit : a.library)
      library.push_back(report_.subject.code.units[at(unit)].id);
    return {{"coupling", number(a.quality.coupling)},
            {"cohesion", number(a.quality.cohesion)},
            {"exact", a.exact},
            {"library", std::move(library)},
            {"unmatched", report_.code->unmatched},
            {"units", std::move(units)}};
  }

  Json domain() const {
    if (report_.model == nullptr || report_.result.chosen.group.empty()) return nullptr;
    const Architecture& model = *report_.model;
    std::vector<std::vector<AggregateId>> groups(model.contexts.size());
    for (const AggregateId id : model.aggregates.ids())
      if (const ContextId context = context_of(model, id); context.valid())
        groups[at(context.index)].push_back(id);
    const std::vector<Classification> kinds = classify(model, groups);
    Json contexts = Json::array(), relations = Json::array();
    for (const ContextId id : model.contexts.ids()) {
      const Context& context = model.contexts[id];
      Json owned = Json::array();
      for (const AggregateId aggregate : groups[at(id.index)])
        owned.push_back(model.aggregates[aggregate].name);
      const bool given = context.kind && context.kind.from.origin == Origin::Given;
      contexts.push_back({{"name", context.name},
                          {"kind", to_text_enum(given ? *context.kind : kinds[at(id.index)].kind)},
                          {"because", given ? std::string("given") : kinds[at(id.index)].why},
                          {"team", context.team ? Json(context.team->name) : Json(nullptr)},
                          {"aggregates", std::move(owned)}});
    }
    for (const InferredRelation& relation : infer_relations(model))
      relations.push_back({{"upstream", relation.upstream},
                           {"downstream", relation.downstream},
                           {"kind", to_text_enum(relation.kind)},
                           {"calls", number(relation.calls)},
                           {"events", number(relation.events)},
                           {"because", relation.why}});
    return {{"contexts", std::move(contexts)}, {"relations", std::move(relations)}};
  }

  const BoundariesReport& report_;
};

}  // namespace

std::string boundaries_json(const BoundariesReport& report) {
  return Writer(report).document().dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace scantling
