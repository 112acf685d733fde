#include <nlohmann/json.hpp>

#include "diagnostics/render.h"

namespace scantling {
namespace {

using Json = nlohmann::ordered_json;
constexpr auto kReplace = Json::error_handler_t::replace;

Json position_json(const Sources& sources, FileId file, std::uint32_t offset) {
  const LineColumn at = sources.position(file, offset);
  return {{"line", at.line}, {"column", at.column}, {"offset", offset}};
}

Json place_json(const Sources& sources, Span span) {
  if (!span.valid()) return nullptr;
  return {{"file", sources.path(span.file)},
          {"begin", position_json(sources, span.file, span.begin)},
          {"end", position_json(sources, span.file, span.end)}};
}

std::string_view safety_text(FixSafety safety) {
  switch (safety) {
    case FixSafety::Safe: return "safe";
    case FixSafety::Unsafe: return "unsafe";
    case FixSafety::Manual: return "manual";
  }
  return "manual";
}

Json fixes_json(const Sources& sources, const std::vector<Fix>& fixes) {
  Json out = Json::array();
  for (const Fix& fix : fixes) {
    Json edits = Json::array();
    for (const Edit& edit : fix.edits)
      edits.push_back(
          {{"place", place_json(sources, edit.span)}, {"replacement", edit.replacement}});
    out.push_back(
        {{"text", fix.text}, {"safety", safety_text(fix.safety)}, {"edits", std::move(edits)}});
  }
  return out;
}

Json finding_json(const Sources& sources, const Diagnostic& d) {
  Json labels = Json::array();
  for (const Label& label : d.labels)
    labels.push_back({{"place", place_json(sources, label.span)}, {"text", label.text}});
  return {{"rule", d.kind ? d.kind->name : std::string_view()},
          {"family", d.kind ? d.kind->family : std::string_view()},
          {"severity", to_text(d.severity)},
          {"title", d.title},
          {"element", d.element},
          {"fingerprint", d.fingerprint()},
          {"place", place_json(sources, d.span)},
          {"caret", d.caret},
          {"labels", std::move(labels)},
          {"chain", d.chain},
          {"because", d.because},
          {"effect", d.effect},
          {"allowed", d.allowed},
          {"fixes", fixes_json(sources, d.fixes)},
          {"requirements", d.requirements},
          {"accepted", d.accepted},
          {"reason", d.accepted_reason}};
}

}  // namespace

std::string render_json(const Diagnostics& findings, const Sources& sources,
                        const RenderOptions& options) {
  Json list = Json::array();
  for (const Diagnostic& d : findings.all())
    list.push_back(finding_json(sources, d));
  const Json out = {{"schema", "scantling.diagnostics/1"},
                    {"tool", {{"name", "scantling"}, {"version", options.tool_version}}},
                    {"summary",
                     {{"errors", findings.count(Severity::Error)},
                      {"warnings", findings.count(Severity::Warning)},
                      {"notes", findings.count(Severity::Note)},
                      {"accepted", findings.accepted()},
                      {"dropped", findings.dropped()}}},
                    {"findings", std::move(list)}};
  return out.dump(2, ' ', false, kReplace) + "\n";
}

std::string render_jsonl(const Diagnostics& findings, const Sources& sources,
                         const RenderOptions&) {
  std::string out;
  for (const Diagnostic& d : findings.all())
    out += finding_json(sources, d).dump(-1, ' ', false, kReplace) + "\n";
  return out;
}

}  // namespace scantling
