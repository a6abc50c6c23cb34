#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace folio::runs {

/// Colours that people with any kind of colour blindness can tell apart (M. Okabe and K. Ito, "Color Universal Design",
/// 2008; without its yellow, which is too pale on white), and after the last the same again in dashes.
constexpr std::array<std::string_view, 7> kPalette{"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                   "#E69F00", "#56B4E9", "#555555"};
constexpr std::array<std::string_view, 4> kDashes{"", "7 3", "2 3", "9 3 2 3"};  ///< of SVG: drawn, left out ...

constexpr std::string_view palette_color(std::size_t place) { return kPalette[place % kPalette.size()]; }
constexpr std::string_view palette_dash(std::size_t place) { return kDashes[place / kPalette.size() % kDashes.size()]; }

}  // namespace folio::runs
