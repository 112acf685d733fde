// The model as a document, by the table.
#pragma once

#include "language/origins.h"
#include "language/output.h"
#include "language/schema.h"

namespace scantling {

class Writer {
 public:
  explicit Writer(const Architecture& model, const OriginLists* origins = nullptr)
      : model_(model), origins_(origins) {}
  const Architecture& model() const { return model_; }
  // For the top-level lists of paths; nullptr when only a part is written.
  const OriginLists* origins() const { return origins_; }

  Out write(const Type& type, const void* value) const;
  // Without the members that `inherited` (an object of the same struct) has just so.
  Out write_struct(const StructType& type, const void* object,
                   const void* inherited = nullptr) const;
  Out write_entry(const Entry& entry, const void* owner) const;
  // Whether the owner's value is just the one in `base` (an object of the same struct), with the
  // same provenance: it is left out, and taken over again when the text is read.
  bool is_inherited(const Entry& entry, const void* owner, const void* base) const;
  // A reference's name, from its id when it has none.
  std::string name_of(const Type& reference, const void* value) const;

 private:
  Out write_member(const Entry& entry, const void* owner, const void* inherited) const;

  const Architecture& model_;
  const OriginLists* origins_;
};

// The whole model; sections that hold nothing are left out. The model's `sets` are complete.
Out write_document(const Architecture& model, const OriginLists& origins);

}  // namespace scantling
