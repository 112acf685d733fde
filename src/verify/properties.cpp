#include "verify/properties.h"

#include <algorithm>

namespace scantling::verify {

std::span<const PropertyPage> property_pages() {
  static const std::vector<PropertyPage> pages = [] {
    std::vector<PropertyPage> all;
    for (const std::span<const PropertyPage> some :
         {pages_of_sagas(), pages_of_messages(), pages_of_stores(), pages_of_failovers(),
          pages_of_votes()})
      all.insert(all.end(), some.begin(), some.end());
    std::ranges::sort(all, {}, [](const PropertyPage& r) { return r.kind.name; });
    return all;
  }();
  return pages;
}

const PropertyPage* find_property_page(std::string_view name) {
  for (const PropertyPage& page : property_pages())
    if (page.kind.name == name) return &page;
  return nullptr;
}

}  // namespace scantling::verify
