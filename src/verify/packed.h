// A system compiled for the search: every variable has bits in a state of a few 64-bit words, and a
// rule is a mask and value to compare with, and bits to keep and to set.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "verify/system.h"

namespace scantling::verify {

inline constexpr int kMaxWords = 8;
using Words = std::array<std::uint64_t, kMaxWords>;

struct Place {  // of a variable
  int word = 0;
  int shift = 0;
  int bits = 0;
  std::uint64_t mask() const { return ((1ULL << bits) - 1) << shift; }
};

struct Masked {
  Words mask{}, value{};
  bool matches(const Words& state) const {
    std::uint64_t differs = 0;
    for (std::size_t i = 0; i < kMaxWords; ++i)
      differs |= (state[i] & mask[i]) ^ value[i];
    return differs == 0;
  }
};

// When `when` matches, the bits outside `keep` are cleared: a message that nobody will act on.
struct Cleanup {
  Masked when;
  Words keep{};
};

struct PackedRule {
  Masked when;
  Words keep{}, set{};
  std::uint32_t first_cleanup = 0, cleanups = 0;  // those that it may make applicable
};

// Rules found by the value of one variable, so that most rules are never looked at.
struct Dispatch {
  Place place;
  std::vector<std::uint32_t> first;  // by value; one more at the end
  // By value: unless one of these bits is set, none of the rules is possible. Each of them waits
  // for something that isn't zero, as for a message. Where one doesn't, all bits.
  std::vector<Words> wants;
  std::vector<bool> always;  // by value: look at the rules whatever `wants` says
};

struct Watch {  // a forbidden or a sought conjunction
  Masked when;
  std::uint32_t property = 0;
};
// The same of one variable: any of these values, each a bit.
struct Spot {
  Place place;
  std::uint64_t values = 0;
  std::uint32_t property = 0;
};

// Bits of one instance, to exchange with another's.
struct InstanceBlock {
  int first_word = 0;
};

struct Packed {
  int words = 1;
  std::vector<Place> places;            // by Var
  std::vector<PackedRule> rules;        // own steps first, grouped by dispatch
  std::vector<std::uint32_t> source;    // of each packed rule, its index in the system
  std::vector<Dispatch> steps, faults;  // into `rules`
  std::vector<Cleanup> cleanups;        // lists of the rules, one after the other
  std::vector<Watch> bad, premises;     // of several variables
  std::vector<Spot> bad_spots, premise_spots;
  std::vector<std::vector<Masked>> rests;  // by property of shape Rests (others: empty)
  Words initial{};

  // Symmetry: instances' blocks of `block_words` words each, `block_mask` their bits.
  int instances = 0;  // 0: not used
  int block_words = 0;
  Words block_mask{};  // of the first block_words entries
};

// What may be left out of the search, derived from the system alone (reduce.h).
struct DeadMessage {
  Var message = 0;
  Conds when;
};
struct Reductions {
  std::vector<DeadMessage> dead;
  bool symmetric = false;
};

// Nothing when the state would need more than kMaxWords words.
bool pack(const System& system, const Reductions& reductions, Packed& out);

Words pack_values(const Packed& packed, const Values& values);
Values unpack(const Packed& packed, const Words& words, std::size_t variables);

}  // namespace scantling::verify
