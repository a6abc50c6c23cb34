#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "folio/tokenizer.h"
#include "text/word_counter.h"
#include "tokenizers/wordpiece/vocabulary.h"

namespace folio::wordpiece {

struct TrainingOptions {
  std::size_t vocab_size = 0;         ///< the most tokens to learn, special ones and the alphabet included
  std::int64_t min_frequency = 0;     ///< a pair that stands less often than this is not merged; 0 and 1 merge all
  std::size_t limit_alphabet = 1000;  ///< the most characters to learn: the frequent ones
  std::size_t max_input_chars_per_word = 100;
  std::string continuing_prefix = "##";  ///< of at most kMaxPrefixBytes
  BertNormalization normalization{};
};

/// Learns a WordPiece vocabulary as Hugging Face's WordPieceTrainer does: by byte-pair merges over characters, of which
/// those that do not begin a word carry the prefix. The tokens by id are the special tokens, the characters in the
/// order of their code points, those of them that stand within words once more with the prefix, and the merges'
/// results.
///
/// Hugging Face's trainer orders the characters with prefix as its hash table happens to, so that its result varies
/// from run to run where pairs are equally frequent. Here they are in the order of their code points, and of equally
/// frequent pairs the one with the smaller ids is merged. Of equally frequent characters at the limit the smaller ones
/// are kept.
///
/// Words are normalised ones, each once. Throws Error (experiment) when vocab_size cannot hold the special tokens,
/// which are distinct, and the alphabet; where Hugging Face's trainer gives a larger vocabulary than asked for.
std::vector<std::string> train(const std::vector<WordCounter::Entry>& words,
                               const std::vector<std::string>& special_tokens, const TrainingOptions& options,
                               const Progress& progress);

}  // namespace folio::wordpiece
