#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace folio::nn {

/// Rotary positions (Su et al. 2021) of a stretch of a sequence: the cosines and sines of the angles position /
/// theta^(2 i / width) by which pair i of a head's elements is turned; [length, width / 2] float32.
struct Rotation {
  at::Tensor cosine;
  at::Tensor sine;
};

/// Of the positions `first` .. `first` + `length` - 1, for heads of an even `width`.
Rotation rotation(std::int64_t first, std::int64_t length, std::int64_t width, double theta, at::Device device);

/// Turns queries or keys [batch, length, heads, width]; element i makes a pair with i + width / 2, as in transformers'
/// Llama. The result has the input's type.
at::Tensor rotate(const at::Tensor& input, const Rotation& rotation);

}  // namespace folio::nn
