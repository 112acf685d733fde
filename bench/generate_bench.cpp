// Generation: how long a model's manifests take to be written to disk and checked.
#include <fmt/core.h>

#include <filesystem>

#include "generate/generate.h"
#include "generate/write.h"
#include "harness.h"
#include "language/language.h"
#include "support/sample_models.h"

namespace scantling::bench {
namespace {

// Services made by rule, as many as give at least 500 objects: every target that fits, checked
// against schemas and each other, and written to an empty folder.
Expected<Figure> five_hundred() {
  MemoryFiles files;
  files.add("model.yaml", testing::layered_solution(60, 1));
  Sources sources;
  Diagnostics problems;
  const Architecture model = read_model(sources, files, "model.yaml", {}, problems);
  if (problems.has_errors()) return fail(problems.all().front().title);
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / "scantling-generate-bench";
  std::size_t objects = 0, written = 0, findings = 0;
  const double seconds = best_seconds(5, [&] {
    std::filesystem::remove_all(folder);
    const generate::Generated generated = generate::generate_all(model, {}, {});
    generate::WriteOptions options;
    options.folder = folder.string();
    options.targets = generated.targets;
    if (const auto outcomes = generate::write_out(generated.output, options))
      written = outcomes->size();
    objects = generated.audit.objects;
    findings = generated.audit.findings.size();
  });
  std::filesystem::remove_all(folder);
  if (objects < 500) return fail(fmt::format("only {} objects", objects));
  return Figure{seconds * 1000, "ms",
                fmt::format("{} objects, {} files, {} findings; the folder is emptied first",
                            objects, written, findings)};
}

}  // namespace
}  // namespace scantling::bench

int main(int argc, char** argv) {
  using namespace scantling::bench;
  static const Benchmark table[] = {
      {"generate.500", "500 objects generated, checked and written", five_hundred},
  };
  return bench_main(argc, argv, table);
}
