// The way of a model through the front end, the checks and the whole command.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "check/check.h"
#include "harness.h"
#include "language/language.h"
#include "support/process.h"
#include "support/sample_models.h"

namespace scantling::bench {
namespace {

// A model of at least so many bytes.
std::string model_of(std::size_t bytes) {
  int services = 64;
  std::string text = testing::layered_solution(services, 1);
  while (text.size() < bytes) {
    const double factor = static_cast<double>(bytes) / static_cast<double>(text.size());
    services = static_cast<int>(services * factor) + 1;
    text = testing::layered_solution(services, 1);
  }
  return text;
}

struct Reading {
  Sources sources;
  Diagnostics findings;
  Architecture model;
};

void read(const MemoryFiles& files, Reading& out) {
  out.model = read_model(out.sources, files, "model.yaml", {}, out.findings);
}

Expected<Figure> syntax_5mb() {
  constexpr std::size_t kBytes = 5'000'000;
  MemoryFiles files;
  const std::string text = model_of(kBytes);
  files.add("model.yaml", text);
  std::size_t services = 0;
  std::string refused;
  const double seconds = best_seconds(5, [&] {
    Reading reading;
    read(files, reading);
    services = reading.model.services.raw().size();
    if (reading.findings.has_errors()) refused = reading.findings.all().front().title;
  });
  if (!refused.empty()) return fail("the model is refused: " + refused);
  return Figure{
      seconds, "s",
      fmt::format("{} bytes of YAML to a bound and resolved model of {} services, one core, "
                  "best of 5",
                  text.size(), services)};
}

Expected<Figure> check_of(int services) {
  MemoryFiles files;
  files.add("model.yaml", testing::layered_solution(services, 1));
  std::size_t findings = 0;
  std::string refused;
  const double seconds = best_seconds(services > 1000 ? 3 : 10, [&] {
    Reading reading;
    read(files, reading);
    if (reading.findings.has_errors()) refused = reading.findings.all().front().title;
    Diagnostics found;
    check(reading.model, "2026-11-21", found);
    findings = found.all().size() + found.dropped();
  });
  if (!refused.empty()) return fail("the model is refused: " + refused);
  return Figure{seconds * 1000, "ms",
                fmt::format("{} services in layers: read, estimated and checked by {} rules, {} "
                            "findings",
                            services, all_rules().size(), findings)};
}
Expected<Figure> check_50() {
  return check_of(50);
}
Expected<Figure> check_5000() {
  return check_of(5000);
}

// The program as a user runs it, in a folder that goes away.
class Program {
 public:
  Program() {
    std::error_code error;
    folder_ =
        std::filesystem::temp_directory_path(error) / fmt::format("scantling-bench-{}", ++made);
    std::filesystem::create_directories(folder_, error);
  }
  ~Program() {
    std::error_code error;
    std::filesystem::remove_all(folder_, error);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  testing::Outcome run(std::vector<std::string> arguments, double limit_seconds = 300) const {
    testing::Command command;
    command.argv = {SCANTLING_PROGRAM};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.environment = {{"PATH", "/usr/bin:/bin"}, {"LC_ALL", "C"}, {"TERM", "dumb"}};
    command.folder = folder_.string();
    command.limit_seconds = limit_seconds;
    return testing::run(command);
  }
  std::filesystem::path folder() const { return folder_; }

 private:
  static inline int made = 0;
  std::filesystem::path folder_;
};

Expected<Figure> start() {
  const Program program;
  int exit = 0;
  const double seconds = best_seconds(30, [&] { exit = program.run({"--version"}).exit; });
  if (exit != 0) return fail(fmt::format("scantling --version ended with {}", exit));
  return Figure{seconds * 1000, "ms", "scantling --version as a process of its own, best of 30"};
}

Expected<Figure> design_file(const std::string& path, std::string_view what) {
  const Program program;
  testing::Outcome outcome;
  const double seconds =
      best_seconds(2, [&] { outcome = program.run({"design", path, "--out", "out"}); });
  // 1 and 3 are results too: findings, a requirement that can't be met.
  if (outcome.timed_out) return fail("still running after 300 s");
  if (outcome.exit != 0 && outcome.exit != 1 && outcome.exit != 3) {
    return fail(fmt::format("scantling design ended with {}: {}", outcome.exit,
                            outcome.err.substr(0, outcome.err.find('\n'))));
  }
  return Figure{
      seconds, "s",
      fmt::format("{}: decided, checked, simulated, reported, all cores, best of 2; exit {}", what,
                  outcome.exit)};
}
Expected<Figure> design_example(const char* name) {
  const std::string path = fmt::format("examples/{}.yaml", name);
  return design_file(std::string(SCANTLING_SOURCE_DIR) + "/" + path, path);
}
Expected<Figure> design_shop() {
  return design_example("shop");
}
Expected<Figure> design_bank() {
  return design_example("bank");
}

// At peak, five runs, which give the intervals. A run's time grows evenly with what it measures, so
// that a minute more, in five runs of twelve seconds more, is a sixtieth of an hour; the design and
// the warm-up fall out.
Expected<Figure> bank_hour() {
  const Program program;
  const std::string model = std::string(SCANTLING_SOURCE_DIR) + "/examples/bank.yaml";
  double seconds[2] = {0, 0};
  for (int i = 0; i < 2; ++i) {
    testing::Outcome outcome;
    seconds[i] = best_seconds(1, [&] {
      outcome =
          program.run({"simulate", model, "--experiment", "peak", "--for", i == 0 ? "6s" : "18s",
                       "--replications", "5", "--jobs", "2", "--quiet"},
                      1800);
    });
    if (outcome.timed_out) return fail("still running after half an hour");
    if (outcome.exit != 0 && outcome.exit != 1)
      return fail(fmt::format("scantling simulate ended with {}: {}", outcome.exit,
                              outcome.err.substr(0, outcome.err.find('\n'))));
  }
  return Figure{60 * (seconds[1] - seconds[0]), "s",
                fmt::format("60 times what a minute takes: examples/bank.yaml at peak, 5 runs, 2 "
                            "threads, {:.1f} s for 18 s each and {:.1f} s for 6 s each",
                            seconds[1], seconds[0])};
}

Expected<Figure> design_payments() {
  return design_example("payments");
}
Expected<Figure> design_startup() {
  return design_example("startup");
}
Expected<Figure> design_telemetry() {
  return design_example("telemetry");
}

Expected<Figure> design_big() {
  const Program program;
  const std::string path = (program.folder() / "big.yaml").string();
  const Expected<void> written = write_file(path, testing::clustered_problem(200, 80, 1));
  if (!written) return std::unexpected(written.error());
  return design_file(path, "200 operations over 80 aggregates, made by rule");
}

}  // namespace
}  // namespace scantling::bench

int main(int argc, char** argv) {
  using namespace scantling::bench;
  static const Benchmark table[] = {
      {"start", "scantling --version", start},
      {"syntax.5mb", "5 MB of YAML to a bound model", syntax_5mb},
      {"check.50", "read and check 50 services", check_50},
      {"check.5000", "read and check 5,000 services", check_5000},
      {"design.shop", "the whole command on examples/shop.yaml", design_shop},
      {"design.bank", "the whole command on examples/bank.yaml", design_bank},
      {"sim.bank_hour", "an hour of the bank at peak, two cores", bank_hour},
      {"design.payments", "the whole command on examples/payments.yaml", design_payments},
      {"design.startup", "the whole command on examples/startup.yaml", design_startup},
      {"design.telemetry", "the whole command on examples/telemetry.yaml", design_telemetry},
      {"design.big", "the whole command on 200 operations and 80 aggregates", design_big},
  };
  return bench_main(argc, argv, table);
}
