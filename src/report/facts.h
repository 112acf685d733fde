// What several parts of a report need to know of a design, worked out once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "design/design.h"

namespace scantling {

// One step of an endpoint that goes somewhere else: a call, a read, a write or a publication.
struct Flow {
  EndpointId from;
  const Step* step = nullptr;
  double per_request = 1;   // times that a request of `from` gets there when nothing fails
  double rate = -1;         // per second at peak, first attempts; -1: not known
  bool simulated = false;   // the rate is measured by the run at peak, not estimated
  bool on_failure = false;  // part of a fallback
};

class Facts {
 public:
  explicit Facts(const DesignResult& design);

  const DesignResult& result;
  const Architecture& model;
  const ExperimentResult* peak = nullptr;  // the run at peak load; null: not simulated
  std::vector<Flow> flows;                 // by service, endpoint, step

  const StationEstimate* estimate_of(std::string_view kind, std::string_view name) const;
  const StationResult* station(const ExperimentResult& run, std::string_view kind,
                               std::string_view name) const;
  const OperationResult* operation(const ExperimentResult& run, OperationId id) const;
  const EndpointResult* endpoint(const ExperimentResult& run, EndpointId id) const;

  // Utilisation 0..1 at peak, simulated where there is a run, else estimated; -1: not known.
  double utilisation(std::string_view kind, std::string_view name) const;
  // The slowest endpoint's p99 of the service, or the station's; seconds, -1: not known.
  double p99_seconds(ServiceId id) const;
  double cost_per_month(std::string_view element) const;  // "services.orders"; 0: none
  double operation_rate(OperationId id) const;            // offered at peak; -1: not known
  double endpoint_rate(EndpointId id) const;              // at peak; -1: not known
  double instances(ServiceId id) const;  // time average at peak, else the low end; -1: not known
  std::string target_name(const Flow& flow) const;  // "catalog.quote", "orders-db"
  std::vector<ServiceId> services_of(ContextId id) const;
  std::vector<ServiceId> services_of(TeamId id) const;
  std::vector<StoreId> stores_of(ServiceId id) const;
  std::vector<OperationId> operations_of(ServiceId id) const;  // implemented, no duplicates
  // Operations and endpoints that `events` start, and who emits them.
  std::vector<std::string> events() const;  // names, in order of first mention
  std::vector<std::string> emitters(std::string_view event) const;
  std::vector<std::string> listeners(std::string_view event) const;
  bool in_saga(OperationId id) const;
};

// Notes that every run makes, in the order of the first; none when there is one run. The others of
// a run stand with it.
std::vector<std::string> common_notes(const SimulationResult& simulation);
std::vector<std::string> own_notes(const SimulationResult& simulation, const ExperimentResult& run);

bool is_cache(const Store& store);  // it expires, or reads miss it

std::vector<std::string> names_of(const std::vector<Ref<AggregateId>>& refs);
std::string list_of(const std::vector<std::string>& parts);  // "a, b and c"; empty: ""
std::string percent(double share, int digits = 3);           // .6123 -> "61.2%"
std::string per_second(double rate);                         // "240/s"; "" when negative
std::string count_text(std::uint64_t n);                     // 4812345 -> "4.81M"
std::string money(double per_month, std::string_view currency);
std::string with_interval(const Interval& interval, double scale, std::string_view unit);
std::string origin_text(Origin origin);  // "given", "decided", "measured", "assumed"; "" absent
std::string plural_of(std::size_t n, std::string_view noun);

}  // namespace scantling
