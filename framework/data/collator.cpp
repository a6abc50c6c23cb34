#include "data/collator.h"

#include <algorithm>

#include "data/causal.h"
#include "data/masked.h"
#include "data/span_corruption.h"

namespace folio::data {

std::unique_ptr<Collator> make_collator(Objective objective, const ObjectiveOptions& options,
                                        const Tokenizer& tokenizer, std::uint64_t seed) {
  switch (objective) {
    case Objective::causal:
      break;
    case Objective::masked:
      return std::make_unique<MaskedCollator>(options, tokenizer, seed);
    case Objective::span_corruption:
      return std::make_unique<SpanCorruptionCollator>(options, tokenizer, seed);
  }
  return std::make_unique<CausalCollator>();
}

BatchShape expected_shape(Objective objective, const ObjectiveOptions& options, std::int64_t batch,
                          std::int64_t length) {
  const std::vector<SpecialToken> special = special_tokens_of(objective);
  switch (objective) {
    case Objective::causal:
      break;
    case Objective::masked:
      return masked_shape(options, batch, length, /*special_tokens=*/2);
    case Objective::span_corruption:
      return corrupted_shape(options, batch, length,
                             std::count(special.begin(), special.end(), SpecialToken::sentinel));
  }
  return CausalCollator().shape(batch, length);
}

}  // namespace folio::data
