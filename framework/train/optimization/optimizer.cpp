#include "train/optimization/optimizer.h"

#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <utility>

#include "folio/error.h"
#include "train/optimization/adamw.h"
#include "train/optimization/plain_optimizers.h"

namespace folio::train {
namespace {

const std::string kStatePrefix = "optimizer/";

}  // namespace

Optimizer::Optimizer(const std::vector<Parameter>& parameters, const TrainingArguments& arguments)
    : max_grad_norm_(arguments.max_grad_norm), groups_{{{arguments.weight_decay, {}, {}, {}}, {0, {}, {}, {}}}} {
  for (const Parameter& parameter : parameters) {
    if (!parameter.tensor.requires_grad()) continue;  // it is frozen
    Group& group = groups_[parameter.decays ? 0 : 1];
    group.parameters.push_back(parameter.tensor);
    group.names.push_back(parameter.name);
  }
}

void Optimizer::take_gradients(Group& group) {
  group.gradients.clear();
  for (const at::Tensor& parameter : group.parameters) {
    at::Tensor gradient = parameter.grad();
    group.gradients.push_back(gradient.defined() ? gradient : at::zeros_like(parameter));
    parameter.mutable_grad().reset();
  }
}

double Optimizer::gradient_norm() const {
  std::vector<at::Tensor> norms;
  for (const Group& group : groups_)
    for (const at::Tensor& gradient : group.gradients) norms.push_back(at::linalg_vector_norm(gradient));
  return at::linalg_vector_norm(at::stack(norms)).item<double>();  // waits for the device
}

double Optimizer::step(double learning_rate) {
  for (Group& group : groups_) take_gradients(group);
  const double norm = gradient_norm();
  // torch.nn.utils.clip_grad_norm_: gradients times min(1, max_norm / (norm + 1e-6)).
  const double divisor = max_grad_norm_ > 0 ? std::max(1.0, (norm + 1e-6) / max_grad_norm_) : 1.0;
  for (std::size_t i = 0; i < kGroups; ++i) {
    if (groups_[i].parameters.empty()) continue;
    move(i, learning_rate, divisor);
    groups_[i].gradients.clear();
  }
  return norm;
}

std::vector<NamedTensor> Optimizer::state() const {
  std::vector<NamedTensor> all;
  for (std::size_t group = 0; group < kGroups; ++group)
    for (std::size_t i = 0; i < groups_[group].names.size(); ++i)
      for (NamedTensor& named : state_of(group, i))
        all.push_back({kStatePrefix + named.name + "/" + groups_[group].names[i], std::move(named.tensor)});
  return all;
}

void Optimizer::load_state(const SafetensorsFile& file, const std::filesystem::path& path) {
  std::map<std::string, std::map<std::string, at::Tensor>> of_parameters;
  for (const TensorView& view : file.tensors()) {
    if (!view.name.starts_with(kStatePrefix)) continue;
    const std::size_t begin = kStatePrefix.size(), end = view.name.find('/', begin);
    if (end == std::string::npos)
      throw Error(ErrorKind::run, path.string() + ": tensor '" + view.name + "' is unknown");
    of_parameters[view.name.substr(end + 1)][view.name.substr(begin, end - begin)] = tensor_at(view, path);
  }
  try {
    for (std::size_t group = 0; group < kGroups; ++group) {
      for (std::size_t i = 0; i < groups_[group].names.size(); ++i) {
        const auto found = of_parameters.extract(groups_[group].names[i]);
        if (!found.empty()) restore(group, i, found.mapped());
      }
    }
  } catch (const Error& error) {  // restore() does not know the file
    throw Error(error.kind(), path.string() + ": " + error.what());
  }
  if (!of_parameters.empty())
    throw Error(ErrorKind::run,
                path.string() + ": has a state for '" + of_parameters.begin()->first + "', which is not trained");
}

std::unique_ptr<Optimizer> make_optimizer(const std::vector<Parameter>& parameters,
                                          const TrainingArguments& arguments) {
  switch (arguments.optim) {
    case OptimizerType::sgd:
      return std::make_unique<Sgd>(parameters, arguments);
    case OptimizerType::rmsprop:
      return std::make_unique<RmsProp>(parameters, arguments);
    case OptimizerType::adagrad:
      return std::make_unique<Adagrad>(parameters, arguments);
    case OptimizerType::adafactor:
      return std::make_unique<Adafactor>(parameters, arguments);
    case OptimizerType::adamw:
      break;
  }
  return std::make_unique<AdamW>(parameters, arguments);
}

double optimizer_bytes_per_parameter(OptimizerType type) {
  switch (type) {
    case OptimizerType::sgd:
    case OptimizerType::adafactor:
      return 0;
    case OptimizerType::rmsprop:
    case OptimizerType::adagrad:
      return 4;
    case OptimizerType::adamw:
      break;
  }
  return 8;
}

}  // namespace folio::train
