#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "support/utf8.h"
#include "text/bert_characters.h"
#include "text/bert_normalizer.h"

namespace folio {

/// How BERT's pre-tokeniser takes a character.
enum class BertClass : std::uint8_t { word, space, punctuation };

constexpr BertClass bert_class(unsigned flags) {
  if ((flags & kBertSpace) != 0) return BertClass::space;
  return (flags & kBertPunctuation) != 0 ? BertClass::punctuation : BertClass::word;
}

/// Calls `found` with each word of a normalised text: words end at white space, and a punctuation character is a word
/// of its own. Equal to Hugging Face's BertPreTokenizer.
template <typename Found>
void for_each_bert_word(std::string_view normalized, const Found& found) {
  std::size_t begin = 0;  // of the word at hand
  std::size_t at = 0;
  while (at < normalized.size()) {
    const DecodedCodePoint decoded = decode_code_point(normalized, at);
    const BertClass found_class = bert_class(bert_flags(decoded.value));
    const std::size_t end = at + decoded.length;
    if (found_class != BertClass::word) {
      if (at > begin) found(normalized.substr(begin, at - begin));
      if (found_class == BertClass::punctuation) found(normalized.substr(at, end - at));
      begin = end;
    }
    at = end;
  }
  if (at > begin) found(normalized.substr(begin));
}

/// Cuts a text, before it is normalised, into stretches whose words depend on nothing outside of them: a word mostly,
/// or a single space or punctuation character. So the words of a stretch that was met before are known at once.
class BertSplitter {
 public:
  explicit BertSplitter(const BertNormalization& settings);

  /// Whether this byte is a white space character, a stretch without words.
  bool is_space(char byte) const {
    const auto index = static_cast<unsigned char>(byte);
    return index < 0x80 && ascii_[index] == BertClass::space;
  }

  /// Where the stretch that begins at `begin` ends; begin < text.size().
  std::size_t stretch_end(std::string_view text, std::size_t begin) const {
    const auto first = static_cast<unsigned char>(text[begin]);
    if (first < 0x80 && ascii_[first] != BertClass::word) return begin + 1;
    std::size_t at = begin;
    while (at < text.size()) {
      const auto byte = static_cast<unsigned char>(text[at]);
      if (byte < 0x80) {
        if (ascii_[byte] != BertClass::word) break;
        ++at;
        continue;
      }
      const DecodedCodePoint decoded = decode_code_point(text, at);
      if (stands_alone(decoded.value)) return at == begin ? at + decoded.length : at;
      at += decoded.length;
    }
    return at;
  }

 private:
  bool stands_alone(char32_t code_point) const {
    const unsigned flags = bert_flags(code_point);
    if (clean_text_ && (flags & kBertRemoved) != 0) return false;
    return (flags & alone_flags_) != 0;
  }

  const bool clean_text_;
  const unsigned alone_flags_;
  std::array<BertClass, 128> ascii_{};  ///< what becomes of each character in normalising
};

}  // namespace folio
