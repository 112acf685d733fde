#include "property/models.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/sample_models.h"

namespace scantling::testing {

std::vector<NamedText> example_models() {
  std::vector<NamedText> out;
  const std::filesystem::path folder = std::filesystem::path(SCANTLING_SOURCE_DIR) / "examples";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".yaml") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(in), {});
    // A part of another example, wrong on purpose (src/report/examples_test.cpp).
    if (text.find("\ninclude:") != std::string::npos) continue;
    out.push_back({entry.path().stem().string(), std::move(text)});
  }
  std::ranges::sort(out, {}, &NamedText::name);
  return out;
}

std::vector<NamedText> all_models() {
  std::vector<NamedText> out = example_models();
  out.push_back({"problem of 3", clustered_problem(3, 2, 1)});
  out.push_back({"problem of 12", clustered_problem(12, 6, 2)});
  out.push_back({"problem of 40", clustered_problem(40, 16, 3)});
  out.push_back({"solution of 1", layered_solution(1, 4)});
  out.push_back({"solution of 60", layered_solution(60, 5)});
  return out;
}

Reading read_text(const std::string& text, const ReadOptions& options) {
  Reading reading;
  MemoryFiles files;
  files.add("model.yaml", text);
  reading.model = read_model(*reading.sources, files, "model.yaml", options, reading.findings);
  reading.file = FileId{0};  // the model is read before what it includes
  return reading;
}

std::string errors_of(const Diagnostics& findings) {
  std::string out;
  for (const Diagnostic& finding : findings.all()) {
    if (finding.severity == Severity::Error && !finding.accepted) {
      out += std::string(finding.kind->name) + ": " + finding.title + "\n";
    }
  }
  return out;
}

}  // namespace scantling::testing
