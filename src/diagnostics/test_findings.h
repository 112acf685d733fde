// A small model and findings in it, for the tests of the renderers.
#pragma once

#include <string>
#include <string_view>

#include "diagnostics/diagnostic.h"
#include "source/source.h"

namespace scantling::test {

inline constexpr DiagnosticKind kTimeout = {"timeout-inversion", Severity::Error, "calls",
                                            "a caller gives up before its callee may"};
inline constexpr DiagnosticKind kRetry = {"retry-without-backoff", Severity::Warning, "calls",
                                          "retries follow one another at once"};
inline constexpr DiagnosticKind kRemark = {"chatty-call", Severity::Note, "calls",
                                           "one call for each item"};

inline constexpr std::string_view kShop =
    "scantling: 1\n"
    "services:\n"
    "  orders:\n"
    "    endpoints:\n"
    "      place:\n"
    "        steps:\n"
    "          - call: payments.authorize\n"
    "            timeout: 300ms\n"
    "            retry: { attempts: 3 }\n";

// The span of the first place where `text` stands in the file.
inline Span span_of(const Sources& sources, FileId file, std::string_view text) {
  const std::size_t at = sources.text(file).find(text);
  return {file, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + text.size())};
}

struct Shop {
  Sources sources;
  FileId file = sources.add("shop.yaml", std::string(kShop));
  Diagnostics findings;

  Span span(std::string_view text) const { return span_of(sources, file, text); }

  Diagnostic& timeout() {
    Diagnostic& d = findings.add(kTimeout, span("timeout: 300ms"),
                                 "orders waits 300 ms for payments, which may try for 2.4 s");
    d.caret = "given up here";
    d.element = "services.orders.endpoints.place";
    d.chain = {"orders.place 300 ms", "payments.authorize 3 x 700 ms", "psp"};
    d.because = "3 x 700 ms + 2 x 100 ms = 2.3 s > 300 ms";
    d.effect = "a charge is made after the customer was told it failed";
    d.requirements = {"operations.place-order.objective"};
    d.labels = {{span("attempts: 3"), "asks 3 times"}};
    d.fixes = {{"timeout: 2.6s", FixSafety::Unsafe, {{span("300ms"), "2.6s"}}}};
    return d;
  }
};

}  // namespace scantling::test
