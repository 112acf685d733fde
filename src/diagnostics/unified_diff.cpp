#include <algorithm>
#include <vector>

#include "diagnostics/fixes.h"

namespace scantling {
namespace {

constexpr int kContext = 3;
constexpr int kMostChanges = 2000;  // the search keeps the square of it

// With their line ends: a missing last one is a difference.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

struct LineChange {
  int before = 0, removed = 0;  // lines of the old text
  int after = 0, added = 0;     // lines of the new text
};

using Lines = std::vector<std::string_view>;

// Myers 1986, "An O(ND) Difference Algorithm and Its Variations", the greedy search of section 4
// with its trace. Returns, per old line and new line, whether it is common; false when more than
// kMostChanges lines differ.
bool myers(const Lines& a, const Lines& b, std::vector<char>& keep_a, std::vector<char>& keep_b) {
  const int n = static_cast<int>(a.size()), m = static_cast<int>(b.size());
  const int limit = std::min(n + m, kMostChanges);
  const auto slot = [&](int k) { return static_cast<std::size_t>(k + limit + 1); };
  std::vector<int> furthest(static_cast<std::size_t>(2 * limit + 3), 0);
  std::vector<std::vector<int>> trace;
  const auto goes_down = [&](const std::vector<int>& v, int d, int k) {
    return k == -d || (k != d && v[slot(k - 1)] < v[slot(k + 1)]);
  };
  int x = 0, y = 0, d = 0;
  bool found = false;
  for (; d <= limit && !found; ++d) {
    trace.push_back(furthest);
    for (int k = -d; k <= d && !found; k += 2) {
      x = goes_down(furthest, d, k) ? furthest[slot(k + 1)] : furthest[slot(k - 1)] + 1;
      y = x - k;
      while (x < n && y < m && a[static_cast<std::size_t>(x)] == b[static_cast<std::size_t>(y)])
        ++x, ++y;
      furthest[slot(k)] = x;
      found = x >= n && y >= m;
    }
  }
  if (!found) return false;
  while (--d >= 0) {
    const std::vector<int>& v = trace[static_cast<std::size_t>(d)];
    const int k = x - y;
    const int from_k = goes_down(v, d, k) ? k + 1 : k - 1;
    const int from_x = d == 0 ? 0 : v[slot(from_k)], from_y = d == 0 ? 0 : from_x - from_k;
    while (x > from_x && y > from_y) {
      keep_a[static_cast<std::size_t>(--x)] = 1;
      keep_b[static_cast<std::size_t>(--y)] = 1;
    }
    x = from_x, y = from_y;
  }
  return true;
}

std::vector<LineChange> changes(const Lines& a, const Lines& b) {
  const auto head = std::ranges::mismatch(a, b);
  const auto same_head = static_cast<std::size_t>(head.in1 - a.begin());
  std::size_t same_tail = 0;
  while (same_tail < std::min(a.size(), b.size()) - same_head &&
         a[a.size() - 1 - same_tail] == b[b.size() - 1 - same_tail])
    ++same_tail;
  const auto middle = [&](const Lines& lines) {
    return Lines(lines.begin() + static_cast<std::ptrdiff_t>(same_head),
                 lines.end() - static_cast<std::ptrdiff_t>(same_tail));
  };
  const Lines ma = middle(a), mb = middle(b);
  std::vector<char> keep_a(ma.size(), 0), keep_b(mb.size(), 0);
  // Beyond the limit the whole middle is one change: right, though not the shortest.
  if (!myers(ma, mb, keep_a, keep_b)) {
    std::ranges::fill(keep_a, 0);
    std::ranges::fill(keep_b, 0);
  }
  std::vector<LineChange> out;
  std::size_t i = 0, j = 0;
  while (i < ma.size() || j < mb.size()) {
    if (i < ma.size() && j < mb.size() && keep_a[i] && keep_b[j]) {
      ++i, ++j;
      continue;
    }
    LineChange change{static_cast<int>(same_head + i), 0, static_cast<int>(same_head + j), 0};
    while (i < ma.size() && !keep_a[i])
      ++i, ++change.removed;
    while (j < mb.size() && !keep_b[j])
      ++j, ++change.added;
    out.push_back(change);
  }
  return out;
}

void put(std::string& out, char mark, std::string_view line) {
  out += mark;
  out += line;
  if (!line.ends_with('\n')) out += "\n\\ No newline at end of file\n";
}

// "12,3"; "12" for one line; "11,0" for an insertion after line 11.
std::string range(int begin, int count) {
  const std::string first = std::to_string(count == 0 ? begin : begin + 1);
  return count == 1 ? first : first + "," + std::to_string(count);
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after, std::string_view path) {
  const Lines a = lines_of(before), b = lines_of(after);
  const std::vector<LineChange> all = changes(a, b);
  if (all.empty()) return "";
  std::string out = "--- a/" + std::string(path) + "\n+++ b/" + std::string(path) + "\n";
  for (std::size_t first = 0; first < all.size();) {
    std::size_t last = first;
    while (last + 1 < all.size() &&
           all[last + 1].before - (all[last].before + all[last].removed) <= 2 * kContext)
      ++last;
    const int begin_a = std::max(all[first].before - kContext, 0);
    const int begin_b = std::max(all[first].after - kContext, 0);
    const int end_a =
        std::min(all[last].before + all[last].removed + kContext, static_cast<int>(a.size()));
    const int end_b =
        std::min(all[last].after + all[last].added + kContext, static_cast<int>(b.size()));
    out +=
        "@@ -" + range(begin_a, end_a - begin_a) + " +" + range(begin_b, end_b - begin_b) + " @@\n";
    int at = begin_a;
    for (std::size_t i = first; i <= last; ++i) {
      for (; at < all[i].before; ++at)
        put(out, ' ', a[static_cast<std::size_t>(at)]);
      for (; at < all[i].before + all[i].removed; ++at)
        put(out, '-', a[static_cast<std::size_t>(at)]);
      for (int j = 0; j < all[i].added; ++j)
        put(out, '+', b[static_cast<std::size_t>(all[i].after + j)]);
    }
    for (; at < end_a; ++at)
      put(out, ' ', a[static_cast<std::size_t>(at)]);
    first = last + 1;
  }
  return out;
}

}  // namespace scantling
