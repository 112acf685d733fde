#include "diagnostics/diagnostic.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "base/text.h"

namespace scantling {

std::string_view to_text(Severity severity) {
  switch (severity) {
    case Severity::Note: return "note";
    case Severity::Warning: return "warning";
    case Severity::Error: return "error";
  }
  return "error";
}

std::string Diagnostic::fingerprint() const {
  constexpr std::string_view kSeparator("\0", 1);
  std::uint64_t hash = fnv1a(kind ? kind->name : std::string_view());
  hash = fnv1a(kSeparator, hash);
  hash = fnv1a(element.empty() ? title : element, hash);
  hash = fnv1a(kSeparator, hash);
  return hex16(fnv1a(fingerprint_salt, hash));
}

bool Diagnostics::has_room(Severity severity) {
  std::size_t& taken = severity == Severity::Note ? remarks_ : problems_;
  if (taken >= kLimit) {
    ++dropped_[static_cast<std::size_t>(severity)];
    return false;
  }
  ++taken;
  return true;
}

Diagnostic& Diagnostics::add(const DiagnosticKind& kind, Span span, std::string title) {
  const bool kept = has_room(kind.severity);
  if (kept) items_.emplace_back();
  Diagnostic& diagnostic = kept ? items_.back() : overflow_;
  diagnostic = Diagnostic{};
  diagnostic.kind = &kind;
  diagnostic.severity = kind.severity;
  diagnostic.span = span;
  diagnostic.title = std::move(title);
  return diagnostic;
}

void Diagnostics::add(Diagnostic diagnostic) {
  if (has_room(diagnostic.severity)) items_.push_back(std::move(diagnostic));
}

void Diagnostics::sort() {
  const auto key = [](const Diagnostic& d) {
    // What has no place in a file comes last.
    return std::tuple(!d.span.valid(), d.span.file, d.span.begin,
                      d.kind ? d.kind->name : std::string_view(), std::string_view(d.element),
                      std::string_view(d.title), d.span.end);
  };
  std::ranges::stable_sort(items_, {}, key);
}

std::size_t Diagnostics::count(Severity severity) const {
  const auto counts = [&](const Diagnostic& d) { return d.severity == severity && !d.accepted; };
  return static_cast<std::size_t>(std::ranges::count_if(items_, counts)) +
         dropped_[static_cast<std::size_t>(severity)];
}

std::size_t Diagnostics::accepted() const {
  return static_cast<std::size_t>(std::ranges::count_if(items_, &Diagnostic::accepted));
}

std::size_t Diagnostics::dropped() const {
  return std::accumulate(dropped_.begin(), dropped_.end(), std::size_t{0});
}

void Diagnostics::append(const Diagnostics& other) {
  for (const Diagnostic& diagnostic : other.items_)
    add(diagnostic);
  for (std::size_t i = 0; i < dropped_.size(); ++i)
    dropped_[i] += other.dropped_[i];
}

}  // namespace scantling
