#include "generate/versions.h"

#include <gtest/gtest.h>

#include "generate/audit.h"
#include "generate/schema.h"

namespace scantling::generate {
namespace {

TEST(Versions, SayWhatIsGone) {
  EXPECT_EQ(gone_version("extensions/v1beta1", "Deployment"),
            "isn't served since Kubernetes 1.16: write apps/v1");
  EXPECT_EQ(gone_version("autoscaling/v2beta2", "HorizontalPodAutoscaler"),
            "isn't served since Kubernetes 1.26: write autoscaling/v2");
  EXPECT_EQ(gone_version("apps/v1", "Deployment"), "");
  // The version lives on with other kinds.
  EXPECT_EQ(gone_version("admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicy"), "");
}

TEST(Versions, ReadOlderOnesByTheSameSchema) {
  EXPECT_EQ(schema_version("networking.istio.io/v1alpha3", "VirtualService"),
            "networking.istio.io/v1");
  EXPECT_EQ(schema_version("gateway.networking.k8s.io/v1beta1", "HTTPRoute"),
            "gateway.networking.k8s.io/v1");
  EXPECT_EQ(schema_version("gateway.networking.k8s.io/v1beta1", "ReferenceGrant"),
            "gateway.networking.k8s.io/v1beta1");
  EXPECT_EQ(schema_version("v1", "Service"), "v1");
  EXPECT_TRUE(has_schema("networking.istio.io/v1beta1", "DestinationRule"));
  EXPECT_FALSE(has_schema("networking.istio.io/v1", "Nothing"));
}

TEST(Versions, AuditFindsWhatIsGone) {
  const Value object = map({{"apiVersion", "policy/v1beta1"},
                            {"kind", "PodDisruptionBudget"},
                            {"metadata", map({{"name", "web"}})}});
  const Audit found = audit({{object, "a.yaml", ""}});
  ASSERT_EQ(found.findings.size(), 1U);
  EXPECT_EQ(found.findings.front().rule, "version-gone");
}

}  // namespace
}  // namespace scantling::generate
