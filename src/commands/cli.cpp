#include "commands/cli.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include "base/text.h"
#include "commands/command.h"

namespace scantling {
namespace {

int terminal_width() {
  winsize size{};
  if (isatty(STDOUT_FILENO) != 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
      size.ws_col >= 40)
    return std::min<int>(size.ws_col, 200);
  return 100;
}

std::string option_left(const CommandOption& option) {
  return option.value.empty() ? std::string(option.name)
                              : fmt::format("{} {}", option.name, option.value);
}

std::string option_right(const CommandOption& option) {
  std::string out(option.help);
  if (!option.choices.empty()) out += fmt::format(": {}", replace_all(option.choices, "|", ", "));
  if (!option.fallback.empty()) out += fmt::format(" [{}]", option.fallback);
  if (option.repeatable) out += " (may be repeated)";
  return out;
}

// Words at most `width` columns wide, continuation lines indented.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out;
  std::size_t column = indent;
  for (const std::string_view word : split_words(text)) {
    if (column > indent && column + 1 + word.size() > width) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out;
}

std::string rows(std::span<const std::pair<std::string, std::string>> lines, std::size_t width) {
  std::size_t left = 0;
  for (const auto& [name, text] : lines)
    left = std::max(left, name.size());
  std::string out;
  for (const auto& [name, text] : lines)
    out += fmt::format("  {:<{}}  {}\n", name, left, wrapped(text, left + 4, width));
  return out;
}

std::string general_help(std::size_t width) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const Command* command : all_commands())
    lines.emplace_back(command->name, command->summary);
  lines.emplace_back("help COMMAND", "what a command does, its options and examples");
  return fmt::format(
      "scantling {} designs a distributed system from its requirements, checks and simulates it\n\n"
      "usage: scantling COMMAND [OPTION...] [ARGUMENT...]\n\ncommands\n{}\n"
      "exit status: 0 fine; 1 findings; 2 usage or unreadable input; 3 a requirement is not met;\n"
      "70 internal error\n\nstart with: scantling design examples/shop.yaml\n",
      kVersion, rows(lines, width));
}

std::string command_help(const Command& command, std::size_t width) {
  std::string usage = fmt::format("usage: scantling {} [OPTION...]", command.name);
  std::vector<std::pair<std::string, std::string>> arguments, options;
  for (const CommandArgument& a : command.arguments) {
    const std::string name = fmt::format("{}{}", a.name, a.repeatable ? "..." : "");
    usage += a.required ? " " + name : " [" + name + "]";
    arguments.emplace_back(a.name, a.help);
  }
  for (const CommandOption& o : command.options)
    options.emplace_back(option_left(o), option_right(o));
  for (const CommandOption& o : common_options())
    options.emplace_back(option_left(o), option_right(o));
  options.emplace_back("--help", "this page");
  std::string out = fmt::format("scantling {}: {}\n\n{}\n", command.name, command.summary, usage);
  for (const std::string_view paragraph : split(command.description, '\n'))
    out += "\n" + wrapped(paragraph, 0, width);
  out += "\n";
  if (!arguments.empty()) out += "\narguments\n" + rows(arguments, width);
  out += "\noptions\n" + rows(options, width);
  if (!command.examples.empty()) {
    out += "\nexamples\n";
    for (const std::string_view example : command.examples)
      out += fmt::format("  {}\n", example);
  }
  return out;
}

std::string unknown_command(std::string_view name) {
  std::vector<std::string> names;
  for (const Command* command : all_commands())
    names.emplace_back(command->name);
  std::string out = fmt::format("there is no command '{}'", name);
  if (const auto near = nearest(name, names)) out += fmt::format("; did you mean '{}'?", *near);
  return out + fmt::format(" (commands: {})", enumerate(names, "and"));
}

// Fills the application with one command's options; the values land in `into`.
struct Parser {
  CLI::App app;
  std::map<std::string, std::vector<std::string>, std::less<>> values;
  std::map<std::string, bool, std::less<>> switches;
  std::vector<std::string> arguments;

  explicit Parser(const Command& command) {
    app.set_help_flag();
    for (const auto options : {command.options, common_options()})
      for (const CommandOption& option : options) {
        const std::string name(option.name);
        if (option.value.empty())
          app.add_flag(name, switches[name])->disable_flag_override();
        else
          app.add_option(name, values[name])
              ->allow_extra_args(false)
              ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
      }
    app.add_option("ARGUMENTS", arguments)->expected(0, 1 << 20);
  }
};

// "human, markdown or html", or the option's own word for what it takes.
std::string value_wanted(const CommandOption& option) {
  if (option.choices.empty()) return std::string(option.value);
  std::vector<std::string> choices;
  for (const auto choice : split(option.choices, '|'))
    choices.emplace_back(choice);
  return enumerate(choices, "or");
}

// Empty when the values are among the choices, else a sentence.
std::string bad_choice(const Command& command, const Invocation& invocation) {
  for (const auto options : {command.options, common_options()})
    for (const CommandOption& option : options) {
      const auto given = invocation.all(option.name);
      if (given.size() > 1 && !option.repeatable)
        return fmt::format("{} is given {} times", option.name, given.size());
      if (option.choices.empty()) continue;
      for (const std::string& value : given) {
        std::vector<std::string> choices;
        for (const auto choice : split(option.choices, '|'))
          choices.emplace_back(choice);
        if (std::ranges::find(choices, value) != choices.end()) continue;
        std::string out =
            fmt::format("{} takes {}, not '{}'", option.name, value_wanted(option), value);
        if (const auto near = nearest(value, choices))
          out += fmt::format("; did you mean {}?", *near);
        return out;
      }
    }
  return "";
}

std::string bad_arguments(const Command& command, std::size_t given) {
  std::size_t least = 0, most = 0;
  for (const CommandArgument& a : command.arguments) {
    least += a.required;
    most = a.repeatable ? SIZE_MAX : most + 1;
  }
  if (given < least)
    return fmt::format("{} needs {}; try 'scantling help {}'", command.name,
                       command.arguments[given].name, command.name);
  if (given > most && most == 0)
    return fmt::format("{} takes no arguments, not {}", command.name, given);
  if (given > most)
    return fmt::format("{} takes {}, not {}", command.name,
                       plural(static_cast<std::int64_t>(most), "argument"), given);
  return "";
}

const CommandOption* find_option(const Command& command, std::string_view name) {
  for (const auto options : {command.options, common_options()})
    for (const CommandOption& option : options)
      if (option.name == name || option.name.substr(2) == name) return &option;
  return nullptr;
}

// CLI11 says "--format: 1 required TEXT missing", "quiet was given a disallowed flag override"
// and "The following argument was not expected: --fromat".
std::string parse_problem(const std::string& message, const Command& command) {
  const std::size_t end = message.find_first_of(": ");
  if (const CommandOption* option = find_option(command, message.substr(0, end)))
    return option->value.empty()
               ? fmt::format("{} takes no value", option->name)
               : fmt::format("{} needs a value: {}", option->name, value_wanted(*option));
  const std::size_t colon = message.rfind(": ");
  const std::string word = colon == std::string::npos ? message : message.substr(colon + 2);
  if (!word.starts_with('-')) return message;
  std::vector<std::string> names;
  for (const auto options : {command.options, common_options()})
    for (const CommandOption& option : options)
      names.emplace_back(option.name);
  std::string out = fmt::format("{} has no option '{}'", command.name, word);
  if (const auto near = nearest(word, names))
    return out + fmt::format("; did you mean '{}'?", *near);
  return out + fmt::format("; try 'scantling help {}'", command.name);
}

// Without these three a file that is opened later could take the place of standard output, and what
// is printed would go into it. Each is opened the wrong way round, so that using it fails.
void occupy_standard_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(fd, F_GETFD) == -1 && errno == EBADF)
      (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

// What was printed has to have arrived: a full disk behind `> file` is an error.
int after_flushing(const Streams& streams, int status) {
  const bool failed = std::fflush(stdout) != 0 || std::ferror(stdout) != 0;
  if (!failed) return status;
  streams.complain(fmt::format("cannot write to standard output: {}", lower(std::strerror(errno))));
  return kExitUsage;
}

int run(const Command& command, std::vector<std::string> words) {
  Streams streams;
  streams.out_is_terminal = isatty(STDOUT_FILENO) != 0;
  streams.err_is_terminal = isatty(STDERR_FILENO) != 0;
  streams.width = terminal_width();
  Parser parser(command);
  std::ranges::reverse(words);  // CLI11 takes them from the back
  try {
    parser.app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    streams.complain(parse_problem(error.what(), command));
    return kExitUsage;
  }
  Invocation invocation;
  invocation.arguments = parser.arguments;
  for (auto& [name, given] : parser.values)
    if (!given.empty()) invocation.options[name] = given;
  for (const auto& [name, on] : parser.switches)
    if (on) invocation.options[name] = {};
  for (const std::string& problem :
       {bad_choice(command, invocation), bad_arguments(command, invocation.arguments.size())})
    if (!problem.empty()) {
      streams.complain(problem);
      return kExitUsage;
    }
  const std::string color = invocation.get("--color", "auto");
  const char* no_color = std::getenv("NO_COLOR");
  streams.color = color == "always" || (color == "auto" && streams.out_is_terminal &&
                                        (no_color == nullptr || *no_color == 0));
  streams.quiet = invocation.has("--quiet");
  invocation.streams = streams;
  return command.run(invocation);
}

}  // namespace

namespace {

int run_words(std::vector<std::string> words, const Streams& streams) {
  const auto width = static_cast<std::size_t>(std::min(terminal_width(), 100));
  if (words.empty()) {
    std::fputs(general_help(width).c_str(), stderr);
    return kExitUsage;
  }
  const std::string first = words.front();
  if (first == "--version" || first == "version") {
    streams.print(fmt::format("scantling {}\n", kVersion));
    return kExitFine;
  }
  if (first == "help" || first == "--help" || first == "-h") {
    if (words.size() == 1) {
      streams.print(general_help(width));
      return kExitFine;
    }
    const Command* command = find_command(words[1]);
    if (command == nullptr) {
      streams.complain(unknown_command(words[1]));
      return kExitUsage;
    }
    streams.print(command_help(*command, width));
    return kExitFine;
  }
  const Command* command = find_command(first);
  if (command == nullptr && first.starts_with('-')) {
    streams.complain(fmt::format(
        "'{}' stands before the command: scantling COMMAND [OPTION...]; try 'scantling help'",
        first));
    return kExitUsage;
  }
  if (command == nullptr) {
    streams.complain(unknown_command(first));
    return kExitUsage;
  }
  words.erase(words.begin());
  const auto asks_help = [](const std::string& w) { return w == "--help" || w == "-h"; };
  if (std::ranges::any_of(words, asks_help)) {
    streams.print(command_help(*command, width));
    return kExitFine;
  }
  return run(*command, std::move(words));
}

}  // namespace

int run_command_line(int argc, char** argv) {
  occupy_standard_streams();
  const Streams streams;
  return after_flushing(streams, run_words({argv + 1, argv + argc}, streams));
}

}  // namespace scantling
