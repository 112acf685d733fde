// One process at a time: a lock on a file beside another one, held until the end of the process
// however it ends.
#pragma once

#include <string>

#include "base/error.h"

namespace scantling::sweep {

class LockFile {
 public:
  LockFile() = default;
  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&& other) noexcept;
  ~LockFile();

  // Fails at once when another process holds it.
  static Expected<LockFile> take(const std::string& path);

 private:
  std::string path_;
  int descriptor_ = -1;
};

}  // namespace scantling::sweep
