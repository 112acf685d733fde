// Whatever the bytes: reading manifests and checking them neither crashes nor hangs, and every
// finding names an object of the file.
#include <string>

#include "fuzz.h"
#include "generate/audit.h"
#include "generate/manifests.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace scantling::generate;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const ManifestFile file = parse_manifests(text);
  std::vector<Resource> objects;
  for (const Value& document : file.documents)
    objects.push_back({document, "fuzz.yaml", ""});
  const Audit first = audit(objects);
  REQUIRE(first.objects == objects.size());
  for (const AuditFinding& finding : first.findings)
    REQUIRE(finding.file == "fuzz.yaml" && !finding.rule.empty() && !finding.text.empty());
  REQUIRE(audit_lines(first) == audit_lines(audit(objects)));
  return 0;
}
