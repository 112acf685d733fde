#include <gtest/gtest.h>

#include "diagnostics/render.h"
#include "diagnostics/test_findings.h"
#include "diagnostics/text_layout.h"

namespace scantling {
namespace {

using namespace test;

std::string shown(const Shop& shop, int width = 100) {
  RenderOptions options;
  options.width = width;
  options.show_summary = false;
  return render_terminal(shop.findings, shop.sources, options);
}

TEST(RenderTerminal, LooksLikeACompilers) {
  Shop shop;
  shop.timeout();
  EXPECT_EQ(shown(shop),
            R"(error[timeout-inversion]: orders waits 300 ms for payments, which may try for 2.4 s
 --> shop.yaml:8:13
  |
8 |             timeout: 300ms
  |             ^^^^^^^^^^^^^^ given up here
9 |             retry: { attempts: 3 }
  |                      ----------- asks 3 times
  = chain: orders.place 300 ms -> payments.authorize 3 x 700 ms -> psp
  = because: 3 x 700 ms + 2 x 100 ms = 2.3 s > 300 ms
  = effect: a charge is made after the customer was told it failed
  = touches: operations.place-order.objective
  = fix: timeout: 2.6s (unsafe: changes behaviour)

)");
}

TEST(RenderTerminal, WrapsNotesUnderTheirText) {
  Shop shop;
  Diagnostic& d = shop.findings.add(kRetry, {}, "orders retries at once");
  d.element = "services.orders";
  d.because = "one two three four five six seven eight nine ten";
  EXPECT_EQ(shown(shop, 40), R"(warning[retry-without-backoff]: orders retries at once
  --> services.orders
  = because: one two three four five six
             seven eight nine ten

)");
}

TEST(RenderTerminal, TwoMarksOnOneLineHang) {
  Shop shop;
  Diagnostic& d = shop.findings.add(kRetry, shop.span("retry"), "orders retries at once");
  d.caret = "no backoff";
  d.labels = {{shop.span("attempts: 3"), "asks 3 times"}};
  EXPECT_EQ(shown(shop), R"(warning[retry-without-backoff]: orders retries at once
 --> shop.yaml:9:13
  |
9 |             retry: { attempts: 3 }
  |             ^^^^^    ----------- asks 3 times
  |             |
  |             no backoff

)");
}

TEST(RenderTerminal, ShowsTheLineBetweenAndCutsAGap) {
  Shop shop;
  Diagnostic& d = shop.findings.add(kRetry, shop.span("retry"), "orders retries at once");
  d.labels = {{shop.span("payments.authorize"), "the callee"}, {shop.span("services"), ""}};
  EXPECT_EQ(shown(shop), R"(warning[retry-without-backoff]: orders retries at once
 --> shop.yaml:9:13
  |
2 | services:
  | --------
...
7 |           - call: payments.authorize
  |                   ------------------ the callee
8 |             timeout: 300ms
9 |             retry: { attempts: 3 }
  |             ^^^^^

)");
}

TEST(RenderTerminal, BarBesideSeveralLines) {
  Shop shop;
  const Span call = {shop.file, shop.span("call: pay").begin, shop.span("3 }").end};
  shop.findings.add(kTimeout, call, "orders waits").caret = "this call";
  EXPECT_EQ(shown(shop), R"(error[timeout-inversion]: orders waits
 --> shop.yaml:7:13
  |
7 | /           - call: payments.authorize
8 | |             timeout: 300ms
9 | |             retry: { attempts: 3 }
  | |__________________________________^ this call

)");
}

TEST(RenderTerminal, BarOverManyLinesIsCut) {
  Shop shop;
  const Span all = {shop.file, 0, shop.span("3 }").end};
  shop.findings.add(kTimeout, all, "all of it").caret = "here";
  EXPECT_EQ(shown(shop), R"(error[timeout-inversion]: all of it
 --> shop.yaml:1:1
  |
1 | / scantling: 1
2 | | services:
... |
9 | |             retry: { attempts: 3 }
  | |__________________________________^ here

)");
}

TEST(RenderTerminal, AlignsUnderTabsAndWideCharacters) {
  Shop shop;
  shop.file = shop.sources.add("wide.yaml", "\tname: \xE5\xB7\xA5\xE5\x8E\x82 x\n");
  shop.findings.add(kTimeout, shop.span("x"), "x is odd").caret = "here";
  // The tab fills four columns, the two ideographs two each.
  EXPECT_EQ(shown(shop),
            "error[timeout-inversion]: x is odd\n --> wide.yaml:1:11\n  |\n"
            "1 |     name: \xE5\xB7\xA5\xE5\x8E\x82 x\n"
            "  |                ^ here\n\n");
}

TEST(RenderTerminal, LongLineIsShownAroundTheSpan) {
  Shop shop;
  const std::string before(200, 'a'), after(200, 'b');
  shop.file = shop.sources.add("long.yaml", before + " HERE " + after + "\n");
  shop.findings.add(kTimeout, shop.span("HERE"), "it is far right").caret = "look";
  const std::string text = shown(shop, 60);
  // 60 columns less "1 | ": 56, of which 14 are before the span.
  EXPECT_NE(text.find("1 | ..." + std::string(10, 'a') + " HERE " + std::string(34, 'b') +
                      "...\n  |               ^^^^ look\n"),
            std::string::npos)
      << text;
}

TEST(RenderTerminal, NothingOfTheModelReachesTheTerminalRaw) {
  Shop shop;
  shop.file = shop.sources.add("evil.yaml", "name: \x1b[31mred\xE2\x80\xAE x\xff\n");
  Diagnostic& d = shop.findings.add(kTimeout, shop.span("x"), "\x1b[2Jtitle");
  d.because = "line one\nline two";
  const std::string text = shown(shop);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find("\xE2\x80\xAE"), std::string::npos);
  EXPECT_EQ(text.find('\xff'), std::string::npos);
  EXPECT_NE(text.find("because: line one line two"), std::string::npos);
}

TEST(RenderTerminal, EmptySpanAndEndOfFileHaveACaret) {
  Shop shop;
  shop.file = shop.sources.add("end.yaml", "a: 1\n");
  shop.findings.add(kTimeout, {shop.file, 4, 4}, "something is missing");
  shop.findings.add(kTimeout, {shop.file, 5, 5}, "the file ends");
  const std::string text = shown(shop);
  EXPECT_NE(text.find("1 | a: 1\n  |     ^\n"), std::string::npos) << text;
  EXPECT_NE(text.find("end.yaml:2:1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("2 |\n  | ^\n"), std::string::npos) << text;
}

TEST(RenderTerminal, SecondFileHasItsOwnBlock) {
  Shop shop;
  const FileId other = shop.sources.add("parts/payments.yaml", "payments:\n  timeout: 700ms\n");
  shop.timeout().labels = {{span_of(shop.sources, other, "700ms"), "tried for so long"}};
  EXPECT_NE(shown(shop).find(" ::: parts/payments.yaml:2:12\n  |\n2 |   timeout: 700ms\n"
                             "  |            ----- tried for so long\n"),
            std::string::npos)
      << shown(shop);
}

TEST(RenderTerminal, ColoursOnlyWhenAsked) {
  Shop shop;
  shop.timeout();
  RenderOptions options;
  options.color = true;
  EXPECT_NE(render_terminal(shop.findings, shop.sources, options).find("\x1b[1;31merror"),
            std::string::npos);
}

TEST(RenderTerminal, SummaryCountsWhatCounts) {
  Shop shop;
  EXPECT_EQ(summary_text(shop.findings), "no findings");
  shop.timeout();
  shop.timeout();
  shop.findings.add(kRetry, {}, "orders retries");
  shop.findings.all()[1].accepted = true;
  EXPECT_EQ(summary_text(shop.findings), "1 error, 1 warning, 1 accepted");
}

TEST(RenderConcise, OneLineAFinding) {
  Shop shop;
  shop.timeout();
  shop.findings.add(kRetry, {}, "orders retries").element = "services.orders";
  shop.timeout().accepted = true;
  RenderOptions options;
  options.show_summary = false;
  EXPECT_EQ(render_concise(shop.findings, shop.sources, options),
            "shop.yaml:8:13: error[timeout-inversion]: orders waits 300 ms for payments, which may "
            "try for 2.4 s\n"
            "services.orders: warning[retry-without-backoff]: orders retries\n");
}

TEST(TextLayout, WrapKeepsLongWords) {
  EXPECT_EQ(wrap("aa bb cccccccc d", 5), (std::vector<std::string>{"aa bb", "cccccccc", "d"}));
  EXPECT_EQ(wrap("", 5), std::vector<std::string>{""});
}

}  // namespace
}  // namespace scantling
