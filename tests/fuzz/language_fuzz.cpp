// Whatever the bytes: a model is read, written, formatted and written back without a crash or a
// hang. What reads without errors is written to a text that reads back to the same text, is
// formatted once and for all, and takes its own values back without a change. The input is cut at
// its NUL bytes into the model, a file to include (b.yaml) and an overlay.
#include <string>

#include "base/text.h"
#include "fuzz.h"
#include "language/language.h"

namespace scantling {
namespace {

struct Reading {
  Sources sources;
  Diagnostics out;
  Architecture model;
};

void read(Reading& reading, const MemoryFiles& files, const ReadOptions& options) {
  reading.model = read_model(reading.sources, files, "model.yaml", options, reading.out);
  for (const Diagnostic& d : reading.out.all()) {
    if (!d.span.valid()) continue;
    REQUIRE(d.span.begin <= d.span.end);
    REQUIRE(d.span.end <= reading.sources.text(d.span.file).size());
  }
}

MemoryFiles one_file(std::string text, std::string_view included) {
  MemoryFiles files;
  files.add("model.yaml", std::move(text));
  files.add("b.yaml", std::string(included));
  files.add("s.csv", "3ms\n1ms\n");
  return files;
}

void check_writing(const Architecture& model) {
  const std::string written = write_model(model);
  Reading again;
  read(again, one_file(written, ""), {});
  REQUIRE(!again.out.has_errors());
  REQUIRE(write_model(again.model) == written);
}

void check_format(Reading& reading) {
  Diagnostics out;
  const std::string once = format_model(reading.sources, FileId{0}, out);
  Sources sources;
  Diagnostics more;
  REQUIRE(format_model(sources, sources.add("again", once), more) == once);
}

// A model that was only read holds nothing that its files don't.
void check_write_back(const Reading& reading, std::string_view included) {
  std::vector<Edit> edits;
  for (Edit& edit : write_back(reading.sources, FileId{0}, reading.model))
    if (edit.span.file == FileId{0}) edits.push_back(std::move(edit));
  const auto once = apply_edits(reading.sources, FileId{0}, std::move(edits));
  REQUIRE(once.has_value());
  Reading again;
  read(again, one_file(*once, included), {});
  REQUIRE(!again.out.has_errors());
  for (const Edit& edit : write_back(again.sources, FileId{0}, again.model))
    REQUIRE(edit.span.file != FileId{0});
}

void run(std::string_view input) {
  const std::vector<std::string_view> parts = split(input, '\0');
  const std::string_view included = parts.size() > 1 ? parts[1] : std::string_view();
  MemoryFiles files = one_file(std::string(parts[0]), included);
  ReadOptions options;
  if (parts.size() > 2) {
    files.add("over.yaml", std::string(parts[2]));
    options.overlays = {"over.yaml"};
  }
  Reading reading;
  read(reading, files, options);
  if (reading.sources.size() > 0) check_format(reading);
  const std::string written = write_model(reading.model);
  all_paths(reading.model);
  if (reading.out.has_errors()) return;
  check_writing(reading.model);
  if (options.overlays.empty()) check_write_back(reading, included);
}

}  // namespace
}  // namespace scantling

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  scantling::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
