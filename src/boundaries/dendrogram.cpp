#include "boundaries/dendrogram.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "boundaries/index.h"

namespace scantling::boundaries {
namespace {

using Matrix = std::vector<std::vector<double>>;

struct Touches {
  std::vector<std::vector<char>> any, write, read;  // [entity][functionality]
  Matrix adjacent;                                  // consecutive accesses, both ways
};

Touches touches_of(const Input& input) {
  const std::size_t n = input.entities.size(), f_count = input.functionalities.size();
  Touches t;
  t.any.assign(n, std::vector<char>(f_count, 0));
  t.write = t.read = t.any;
  t.adjacent.assign(n, std::vector<double>(n, 0));
  for (std::size_t f = 0; f < f_count; ++f) {
    int previous = -1;
    for (const Access& access : input.functionalities[f].accesses) {
      const std::size_t e = at(access.entity);
      t.any[e][f] = 1;
      (access.write ? t.write : t.read)[e][f] = 1;
      if (previous >= 0 && previous != access.entity) {
        t.adjacent[at(previous)][e] += 1;
        t.adjacent[e][at(previous)] += 1;
      }
      previous = access.entity;
    }
  }
  return t;
}

// Share of the functionalities of `a` that `b` has too.
double shared(const std::vector<char>& a, const std::vector<char>& b) {
  double both = 0, all = 0;
  for (std::size_t f = 0; f < a.size(); ++f) {
    all += a[f];
    both += a[f] && b[f] ? 1 : 0;
  }
  return all > 0 ? both / all : 0;
}

Matrix similarity(const Touches& t, const SimilarityMix& mix) {
  const std::size_t n = t.any.size();
  double most = 1;
  for (const auto& row : t.adjacent)
    for (const double count : row)
      most = std::max(most, count);
  Matrix s(n, std::vector<double>(n, 1));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      if (i != j)
        s[i][j] = mix.access / 100 * shared(t.any[i], t.any[j]) +
                  mix.write / 100 * shared(t.write[i], t.write[j]) +
                  mix.read / 100 * shared(t.read[i], t.read[j]) +
                  mix.sequence / 100 * t.adjacent[i][j] / most;
  return s;
}

Matrix row_distances(const Matrix& rows) {
  const std::size_t n = rows.size();
  Matrix d(n, std::vector<double>(n, 0));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      double squares = 0;
      for (std::size_t c = 0; c < n; ++c)
        squares += (rows[i][c] - rows[j][c]) * (rows[i][c] - rows[j][c]);
      d[i][j] = std::sqrt(squares);
    }
  return d;
}

}  // namespace

std::vector<int> dendrogram_cut(const Input& input, const SimilarityMix& mix, int services) {
  const std::size_t n = input.entities.size();
  Matrix d = row_distances(similarity(touches_of(input), mix));
  std::vector<std::vector<int>> members(n);
  std::vector<std::size_t> alive;
  for (std::size_t i = 0; i < n; ++i) {
    members[i] = {static_cast<int>(i)};
    alive.push_back(i);
  }
  while (alive.size() > at(std::max(1, services))) {
    std::size_t best_a = 0, best_b = 1;
    for (std::size_t a = 0; a < alive.size(); ++a)
      for (std::size_t b = a + 1; b < alive.size(); ++b)
        if (d[alive[a]][alive[b]] < d[alive[best_a]][alive[best_b]]) {
          best_a = a;
          best_b = b;
        }
    const std::size_t a = alive[best_a], b = alive[best_b];
    const double size_a = static_cast<double>(members[a].size());
    const double size_b = static_cast<double>(members[b].size());
    for (const std::size_t other : alive)
      d[a][other] = d[other][a] = (d[a][other] * size_a + d[b][other] * size_b) / (size_a + size_b);
    members[a].insert(members[a].end(), members[b].begin(), members[b].end());
    alive.erase(alive.begin() + static_cast<std::ptrdiff_t>(best_b));
  }
  std::vector<int> group(n, 0);
  for (std::size_t g = 0; g < alive.size(); ++g)
    for (const int entity : members[alive[g]])
      group[at(entity)] = static_cast<int>(g);
  return group;
}

}  // namespace scantling::boundaries
