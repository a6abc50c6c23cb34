#include "nn/attention/attention.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/repeat_interleave.h>
#include <ATen/ops/softmax.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "nn/layers/dropout.h"
#include "unit/nn/testing.h"

using namespace folio::nn;
using namespace folio::nn::testing;

namespace {

constexpr std::int64_t kBatch = 3, kHeads = 2, kLength = 37, kWidth = 20;

/// The definition, step by step. `factors` is what the probabilities are multiplied by, [batch, heads, queries, keys].
at::Tensor by_definition(const at::Tensor& query, const at::Tensor& key_heads, const at::Tensor& value_heads,
                         const AttentionMask& mask, const Scoring& scoring, const at::Tensor& factors) {
  const at::Tensor key = key_heads.repeat_interleave(query.size(1) / key_heads.size(1), 1);
  const at::Tensor value = value_heads.repeat_interleave(query.size(1) / key_heads.size(1), 1);
  at::Tensor seen = at::ones({query.size(0), 1, query.size(2), key.size(2)}, at::TensorOptions().dtype(at::kBool));
  if (mask.causal) seen = seen.tril(key.size(2) - query.size(2));
  if (mask.keys.defined()) seen = seen.logical_and(mask.keys.unsqueeze(1).unsqueeze(1));
  const double scale = scoring.scale.value_or(1 / std::sqrt(static_cast<double>(query.size(3))));
  at::Tensor scores = at::matmul(query, key.transpose(2, 3)).mul(scale);
  if (scoring.bias.defined()) scores = scores.add(scoring.bias);
  scores = scores.masked_fill(seen.logical_not(), -std::numeric_limits<double>::infinity());
  const at::Tensor output = at::matmul(at::softmax(scores, -1).mul(factors), value);
  return output.transpose(1, 2).flatten(2);
}

/// The factors that attend() will use when the generator is seeded with `number`.
at::Tensor dropout_factors(std::uint64_t number, std::int64_t queries, std::int64_t keys, double p) {
  seed(number);
  return dropout(at::ones({kBatch, kHeads, queries, keys}), p);
}

/// Some padding at the right of each but the first.
at::Tensor key_mask(std::int64_t keys) {
  at::Tensor mask = at::ones({kBatch, keys}, at::TensorOptions().dtype(at::kBool));
  mask.select(0, 1).slice(0, keys - 5).fill_(false);
  mask.select(0, 2).slice(0, keys - 17).fill_(false);
  return mask;
}

void check_against_definition(const AttentionMask& mask, std::int64_t keys, double p, const Scoring& scoring = {},
                              std::int64_t key_heads = kHeads) {
  // As the heads lie in the output of one linear layer: strides that no view can flatten.
  const at::Tensor packed = leaf({kBatch, kLength, kHeads, kWidth});
  const at::Tensor query = packed.transpose(1, 2);
  const at::Tensor key = leaf({kBatch, key_heads, keys, kWidth});
  const at::Tensor value = leaf({kBatch, key_heads, keys, kWidth});
  const at::Tensor factor = at::randn({kBatch, kLength, kHeads * kWidth});
  const at::Tensor wanted = by_definition(query, key, value, mask, scoring, dropout_factors(9, kLength, keys, p));
  seed(9);
  const at::Tensor output = attend(query, key, value, mask, p, scoring);
  CHECK(difference(output, wanted) < 1e-5);
  std::vector<at::Tensor> leaves{packed, key, value};
  if (scoring.bias.defined()) leaves.push_back(scoring.bias);
  std::vector<at::Tensor> gradients;
  for (const at::Tensor& result : {output, wanted}) {
    result.mul(factor).sum().backward();
    for (const at::Tensor& tensor : leaves) gradients.push_back(take_gradient(tensor));
  }
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    INFO("gradient " << i);
    CHECK(difference(gradients[i], gradients[i + leaves.size()]) < 1e-5);
  }
}

}  // namespace

TEST_CASE("attention and its gradients equal the definition, with and without dropout") {
  const double p = GENERATE(0.0, 0.3);
  INFO("p = " << p);
  seed(1);
  SECTION("every key is seen") { check_against_definition({}, kLength, p); }
  SECTION("causal") { check_against_definition({.causal = true, .keys = {}}, kLength, p); }
  SECTION("padded") { check_against_definition({.causal = false, .keys = key_mask(kLength)}, kLength, p); }
  SECTION("causal and padded") { check_against_definition({.causal = true, .keys = key_mask(kLength)}, kLength, p); }
  SECTION("more keys than queries") { check_against_definition({.causal = false, .keys = key_mask(50)}, 50, p); }
  SECTION("queries at the end of more keys") {
    check_against_definition({.causal = true, .keys = key_mask(50)}, 50, p);
    check_against_definition({.causal = true, .keys = {}}, 50, p);
  }
  SECTION("a key head for two heads") {
    check_against_definition({.causal = true, .keys = key_mask(kLength)}, kLength, p, {}, 1);
  }
  SECTION("scores with a scale of their own") { check_against_definition({}, kLength, p, {.scale = 0.7}); }
  SECTION("biased scores") {
    const at::Tensor bias = leaf({kHeads, kLength, 50});
    check_against_definition({.causal = true, .keys = key_mask(50)}, 50, p, {.scale = 0.7, .bias = bias});
    check_against_definition({.causal = false, .keys = {}}, 50, p, {.scale = {}, .bias = bias}, 1);
  }
}

TEST_CASE("biased attention without gradients is the same") {
  seed(7);
  const at::Tensor query = leaf({kBatch, kHeads, kLength, kWidth});
  const Scoring scoring{.scale = 1.0, .bias = leaf({kHeads, kLength, kLength})};
  const at::Tensor wanted = attend(query, query, query, {.causal = true, .keys = {}}, 0, scoring);
  const at::NoGradGuard no_grad;
  CHECK(attend(query, query, query, {.causal = true, .keys = {}}, 0, scoring).equal(wanted));
}

TEST_CASE("a query that may see no key gets zeros, and no gradient that is not a number") {
  const double p = GENERATE(0.0, 0.3);
  INFO("p = " << p);
  seed(2);
  const at::Tensor query = leaf({1, 1, 4, 8});
  at::Tensor keys = at::ones({1, 4}, at::TensorOptions().dtype(at::kBool));
  keys.select(1, 0).fill_(false);  // padded at the left: the first query of a causal model sees nothing
  const at::Tensor output = attend(query, query, query, {.causal = true, .keys = keys}, p);
  CHECK(output.select(1, 0).eq(0).all().item<bool>());
  CHECK(output.isfinite().all().item<bool>());
  output.sum().backward();
  CHECK(query.grad().isfinite().all().item<bool>());
}

TEST_CASE("attention with dropout in bfloat16 is close to float32") {
  seed(3);
  const at::Tensor query = at::randn({kBatch, kHeads, kLength, kWidth});
  const at::Tensor narrow = query.to(at::kBFloat16);
  seed(4);
  const at::Tensor wanted = attend(query, query, query, {.causal = true, .keys = {}}, 0.2);
  seed(4);
  const at::Tensor output = attend(narrow, narrow, narrow, {.causal = true, .keys = {}}, 0.2);
  CHECK(output.scalar_type() == at::kBFloat16);
  CHECK(difference(output, wanted) < 0.02);
}

TEST_CASE("attention with dropout does not depend on the number of threads, to the last bit") {
  seed(5);
  const at::Tensor query = leaf({4, 4, 64, 16});
  const auto run = [&](int threads) {
    const Threads set(threads);
    seed(6);
    const at::Tensor output = attend(query, query, query, {.causal = true, .keys = {}}, 0.2);
    output.square().sum().backward();
    return std::pair(output.detach(), take_gradient(query));
  };
  const auto serial = run(1);
  const auto parallel = run(2);
  CHECK(parallel.first.equal(serial.first));
  CHECK(parallel.second.equal(serial.second));
}
