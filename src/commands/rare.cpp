#include "commands/rare.h"

#include <charconv>

#include <fmt/core.h>

#include "base/text.h"
#include "commands/watch.h"
#include "simulate/rare.h"

namespace scantling {
namespace {

// "products>=40"; false after a complaint.
bool read_question(const Invocation& invocation, RareOptions& out) {
  const std::string text = invocation.get("--rare");
  const std::size_t sign = text.find(">=");
  const std::string number = sign == std::string::npos ? "" : text.substr(sign + 2);
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), out.at_least);
  if (sign != std::string::npos && sign > 0 && error == std::errc() &&
      end == number.data() + number.size() && out.at_least >= 1 && out.at_least <= 100'000) {
    out.station = text.substr(0, sign);
    return true;
  }
  invocation.streams.complain(fmt::format(
      "--rare takes a station and a number of requests up to 100000, such as 'products>=40'; "
      "not '{}'",
      text));
  return false;
}

std::string text_of(const RareOptions& asked, const RareResult& found) {
  if (!found.reached)
    return fmt::format(
        "an instance of {} never held {} requests, and no run came near it: {} at most ({} "
        "events)\n"
        "that may be impossible, or take a longer run: see --for\n",
        asked.station, asked.at_least, found.highest, found.events);
  std::string out = fmt::format("an instance of {} holds {} requests or more {:.3g} of the time\n",
                                asked.station, asked.at_least, found.share.mean);
  out += fmt::format("99% interval: {:.3g} to {:.3g}, of {}, {} events{}\n",
                     std::max(0.0, found.share.low()), found.share.high(),
                     plural(found.replications, "replication"), found.events,
                     found.incomplete ? "; incomplete: it was stopped" : "");
  std::vector<std::string> steps;
  for (std::size_t i = 0; i < found.thresholds.size(); ++i)
    steps.push_back(fmt::format("{} at {}", found.splits[i], found.thresholds[i]));
  if (!steps.empty()) out += fmt::format("split into {}\n", enumerate(steps));
  return out;
}

}  // namespace

int run_rare(const Invocation& invocation, const Architecture& model, const Experiment& experiment,
             const SimulateOptions& options) {
  RareOptions asked;
  asked.simulate = options;
  if (!read_question(invocation, asked)) return kExitUsage;
  listen_for_interrupts();
  const auto found = estimate_rare(model, experiment, asked);
  if (!found) {
    invocation.streams.complain(found.error().message);
    return kExitUsage;
  }
  invocation.streams.print(text_of(asked, *found));
  return interrupted() ? exit_of_interrupt() : kExitFine;
}

}  // namespace scantling
