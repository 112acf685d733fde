// Relations between bounded contexts, as a Context Mapper file states them. The patterns are those
// of Evans (Domain-Driven Design, 2003, part IV).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace scantling::boundaries {

struct CmlToken;

enum class ContextRole : std::uint8_t {
  Partnership,
  SharedKernel,
  Customer,
  Supplier,
  OpenHostService,
  PublishedLanguage,
  AnticorruptionLayer,
  Conformist
};

struct ContextRelation {
  std::string upstream, downstream;  // of a mutual relation: the two in the order of the file
  bool mutual = false;               // partnership or shared kernel
  std::vector<ContextRole> upstream_roles, downstream_roles;  // each once, as in the file
};

// The relations in the `ContextMap` parts of a file, in either syntax: `A [D,ACL]<-[U,OHS] B` or
// `A [ACL] Downstream-Upstream [OHS] B`. `A <-> B` is a shared kernel, as Context Mapper has it.
std::vector<ContextRelation> context_relations(const std::vector<CmlToken>& tokens);

std::string to_text(ContextRole role);
// In the usual abbreviations: "OHS, PL -> ACL", "supplier -> customer", "OHS ->", "shared kernel";
// without any role "-".
std::string describe(const ContextRelation& relation);

}  // namespace scantling::boundaries
