#pragma once

#include <cstddef>
#include <string_view>

namespace folio {

/// Llama 3's cutting of a text into words, which byte-pair merges never cross. It is the regular expression
///
///   (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|
///   ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
///
/// by hand: "I'LL\tgo!\n 1999" is "I", "'LL", "\tgo", "!\n", " ", "199", "9". Every byte of the text belongs to exactly
/// one word.
///
/// Returns where the word that begins at `begin` ends; begin < text.size().
std::size_t llama3_word_end(std::string_view text, std::size_t begin);

/// Qwen 2's, which makes a word of each digit: \p{N} in place of \p{N}{1,3}.
std::size_t qwen2_word_end(std::string_view text, std::size_t begin);

}  // namespace folio
