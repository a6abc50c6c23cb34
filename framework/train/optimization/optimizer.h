#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "folio/model.h"
#include "formats/safetensors.h"
#include "train/arguments.h"
#include "train/saving/tensor_files.h"

namespace folio::train {

/// What moves a model's parameters, but those that are frozen, of which it keeps nothing: in two groups, those that
/// decay and those that do not, with clipping by the gradients' norm. What derives from it has the rule of the update.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Takes the gradients that backward() left, scales them down where their norm is above max_grad_norm, moves the
  /// parameters, and lets the gradients go; a parameter without a gradient counts as one whose gradient is 0. Gives the
  /// norm of all gradients together, before scaling.
  double step(double learning_rate);

  /// What it remembers of the steps before, as tensors that are in use; a count may be a copy.
  std::vector<NamedTensor> state() const;

  /// Takes over what state() gave to the file. Throws Error (run) naming the tensor that is missing or does not fit.
  void load_state(const SafetensorsFile& file, const std::filesystem::path& path);

 protected:
  struct Group {
    double weight_decay;
    std::vector<at::Tensor> parameters, gradients;
    std::vector<std::string> names;  ///< of the parameters
  };
  static constexpr std::size_t kGroups = 2;

  Optimizer(const std::vector<Parameter>& parameters, const TrainingArguments& arguments);

  const std::array<Group, kGroups>& groups() const { return groups_; }

  /// Moves the parameters of a group, of which there is at least one, by its gradients divided by `divisor` (at least
  /// 1), which it may overwrite.
  virtual void move(std::size_t group, double learning_rate, double divisor) = 0;

  /// state() of the group's parameter `index`, named by what it is: "first_moment". Empty before the first step.
  virtual std::vector<NamedTensor> state_of(std::size_t group, std::size_t index) const = 0;

  /// Takes over what state_of() gave, by name; the tensors lie in a file. Throws Error (run) naming what does not fit.
  virtual void restore(std::size_t group, std::size_t index, const std::map<std::string, at::Tensor>& state) = 0;

 private:
  void take_gradients(Group& group);
  double gradient_norm() const;

  double max_grad_norm_;
  std::array<Group, kGroups> groups_;
};

/// What training.optim names. Keeps the parameters' tensors.
std::unique_ptr<Optimizer> make_optimizer(const std::vector<Parameter>& parameters, const TrainingArguments& arguments);

/// Bytes that it keeps for each parameter between steps; those of adafactor, which grow with the sides of a matrix and
/// not with its area, count as none.
double optimizer_bytes_per_parameter(OptimizerType type);

}  // namespace folio::train
