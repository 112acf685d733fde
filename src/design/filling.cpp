// The steps of the endpoints that wiring has made: what each does on its stores, whom it calls,
// what it announces.
#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "base/text.h"
#include "design/gathering.h"
#include "design/passes.h"
#include "design/wiring.h"

namespace scantling {
namespace {

using Role = MadeEndpoint::Role;

struct Filler {
  Workspace& ws;
  Draft& draft;

  Provenance from() { return draft.provenance(); }

  template <class T>
  Field<T> field(T value) {
    return Field<T>(std::move(value), from());
  }

  Step step(StepKind kind) {
    Step out;
    out.kind = kind;
    out.from = from();
    return out;
  }

  double cpu_ms(const Service& service) {
    const Technology* t = service.runtime && service.runtime->language
                              ? ws.catalog.find(*service.runtime->language)
                              : nullptr;
    return t == nullptr || t->cpu_ms_per_request <= 0 ? 2 : t->cpu_ms_per_request;
  }

  Step work(ServiceId service, double share = 1) {
    Step out = step(StepKind::Work);
    const double seconds = std::max(.00005, cpu_ms(ws.model.services[service]) * share / 1000);
    const Duration mean{static_cast<std::int64_t>(std::llround(seconds * 1e5)) * 10'000};
    const auto law = fit_lognormal(mean, Duration{mean.nanoseconds * 4});
    out.time = field(*law);
    return out;
  }

  Step on_store(StepKind kind, StoreId store, double rows) {
    Step out = step(kind);
    out.store = store;
    out.target = ws.model.stores[store].name;
    const double statements = std::ceil(
        rows / rows_a_statement(ws.catalog, ws.model.stores[store], kind == StepKind::Write));
    if (statements > 1) out.times = field(Factor{statements});
    return out;
  }

  void read(std::vector<Step>& out, AggregateId aggregate, double rows, bool stale) {
    const StoreId store = store_of(ws.model, aggregate);
    if (!store.valid()) return;
    for (const CachePlan& plan : ws.caches)
      if (stale && plan.aggregate == aggregate && plan.cache.valid()) {
        Step cached = on_store(StepKind::Read, plan.cache, 1);
        cached.miss.from = from();
        cached.miss->rate = field(Share{std::round(plan.miss * 10000) / 10000});
        cached.miss->then.push_back(on_store(StepKind::Read, store, rows));
        out.push_back(std::move(cached));
        return;
      }
    out.push_back(on_store(StepKind::Read, store, rows));
  }

  void write(std::vector<Step>& out, AggregateId aggregate, double rows) {
    const StoreId store = store_of(ws.model, aggregate);
    if (store.valid()) out.push_back(on_store(StepKind::Write, store, rows));
  }

  Step call(EndpointId endpoint) {
    Step out = step(StepKind::Call);
    out.endpoint = endpoint;
    out.target = endpoint_name(ws.model, endpoint);
    return out;
  }

  Step call(const Ref<ExternalId>& external) {
    Step out = step(StepKind::Call);
    out.external = external.id;
    out.target = external.name;
    return out;
  }

  // What the owner does for a step: a write around an external is recorded before and after it, so
  // that a crash in between leaves a trace to reconcile from.
  void own_step(std::vector<Step>& out, const ProblemStep& of, bool stale) {
    const bool write_step = is_write(of.verb) && of.aggregate.id.valid();
    if (of.calls && write_step) {
      write(out, of.aggregate.id, of.times.value);
      out.push_back(call(*of.calls));
      write(out, of.aggregate.id, of.times.value);
    } else {
      if (of.aggregate.id.valid()) {
        if (write_step)
          write(out, of.aggregate.id, of.times.value);
        else
          read(out, of.aggregate.id, of.times.value, stale);
      }
      if (of.calls) out.push_back(call(*of.calls));
    }
    if (write_step) announce_change(out, of.aggregate.id);
  }

  void publish(std::vector<Step>& out, const std::string& event, Share share) {
    const ChannelId channel = channel_of_event(ws.model, event);
    if (!channel.valid()) return;
    Step announce = step(StepKind::Publish);
    announce.channel = channel;
    announce.target = ws.model.channels[channel].name;
    announce.event = event;
    announce.via = field(ws.publication);
    if (ws.publication_locked) announce.via.from.origin = Origin::Given;  // no repair changes it
    if (share.value >= 1) {
      out.push_back(std::move(announce));
      return;
    }
    Step choose = step(StepKind::Choose);
    Branch some;
    some.share = field(share);
    some.steps.push_back(std::move(announce));
    choose.branches.push_back(std::move(some));
    out.push_back(std::move(choose));
  }

  void announce_change(std::vector<Step>& out, AggregateId aggregate) {
    for (const auto& [viewed, viewer] : ws.views)
      if (viewed == aggregate) {
        publish(out, change_event(ws.model.aggregates[aggregate]), Share{1});
        return;
      }
  }

  bool stale_read(const Operation& operation_of, const ProblemStep& of) {
    return !is_write(of.verb) && of.aggregate.id.valid() &&
           ws.cache_for(of.aggregate.id, operation_of) != nullptr;
  }

  StoreId own_store(ServiceId service) {
    for (const StoreId id : ws.model.stores.ids())
      if (ws.model.stores[id].owner && ws.model.stores[id].owner->id == service &&
          !ws.model.stores[id].expires)
        return id;
    return {};
  }

  // Reads that others answer don't wait for one another.
  void flush_reads(std::vector<Step>& out, std::vector<Step>& reads) {
    if (reads.size() == 1) out.push_back(std::move(reads.front()));
    if (reads.size() > 1) {
      Step together = step(StepKind::Together);
      together.steps = std::move(reads);
      out.push_back(std::move(together));
    }
    reads.clear();
  }

  // Steps [from, to) of the plan.
  void planned_steps(std::vector<Step>& out, OperationId id, ServiceId at, std::size_t from_step,
                     std::size_t to_step) {
    const Operation& of = ws.model.operations[id];
    const OperationPlan& plan = ws.plan(id);
    std::vector<Step> reads;
    for (std::size_t i = from_step; i < to_step; ++i) {
      const StepPlan& planned = plan.steps[i];
      const ProblemStep& step_of = (*of.steps)[static_cast<std::size_t>(planned.step)];
      if (planned.crossing == Crossing::Call) {
        Step remote = call(internal_endpoint(ws, planned.owner, step_of, stale_read(of, step_of)));
        if (!is_write(step_of.verb)) {
          reads.push_back(std::move(remote));
          continue;
        }
        flush_reads(out, reads);
        out.push_back(std::move(remote));
        continue;
      }
      flush_reads(out, reads);
      if (planned.crossing == Crossing::View) {
        if (const StoreId view = own_store(at); view.valid())
          out.push_back(on_store(StepKind::Read, view, step_of.times.value));
      } else {
        own_step(out, step_of, stale_read(of, step_of));
      }
    }
    flush_reads(out, reads);
  }

  void log_write(std::vector<Step>& out, ServiceId at) {
    if (const StoreId log = own_store(at); log.valid())
      out.push_back(on_store(StepKind::Write, log, 1));
  }

  // A saga ends with a write of its coordinator, which carries the announcement.
  void finish(std::vector<Step>& out, OperationId id, ServiceId at) {
    const Operation& of = ws.model.operations[id];
    const OperationPlan& plan = ws.plan(id);
    const bool ends_with_own_write =
        !plan.steps.empty() && plan.steps.back().crossing == Crossing::Local &&
        is_write((*of.steps)[static_cast<std::size_t>(plan.steps.back().step)].verb);
    if (plan.saga && !ends_with_own_write) log_write(out, at);
    for (const std::string& text : *of.emits) {
      const Emission emission = parse_emission(text);
      publish(out, emission.event, emission.share);
    }
  }

  std::vector<Step> operation(OperationId id, ServiceId at) {
    const OperationPlan& plan = ws.plan(id);
    std::vector<Step> out{work(at)};
    if (plan.saga) log_write(out, at);  // where the saga stands is known after a crash
    if (plan.answers_early()) {
      planned_steps(out, id, at, 0, plan.answers_after);
      if (plan.answers_after > 0) log_write(out, at);
      publish(out, camel(ws.model.operations[id].name) + "Accepted", Share{1});
      return out;
    }
    planned_steps(out, id, at, 0, plan.steps.size());
    finish(out, id, at);
    return out;
  }

  std::vector<Step> rest(OperationId id, ServiceId at) {
    const OperationPlan& plan = ws.plan(id);
    std::vector<Step> out{work(at, .6)};
    planned_steps(out, id, at, plan.answers_after, plan.steps.size());
    finish(out, id, at);
    return out;
  }

  std::vector<Step> fill(const MadeEndpoint& made) {
    const ServiceId at = made.endpoint.service;
    std::vector<Step> out;
    switch (made.role) {
      case Role::Operation: return operation(made.operation, at);
      case Role::Rest: return rest(made.operation, at);
      case Role::Step:
      case Role::Undo:
        out.push_back(work(at, .6));  // no public edge: no session, no rendering
        own_step(out, made.step, made.stale);
        return out;
      case Role::Project:
        out.push_back(work(at, .4));
        if (const StoreId view = own_store(at); view.valid())
          out.push_back(on_store(StepKind::Write, view, 1));
        return out;
    }
    return out;
  }
};

std::int64_t statements(const Step& step) {
  return static_cast<std::int64_t>(std::llround(step.times.or_else({1}).value)) *
         step.batch.or_else({1}).value;
}

// Writes of one store that follow one another are one transaction: one round trip, one commit.
void join_writes(std::vector<Step>& steps, const Provenance& from) {
  std::vector<Step> out;
  for (Step& step : steps) {
    const bool joins = !out.empty() && step.kind == StepKind::Write &&
                       out.back().kind == StepKind::Write && out.back().store == step.store;
    if (!joins) {
      out.push_back(std::move(step));
      continue;
    }
    const std::int64_t sum = statements(out.back()) + statements(step);
    out.back().times = {};
    out.back().batch = Field<Count>(Count{sum}, from);
  }
  steps = std::move(out);
}

}  // namespace

double rows_a_statement(const Catalog& catalog, const Store& store, bool write) {
  const Technology* technology = store.engine ? catalog.find(*store.engine) : nullptr;
  const std::string_view kind =
      technology == nullptr ? "database" : std::string_view(technology->kind);
  if (kind == "analytics") return write ? 1000 : 1'000'000;
  if (technology != nullptr &&
      (technology->model == "wide-column" || technology->model == "time-series"))
    return write ? 100 : 1000;
  return 100;
}

void fill_endpoints(Workspace& ws) {
  for (const MadeEndpoint& made : ws.made) {
    // The endpoint's own decision made it, and so made its steps.
    const DecisionId by = ws.model.endpoint(made.endpoint).from.decision;
    Draft draft(ws, ws.model.decisions[by].name, "data", "");
    draft.adopt(by);
    Filler filler{ws, draft};
    std::vector<Step> steps = filler.fill(made);
    join_writes(steps, filler.from());
    wait_for_inserts(ws, steps, filler.from());
    draft.fill(ws.model.endpoint(made.endpoint).steps, std::move(steps));
  }
}

}  // namespace scantling
