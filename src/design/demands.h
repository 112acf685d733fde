// What a failed round of the loop asks of the next one.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace scantling {

// Room in the pools for what a lost copy holds up (lost_copies.h). It costs nothing, and it lets
// more through to what may be busy already: tried once, by itself.
enum class PoolRoom : std::uint8_t { Untried, Wanted, Refused };

// Each is a demand on one pass.
struct Demands {
  PoolRoom pool_room = PoolRoom::Untried;
  std::map<std::string, double> service_capacity;  // service -> factor over what capacity chose
  std::map<std::string, double> store_capacity;  // store -> factor over the shards or copies chosen
  std::map<std::string, double> channel_capacity;  // channel -> factor over the partitions chosen
  std::set<std::string> isolated;  // endpoints of externals: tighter timeout and bulkhead
};

}  // namespace scantling
