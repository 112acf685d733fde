#include "commands/command.h"

#include <charconv>

#include <fmt/core.h>

namespace scantling {

#define COMMAND(name) extern const Command command_##name;
#include "commands/commands.def"
#undef COMMAND

std::span<const Command* const> all_commands() {
  static constexpr const Command* kAll[] = {
#define COMMAND(name) &command_##name,
#include "commands/commands.def"
#undef COMMAND
  };
  return kAll;
}

const Command* find_command(std::string_view name) {
  for (const Command* command : all_commands())
    if (command->name == name) return command;
  return nullptr;
}

std::span<const CommandOption> common_options() {
  static constexpr CommandOption kOptions[] = {
      {"--color", "WHEN", "colour the output", "auto", "auto|always|never", false},
      {"--quiet", "", "no progress and no hints on standard error", "", "", false},
  };
  return kOptions;
}

void Streams::print(std::string_view text) const {
  std::fwrite(text.data(), 1, text.size(), out);
}

void Streams::hint(std::string_view line) const {
  if (!quiet) fmt::print(err, "{}\n", line);
}

void Streams::complain(std::string_view line) const {
  fmt::print(err, "scantling: {}\n", line);
}

std::string Invocation::get(std::string_view option, std::string_view fallback) const {
  const auto it = options.find(option);
  return it == options.end() || it->second.empty() ? std::string(fallback) : it->second.back();
}

std::vector<std::string> Invocation::all(std::string_view option) const {
  const auto it = options.find(option);
  return it == options.end() ? std::vector<std::string>{} : it->second;
}

std::optional<long long> Invocation::number(std::string_view option, long long fallback,
                                            long long low, long long high) const {
  if (!has(option)) return fallback;
  const std::string text = get(option);
  long long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value >= low && value <= high)
    return value;
  streams.complain(
      fmt::format("{} takes a whole number from {} to {}, not '{}'", option, low, high, text));
  return std::nullopt;
}

}  // namespace scantling
