// Versions of kinds that are gone, and versions that say the same.
#pragma once

#include <string>
#include <string_view>

namespace scantling::generate {

// "isn't served since Kubernetes 1.16: write apps/v1"; "" for what is still served.
std::string gone_version(std::string_view api_version, std::string_view kind);

// The version by whose schema the object is read: Istio's have one schema for all of theirs, and so
// have the Gateway API's since 1.0. Others stay as they are.
std::string schema_version(std::string_view api_version, std::string_view kind);

}  // namespace scantling::generate
