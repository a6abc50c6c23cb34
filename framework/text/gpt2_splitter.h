#pragma once

#include <cstddef>
#include <string_view>

namespace folio {

/// GPT-2's cutting of a text into words, which byte-pair merges never cross. It is the regular expression
///
///   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
///
/// by hand: "I'll  go" is "I", "'ll", " ", " go". Every byte of the text belongs to exactly one word.
///
/// Returns where the word that begins at `begin` ends; begin < text.size().
std::size_t gpt2_word_end(std::string_view text, std::size_t begin);

}  // namespace folio
