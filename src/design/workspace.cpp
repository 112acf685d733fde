#include "design/workspace.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "base/text.h"
#include "design/locks.h"

namespace scantling {

Draft::Draft(Workspace& workspace, std::string name, std::string_view pass, std::string question)
    : workspace_(workspace) {
  decision_.name = std::move(name);
  locked_ = workspace.locked_choice(decision_.name);
  const Provenance own{Origin::Decided, {}, {}};
  decision_.pass = {std::string(pass), own};
  decision_.question = {std::move(question), own};
}

Decision& Draft::current() {
  return id_.valid() ? workspace_.model.decisions[id_] : decision_;
}

std::size_t Draft::pick(const std::vector<std::string>& answers, std::size_t best) {
  std::size_t at = 0;
  while (at < answers.size() && answers[at] != locked_)
    ++at;
  if (at == answers.size())
    for (at = 0; at < answers.size() && !says(answers[at], locked_);)
      ++at;
  if (at == answers.size()) return best;
  if (at != best) left_open(answers[best]);
  return at;
}

Draft& Draft::left_open(std::string answer) {
  left_open_ = std::move(answer);
  return *this;
}

Draft& Draft::choose(std::string name, std::vector<Score> scores) {
  if (current().chosen.from.origin != Origin::Given)
    current().chosen = {name, {Origin::Decided, {}, id_}};
  current().alternatives.insert(current().alternatives.begin(),
                                {std::move(name), std::move(scores), ""});
  return *this;
}

Draft& Draft::reject(std::string name, std::vector<Score> scores, std::string why_not) {
  if (!current().instead_of.has()) current().instead_of.from = {Origin::Decided, {}, id_};
  if (current().instead_of.from.origin != Origin::Given) current().instead_of.value.push_back(name);
  current().alternatives.push_back({std::move(name), std::move(scores), std::move(why_not)});
  return *this;
}

Draft& Draft::because(std::string text) {
  if (current().because.from.origin != Origin::Given && !(id_.valid() && !left_open_.empty()))
    current().because = {std::move(text), {Origin::Decided, {}, id_}};
  return *this;
}

Draft& Draft::flips(std::string text) {
  if (current().flips.from.origin != Origin::Given && !(id_.valid() && !left_open_.empty()))
    current().flips = {std::move(text), {Origin::Decided, {}, id_}};
  return *this;
}

Draft& Draft::traces(std::initializer_list<std::string> paths) {
  return traces(std::vector<std::string>(paths));
}

Draft& Draft::traces(const std::vector<std::string>& paths) {
  current().traces_to.from = {Origin::Decided, {}, id_};
  for (const std::string& path : paths)
    if (std::ranges::find(current().traces_to.value, path) == current().traces_to.value.end())
      current().traces_to.value.push_back(path);
  return *this;
}

Draft& Draft::reversibility(Reversibility reversibility) {
  current().reversibility = {reversibility, {Origin::Decided, {}, id_}};
  return *this;
}

// What the model says of a decision stays; the rest of it follows.
void Draft::complete(DecisionId given) {
  id_ = given;
  Decision& kept = workspace_.model.decisions[id_];
  const Provenance own{Origin::Decided, {}, id_};
  if (!left_open_.empty()) {
    decision_.because = {fmt::format("it is locked; left open, it would be {}", left_open_), own};
    decision_.flips = {};
  }
  const auto fill = [&](auto& field, auto& from) {
    if (!field.has() && from.has()) field = {std::move(from.value), own};
  };
  fill(kept.pass, decision_.pass);
  fill(kept.question, decision_.question);
  fill(kept.because, decision_.because);
  fill(kept.flips, decision_.flips);
  fill(kept.instead_of, decision_.instead_of);
  fill(kept.traces_to, decision_.traces_to);
  fill(kept.reversibility, decision_.reversibility);
  // By its first words, where they are no other's name.
  const auto named = [&](const Alternative& of) { return of.name == locked_; };
  auto& alternatives = decision_.alternatives;
  if (!alternatives.empty() && says(alternatives.front().name, locked_) &&
      std::ranges::none_of(alternatives, named))
    alternatives.front().name = locked_;
  if (kept.alternatives.empty()) kept.alternatives = std::move(alternatives);
}

DecisionId Draft::keep() {
  if (!id_.valid()) {
    const DecisionId same = find_by_name(workspace_.model.decisions, decision_.name);
    if (same.valid() && workspace_.model.decisions[same].from.origin == Origin::Given) {
      complete(same);
      return id_;
    }
    // Names are keys in the model: a second decision of the same name gets a number.
    const std::string name = decision_.name;
    for (int n = 2; find_by_name(workspace_.model.decisions, decision_.name).valid(); ++n)
      decision_.name = name + "-" + std::to_string(n);
    id_ = workspace_.model.decisions.add(std::move(decision_));
    Decision& kept = workspace_.model.decisions[id_];
    const Provenance own{Origin::Decided, {}, id_};
    kept.from = own;
    for (Field<std::string>* field :
         {&kept.pass, &kept.question, &kept.chosen, &kept.because, &kept.flips})
      if (field->has()) field->from = own;
    if (kept.instead_of.has()) kept.instead_of.from = own;
    if (kept.traces_to.has()) kept.traces_to.from = own;
    if (kept.reversibility.has()) kept.reversibility.from = own;
  }
  return id_;
}

void Draft::note(const std::string& path) {
  Decision& kept = workspace_.model.decisions[keep()];
  kept.sets.from = {Origin::Decided, {}, id_};
  if (std::ranges::find(kept.sets.value, path) == kept.sets.value.end())
    kept.sets.value.push_back(path);
}

void Draft::comes_out_otherwise(const std::string& path) {
  auto& alternatives = current().alternatives;
  if (alternatives.size() > 1) std::swap(alternatives[0], alternatives[1]);
  note(path);
}

void Draft::made(Element& element, const std::string& path) {
  element.from = provenance();
  note(path);
}

Workspace::Workspace(Architecture& architecture, const Catalog& technologies,
                     const DesignOptions& design_options, const Demands& demanded)
    : model(architecture), catalog(technologies), options(design_options), demands(demanded) {
  plans.resize(model.operations.size());
}

std::string Workspace::locked_choice(std::string_view name) const {
  for (const Decision& decision : model.decisions)
    if (decision.from.origin == Origin::Given && decision.chosen && decision.name == name)
      return *decision.chosen;
  return {};
}

void Workspace::assume(std::string path, std::string text, std::string question) {
  model.assumptions.push_back({std::move(path), std::move(text), std::move(question)});
}

const CachePlan* Workspace::cache_for(AggregateId aggregate, const Operation& operation) const {
  if (!operation.staleness) return nullptr;
  for (const CachePlan& plan : caches)
    if (plan.aggregate == aggregate && plan.expires <= *operation.staleness) return &plan;
  return nullptr;
}

bool Workspace::has_profile(Profile profile) const {
  return std::ranges::find(*model.profiles, profile) != model.profiles->end();
}

namespace {
std::vector<Profile> profiles_of(const Architecture& model) {
  return model.profiles->empty() ? std::vector<Profile>{Profile::Production} : *model.profiles;
}
}  // namespace

Duration Workspace::profile_p99() const {
  Duration out{INT64_MAX};
  for (const Profile p : profiles_of(model))
    out = std::min(out, catalog.profile(p).p99);
  return out;
}

Share Workspace::profile_availability() const {
  Share out{0};
  for (const Profile p : profiles_of(model))
    out = std::max(out, catalog.profile(p).availability);
  return out;
}

int Workspace::profile_least_instances() const {
  int out = 1;
  for (const Profile p : profiles_of(model))
    out = std::max(out, catalog.profile(p).least_instances);
  return out;
}

double Workspace::profile_utilisation() const {
  double out = 1;
  for (const Profile p : profiles_of(model))
    out = std::min(out, catalog.profile(p).target_utilisation);
  return out;
}

int Workspace::zones() const {
  if (model.placement && model.placement->zones)
    return static_cast<int>(model.placement->zones->value);
  if (model.constraints && model.constraints->zones)
    return static_cast<int>(model.constraints->zones->value);
  int out = 1;
  for (const Profile p : profiles_of(model))
    out = std::max(out, catalog.profile(p).zones);
  return out;
}

int Workspace::regions() const {
  const auto& regions = model.placement && model.placement->regions ? model.placement->regions
                                                                    : model.constraints->regions;
  return std::max(1, static_cast<int>(regions->size()));
}

int Workspace::homes() const {
  const bool all = model.placement && model.placement->mode &&
                   *model.placement->mode == RegionMode::ActiveActive;
  return all ? regions() : 1;
}

int Workspace::people() const {
  std::int64_t out = 0;
  for (const Team& team : model.teams)
    out += team.size.or_else(Count{4}).value;
  return static_cast<int>(out);
}

std::vector<double> operation_rates(const Architecture& model, bool peak) {
  std::vector<double> own(model.operations.size(), 0);
  for (const OperationId id : model.operations.ids()) {
    const Operation& operation = model.operations[id];
    double& rate = own[static_cast<std::size_t>(id.index)];
    if (operation.load) {
      const double mean = operation.load->mean ? operation.load->mean->per_second : 0;
      const double high = operation.load->peak ? operation.load->peak->per_second : mean;
      rate = peak ? high : (operation.load->mean ? mean : high);
    } else if (operation.every && operation.every->nanoseconds > 0) {
      rate = 1 / operation.every->seconds();
    }
  }
  std::vector<double> rates = own;
  for (int round = 0; round < 32; ++round) {
    std::map<std::string, double> events;
    for (const OperationId id : model.operations.ids())
      for (const std::string& text : *model.operations[id].emits) {
        const Emission emission = parse_emission(text);
        events[emission.event] += emission.share.value * rates[static_cast<std::size_t>(id.index)];
      }
    std::vector<double> next = own;
    for (const OperationId id : model.operations.ids())
      for (const std::string& event : *model.operations[id].on)
        if (const auto it = events.find(event); it != events.end())
          next[static_cast<std::size_t>(id.index)] += it->second;
    if (next == rates) break;
    rates = std::move(next);
  }
  return rates;
}

Architecture at_highest_load(const Architecture& model) {
  Architecture out = model;
  for (const Experiment& experiment : model.experiments) {
    const ExperimentLoad& load = *experiment.load;
    double all = load.all ? load.all->value : 1;
    if (load.ramp)
      all *= std::max(load.ramp->from.or_else({1}).value, load.ramp->to.or_else({1}).value);
    if (load.spike) all *= load.spike->by.or_else({1}).value;
    for (const LoadStep& step : *load.steps)
      all = std::max(all, step.by.or_else({1}).value);
    for (const OperationId id : model.operations.ids()) {
      const Operation& given = model.operations[id];
      if (!given.load || !given.load->peak) continue;
      double rate = given.load->peak->per_second * all;
      for (const LoadChange& change : load.changes)
        if (change.operation.id == id)
          rate = change.absolute ? change.rate.per_second
                                 : given.load->peak->per_second * all * change.factor.value;
      Rate& highest = *out.operations[id].load->peak;
      highest.per_second = std::max(highest.per_second, rate);
    }
  }
  return out;
}

Duration highest_load_lasts(const Architecture& model, OperationId operation) {
  Duration out;
  for (const Experiment& experiment : model.experiments)
    for (const LoadChange& change : experiment.load->changes)
      if (change.operation.id == operation && (change.absolute || change.factor.value > 1))
        out = std::max(out, experiment.load->over.or_else(Duration::from_seconds(60)));
  return out;
}

std::vector<AggregateRates> aggregate_rates(const Architecture& model,
                                            const std::vector<double>& rates) {
  std::vector<AggregateRates> out(model.aggregates.size());
  for (const OperationId id : model.operations.ids())
    for (const ProblemStep& step : *model.operations[id].steps) {
      if (!step.aggregate.id.valid()) continue;
      const double rate = rates[static_cast<std::size_t>(id.index)] * step.times.value;
      AggregateRates& of = out[static_cast<std::size_t>(step.aggregate.id.index)];
      (is_write(step.verb) ? of.writes : of.reads) += rate;
    }
  return out;
}

double stored_bytes(const Aggregate& aggregate, double years) {
  const double now =
      static_cast<double>(aggregate.count->value) * static_cast<double>(aggregate.size->count);
  return now * std::pow(1 + (aggregate.growth ? aggregate.growth->value : 0), years);
}

std::string aggregate_list(const Architecture& model, const std::vector<AggregateId>& ids) {
  std::vector<std::string> names;
  for (const AggregateId id : ids)
    names.push_back(model.aggregates[id].name);
  return enumerate(names);
}

std::string service_name_for(std::string_view aggregate) {
  static constexpr std::string_view kUncountable[] = {
      "stock", "inventory", "catalog",   "data", "history",
      "kyc",   "audit",     "telemetry", "news", "access"};
  std::string name = kebab_case(aggregate);
  const std::size_t dash = name.rfind('-');
  const std::string last = dash == std::string::npos ? name : name.substr(dash + 1);
  if (std::ranges::find(kUncountable, std::string_view(last)) != std::end(kUncountable))
    return name;
  const auto ends = [&](std::string_view suffix) { return name.ends_with(suffix); };
  if (ends("y") && name.size() > 1 &&
      std::string_view("aeiou").find(name[name.size() - 2]) == std::string_view::npos)
    return name.substr(0, name.size() - 1) + "ies";
  if (ends("s") || ends("x") || ends("ch") || ends("sh")) return name + "es";
  return name + "s";
}

Score score(std::string criterion, double value, std::string unit) {
  return {std::move(criterion), value, std::move(unit)};
}

std::string internal_endpoint_name(const ProblemStep& step) {
  return std::string(to_text_enum(step.verb)) + "-" + kebab_case(step.aggregate.name);
}

}  // namespace scantling
