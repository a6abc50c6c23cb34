#pragma once

#include <vector>

#include "data/collator.h"
#include "data/hashed_random.h"

namespace folio::data {

/// T5's objective (Raffel et al. 2019, section 3.1.4): spans of a sample are taken out and are to be said. In the input
/// a sentinel stands for each span; the target has each sentinel with its span behind it. Both end in end-of-text.
/// Padding is neither attended to nor scored.
class SpanCorruptionCollator : public Collator {
 public:
  /// Throws Error (experiment) when the tokenizer lacks padding, end-of-text or sentinels.
  SpanCorruptionCollator(const ObjectiveOptions& options, const Tokenizer& tokenizer, std::uint64_t seed);

  Batch collate(const Samples& samples, std::span<const std::int64_t> indices, std::int64_t epoch) const override;
  BatchShape shape(std::int64_t batch, std::int64_t length) const override;

 private:
  ObjectiveOptions options_;
  std::uint64_t seed_;
  std::int64_t padding_, end_;
  std::vector<std::int64_t> sentinels_;
};

/// How many of a sample's tokens are taken out, in how many spans.
struct SpanCounts {
  std::int64_t noise_tokens = 0;
  std::int64_t spans = 0;
};

/// As random_spans_noise_mask of T5 (and of transformers' run_t5_mlm_flax.py) counts them; none of a sample of less
/// than two tokens. The definition rounds halves to even.
SpanCounts span_counts(std::int64_t length, const ObjectiveOptions& options);

/// Collator::shape() with so many sentinels. Throws Error (experiment) when there are fewer of them than spans.
BatchShape corrupted_shape(const ObjectiveOptions& options, std::int64_t batch, std::int64_t length,
                           std::int64_t sentinels);

/// Which tokens are taken out: random_spans_noise_mask. The tokens kept and those taken out are cut into as many spans
/// each, every way of cutting equally likely, and the spans take turns, one that is kept first.
std::vector<bool> random_spans_noise_mask(std::int64_t length, const ObjectiveOptions& options,
                                          const HashedRandom& random);

}  // namespace folio::data
