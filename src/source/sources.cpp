#include <algorithm>

#include "base/assert.h"
#include "source/source.h"

namespace scantling {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Bytes that begin a code point; a stray continuation byte counts none.
std::uint32_t count_code_points(std::string_view bytes) {
  return static_cast<std::uint32_t>(std::count_if(bytes.begin(), bytes.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::vector<std::uint32_t> find_line_starts(std::string_view text) {
  std::vector<std::uint32_t> starts = {0};
  const bool only_newlines = text.find('\r') == std::string_view::npos;
  std::size_t i = 0;
  while (i < text.size()) {
    if (only_newlines) {
      i = std::min(text.find('\n', i), text.size());
      if (i == text.size()) break;
    }
    const bool ends_here =
        text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n'));
    ++i;
    if (ends_here) starts.push_back(static_cast<std::uint32_t>(i));
  }
  return starts;
}

}  // namespace

const Sources::File& Sources::file(FileId id) const {
  SCANTLING_ASSERT(id.valid() && static_cast<std::size_t>(id.index) < files_.size());
  return *files_[static_cast<std::size_t>(id.index)];
}

Expected<FileId> Sources::load(const FileSystem& files, const std::string& path) {
  Expected<std::string> text = files.read(path);
  if (!text) return std::unexpected(text.error());
  return add(path, std::move(*text));
}

FileId Sources::add(std::string path, std::string text) {
  auto added = std::make_unique<File>();
  added->path = std::move(path);
  added->text = std::move(text);
  added->line_starts = find_line_starts(added->text);
  const std::string_view all = added->text;
  std::uint32_t before = 0;
  for (std::size_t begin = 0; begin < all.size(); begin += kBlock) {
    added->code_points.push_back(before);
    before += count_code_points(all.substr(begin, kBlock));
  }
  added->code_points.push_back(before);
  files_.push_back(std::move(added));
  return FileId{static_cast<std::int32_t>(files_.size() - 1)};
}

const std::string& Sources::path(FileId id) const {
  return file(id).path;
}

std::string_view Sources::text(FileId id) const {
  return file(id).text;
}

std::string_view Sources::text(Span span) const {
  const std::string_view all = text(span.file);
  SCANTLING_ASSERT(span.begin <= span.end && span.end <= all.size());
  return all.substr(span.begin, span.end - span.begin);
}

std::uint32_t Sources::code_points_before(const File& file, std::size_t offset) {
  const std::size_t block = offset / kBlock;
  const std::string_view rest = std::string_view(file.text).substr(block * kBlock, offset % kBlock);
  return file.code_points[block] + count_code_points(rest);
}

LineColumn Sources::position(FileId id, std::uint32_t offset) const {
  const File& in = file(id);
  const std::size_t at = std::min<std::size_t>(offset, in.text.size());
  const auto next = std::upper_bound(in.line_starts.begin(), in.line_starts.end(), at);
  const std::size_t start = *(next - 1);
  std::uint32_t before = code_points_before(in, at) - code_points_before(in, start);
  if (start == 0 && at >= kByteOrderMark.size() && in.text.starts_with(kByteOrderMark)) --before;
  return {static_cast<int>(next - in.line_starts.begin()), static_cast<int>(before) + 1};
}

std::string_view Sources::line(FileId id, int line) const {
  const File& in = file(id);
  SCANTLING_ASSERT(line >= 1 && static_cast<std::size_t>(line) <= in.line_starts.size());
  const auto i = static_cast<std::size_t>(line - 1);
  const std::size_t begin = in.line_starts[i];
  const std::size_t end = i + 1 < in.line_starts.size() ? in.line_starts[i + 1] : in.text.size();
  std::string_view bytes = std::string_view(in.text).substr(begin, end - begin);
  if (bytes.ends_with('\n')) bytes.remove_suffix(1);
  if (bytes.ends_with('\r')) bytes.remove_suffix(1);
  return bytes;
}

int Sources::line_count(FileId id) const {
  return static_cast<int>(file(id).line_starts.size());
}

}  // namespace scantling
