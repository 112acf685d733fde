// What every benchmark program shares: a program is a table of figures, each with the id that
// `make bench ID=...` takes.
//
//   int main(int argc, char** argv) {
//     static const Benchmark table[] = {{"start", "scantling --version", start}};
//     return bench_main(argc, argv, table);
//   }
//
// `x_bench` measures all of its table and prints it; `x_bench ID...` measures those; `--list`
// prints the ids; `--json` prints one JSON object a line on stdout and the table on stderr.
#pragma once

#include <time.h>

#include <chrono>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace scantling::bench {

struct Figure {
  double value = 0;
  std::string unit;  // "ms", "events/s", "x", "B"
  std::string note;  // on what, how often, what spread: a figure without it can't be repeated
};

struct Benchmark {
  std::string_view id;    // "syntax.5mb"
  std::string_view what;  // one line
  // An error says why it can't run here; the figure is then left out.
  std::function<Expected<Figure>()> measure;
};

int bench_main(int argc, char** argv, std::span<const Benchmark> table);

// The shortest of `repeats` runs: the one that the rest of the machine disturbed least.
template <class Work>
double best_seconds(int repeats, Work&& work) {
  using Clock = std::chrono::steady_clock;
  double best = 1e300;
  for (int i = 0; i < repeats; ++i) {
    const auto begin = Clock::now();
    work();
    const std::chrono::duration<double> took = Clock::now() - begin;
    if (took.count() < best) best = took.count();
  }
  return best;
}

// Processor time of this thread: what one core does, whoever else uses the machine. The shortest of
// `repeats`.
template <class Work>
double cpu_seconds(Work&& work, int repeats = 3) {
  const auto now = [] {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
  };
  double best = 1e300;
  for (int i = 0; i < repeats; ++i) {
    const double begin = now();
    work();
    const double took = now() - begin;
    if (took < best) best = took;
  }
  return best;
}

// Keeps the compiler from dropping a result that nothing reads.
template <class Value>
void keep(const Value& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

}  // namespace scantling::bench
