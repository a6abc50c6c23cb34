#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "folio/tokenizer.h"
#include "formats/tokenizer_json.h"
#include "text/bert_normalizer.h"

namespace folio::wordpiece {

/// The longest prefix of continuing tokens. It keeps a hostile file from making each token many times as long.
constexpr std::size_t kMaxPrefixBytes = 64;

/// All that a trained WordPiece tokenizer knows, and all that its tokenizer.json holds.
struct Vocabulary {
  std::vector<std::string> tokens;       ///< the model's, by id; empty for an id that no token has
  std::vector<AddedToken> added_tokens;  ///< in the model's vocabulary, or after it
  BertNormalization normalization;
  std::string unknown_token = "[UNK]";         ///< one of `tokens`
  std::string continuing_prefix = "##";        ///< what a token begins with that continues a word
  std::size_t max_input_chars_per_word = 100;  ///< longer words are unknown
  std::string decoder_prefix = "##";           ///< of tokens that are put to the one before without a space
  bool cleanup = true;                         ///< no space before punctuation in decoded text
  nlohmann::ordered_json post_processor;       ///< kept for whoever reads the file; null where there is none
};

}  // namespace folio::wordpiece
