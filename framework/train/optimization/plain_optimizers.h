#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "train/optimization/optimizer.h"

/// The optimizers of training.optim beside AdamW, with the defaults of torch (2.13) and of transformers' Trainer. Each
/// moves one parameter after the other.
namespace folio::train {

/// An update that looks at one parameter at a time.
class PlainOptimizer : public Optimizer {
 protected:
  using Optimizer::Optimizer;

  /// What an optimizer knows of a parameter from the steps before; a tensor is undefined in the first one.
  struct State {
    std::int64_t steps = 0;  ///< this one counted
    at::Tensor squares;      ///< of the gradients, averaged or added up
    at::Tensor columns;      ///< where `squares` has rows alone
  };

  /// Moves the parameter; `gradient`, of its shape, may be overwritten.
  virtual void update(at::Tensor& parameter, at::Tensor& gradient, double weight_decay, double learning_rate,
                      State& state) const = 0;

 private:
  void move(std::size_t group, double learning_rate, double divisor) final;
  std::vector<NamedTensor> state_of(std::size_t group, std::size_t index) const final;
  void restore(std::size_t group, std::size_t index, const std::map<std::string, at::Tensor>& state) final;

  std::array<std::vector<State>, kGroups> states_;
};

/// torch.optim.SGD without momentum; the decay is a part of the gradient.
class Sgd : public PlainOptimizer {
 public:
  Sgd(const std::vector<Parameter>& parameters, const TrainingArguments& arguments)
      : PlainOptimizer(parameters, arguments) {}

 private:
  void update(at::Tensor& parameter, at::Tensor& gradient, double weight_decay, double learning_rate,
              State& state) const override;
};

/// torch.optim.RMSprop: alpha 0.99, eps 1e-8, neither centred nor with momentum; the decay is a part of the gradient.
class RmsProp : public PlainOptimizer {
 public:
  RmsProp(const std::vector<Parameter>& parameters, const TrainingArguments& arguments)
      : PlainOptimizer(parameters, arguments) {}

 private:
  void update(at::Tensor& parameter, at::Tensor& gradient, double weight_decay, double learning_rate,
              State& state) const override;
};

/// torch.optim.Adagrad: eps 1e-10, no decay of the learning rate; the weights' decay is a part of the gradient.
class Adagrad : public PlainOptimizer {
 public:
  Adagrad(const std::vector<Parameter>& parameters, const TrainingArguments& arguments)
      : PlainOptimizer(parameters, arguments) {}

 private:
  void update(at::Tensor& parameter, at::Tensor& gradient, double weight_decay, double learning_rate,
              State& state) const override;
};

/// transformers.optimization.Adafactor (Shazeer and Stern 2018) as its Trainer makes it, with scale_parameter and
/// relative_step off: clip threshold 1, decay rate -0.8, eps 1e-30, no first moment. Of a matrix the squares' rows and
/// columns are kept alone.
class Adafactor : public PlainOptimizer {
 public:
  Adafactor(const std::vector<Parameter>& parameters, const TrainingArguments& arguments)
      : PlainOptimizer(parameters, arguments) {}

 private:
  void update(at::Tensor& parameter, at::Tensor& gradient, double weight_decay, double learning_rate,
              State& state) const override;
};

}  // namespace folio::train
