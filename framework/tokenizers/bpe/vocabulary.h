#pragma once

#include <string>
#include <vector>

#include "formats/tokenizer_json.h"
#include "tokenizers/bpe/pattern.h"
#include "tokenizers/merge_trainer.h"

namespace folio::bpe {

/// All that a trained byte-level BPE tokenizer knows, and all that its tokenizer.json holds.
struct Vocabulary {
  /// The model's tokens by id, written in the byte alphabet (text/byte_alphabet.h). Empty for an id that no token has.
  std::vector<std::string> tokens;
  std::vector<Merge> merges;             ///< the first is applied first
  std::vector<AddedToken> added_tokens;  ///< in the model's vocabulary, or after it
  Pattern pattern = Pattern::gpt2;
  bool ignore_merges = false;  ///< a word that is a token is that token, whatever the merges make of it
  nlohmann::ordered_json post_processor = nullptr;  ///< kept for whoever reads the file; null where there is none
};

}  // namespace folio::bpe
