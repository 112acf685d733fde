// The mistakes that the reader finds: one line a kind. Names are never reused.
#pragma once

#include "diagnostics/diagnostic.h"

namespace scantling {

// X(identifier, name, severity, family, summary), sorted by name.
#define SCANTLING_LANGUAGE_KINDS(X)                                                              \
  X(kAliasNotAllowed, "alias-not-allowed", Error, "syntax",                                      \
    "an anchor or alias, which the language does not have")                                      \
  X(kAmbiguousReference, "ambiguous-reference", Error, "language",                               \
    "a name that several elements of different kinds have")                                      \
  X(kBadInclude, "bad-include", Error, "language",                                               \
    "an include that is not a relative path of a model file")                                    \
  X(kBadName, "bad-name", Error, "language",                                                     \
    "an element's name that other lines could not refer to")                                     \
  X(kBadValue, "bad-value", Error, "language", "a value that is not of the key's form")          \
  X(kContradictoryValues, "contradictory-values", Error, "language",                             \
    "values beside each other that can't both hold")                                             \
  X(kDuplicateElement, "duplicate-element", Error, "language",                                   \
    "an element that two files or two sections define")                                          \
  X(kDuplicateKey, "duplicate-key", Error, "syntax", "a key that stands twice in one map")       \
  X(kEmptyModel, "empty-model", Error, "language", "a file without any content")                 \
  X(kIncludeCycle, "include-cycle", Error, "language", "files that include each other")          \
  X(kIncludeNoMatch, "include-no-match", Error, "language", "an include that no file matches")   \
  X(kMalformedYaml, "malformed-yaml", Error, "syntax", "text that is not YAML")                  \
  X(kMisplacedKey, "misplaced-key", Error, "language",                                           \
    "a key that means nothing for a step of this kind")                                          \
  X(kMissingKey, "missing-key", Error, "language", "a key without which the map says nothing")   \
  X(kMissingUnit, "missing-unit", Error, "language", "a bare number where a unit is needed")     \
  X(kNotUtf8, "not-utf8", Error, "syntax", "bytes that are not UTF-8")                           \
  X(kSecondDocument, "second-document", Error, "syntax", "a second YAML document in one file")   \
  X(kStaleSetPath, "stale-set-path", Warning, "language",                                        \
    "a path among decided, assumed or measured values that names nothing")                       \
  X(kTagNotAllowed, "tag-not-allowed", Error, "syntax",                                          \
    "a YAML tag, which the language does "                                                       \
    "not have")                                                                                  \
  X(kTooDeep, "too-deep", Error, "syntax", "nesting beyond the limit")                           \
  X(kTooLarge, "too-large", Error, "syntax", "a file or value beyond the limit")                 \
  X(kTooManyNodes, "too-many-nodes", Error, "syntax", "more values than the limit")              \
  X(kTooManyProblems, "too-many-problems", Error, "syntax", "more mistakes than are listed")     \
  X(kUndefinedReference, "undefined-reference", Error, "language",                               \
    "a name that no element of the right kind has")                                              \
  X(kUnknownEvent, "unknown-event", Warning, "language", "an event that nothing announces")      \
  X(kUnknownKey, "unknown-key", Error, "language", "a key that the language does not have here") \
  X(kUnreadableFile, "unreadable-file", Error, "language", "a file that can't be read")          \
  X(kUnresolvedTarget, "unresolved-target", Warning, "language",                                 \
    "a fault on an element that the model does not have yet")                                    \
  X(kWrongShape, "wrong-shape", Error, "language",                                               \
    "a map, list or scalar where another is needed")                                             \
  X(kWrongUnit, "wrong-unit", Error, "language", "a quantity of another dimension")              \
  X(kWrongVersion, "wrong-version", Error, "language", "a version of the language not known here")

#define SCANTLING_DECLARE_KIND(identifier, name, severity, family, summary) \
  inline constexpr DiagnosticKind identifier{name, Severity::severity, family, summary};
SCANTLING_LANGUAGE_KINDS(SCANTLING_DECLARE_KIND)
#undef SCANTLING_DECLARE_KIND

}  // namespace scantling
