#include "nn/activation.h"

#include <ATen/ops/gelu.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/silu.h>

#include <algorithm>
#include <array>

namespace folio::nn {
namespace {

constexpr std::array<std::string_view, 4> kNames{"gelu", "gelu_new", "relu", "silu"};

}  // namespace

std::vector<std::string> activation_names() { return {kNames.begin(), kNames.end()}; }

Activation activation_from_string(std::string_view name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  TORCH_INTERNAL_ASSERT(found != kNames.end(), "no activation is called ", name);
  return static_cast<Activation>(found - kNames.begin());
}

at::Tensor activate(Activation activation, const at::Tensor& input) {
  switch (activation) {
    case Activation::gelu:
      return at::gelu(input);
    case Activation::gelu_new:
      return at::gelu(input, "tanh");
    case Activation::relu:
      return at::relu(input);
    case Activation::silu:
      return at::silu(input);
  }
  TORCH_INTERNAL_ASSERT(false, "no such activation");
}

}  // namespace folio::nn
