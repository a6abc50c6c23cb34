#pragma once

#include <cstddef>
#include <vector>

#include "folio/tokenizer.h"
#include "tokenizers/unigram/vocabulary.h"
#include "tokenizers/unigram/words.h"

namespace folio::unigram {

/// The names are those of Hugging Face's UnigramTrainer.
struct TrainingOptions {
  std::size_t vocab_size = 0;  ///< the most tokens, special ones and bytes included
  bool byte_fallback = true;
  std::size_t max_piece_length = 16;  ///< in characters
  double shrinking_factor = 0.75;     ///< how much of the pieces each round keeps, above 0 and below 1
  int n_sub_iterations = 2;           ///< of EM in each round
  std::size_t seed_size = 1'000'000;  ///< pieces to begin with
  NormalizationForm normalization = NormalizationForm::nfkc;
};

/// The distinct characters of the words, sorted. Each becomes a piece, so that every word can be cut.
std::vector<char32_t> alphabet_of(const Words& words);

/// Learns a Unigram model (Kudo 2018): begins with frequent substrings, estimates by EM how probable each is, takes out
/// those whose loss makes the words least improbable, and so on until `pieces` or fewer are left. `required` are
/// characters that become pieces whether the words have them or not; `pieces` holds at least these and the alphabet.
///
/// Scores are natural logarithms of probabilities that add up to 1, rounded to nine decimals, which every reader of
/// JSON takes for the same number. Pieces come in the order of their scores, of equals in that of their bytes.
///
/// The result depends neither on the number of threads nor on chance.
std::vector<Piece> train(const Words& words, const std::vector<char32_t>& required, std::size_t pieces,
                         const TrainingOptions& options, const Progress& progress);

}  // namespace folio::unigram
