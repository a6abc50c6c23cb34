#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

namespace folio::nn {

using Tensors = std::vector<at::Tensor>;

/// What a forward pass with a backward pass of its own gives.
struct ForwardPass {
  Tensors outputs;
  Tensors saved;  ///< what the backward pass needs: inputs, outputs, or tensors of the pass's own
  /// The gradients of the inputs, in their order and undefined where there is none, from the saved tensors and the
  /// gradients of the outputs. Of those some may be undefined, but not all: it is not called then.
  std::function<Tensors(const Tensors& saved, const Tensors& gradients)> backward;
};

/// Runs the forward pass without recording it, and records that its outputs came from `inputs`, of which some may be
/// undefined. Returns the outputs.
///
/// This is torch::autograd::Function in one file: that template's header takes the compiler ten seconds a file.
Tensors differentiable(const Tensors& inputs, const std::function<ForwardPass()>& forward);

}  // namespace folio::nn
