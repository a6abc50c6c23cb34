#pragma once

#include <cstdint>

namespace folio {

/// What BERT's normaliser and pre-tokeniser ask of a character.
enum BertFlag : std::uint8_t {
  kBertRemoved = 1,       ///< a control character, U+FFFD or for private use, which cleaning takes out
  kBertSpace = 2,         ///< white space, at which words end; cleaning makes U+0020 of what it does not take out
  kBertPunctuation = 4,   ///< punctuation or a sign of ASCII: a word of its own
  kBertChinese = 8,       ///< CJK ideographs, each of which becomes a word
  kBertMark = 16,         ///< nonspacing: an accent
  kBertCombining = 32,    ///< has a combining class, by which it is sorted among its neighbours
  kBertDecomposes = 64,   ///< into a letter and accents, say
  kBertLowercases = 128,  ///< has a small letter
};

/// The flags of any code point up to U+10FFFF, as Hugging Face's tokenizers have them (see
/// bert_character_exceptions.h), whatever version ICU has.
std::uint8_t bert_flags(char32_t code_point);

/// The small letter of a character that has kBertLowercases. U+0130, whose small letter is two characters, is not asked
/// for.
char32_t bert_lowercase(char32_t code_point);

}  // namespace folio
