// A campaign's results in an SQLite file. A run is there wholly or not at all; what is there is not
// run again. The file can be read by anything else while a campaign goes on.
//
//   campaign(key, value)            what is run: `identity`, `model`, `version`
//   scenarios(scenario, name, fault)
//   points(point, parameter, value) of points that have a run
//   metrics(metric, subject, what, unit, judged, at_least)
//   runs(point, scenario, replication, seed, state, message, events, fingerprint)
//   measures(point, scenario, replication, place, metric, value, target)
//   results                         a view over all of them with names
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "sweep/campaign.h"

namespace scantling::sweep {

class Store {
 public:
  // Opens the file, or makes it; ":memory:" is gone with the Store. Fails when the file is
  // something else, or when another process fills it.
  static Expected<Store> open(const std::string& path);
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  // For this campaign from here on. Fails when the file holds another one, and says what differs.
  Expected<void> begin(const BaseModel& base, const Plan& plan);
  // By index_of: whether the run is there. Failed ones are not, they are tried again.
  Expected<std::vector<bool>> finished(const Plan& plan);
  // All of them, or none: one transaction.
  Expected<void> add(const Plan& plan, std::span<const RunRecord> records);
  // What is there of the plan's runs, in their order.
  Expected<void> read(const Plan& plan, const std::function<void(const RunRecord&)>& visit);

 private:
  struct Inside;
  explicit Store(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace scantling::sweep
