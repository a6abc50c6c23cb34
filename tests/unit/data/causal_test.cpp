#include "data/causal.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>

#include <catch2/catch.hpp>

using namespace folio;

namespace {

at::Tensor row(std::vector<std::int64_t> values) { return at::tensor(values, at::kLong); }

data::Samples two_samples() { return data::Samples::of({{5, 6, 7}, {8, 9}}); }

}  // namespace

TEST_CASE("a causal batch says of each token which one follows") {
  const std::vector<std::int64_t> indices{0};
  const Batch batch = data::CausalCollator().collate(two_samples(), indices, 0);
  CHECK(at::equal(batch.input_ids.select(0, 0), row({5, 6, 7})));
  CHECK(at::equal(batch.labels.select(0, 0), row({6, 7, kIgnoredLabel})));
  CHECK_FALSE(batch.attention_mask.defined());
}

TEST_CASE("a causal batch pads the shorter sample, and neither attends to nor scores the padding") {
  const std::vector<std::int64_t> indices{1, 0};
  const Batch batch = data::CausalCollator().collate(two_samples(), indices, 0);
  CHECK(at::equal(batch.input_ids.select(0, 0), row({8, 9, 0})));
  CHECK(at::equal(batch.labels.select(0, 0), row({9, kIgnoredLabel, kIgnoredLabel})));
  REQUIRE(batch.attention_mask.defined());
  CHECK(at::equal(batch.attention_mask.select(0, 0).to(at::kLong), row({1, 1, 0})));
  CHECK(at::equal(batch.attention_mask.select(0, 1).to(at::kLong), row({1, 1, 1})));
}
