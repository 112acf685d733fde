// Random models, made by the table: every key of the language, with random values of its type. For
// tests.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "language/output.h"
#include "language/table.h"

namespace scantling {
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  std::string model();  // its text; without contradictions or undefined references
  bool chance(int one_in) { return below(one_in) == 0; }
  int below(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }

 private:
  using Names = std::vector<std::string>;

  Names& names(RefKind kind) { return names_[static_cast<std::size_t>(kind)]; }
  std::string pick(const Names& from) {
    return from.at(static_cast<std::size_t>(below(static_cast<int>(from.size()))));
  }
  template <class E>
  std::string pick_enum() {
    return std::string(EnumNames<E>::value[static_cast<std::size_t>(
        below(static_cast<int>(EnumNames<E>::value.size())))]);
  }

  void name_elements();
  std::string free_text();
  std::string number(int most) { return number_text(below(most) + below(100) / 100.0); }
  std::string duration();
  std::string rate() {
    return number(900) + pick({"", "k", "M"}) + pick({"/s", "/min", "/h", "/d"});
  }
  std::string share() { return number_text(below(10000) / 100.0) + "%"; }
  std::string factor() { return "x" + number(50); }
  std::string count() { return std::to_string(below(5000)) + pick({"", "", "k", "M"}); }

  Out value(const Type& type, int depth);
  std::string scalar(const Type& type);
  Out time_law();
  Out structure(const StructType& type, int depth);
  void some_members(const StructType& type, int depth, Out& map, const Names& without);
  Out step(int depth);
  Out problem_step();
  Out fault();
  Out objective();
  Out load_of_experiment(int depth);
  Out expectation(int depth);
  Out endpoint(int depth);
  Out named(const Type& type, RefKind kind, int depth);
  std::string act() { return pick_enum<Verb>() + " " + pick(names(RefKind::Aggregate)); }
  std::string target();

  std::mt19937_64 random_;
  Names names_[kRefKinds];
  Names endpoints_;
};

}  // namespace scantling
