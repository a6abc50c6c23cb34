#include "terminal/palette.h"

#include <cstdlib>
#include <iterator>

#include "terminal/terminal.h"

namespace folio {
namespace {

constexpr const char* kSixColours[] = {"36", "33", "35", "32", "31", "34"};

/// Whether the variable is set and has one of the words in it.
template <std::size_t N>
bool says(const char* variable, const char* const (&words)[N]) {
  const char* const value = std::getenv(variable);
  if (value == nullptr) return false;
  for (const char* const word : words)
    if (std::string_view(value).find(word) != std::string_view::npos) return true;
  return false;
}

}  // namespace

Palette Palette::for_output(int fd) {
  if (!use_colour(fd)) return Palette(Colours::none);
  // Terminals that have them all, though their names do not say so, are named.
  static constexpr const char* kNames[] = {"256", "direct", "truecolor", "kitty", "alacritty", "foot", "ghostty"};
  static constexpr const char* kColorTerms[] = {"truecolor", "24bit", "256"};
  const bool many = says("TERM", kNames) || says("COLORTERM", kColorTerms);
  return Palette(many ? Colours::many : Colours::six);
}

std::string Palette::wrap(const char* before, int index, std::string_view text) const {
  if (!enabled() || text.empty()) return std::string(text);
  const auto place = static_cast<std::size_t>(index);
  const std::string code = colours_ == Colours::six
                               ? kSixColours[place % std::size(kSixColours)]
                               : "38;5;" + std::to_string(kManyColours[place % std::size(kManyColours)]);
  return "\x1b[" + (before + code) + "m" + std::string(text) + "\x1b[0m";
}

}  // namespace folio
