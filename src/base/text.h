// Small text helpers that several rooms need. All are byte-wise and locale-free.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scantling {

std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
std::vector<std::string_view> split_words(std::string_view text);  // at runs of blanks
std::string join(std::span<const std::string> parts, std::string_view separator);
std::string replace_all(std::string_view text, std::string_view from, std::string_view to);
std::string lower(std::string_view text);

// "PlaceOrder", "place_order", "placeOrder" -> "place-order".
std::string kebab_case(std::string_view name);

// Optimal string alignment distance (insert, delete, replace, swap neighbours), capped at `cap`.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t cap);
// The nearest candidate that a typo could explain (distance at most a third of the length, at least
// one), first in order on a tie; nothing when none is near.
std::optional<std::string> nearest(std::string_view name, std::span<const std::string> candidates);

// For text and quoted attribute values in HTML, SVG and XML. Control characters that these forbid
// are dropped; line ends and tabs stay, as references where an XML attribute would lose them.
enum class Blanks { Kept, References };
std::string escape_markup(std::string_view text, Blanks blanks = Blanks::Kept);

// FNV-1a, 64 bits: for fingerprints that must not change between runs or machines.
std::uint64_t fnv1a(std::string_view bytes, std::uint64_t seed = 0xcbf29ce484222325ULL);
std::string hex16(std::uint64_t value);

// "1 call", "2 calls", "1 retry", "3 retries".
std::string plural(std::int64_t n, std::string_view noun);
// "a", "a and b", "a, b and c".
std::string enumerate(std::span<const std::string> parts, std::string_view last = "and");

// Columns that the text takes on a terminal (UTF-8 code points; wide East Asian ones count two).
std::size_t display_width(std::string_view utf8);

// True when the whole text is valid UTF-8; otherwise `bad_at` is the offset of the first bad byte.
bool valid_utf8(std::string_view bytes, std::size_t* bad_at = nullptr);

}  // namespace scantling
