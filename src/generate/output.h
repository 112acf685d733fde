// The files that a run writes, in memory: every target adds to it, and only `write_out` (write.h)
// touches the disk.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "generate/value.h"

namespace scantling::generate {

// Whose file it is once it is written.
enum class Ownership : std::uint8_t {
  Generated,  // ours: written again by each run, hand edits are merged or reported
  Yours,      // a beginning: written when it is missing, never touched again
};

struct OutputFile {
  std::string text;
  std::string target;  // what made it
  Ownership ownership = Ownership::Generated;
};

// An object of Kubernetes with the file that it stands in and where it comes from.
struct Resource {
  Value object;
  std::string file;  // from the base folder: "services/orders.yaml"
  std::string target;
};

class Output {
 public:
  // Paths are relative with '/', of letters, digits and ". _ -": see `safe_path`. A path that is
  // not, or that is added twice, is our bug.
  void add(std::string path, std::string text, Ownership ownership = Ownership::Generated);
  // Objects of one file are written in the order in which they come.
  void add_resource(std::string file, Value object);

  // What made the files that come next.
  void set_target(std::string_view target) { target_ = target; }
  const std::map<std::string, OutputFile, std::less<>>& files() const { return files_; }
  const std::vector<Resource>& resources() const { return resources_; }

 private:
  std::map<std::string, OutputFile, std::less<>> files_;
  std::vector<Resource> resources_;
  std::string target_;
};

// Relative, without empty, "." or ".." parts, without a leading '-', of plain characters, at most
// 200 bytes.
bool safe_path(std::string_view path);

}  // namespace scantling::generate
