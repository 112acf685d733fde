// Input files in memory, addressed by FileId. Owns the bytes; views stay valid as long as it lives.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "source/span.h"

namespace scantling {

inline constexpr std::size_t kMaxFileBytes = std::size_t{64} << 20;

// 1-based; columns count UTF-8 code points.
struct LineColumn {
  int line = 1;
  int column = 1;
};

// Where files come from: the disk, or memory in tests.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  // Fails with a sentence that names the path: "cannot read shop.yaml: no such file", "... is a
  // directory", "... is larger than 64 MiB", "... permission denied".
  virtual Expected<std::string> read(const std::string& path) const = 0;
  // Regular files that match a glob ("parts/*.yaml"; `*` and `?` stay within one name and don't
  // match a leading dot; "**" is not supported), sorted by bytes. At most 100,000 names are looked
  // at.
  virtual std::vector<std::string> glob(const std::string& pattern) const = 0;
};
const FileSystem& disk();

class MemoryFiles : public FileSystem {
 public:
  void add(std::string path, std::string text);
  Expected<std::string> read(const std::string& path) const override;
  std::vector<std::string> glob(const std::string& pattern) const override;

 private:
  std::vector<std::pair<std::string, std::string>> files_;
};

class Sources {
 public:
  // Reads the path through `files` ("-" is standard input, when files is the disk).
  Expected<FileId> load(const FileSystem& files, const std::string& path);
  FileId add(std::string path, std::string text);

  const std::string& path(FileId file) const;
  std::string_view text(FileId file) const;
  std::string_view text(Span span) const;
  // A byte order mark counts no column. Offsets past the end are at the end.
  LineColumn position(FileId file, std::uint32_t offset) const;
  // The line's bytes without its line end; line is 1-based.
  std::string_view line(FileId file, int line) const;
  // Lines end at \n, \r\n or \r; what follows the last one is a line too, even when empty.
  int line_count(FileId file) const;
  std::size_t size() const { return files_.size(); }

 private:
  struct File {
    std::string path;
    std::string text;
    std::vector<std::uint32_t> line_starts;
    // Code points before each block of kBlock bytes: a column costs no more on a long line.
    std::vector<std::uint32_t> code_points;
  };
  static constexpr std::size_t kBlock = 4096;
  static std::uint32_t code_points_before(const File& file, std::size_t offset);
  const File& file(FileId id) const;
  std::vector<std::unique_ptr<File>> files_;
};

// A replacement of the bytes of `span` (empty: an insertion before `span.begin`).
struct Edit {
  Span span;
  std::string replacement;
};

// The text of `file` with the edits made; every byte outside their spans is kept. Edits may be in
// any order; two that overlap are an error. Insertions at one place keep their order.
Expected<std::string> apply_edits(const Sources& sources, FileId file, std::vector<Edit> edits);

// Writes the whole text or nothing: to a temporary file beside `path`, then renames it. Makes the
// folders that are missing, follows a symbolic link, keeps the mode of a file that is replaced.
// Refuses what is not a regular file ("cannot write /dev/null: is not a regular file").
Expected<void> write_file(const std::string& path, std::string_view text);

}  // namespace scantling
