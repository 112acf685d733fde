#include "boundaries/history.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace scantling::boundaries {
namespace {

const std::vector<Entity> entities = {{"Order", 1, -1}, {"OrderLine", 1, -1}, {"Category", 1, -1}};

TEST(GitLog, CommitsWithAuthorsAndFiles) {
  const auto commits = parse_git_log(
      "\x01"
      "Ann\n\na.rb\nb.rb\n\n\x01"
      "Bo\r\nc.rb\r\n");
  ASSERT_TRUE(commits.has_value());
  ASSERT_EQ(commits->size(), 2U);
  EXPECT_EQ((*commits)[0].author, "Ann");
  EXPECT_EQ((*commits)[0].files, (std::vector<std::string>{"a.rb", "b.rb"}));
  EXPECT_EQ((*commits)[1].files, std::vector<std::string>{"c.rb"});
  EXPECT_TRUE(parse_git_log("")->empty());
  EXPECT_FALSE(parse_git_log("a.rb\n").has_value());
}

TEST(FileOwners, LongestNameThenFolders) {
  const FileOwners owners(entities, {{"bookings", 0}});
  EXPECT_EQ(owners.owner("app/models/order.rb"), 0);
  EXPECT_EQ(owners.owner("app/OrderLineRepository.java"), 1);
  EXPECT_EQ(owners.owner("db/migrate/0042_create_order_lines.sql"), 1);
  EXPECT_EQ(owners.owner("app/categories_controller.rb"), 2);
  EXPECT_EQ(owners.owner("src/orders/handler/util.go"), 0);
  EXPECT_EQ(owners.owner("db/bookings.sql"), 0);  // a table's name
  EXPECT_EQ(owners.owner("README.md"), -1);
  EXPECT_EQ(owners.owner("src/border.c"), -1);  // whole words only
  EXPECT_EQ(owners.owner(""), -1);
}

TEST(Evidence, ByHand) {
  const FileOwners owners(entities);
  const std::vector<Commit> commits = {{"Ann", {"order.rb", "order_line.rb"}},
                                       {"Ann", {"order.rb", "order_line.rb", "category.rb"}},
                                       {"Bo", {"category.rb", "README.md"}},
                                       {"Bo", {"README.md"}}};
  const HistoryEvidence evidence = evidence_of(commits, owners, 3);
  EXPECT_EQ(evidence.commits, 3U);
  EXPECT_EQ(evidence.authors, 2U);
  EXPECT_EQ(evidence.files, 4U);
  EXPECT_EQ(evidence.matched_files, 3U);
  EXPECT_EQ(evidence.commits_of, (std::vector<int>{2, 2, 2}));
  ASSERT_EQ(evidence.co_changes.size(), 3U);
  EXPECT_DOUBLE_EQ(evidence.co_changes[0].weight, 1.5);  // Order, OrderLine: 1 + 1/2
  EXPECT_DOUBLE_EQ(evidence.co_changes[1].weight, .5);
  // Ann touches all three: she says nothing. Bo touches one: nothing is shared.
  EXPECT_TRUE(evidence.shared_authors.empty());
}

TEST(Evidence, RareAuthorsTie) {
  const FileOwners owners(entities);
  const HistoryEvidence evidence = evidence_of(
      {{"Ann", {"order.rb"}}, {"Ann", {"order_line.rb"}}, {"Bo", {"category.rb"}}}, owners, 3);
  ASSERT_EQ(evidence.shared_authors.size(), 1U);
  EXPECT_EQ(evidence.shared_authors[0].a, 0);
  EXPECT_EQ(evidence.shared_authors[0].b, 1);
  EXPECT_NEAR(evidence.shared_authors[0].weight, 1, 1e-12);
}

TEST(GitProgram, ReadsARepositoryAndSaysWhatIsNone) {
  namespace fs = std::filesystem;
  if (std::system("git --version >/dev/null 2>&1") != 0) {
    std::printf("skipped: no git\n");
    GTEST_SKIP();
  }
  const fs::path folder = fs::temp_directory_path() / "scantling_history_test";
  fs::remove_all(folder);
  fs::create_directories(folder / "plain");
  const auto none = read_history((folder / "plain").string());
  ASSERT_FALSE(none.has_value());
  EXPECT_NE(none.error().message.find("not a git repository"), std::string::npos);
  EXPECT_FALSE(read_history((folder / "absent").string()).has_value());
  const std::string git = "git -C " + folder.string() +
                          " -c user.name=Ann -c user.email=a@example.org "
                          "-c commit.gpgsign=false ";
  std::ofstream(folder / "order.rb") << "x";
  std::ofstream(folder / "order line.rb") << "y";
  ASSERT_EQ(
      std::system((git + "init -q . && " + git + "add -A && " + git + "commit -q -m a").c_str()),
      0);
  const auto commits = read_history(folder.string());
  ASSERT_TRUE(commits.has_value()) << commits.error().message;
  ASSERT_EQ(commits->size(), 1U);
  EXPECT_EQ((*commits)[0].author, "Ann");
  EXPECT_EQ((*commits)[0].files, (std::vector<std::string>{"order line.rb", "order.rb"}));
  fs::remove_all(folder);
}

}  // namespace
}  // namespace scantling::boundaries
