#include "nn/differentiable.h"

#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <utility>

namespace folio::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// What stays between the passes besides the saved tensors, whose versions libtorch checks.
struct Pending : torch::CustomClassHolder {
  decltype(ForwardPass::backward) backward;
  std::vector<bool> defined;  // of each input
};

struct Call : torch::autograd::Function<Call> {
  /// `variables` are the defined inputs, which libtorch sees; the pass takes them from where it has them.
  static variable_list forward(AutogradContext* context, at::TensorList /*variables*/, std::vector<bool> defined,
                               const std::function<ForwardPass()>& forward) {
    ForwardPass pass = forward();
    auto pending = c10::make_intrusive<Pending>();
    pending->backward = std::move(pass.backward);
    pending->defined = std::move(defined);
    context->save_for_backward(std::move(pass.saved));
    context->saved_data["pending"] = c10::IValue::make_capsule(std::move(pending));
    context->set_materialize_grads(false);
    return std::move(pass.outputs);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto pending = c10::static_intrusive_pointer_cast<Pending>(context->saved_data["pending"].toCapsule());
    variable_list results;
    const bool reached =
        std::any_of(gradients.begin(), gradients.end(), [](const auto& each) { return each.defined(); });
    const variable_list of_inputs =
        reached ? pending->backward(context->get_saved_variables(), gradients) : variable_list(pending->defined.size());
    TORCH_INTERNAL_ASSERT(of_inputs.size() == pending->defined.size(), "a gradient for each input");
    for (std::size_t input = 0; input < of_inputs.size(); ++input)
      if (pending->defined[input]) results.push_back(of_inputs[input]);
    results.resize(results.size() + 2);  // of `defined` and `forward`, which are no tensors
    return results;
  }
};

}  // namespace

Tensors differentiable(const Tensors& inputs, const std::function<ForwardPass()>& forward) {
  variable_list variables;
  std::vector<bool> defined;
  for (const at::Tensor& input : inputs) {
    defined.push_back(input.defined());
    if (input.defined()) variables.push_back(input);
  }
  return Call::apply(at::TensorList(variables), std::move(defined), forward);
}

}  // namespace folio::nn
