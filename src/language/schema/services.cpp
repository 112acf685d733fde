// Contexts and services.
#include "language/kinds.h"
#include "language/reader.h"
#include "language/table.h"

namespace scantling {

SCANTLING_STRUCTURE(Context) {
  static constexpr Entry kEntries[] = {
      field<&Context::summary>("summary", "a sentence about it").eg("Takes and tracks orders"),
      field<&Context::kind>("kind", "what it is to the business").eg("core"),
      field<&Context::owns>("owns", "aggregates in it").eg("[Cart, Order]"),
      field<&Context::team>("team", "team that owns it").eg("ordering"),
      field<&Context::language>("language", "its words, each with what it means here")
          .as(glossary_type)
          .eg("{ Order: what a customer has asked to buy }"),
  };
  static constexpr StructType kType{.name = "bounded context",
                                    .about = "A part of the domain with one model and one language",
                                    .entries = kEntries};
  return kType;
}

namespace {

// Each of `per` and `by`, and `warms` and `over` with what they belong to.
void finish_slowdown(Reader& reader, const Place& place, void* object) {
  const auto& slows = *static_cast<const Slowdown*>(object);
  const auto needs = [&](const auto& there, const auto& missing, std::string_view key,
                         std::string_view example) {
    if (!there || missing) return;
    Diagnostic& d = reader.problem(kMissingKey, reader.heading_of(place),
                                   "slows needs '" + std::string(key) + "'");
    d.allowed = {std::string(example)};
  };
  needs(slows.per, slows.by, "by", "{ per: 100, by: 10% }");
  needs(slows.by, slows.per, "per", "{ per: 100, by: 10% }");
  needs(slows.over, slows.failing, "failing", "{ failing: x3, over: 10s }");
  needs(slows.warms, slows.cold, "cold", "{ cold: x4, warms: 30s }");
  const auto longer = [&](const Field<Factor>& factor, std::string_view key) {
    if (!factor || factor->value >= 1) return;
    Diagnostic& d = reader.problem(kBadValue, factor.from.span,
                                   std::string(key) + ": work can't get shorter by this");
    d.allowed = {std::string(key) + ": x3 (a factor of 1 or more)"};
  };
  longer(slows.failing, "failing");
  longer(slows.cold, "cold");
}

}  // namespace

SCANTLING_STRUCTURE(Slowdown) {
  static constexpr Entry kEntries[] = {
      field<&Slowdown::per>("per", "requests waiting in one instance").eg("100"),
      field<&Slowdown::by>("by", "how much longer work takes for each of these")
          .as(growth_type)
          .eg("10%"),
      field<&Slowdown::failing>("failing",
                                "how much longer if all answers of late were errors; in "
                                "proportion in between")
          .eg("x3"),
      field<&Slowdown::over>("over", "what `of late` is").eg("10s").by_default("10s"),
      field<&Slowdown::cold>("cold", "how much longer right after an instance has started")
          .eg("x4"),
      field<&Slowdown::warms>("warms", "how long until it is as quick as the others")
          .eg("30s")
          .by_default("30s"),
  };
  static constexpr StructType kType{
      .name = "slowdown",
      .about = "Work that takes longer while requests wait, while answers fail, or after a start",
      .entries = kEntries,
      .finish = finish_slowdown};
  return kType;
}

SCANTLING_STRUCTURE(Runtime) {
  static constexpr Entry kEntries[] = {
      field<&Runtime::language>("language", "it is written in").eg("java"),
      field<&Runtime::instances>("instances",
                                 "how many run: a number, or a range that it scales in")
          .eg("6..24"),
      field<&Runtime::cpu>("cpu", "cores of one instance").eg("1"),
      field<&Runtime::memory>("memory", "of one instance").eg("1 GiB"),
      field<&Runtime::concurrency>("concurrency",
                                   "requests in progress in one instance, held "
                                   "while it waits for others")
          .as(unlimited_count_type)
          .eg("64"),
      field<&Runtime::queue>("queue", "requests that may wait for one instance")
          .as(unbounded_count_type)
          .eg("128"),
      field<&Runtime::discipline>("discipline", "who leaves the queue first")
          .eg("fifo")
          .by_default("fifo"),
      field<&Runtime::slows>("slows", "when work takes longer").eg("{ per: 100, by: 10% }"),
      field<&Runtime::start>("start", "from scheduled to ready").eg("40s"),
  };
  static constexpr StructType kType{
      .name = "runtime", .about = "What one instance is, and how many", .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(ScalePolicy) {
  static constexpr Entry kEntries[] = {
      field<&ScalePolicy::on>("on", "what it follows").eg("utilisation"),
      field<&ScalePolicy::target>("target",
                                  "value to keep: a share of the cores, or a number per "
                                  "instance")
          .as(scale_target_type)
          .eg("60%"),
      field<&ScalePolicy::delay>("delay", "from decision to ready").eg("90s"),
      field<&ScalePolicy::interval>("interval", "between decisions").eg("15s"),
      field<&ScalePolicy::step>("step", "instances at a time, at most").eg("4"),
  };
  static constexpr StructType kType{
      .name = "scaling policy", .about = "When instances come and go", .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(HealthPolicy) {
  static constexpr Entry kEntries[] = {
      field<&HealthPolicy::check>("check", "shallow: the process; deep: what it depends on too")
          .eg("shallow"),
      field<&HealthPolicy::every>("every", "between checks").eg("5s"),
      field<&HealthPolicy::timeout>("timeout", "of a check").eg("1s"),
      field<&HealthPolicy::failures>("failures", "checks in a row that fail until it is taken out")
          .eg("3"),
      field<&HealthPolicy::apart>("apart", "served beside the pool of requests").eg("true"),
      field<&HealthPolicy::eject_at_most>("eject-at-most",
                                          "share of the instances that may be "
                                          "taken out")
          .eg("50%"),
  };
  static constexpr StructType kType{
      .name = "health policy", .about = "How a sick instance is found", .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(Service) {
  static constexpr Entry kEntries[] = {
      field<&Service::summary>("summary", "a sentence about it").eg("Takes and tracks orders"),
      field<&Service::context>("context", "bounded context it belongs to").eg("ordering"),
      field<&Service::owns>("owns", "aggregates that only it writes").eg("[Cart, Order]"),
      field<&Service::team>("team", "team that runs it").eg("ordering").by_default("its context's"),
      field<&Service::runtime>("runtime", "what one instance is, and how many")
          .eg("{ language: java, instances: 6..24, cpu: 1, memory: 1 GiB }"),
      field<&Service::scale>("scale", "when instances come and go")
          .eg("{ on: utilisation, target: 60%, delay: 90s }"),
      field<&Service::balance>("balance", "how callers choose an instance").eg("least-request"),
      field<&Service::rate_limit>("rate-limit", "what one caller may ask for")
          .eg("{ per: user, limit: 1000/min }"),
      field<&Service::shed>("shed", "requests in progress above which low priorities are refused")
          .eg("48"),
      field<&Service::health>("health", "how a sick instance is found")
          .eg("{ check: shallow, every: 5s, failures: 3 }"),
      field<&Service::spread>("spread", "what its instances are kept apart over").eg("zones"),
      field<&Service::patterns>("patterns", "patterns it follows, for the reader").eg("[bff]"),
      field<&Service::endpoints>("endpoints", "what it answers to")
          .eg("{ place-order: { http: POST /orders, implements: place-order } }"),
  };
  static constexpr StructType kType{
      .name = "service", .about = "A unit of deployment that owns its data", .entries = kEntries};
  return kType;
}

}  // namespace scantling
