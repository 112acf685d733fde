// Whatever is written behind --set and --fault: it is a parameter with values, or an error; a
// record or a campaign of any bytes is taken whole or refused.
#include <string>
#include <string_view>

#include "fuzz.h"
#include "sweep/campaign.h"
#include "sweep/parameter.h"

namespace {

using namespace scantling;

constexpr std::string_view kModel = R"(scantling: 1
system: tiny
operations:
  buy: { actor: customer, load: { peak: 40/s } }
services:
  shop:
    runtime: { instances: 2, cpu: 1 }
    endpoints:
      buy: { implements: buy, steps: [{ work: 2ms }] }
)";

void parameter(std::string_view text, const sweep::BaseModel& base) {
  const auto parsed = sweep::parse_parameter(text);
  if (!parsed) {
    REQUIRE(!parsed.error().message.empty());
    return;
  }
  REQUIRE(!parsed->path.empty());
  REQUIRE(!parsed->values.empty() && parsed->values.size() <= sweep::kMostValues);
  const auto found = base.resolve(*parsed);
  if (!found) return;
  REQUIRE(found->values.size() == parsed->values.size());
  if (found->is_load) return;
  // Whatever the value says, the rest of the model stays.
  const auto model = base.with({{found->path, found->values.front()}}, "");
  if (model && found->path.starts_with("services.shop.runtime."))
    REQUIRE(model->services.size() == 1 && model->operations.size() == 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto base = sweep::BaseModel::read(std::string(kModel), "tiny.yaml");
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  parameter(text, *base);
  parameter(std::string("services.shop.runtime.instances=") + std::string(text), *base);
  if (const auto fault = sweep::fault_scenario(text, Duration{9'000'000'000}))
    REQUIRE(!fault->name.empty() && fault->fault.find('\n') == std::string::npos);
  sweep::RunRecord record;
  if (sweep::unpack(text, record)) REQUIRE(sweep::packed(record) == text);
  sweep::PackedCampaign campaign;
  (void)sweep::unpack(text, campaign);
  return 0;
}
