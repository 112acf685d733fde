// What each property means, as the pages that `scantling explain` shows.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "check/check.h"

namespace scantling::verify {

using PropertyPage = ::scantling::Rule;

// Sorted by name. `run` is null: they are shown by searches and sums, not by rules. `wrong` breaks
// the property and `right` keeps it, except where the page says that no model can.
std::span<const PropertyPage> property_pages();
const PropertyPage* find_property_page(std::string_view name);

std::span<const PropertyPage> pages_of_sagas();
std::span<const PropertyPage> pages_of_messages();
std::span<const PropertyPage> pages_of_stores();
std::span<const PropertyPage> pages_of_failovers();
std::span<const PropertyPage> pages_of_votes();

}  // namespace scantling::verify
