#include "support/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>

namespace scantling::testing {
namespace {

constexpr rlim_t kMaxOutputBytes = rlim_t{256} << 20;

// An unnamed file that the child writes to or reads from: no pipe can fill up and block.
class ScratchFile {
 public:
  ScratchFile() : file_(std::tmpfile()) {}
  ~ScratchFile() {
    if (file_ != nullptr) std::fclose(file_);
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  bool open() const { return file_ != nullptr; }
  int descriptor() const { return fileno(file_); }
  bool write(const std::string& text) {
    const bool whole = std::fwrite(text.data(), 1, text.size(), file_) == text.size();
    return std::fflush(file_) == 0 && whole && lseek(descriptor(), 0, SEEK_SET) == 0;
  }
  std::string read() const {
    std::string text;
    char block[65536];
    off_t at = 0;
    for (;;) {
      const ssize_t got = pread(descriptor(), block, sizeof block, at);
      if (got <= 0) return text;
      text.append(block, static_cast<std::size_t>(got));
      at += got;
    }
  }

 private:
  std::FILE* file_;
};

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (std::string& word : words)
    out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

[[noreturn]] void become(std::vector<char*>& argv, std::vector<char*>& environment,
                         const char* folder, const ScratchFile& in, const ScratchFile& out,
                         const ScratchFile& err) {
  setpgid(0, 0);
  const rlimit limit{kMaxOutputBytes, kMaxOutputBytes};
  setrlimit(RLIMIT_FSIZE, &limit);
  dup2(in.descriptor(), STDIN_FILENO);
  dup2(out.descriptor(), STDOUT_FILENO);
  dup2(err.descriptor(), STDERR_FILENO);
  if (chdir(folder) == 0) execve(argv[0], argv.data(), environment.data());
  _exit(127);
}

int wait_for(pid_t child, double limit_seconds, bool& timed_out) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration<double>(limit_seconds);
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (Clock::now() >= end) {
      timed_out = true;
      kill(-child, SIGKILL);
      waitpid(child, &status, 0);
      break;
    }
    usleep(1000);
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Outcome run(const Command& command) {
  Outcome outcome;
  if (command.argv.empty() || access(command.argv[0].c_str(), X_OK) != 0) {
    outcome.problem = "no program at " + (command.argv.empty() ? "''" : command.argv[0]);
    return outcome;
  }
  ScratchFile in, out, err;
  if (!in.open() || !out.open() || !err.open() || !in.write(command.input)) {
    outcome.problem = std::string("cannot make a temporary file: ") + std::strerror(errno);
    return outcome;
  }
  std::vector<std::string> words = command.argv;
  std::vector<std::string> settings;
  for (const auto& [name, value] : command.environment)
    settings.push_back(name + "=" + value);
  std::vector<char*> argv = pointers(words);
  std::vector<char*> environment = pointers(settings);

  const pid_t child = fork();
  if (child < 0) {
    outcome.problem = std::string("cannot start a process: ") + std::strerror(errno);
    return outcome;
  }
  if (child == 0) become(argv, environment, command.folder.c_str(), in, out, err);
  setpgid(child, child);  // here too, so that it holds before a kill whoever comes first
  outcome.started = true;
  outcome.exit = wait_for(child, command.limit_seconds, outcome.timed_out);
  outcome.out = out.read();
  outcome.err = err.read();
  return outcome;
}

}  // namespace scantling::testing
