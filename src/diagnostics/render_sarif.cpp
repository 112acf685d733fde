// SARIF 2.1.0. Section numbers below are those of the OASIS standard.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "diagnostics/artifact_uri.h"
#include "diagnostics/render.h"

namespace scantling {
namespace {

using Json = nlohmann::ordered_json;

class SarifLog {
 public:
  SarifLog(const Diagnostics& findings, const Sources& sources, const RenderOptions& options)
      : findings_(findings), sources_(sources), options_(options), kinds_(options.kinds) {
    for (const Diagnostic& d : findings.all())
      if (d.kind && std::ranges::find(kinds_, d.kind) == kinds_.end()) kinds_.push_back(d.kind);
    std::ranges::sort(kinds_, {}, [](const DiagnosticKind* kind) { return kind->name; });
  }

  std::string text() const {
    Json rules = Json::array();
    for (const DiagnosticKind* kind : kinds_)
      rules.push_back(rule(*kind));
    Json results = Json::array();
    for (const Diagnostic& d : findings_.all())
      results.push_back(result(d));
    const Json driver = {{"name", "scantling"},
                         {"semanticVersion", options_.tool_version},
                         {"rules", std::move(rules)}};
    Json run = {{"tool", {{"driver", driver}}},
                {"columnKind", "unicodeCodePoints"},
                {"artifacts", artifacts()},
                {"results", std::move(results)}};
    const Json log = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                      {"version", "2.1.0"},
                      {"runs", Json::array({std::move(run)})}};
    return log.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  }

 private:
  static std::string_view level(Severity severity) { return to_text(severity); }  // 3.27.10

  Json rule(const DiagnosticKind& kind) const {
    Json out = {{"id", kind.name},
                {"shortDescription", {{"text", sentence(kind.summary)}}},
                {"defaultConfiguration", {{"level", level(kind.severity)}}},
                {"properties", {{"tags", Json::array({kind.family})}}}};
    if (!options_.docs_url.empty())
      out["helpUri"] = std::string(options_.docs_url) + std::string(kind.name);
    return out;
  }

  // SARIF wants sentences (3.11.3); ours begin in lower case and have no full stop.
  static std::string sentence(std::string_view text) {
    std::string out(text);
    if (!out.empty() && out.front() >= 'a' && out.front() <= 'z')
      out.front() = static_cast<char>(out.front() - 'a' + 'A');
    return out + ".";
  }

  Json artifacts() const {
    Json out = Json::array();
    for (std::size_t i = 0; i < sources_.size(); ++i)
      out.push_back({{"location", {{"uri", uri(FileId{static_cast<std::int32_t>(i)})}}}});
    return out;
  }

  std::string uri(FileId file) const { return artifact_uri(sources_.path(file)); }

  Json artifact_location(FileId file) const { return {{"uri", uri(file)}, {"index", file.index}}; }

  Json region(Span span) const {
    const LineColumn begin = sources_.position(span.file, span.begin);
    const LineColumn end = sources_.position(span.file, span.end);
    return {{"startLine", begin.line},  {"startColumn", begin.column},
            {"endLine", end.line},      {"endColumn", end.column},
            {"byteOffset", span.begin}, {"byteLength", span.end - span.begin}};
  }

  Json physical(Span span) const {
    return {{"artifactLocation", artifact_location(span.file)}, {"region", region(span)}};
  }

  Json location(const Diagnostic& d) const {
    Json out = Json::object();
    if (d.span.valid())
      out["physicalLocation"] = physical(d.span);
    else if (sources_.size() > 0)  // code scanning services refuse a result without a file
      out["physicalLocation"] = {{"artifactLocation", artifact_location(FileId{0})},
                                 {"region", {{"startLine", 1}}}};
    if (!d.element.empty())
      out["logicalLocations"] = Json::array({{{"fullyQualifiedName", d.element}}});
    return out;
  }

  Json result(const Diagnostic& d) const {
    Json out = {{"ruleId", d.kind ? d.kind->name : std::string_view()}};
    const auto found = std::ranges::find(kinds_, d.kind);
    if (found != kinds_.end()) out["ruleIndex"] = found - kinds_.begin();
    out["level"] = level(d.severity);
    out["message"] = {{"text", message(d)}};
    out["locations"] = Json::array({location(d)});
    out["partialFingerprints"] = {{"scantlingFinding/v1", d.fingerprint()}};
    if (!d.labels.empty()) out["relatedLocations"] = related(d);
    if (!d.chain.empty()) out["codeFlows"] = code_flows(d);
    if (!d.flow.empty()) out["codeFlows"] = run(d);
    if (Json list = fixes(d); !list.empty()) out["fixes"] = std::move(list);
    if (d.accepted)
      out["suppressions"] = Json::array(
          {{{"kind", "inSource"}, {"status", "accepted"}, {"justification", d.accepted_reason}}});
    return out;
  }

  static std::string message(const Diagnostic& d) {
    std::string text = d.title;
    for (const auto& [key, value] :
         {std::pair<std::string_view, const std::string&>{"because", d.because},
          {"effect", d.effect}})
      if (!value.empty()) text += "\n" + std::string(key) + ": " + value;
    for (const Fix& fix : d.fixes)
      text += "\nfix: " + fix.text;
    return text;
  }

  Json related(const Diagnostic& d) const {
    Json out = Json::array();
    for (const Label& label : d.labels)
      if (label.span.valid())
        out.push_back({{"id", out.size()},
                       {"physicalLocation", physical(label.span)},
                       {"message", {{"text", label.text}}}});
    return out;
  }

  // One thread: the calls in order (3.36). All but the first have no place of their own.
  Json code_flows(const Diagnostic& d) const {
    Json steps = Json::array();
    for (std::size_t i = 0; i < d.chain.size(); ++i) {
      Json place = i == 0 ? location(d) : Json::object();
      place["message"] = {{"text", d.chain[i]}};
      steps.push_back({{"location", std::move(place)}, {"nestingLevel", i}});
    }
    return Json::array({{{"threadFlows", Json::array({{{"locations", std::move(steps)}}})}}});
  }

  // One thread: the steps of a run, each where its element is written.
  Json run(const Diagnostic& d) const {
    Json steps = Json::array();
    for (std::size_t i = 0; i < d.flow.size(); ++i) {
      Json place = Json::object();
      if (d.flow[i].span.valid()) place["physicalLocation"] = physical(d.flow[i].span);
      place["message"] = {{"text", d.flow[i].text}};
      steps.push_back({{"location", std::move(place)}, {"executionOrder", i + 1}});
    }
    return Json::array({{{"threadFlows", Json::array({{{"locations", std::move(steps)}}})}}});
  }

  Json fixes(const Diagnostic& d) const {
    Json out = Json::array();
    for (const Fix& fix : d.fixes) {
      if (fix.edits.empty()) continue;
      Json changes = Json::array();
      std::vector<FileId> files;
      for (const Edit& edit : fix.edits)
        if (std::ranges::find(files, edit.span.file) == files.end())
          files.push_back(edit.span.file);
      for (const FileId file : files) {
        Json replacements = Json::array();
        for (const Edit& edit : fix.edits)
          if (edit.span.file == file)
            replacements.push_back({{"deletedRegion", region(edit.span)},
                                    {"insertedContent", {{"text", edit.replacement}}}});
        changes.push_back({{"artifactLocation", artifact_location(file)},
                           {"replacements", std::move(replacements)}});
      }
      out.push_back(
          {{"description", {{"text", fix.text}}}, {"artifactChanges", std::move(changes)}});
    }
    return out;
  }

  const Diagnostics& findings_;
  const Sources& sources_;
  const RenderOptions& options_;
  std::vector<const DiagnosticKind*> kinds_;
};

}  // namespace

std::string render_sarif(const Diagnostics& findings, const Sources& sources,
                         const RenderOptions& options) {
  return SarifLog(findings, sources, options).text();
}

}  // namespace scantling
