// An error of the environment (a file that can't be read, a disk that is full): a sentence in lower
// case without a full stop. A mistake in the user's model is a Diagnostic, never an Error.
#pragma once

#include <expected>
#include <string>

namespace scantling {

struct Error {
  std::string message;
};

template <class T>
using Expected = std::expected<T, Error>;

inline std::unexpected<Error> fail(std::string message) {
  return std::unexpected(Error{std::move(message)});
}

}  // namespace scantling
