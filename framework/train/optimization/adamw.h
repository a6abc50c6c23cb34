#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <vector>

#include "train/optimization/optimizer.h"

namespace folio::train {

/// AdamW (Loshchilov and Hutter 2019, as torch.optim.AdamW has it), clipping in the same pass over the parameters.
class AdamW : public Optimizer {
 public:
  /// Keeps two tensors of state for each parameter.
  AdamW(const std::vector<Parameter>& parameters, const TrainingArguments& arguments);

 private:
  struct State {
    std::vector<at::Tensor> first_moments, second_moments, steps;  ///< one of each a parameter
  };

  void move(std::size_t group, double learning_rate, double divisor) override;
  std::vector<NamedTensor> state_of(std::size_t group, std::size_t index) const override;
  void restore(std::size_t group, std::size_t index, const std::map<std::string, at::Tensor>& state) override;

  double beta1_, beta2_, epsilon_;
  std::array<State, kGroups> states_;
};

}  // namespace folio::train
