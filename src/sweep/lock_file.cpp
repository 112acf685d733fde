#include "sweep/lock_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/core.h>

namespace scantling::sweep {

LockFile::LockFile(LockFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

LockFile& LockFile::operator=(LockFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

LockFile::~LockFile() {
  if (descriptor_ < 0) return;
  unlink(path_.c_str());  // while the lock is held: nobody else's file is removed
  close(descriptor_);
}

Expected<LockFile> LockFile::take(const std::string& path) {
  for (int round = 0; round < 100; ++round) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (descriptor < 0) return fail(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      const int error = errno;
      close(descriptor);
      if (error == EWOULDBLOCK) return fail("another scantling is filling it");
      return fail(fmt::format("cannot lock {}: {}", path, std::strerror(error)));
    }
    // The one that held it may have removed the file in between: then this one is nobody's.
    struct stat here{}, there{};
    if (fstat(descriptor, &here) == 0 && stat(path.c_str(), &there) == 0 &&
        here.st_ino == there.st_ino && here.st_dev == there.st_dev) {
      LockFile out;
      out.path_ = path;
      out.descriptor_ = descriptor;
      return out;
    }
    close(descriptor);
  }
  return fail(fmt::format("cannot lock {}: it keeps being replaced", path));
}

}  // namespace scantling::sweep
