// The rules of a packed system over states of exactly W words. Internal to the room.
#pragma once

#include <algorithm>
#include <vector>

#include "verify/packed.h"
#include "verify/state_set.h"

namespace scantling::verify {

// What a rule does, in words of exactly the state's width.
template <std::size_t W>
class Machine {
 public:
  Machine(const Packed& packed) : packed_(packed) {
    for (const PackedRule& r : packed.rules) {
      rules_.push_back({cut(r.when.mask), cut(r.when.value), cut(r.keep), cut(r.set),
                        r.first_cleanup, r.cleanups});
    }
    for (const Cleanup& c : packed.cleanups)
      cleanups_.push_back({cut(c.when.mask), cut(c.when.value), cut(c.keep)});
    add_groups(packed.steps, steps_);
    add_groups(packed.faults, faults_);
  }

  static State<W> cut(const Words& words) {
    State<W> out;
    std::copy_n(words.begin(), W, out.words.begin());
    return out;
  }
  static bool matches(const State<W>& s, const State<W>& mask, const State<W>& value) {
    std::uint64_t differs = 0;
    for (std::size_t i = 0; i < W; ++i)
      differs |= (s.words[i] & mask.words[i]) ^ value.words[i];
    return differs == 0;
  }

  // The state after the rule, before symmetry.
  State<W> apply(std::size_t r, const State<W>& s) const {
    const Fast& rule = rules_[r];
    State<W> t;
    for (std::size_t i = 0; i < W; ++i)
      t.words[i] = (s.words[i] & rule.keep.words[i]) | rule.set.words[i];
    for (std::uint32_t c = 0; c < rule.cleanups; ++c) {
      const Clean& clean = cleanups_[rule.first_cleanup + c];
      if (matches(t, clean.mask, clean.value))
        for (std::size_t i = 0; i < W; ++i)
          t.words[i] &= clean.keep.words[i];
    }
    return t;
  }

  // Of the states that differ by the names of their instances only, the one that is kept.
  State<W> canonical(const State<W>& s) const {
    const auto n = static_cast<std::size_t>(packed_.instances);
    if (n < 2) return s;
    const auto width = static_cast<std::size_t>(packed_.block_words);
    State<W> out = s;
    const auto less = [&](std::size_t a, std::size_t b) {
      for (std::size_t i = 0; i < width; ++i) {
        const std::uint64_t x = out.words[a * width + i] & packed_.block_mask[i];
        const std::uint64_t y = out.words[b * width + i] & packed_.block_mask[i];
        if (x != y) return x < y;
      }
      return false;
    };
    for (std::size_t i = 1; i < n; ++i)
      for (std::size_t j = i; j > 0 && less(j, j - 1); --j)
        for (std::size_t k = 0; k < width; ++k) {
          std::uint64_t &a = out.words[j * width + k], &b = out.words[(j - 1) * width + k];
          const std::uint64_t differs = (a ^ b) & packed_.block_mask[k];
          a ^= differs;
          b ^= differs;
        }
    return out;
  }

  // visit(rule) for each that is possible: faults, or the protocol's own steps.
  template <class Visit>
  void for_each_enabled(bool faults, const State<W>& s, Visit&& visit) const {
    for (const Group& g : faults ? faults_ : steps_) {
      const Bucket& b = buckets_[g.buckets + ((s.words[g.word] >> g.shift) & g.mask)];
      std::uint64_t found = b.always;
      for (std::size_t i = 0; i < W; ++i)
        found |= s.words[i] & b.wants.words[i];
      if (found == 0) continue;
      for (std::uint32_t r = b.begin; r < b.end; ++r)
        if (matches(s, rules_[r].mask, rules_[r].value)) visit(r);
    }
  }

 private:
  struct Bucket {  // the rules of one value of a group's variable
    State<W> wants;
    std::uint32_t begin, end;
    std::uint64_t always;
  };
  struct Group {
    std::uint64_t mask;
    std::uint32_t word, shift;
    std::size_t buckets;  // the first of its own
  };
  void add_groups(const std::vector<Dispatch>& from, std::vector<Group>& to) {
    for (const Dispatch& d : from) {
      to.push_back({(1ULL << d.place.bits) - 1, static_cast<std::uint32_t>(d.place.word),
                    static_cast<std::uint32_t>(d.place.shift), buckets_.size()});
      for (std::size_t v = 0; v + 1 < d.first.size(); ++v)
        buckets_.push_back({cut(d.wants[v]), d.first[v], d.first[v + 1], d.always[v] ? 1U : 0U});
    }
  }

  struct Fast {
    State<W> mask, value, keep, set;
    std::uint32_t first_cleanup, cleanups;
  };
  struct Clean {
    State<W> mask, value, keep;
  };
  const Packed& packed_;
  std::vector<Fast> rules_;
  std::vector<Clean> cleanups_;
  std::vector<Group> steps_, faults_;
  std::vector<Bucket> buckets_;
};

}  // namespace scantling::verify
