// Replays a corpus without libFuzzer, with any compiler: each file as it is, then changed in ways
// that a fixed seed picks.
//   <name>_replay FOLDER...
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "fuzz.h"

namespace {

constexpr int kChangedPerFile = 100;

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

// Cuts, doubles, overwrites or inserts a short piece, or splices in a part of another file.
std::string changed(std::string input, const std::string& other, std::mt19937_64& random) {
  static const std::string kPieces = "[]{}:,-#&*!|>'\"%@`? \t\n\r~0\\";
  for (std::uint64_t steps = 1 + random() % 4; steps > 0; --steps) {
    const std::size_t at = random() % (input.size() + 1);
    const std::size_t length = std::min<std::size_t>(random() % 16, input.size() - at);
    switch (random() % 5) {
      case 0: input.erase(at, length); break;
      case 1: input.insert(at, input.substr(at, length)); break;
      case 2: input.insert(at, 1, kPieces[random() % kPieces.size()]); break;
      case 3:
        if (length > 0) input[at] = static_cast<char>(random() % 256);
        break;
      default: input.insert(at, other.substr(random() % (other.size() + 1), random() % 64)); break;
    }
  }
  return input;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  std::mt19937_64 random(1);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string input = read(files[i]);
    std::fprintf(stderr, "%s\n", files[i].c_str());
    run(input);
    const std::string other = read(files[random() % files.size()]);
    for (int k = 0; k < kChangedPerFile; ++k)
      run(changed(input, other, random));
  }
  std::fprintf(stderr, "%zu files replayed\n", files.size());
  return files.empty() ? 1 : 0;
}
