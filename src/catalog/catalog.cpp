#include "catalog/catalog.h"

#include <algorithm>

#include "base/assert.h"

namespace scantling {

const Technology* Catalog::find(std::string_view name) const {
  for (const Technology& technology : technologies_)
    if (technology.name == name) return &technology;
  for (const Technology& technology : technologies_)
    if (std::find(technology.aliases.begin(), technology.aliases.end(), name) !=
        technology.aliases.end())
      return &technology;
  return nullptr;
}

std::vector<const Technology*> Catalog::of_kind(std::string_view kind) const {
  std::vector<const Technology*> out;
  for (const Technology& technology : technologies_)
    if (technology.kind == kind) out.push_back(&technology);
  return out;
}

double Catalog::price(std::string_view provider, std::string_view item) const {
  const auto of = [&](std::string_view wanted) -> const Price* {
    for (const Price& price : prices_)
      if (price.provider == wanted && price.item == item) return &price;
    return nullptr;
  };
  const Price* found = of(provider);
  if (found == nullptr) found = of("generic");
  return found == nullptr ? 0 : found->amount;
}

const ProfileEntry& Catalog::profile(Profile profile) const {
  for (const ProfileEntry& entry : profiles_)
    if (entry.profile == profile) return entry;
  SCANTLING_ASSERT(false && "the catalogue has every profile");
}

std::vector<const Control*> Catalog::controls(Regime regime) const {
  std::vector<const Control*> out;
  for (const Control& control : controls_)
    if (control.regime == regime) out.push_back(&control);
  return out;
}

}  // namespace scantling
