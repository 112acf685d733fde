#include <fmt/core.h>

#include "base/text.h"
#include "commands/support.h"

namespace scantling {
namespace {

std::string words_of(const Command& command) {
  std::string out;
  for (const auto options : {command.options, common_options()})
    for (const CommandOption& option : options)
      out += fmt::format("{}{}", out.empty() ? "" : " ", option.name);
  return out + " --help";
}

std::string names() {
  std::string out;
  for (const Command* command : all_commands())
    out += fmt::format("{}{}", out.empty() ? "" : " ", command->name);
  return out + " help";
}

std::string bash() {
  std::string cases;
  for (const Command* command : all_commands())
    cases += fmt::format("    {}) words=\"{}\" ;;\n", command->name, words_of(*command));
  return fmt::format(
      "_scantling() {{\n  local current=\"${{COMP_WORDS[COMP_CWORD]}}\" words=\"\"\n  if [ "
      "\"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W \"{}\" -- \"$current\"))\n    return\n  fi\n  case "
      "\"${{COMP_WORDS[1]}}\" in\n{}  esac\n"
      "  case \"$current\" in\n    -*) COMPREPLY=($(compgen -W \"$words\" -- \"$current\")) ;;\n   "
      " *) COMPREPLY=($(compgen -f -- \"$current\")) ;;\n  esac\n}}\n"
      "complete -o filenames -F _scantling scantling\n",
      names(), cases);
}

std::string zsh() {
  return "#compdef scantling\nautoload -U +X bashcompinit && bashcompinit\n" + bash();
}

std::string fish() {
  std::string out = "complete -c scantling -f\n";
  for (const Command* command : all_commands()) {
    out += fmt::format("complete -c scantling -n __fish_use_subcommand -a {} -d '{}'\n",
                       command->name, replace_all(command->summary, "'", "\\'"));
    for (const auto options : {command->options, common_options()})
      for (const CommandOption& option : options)
        out += fmt::format(
            "complete -c scantling -n '__fish_seen_subcommand_from {}' -l {}{} -d '{}'\n",
            command->name, option.name.substr(2), option.value.empty() ? "" : " -r",
            replace_all(option.help, "'", "\\'"));
    out += fmt::format("complete -c scantling -n '__fish_seen_subcommand_from {}' -F\n",
                       command->name);
  }
  return out;
}

int run(const Invocation& invocation) {
  const std::string& shell = invocation.arguments[0];
  if (shell == "bash")
    invocation.streams.print(bash());
  else if (shell == "zsh")
    invocation.streams.print(zsh());
  else if (shell == "fish")
    invocation.streams.print(fish());
  else {
    invocation.streams.complain(
        fmt::format("completion knows bash, zsh and fish, not '{}'", shell));
    return kExitUsage;
  }
  return kExitFine;
}

constexpr CommandArgument kArguments[] = {{"SHELL", "bash, zsh or fish", true, false}};
constexpr std::string_view kExamples[] = {
    "source <(scantling completion bash)",
    "scantling completion fish > ~/.config/fish/completions/scantling.fish"};

}  // namespace

extern const Command command_completion;
const Command command_completion{
    "completion",
    "a script that completes commands and options in a shell",
    "Prints a completion script, made from the same table as the help pages.",
    kArguments,
    {},
    kExamples,
    run};

}  // namespace scantling
