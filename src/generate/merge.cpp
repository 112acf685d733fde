#include "generate/merge.h"

#include <algorithm>
#include <vector>

namespace scantling::generate {
namespace {

using Lines = std::vector<std::string_view>;

// With their line ends, so that joining gives the text again.
Lines lines_with_ends(std::string_view text) {
  Lines out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::size_t length = end == text.npos ? text.size() : end + 1;
    out.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return out;
}

constexpr std::size_t kNone = static_cast<std::size_t>(-1);
// Beyond this many differing lines a merge by hand is what a person would want.
constexpr std::ptrdiff_t kMostEdits = 4000;

// For each line of `a` the line of `b` that it is matched with, by Myers' greedy algorithm ("An
// O(ND) Difference Algorithm", 1986). Nothing when there are more than kMostEdits differences.
std::optional<std::vector<std::size_t>> match(const Lines& a, const Lines& b) {
  const auto n = static_cast<std::ptrdiff_t>(a.size());
  const auto m = static_cast<std::ptrdiff_t>(b.size());
  const std::ptrdiff_t most = std::min(n + m, kMostEdits);
  std::vector<std::ptrdiff_t> furthest(static_cast<std::size_t>(2 * most + 3), 0);
  std::vector<std::vector<std::ptrdiff_t>> trace;
  const auto at = [&](std::vector<std::ptrdiff_t>& v, std::ptrdiff_t k) -> std::ptrdiff_t& {
    return v[static_cast<std::size_t>(k + most + 1)];
  };
  std::ptrdiff_t d = 0;
  for (bool found = false; !found; ++d) {
    if (d > most) return std::nullopt;
    trace.push_back(furthest);
    for (std::ptrdiff_t k = -d; k <= d && !found; k += 2) {
      const bool down = k == -d || (k != d && at(furthest, k - 1) < at(furthest, k + 1));
      std::ptrdiff_t x = down ? at(furthest, k + 1) : at(furthest, k - 1) + 1;
      while (x < n && x - k < m &&
             a[static_cast<std::size_t>(x)] == b[static_cast<std::size_t>(x - k)])
        ++x;
      at(furthest, k) = x;
      found = x >= n && x - k >= m;
    }
  }
  std::vector<std::size_t> out(a.size(), kNone);
  std::ptrdiff_t x = n, y = m;
  for (--d; d >= 0; --d) {
    std::vector<std::ptrdiff_t>& v = trace[static_cast<std::size_t>(d)];
    const std::ptrdiff_t k = x - y;
    const bool down = k == -d || (k != d && at(v, k - 1) < at(v, k + 1));
    const std::ptrdiff_t from_k = down ? k + 1 : k - 1;
    const std::ptrdiff_t from_x = d == 0 ? 0 : at(v, from_k);
    const std::ptrdiff_t from_y = d == 0 ? 0 : from_x - from_k;
    while (x > from_x && y > from_y && x > 0 && y > 0 &&
           a[static_cast<std::size_t>(x - 1)] == b[static_cast<std::size_t>(y - 1)])
      out[static_cast<std::size_t>(--x)] = static_cast<std::size_t>(--y);
    x = from_x, y = from_y;
  }
  return out;
}

bool same(const Lines& a, std::size_t a0, std::size_t a1, const Lines& b, std::size_t b0,
          std::size_t b1) {
  return a1 - a0 == b1 - b0 && std::equal(a.begin() + static_cast<std::ptrdiff_t>(a0),
                                          a.begin() + static_cast<std::ptrdiff_t>(a1),
                                          b.begin() + static_cast<std::ptrdiff_t>(b0));
}

void append(std::string& out, const Lines& lines, std::size_t from, std::size_t to) {
  for (; from < to; ++from)
    out += lines[from];
}

}  // namespace

std::optional<std::string> merge(std::string_view base_text, std::string_view mine_text,
                                 std::string_view theirs_text) {
  const Lines base = lines_with_ends(base_text);
  const Lines mine = lines_with_ends(mine_text);
  const Lines theirs = lines_with_ends(theirs_text);
  const auto to_mine = match(base, mine);
  const auto to_theirs = match(base, theirs);
  if (!to_mine || !to_theirs) return std::nullopt;
  std::string out;
  std::size_t b = 0, m = 0, t = 0;
  while (true) {
    // The next line of the base that both kept ends a chunk that may differ.
    std::size_t next = b;
    while (next < base.size() && ((*to_mine)[next] == kNone || (*to_theirs)[next] == kNone))
      ++next;
    const bool at_end = next == base.size();
    const std::size_t mine_end = at_end ? mine.size() : (*to_mine)[next];
    const std::size_t theirs_end = at_end ? theirs.size() : (*to_theirs)[next];
    if (same(base, b, next, mine, m, mine_end) || same(mine, m, mine_end, theirs, t, theirs_end))
      append(out, theirs, t, theirs_end);
    else if (same(base, b, next, theirs, t, theirs_end))
      append(out, mine, m, mine_end);
    else
      return std::nullopt;
    if (at_end) return out;
    out += base[next];
    b = next + 1, m = mine_end + 1, t = theirs_end + 1;
  }
}

}  // namespace scantling::generate
