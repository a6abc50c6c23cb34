#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "data/options.h"
#include "data/samples.h"
#include "folio/model.h"
#include "folio/tokenizer.h"

namespace folio::data {

/// In place of an epoch: what an evaluation sees, the same each time.
constexpr std::int64_t kEvaluation = -1;

/// Makes the batches of an objective from samples. Any number of threads may use one.
class Collator {
 public:
  virtual ~Collator() = default;

  /// The samples, one a row, padded at the right to the longest. What is drawn for a sample is a pure function of the
  /// seed, the epoch and its index.
  virtual Batch collate(const Samples& samples, std::span<const std::int64_t> indices, std::int64_t epoch) const = 0;

  /// The shape of a batch of samples of `length` tokens; the count of labels is the expected one. Throws Error
  /// (experiment) when the tokenizer has too few sentinels for so long a sample.
  virtual BatchShape shape(std::int64_t batch, std::int64_t length) const = 0;
};

/// Throws Error (experiment) when the tokenizer lacks a token that the objective needs. The collator keeps nothing of
/// the tokenizer.
std::unique_ptr<Collator> make_collator(Objective objective, const ObjectiveOptions& options,
                                        const Tokenizer& tokenizer, std::uint64_t seed);

/// Collator::shape() before there is a tokenizer: of one that is trained with all special tokens of the objective.
BatchShape expected_shape(Objective objective, const ObjectiveOptions& options, std::int64_t batch,
                          std::int64_t length);

}  // namespace folio::data
