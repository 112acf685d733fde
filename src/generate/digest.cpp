// What binary contents in JSON are written and named by.
#include <array>

#include <fmt/core.h>
#include <openssl/evp.h>

#include "base/text.h"
#include "generate/proto.h"

namespace scantling::generate {

std::string md5_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  std::size_t size = 0;
  // Where the machine allows no MD5 at all, any other name serves.
  if (EVP_Q_digest(nullptr, "MD5", "provider=default", bytes.data(), bytes.size(), digest.data(),
                   &size) != 1)
    return hex16(fnv1a(bytes));
  std::string out;
  for (std::size_t i = 0; i < size; ++i)
    out += fmt::format("{:02x}", digest[i]);
  return out;
}

std::string base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // and what ends it
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

}  // namespace scantling::generate
