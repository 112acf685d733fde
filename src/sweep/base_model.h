// The model that a campaign varies: its canonical text, the paths in it, and the models of single
// points.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/architecture.h"
#include "source/source.h"
#include "sweep/parameter.h"
#include "syntax/tree.h"

namespace scantling::sweep {

// A parameter whose path was found, or is none of the model: `load` multiplies every load.
struct Parameter {
  std::string label;                // as it was written
  std::string path;                 // "services.cart.runtime.instances", or "load"
  std::vector<std::string> values;  // in the language; of `load`: factors such as "x1.5"
  bool is_load = false;
};

struct Setting {
  std::string path;   // as in Parameter
  std::string value;  // in the language
};

class BaseModel {
 public:
  // `path`: where the model was read from, so that files that it names are found. `text`: the model
  // as write_model gives it.
  static Expected<BaseModel> read(std::string text, std::string path);

  const std::string& text() const { return text_; }
  const std::string& path() const { return path_; }

  // Finds what the path means. It may leave out steps in the middle or at the front as long as one
  // value is meant: "services.cart.instances". Values "x1.5" of a value that is no factor itself
  // are multiples of it.
  Expected<Parameter> resolve(const ParameterText& parameter) const;

  // The model with these values. `more`: a further document laid over it (may be empty). The error
  // is what the reader says of it.
  Expected<Architecture> with(const std::vector<Setting>& settings, std::string_view more) const;

 private:
  struct Place {
    std::string path;
    Span span;
    std::string_view text;  // of a scalar; else empty
    bool leaf = false;
  };
  void collect();
  const Place* exact(std::string_view path) const;
  Expected<const Place*> find(std::string_view path) const;
  Expected<void> can_be_new(std::string_view path) const;
  std::string overlay_of(std::string_view path, std::string_view value) const;

  std::string text_, path_;
  std::unique_ptr<Sources> sources_;
  FileId file_;
  SyntaxTree tree_;
  std::vector<Place> places_;  // in the order of the text
};

}  // namespace scantling::sweep
