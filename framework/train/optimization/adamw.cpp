#include "train/optimization/adamw.h"

#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <optional>

namespace folio::train {
namespace {

/// The fused kernel reads counts and scale as float32, whatever the parameters are.
at::TensorOptions kernel_scalar(const at::Tensor& parameter) { return parameter.options().dtype(at::kFloat); }

}  // namespace

AdamW::AdamW(const std::vector<Parameter>& parameters, const TrainingArguments& arguments)
    : Optimizer(parameters, arguments),
      beta1_(arguments.adam_beta1),
      beta2_(arguments.adam_beta2),
      epsilon_(arguments.adam_epsilon) {
  for (std::size_t i = 0; i < kGroups; ++i) {
    for (const at::Tensor& parameter : groups()[i].parameters) {
      states_[i].first_moments.push_back(at::zeros_like(parameter));
      states_[i].second_moments.push_back(at::zeros_like(parameter));
      states_[i].steps.push_back(at::zeros({}, kernel_scalar(parameter)));
    }
  }
}

void AdamW::move(std::size_t group, double learning_rate, double divisor) {
  const auto& [weight_decay, parameters, gradients, names] = groups()[group];
  State& state = states_[group];
  std::optional<at::Tensor> grad_scale;  // the fused kernel divides by it
  if (divisor > 1) grad_scale = at::full({}, divisor, kernel_scalar(parameters.front()));
  for (at::Tensor& steps : state.steps) steps.add_(1);
  at::_fused_adamw_(parameters, gradients, state.first_moments, state.second_moments, {}, state.steps, learning_rate,
                    beta1_, beta2_, weight_decay, epsilon_, /*amsgrad=*/false, /*maximize=*/false, grad_scale);
}

std::vector<NamedTensor> AdamW::state_of(std::size_t group, std::size_t index) const {
  const State& state = states_[group];
  return {{"first_moment", state.first_moments[index]},
          {"second_moment", state.second_moments[index]},
          {"steps", state.steps[index]}};
}

void AdamW::restore(std::size_t group, std::size_t index, const std::map<std::string, at::Tensor>& state) {
  for (const NamedTensor& mine : state_of(group, index)) copy_from_state(state, mine);
}

}  // namespace folio::train
