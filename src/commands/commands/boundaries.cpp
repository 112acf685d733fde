#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"
#include "boundaries/closeness.h"
#include "boundaries/formats.h"
#include "commands/cut_files.h"
#include "design/cutting.h"
#include "report/boundaries.h"

namespace scantling {
namespace {

namespace cut = boundaries;

constexpr std::size_t constraints_costed = 20;
constexpr std::string_view kFormats = "human|markdown|html|json";

std::size_t at(int i) {
  return static_cast<std::size_t>(i);
}

// What is asked, and what is found while it is answered.
struct Job {
  const Invocation& invocation;
  CutInput input;
  CutQuestion question;
  Architecture model;  // with the cut made
  std::vector<cut::ConstraintSet> constraints;
  std::vector<std::string> unmatched;
  BoundariesReport report;
};

bool complain(const Job& job, const std::string& problem) {
  job.invocation.streams.complain(problem);
  return false;
}

// `--move Entity=service` against the cut that is kept close to: the entity belongs with the one
// that names that service.
bool apply_moves(Job& job, cut::Subject& subject, const cut::NamedCut& near) {
  for (const std::string& text : job.invocation.all("--move")) {
    const std::size_t equals = text.find('=');
    std::vector<std::string> entities;
    for (const cut::Entity& entity : subject.input.entities)
      entities.push_back(entity.name);
    const auto entity = std::ranges::find(entities, text.substr(0, equals));
    const auto service = std::ranges::find(
        near.names, equals == std::string::npos ? std::string() : text.substr(equals + 1));
    if (entity == entities.end() || service == near.names.end())
      return complain(job, fmt::format("--move takes ENTITY=SERVICE with a service of {} ({}), not "
                                       "'{}'",
                                       near.name, join(near.names, ", "), text));
    const int label = static_cast<int>(service - near.names.begin());
    const int moved = static_cast<int>(entity - entities.begin());
    std::vector<int> others(near.group.size(), -1);
    for (std::size_t e = 0; e < others.size(); ++e)
      if (near.group[e] == label && static_cast<int>(e) != moved) others[e] = 0;
    const std::vector<std::string> anchor = cut::service_names(subject, others);
    if (anchor.empty())
      return complain(
          job, fmt::format("--move {}: {} holds nothing else to move it to", text, *service));
    for (std::size_t e = 0; e < others.size(); ++e)
      if (others[e] == 0 && kebab_case(subject.input.entities[e].name) == anchor[0]) {
        subject.input.constraints.keep_together.push_back({moved, static_cast<int>(e)});
        break;
      }
    if (!subject.input.reference.empty()) subject.input.reference[at(moved)] = label;
  }
  return true;
}

// The near cut and what is moved against it.
bool read_near(Job& job, cut::Subject& subject) {
  if (!job.invocation.has("--keep-close-to")) {
    if (!job.invocation.has("--move")) return true;
    return complain(job, "--move says what changes against a cut: give that with --keep-close-to");
  }
  if (!read_named_cut(job.invocation, job.invocation.get("--keep-close-to"), subject,
                      job.report.near))
    return false;
  subject.input.reference = job.report.near.group;
  return apply_moves(job, subject, job.report.near);
}

// Moves as lines of the model, which the design then keeps.
void constrain(Architecture& model, const cut::Subject& subject) {
  for (const std::vector<int>& group : subject.input.constraints.keep_together) {
    std::vector<Ref<AggregateId>> refs;
    for (const int e : group)
      refs.emplace_back(subject.input.entities[at(e)].name, AggregateId(at(e)));
    model.constraints->keep_together.value.push_back(std::move(refs));
  }
}

// What the cut made is called as in the cut that it is close to.
void rename_services(Job& job) {
  const std::vector<int>& group = job.report.result.chosen.group;
  for (std::size_t e = 0; e < group.size(); ++e) {
    const ServiceId id = owner_of(job.model, AggregateId(e));
    if (!id.valid()) continue;
    Service& service = job.model.services[id];
    const std::string& name = job.report.names[at(group[e])];
    if (service.from.origin != Origin::Given) service.name = name;
    if (!service.context || !service.context->id.valid()) continue;
    Context& context = job.model.contexts[service.context->id];
    if (context.from.origin != Origin::Given) context.name = name;
  }
}

bool cut_a_model(Job& job) {
  Architecture model = std::move(*job.input.model);
  if (job.invocation.has("--free")) model = problem_half(model);
  if (model.aggregates.empty())
    return complain(job, fmt::format("{}: the model has no aggregates: there is nothing to cut",
                                     job.invocation.arguments[0]));
  cut::Subject names;
  names.name = *model.name;
  for (const Aggregate& aggregate : model.aggregates)
    names.input.entities.push_back({aggregate.name, 1, -1});
  if (!read_near(job, names)) return false;
  job.question.reference = names.input.reference;
  constrain(model, names);
  CutModel made = cut_model(std::move(model), catalog_in_use(), job.question);
  job.model = std::move(made.model);
  BoundariesReport& report = job.report;
  report.model = &job.model;
  report.subject = std::move(made.cutting.subject);
  report.options = made.cutting.options;
  report.result = std::move(made.cutting.result);
  report.given_way = std::move(made.cutting.given_way);
  report.names =
      cut::service_names(report.subject, report.result.chosen.group,
                         report.near.empty() ? owners_in(job.model, report.subject) : report.near);
  if (!report.near.empty()) rename_services(job);
  job.constraints = std::move(made.cutting.constraints);
  if (report.subject.name.empty()) report.subject.name = "system";
  report.notes = job.input.notes;
  return read_model_code(job.invocation, job.model, job.invocation.arguments[0], report.subject,
                         job.unmatched);
}

bool cut_a_file(Job& job) {
  BoundariesReport& report = job.report;
  report.subject = std::move(job.input.subject);
  report.options.seed = job.question.seed;
  report.options.jobs = job.question.jobs;
  cut::Input& input = report.subject.input;
  if (!read_near(job, report.subject)) return false;
  if (job.question.services > static_cast<int>(input.entities.size()))
    return complain(job, fmt::format("--services {}: there are only {} entities",
                                     job.question.services, input.entities.size()));
  if (job.question.services > 0)
    input.constraints.services_low = input.constraints.services_high = job.question.services;
  report.result = input.reference.empty() ? cut::decompose(input, report.options)
                                          : cut::decompose_near(input, report.options);
  report.names = cut::service_names(report.subject, report.result.chosen.group,
                                    report.near.empty() ? report.subject.given : report.near);
  job.constraints = cut::each_constraint(input);
  return true;
}

// Labels from 0; an entity without one stands alone.
std::vector<int> completed(std::vector<int> group, int& left_out) {
  int next = 0;
  for (const int g : group)
    next = std::max(next, g + 1);
  for (int& g : group)
    if (g < 0) {
      g = next++;
      ++left_out;
    }
  return group;
}

std::optional<cut::CodeQuality> code_quality(const Job& job, const std::string& path) {
  if (job.report.subject.code.units.empty() || !path.ends_with(".csv")) return std::nullopt;
  const auto text = disk().read(path);
  if (!text) return std::nullopt;
  const auto group = cut::parse_assignment(*text, job.report.subject.code);
  if (!group) return std::nullopt;
  return cut::measure_code(job.report.subject.code, *group);
}

// With fewer than two entities placed there is no pair to agree on.
bool comparable(const cut::NamedCut& named) {
  return std::ranges::count_if(named.group, [](int g) { return g >= 0; }) > 1;
}

void agree(BoundariesReport& report, const cut::NamedCut& reference) {
  if (!report.result.chosen.group.empty()) {
    report.with_reference = cut::pair_agreement(report.result.chosen.group, reference.group);
    report.mojofm_reference = cut::mojofm(report.result.chosen.group, reference.group);
  }
  for (ComparedCut& other : report.compared) {
    other.with_reference = cut::pair_agreement(other.cut.group, reference.group);
    other.mojofm_reference = cut::mojofm(other.cut.group, reference.group);
  }
}

void add_compared(BoundariesReport& report, cut::NamedCut named,
                  std::optional<cut::CodeQuality> code) {
  ComparedCut other;
  const std::vector<int> group = completed(named.group, other.left_out);
  cut::Result scored = cut::assess(report.subject.input, group, report.options);
  other.scored = std::move(scored.chosen);
  other.boundaries = std::move(scored.boundaries);
  other.code = code;
  if (!report.result.chosen.group.empty() && comparable(named)) {
    other.with_chosen = cut::pair_agreement(report.result.chosen.group, named.group);
    other.mojofm_chosen = cut::mojofm(report.result.chosen.group, named.group);
  }
  other.cut = std::move(named);
  report.compared.push_back(std::move(other));
}

bool compare(Job& job) {
  BoundariesReport& report = job.report;
  if (!report.subject.given.empty()) add_compared(report, report.subject.given, std::nullopt);
  for (const std::string& path : job.invocation.all("--compare")) {
    cut::NamedCut named;
    if (!read_named_cut(job.invocation, path, report.subject, named)) return false;
    add_compared(report, std::move(named), code_quality(job, path));
  }
  if (!job.invocation.has("--reference")) return true;
  cut::NamedCut reference;
  if (!read_named_cut(job.invocation, job.invocation.get("--reference"), report.subject, reference))
    return false;
  report.reference = reference.name;
  agree(report, reference);
  return true;
}

void assign_code(Job& job) {
  BoundariesReport& report = job.report;
  const cut::Subject& subject = report.subject;
  if (subject.code.units.empty()) return;
  std::vector<int> anchors;
  for (const int entity : subject.unit_entity)
    anchors.push_back(entity < 0 ? -1 : report.result.chosen.group[at(entity)]);
  CodeResult code;
  code.assignment = cut::assign_code(subject.code, anchors);
  code.unmatched = job.unmatched;
  report.code = std::move(code);
}

// What the command line itself asks for is no constraint of the system's.
void leave_out_asked_number(Job& job) {
  if (job.question.services == 0) return;
  std::erase_if(job.constraints, [](const cut::ConstraintSet& set) {
    const cut::ConstraintKind kind = set.constraints.front().kind;
    return kind == cut::ConstraintKind::ServicesLow || kind == cut::ConstraintKind::ServicesHigh;
  });
}

void follow(Job& job) {
  BoundariesReport& report = job.report;
  if (report.result.chosen.group.empty()) return;
  const cut::Input& input = report.subject.input;
  leave_out_asked_number(job);
  if (!report.near.empty()) {
    cut::Input before = input;  // not as --move changed it
    before.reference = report.near.group;
    report.closeness = cut::closeness(before, report.options, report.result.chosen.group);
  }
  if (!job.invocation.has("--no-costs") && report.result.chosen.services > 1 &&
      input.reference.empty())
    report.costs = cut::constraint_costs(input, report.options, report.result, job.constraints,
                                         constraints_costed);
  if (report.costs.size() == constraints_costed && job.constraints.size() > constraints_costed)
    report.notes.push_back(fmt::format("only the first {} of {} constraints are priced",
                                       constraints_costed, job.constraints.size()));
  if (report.result.chosen.services <= 64)
    report.extraction =
        cut::extraction_order(input.functionalities, report.result.chosen.group, {});
  report.data = cut::split_data(report.subject, report.result.chosen.group);
  assign_code(job);
}

std::string render(const Job& job, std::string_view format, bool color) {
  if (format == "json") return boundaries_json(job.report);
  if (format == "html") return boundaries_html(job.report);
  if (format == "markdown") return boundaries_markdown(job.report);
  return boundaries_terminal(job.report, job.invocation.streams.width, color,
                             job.invocation.get("--detail", "short") == "full");
}

bool read_question(Job& job) {
  if (!read_run_options(job.invocation, job.question.seed, job.question.jobs)) return false;
  const auto services = job.invocation.number("--services", 0, 1, 1000);
  if (!services) return false;
  job.question.services = static_cast<int>(*services);
  return true;
}

int run(const Invocation& invocation) {
  std::vector<std::pair<std::string, std::string>> outputs;
  if (!parse_outputs(invocation, kFormats, outputs)) return kExitUsage;
  Job job{invocation, {}, {}, {}, {}, {}, {}};
  if (!read_question(job) || !read_cut_input(invocation, job.input)) return kExitUsage;
  const bool cut = job.input.model ? cut_a_model(job) : cut_a_file(job);
  if (!cut || !compare(job)) return kExitUsage;
  follow(job);
  invocation.streams.print(
      render(job, invocation.get("--format", "human"), invocation.streams.color));
  for (const auto& [format, path] : outputs)
    if (!save(invocation, path, render(job, format, false))) return kExitUsage;
  const bool conflict = !job.report.given_way.empty() || !job.report.result.conflicts.empty();
  return conflict ? kExitUnmet : kExitFine;
}

constexpr CommandArgument kArguments[] = {
    {"FILE",
     "a model, or a system in a published format: access sequences (.json), a Service Cutter model "
     "and its user representations (.json), a Context Mapper model (.cml, .scl), nodes and edges "
     "of "
     "a code graph (.csv)",
     true, true}};
constexpr CommandOption kOptions[] = {
    kOverlayOption,
    kCatalogOption,
    {"--services", "N", "exactly so many services", "what the cuts say", "", false},
    {"--free", "", "as if the model gave no service and no context", "", "", false},
    {"--compare", "FILE",
     "score this cut too: a model, {\"clusters\": ...} in .json, entity,service in .csv, "
     "headings and \"- Entity\" lines in .txt, the contexts of a .cml",
     "", "", true},
    {"--reference", "FILE", "a cut held to be right: agreement with it, pairwise F and MoJoFM", "",
     "", false},
    {"--keep-close-to", "FILE", "move as few entities as possible against this cut", "", "", false},
    {"--move", "ENTITY=SERVICE", "with --keep-close-to: what must move, and where to", "", "",
     true},
    {"--no-costs", "", "don't search again without each constraint", "", "", false},
    {"--detail", "LEVEL", "full adds data split, extraction order, code and domain to human",
     "short", "short|full", false},
    {"--format", "FORMAT", "what is printed", "human", kFormats, false},
    {"--output", "FORMAT=FILE", "a further copy in a file", "", "", true},
    kSeedOption,
    kJobsOption,
};
constexpr std::string_view kExamples[] = {
    "scantling boundaries examples/shop.yaml",
    "scantling boundaries shop.yaml --services 5 --output html=cut.html",
    "scantling boundaries shop.yaml --keep-close-to model.yaml --move Stock=orders",
    "scantling boundaries ldod.json --compare ldodExpert.json --reference ldodExpert.json",
};

}  // namespace

extern const Command command_boundaries;
const Command command_boundaries{
    "boundaries",
    "where to cut a system into services, why, and what each border costs",
    "Searches the best cut for each number of services and chooses among them, or says why one "
    "service is better. Tells for each placement how sure it is, the second best and the "
    "operations "
    "that decide; for each border what crosses it and what to do about it; what each constraint "
    "costs; and how the cut compares with others.\n"
    "What a model settles is kept. Exits with 3 when its constraints can't all hold.",
    kArguments,
    kOptions,
    kExamples,
    run};

}  // namespace scantling
