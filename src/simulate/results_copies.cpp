// What copies that are behind did to reads and at failovers, and what was shed of each priority.
#include <map>

#include "simulate/result_support.h"

namespace scantling::sim {

ReadsResult reads_result(const Runs& runs, std::uint32_t operation) {
  const auto grown = [operation](const Replication& r, std::uint64_t OperationCounters::* which) {
    return static_cast<double>(r.end.operations[operation].*which -
                               r.start.operations[operation].*which);
  };
  const auto share = [&](std::uint64_t OperationCounters::* which) {
    return over(runs, [&, which](const Replication& r) {
      return grown(r, which) / std::max(1.0, grown(r, &OperationCounters::copy_reads));
    });
  };
  ReadsResult out;
  out.rate = over(runs, [&](const Replication& r) {
    return grown(r, &OperationCounters::copy_reads) / seconds_of(r);
  });
  out.outdated = share(&OperationCounters::outdated);
  out.stale = share(&OperationCounters::stale);
  out.allowed_seconds = static_cast<double>(runs.program.operations[operation].staleness) * 1e-9;
  for (const Replication& r : runs.replications)
    out.oldest_seconds =
        std::max(out.oldest_seconds, static_cast<double>(r.oldest_read[operation]) * 1e-9);
  return out;
}

std::vector<ShedResult> shed_results(const Runs& runs, std::uint32_t service) {
  const Program& p = runs.program;
  std::map<std::uint32_t, std::vector<std::uint32_t>> classes;  // endpoints of each priority
  for (std::uint32_t e = 0; e < p.endpoints.size(); ++e)
    if (p.endpoints[e].service == service) classes[p.endpoints[e].priority].push_back(e);
  std::vector<ShedResult> out;
  for (const auto& [priority, endpoints] : classes) {
    const auto rate = [&](std::uint64_t EndpointCounters::* which) {
      return over(runs, [&, which](const Replication& r) {
        double sum = 0;
        for (const std::uint32_t e : endpoints)
          sum += static_cast<double>(r.end.endpoints[e].*which - r.start.endpoints[e].*which);
        return sum / seconds_of(r);
      });
    };
    ShedResult& one = out.emplace_back();
    one.priority = priority;
    const std::uint32_t from = p.endpoints[endpoints.front()].shed_at;
    one.from = from == unlimited ? -1 : static_cast<std::int64_t>(from);
    one.offered = rate(&EndpointCounters::arrived);
    one.refused = rate(&EndpointCounters::shed);
  }
  return out;
}

CopiesResult copies_result(const Architecture& model, const Runs& runs, std::uint32_t i) {
  const std::uint32_t service = runs.program.replications[i].service;
  CopiesResult out;
  out.store = StoreId(static_cast<std::size_t>(runs.program.services[service].model_id));
  out.lag = latency_of(runs, [i](const Replication& r) { return r.replica_lag[i]; });
  out.lost_writes =
      over(runs, [i](const Replication& r) { return static_cast<double>(r.replicated[i].lost); });
  for (const Replication& r : runs.replications) {
    out.failovers += static_cast<double>(r.replicated[i].failovers) /
                     static_cast<double>(runs.replications.size());
    out.lost_seconds =
        std::max(out.lost_seconds, static_cast<double>(r.replicated[i].longest) * 1e-9);
  }
  const Store& store = model.stores[out.store];
  if (store.backup && store.backup->rpo) out.allowed_seconds = store.backup->rpo->seconds();
  return out;
}

}  // namespace scantling::sim
