#include "commands/watch.h"

#include <algorithm>
#include <cmath>
#include <csignal>

#include <fmt/core.h>

#include "base/units.h"

namespace scantling {
namespace {

volatile std::sig_atomic_t interrupt_seen = 0;

}  // namespace

void listen_for_interrupts() {
  for (const int wanted : {SIGINT, SIGTERM})
    std::signal(wanted, [](int number) {
      interrupt_seen = number;
      std::signal(number, SIG_DFL);
    });
}

int exit_of_interrupt() {
  return 128 + interrupt_seen;
}

bool interrupted() {
  return interrupt_seen != 0;
}

RunWatch::RunWatch(const Invocation& invocation, std::size_t runs)
    : streams_(invocation.streams), runs_(runs) {
  on_terminal_ = streams_.err_is_terminal && !streams_.quiet;
  by_lines_ = !on_terminal_ && invocation.has("--watch");
}

std::function<void(const RunProgress&)> RunWatch::begin(const std::string& name) {
  name_ = name;
  ++at_;
  began_ = std::chrono::steady_clock::now();
  if (!on_terminal_ && !by_lines_) return {};
  if (on_terminal_) fmt::print(streams_.err, "\r\x1b[Ksimulating {}", name_);
  if (on_terminal_) std::fflush(streams_.err);
  return [this](const RunProgress& progress) { show(progress); };
}

void RunWatch::show(const RunProgress& progress) const {
  std::string text = runs_ > 1 ? fmt::format("{} ({} of {})", name_, at_, runs_) : name_;
  text += fmt::format(": {} of {} replications", progress.done, progress.wanted);
  if (progress.precision > 0 && progress.precision <= 1)
    text += fmt::format(", known to within {}%", number_text(progress.precision * 100, 2));
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - began_;
  const double left = spent.count() / progress.done * (progress.wanted - progress.done);
  if (left > 0) text += fmt::format(", {} left", readable_seconds(std::max(1.0, std::round(left))));
  if (on_terminal_) {
    const auto room = static_cast<std::size_t>(std::max(20, streams_.width - 1));
    if (text.size() > room) text.resize(room);
    fmt::print(streams_.err, "\r\x1b[K{}", text);
  } else {
    fmt::print(streams_.err, "{}\n", text);
  }
  std::fflush(streams_.err);
}

void RunWatch::end() {
  if (on_terminal_) fmt::print(streams_.err, "\r\x1b[K");
}

}  // namespace scantling
