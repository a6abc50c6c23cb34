#pragma once

#include <optional>
#include <vector>

#include "data/collator.h"
#include "data/hashed_random.h"
#include "data/words.h"

namespace folio::data {

/// The masked objective (Devlin et al. 2018, section 3.1) as transformers' DataCollatorForLanguageModeling has it. Each
/// token is chosen with `mlm_probability`; a chosen one is to be said, and stands in the input as the mask token in 80
/// of 100 cases, as any token of the vocabulary in 10, and as it was in 10. With `whole_word_mask` words are chosen
/// (see WordFinder), and all tokens of a chosen word become mask tokens. Special tokens are never chosen. A sample
/// stands between the classification and the separator token, where the tokenizer has them.
class MaskedCollator : public Collator {
 public:
  /// Throws Error (experiment) when the tokenizer has no mask token.
  MaskedCollator(const ObjectiveOptions& options, const Tokenizer& tokenizer, std::uint64_t seed);

  Batch collate(const Samples& samples, std::span<const std::int64_t> indices, std::int64_t epoch) const override;
  BatchShape shape(std::int64_t batch, std::int64_t length) const override;

 private:
  using Row = std::vector<std::int64_t>;

  Row between_special_tokens(const std::vector<TokenId>& ids) const;
  bool is_special(std::int64_t id) const { return special_[static_cast<std::size_t>(id)]; }
  /// Which tokens of the row are chosen.
  std::vector<bool> choose(const Row& row, const HashedRandom& random) const;
  /// What stands in the input for the chosen token at `position`.
  std::int64_t replacement(std::int64_t id, std::uint64_t position, const HashedRandom& random) const;

  ObjectiveOptions options_;
  std::uint64_t seed_;
  std::int64_t vocab_size_;
  std::int64_t mask_;
  std::int64_t padding_;
  std::optional<TokenId> first_, last_;  ///< classification and separator
  std::vector<bool> special_;            ///< by id
  std::optional<WordFinder> words_;      ///< only for whole words
};

/// Collator::shape() where a sample gets so many special tokens around it.
BatchShape masked_shape(const ObjectiveOptions& options, std::int64_t batch, std::int64_t length,
                        std::int64_t special_tokens);

}  // namespace folio::data
