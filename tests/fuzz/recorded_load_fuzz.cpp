// Whatever a file of recorded load holds: it is refused with the line, or every arrival is in order
// and at a time that can be simulated, and every rate is one.
#include <algorithm>
#include <cmath>
#include <string_view>

#include "fuzz.h"
#include "model/recorded_load.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace scantling;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto load = parse_recorded(text);
  if (!load) {
    REQUIRE(!load.error().message.empty());
    return 0;
  }
  REQUIRE(load->arrivals.empty() || load->rates.empty());
  REQUIRE(load->arrivals.size() + load->rates.size() <= std::min(size + 1, most_recorded));
  REQUIRE(std::ranges::is_sorted(load->arrivals, {},
                                 [](const RecordedLoad::Arrival& a) { return a.at.nanoseconds; }));
  for (const RecordedLoad::Arrival& arrival : load->arrivals)
    REQUIRE(arrival.at.nanoseconds >= 0);
  for (const double rate : load->rates)
    REQUIRE(std::isfinite(rate) && rate >= 0);
  return 0;
}
