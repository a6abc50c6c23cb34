#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "folio/tokenizer.h"

namespace folio::data {

/// Which tokens make a word together, in texts that are there only as tokens.
///
/// A word is a run of tokens without white space between them, as transformers' collator has it by the tokens' offsets
/// (DataCollatorForLanguageModeling with whole_word_mask). Unlike there, white space that a token has in front is
/// between words whether the tokenizer counts it to the offsets or not; a character that is cut into several tokens
/// stays in one word; and a run of punctuation is a word of its own: no part of the word before or after it.
///
/// WordPiece does not keep where white space was. A token that does not go on with the word before it ("##") begins a
/// word there; only between Chinese characters, and within punctuation, none is taken to have been.
class WordFinder {
 public:
  explicit WordFinder(const Tokenizer& tokenizer);

  /// Whether each token begins a word, with `is_special` saying which are none of the text: they begin nothing, and
  /// what follows them does.
  std::vector<bool> begins(std::span<const std::int64_t> ids, const std::vector<bool>& is_special) const;

 private:
  /// What a token of the vocabulary has to do with words.
  struct Token {
    std::string text;  ///< in bytes, maybe a part of a character, without white space around it
    bool space_before = false;
    bool space_behind = false;
    bool joined = false;  ///< decoding puts it right behind what stands before it
  };

  static Token look_at(const Tokenizer& tokenizer, TokenId id);
  bool goes_on(const Token& token, const Token& before, const std::string& text, std::size_t at) const;

  std::vector<Token> tokens_;  ///< by id
};

}  // namespace folio::data
