#pragma once

#include <cstddef>
#include <string_view>

#include "text/char_class.h"

/// What the splitters that stand for regular expressions are made of. A byte that is not UTF-8 counts as neither
/// letter, number nor space.
namespace folio {

struct ClassedCharacter {
  CharClass char_class = CharClass::other;
  std::size_t length = 0;  ///< in bytes
};

/// The character at `at`, which is before the text's end.
ClassedCharacter character_at(std::string_view text, std::size_t at);

/// The end of the characters of one class that begin at `at`.
std::size_t run_end(std::string_view text, std::size_t at, CharClass wanted);

/// \s+(?!\S)|\s+ : a run of white space, which begins at `begin`, leaves its last character to the word that follows
/// unless it is the only one or the text's end.
std::size_t space_end(std::string_view text, std::size_t begin);

}  // namespace folio
