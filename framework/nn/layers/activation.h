#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>
#include <vector>

namespace folio::nn {

/// The functions between the two linear layers of a feed-forward block, by the names that Hugging Face's configurations
/// give them: "gelu" (exact), "gelu_new" (its tanh approximation), "relu", "silu".
enum class Activation { gelu, gelu_new, relu, silu };

std::vector<std::string> activation_names();

/// `name` is one of activation_names(), as the option's choices make sure.
Activation activation_from_string(std::string_view name);

at::Tensor activate(Activation activation, const at::Tensor& input);

/// activate(gate) * input, elementwise; SwiGLU's part before the last linear layer where the activation is silu.
at::Tensor activate_gate(Activation activation, const at::Tensor& gate, const at::Tensor& input);

}  // namespace folio::nn
