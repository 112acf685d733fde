#include <algorithm>

#include "base/text.h"
#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  for (const StoreId id : c.model.stores.ids()) {
    const Store& store = c.model.stores[id];
    if (!store.copies || store.copies->value != 1 || !store.holds || store.holds->empty()) continue;
    if (store.expires) continue;  // a cache can be filled again
    double needed = 0;
    std::vector<std::string> objectives;
    for (const ServiceId user : c.calls.users_of(id)) {
      needed = std::max(needed, availability_needed(c, user));
      for (std::string& path : objectives_through(c, user))
        if (std::ranges::find(objectives, path) == objectives.end())
          objectives.push_back(std::move(path));
    }
    Diagnostic& d = report(c, rule_single_copy, place_of(store.copies.from, store.from),
                           store.name + " exists once", path_of(store));
    std::vector<std::string> held;
    for (const auto& ref : *store.holds)
      held.push_back(ref.name);
    d.because = enumerate(held) + (held.size() == 1 ? " is" : " are") + " kept on one node";
    if (needed > 0)
      d.because += "; " + percent_text(needed) + " is promised, " +
                   readable_seconds((1 - needed) * 30 * 86400) + " in 30 days";
    d.effect =
        "until a backup is restored everything that needs it is down, and what came after "
        "the backup is lost";
    d.fixes.push_back(value_fix("copies", "3", store.copies.from, FixSafety::Unsafe));
    d.requirements = objectives;
  }
}

}  // namespace

const Rule rule_single_copy = {
    {"single-copy", Severity::Warning, "availability", "a store of record has one copy"},
    {R"(A store that holds aggregates, and is no cache, has `copies: 1`.)",
     R"(A node that is lost takes the data of its last minutes with it, and the time to restore is the time of the outage. On 2017-01-31 GitLab lost six hours of data when the primary's directory was deleted and the copies and five kinds of backup turned out not to work ("Postmortem of database outage of January 31", GitLab).)",
     R"(aggregates:
  Order: { size: 2 KiB, data: internal }
stores:
  orders-db: { engine: postgresql, owner: orders, holds: [Order], copies: 1 }
services:
  orders: { owns: [Order] }
)",
     R"(aggregates:
  Order: { size: 2 KiB, data: internal }
stores:
  orders-db: { engine: postgresql, owner: orders, holds: [Order], copies: 3 }
services:
  orders: { owns: [Order] }
)",
     R"(For data that can be computed again from another store, in a time that was tried.)"},
    run};

}  // namespace scantling
