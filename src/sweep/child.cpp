#include "sweep/child.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fmt/core.h>

namespace scantling::sweep {
namespace {

bool read_all(int from, void* to, std::size_t size) {
  auto* at = static_cast<char*>(to);
  while (size > 0) {
    const ssize_t got = ::read(from, at, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

bool write_all(int to, const void* from, std::size_t size) {
  const auto* at = static_cast<const char*>(from);
  while (size > 0) {
    const ssize_t put = ::write(to, at, size);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    at += put;
    size -= static_cast<std::size_t>(put);
  }
  return true;
}

}  // namespace

Expected<void> Child::start() {
  int requests[2] = {-1, -1};
  int answers[2] = {-1, -1};
  if (pipe2(requests, O_CLOEXEC) != 0 || pipe2(answers, O_CLOEXEC) != 0)
    return fail(fmt::format("cannot start a process: {}", std::strerror(errno)));
  const pid_t parent = getpid();
  process_ = fork();
  if (process_ < 0) return fail(fmt::format("cannot start a process: {}", std::strerror(errno)));
  if (process_ == 0) {
    // Ends with the one that started it, however that one ends.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    std::signal(SIGINT, SIG_IGN);  // a Ctrl-C is for the rank, which ends us
    std::signal(SIGTERM, SIG_DFL);
    close(requests[1]);
    close(answers[0]);
    compute(requests[0], answers[1]);
  }
  close(requests[0]);
  close(answers[1]);
  requests_ = requests[1];
  answers_ = answers[0];
  received_.clear();
  return {};
}

void Child::compute(int requests, int answers) const {
  Campaign campaign(base_, plan_);
  std::uint64_t index = 0;
  while (read_all(requests, &index, sizeof index)) {
    RunRecord record;
    campaign.run(unit_at(plan_, index), {}, record);
    const std::string bytes = packed(record);
    const std::uint64_t size = bytes.size();
    if (!write_all(answers, &size, sizeof size) || !write_all(answers, bytes.data(), bytes.size()))
      break;
  }
  _exit(0);  // nothing of the parent's is closed or flushed twice
}

Expected<void> Child::begin(std::uint64_t index) {
  for (int round = 0; round < 2; ++round) {
    if (process_ < 0)
      if (auto ok = start(); !ok) return ok;
    // A process that died since it was last asked is found out here.
    struct sigaction ignored{}, before{};
    ignored.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &ignored, &before);
    const bool sent = write_all(requests_, &index, sizeof index);
    sigaction(SIGPIPE, &before, nullptr);
    if (sent) return {};
    end();
  }
  return fail("the process that computes can't be reached");
}

Child::Answer Child::died(std::string& bytes) {
  int status = 0;
  waitpid(process_, &status, 0);
  process_ = -1;
  end();
  bytes = WIFSIGNALED(status) ? fmt::format("signal {}", WTERMSIG(status))
                              : fmt::format("exit status {}", WEXITSTATUS(status));
  return Answer::Died;
}

Child::Answer Child::wait(int milliseconds, std::string& bytes) {
  pollfd answers{answers_, POLLIN, 0};
  if (poll(&answers, 1, milliseconds) <= 0) return Answer::NotYet;
  char buffer[65536];
  const ssize_t got = ::read(answers_, buffer, sizeof buffer);
  if (got < 0 && errno == EINTR) return Answer::NotYet;
  if (got <= 0) return died(bytes);
  received_.append(buffer, static_cast<std::size_t>(got));
  std::uint64_t size = 0;
  if (received_.size() < sizeof size) return Answer::NotYet;
  std::memcpy(&size, received_.data(), sizeof size);
  if (received_.size() < sizeof size + size) return Answer::NotYet;
  bytes = received_.substr(sizeof size);
  received_.clear();
  return Answer::Record;
}

void Child::end() {
  if (process_ > 0) {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  process_ = -1;
  for (int* descriptor : {&requests_, &answers_}) {
    if (*descriptor >= 0) close(*descriptor);
    *descriptor = -1;
  }
}

}  // namespace scantling::sweep
