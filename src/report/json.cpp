// The whole result of a design as one document, `scantling.design/1`
// (docs/schemas/design.schema.json). Times are in seconds, rates per second, shares 0..1.
#include <cmath>
#include <nlohmann/json.hpp>

#include "language/language.h"
#include "report/estimate.h"
#include "report/facts.h"
#include "report/outline.h"
#include "report/requirements.h"
#include "report/verification.h"

namespace scantling {

namespace {

using Json = nlohmann::ordered_json;

// JSON has no infinity; a number that is none is null.
Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json place_of(const Sources& sources, const Span& span) {
  if (!span.valid() || static_cast<std::size_t>(span.file.index) >= sources.size()) return nullptr;
  const LineColumn at = sources.position(span.file, span.begin);
  return {{"file", sources.path(span.file)}, {"line", at.line}, {"column", at.column}};
}

Json model_json(const DesignResult& result, const Sources& sources) {
  const Architecture& model = result.model;
  Json values = Json::array();
  for (const PathInfo& info : all_paths(model)) {
    Json item = {
        {"path", info.path}, {"value", info.text}, {"origin", origin_text(info.from.origin)}};
    if (info.from.decision.valid() &&
        static_cast<std::size_t>(info.from.decision.index) < model.decisions.size())
      item["decision"] = model.decisions[info.from.decision].name;
    const Json place = place_of(sources, info.from.span);
    if (!place.is_null()) item["at"] = place;
    values.push_back(std::move(item));
  }
  return {
      {"name", model.name.value}, {"summary", model.summary.value}, {"values", std::move(values)}};
}

Json decisions_json(const Architecture& model) {
  Json out = Json::array();
  for (const Decision& decision : model.decisions) {
    Json alternatives = Json::array();
    for (const Alternative& alternative : decision.alternatives) {
      Json scores = Json::array();
      for (const Score& score : alternative.scores)
        scores.push_back(
            {{"criterion", score.criterion}, {"value", number(score.value)}, {"unit", score.unit}});
      alternatives.push_back({{"name", alternative.name},
                              {"scores", std::move(scores)},
                              {"why_not", alternative.why_not}});
    }
    out.push_back(
        {{"name", decision.name},
         {"pass", decision.pass.value},
         {"question", decision.question.value},
         {"chosen", decision.chosen.value},
         {"instead_of", decision.instead_of.value},
         {"because", decision.because.value},
         {"flips", decision.flips.value},
         {"traces_to", decision.traces_to.value},
         {"sets", decision.sets.value},
         {"reversibility",
          decision.reversibility ? Json(to_text_enum(*decision.reversibility)) : Json(nullptr)},
         {"locked", decision.locked.value},
         {"alternatives", std::move(alternatives)}});
  }
  return out;
}

Json assumptions_json(const Architecture& model) {
  Json out = Json::array();
  for (const Assumption& item : model.assumptions)
    out.push_back({{"path", item.path}, {"text", item.text}, {"question", item.question}});
  return out;
}

template <class T>
Json quantiles_json(const T& from) {
  return {{"mean_seconds", number(from.mean_seconds)}, {"p50_seconds", number(from.p50_seconds)},
          {"p95_seconds", number(from.p95_seconds)},   {"p99_seconds", number(from.p99_seconds)},
          {"p999_seconds", number(from.p999_seconds)}, {"availability", number(from.availability)}};
}

Json estimate_json(const Architecture& model, const Estimate& estimate) {
  Json stations = Json::array(), endpoints = Json::array(), operations = Json::array();
  for (const StationEstimate& item : estimate.stations)
    stations.push_back({{"kind", item.kind},
                        {"name", item.name},
                        {"servers", number(item.servers)},
                        {"arrival_rate", number(item.arrival_rate)},
                        {"service_seconds", number(item.service_seconds)},
                        {"utilisation", number(item.utilisation)},
                        {"wait_mean_seconds", number(item.wait_mean_seconds)},
                        {"wait_p99_seconds", number(item.wait_p99_seconds)},
                        {"capacity", number(item.capacity)},
                        {"hidden_capacity", number(item.hidden_capacity)},
                        {"stability", to_text(item.stability)},
                        {"in_progress", number(item.in_progress)}});
  for (const EndpointEstimate& item : estimate.endpoints) {
    Json entry = {{"endpoint", endpoint_name(model, item.endpoint)}, {"rate", number(item.rate)}};
    entry.update(quantiles_json(item));
    entry["hard_dependencies"] = item.hard_dependencies;
    endpoints.push_back(std::move(entry));
  }
  for (const OperationEstimate& item : estimate.operations) {
    Json entry = {{"operation", model.operations[item.operation].name},
                  {"entry", endpoint_name(model, item.entry)},
                  {"rate", number(item.rate)}};
    entry.update(quantiles_json(item));
    entry["synchronous_depth"] = item.synchronous_depth;
    operations.push_back(std::move(entry));
  }
  Json cost = Json::array();
  for (const CostLine& item : estimate.cost)
    cost.push_back(
        {{"element", item.element}, {"what", item.what}, {"per_month", number(item.per_month)}});
  return {{"stations", std::move(stations)},
          {"endpoints", std::move(endpoints)},
          {"operations", std::move(operations)},
          {"cost",
           {{"currency", estimate.currency},
            {"per_month", number(estimate.cost_per_month)},
            {"lines", std::move(cost)}}},
          {"does_not_apply", estimate.does_not_apply}};
}

Json interval_json(const Interval& interval) {
  return {{"mean", number(interval.mean)},
          {"half_width", interval.half_width < 0 ? Json(nullptr) : number(interval.half_width)}};
}

Json latency_json(const LatencyResult& latency) {
  return {{"mean", interval_json(latency.mean)}, {"p50", interval_json(latency.p50)},
          {"p90", interval_json(latency.p90)},   {"p95", interval_json(latency.p95)},
          {"p99", interval_json(latency.p99)},   {"p999", interval_json(latency.p999)},
          {"max", number(latency.max)}};
}

Json errors_json(const ErrorsByCause& errors) {
  return {{"timeout", number(errors.timeout)}, {"rejected", number(errors.rejected)},
          {"failed", number(errors.failed)},   {"breaker_open", number(errors.breaker_open)},
          {"lost", number(errors.lost)},       {"throttled", number(errors.throttled)}};
}

Json series_json(const std::vector<Series>& list) {
  Json out = Json::array();
  for (const Series& series : list) {
    Json values = Json::array();
    for (const double value : series.values)
      values.push_back(number(value));
    out.push_back({{"name", series.name},
                   {"unit", series.unit},
                   {"bucket_seconds", number(series.bucket_seconds)},
                   {"values", std::move(values)}});
  }
  return out;
}

Json judgements_json(const ExperimentResult& run) {
  Json out = Json::array();
  for (const Judgement& item : run.judgements)
    out.push_back({{"subject", item.subject},
                   {"what", item.what},
                   {"verdict", to_text(item.verdict)},
                   {"target", number(item.target)},
                   {"at_least", item.at_least},
                   {"measured", interval_json(item.measured)},
                   {"unit", item.unit},
                   {"by_splitting", item.by_splitting},
                   {"path", item.path},
                   {"causes", item.causes}});
  return out;
}

Json critical_path_json(const Architecture& model, const ExperimentResult& run) {
  Json out = Json::array();
  for (const auto& [operation, hops] : run.critical_path) {
    Json list = Json::array();
    for (const HopShare& hop : hops)
      list.push_back({{"name", hop.name},
                      {"mean_seconds", number(hop.mean_seconds)},
                      {"p50_seconds", number(hop.p50_seconds)},
                      {"p99_seconds", number(hop.p99_seconds)}});
    out.push_back({{"operation", model.operations[operation].name}, {"hops", std::move(list)}});
  }
  return out;
}

Json part_json(const PartResult& part) {
  if (part.seconds <= 0) return nullptr;
  return {{"seconds", number(part.seconds)},
          {"goodput", interval_json(part.goodput)},
          {"availability", interval_json(part.availability)},
          {"p50_seconds", interval_json(part.p50)},
          {"p99_seconds", interval_json(part.p99)}};
}

Json fault_windows_json(const Architecture& model, const ExperimentResult& run) {
  Json out = Json::array();
  for (const FaultWindow& window : run.fault_windows) {
    Json effects = Json::array();
    for (const FaultEffect& effect : window.operations)
      effects.push_back(
          {{"operation", model.operations[effect.operation].name},
           {"before", part_json(effect.before)},
           {"during", part_json(effect.during)},
           {"after", part_json(effect.after)},
           {"back_after_seconds",
            effect.back_after_seconds < 0 ? Json() : Json(number(effect.back_after_seconds))}});
    out.push_back({{"faults", window.faults},
                   {"from_seconds", number(window.from_seconds)},
                   {"to_seconds", number(window.to_seconds)},
                   {"operations", std::move(effects)}});
  }
  return out;
}

Json reads_json(const ReadsResult& reads) {
  if (reads.rate.mean <= 0) return nullptr;
  return {{"rate", interval_json(reads.rate)},
          {"outdated", interval_json(reads.outdated)},
          {"stale", interval_json(reads.stale)},
          {"allowed_seconds", number(reads.allowed_seconds)},
          {"oldest_seconds", number(reads.oldest_seconds)}};
}

Json shed_json(const std::vector<ShedResult>& shed) {
  Json out = Json::array();
  for (const ShedResult& item : shed)
    out.push_back({{"priority", item.priority},
                   {"from", item.from < 0 ? Json(nullptr) : Json(item.from)},
                   {"offered", interval_json(item.offered)},
                   {"refused", interval_json(item.refused)}});
  return out;
}

Json copies_json(const Architecture& model, const ExperimentResult& run) {
  Json out = Json::array();
  for (const CopiesResult& item : run.copies)
    out.push_back(
        {{"store", model.stores[item.store].name},
         {"lag_seconds", latency_json(item.lag)},
         {"failovers", number(item.failovers)},
         {"lost_writes", interval_json(item.lost_writes)},
         {"lost_seconds", number(item.lost_seconds)},
         {"allowed_seconds",
          item.allowed_seconds < 0 ? Json(nullptr) : Json(number(item.allowed_seconds))}});
  return out;
}

Json run_json(const Architecture& model, const ExperimentResult& run) {
  Json operations = Json::array(), endpoints = Json::array(), stations = Json::array();
  for (const OperationResult& item : run.operations)
    operations.push_back({{"operation", model.operations[item.operation].name},
                          {"offered", interval_json(item.offered)},
                          {"goodput", interval_json(item.goodput)},
                          {"availability", interval_json(item.availability)},
                          {"latency_seconds", latency_json(item.latency)},
                          {"errors", errors_json(item.errors)},
                          {"reads", reads_json(item.reads)},
                          {"series", series_json(item.series)}});
  for (const EndpointResult& item : run.endpoints)
    endpoints.push_back({{"endpoint", endpoint_name(model, item.endpoint)},
                         {"rate", interval_json(item.rate)},
                         {"goodput", interval_json(item.goodput)},
                         {"latency_seconds", latency_json(item.latency)}});
  for (const StationResult& item : run.stations)
    stations.push_back({{"kind", item.kind},
                        {"name", item.name},
                        {"utilisation", interval_json(item.utilisation)},
                        {"in_progress", interval_json(item.in_progress)},
                        {"queue", interval_json(item.queue)},
                        {"rate", interval_json(item.rate)},
                        {"rejected", number(item.rejected)},
                        {"instances", number(item.instances)},
                        {"shed", shed_json(item.shed)},
                        {"series", series_json(item.series)}});
  Json edges = Json::array(), channels = Json::array(), bands = Json::array();
  for (const EdgeResult& item : run.edges)
    edges.push_back({{"from", item.from},
                     {"to", item.to},
                     {"first_attempts", interval_json(item.first_attempts)},
                     {"attempts", interval_json(item.attempts)},
                     {"amplification", number(item.amplification)},
                     {"breaker_open_share", number(item.breaker_open_share)},
                     {"errors", errors_json(item.errors)}});
  for (const ChannelResult& item : run.channels)
    channels.push_back({{"channel", model.channels[item.channel].name},
                        {"published", interval_json(item.published)},
                        {"consumed", interval_json(item.consumed)},
                        {"lag", interval_json(item.lag)},
                        {"lag_max", number(item.lag_max)},
                        {"dead_lettered", number(item.dead_lettered)},
                        {"delay_seconds", latency_json(item.delay)}});
  for (const auto& [from, to] : run.fault_bands)
    bands.push_back({{"from_seconds", number(from)}, {"to_seconds", number(to)}});
  return {{"name", run.name},
          {"incomplete", run.incomplete},
          {"measured_seconds", number(run.measured_seconds)},
          {"warm_up_seconds", number(run.warm_up_seconds)},
          {"replications", run.replications},
          {"precision", number(run.precision)},
          {"events", run.events},
          {"fingerprint", run.fingerprint},
          {"judgements", judgements_json(run)},
          {"operations", std::move(operations)},
          {"endpoints", std::move(endpoints)},
          {"stations", std::move(stations)},
          {"edges", std::move(edges)},
          {"channels", std::move(channels)},
          {"copies", copies_json(model, run)},
          {"critical_path", critical_path_json(model, run)},
          {"fault_bands", std::move(bands)},
          {"fault_windows", fault_windows_json(model, run)},
          {"notes", run.notes}};
}

Json findings_json(const Diagnostics& findings, const Sources& sources) {
  Json out = Json::array();
  for (const Diagnostic& item : findings.all()) {
    Json fixes = Json::array();
    for (const Fix& fix : item.fixes)
      fixes.push_back({{"text", fix.text},
                       {"safety", fix.safety == FixSafety::Safe     ? "safe"
                                  : fix.safety == FixSafety::Unsafe ? "unsafe"
                                                                    : "manual"}});
    out.push_back({{"rule", item.kind ? item.kind->name : ""},
                   {"severity", to_text(item.severity)},
                   {"title", item.title},
                   {"element", item.element},
                   {"at", place_of(sources, item.span)},
                   {"chain", item.chain},
                   {"because", item.because},
                   {"effect", item.effect},
                   {"fixes", std::move(fixes)},
                   {"requirements", item.requirements},
                   {"accepted", item.accepted},
                   {"accepted_reason", item.accepted_reason},
                   {"fingerprint", item.fingerprint()}});
  }
  return out;
}

Json requirements_json(const Facts& facts) {
  Json out = Json::array();
  for (const Requirement& item : requirements_of(facts))
    out.push_back({{"path", item.path},
                   {"subject", item.subject},
                   {"what", item.what},
                   {"scenario", item.scenario},
                   {"verdict", to_text(item.verdict)},
                   {"target", item.target},
                   {"reached", item.reached},
                   {"evidence", item.evidence},
                   {"origin", origin_text(item.origin)},
                   {"causes", item.causes},
                   {"relax", item.relax},
                   {"conflict", item.conflict}});
  return out;
}

}  // namespace

std::string estimate_document(const Architecture& model, const Estimate& estimate) {
  Json out = {{"schema", "scantling.estimate/1"}};
  out.update(estimate_json(model, estimate));
  return out.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string report_json(const DesignResult& result, const Sources& sources) {
  const Facts facts(result);
  Json runs = Json::array();
  for (const ExperimentResult& run : result.simulation.experiments)
    runs.push_back(run_json(result.model, run));
  Json rounds = Json::array(), unmet = Json::array();
  for (const LoopRound& round : result.rounds)
    rounds.push_back(
        {{"number", round.number}, {"failed", round.failed}, {"changed", round.changed}});
  for (const Unmet& item : result.unmet)
    unmet.push_back({{"path", item.path},
                     {"text", item.text},
                     {"target", number(item.target)},
                     {"reached", number(item.reached)},
                     {"unit", item.unit},
                     {"relax", item.relax},
                     {"conflict", item.conflict},
                     {"property", item.what}});
  const Json out = {{"schema", "scantling.design/1"},
                    {"model", model_json(result, sources)},
                    {"requirements", requirements_json(facts)},
                    {"decisions", decisions_json(result.model)},
                    {"assumptions", assumptions_json(result.model)},
                    {"estimate", estimate_json(result.model, result.estimate)},
                    {"simulation", {{"experiments", std::move(runs)}}},
                    {"verification", Json::parse(design_verification_json(result.verification))},
                    {"findings", findings_json(result.findings, sources)},
                    {"rounds", std::move(rounds)},
                    {"unmet", std::move(unmet)}};
  // A model's text is valid UTF-8 when it was read; one built by a program may not be.
  return out.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace scantling
