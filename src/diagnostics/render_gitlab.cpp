// GitLab's code quality report ("Code Quality report format", docs.gitlab.com).
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "diagnostics/render.h"

namespace scantling {
namespace {

std::string_view gitlab_severity(Severity severity) {
  switch (severity) {
    case Severity::Note: return "info";
    case Severity::Warning: return "minor";
    case Severity::Error: return "major";
  }
  return "major";
}

}  // namespace

std::string render_gitlab(const Diagnostics& findings, const Sources& sources,
                          const RenderOptions&) {
  using Json = nlohmann::ordered_json;
  Json out = Json::array();
  std::set<std::string> taken;  // GitLab keeps one finding a fingerprint
  for (const Diagnostic& d : findings.all()) {
    if (d.accepted) continue;
    std::string fingerprint = d.fingerprint();
    for (int i = 2; !taken.insert(fingerprint).second; ++i)
      fingerprint = hex16(fnv1a(std::to_string(i), fnv1a(d.fingerprint())));
    std::string path = sources.size() > 0 ? sources.path(FileId{0}) : std::string("-");
    int line = 1;
    if (d.span.valid()) {
      path = sources.path(d.span.file);
      line = sources.position(d.span.file, d.span.begin).line;
    }
    if (path.starts_with("./")) path.erase(0, 2);
    out.push_back({{"description", d.because.empty() ? d.title : d.title + ": " + d.because},
                   {"check_name", d.kind ? d.kind->name : std::string_view()},
                   {"fingerprint", fingerprint},
                   {"severity", gitlab_severity(d.severity)},
                   {"location", {{"path", path}, {"lines", {{"begin", line}}}}}});
  }
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace scantling
