// golden PROGRAM VERSION SOURCE_ROOT FILE.test: runs one golden test. With SCANTLING_UPDATE=1 in
// the environment a difference rewrites the file in place instead of failing.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "support/golden_file.h"
#include "support/golden_runner.h"

int main(int argc, char** argv) {
  using namespace scantling::testing;
  if (argc != 5) {
    std::fputs("usage: golden PROGRAM VERSION SOURCE_ROOT FILE.test\n", stderr);
    return 2;
  }
  GoldenOptions options;
  options.program = std::filesystem::absolute(argv[1]).string();
  options.version = argv[2];
  options.source_root = argv[3];
  const std::string path = argv[4];

  std::ifstream in(path, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  GoldenFile file;
  std::string problem;
  if (!in.good() || !parse_golden(text, file, problem)) {
    std::fprintf(stderr, "%s: %s\n", path.c_str(),
                 problem.empty() ? "cannot read it" : problem.c_str());
    return 2;
  }
  const GoldenOutcome outcome = run_golden(file, options);
  if (outcome.passed) return 0;
  std::printf("%s\n%s", path.c_str(), outcome.report.c_str());

  const char* update = std::getenv("SCANTLING_UPDATE");
  if (update == nullptr || std::string(update) != "1" || !outcome.updatable) return 1;
  std::ofstream out(path, std::ios::binary);
  out << render_golden(outcome.updated);
  std::printf("updated %s\n", path.c_str());
  return out.flush().good() ? 0 : 2;
}
