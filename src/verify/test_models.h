// Models as text, for the tests of what is derived from them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "language/language.h"
#include "verify/verify.h"

namespace scantling::verify::testing {

inline Architecture parse(std::string_view body) {
  MemoryFiles files;
  files.add("model.yaml", "scantling: 1\nsystem: example\n" + std::string(body));
  Sources sources;
  Diagnostics problems;
  Architecture model = read_model(sources, files, "model.yaml", {}, problems);
  for (const Diagnostic& d : problems.all())
    if (d.severity == Severity::Error) ADD_FAILURE() << d.title << "\n" << body;
  return model;
}

inline const PropertyVerdict* verdict(const Verification& v, std::string_view property) {
  for (const ProtocolVerdict& p : v.protocols)
    for (const PropertyVerdict& one : p.properties)
      if (one.property == property) return &one;
  return nullptr;
}

}  // namespace scantling::verify::testing
