#pragma once

#include "data/collator.h"

namespace folio::data {

/// The causal objective: every token is to be said from those before it. Padding (token 0) is neither attended to nor
/// scored, and neither is a row's last token, which has none after it.
class CausalCollator : public Collator {
 public:
  Batch collate(const Samples& samples, std::span<const std::int64_t> indices, std::int64_t epoch) const override;
  BatchShape shape(std::int64_t batch, std::int64_t length) const override;
};

}  // namespace folio::data
