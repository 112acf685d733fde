// Writes the sample's reports where SCANTLING_REPORT_DIR says, for a look at them and for the
// browser test; without it, nothing is written.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "report/report.h"
#include "report/sample_design.h"

namespace scantling {
namespace {

TEST(Files, AreWrittenWhenAskedFor) {
  const char* folder = std::getenv("SCANTLING_REPORT_DIR");
  if (!folder) GTEST_SKIP() << "SCANTLING_REPORT_DIR is not set";
  const DesignResult design = sample_design();
  const std::string base = std::string(folder) + "/sample";
  ReportOptions options;
  options.width = 100;
  EXPECT_TRUE(write_file(base + ".txt", report_terminal(design, Sources(), options)));
  EXPECT_TRUE(write_file(base + ".md", report_markdown(design, Sources(), options)));
  EXPECT_TRUE(write_file(base + ".html", report_html(design, Sources(), options)));
  EXPECT_TRUE(write_file(base + ".json", report_json(design, Sources())));
}

}  // namespace
}  // namespace scantling
