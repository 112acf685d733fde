// The top level, decisions and acceptances.
#include "base/text.h"
#include "language/kinds.h"
#include "language/origins.h"
#include "language/reader.h"
#include "language/table.h"
#include "language/writer.h"

namespace scantling {

SCANTLING_STRUCTURE(Decision) {
  static constexpr Entry kEntries[] = {
      field<&Decision::question>("question", "what was open").eg("how is place-order kept whole?"),
      field<&Decision::chosen>("chosen", "the answer").eg("orchestrated"),
      field<&Decision::instead_of>("instead-of", "the alternatives")
          .eg("[choreographed, two-phase-commit]"),
      field<&Decision::because>("because", "the reason, in numbers").eg("3 participants"),
      field<&Decision::flips>("flips", "what would change it").eg("flips if peak > 14k/s"),
      field<&Decision::traces_to>("traces-to", "paths of the requirements behind it")
          .eg("[operations.place-order.within]"),
      field<&Decision::sets>("sets",
                             "paths of the values it set; they are open to `design` again "
                             "unless it is locked. p.{a, b} is p.a and p.b; p.* is p and "
                             "everything in it")
          .eg("[sagas.place-order.*]"),
      field<&Decision::reversibility>("reversibility", "how hard it is to take back").eg("costly"),
      field<&Decision::pass>("pass", "what part of `design` decided it").eg("consistency"),
      field<&Decision::locked>("locked", "a person's: kept by every design")
          .eg("true")
          .by_default("false"),
  };
  static constexpr StructType kType{
      .name = "decision", .about = "What was chosen, from what, and why", .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(Acceptance) {
  static constexpr Entry kEntries[] = {
      field<&Acceptance::rule>("rule", "that found it").eg("timeout-inversion").needed(),
      field<&Acceptance::element>("element", "path that it was found at; a prefix ends in *")
          .eg("services.orders.*")
          .needed(),
      field<&Acceptance::reason>("reason", "why it may stay").eg("replaced in March").needed(),
      field<&Acceptance::until>("until", "last day on which it is accepted")
          .as(date_type)
          .eg("2027-01-31"),
      field<&Acceptance::owner>("owner", "who answers for it").eg("ordering"),
  };
  static constexpr StructType kType{
      .name = "acceptance", .about = "A finding that its owner lives with", .entries = kEntries};
  return kType;
}

namespace {

constexpr std::int64_t kVersion = 1;

bool read_version(Reader& reader, const Place& place, void* owner) {
  auto& model = *static_cast<Architecture*>(owner);
  std::string_view text;
  if (!reader.text_of(place, "1", text)) return false;
  const auto version = parse_count(text);
  if (!version || version->value != kVersion) {
    Diagnostic& d = reader.problem(kWrongVersion, reader.at(place.value).span,
                                   "version " + shown(text) + " of the language is not known");
    d.caret = "only 1 is";
    d.allowed = {"scantling: 1"};
    return false;
  }
  model.version = {*version, reader.given(place)};
  return true;
}

template <std::vector<PathMention> Reader::* List>
bool read_paths(Reader& reader, const Place& place, void*) {
  const auto add = [&](ValueId id) {
    std::string_view text;
    if (reader.text_of({place.key, {}, id}, "a path: services.orders.runtime.cpu", text))
      (reader.*List).push_back({std::string(text), reader.at(id).span});
  };
  const Value value = reader.at(place.value);
  if (value.kind != NodeKind::Sequence) {
    add(place.value);
    return true;
  }
  for (int i = 0; i < value.count; ++i)
    add(reader.document().item(value, i));
  return true;
}

Out path_list(const Writer& writer, std::vector<std::string> OriginLists::* paths) {
  Out list = Out::list();
  if (writer.origins() != nullptr)
    for (const std::string& path : writer.origins()->*paths)
      list.add(Out::string(path));
  return list.items.empty() ? Out::none() : list;
}

constexpr OwnForm kAssumed = {read_paths<&Reader::assumed>, [](const Writer& w, const void*) {
                                return path_list(w, &OriginLists::assumed);
                              }};
constexpr OwnForm kMeasured = {read_paths<&Reader::measured>, [](const Writer& w, const void*) {
                                 return path_list(w, &OriginLists::measured);
                               }};
constexpr OwnForm kKept = {read_paths<&Reader::kept>,
                           [](const Writer&, const void*) { return Out::none(); }};
// The loader has followed it already.
constexpr OwnForm kInclude = {[](Reader&, const Place&, void*) { return true; },
                              [](const Writer&, const void*) { return Out::none(); }};

}  // namespace

SCANTLING_STRUCTURE(Architecture) {
  using A = Architecture;
  static constexpr Entry kEntries[] = {
      field<&A::version>("scantling", "version of the language; stands first")
          .eg("1")
          .needed()
          .with({read_version, nullptr}),
      own_entry("include",
                "files that are parts of the model, relative to this one; * and ? match "
                "within a folder",
                path_list_type, kInclude)
          .eg("[teams.yaml, parts/*.yaml]"),
      field<&A::name>("system", "its name").eg("shop"),
      field<&A::summary>("summary", "a sentence about it").eg("Online shop"),
      field<&A::profiles>("profile", "presets of constraints and objectives; several add up")
          .eg("production"),
      field<&A::teams>("teams", "people who own services").eg("{ ordering: { size: 8 } }"),
      field<&A::aggregates>("aggregates", "units of consistency")
          .eg("{ Order: { count: 60M, size: 3 KiB } }"),
      field<&A::externals>("externals", "systems that others run")
          .eg("{ psp: { latency: 240ms, availability: 99.9% } }"),
      field<&A::operations>("operations", "what is asked for")
          .eg("{ browse: { steps: [read Product x20], load: { peak: 900/s } } }"),
      field<&A::constraints>("constraints", "what every design must keep to")
          .eg("{ platform: kubernetes, zones: 3 }"),
      field<&A::existing>("existing", "what stands today").eg("{ kind: monolith }"),
      field<&A::contexts>("contexts", "bounded contexts")
          .eg("{ ordering: { kind: core, owns: [Order] } }"),
      field<&A::relations>("context-map", "how contexts depend on each other")
          .eg("[{ upstream: catalog, downstream: ordering, kind: customer-supplier }]"),
      field<&A::relations>("relations", "the same as context-map").alias(),
      field<&A::services>("services", "units of deployment")
          .eg("{ orders: { context: ordering, owns: [Order] } }"),
      field<&A::stores>("stores", "databases, caches, event stores")
          .eg("{ orders-db: { engine: postgresql, owner: orders, copies: 3 } }"),
      field<&A::channels>("channels", "topics and queues")
          .eg("{ orders.events: { broker: kafka, partitions: 24 } }"),
      field<&A::sagas>("sagas", "transactions over several services")
          .eg("{ place-order: { style: orchestrated, coordinator: orders } }"),
      field<&A::policies>("policies", "named bundles of call policy")
          .eg("{ critical: { timeout: 300ms, retry: { attempts: 2 } } }"),
      field<&A::placement>("placement", "where it runs").eg("{ zones: 3, mesh: istio }"),
      field<&A::operating>("operating", "how it is watched and run").eg("{ metrics: prometheus }"),
      field<&A::migration>("migration", "the order in which services leave what exists")
          .eg("[{ extract: catalog, how: strangler }]"),
      field<&A::experiments>("experiments", "load and faults with what is expected of them")
          .eg("{ zone-down: { faults: [{ at: 2min, for: 5min, lose: zone a }] } }"),
      field<&A::decisions>("decisions", "what was chosen, and why")
          .eg("{ place-order.style: { chosen: orchestrated, locked: true } }"),
      field<&A::accept>("accept", "findings that their owners live with")
          .eg("[{ rule: timeout-inversion, element: services.orders.*, reason: replaced in March "
              "}]"),
      own_entry("assumed", "paths of values that nobody gave: defaults", path_list_type, kAssumed)
          .eg("[operations.browse.objective.p99]"),
      own_entry("measured", "paths of values imported from traces or manifests", path_list_type,
                kMeasured)
          .eg("[operations.browse.load.*]"),
      own_entry("given",
                "paths of values that a person wrote into decided parts; kept by every "
                "design",
                path_list_type, kKept)
          .eg("[services.orders.runtime.cpu]"),
  };
  static constexpr StructType kType{
      .name = "model",
      .about = "One system: its problem half, its solution half, and why",
      .entries = kEntries};
  return kType;
}

}  // namespace scantling
