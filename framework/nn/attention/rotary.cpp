#include "nn/attention/rotary.h"

#include <ATen/Parallel.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/outer.h>
#include <ATen/ops/pow.h>

#include <vector>

#include "nn/differentiable.h"
#include "nn/elements.h"
#include "nn/kernels/rotary.h"

namespace folio::nn {
namespace {

/// Backwards a pair is turned by the opposite angle: `direction` is -1 then, else 1.
at::Tensor turn(const at::Tensor& input, const at::Tensor& cosine, const at::Tensor& sine, float direction) {
  const at::Tensor in = input.contiguous();
  at::Tensor out = at::empty_like(in);
  const std::int64_t length = in.size(1), heads = in.size(2), width = in.size(3);
  const auto from = read_elements(in);
  const auto to = write_elements(out);
  at::parallel_for(0, in.numel() / width, row_grain(width), [&](std::int64_t first, std::int64_t last) {
    std::vector<float> scratch(static_cast<std::size_t>(2 * width));
    for (std::int64_t row = first; row < last; ++row) {
      const std::int64_t angles = row / heads % length * (width / 2);
      const float* values = kernels::load(from, row * width, width, scratch.data());
      float* target = kernels::place(to, row * width, scratch.data() + width);
      kernels::rotate_row(values, width, cosine.const_data_ptr<float>() + angles, sine.const_data_ptr<float>() + angles,
                          direction, target);
      kernels::store(target, width, to, row * width);
    }
  });
  return out;
}

ForwardPass turn_forward(const at::Tensor& input, const Rotation& by) {
  return {.outputs = {turn(input, by.cosine, by.sine, 1)},
          .saved = {by.cosine, by.sine},
          .backward = [](const Tensors& saved, const Tensors& gradients) -> Tensors {
            return {turn(gradients[0], saved[0], saved[1], -1)};
          }};
}

}  // namespace

Rotation rotation(std::int64_t first, std::int64_t length, std::int64_t width, double theta, at::Device device) {
  // Step by step in float32 as transformers does it, so that the angles are the same to the last bit.
  const auto options = at::TensorOptions().dtype(at::kFloat).device(device);
  const at::Tensor exponents = at::arange(0, width, 2, options).div(static_cast<double>(width));
  const at::Tensor frequencies = at::pow(theta, exponents).reciprocal();
  const at::Tensor angles = at::outer(at::arange(first, first + length, options), frequencies);
  return {angles.cos(), angles.sin()};
}

at::Tensor rotate(const at::Tensor& input, const Rotation& rotation) {
  if (input.is_cpu()) return differentiable({input}, [&] { return turn_forward(input, rotation); })[0];
  const std::int64_t half = input.size(-1) / 2;
  const at::Tensor cosine = rotation.cosine.unsqueeze(1);  // [length, 1, width / 2]
  const at::Tensor sine = rotation.sine.unsqueeze(1);
  const at::Tensor left = input.slice(-1, 0, half);
  const at::Tensor right = input.slice(-1, half);
  return at::cat({left.mul(cosine).sub(right.mul(sine)), right.mul(cosine).add(left.mul(sine))}, -1)
      .to(input.scalar_type());
}

}  // namespace folio::nn
