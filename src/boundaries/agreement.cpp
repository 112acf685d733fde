// Agreement of a cut with a reference cut: pairs of entities, and MoJoFM.
#include <algorithm>
#include <map>
#include <numeric>
#include <vector>

#include "base/assert.h"
#include "boundaries/index.h"
#include "boundaries/metrics.h"

namespace scantling::boundaries {
namespace {

// Overlap of each cluster of `cut` with each of `reference`, labels compacted in order.
std::vector<std::vector<int>> overlaps(const std::vector<int>& cut,
                                       const std::vector<int>& reference) {
  SCANTLING_ASSERT(cut.size() == reference.size());
  std::map<int, int> rows, columns;
  for (std::size_t i = 0; i < cut.size(); ++i) {
    if (cut[i] < 0 || reference[i] < 0) continue;
    rows.emplace(cut[i], static_cast<int>(rows.size()));
    columns.emplace(reference[i], static_cast<int>(columns.size()));
  }
  std::vector<std::vector<int>> table(rows.size(), std::vector<int>(columns.size(), 0));
  for (std::size_t i = 0; i < cut.size(); ++i)
    if (cut[i] >= 0 && reference[i] >= 0) ++table[at(rows[cut[i]])][at(columns[reference[i]])];
  return table;
}

double pairs_of(double n) {
  return n * (n - 1) / 2;
}

// Kuhn's augmenting path: may row `r` get a column of its own among those it may take?
bool augment(std::size_t r, const std::vector<std::vector<std::size_t>>& takes,
             std::vector<int>& row_of, std::vector<char>& visited) {
  for (const std::size_t c : takes[r]) {
    if (visited[c]) continue;
    visited[c] = 1;
    if (row_of[c] < 0 || augment(at(row_of[c]), takes, row_of, visited)) {
      row_of[c] = static_cast<int>(r);
      return true;
    }
  }
  return false;
}

}  // namespace

PairAgreement pair_agreement(const std::vector<int>& cut, const std::vector<int>& reference) {
  const auto table = overlaps(cut, reference);
  double both = 0, in_cut = 0, in_reference = 0;
  std::vector<double> columns(table.empty() ? 0 : table[0].size(), 0);
  for (const auto& row : table) {
    in_cut += pairs_of(std::accumulate(row.begin(), row.end(), 0));
    for (std::size_t c = 0; c < row.size(); ++c) {
      both += pairs_of(row[c]);
      columns[c] += row[c];
    }
  }
  for (const double column : columns)
    in_reference += pairs_of(column);
  PairAgreement agreement;
  agreement.precision = in_cut > 0 ? both / in_cut : 1;
  agreement.recall = in_reference > 0 ? both / in_reference : 1;
  agreement.f = in_cut + in_reference > 0 ? 2 * both / (in_cut + in_reference) : 1;
  return agreement;
}

// mno(A, B) = n - sum of each A's largest overlap + |A| - g, where each A is labelled with a B of
// its largest overlap and g is the most labels that can be used at once (Wen and Tzerpos, 2004).
// The farthest a cut can be from B is n - g with g found from B's sizes in ascending order.
double mojofm(const std::vector<int>& cut, const std::vector<int>& reference) {
  const auto table = overlaps(cut, reference);
  if (table.empty()) return 100;
  int n = 0, kept = 0;
  std::vector<int> sizes(table[0].size(), 0);
  std::vector<std::vector<std::size_t>> labels(table.size());
  for (std::size_t r = 0; r < table.size(); ++r) {
    const int largest = *std::max_element(table[r].begin(), table[r].end());
    kept += largest;
    for (std::size_t c = 0; c < table[r].size(); ++c) {
      n += table[r][c];
      sizes[c] += table[r][c];
      if (table[r][c] == largest) labels[r].push_back(c);
    }
  }
  std::vector<int> row_of(sizes.size(), -1);
  int used = 0;
  for (std::size_t r = 0; r < table.size(); ++r) {
    std::vector<char> visited(sizes.size(), 0);
    if (augment(r, labels, row_of, visited)) ++used;
  }
  std::sort(sizes.begin(), sizes.end());
  int groups = 0;
  for (const int size : sizes)
    if (groups < size) ++groups;
  const int moves = n - kept + static_cast<int>(table.size()) - used;
  return n == groups ? 100 : 100 * (1 - static_cast<double>(moves) / (n - groups));
}

}  // namespace scantling::boundaries
