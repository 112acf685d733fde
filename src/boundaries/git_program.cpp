// Runs git to read a history. Whatever the folder holds, git is told to run nothing else.
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/core.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>

#include "base/text.h"
#include "boundaries/formats.h"
#include "boundaries/history.h"

extern char** environ;

namespace scantling::boundaries {
namespace {

constexpr int seconds_at_most = 60;
constexpr std::size_t complaint_at_most = 4096;

// The caller's environment without what would point git elsewhere or let it ask.
std::vector<std::string> clean_environment() {
  std::vector<std::string> out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
    if (!std::string_view(*entry).starts_with("GIT_")) out.emplace_back(*entry);
  for (const char* entry :
       {"GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1",
        "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_NO_REPLACE_OBJECTS=1"})
    out.emplace_back(entry);
  return out;
}

std::vector<std::string> log_words(const std::string& folder) {
  return {"git",
          "-C",
          folder,
          "--no-pager",
          "-c",
          "core.fsmonitor=false",
          "-c",
          "core.hooksPath=/dev/null",
          "-c",
          "core.quotePath=false",
          "-c",
          "log.showSignature=false",
          "-c",
          "diff.external=",
          "log",
          "--no-merges",
          "--no-renames",
          "--no-ext-diff",
          "--no-textconv",
          "--no-color",
          "--name-only",
          fmt::format("--max-count={}", commits_at_most),
          "--pretty=format:%x01%aN",
          "HEAD",
          "--"};
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (std::string& word : words)
    out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

struct Pipe {
  int read = -1, write = -1;
  bool open() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    read = ends[0];
    write = ends[1];
    return true;
  }
  void close_write() {
    if (write >= 0) close(write);
    write = -1;
  }
  ~Pipe() {
    if (read >= 0) close(read);
    close_write();
  }
};

// Takes what is there; false at the end or past the limit.
bool take(int from, std::string& into, std::size_t most) {
  std::array<char, 65536> buffer{};
  const ssize_t got = ::read(from, buffer.data(), buffer.size());
  if (got < 0 && errno == EINTR) return true;
  if (got <= 0) return false;
  into.append(buffer.data(), std::min(static_cast<std::size_t>(got), most - into.size()));
  return into.size() < most;
}

class Git {
 public:
  Expected<std::string> log(const std::string& folder) {
    if (!out_.open() || !err_.open()) return fail("cannot make a pipe to git");
    if (const int error = start(folder); error != 0)
      return fail(error == ENOENT ? std::string("the history needs the program git, and it isn't "
                                                "there; a file with its log will do instead")
                                  : fmt::format("cannot run git: {}", std::strerror(error)));
    out_.close_write();
    err_.close_write();
    const bool in_time = collect();
    if (!in_time || said_.size() >= history_bytes_at_most) kill(pid_, SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    if (!in_time) return fail(fmt::format("{}: git took more than {} s", folder, seconds_at_most));
    if (said_.size() >= history_bytes_at_most)
      return fail(
          fmt::format("{}: the history has more than {} MiB", folder, history_bytes_at_most >> 20));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return fail(complaint(folder));
    return std::move(said_);
  }

 private:
  int start(const std::string& folder) {
    std::vector<std::string> words = log_words(folder), environment = clean_environment();
    const std::vector<char*> argv = pointers(words), envp = pointers(environment);
    posix_spawn_file_actions_t actions{};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out_.write, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err_.write, STDERR_FILENO);
    const int error = posix_spawnp(&pid_, "git", &actions, nullptr, argv.data(), envp.data());
    posix_spawn_file_actions_destroy(&actions);
    return error;
  }

  // False when the time is up.
  bool collect() {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + std::chrono::seconds(seconds_at_most);
    std::array<pollfd, 2> wait{{{out_.read, POLLIN, 0}, {err_.read, POLLIN, 0}}};
    while (wait[0].fd >= 0 || wait[1].fd >= 0) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
      if (left <= 0) return false;
      if (poll(wait.data(), wait.size(), static_cast<int>(left)) < 0 && errno != EINTR) break;
      if (wait[0].revents != 0 && !take(out_.read, said_, history_bytes_at_most)) {
        wait[0].fd = -1;
        if (said_.size() >= history_bytes_at_most) return true;
      }
      if (wait[1].revents != 0 && !take(err_.read, complained_, complaint_at_most)) wait[1].fd = -1;
      wait[0].revents = wait[1].revents = 0;
    }
    return true;
  }

  std::string complaint(const std::string& folder) const {
    const std::vector<std::string_view> lines = split(trim(complained_), '\n');
    std::string first(lines.empty() ? std::string_view() : trim(lines.front()));
    if (first.starts_with("fatal: ")) first = first.substr(7);
    return fmt::format("cannot read the history of {}: {}", folder,
                       first.empty() ? "git failed and said nothing" : first);
  }

  Pipe out_, err_;
  pid_t pid_ = -1;
  std::string said_, complained_;
};

}  // namespace

Expected<std::vector<Commit>> read_history(const std::string& folder_or_file) {
  std::error_code none;
  const auto status = std::filesystem::status(folder_or_file, none);
  if (!std::filesystem::exists(status))
    return fail(fmt::format("cannot read the history of {}: there is no such folder or file",
                            folder_or_file));
  const bool file = std::filesystem::is_regular_file(status);
  auto text = file ? read_text(folder_or_file) : Git().log(folder_or_file);
  if (!text) return fail(text.error().message);
  auto commits = parse_git_log(*text);
  if (!commits) return fail(fmt::format("{}: {}", folder_or_file, commits.error().message));
  return commits;
}

}  // namespace scantling::boundaries
