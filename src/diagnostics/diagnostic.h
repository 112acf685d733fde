// A finding as data. What it says is composed where the numbers are known; how it looks is decided
// by the renderers alone.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "source/source.h"
#include "source/span.h"

namespace scantling {

enum class Severity : std::uint8_t { Note, Warning, Error };
std::string_view to_text(Severity severity);  // "note", "warning", "error"

// One kind of finding: a rule of `check`, or a mistake that the reader finds. The name is the same
// everywhere: code, docs page, golden test, SARIF id, acceptance. Never reused for another meaning.
struct DiagnosticKind {
  std::string_view name;                // "timeout-inversion"
  Severity severity = Severity::Error;  // its default
  std::string_view family;              // "syntax", "language", "calls", "data", ...
  std::string_view summary;             // one line, no full stop: what it finds
};

enum class FixSafety : std::uint8_t { Safe, Unsafe, Manual };

struct Fix {
  std::string text;  // "timeout: 2.6s"
  FixSafety safety = FixSafety::Manual;
  std::vector<Edit> edits;  // none for Manual
};

// A second place that matters: "first defined here", "the callee's policy".
struct Label {
  Span span;
  std::string text;
};

struct Diagnostic {
  const DiagnosticKind* kind = nullptr;
  Severity severity = Severity::Error;
  std::string title;    // at most 72 columns where names allow; names the offender
  Span span;            // invalid: no place in a file
  std::string caret;    // beside the caret: "given up here"; may be empty
  std::string element;  // path: "services.orders.endpoints.place-order"
  std::vector<Label> labels;
  std::vector<std::string> chain;    // caller -> callee ...
  std::vector<Label> flow;           // a run that shows it, step by step; places may be invalid
  std::string because;               // with the numbers
  std::string effect;                // what it does to whom; may be empty
  std::vector<std::string> allowed;  // bad input: what is allowed, and a valid example
  std::vector<Fix> fixes;
  std::vector<std::string> requirements;  // paths of requirements touched
  bool accepted = false;                  // by an acceptance: kept, but it doesn't count
  std::string accepted_reason;

  // Independent of line numbers: rule, element (the title where there is none), and
  // `fingerprint_salt` where one element can have the finding twice.
  std::string fingerprint_salt;
  std::string fingerprint() const;  // 16 hexadecimal digits
};

// Collects findings. At most kLimit errors and warnings, and as many notes, are kept; the rest is
// counted.
class Diagnostics {
 public:
  static constexpr std::size_t kLimit = 1000;

  // The reference is good until the next `add`.
  Diagnostic& add(const DiagnosticKind& kind, Span span, std::string title);
  void add(Diagnostic diagnostic);
  const std::vector<Diagnostic>& all() const { return items_; }
  std::vector<Diagnostic>& all() { return items_; }
  // By file, place, rule name, element: the order in which everything prints them.
  void sort();
  std::size_t count(Severity severity) const;  // not accepted ones; dropped ones too
  std::size_t accepted() const;
  bool has_errors() const { return count(Severity::Error) > 0; }
  std::size_t dropped() const;
  void append(const Diagnostics& other);

 private:
  bool has_room(Severity severity);  // takes the place when there is one

  std::vector<Diagnostic> items_;
  Diagnostic overflow_;                     // where `add` writes past the limit
  std::array<std::size_t, 3> dropped_{};    // by severity
  std::size_t problems_ = 0, remarks_ = 0;  // places taken by errors and warnings, by notes
};

}  // namespace scantling
