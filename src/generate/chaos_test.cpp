// The faults that experiments simulate, as experiments on the cluster.
#include <gtest/gtest.h>

#include "generate/target.h"
#include "generate/test_models.h"

namespace scantling::generate {
namespace {

constexpr const char* kModel = R"(scantling: 1
system: till
operations: { pay: { actor: customer, load: { mean: 40/s, peak: 80/s } } }
externals: { bank: { availability: 99.5% }, rates: { availability: 99.5% } }
services:
  checkout:
    runtime: { instances: 3 }
    endpoints: { pay: { http: POST /payments, implements: pay, steps: [{ call: bank }, { write: till-db }] } }
  back-office:
    endpoints: { tidy: { every: 1min, steps: [{ call: rates }] } }
stores: { till-db: { engine: postgresql, owner: checkout, copies: 2 } }
placement:
  platform: kubernetes
  zones: 3
  failure-domains:
    discovery: { services: [checkout], stores: [till-db], externals: [bank] }
    mesh: { all-services: true }
experiments:
  domain: { faults: [{ at: 10s, for: 20s, lose: domain discovery }] }
  all: { faults: [{ at: 10s, for: 20s, lose: domain mesh }] }
  node: { faults: [{ at: 10s, for: 20s, lose: node a/2 }] }
  one: { faults: [{ at: 10s, for: 20s, lose: instance checkout }] }
  service: { faults: [{ at: 10s, for: 20s, lose: checkout }] }
)";

std::size_t count(const std::string& text, std::string_view what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++n;
  return n;
}

TEST(Chaos, SelectsWhatTheFaultTakes) {
  const Architecture model = model_of(kModel);
  const Plan plan(model, {});
  Output out;
  target_chaos(plan, out);
  const auto text = [&](const std::string& name) {
    return out.files().at("tests/chaos/" + name + ".yaml").text;
  };
  // Each member: a service, a store's pods, the way to an external.
  EXPECT_EQ(count(text("domain"), "kind: PodChaos"), 2U) << text("domain");
  EXPECT_EQ(count(text("domain"), "kind: NetworkChaos"), 1U);
  EXPECT_EQ(count(text("domain"), "app.kubernetes.io/name: checkout"), 1U);
  EXPECT_EQ(count(text("domain"), "cnpg.io/cluster: "), 1U);
  EXPECT_EQ(count(text("all"), "kind: PodChaos"), 2U);
  EXPECT_EQ(count(text("node"), "scantling/lose: a-2"), 1U) << text("node");
  EXPECT_EQ(count(text("node"),
                  "# First, on the machine to lose: kubectl label node NAME "
                  "scantling/lose=a-2"),
            1U);
  EXPECT_EQ(count(text("one"), "mode: one"), 1U);
  EXPECT_EQ(count(text("service"), "mode: all"), 1U) << "all of its instances are lost";
}

}  // namespace
}  // namespace scantling::generate
