#include "generate/generate.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "generate/merge.h"
#include "generate/names.h"
#include "generate/output.h"
#include "generate/write.h"
#include "source/source.h"

namespace scantling::generate {
namespace {

namespace fs = std::filesystem;

TEST(Names, LabelsAreLegalAndDistinct) {
  EXPECT_EQ(dns_label("OrderPlaced"), "order-placed");
  EXPECT_EQ(dns_label("orders.events"), "orders-events");
  EXPECT_EQ(dns_label("2fa"), "n2fa");
  EXPECT_EQ(dns_label("a/../b"), "a-b");
  const std::string long_name(100, 'a');
  EXPECT_LE(dns_label(long_name).size(), 63U);
  EXPECT_NE(dns_label(long_name), dns_label(long_name + "b"));
  EXPECT_EQ(upper_name("orders-db"), "ORDERS_DB");
  EXPECT_EQ(topic_name("Orders.events"), "orders.events");
}

TEST(Names, Quantities) {
  EXPECT_EQ(go_duration(0.25), "250ms");
  EXPECT_EQ(go_duration(90), "90s");
  EXPECT_EQ(go_duration(120), "2m");
  EXPECT_EQ(go_duration(123.4567), "124s");
  EXPECT_EQ(cpu_quantity(0.25), "250m");
  EXPECT_EQ(memory_quantity(std::int64_t{1} << 30), "1Gi");
  EXPECT_EQ(memory_quantity(1), "1Mi");
}

TEST(Output, PathsStayInside) {
  EXPECT_TRUE(safe_path("deploy/base/orders.yaml"));
  EXPECT_TRUE(safe_path(".scantling/manifest.json"));
  for (const char* bad : {"", "/etc/passwd", "../x", "a/../b", "a//b", "a/", "-rf", "a b", "a\\b"})
    EXPECT_FALSE(safe_path(bad)) << bad;
}

TEST(Merge, KeepsBothSides) {
  const std::string base = "a\nb\nc\nd\ne\n";
  EXPECT_EQ(merge(base, base, "a\nB\nc\nd\ne\n"), "a\nB\nc\nd\ne\n");
  EXPECT_EQ(merge(base, "a\nb\nc\nd\nE\n", base), "a\nb\nc\nd\nE\n");
  EXPECT_EQ(merge(base, "a\nb\nc\nd\nE\n", "A\nb\nc\nd\ne\n"), "A\nb\nc\nd\nE\n");
  EXPECT_EQ(merge(base, "a\nb\nc\nx\nd\ne\n", "b\nc\nd\ne\n"), "b\nc\nx\nd\ne\n");
  EXPECT_EQ(merge(base, "a\nX\nc\nd\ne\n", "a\nX\nc\nd\ne\n"), "a\nX\nc\nd\ne\n");
  EXPECT_EQ(merge("", "x", ""), "x");
}

TEST(Merge, TellsWhenBothChangedTheSame) {
  EXPECT_FALSE(merge("a\nb\nc\n", "a\nX\nc\n", "a\nY\nc\n"));
  EXPECT_FALSE(merge("a\nb\nc\n", "a\nc\n", "a\nY\nc\n"));
  // Neighbouring lines: diff3 has no line between them that both kept.
  EXPECT_FALSE(merge("a\nb\n", "X\nb\n", "a\nY\n"));
}

class WriteTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) /
              ("generate_write_" +
               std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(folder_);
    options_.folder = folder_.string();
  }
  void TearDown() override { fs::remove_all(folder_); }

  FileState write(const std::string& text, Ownership ownership = Ownership::Generated) {
    Output out;
    out.add("a/x.yaml", text, ownership);
    const auto outcomes = write_out(out, options_);
    EXPECT_TRUE(outcomes) << outcomes.error().message;
    return outcomes->front().state;
  }
  std::string read(const std::string& path) { return *disk().read((folder_ / path).string()); }
  void edit(const std::string& path, const std::string& text) {
    ASSERT_TRUE(write_file((folder_ / path).string(), text));
  }

  fs::path folder_;
  WriteOptions options_;
};

TEST_F(WriteTest, WritesOnceAndThenNothing) {
  EXPECT_EQ(write("one\n"), FileState::Written);
  EXPECT_EQ(write("one\n"), FileState::Unchanged);
  EXPECT_EQ(write("two\n"), FileState::Written);
  EXPECT_EQ(read("a/x.yaml"), "two\n");
}

TEST_F(WriteTest, MergesHandEdits) {
  write("a\nb\nc\n");
  edit("a/x.yaml", "a\nb\nmine\n");
  EXPECT_EQ(write("a\nb\nc\n"), FileState::Kept);
  EXPECT_EQ(write("theirs\na\nb\nc\n"), FileState::Merged);
  EXPECT_EQ(read("a/x.yaml"), "theirs\na\nb\nmine\n");
}

TEST_F(WriteTest, ReportsBothVersionsOfAConflict) {
  write("a\nb\n");
  edit("a/x.yaml", "a\nmine\n");
  EXPECT_EQ(write("a\ntheirs\n"), FileState::Conflict);
  EXPECT_EQ(read("a/x.yaml"), "a\nmine\n");
  EXPECT_EQ(read("a/x.yaml.new"), "a\ntheirs\n");
}

TEST_F(WriteTest, LeavesYoursAlone) {
  EXPECT_EQ(write("one\n", Ownership::Yours), FileState::Written);
  EXPECT_EQ(write("two\n", Ownership::Yours), FileState::Kept);
  EXPECT_EQ(read("a/x.yaml"), "one\n");
}

TEST_F(WriteTest, RemovesWhatIsGoneUnlessEdited) {
  Output both;
  both.add("a/x.yaml", "x\n");
  both.add("b.yaml", "b\n");
  both.add("c.yaml", "c\n");
  ASSERT_TRUE(write_out(both, options_));
  edit("c.yaml", "edited\n");
  Output one;
  one.add("a/x.yaml", "x\n");
  const auto outcomes = write_out(one, options_);
  ASSERT_TRUE(outcomes);
  ASSERT_EQ(outcomes->size(), 3U);
  EXPECT_EQ((*outcomes)[1].state, FileState::Removed);
  EXPECT_EQ((*outcomes)[2].state, FileState::Orphaned);
  EXPECT_FALSE(fs::exists(folder_ / "b.yaml"));
  EXPECT_TRUE(fs::exists(folder_ / "c.yaml"));
}

TEST_F(WriteTest, RefusesLinksOutOfTheFolder) {
  const fs::path outside = folder_.string() + "_outside";
  fs::create_directories(outside);
  fs::create_directories(folder_);
  fs::create_directory_symlink(outside, folder_ / "a");
  Output out;
  out.add("a/x.yaml", "x\n");
  const auto outcomes = write_out(out, options_);
  ASSERT_FALSE(outcomes);
  EXPECT_NE(outcomes.error().message.find("symbolic link"), std::string::npos);
  EXPECT_TRUE(fs::is_empty(outside));
  fs::remove_all(outside);
}

TEST_F(WriteTest, IgnoresPathsOfATamperedManifest) {
  write("x\n");
  const fs::path victim = folder_.string() + "_victim";
  ASSERT_TRUE(write_file(victim.string(), "precious"));
  edit(".scantling/manifest.json",
       R"({"schema":"scantling.generated/1","targets":[],"files":[{"path":"../)" +
           victim.filename().string() + R"("}]})");
  write("y\n");
  EXPECT_TRUE(fs::exists(victim));
  fs::remove(victim);
}

TEST_F(WriteTest, RefusesAManifestOfSomebodyElse) {
  edit(".scantling/manifest.json", "{}");
  Output out;
  out.add("x.yaml", "x\n");
  EXPECT_FALSE(write_out(out, options_));
}

TEST_F(WriteTest, DryRunTouchesNothing) {
  options_.dry = true;
  EXPECT_EQ(write("x\n"), FileState::Written);
  EXPECT_FALSE(fs::exists(folder_));
}

}  // namespace
}  // namespace scantling::generate
