#include "support/golden_runner.h"

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>

#include "diagnostics/fixes.h"
#include "support/process.h"

namespace scantling::testing {
namespace {

namespace fs = std::filesystem;

// A folder that goes away with the object.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::error_code error;
    std::string pattern = (fs::temp_directory_path(error) / "golden-XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) path_ = fs::canonical(pattern, error).string();
  }
  ~ScratchFolder() {
    std::error_code error;
    if (!path_.empty()) fs::remove_all(path_, error);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::optional<std::string> read(const std::string& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

bool write(const fs::path& path, const std::string& text) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  std::ofstream out(path, std::ios::binary);
  out << text;
  return out.flush().good();
}

bool is_digit(std::string_view text, std::size_t at) {
  return at < text.size() && text[at] >= '0' && text[at] <= '9';
}

// Whether the number text[begin, end) is only a part of a longer one: 1.2.3 in 11.2.3 or 1.2.3.4.
bool is_part_of_number(std::string_view text, std::size_t begin, std::size_t end) {
  const bool before = begin > 0 && (is_digit(text, begin - 1) || text[begin - 1] == '.');
  const bool after =
      is_digit(text, end) || (end < text.size() && text[end] == '.' && is_digit(text, end + 1));
  return before || after;
}

std::string replace_each(std::string text, const std::string& from, std::string_view to,
                         bool whole_number) {
  if (from.empty()) return text;
  std::string out;
  std::size_t begin = 0;
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    const std::size_t end = at + from.size();
    if (whole_number && is_part_of_number(text, at, end)) {
      at = end;
      continue;
    }
    out.append(text, begin, at - begin).append(to);
    begin = at = end;
  }
  return out.append(text, begin);
}

// What the runner understands by itself; any other name is an input file's.
constexpr std::string_view kOwnSections[] = {"args",   "stdin", "env",  "stdout",
                                             "stderr", "exit",  "files"};

// One run over the cases of a file.
class Run {
 public:
  Run(const GoldenOptions& options, const std::string& root)
      : options_(options), folder_(root + "/run"), home_(root + "/home") {
    std::error_code error;
    fs::create_directories(folder_, error);
    fs::create_directories(home_, error);
  }

  void one(GoldenCase& test);

  std::string report;
  bool broken = false;  // something that no update can mend

 private:
  void fail(const GoldenCase& test, const std::string& what);
  void refuse(const GoldenCase& test, const std::string& what) {
    fail(test, what + "\n");
    broken = true;
  }
  bool place_inputs(const GoldenCase& test);
  bool copy_from(const GoldenCase& test, const std::string& path);
  Command command_for(const GoldenCase& test, const std::vector<std::string>& arguments) const;
  std::string normalised(std::string text) const {
    return replace_each(replace_each(std::move(text), folder_, "$DIR", false), options_.version,
                        "$VERSION", true);
  }
  void compare(GoldenCase& test, const std::string& name, const std::string& actual);
  void compare_parts(const GoldenCase& test, const Section& section, const Outcome& outcome);
  std::string files() const;

  const GoldenOptions& options_;
  std::string folder_, home_;
};

void Run::fail(const GoldenCase& test, const std::string& what) {
  const Section* args = test.find("args");
  report += "line " + std::to_string(args->line) + ": scantling " + args->body + what;
}

bool Run::copy_from(const GoldenCase& test, const std::string& path) {
  const std::optional<std::string> text = read(options_.source_root + "/" + path);
  if (!text) {
    refuse(test, "no file " + path + " in the source tree");
    return false;
  }
  return write(fs::path(folder_) / fs::path(path).filename(), *text);
}

bool Run::place_inputs(const GoldenCase& test) {
  for (const Section& section : test.sections) {
    const std::string_view name = section.name;
    if (name.starts_with("from ")) {
      if (!copy_from(test, section.name.substr(5))) return false;
      continue;
    }
    const bool input = !is_expected_file(name) && !is_partial(name) &&
                       std::ranges::find(kOwnSections, name) == std::end(kOwnSections);
    if (input && !write(fs::path(folder_) / section.name, section.body)) {
      refuse(test, "cannot write the input file " + section.name);
      return false;
    }
  }
  return true;
}

Command Run::command_for(const GoldenCase& test, const std::vector<std::string>& arguments) const {
  Command command;
  command.argv = {options_.program};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.environment = {
      {"LC_ALL", "C"}, {"NO_COLOR", "1"}, {"TERM", "dumb"},         {"TZ", "UTC"},
      {"HOME", home_}, {"TMPDIR", home_}, {"PATH", "/usr/bin:/bin"}};
  if (const Section* settings = test.find("env")) {
    for (const std::string_view line : lines_of(settings->body)) {
      const std::size_t equals = line.find('=');
      if (equals == std::string_view::npos) continue;
      const std::string name(line.substr(0, equals));
      std::erase_if(command.environment, [&](const auto& entry) { return entry.first == name; });
      command.environment.emplace_back(name, line.substr(equals + 1));
    }
  }
  if (const Section* input = test.find("stdin")) command.input = input->body;
  command.folder = folder_;
  command.limit_seconds = options_.limit_seconds;
  return command;
}

void Run::compare(GoldenCase& test, const std::string& name, const std::string& actual) {
  const Section* section = test.find(name);
  const std::string expected = section != nullptr ? section->body : "";
  if (expected == actual) return;
  fail(test, unified_diff(expected, actual, name));
  test.set(name, actual);
}

// `has WHAT` and `lacks WHAT`: no update mends these, so the text that was searched is shown.
void Run::compare_parts(const GoldenCase& test, const Section& section, const Outcome& outcome) {
  const bool has = section.name.starts_with("has ");
  const std::string what = section.name.substr(section.name.find(' ') + 1);
  std::optional<std::string> text = what == "stdout"   ? outcome.out
                                    : what == "stderr" ? outcome.err
                                                       : read(folder_ + "/" + what);
  if (!text) return refuse(test, "it did not write " + what);
  *text = normalised(std::move(*text));
  const auto wrong = has ? first_missing(section.body, *text) : first_present(section.body, *text);
  if (!wrong) return;
  refuse(test, what + (has ? " lacks, after what stands before it: " : " has: ") +
                   std::string(*wrong) + "\nall of it:\n" + *text);
}

std::string Run::files() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder_))
    if (!entry.is_directory())
      names.push_back(fs::relative(entry.path(), folder_).generic_string() + "\n");
  std::ranges::sort(names);
  std::string out;
  for (const std::string& name : names)
    out += name;
  return out;
}

void Run::one(GoldenCase& test) {
  std::vector<std::string> arguments;
  if (!split_arguments(test.find("args")->body, arguments)) {
    return refuse(test, "a quote is not closed");
  }
  if (!place_inputs(test)) return;
  const Outcome outcome = run(command_for(test, arguments));
  if (!outcome.started) return refuse(test, outcome.problem);
  if (outcome.timed_out) {
    return refuse(test, "still running after " +
                            std::to_string(static_cast<int>(options_.limit_seconds)) + " s");
  }

  // A case that expects nothing is one that its author wants filled in.
  const bool expects_nothing = std::ranges::none_of(test.sections, [](const Section& section) {
    return section.name == "stdout" || section.name == "stderr" || section.name == "exit" ||
           section.name == "files" || is_expected_file(section.name) || is_partial(section.name);
  });
  if (test.find("stdout") != nullptr || expects_nothing) {
    compare(test, "stdout", normalised(outcome.out));
  }
  if (test.find("stderr") != nullptr) compare(test, "stderr", normalised(outcome.err));
  const std::string status = std::to_string(outcome.exit) + "\n";
  if (test.find("exit") != nullptr || outcome.exit != 0) {
    const std::size_t before = report.size();
    compare(test, "exit", status);
    if (report.size() > before && test.find("stderr") == nullptr) {
      report += "it said on stderr:\n" + normalised(outcome.err);
    }
  }
  if (test.find("files") != nullptr) compare(test, "files", files());
  const std::vector<Section> sections = test.sections;
  for (const Section& section : sections) {
    if (is_partial(section.name)) compare_parts(test, section, outcome);
    if (!is_expected_file(section.name)) continue;
    const std::optional<std::string> written = read(folder_ + "/" + section.name);
    if (written) {
      compare(test, section.name, normalised(*written));
    } else {
      refuse(test, "it did not write " + section.name);
    }
  }
}

}  // namespace

GoldenOutcome run_golden(const GoldenFile& file, const GoldenOptions& options) {
  GoldenOutcome outcome;
  outcome.updated = file;
  const ScratchFolder scratch;
  if (scratch.path().empty()) {
    outcome.report = "cannot make a temporary folder\n";
    return outcome;
  }
  Run run(options, scratch.path());
  for (GoldenCase& test : outcome.updated.cases)
    run.one(test);
  outcome.report = run.report;
  outcome.passed = run.report.empty();
  outcome.updatable = !run.broken;
  return outcome;
}

}  // namespace scantling::testing
