#include "nn/parameters.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

namespace folio::nn {

at::Tensor ParameterSet::add(const std::string& name, at::IntArrayRef shape, Part part, Initializer initializer,
                             bool transposed_in_file) {
  Parameter parameter{.name = name,
                      .tensor = at::empty(shape, at::TensorOptions().dtype(at::kFloat)).set_requires_grad(true),
                      .part = part,
                      .decays = shape.size() > 1,
                      .transposed_in_file = transposed_in_file};
  list_.push_back(parameter);
  initializers_.push_back(initializer);
  return parameter.tensor;
}

void ParameterSet::initialize() {
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < list_.size(); ++i) {
    const at::Tensor& tensor = list_[i].tensor;
    switch (initializers_[i].kind) {
      case Initializer::Kind::normal:
        tensor.normal_(0, initializers_[i].deviation);
        break;
      case Initializer::Kind::zeros:
        tensor.zero_();
        break;
      case Initializer::Kind::ones:
        tensor.fill_(1);
        break;
    }
  }
}

}  // namespace folio::nn
