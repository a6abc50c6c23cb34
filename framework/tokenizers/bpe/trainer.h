#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "text/word_counter.h"
#include "tokenizers/bpe/vocabulary.h"

namespace folio::bpe {

struct TrainingOptions {
  std::size_t vocab_size = 0;  ///< the most tokens to learn, special ones and the 256 bytes included
  Pattern pattern = Pattern::gpt2;
  std::int64_t min_frequency = 0;  ///< a pair that stands less often than this is not merged; 0 and 1 merge all
};

/// Learns byte-pair merges (Sennrich et al. 2016, over bytes as GPT-2 does): again and again the pair of neighbouring
/// tokens that stands most often, of equally frequent ones that with the smaller ids, becomes a token. The vocabulary
/// is the special tokens, the bytes in the order of their characters in the byte alphabet, and the merges' results.
///
/// The result equals that of Hugging Face's BpeTrainer with the whole byte alphabet as its initial one, also in what it
/// does where two merges spell the same token: the later pair gets the token that is there.
///
/// vocab_size holds at least the special tokens, which are distinct, and the bytes.
Vocabulary train(const std::vector<WordCounter::Entry>& words, const std::vector<std::string>& special_tokens,
                 const TrainingOptions& options, const Progress& progress);

}  // namespace folio::bpe
