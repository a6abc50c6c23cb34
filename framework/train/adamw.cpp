#include "train/adamw.h"

#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <cassert>
#include <cmath>

namespace folio::train {

AdamW::AdamW(const std::vector<Parameter>& parameters, const TrainingArguments& arguments)
    : beta1_(arguments.adam_beta1),
      beta2_(arguments.adam_beta2),
      epsilon_(arguments.adam_epsilon),
      max_grad_norm_(arguments.max_grad_norm),
      groups_{{arguments.weight_decay, {}, {}, {}, {}, {}}, {0, {}, {}, {}, {}, {}}} {
  for (const Parameter& parameter : parameters) {
    Group& group = groups_[parameter.decays ? 0 : 1];
    group.parameters.push_back(parameter.tensor);
    group.first_moments.push_back(at::zeros_like(parameter.tensor));
    group.second_moments.push_back(at::zeros_like(parameter.tensor));
    group.steps.push_back(at::zeros({}, parameter.tensor.options()));
  }
}

void AdamW::take_gradients(Group& group) {
  group.gradients.clear();
  for (const at::Tensor& parameter : group.parameters) {
    at::Tensor gradient = parameter.grad();
    group.gradients.push_back(gradient.defined() ? gradient : at::zeros_like(parameter));
    parameter.mutable_grad().reset();
  }
}

double AdamW::gradient_norm() const {
  std::vector<at::Tensor> norms;
  for (const Group& group : groups_)
    for (const at::Tensor& gradient : group.gradients) norms.push_back(at::linalg_vector_norm(gradient));
  return at::linalg_vector_norm(at::stack(norms)).item<double>();  // waits for the device
}

double AdamW::step(double learning_rate) {
  for (Group& group : groups_) take_gradients(group);
  const double norm = gradient_norm();
  // torch.nn.utils.clip_grad_norm_: gradients times min(1, max_norm / (norm + 1e-6)). The fused kernel divides.
  const double scale = max_grad_norm_ > 0 ? std::max(1.0, (norm + 1e-6) / max_grad_norm_) : 1.0;
  for (Group& group : groups_) {
    if (group.parameters.empty()) continue;
    std::optional<at::Tensor> grad_scale;
    if (scale > 1) grad_scale = at::full({}, scale, group.parameters.front().options());
    for (at::Tensor& steps : group.steps) steps.add_(1);
    at::_fused_adamw_(group.parameters, group.gradients, group.first_moments, group.second_moments, {}, group.steps,
                      learning_rate, beta1_, beta2_, group.weight_decay, epsilon_, /*amsgrad=*/false,
                      /*maximize=*/false, grad_scale);
    group.gradients.clear();
  }
  return norm;
}

}  // namespace folio::train
