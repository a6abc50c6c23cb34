#include "nn/layers/activation.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/silu.h>

#include <algorithm>
#include <array>

#include "nn/differentiable.h"
#include "nn/elements.h"
#include "nn/kernels/gelu.h"
#include "nn/kernels/silu_gate.h"

namespace folio::nn {
namespace {

constexpr std::array<std::string_view, 4> kNames{"gelu", "gelu_new", "relu", "silu"};

/// What a thread converts at a time: small enough for the nearest cache.
constexpr std::int64_t kPiece = 2048;

/// Calls work(begin, count) for pieces of [0, count), in parallel.
template <typename Work>
void for_pieces(std::int64_t count, const Work& work) {
  at::parallel_for(0, (count + kPiece - 1) / kPiece, row_grain(kPiece), [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t piece = first; piece < last; ++piece)
      work(piece * kPiece, std::min(kPiece, count - piece * kPiece));
  });
}

Tensors gelu_tanh_backward(const Tensors& saved, const Tensors& gradients) {
  const at::Tensor& in = saved[0];
  const at::Tensor gradient = gradients[0].contiguous();
  const at::Tensor out = at::empty_like(in);
  const auto from = read_elements(in);
  const auto gradient_from = read_elements(gradient);
  const auto to = write_elements(out);
  for_pieces(in.numel(), [&](std::int64_t begin, std::int64_t count) {
    std::array<float, kPiece> scratch;
    std::array<float, kPiece> gradient_scratch;
    float* target = kernels::place(to, begin, scratch.data());
    kernels::gelu_tanh_row_backward(kernels::load(from, begin, count, scratch.data()),
                                    kernels::load(gradient_from, begin, count, gradient_scratch.data()), count, target);
    kernels::store(target, count, to, begin);
  });
  return {out};
}

/// libtorch's own on the processor takes 1.5 to 2 times as long.
ForwardPass gelu_tanh(const at::Tensor& input) {
  const at::Tensor in = input.contiguous();
  const at::Tensor out = at::empty_like(in);
  const auto from = read_elements(in);
  const auto to = write_elements(out);
  for_pieces(in.numel(), [&](std::int64_t begin, std::int64_t count) {
    std::array<float, kPiece> scratch;
    float* target = kernels::place(to, begin, scratch.data());
    kernels::gelu_tanh_row(kernels::load(from, begin, count, scratch.data()), count, target);
    kernels::store(target, count, to, begin);
  });
  return {.outputs = {out}, .saved = {in}, .backward = gelu_tanh_backward};
}

Tensors silu_gate_backward(const Tensors& saved, const Tensors& gradients) {
  const at::Tensor gradient = gradients[0].contiguous();
  const at::Tensor gate_gradient = at::empty_like(saved[0]);
  const at::Tensor in_gradient = at::empty_like(saved[1]);
  const auto gate_to = write_elements(gate_gradient);
  const auto in_to = write_elements(in_gradient);
  for_pieces(gradient.numel(), [&](std::int64_t begin, std::int64_t count) {
    std::array<float, kPiece> gate_scratch;
    std::array<float, kPiece> in_scratch;
    std::array<float, kPiece> gradient_scratch;
    float* gate_target = kernels::place(gate_to, begin, gate_scratch.data());
    float* in_target = kernels::place(in_to, begin, in_scratch.data());
    kernels::silu_gate_row_backward(kernels::load(read_elements(saved[0]), begin, count, gate_scratch.data()),
                                    kernels::load(read_elements(saved[1]), begin, count, in_scratch.data()),
                                    kernels::load(read_elements(gradient), begin, count, gradient_scratch.data()),
                                    count, gate_target, in_target);
    kernels::store(gate_target, count, gate_to, begin);
    kernels::store(in_target, count, in_to, begin);
  });
  return {gate_gradient, in_gradient};
}

/// silu(gate) * input in one pass over memory, with both gradients in another.
ForwardPass silu_gate(const at::Tensor& gate, const at::Tensor& input) {
  const at::Tensor open = gate.contiguous();
  const at::Tensor in = input.contiguous();
  const at::Tensor out = at::empty_like(in);
  const auto gate_from = read_elements(open);
  const auto from = read_elements(in);
  const auto to = write_elements(out);
  for_pieces(in.numel(), [&](std::int64_t begin, std::int64_t count) {
    std::array<float, kPiece> scratch;
    std::array<float, kPiece> gate_scratch;
    float* target = kernels::place(to, begin, scratch.data());
    kernels::silu_gate_row(kernels::load(gate_from, begin, count, gate_scratch.data()),
                           kernels::load(from, begin, count, scratch.data()), count, target);
    kernels::store(target, count, to, begin);
  });
  return {.outputs = {out}, .saved = {open, in}, .backward = silu_gate_backward};
}

}  // namespace

std::vector<std::string> activation_names() { return {kNames.begin(), kNames.end()}; }

Activation activation_from_string(std::string_view name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  TORCH_INTERNAL_ASSERT(found != kNames.end(), "there is no activation named ", name);
  return static_cast<Activation>(found - kNames.begin());
}

at::Tensor activate(Activation activation, const at::Tensor& input) {
  switch (activation) {
    case Activation::gelu:
      return at::gelu(input);
    case Activation::gelu_new:
      return input.is_cpu() ? differentiable({input}, [&] { return gelu_tanh(input); })[0] : at::gelu(input, "tanh");
    case Activation::relu:
      return at::relu(input);
    case Activation::silu:
      return at::silu(input);
  }
  TORCH_INTERNAL_ASSERT(false, "no such activation");
}

at::Tensor activate_gate(Activation activation, const at::Tensor& gate, const at::Tensor& input) {
  if (activation == Activation::silu && gate.is_cpu())
    return differentiable({gate, input}, [&] { return silu_gate(gate, input); })[0];
  return activate(activation, gate).mul(input);
}

}  // namespace folio::nn
