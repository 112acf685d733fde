// What several commands do: read a model and print what is wrong with it, write results.
#pragma once

#include <string>

#include "commands/command.h"
#include "design/design.h"
#include "diagnostics/diagnostic.h"
#include "diagnostics/render.h"
#include "language/language.h"
#include "model/architecture.h"
#include "source/source.h"

namespace scantling {

struct ReadModel {
  Sources sources;
  Architecture model;
  Diagnostics problems;  // of reading it
  std::string path;
};

// Reads the model and its overlays, after the files of --catalog, which count from then on. Errors
// are printed to standard error; then `ok` is false and the command ends with kExitUsage.
struct ModelInput {
  ReadModel model;
  bool ok = false;
};
void load_model(const Invocation& invocation, const std::string& path, ModelInput& out,
                ReadOptions options = {});

// Prints findings in a format to a text; the names of the formats are those of --format.
std::string render_findings(const Diagnostics& findings, const Sources& sources,
                            std::string_view format, const Streams& streams);

// "2026-11-21": SOURCE_DATE_EPOCH when it is set, else the machine's day in UTC.
std::string today();

// Writes text to a file; a complaint and false when it can't be.
bool save(const Invocation& invocation, const std::string& path, std::string_view text);

// `--output FORMAT=FILE` as pairs; a complaint and false when one is not of the form or its format
// is not among the `|`-separated choices.
bool parse_outputs(const Invocation& invocation, std::string_view choices,
                   std::vector<std::pair<std::string, std::string>>& out);

inline constexpr std::string_view kFindingFormats =
    "human|concise|json|jsonl|sarif|github|gitlab|junit";

inline constexpr CommandOption kOverlayOption{"--overlay", "FILE", "a file merged over the model",
                                              "",          "",     true};
inline constexpr CommandOption kCatalogOption{
    "--catalog", "FILE", "your own technologies, prices, profiles, controls", "", "", true};
inline constexpr CommandOption kSeedOption{"--seed", "N", "seed of everything random",
                                           "1",      "",  false};
inline constexpr CommandOption kJobsOption{
    "--jobs", "N", "threads; never changes a byte of the results", "one a core", "", false};

// --seed and --jobs; false after a complaint.
bool read_run_options(const Invocation& invocation, std::uint64_t& seed, int& jobs);
// --for, the measured time of a run, where it is given; false after a complaint.
bool read_measured(const Invocation& invocation, Duration& measured);

}  // namespace scantling
