#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "folio/model.h"
#include "train/arguments.h"

namespace folio::train {

/// AdamW (Loshchilov and Hutter 2019, as torch.optim.AdamW has it) over a model's parameters in two groups, those that
/// decay and those that do not, with clipping by the gradients' norm in the same pass.
class AdamW {
 public:
  /// Keeps the parameters' tensors and two tensors of state for each, made in the first step.
  AdamW(const std::vector<Parameter>& parameters, const TrainingArguments& arguments);

  /// Takes the gradients that backward() left, scales them down where their norm is above max_grad_norm, moves the
  /// parameters, and lets the gradients go. Gives the norm of all gradients together, before scaling.
  double step(double learning_rate);

 private:
  struct Group {
    double weight_decay;
    std::vector<at::Tensor> parameters, gradients, first_moments, second_moments, steps;
  };

  /// Moves the parameters' gradients into the groups; a parameter without one is left out of the step.
  void take_gradients(Group& group);
  double gradient_norm() const;

  double beta1_, beta2_, epsilon_, max_grad_norm_;
  std::vector<Group> groups_;
};

}  // namespace folio::train
