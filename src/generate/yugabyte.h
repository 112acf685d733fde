// YugabyteDB's masters, tablet servers, roles, placement and backups.
#pragma once

#include <string>
#include <string_view>

#include "generate/operated.h"

namespace scantling::generate {

void add_yugabyte(const OperatedNode& of, Output& out);
std::string yugabyte_masters(std::string_view node);  // "orders-db-master"

}  // namespace scantling::generate
