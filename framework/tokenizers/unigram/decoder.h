#pragma once

#include <span>
#include <string>
#include <vector>

#include "tokenizers/added_tokens.h"
#include "tokenizers/unigram/vocabulary.h"

namespace folio::unigram {

/// Turns ids back into text, as Hugging Face's decoders do. Immutable.
class Decoder {
 public:
  explicit Decoder(const Vocabulary& vocabulary);

  /// How many ids there are.
  std::size_t size() const { return tokens_.size(); }

  /// The text of the ids, always valid UTF-8. Ids that there are not are left out, on request special ones too.
  std::string decode(std::span<const TokenId> ids, const AddedTokens& added, bool skip_special_tokens) const;

 private:
  /// What an id stands for.
  struct Token {
    std::string text;   ///< with spaces for space marks
    int byte = -1;      ///< where it is the piece of a byte
    std::string first;  ///< in place of the text where it is the first token
  };

  void set(TokenId id, const std::string& text);

  Decoding decoding_;
  std::vector<Token> tokens_;  ///< by id
};

}  // namespace folio::unigram
