#include "train/optimization/plain_optimizers.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>

namespace folio::train {
namespace {

/// The root of the mean of the squares.
double root_mean_square(const at::Tensor& tensor) {
  return at::linalg_vector_norm(tensor).item<double>() / std::sqrt(static_cast<double>(tensor.numel()));
}

}  // namespace

void PlainOptimizer::move(std::size_t group, double learning_rate, double divisor) {
  const at::NoGradGuard no_grad;
  const auto& [weight_decay, parameters, gradients, names] = groups()[group];
  std::vector<State>& states = states_[group];
  states.resize(parameters.size());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    at::Tensor parameter = parameters[i], gradient = gradients[i];
    if (divisor > 1) gradient.div_(divisor);
    ++states[i].steps;
    update(parameter, gradient, weight_decay, learning_rate, states[i]);
  }
}

std::vector<NamedTensor> PlainOptimizer::state_of(std::size_t group, std::size_t index) const {
  if (index >= states_[group].size()) return {};
  const State& state = states_[group][index];
  std::vector<NamedTensor> tensors{{"steps", at::full({}, state.steps, at::kLong)}};
  if (state.squares.defined()) tensors.push_back({"squares", state.squares});
  if (state.columns.defined()) tensors.push_back({"columns", state.columns});
  return tensors;
}

void PlainOptimizer::restore(std::size_t group, std::size_t index, const std::map<std::string, at::Tensor>& state) {
  states_[group].resize(groups()[group].parameters.size());
  State& mine = states_[group][index];
  const at::Tensor steps = at::zeros({}, at::kLong);
  copy_from_state(state, {"steps", steps});
  mine.steps = steps.item<std::int64_t>();
  const c10::Device device = groups()[group].parameters[index].device();
  const auto taken = [&](const char* name) {
    const auto found = state.find(name);
    return found == state.end() ? at::Tensor() : found->second.clone().to(device);
  };
  mine.squares = taken("squares");
  mine.columns = taken("columns");
}

void Sgd::update(at::Tensor& parameter, at::Tensor& gradient, double weight_decay, double learning_rate, State&) const {
  if (weight_decay != 0) gradient.add_(parameter, weight_decay);
  parameter.add_(gradient, -learning_rate);
}

void RmsProp::update(at::Tensor& parameter, at::Tensor& gradient, double weight_decay, double learning_rate,
                     State& state) const {
  constexpr double kAlpha = 0.99, kEpsilon = 1e-8;
  if (weight_decay != 0) gradient.add_(parameter, weight_decay);
  if (!state.squares.defined()) state.squares = at::zeros_like(parameter);
  state.squares.mul_(kAlpha).addcmul_(gradient, gradient, 1 - kAlpha);
  parameter.addcdiv_(gradient, state.squares.sqrt().add_(kEpsilon), -learning_rate);
}

void Adagrad::update(at::Tensor& parameter, at::Tensor& gradient, double weight_decay, double learning_rate,
                     State& state) const {
  constexpr double kEpsilon = 1e-10;
  if (weight_decay != 0) gradient.add_(parameter, weight_decay);
  if (!state.squares.defined()) state.squares = at::zeros_like(parameter);
  state.squares.addcmul_(gradient, gradient, 1);
  parameter.addcdiv_(gradient, state.squares.sqrt().add_(kEpsilon), -learning_rate);
}

void Adafactor::update(at::Tensor& parameter, at::Tensor& gradient, double weight_decay, double learning_rate,
                       State& state) const {
  constexpr double kDecayRate = -0.8, kEpsilon = 1e-30, kClipThreshold = 1;
  const double beta2 = 1 - std::pow(static_cast<double>(state.steps), kDecayRate);
  const auto average = [&](at::Tensor& into, const at::Tensor& value) {
    if (!into.defined()) into = at::zeros_like(value);
    into.mul_(beta2).add_(value, 1 - beta2);
  };
  const at::Tensor squares = gradient.square().add_(kEpsilon);
  at::Tensor change;
  if (parameter.dim() >= 2) {
    average(state.squares, squares.mean(-1));
    average(state.columns, squares.mean(-2));
    const at::Tensor of_rows = state.squares.div(state.squares.mean(-1, /*keepdim=*/true)).rsqrt_().unsqueeze(-1);
    change = of_rows.mul(state.columns.unsqueeze(-2).rsqrt()).mul_(gradient);
  } else {
    average(state.squares, squares);
    change = state.squares.rsqrt().mul_(gradient);
  }
  change.mul_(learning_rate / std::max(1.0, root_mean_square(change) / kClipThreshold));
  if (weight_decay != 0) parameter.mul_(1 - weight_decay * learning_rate);
  parameter.sub_(change);
}

}  // namespace folio::train
