#include "source/source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <random>

#include "source/glob.h"

namespace scantling {
namespace {

// An empty folder that goes away with the test.
class Folder : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "scantling-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    path_ = name + "/";
  }
  void TearDown() override { std::filesystem::remove_all(path_); }
  std::string read_error(const std::string& path) const {
    const Expected<std::string> text = disk().read(path);
    return text ? "" : text.error().message;
  }
  std::string path_;
};

using Files = Folder;

TEST_F(Files, AreReadAndWrittenWhole) {
  const std::string path = path_ + "a/b/c.yaml";
  ASSERT_TRUE(write_file(path, std::string("a\0b\r\n", 5)));
  EXPECT_EQ(disk().read(path).value(), std::string("a\0b\r\n", 5));
  ASSERT_TRUE(write_file(path, ""));
  EXPECT_EQ(disk().read(path).value(), "");
  // Nothing temporary stays behind.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path_ + "a/b"), {}), 1);
}

TEST_F(Files, WritingKeepsModeAndFollowsLinks) {
  ASSERT_TRUE(write_file(path_ + "run.sh", "old"));
  ASSERT_EQ(chmod((path_ + "run.sh").c_str(), 0750), 0);
  ASSERT_EQ(symlink("run.sh", (path_ + "link").c_str()), 0);
  ASSERT_TRUE(write_file(path_ + "link", "new"));
  EXPECT_EQ(disk().read(path_ + "run.sh").value(), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(path_ + "link"));
  struct stat info{};
  ASSERT_EQ(stat((path_ + "run.sh").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0750U);
}

TEST_F(Files, SayWhyTheyCannotBeRead) {
  EXPECT_EQ(read_error(path_ + "no.yaml"), "cannot read " + path_ + "no.yaml: no such file");
  EXPECT_EQ(read_error(path_), "cannot read " + path_ + ": is a directory");
  EXPECT_EQ(read_error("/dev/zero"), "cannot read /dev/zero: is not a regular file");
  ASSERT_EQ(mkfifo((path_ + "pipe").c_str(), 0600), 0);
  EXPECT_EQ(read_error(path_ + "pipe"), "cannot read " + path_ + "pipe: is not a regular file");
  ASSERT_EQ(symlink("round", (path_ + "round").c_str()), 0);
  EXPECT_EQ(read_error(path_ + "round"),
            "cannot read " + path_ + "round: its symbolic links go round in a circle");
  EXPECT_EQ(read_error(path_ + std::string(5000, 'a')).substr(path_.size() + 5012),
            ": the name is too long");
  EXPECT_EQ(read_error(std::string("a\0b", 3)), "cannot read a: the name has a NUL character");
  ASSERT_TRUE(write_file(path_ + "big", "x"));
  ASSERT_EQ(truncate((path_ + "big").c_str(), static_cast<off_t>(kMaxFileBytes) + 1), 0);
  EXPECT_EQ(read_error(path_ + "big"), "cannot read " + path_ + "big: is larger than 64 MiB");
  ASSERT_EQ(truncate((path_ + "big").c_str(), static_cast<off_t>(kMaxFileBytes)), 0);
  EXPECT_EQ(disk().read(path_ + "big")->size(), kMaxFileBytes);
}

TEST_F(Files, SayPermissionDenied) {
  ASSERT_TRUE(write_file(path_ + "secret", "x"));
  ASSERT_EQ(chmod((path_ + "secret").c_str(), 0), 0);
  // Root reads everything: be somebody else for a moment.
  const bool root = geteuid() == 0;
  ASSERT_EQ(chmod(path_.c_str(), 0755), 0);
  ASSERT_TRUE(!root || seteuid(65534) == 0);
  const std::string message = read_error(path_ + "secret");
  ASSERT_TRUE(!root || seteuid(0) == 0);
  EXPECT_EQ(message, "cannot read " + path_ + "secret: permission denied");
}

TEST_F(Files, SayWhyTheyCannotBeWritten) {
  EXPECT_EQ(write_file(path_, "x").error().message, "cannot write " + path_ + ": is a directory");
  EXPECT_EQ(write_file("/dev/null", "x").error().message,
            "cannot write /dev/null: is not a regular file");
  ASSERT_TRUE(write_file(path_ + "file", "x"));
  EXPECT_EQ(write_file(path_ + "file/below", "x").error().message,
            "cannot write " + path_ + "file/below: a part of its path is a file");
  ASSERT_EQ(symlink("/proc/no/such", (path_ + "dangling").c_str()), 0);
  EXPECT_EQ(write_file(path_ + "dangling", "x").error().message,
            "cannot write " + path_ + "dangling: no such file");
}

TEST_F(Files, GlobFindsRegularFilesSorted) {
  for (const char* name : {"b.yaml", "a.yaml", "c.yml", ".hidden.yaml", "x/d.yaml", "y/d.yaml"})
    ASSERT_TRUE(write_file(path_ + name, ""));
  std::filesystem::create_directory(path_ + "folder.yaml");
  EXPECT_EQ(disk().glob(path_ + "*.yaml"),
            (std::vector<std::string>{path_ + "a.yaml", path_ + "b.yaml"}));
  EXPECT_EQ(disk().glob(path_ + "?/d.yaml"),
            (std::vector<std::string>{path_ + "x/d.yaml", path_ + "y/d.yaml"}));
  EXPECT_EQ(disk().glob(path_ + "a.yaml"), (std::vector<std::string>{path_ + "a.yaml"}));
  EXPECT_TRUE(disk().glob(path_ + "none/*.yaml").empty());
  EXPECT_TRUE(disk().glob("").empty());
}

TEST(Glob, MatchesNames) {
  EXPECT_TRUE(matches_name("*.yaml", "a.yaml"));
  EXPECT_TRUE(matches_name("a*b*c", "aXbbYc"));
  EXPECT_FALSE(matches_name("a*b*c", "aXbbY"));
  EXPECT_FALSE(matches_name("*", ".hidden"));
  EXPECT_TRUE(matches_name(".*", ".hidden"));
  EXPECT_TRUE(matches_name("**", "anything"));
  EXPECT_FALSE(matches_path("*.yaml", "parts/a.yaml"));
  EXPECT_TRUE(matches_path("parts/*.yaml", "parts/a.yaml"));
  std::string stars;
  for (int i = 0; i < 2000; ++i)
    stars += "*a";
  EXPECT_FALSE(matches_name(stars + "b", std::string(4000, 'a')));  // in time, too
}

TEST(MemoryFiles, AnswerLikeTheDisk) {
  MemoryFiles files;
  files.add("parts/b.yaml", "b");
  files.add("parts/a.yaml", "a");
  EXPECT_EQ(files.read("parts/a.yaml").value(), "a");
  EXPECT_EQ(files.read("x").error().message, "cannot read x: no such file");
  EXPECT_EQ(files.glob("parts/*.yaml"), (std::vector<std::string>{"parts/a.yaml", "parts/b.yaml"}));
}

TEST(Sources, CountLinesAndColumns) {
  Sources sources;
  const FileId file = sources.add("x",
                                  "a\nb\xc3\xa9"
                                  "c\r\nd\re");
  EXPECT_EQ(sources.line_count(file), 4);
  EXPECT_EQ(sources.line(file, 2),
            "b\xc3\xa9"
            "c");
  EXPECT_EQ(sources.line(file, 3), "d");
  EXPECT_EQ(sources.line(file, 4), "e");
  const auto at = [&](std::uint32_t offset) {
    const LineColumn place = sources.position(file, offset);
    return std::pair(place.line, place.column);
  };
  EXPECT_EQ(at(0), std::pair(1, 1));
  EXPECT_EQ(at(2), std::pair(2, 1));
  EXPECT_EQ(at(5), std::pair(2, 3));  // after the two bytes of one character
  EXPECT_EQ(at(8), std::pair(3, 1));
  EXPECT_EQ(at(10), std::pair(4, 1));
  EXPECT_EQ(at(9999), std::pair(4, 2));
}

TEST(Sources, LeaveAByteOrderMarkUncounted) {
  Sources sources;
  const FileId file = sources.add("x",
                                  "\xef\xbb\xbf"
                                  "ab\n");
  EXPECT_EQ(sources.position(file, 3).column, 1);
  EXPECT_EQ(sources.position(file, 4).column, 2);
  EXPECT_EQ(sources.position(file, 0).column, 1);
  EXPECT_EQ(sources.position(file, 6).line, 2);
  EXPECT_EQ(sources.line(file, 2), "");
}

TEST(Sources, CountColumnsAcrossBlocks) {
  Sources sources;
  std::string text;
  for (int i = 0; i < 10'000; ++i)
    text += "\xe2\x82\xac";
  const FileId file = sources.add("x", text);
  for (std::uint32_t i = 0; i < 10'000; i += 7)
    ASSERT_EQ(sources.position(file, 3 * i).column, static_cast<int>(i) + 1);
}

TEST(Edits, KeepEveryOtherByte) {
  Sources sources;
  const FileId file = sources.add("x", "one two three");
  const auto apply = [&](std::vector<Edit> edits) {
    return apply_edits(sources, file, std::move(edits));
  };
  EXPECT_EQ(apply({}).value(), "one two three");
  EXPECT_EQ(apply({{{file, 8, 13}, "3"}, {{file, 0, 3}, "1"}}).value(), "1 two 3");
  EXPECT_EQ(
      apply({{{file, 4, 7}, "2"}, {{file, 4, 4}, "a"}, {{file, 4, 4}, "b"}, {{file, 7, 7}, "c"}})
          .value(),
      "one ab2c three");
  EXPECT_EQ(apply({{{file, 13, 13}, "!"}}).value(), "one two three!");
  EXPECT_EQ(apply({{{file, 0, 5}, ""}, {{file, 4, 7}, ""}}).error().message,
            "two edits overlap at x:1:5");
  EXPECT_FALSE(apply({{{file, 0, 5}, ""}, {{file, 2, 2}, "in"}}));
  EXPECT_FALSE(apply({{{file, 0, 3}, "a"}, {{file, 0, 3}, "b"}}));
  EXPECT_FALSE(apply({{{file, 0, 14}, ""}}));
  EXPECT_FALSE(apply({{{FileId{7}, 0, 1}, ""}}));
}

// Disjoint edits, in any order, against a slow construction from right to left.
TEST(Edits, MatchOneByOneApplication) {
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (int i = 0; i < 60; ++i)
      text += static_cast<char>('a' + static_cast<int>(random() % 26));
    Sources sources;
    const FileId file = sources.add("x", text);
    std::vector<Edit> edits;
    for (std::uint32_t at = static_cast<std::uint32_t>(random() % 5); at < 60;) {
      const auto length = static_cast<std::uint32_t>(1 + random() % 4);
      const std::uint32_t end = std::min<std::uint32_t>(60, at + length);
      edits.push_back({{file, at, end}, std::string(random() % 6, 'X')});
      at = end + static_cast<std::uint32_t>(random() % 9);
    }
    std::string expected = text;
    for (std::size_t i = edits.size(); i-- > 0;)
      expected.replace(edits[i].span.begin, edits[i].span.end - edits[i].span.begin,
                       edits[i].replacement);
    std::shuffle(edits.begin(), edits.end(), random);
    ASSERT_EQ(apply_edits(sources, file, edits).value(), expected);
  }
}

}  // namespace
}  // namespace scantling
