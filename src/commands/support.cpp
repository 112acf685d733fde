#include "commands/support.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include <fmt/core.h>

#include "base/text.h"
#include "catalog/catalog.h"
#include "check/check.h"
#include "language/language.h"

namespace scantling {

namespace {

// The files of --catalog over what is built in; false after a complaint.
bool take_catalog(const Invocation& invocation) {
  const std::vector<std::string> paths = invocation.all("--catalog");
  if (paths.empty()) return true;
  std::vector<std::string> texts;
  for (const std::string& path : paths) {
    auto text = disk().read(path);
    if (!text) {
      invocation.streams.complain(text.error().message);
      return false;
    }
    texts.push_back(std::move(*text));
  }
  std::vector<CatalogDocument> documents;
  for (std::size_t i = 0; i < paths.size(); ++i)
    documents.push_back({paths[i], texts[i]});
  auto catalog = catalog_with(documents);
  if (!catalog) {
    invocation.streams.complain(catalog.error().message);
    return false;
  }
  use_catalog(std::move(*catalog));
  return true;
}

}  // namespace

void load_model(const Invocation& invocation, const std::string& path, ModelInput& out,
                ReadOptions options) {
  if (!take_catalog(invocation)) return;
  options.overlays = invocation.all("--overlay");
  out.model.path = path;
  out.model.model = read_model(out.model.sources, disk(), path, options, out.model.problems);
  out.model.problems.sort();
  out.ok = !out.model.problems.has_errors();
  if (!out.ok) {
    RenderOptions render;
    render.color = invocation.streams.color && invocation.streams.err_is_terminal;
    render.width = invocation.streams.width;
    fmt::print(invocation.streams.err, "{}",
               render_terminal(out.model.problems, out.model.sources, render));
  }
}

std::string render_findings(const Diagnostics& findings, const Sources& sources,
                            std::string_view format, const Streams& streams) {
  RenderOptions options;
  options.width = streams.width;
  options.color = streams.color;
  options.tool_version = kVersion;
  for (const Rule* rule : all_rules())
    options.kinds.push_back(&rule->kind);
  for (const DiagnosticKind* kind : language_kinds())
    options.kinds.push_back(kind);
  std::ranges::sort(options.kinds, {}, &DiagnosticKind::name);
  if (format == "concise") return render_concise(findings, sources, options);
  if (format == "json") return render_json(findings, sources, options);
  if (format == "jsonl") return render_jsonl(findings, sources, options);
  if (format == "sarif") return render_sarif(findings, sources, options);
  if (format == "github") return render_github(findings, sources, options);
  if (format == "gitlab") return render_gitlab(findings, sources, options);
  if (format == "junit") return render_junit(findings, sources, options);
  return render_terminal(findings, sources, options);
}

std::string today() {
  std::chrono::sys_days day =
      std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  if (const char* epoch = std::getenv("SOURCE_DATE_EPOCH"); epoch != nullptr)
    day = std::chrono::floor<std::chrono::days>(
        std::chrono::sys_seconds(std::chrono::seconds(std::strtoll(epoch, nullptr, 10))));
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

bool save(const Invocation& invocation, const std::string& path, std::string_view text) {
  if (path == "-") {
    invocation.streams.print(text);
    return true;
  }
  if (const auto written = write_file(path, text); !written) {
    invocation.streams.complain(written.error().message);
    return false;
  }
  return true;
}

bool parse_outputs(const Invocation& invocation, std::string_view choices,
                   std::vector<std::pair<std::string, std::string>>& out) {
  std::vector<std::string> formats;
  for (const auto choice : split(choices, '|'))
    formats.emplace_back(choice);
  for (const std::string& text : invocation.all("--output")) {
    const std::size_t equals = text.find('=');
    const std::string format = text.substr(0, equals);
    if (equals == std::string::npos || equals + 1 == text.size() ||
        std::ranges::find(formats, format) == formats.end()) {
      invocation.streams.complain(
          fmt::format("--output takes FORMAT=FILE with a format of {}, not '{}'; for example "
                      "--output {}=result.txt",
                      enumerate(formats, "or"), text, formats.front()));
      return false;
    }
    out.emplace_back(format, text.substr(equals + 1));
  }
  return true;
}

bool read_run_options(const Invocation& invocation, std::uint64_t& seed, int& jobs) {
  const auto given_seed = invocation.number("--seed", 1, 0, INT64_MAX);
  const auto given_jobs = invocation.number("--jobs", 0, 0, 1024);
  if (!given_seed || !given_jobs) return false;
  seed = static_cast<std::uint64_t>(*given_seed);
  jobs = static_cast<int>(*given_jobs);
  return true;
}

bool read_measured(const Invocation& invocation, Duration& measured) {
  if (!invocation.has("--for")) return true;
  const auto duration = parse_duration(invocation.get("--for"));
  if (!duration || duration->nanoseconds <= 0) {
    invocation.streams.complain(fmt::format("--for takes a duration such as 30s or 5min, not '{}'",
                                            invocation.get("--for")));
    return false;
  }
  measured = *duration;
  return true;
}

}  // namespace scantling
