// A command as data: the same table feeds the command line, the help pages, shell completion and,
// later, the agents' tools.
#pragma once

#include <cstdio>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scantling {

inline constexpr std::string_view kVersion = "0.1.0";

// Exit statuses. They never depend on the output format.
enum Exit : int {
  kExitFine = 0,
  kExitFindings = 1,  // at or above --fail-on
  kExitUsage = 2,     // wrong words, or input that can't be read
  kExitUnmet = 3,     // an objective or an experiment is shown not to hold
  kExitInternal = 70,
  kExitInterrupted = 130,  // Ctrl-C: what there is was printed, marked incomplete
};

struct CommandOption {
  std::string_view name;      // "--format"
  std::string_view value;     // "FORMAT"; empty: a switch
  std::string_view help;      // lower case, no full stop
  std::string_view fallback;  // its default, shown in the help; may be empty
  std::string_view choices;   // "human|json"; empty: anything
  bool repeatable = false;
};

struct CommandArgument {
  std::string_view name;  // "MODEL"
  std::string_view help;
  bool required = true;
  bool repeatable = false;
};

// Where a command writes, and what it may assume about the reader.
struct Streams {
  std::FILE* out = stdout;
  std::FILE* err = stderr;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool color = false;
  bool quiet = false;
  int width = 100;

  void print(std::string_view text) const;  // the result
  void hint(std::string_view line) const;   // progress and hints, unless --quiet; adds the line end
  void complain(std::string_view line) const;  // "scantling: ..."
};

class Invocation {
 public:
  std::vector<std::string> arguments;
  std::map<std::string, std::vector<std::string>, std::less<>> options;
  Streams streams;

  bool has(std::string_view option) const { return options.find(option) != options.end(); }
  std::string get(std::string_view option, std::string_view fallback = "") const;
  std::vector<std::string> all(std::string_view option) const;
  // A whole number in a range; nothing, after a complaint, when the text is not one.
  std::optional<long long> number(std::string_view option, long long fallback, long long low,
                                  long long high) const;
};

struct Command {
  std::string_view name;
  std::string_view summary;      // one line, no full stop
  std::string_view description;  // a paragraph or two
  std::span<const CommandArgument> arguments;
  std::span<const CommandOption> options;
  std::span<const std::string_view> examples;
  int (*run)(const Invocation& invocation);
};

std::span<const Command* const> all_commands();  // in the order of commands.def
const Command* find_command(std::string_view name);

// Options that every command takes.
std::span<const CommandOption> common_options();

}  // namespace scantling
