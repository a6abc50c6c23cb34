// Rotary and relative positions, held against their definitions; tests/unit/plugins/models/llama and t5 hold them
// against transformers.

#include <ATen/ops/arange.h>
#include <ATen/ops/complex.h>
#include <ATen/ops/polar.h>
#include <ATen/ops/view_as_real.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "nn/attention/relative_positions.h"
#include "nn/attention/rotary.h"
#include "unit/nn/testing.h"

using namespace folio::nn;
using namespace folio::nn::testing;

namespace {

constexpr std::int64_t kRotaryLength = 13, kRotaryHeads = 3, kRotaryWidth = 10;
constexpr double kTheta = 1000;

/// A pair as a complex number, multiplied by e^(i angle).
at::Tensor by_definition(const at::Tensor& input, std::int64_t first) {
  const at::Tensor exponents =
      at::arange(kRotaryWidth / 2, at::TensorOptions().dtype(at::kDouble)).mul(-2.0 / kRotaryWidth);
  const at::Tensor positions = at::arange(first, first + kRotaryLength, at::TensorOptions().dtype(at::kDouble));
  const at::Tensor angles = positions.view({kRotaryLength, 1, 1}).mul(exponents.mul(std::log(kTheta)).exp());
  const auto halves = input.to(at::kDouble).chunk(2, -1);
  const at::Tensor turned =
      at::view_as_real(at::complex(halves[0], halves[1]).mul(at::polar(angles.mul(0).add(1), angles)));
  return turned.transpose(-1, -2).flatten(-2);
}

}  // namespace

TEST_CASE("rotary positions turn each pair by its angle, and gradients back") {
  seed(1);
  const at::Tensor input = leaf({2, kRotaryLength, kRotaryHeads, kRotaryWidth});
  const at::Tensor factor = at::randn({2, kRotaryLength, kRotaryHeads, kRotaryWidth});
  const Rotation turn = rotation(5, kRotaryLength, kRotaryWidth, kTheta, at::kCPU);
  const at::Tensor out = rotate(input, turn);
  const at::Tensor wanted = by_definition(input, 5);
  CHECK(difference(out, wanted) < 1e-6);
  out.mul(factor).sum().backward();
  const at::Tensor gradient = take_gradient(input);
  wanted.mul(factor).sum().backward();
  CHECK(difference(gradient, take_gradient(input)) < 1e-6);
}

TEST_CASE("rotary positions in bfloat16 are float32's result, rounded") {
  seed(2);
  const at::Tensor input = at::randn({1, kRotaryLength, kRotaryHeads, kRotaryWidth}).to(at::kBFloat16);
  const Rotation turn = rotation(0, kRotaryLength, kRotaryWidth, kTheta, at::kCPU);
  CHECK(rotate(input, turn).equal(rotate(input.to(at::kFloat), turn).to(at::kBFloat16)));
}

TEST_CASE("relative positions give short distances a bucket each, and far ones a shared one") {
  const at::Tensor distances = at::arange(-200, 201);
  const auto bucket = [](const RelativeBuckets& buckets, std::int64_t distance) {
    return buckets(at::arange(distance, distance + 1)).item<std::int64_t>();
  };
  const RelativeBuckets both{.count = 32, .max_distance = 128, .bidirectional = true};
  CHECK(bucket(both, 0) == 0);
  CHECK(bucket(both, -7) == 7);
  CHECK(bucket(both, 7) == 23);
  CHECK(bucket(both, -127) == 15);
  CHECK(bucket(both, 200) == 31);
  const RelativeBuckets backwards{.count = 32, .max_distance = 128, .bidirectional = false};
  CHECK(bucket(backwards, 5) == 0);
  CHECK(bucket(backwards, -15) == 15);
  CHECK(bucket(backwards, -16) == 16);
  CHECK(bucket(backwards, -500) == 31);
  CHECK(backwards(distances).min().item<std::int64_t>() == 0);
  CHECK(backwards(distances).max().item<std::int64_t>() == 31);
}

TEST_CASE("the bias of fewer queries than keys is that of the last queries") {
  seed(3);
  ParameterSet parameters;
  const RelativePositions positions(
      parameters, "relative",
      {.buckets = {.count = 8, .max_distance = 20, .bidirectional = false}, .heads = 2, .weight = normal(1)});
  parameters.initialize();
  const at::Tensor all = positions.bias(9, 9);
  CHECK(all.sizes() == at::IntArrayRef({2, 9, 9}));
  CHECK(positions.bias(2, 9).equal(all.slice(1, 7)));
}
