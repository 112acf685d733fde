// Binds a document to the model by the table. Every mistake becomes a diagnostic, and reading goes
// on: one bad value hides no other.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "language/document.h"
#include "language/schema.h"
#include "source/source.h"

namespace scantling {

// Where a value stands. An item of a list has the list's key and no key span.
struct Place {
  std::string_view key;
  Span key_span;
  ValueId value;
};

// A name to be looked up when everything is read. What it was written into must not move until
// then: lists get their final size before their items are read.
struct Pending {
  enum class What : std::uint8_t {
    Reference,       // where: the id's index
    Call,            // where: Step; an endpoint or an external
    Endpoint,        // where: EndpointId
    Target,          // where: Target of a fault
    ContextOrSystem  // an end of a context relation: a context or an external
  };
  What what = What::Reference;
  RefKind kind = RefKind::Team;
  void* where = nullptr;
  std::string_view name;  // in the document
  Span span;
  int scope = -1;
  std::string_view key;
};

// A path in one of the origin lists, as written.
struct PathMention {
  std::string path;
  Span span;
};

class Reader {
 public:
  Reader(const MergedDocument& document, const Sources& sources, const FileSystem& files,
         Diagnostics& out)
      : document_(document), sources_(sources), files_(files), out_(out) {}

  const MergedDocument& document() const { return document_; }
  const Sources& sources() const { return sources_; }
  const FileSystem& files() const { return files_; }
  const Value& at(ValueId id) const { return document_.at(id); }

  // Each says what is wrong and returns false when nothing could be read.
  bool read(const Type& type, const Place& place, void* value);
  bool read_struct(const StructType& type, const Place& place, void* object);
  // Reads the entry's value as its table line says, own form included.
  void read_entry(const Entry& entry, const Place& place, void* owner);
  // The place's text, when it is a scalar; otherwise says that `forms` are needed.
  bool text_of(const Place& place, std::string_view forms, std::string_view& text);
  bool text_of(const Place& place, const Type& type, std::string_view& text);

  // The provenance of a value written at the place: its line, or its key for a block.
  Provenance given(const Place& place) const;

  // What a message about the whole value underlines: its key, or its first line.
  Span heading_of(const Place& place) const;

  // A finding within the element that is being read.
  Diagnostic& problem(const DiagnosticKind& kind, Span span, std::string title);
  void bad_value(const Place& place, std::string title, std::vector<std::string> allowed);
  // The scalar is not of the type: a bare number, another dimension's unit, or something else.
  void bad_scalar(const Place& place, const Type& type, std::string_view text);
  void wrong_shape(const Place& place, std::string_view needed, std::string_view example);
  void unknown_key(const StructType& type, const Member& member);
  void contradiction(Span span, std::string title, std::string because);

  void refer(RefKind kind, std::string_view name, Span span, std::int32_t* id);
  void pend(Pending::What what, RefKind kind, std::string_view name, Span span, void* where);
  const std::vector<Pending>& pending() const { return pending_; }
  std::string path_of(int scope) const;
  Diagnostics& out() { return out_; }

  // Top-level lists of paths that are not `given`.
  std::vector<PathMention> assumed, measured, kept;
  std::vector<std::string> missing;  // names that nothing has

 private:
  struct Scope {
    int parent = -1;
    std::string_view key;   // "services", "steps"
    std::string_view name;  // of an element; empty for an item of a list
    int index = 0;          // of an item, from 1
  };
  class Enter;

  bool read_scalar(const Type& type, const Place& place, void* value);
  bool read_enum(const Type& type, const Place& place, void* value);
  bool read_reference(const Type& type, const Place& place, void* value);
  bool read_list(const Type& type, const Place& place, void* value);
  bool read_item(const Type& list, const Place& place, void* item, int index);
  bool read_named(const Type& type, const Place& place, void* value);
  void read_members(const StructType& type, const Value& map, const Place& place, void* object);
  bool good_name(const Member& member);
  bool only_counted(const DiagnosticKind& kind, Span span);

  const MergedDocument& document_;
  const Sources& sources_;
  const FileSystem& files_;
  Diagnostics& out_;
  std::vector<Scope> scopes_;
  int scope_ = -1;
  std::string_view key_;  // being read: for Pending
  std::vector<Pending> pending_;
};

// A value as a message shows it: quoted, cut at 32 characters.
std::string shown(std::string_view text);
// "a duration (250us, 3ms, 2s, 5min)"
std::string describe(const Type& type);

}  // namespace scantling
