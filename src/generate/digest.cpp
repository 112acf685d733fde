// What binary contents in JSON are written and named by.
#include <array>
#include <bit>
#include <cmath>

#include "generate/proto.h"

namespace scantling::generate {
namespace {

constexpr std::uint32_t byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}

// RFC 1321, section 3.4: the sines are its own constants, the turns those of its four rounds.
struct Md5 {
  std::array<std::uint32_t, 4> state{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};

  void add(std::string_view block) {
    static constexpr std::array<std::array<int, 4>, 4> kTurns{
        {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};
    std::array<std::uint32_t, 16> words{};
    for (std::size_t i = 0; i < 64; ++i)
      words[i / 4] |= byte_at(block, i) << (8 * (i % 4));
    auto [a, b, c, d] = state;
    for (std::uint32_t i = 0; i < 64; ++i) {
      std::uint32_t mix = 0, word = 0;
      switch (i / 16) {
        case 0: mix = (b & c) | (~b & d), word = i; break;
        case 1: mix = (b & d) | (c & ~d), word = 5 * i + 1; break;
        case 2: mix = b ^ c ^ d, word = 3 * i + 5; break;
        default: mix = c ^ (b | ~d), word = 7 * i; break;
      }
      const auto sine = static_cast<std::uint32_t>(std::fabs(std::sin(i + 1.0)) * 4294967296.0);
      const std::uint32_t sum = a + mix + sine + words[word % 16];
      a = d;
      d = c;
      c = b;
      b += std::rotl(sum, kTurns[i / 16][i % 4]);
    }
    state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d};
  }
};

}  // namespace

std::string md5_hex(std::string_view bytes) {
  std::string padded(bytes);
  padded += static_cast<char>(0x80 - 0x100);
  while (padded.size() % 64 != 56)
    padded += '\0';
  const std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
  for (int i = 0; i < 8; ++i)
    padded += static_cast<char>(static_cast<unsigned char>(bits >> (8 * i)));
  Md5 md5;
  for (std::size_t i = 0; i < padded.size(); i += 64)
    md5.add(std::string_view(padded).substr(i, 64));
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const std::uint32_t word : md5.state)
    for (int i = 0; i < 4; ++i) {
      const std::uint32_t byte = word >> (8 * i) & 0xFF;
      out += kDigits[byte >> 4];
      out += kDigits[byte & 0xF];
    }
  return out;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t three = byte_at(bytes, i) << 16;
    if (left > 1) three |= byte_at(bytes, i + 1) << 8;
    if (left > 2) three |= byte_at(bytes, i + 2);
    for (std::size_t k = 0; k < 4; ++k)
      out += k > left ? '=' : kDigits[three >> (18 - 6 * k) & 0x3F];
  }
  return out;
}

}  // namespace scantling::generate
