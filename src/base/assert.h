// SCANTLING_ASSERT is always on: a broken invariant is our bug, and stops the program with exit
// status 70 (EX_SOFTWARE) and a line that says where. SCANTLING_DCHECK is for inner loops only and
// is compiled out with NDEBUG.
#pragma once

namespace scantling {

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace scantling

#define SCANTLING_ASSERT(condition) \
  ((condition) ? void(0) : ::scantling::assertion_failed(#condition, __FILE__, __LINE__))

#ifdef NDEBUG
#define SCANTLING_DCHECK(condition) void(0)
#else
#define SCANTLING_DCHECK(condition) SCANTLING_ASSERT(condition)
#endif
