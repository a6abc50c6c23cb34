#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>

#include <catch2/catch.hpp>

#include "nn/attention/multi_head_attention.h"
#include "unit/nn/testing.h"

using namespace folio::nn;
using namespace folio::nn::testing;

namespace {

constexpr std::int64_t kCacheLength = 150, kHidden = 24;
const AttentionMask kCausal{.causal = true, .keys = {}};

/// What `attend` gives for a sequence that comes in pieces, joined.
template <typename Attend>
at::Tensor in_pieces(const at::Tensor& input, const Attend& attend) {
  KeyValueCache cache;
  std::vector<at::Tensor> pieces;
  for (std::int64_t begin = 0; begin < kCacheLength;) {
    const std::int64_t count = begin == 0 ? 70 : begin == 70 ? 11 : 1;
    pieces.push_back(attend(input.narrow(1, begin, count), cache));
    begin += count;
    CHECK(cache.length() == begin);
  }
  return at::cat(pieces, 1);
}

}  // namespace

TEST_CASE("attention with a cache gives piece by piece what it gives at once") {
  const at::NoGradGuard no_grad;
  seed(1);
  const at::Tensor input = at::randn({2, kCacheLength, kHidden});
  SECTION("one layer for queries, keys and values") {
    ParameterSet parameters;
    const MultiHeadAttention attention(
        parameters, {.inputs = {"in"}, .output = "out"},
        {.hidden = kHidden, .heads = 4, .input_weight = normal(0.5), .output_weight = normal(0.5)});
    parameters.initialize();
    const at::Tensor found = in_pieces(input, [&](const at::Tensor& piece, KeyValueCache& cache) {
      return attention(piece, kCausal, 0, {.cache = &cache});
    });
    CHECK(difference(found, attention(input, kCausal, 0)) < 1e-5);
  }
  SECTION("a layer each, fewer key heads, and rotary positions") {
    ParameterSet parameters;
    const MultiHeadAttention attention(parameters, {.inputs = {"q", "k", "v"}, .output = "o"},
                                       {.hidden = kHidden,
                                        .heads = 4,
                                        .key_heads = 2,
                                        .head_width = 8,
                                        .input_weight = normal(0.5),
                                        .output_weight = normal(0.5)});
    parameters.initialize();
    const auto turned = [&](const at::Tensor& piece, KeyValueCache* cache) {
      const Rotation turn = rotation(cache == nullptr ? 0 : cache->length(), piece.size(1), 8, 10000, at::kCPU);
      return attention(piece, kCausal, 0, {.rotation = &turn, .cache = cache});
    };
    const at::Tensor found =
        in_pieces(input, [&](const at::Tensor& piece, KeyValueCache& cache) { return turned(piece, &cache); });
    CHECK(difference(found, turned(input, nullptr)) < 1e-5);
  }
}
