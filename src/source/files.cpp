#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/text.h"
#include "source/glob.h"
#include "source/source.h"

namespace scantling {

namespace {

constexpr std::size_t kMaxNames = 100'000;  // that one glob looks at

std::string reason(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR: return "no such file";
    case EACCES:
    case EPERM: return "permission denied";
    case EISDIR: return "is a directory";
    case ELOOP: return "its symbolic links go round in a circle";
    case ENAMETOOLONG: return "the name is too long";
    case ENOSPC: return "no space left";
    case EROFS: return "the file system is read-only";
    default: {
      std::string message = std::generic_category().message(error);
      return lower(message.substr(0, 1)) + message.substr(message.empty() ? 0 : 1);
    }
  }
}

std::unexpected<Error> cannot_read(const std::string& path, const std::string& why) {
  return fail("cannot read " + (path.empty() ? "''" : path) + ": " + why);
}

std::unexpected<Error> cannot_write(const std::string& path, const std::string& why) {
  return fail("cannot write " + (path.empty() ? "''" : path) + ": " + why);
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ > 2) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  // Reports what a late write error would otherwise hide.
  bool close_now() {
    const int fd = fd_;
    fd_ = -1;
    return ::close(fd) == 0;
  }

 private:
  int fd_;
};

// Reads to the end, at most one byte more than the limit.
Expected<std::string> read_all(int fd, const std::string& path, std::size_t expected_size) {
  std::string text;
  text.resize(std::min(expected_size, kMaxFileBytes) + 1);
  std::size_t filled = 0;
  while (true) {
    if (filled == text.size()) text.resize(std::min(2 * text.size() + 4096, kMaxFileBytes + 1));
    const ssize_t got = ::read(fd, text.data() + filled, text.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot_read(path, reason(errno));
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
    if (filled > kMaxFileBytes) return cannot_read(path, "is larger than 64 MiB");
  }
  text.resize(filled);
  return text;
}

// Expands one pattern, segment by segment, without recursion.
class GlobWalk {
 public:
  explicit GlobWalk(const std::string& pattern) : segments_(split(pattern, '/')) {}

  std::vector<std::string> run() {
    std::vector<std::string> paths = {""};
    for (std::size_t i = 0; i < segments_.size(); ++i) {
      const bool last = i + 1 == segments_.size();
      std::vector<std::string> longer;
      for (const std::string& path : paths)
        extend(path, i, last, longer);
      paths = std::move(longer);
    }
    std::erase_if(paths, [](const std::string& path) {
      struct stat info{};
      return ::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode);
    });
    std::sort(paths.begin(), paths.end());
    return paths;
  }

 private:
  void extend(const std::string& path, std::size_t i, bool last, std::vector<std::string>& out) {
    const std::string tail = last ? "" : "/";
    if (!has_wildcard(segments_[i])) {
      out.push_back(path + std::string(segments_[i]) + tail);
      return;
    }
    DIR* folder = ::opendir(path.empty() ? "." : path.c_str());
    if (folder == nullptr) return;
    while (const dirent* entry = ::readdir(folder)) {
      if (++looked_at_ > kMaxNames) break;
      const std::string_view name = entry->d_name;
      if (name != "." && name != ".." && matches_name(segments_[i], name))
        out.push_back(path + std::string(name) + tail);
    }
    ::closedir(folder);
  }

  std::vector<std::string_view> segments_;
  std::size_t looked_at_ = 0;
};

class Disk : public FileSystem {
 public:
  Expected<std::string> read(const std::string& path) const override {
    if (path == "-") return read_all(STDIN_FILENO, "standard input", 0);
    if (path.find('\0') != std::string::npos)
      return cannot_read(path.substr(0, path.find('\0')), "the name has a NUL character");
    // Without O_NONBLOCK opening a pipe would wait for its writer.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (file.get() < 0)
      return cannot_read(path, errno == ENXIO ? "is not a regular file" : reason(errno));
    struct stat info{};
    if (::fstat(file.get(), &info) != 0) return cannot_read(path, reason(errno));
    if (S_ISDIR(info.st_mode)) return cannot_read(path, "is a directory");
    if (!S_ISREG(info.st_mode)) return cannot_read(path, "is not a regular file");
    if (info.st_size > static_cast<off_t>(kMaxFileBytes))
      return cannot_read(path, "is larger than 64 MiB");
    return read_all(file.get(), path, static_cast<std::size_t>(info.st_size));
  }

  std::vector<std::string> glob(const std::string& pattern) const override {
    if (pattern.find('\0') != std::string::npos) return {};
    return GlobWalk(pattern).run();
  }
};

// The file that a write to `path` replaces: the target of a symbolic link, else the path itself.
Expected<std::string> write_target(const std::string& path) {
  std::error_code error;
  const auto link = std::filesystem::symlink_status(path, error);
  if (link.type() == std::filesystem::file_type::not_found) return path;
  std::string target = path;
  if (std::filesystem::is_symlink(link)) {
    target = std::filesystem::canonical(path, error).string();
    if (error) return cannot_write(path, reason(error.value()));
  }
  const auto status = std::filesystem::status(target, error);
  if (std::filesystem::is_directory(status)) return cannot_write(path, "is a directory");
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    return cannot_write(path, "is not a regular file");
  return target;
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

const FileSystem& disk() {
  static const Disk the_disk;
  return the_disk;
}

void MemoryFiles::add(std::string path, std::string text) {
  files_.emplace_back(std::move(path), std::move(text));
}

Expected<std::string> MemoryFiles::read(const std::string& path) const {
  for (const auto& [name, text] : files_) {
    if (name == path)
      return text.size() > kMaxFileBytes
                 ? Expected<std::string>(cannot_read(path, "is larger than 64 MiB"))
                 : Expected<std::string>(text);
  }
  return cannot_read(path, "no such file");
}

std::vector<std::string> MemoryFiles::glob(const std::string& pattern) const {
  std::vector<std::string> found;
  for (const auto& [name, text] : files_) {
    if (matches_path(pattern, name)) found.push_back(name);
  }
  std::sort(found.begin(), found.end());
  return found;
}

// Not synced to the disk: a generated file can be written again, and 500 syncs take seconds.
Expected<void> write_file(const std::string& path, std::string_view text) {
  if (path.find('\0') != std::string::npos)
    return cannot_write(path.substr(0, path.find('\0')), "the name has a NUL character");
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  if (error)
    return cannot_write(
        path, error.value() == ENOTDIR ? "a part of its path is a file" : reason(error.value()));
  const Expected<std::string> target = write_target(path);
  if (!target) return std::unexpected(target.error());

  static std::atomic<unsigned> counter = 0;
  const std::string temporary_name =
      ".scantling-" + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".tmp";
  const std::string temporary =
      (std::filesystem::path(*target).parent_path() / temporary_name).string();
  Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (file.get() < 0) return cannot_write(path, reason(errno));
  struct stat old{};
  const bool replaces = ::stat(target->c_str(), &old) == 0;
  const bool done = write_all(file.get(), text) &&
                    (!replaces || ::fchmod(file.get(), old.st_mode & 07777) == 0) &&
                    file.close_now() && ::rename(temporary.c_str(), target->c_str()) == 0;
  if (!done) {
    const int cause = errno;
    ::unlink(temporary.c_str());
    return cannot_write(path, reason(cause));
  }
  return {};
}

}  // namespace scantling
