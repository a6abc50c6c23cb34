#pragma once

#include <string>
#include <string_view>

/// Sets of characters as Oniguruma has them, each as what stands between the brackets of a class of PCRE2.
namespace folio {

/// \w, with the digits of Latin-1 that are no decimal ones.
const std::string& oniguruma_word();

inline constexpr std::string_view kHexadecimalDigits = "0-9A-Fa-f";

/// Of \p{NAME}: a general category by its short or long name, a POSIX class, a property or a script. A name that is
/// none is taken for a script's, which PCRE2 then does not know.
std::string content_of_property(std::string_view name);

/// Whether the character is one of \w of Rust's regular expressions, which the pre-tokenizer Whitespace and single
/// words of added tokens go by.
bool is_word_character(char32_t code_point);

/// Whether the normalizer StripAccents takes the character out: a combining mark of Unicode 9, which Hugging Face's
/// tokenizers goes by.
bool is_stripped_mark(char32_t code_point);

}  // namespace folio
